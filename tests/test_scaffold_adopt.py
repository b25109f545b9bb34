"""Adopting: a plan first, what is missing is created, no byte of what was there changes, and it can be undone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccds_ls.cli import run
from ccds_ls.scaffold.adopt import adopt
from ccds_ls.scaffold.answers import AnswerError, resolve
from ccds_ls.scaffold.created import undo
from ccds_ls.scaffold.generate import ScaffoldError, generate
from ccds_ls.scaffold.plan import Plan, plan
from ccds_ls.scaffold.update import update
from repositories import Content, commit_all, git, git_identity, make, write

__all__ = ["git_identity"]  # a fixture

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("git_identity")]

WORK: dict[str, Content] = {
    "README.md": "# Mine\n",
    "analysis.py": "print(1)\n",
    "Untitled.ipynb": "{}",
    "data/raw/rings.csv": "year,width\r\n1999,1\r\n",
    ".gitignore": "*.log\n",
    "Makefile": "all:\n\ttrue\n",
    ".env": "MINE=1\n",
}


def everything(top: Path) -> dict[str, bytes | None]:
    """Files and folders but for git's own."""
    found = {path.relative_to(top).as_posix(): path for path in top.rglob("*")}
    return {
        name: path.read_bytes() if path.is_file() else None
        for name, path in found.items()
        if name.split("/")[0] != ".git"
    }


@pytest.mark.parametrize("under_git", [False, True])
def test_adopted_reviewed_and_undone(under_git: bool, tmp_path: Path) -> None:
    folder = make(tmp_path / "rings", WORK) if under_git else write(tmp_path / "rings", WORK)
    before = everything(folder)
    chosen = plan(folder, {})
    assert everything(folder) == before
    assert {"pyproject.toml", "models/.gitkeep", "data/interim/.gitkeep"} <= set(chosen.create)
    assert "data/raw/.gitkeep" not in chosen.create and not any("config.py" in path for path in chosen.create)
    assert set(chosen.differ) == {"README.md", ".gitignore", "Makefile"}
    done = adopt(chosen)
    after = everything(folder)
    assert before.items() <= after.items()
    assert (folder / "data" / "processed").is_dir()
    if under_git:
        assert not any(name.endswith(".ccds-new") for name in after)
        command = done.message.split("'")[1]
        shown = subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=True).stdout
        assert "-# Mine" in shown and "+# rings" in shown
        assert git(folder, "diff", "--cached", "--name-only") == "", "nothing is staged"
    else:
        assert after["README.md.ccds-new"] == chosen.files["README.md"]
    assert adopt(plan(folder, {})).message.startswith("Created nothing")
    assert done.undo == f"ccds-ls new --adopt {folder} --undo"
    assert run(done.undo.split()[1:]) == 0
    assert everything(folder) == before
    assert not under_git or git(folder, "for-each-ref", "refs/ccds-ls/adopted") == ""


def test_undo_leaves_what_was_changed_since(tmp_path: Path) -> None:
    folder = write(tmp_path / "rings", WORK)
    adopt(plan(folder, {}))
    write(folder, {"pyproject.toml": "mine\n", "models/best.pkl": "x"})
    (folder / "reports" / "figures" / ".gitkeep").unlink()
    done = undo(folder)
    assert "Left, because they have changed since: pyproject.toml" in done.message
    assert (folder / "pyproject.toml").read_text() == "mine\n" and (folder / "models" / "best.pkl").exists()
    assert not (folder / "reports").exists()
    with pytest.raises(ScaffoldError, match="nothing is known to have been created"):
        undo(folder)


@pytest.mark.parametrize(
    "name", ["{}/victim", "../victim", "a/../../victim", "C:victim", "..\\victim", "", "."]
)
@pytest.mark.parametrize("of", ["files", "folders"])
def test_undo_stays_in_the_folder_whatever_the_list_says(name: str, of: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "rings", {"x": ""})
    victim = tmp_path / "victim"
    victim.mkdir() if of == "folders" else victim.write_bytes(b"")
    digest = hashlib.sha256(b"").hexdigest()
    listed = {"files": {"x": digest}, "folders": ["data"]}
    listed[of] = {name.format(tmp_path): digest} if of == "files" else [name.format(tmp_path)]
    write(folder, {".ccds-ls/adopted.json": json.dumps(listed)})
    before = everything(tmp_path)
    with pytest.raises(ScaffoldError, match=r"is damaged: .* is no path in the project"):
        undo(folder)
    assert everything(tmp_path) == before


def test_undo_goes_by_no_list_that_a_clone_brings(tmp_path: Path) -> None:
    listed = {"files": {"x": hashlib.sha256(b"").hexdigest()}, "folders": []}
    work: dict[str, Content] = {"x": "", ".ccds-ls/adopted.json": json.dumps(listed)}
    folder = make(tmp_path / "tracked", work)
    with pytest.raises(ScaffoldError, match="nothing is known to have been created"):
        undo(folder)
    linked = make(tmp_path / "linked", {"x": "", "list/adopted.json": json.dumps(listed)})
    (linked / ".ccds-ls").symlink_to("list")
    with pytest.raises(ScaffoldError, match="nothing is known to have been created"):
        undo(linked)
    assert (folder / "x").exists() and (linked / "x").exists()


def test_undo_removes_no_empty_folder_behind_a_link(tmp_path: Path) -> None:
    folder = write(tmp_path / "rings", WORK)
    adopt(plan(folder, {}))
    (tmp_path / "elsewhere" / "figures").mkdir(parents=True)
    shutil.rmtree(folder / "reports")
    (folder / "reports").symlink_to(tmp_path / "elsewhere")
    undo(folder)
    assert (tmp_path / "elsewhere" / "figures").is_dir()


def test_undo_reaches_through_no_link(tmp_path: Path) -> None:
    folder = write(tmp_path / "rings", WORK)
    adopt(plan(folder, {}))
    elsewhere = write(tmp_path / "elsewhere", {".gitkeep": ""})
    shutil.rmtree(folder / "models")
    (folder / "models").symlink_to(elsewhere)
    undo(folder)
    assert (elsewhere / ".gitkeep").exists()


GUESSED: dict[str, tuple[dict[str, Content], dict[str, str]]] = {
    "nothing": ({}, {"project_name": "rings", "module_name": "rings", "include_code_scaffold": "Yes"}),
    "conda": (
        {"environment.yml": ""},
        {"environment_manager": "conda", "dependency_file": "environment.yml"},
    ),
    "poetry": ({"poetry.lock": "", "pyproject.toml": ""}, {"environment_manager": "poetry"}),
    "uv": ({"uv.lock": ""}, {"environment_manager": "uv", "dependency_file": "pyproject.toml"}),
    "an old CCDS": ({"src/__init__.py": "", "src/data/x.py": ""}, {"module_name": "src"}),
    "a src layout": ({"src/trees/__init__.py": ""}, {"module_name": "trees"}),
    "a package": ({"trees/__init__.py": "x = 1\n"}, {"module_name": "trees", "include_code_scaffold": "No"}),
    "a name": ({"pyproject.toml": '[project]\nname = "tree-rings"\n'}, {"project_name": "tree-rings"}),
    "a version": ({".python-version": "3.12.1\n"}, {"python_version_number": "3.12"}),
    "requires": (
        {"pyproject.toml": '[project]\nrequires-python = ">=3.11"\n'},
        {"python_version_number": "3.11"},
    ),
    "damaged": ({"pyproject.toml": "[project\n"}, {"project_name": "rings"}),
    "not text": ({"pyproject.toml": b"\xff\xfe"}, {"project_name": "rings"}),
    "odd values": ({"pyproject.toml": "[project]\nname = 7\ndescription = [1]\n"}, {"project_name": "7"}),
    "tests": ({"tests/test_a.py": ""}, {"testing_framework": "pytest"}),
}


@pytest.mark.parametrize("name", GUESSED)
def test_the_answers_are_those_of_the_folder(name: str, tmp_path: Path) -> None:
    files, expected = GUESSED[name]
    (tmp_path / "rings").mkdir()
    answers = plan(write(tmp_path / "rings", files), {}).answers.as_dict()
    assert {key: answers[key] for key in expected} == expected


def linked(folder: Path) -> None:
    write(folder.parent, {"disk/x": ""})
    (folder / "data").symlink_to(folder.parent / "disk")


LEFT: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "README.rst": (lambda f: write(f, {"README.rst": "x"}), "README.md", "there is README.rst"),
    "GNUmakefile": (lambda f: write(f, {"GNUmakefile": "x"}), "Makefile", "there is GNUmakefile"),
    "a file for a folder": (lambda f: write(f, {"data": "x"}), "data/raw/.gitkeep", "no folder but a link"),
    "a link to a disk": (linked, "data/raw/.gitkeep", "no folder but a link"),
    "another case": (lambda f: write(f, {"Data/x": ""}), "data/raw/.gitkeep", "there is Data"),
    "a folder for a file": (lambda f: write(f, {"Makefile/x": ""}), "Makefile", "is a link or a folder"),
    "own .gitignore": (lambda f: write(f, {".gitignore": ""}), ".env", "may not keep it out of commits"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_in_the_way_is_told_and_left(name: str, tmp_path: Path) -> None:
    prepare, path, reason = LEFT[name]
    folder = tmp_path / "rings"
    folder.mkdir()
    prepare(folder)
    before = everything(tmp_path)
    chosen = plan(folder, {})
    assert reason in chosen.left[path]
    assert f"{path} ({chosen.left[path]})" in chosen.text()
    adopt(chosen)
    assert not os.path.lexists(folder / path) or name == "a folder for a file"
    undo(folder)
    assert everything(tmp_path) == before


def test_a_package_that_setup_py_builds_keeps_being_built_so(tmp_path: Path) -> None:
    chosen = plan(write(tmp_path, {"setup.py": ""}), {})
    assert "pyproject.toml" in chosen.differ and "pyproject.toml" not in chosen.create
    assert "  not created    pyproject.toml (setup.py or setup.cfg builds the package;" in chosen.text()
    assert "yours" not in chosen.question(), "there is no pyproject.toml of the user's"


def test_another_readme_is_the_one_of_the_package(tmp_path: Path) -> None:
    chosen = plan(write(tmp_path, {"README.rst": "x"}), {})
    assert b'readme = "README.rst"' in chosen.files["pyproject.toml"]


REFUSED: dict[str, tuple[Callable[[Path], Path], Mapping[str, object], type[Exception], str]] = {
    "not there": (lambda f: f / "nowhere", {}, ScaffoldError, "There is no folder"),
    "a file": (lambda f: write(f, {"x": ""}) / "x", {}, ScaffoldError, "There is no folder"),
    "an unknown choice": (Path.resolve, {"docs": "sphinx"}, AnswerError, "docs"),
    "a senseless pair": (
        Path.resolve,
        {"environment_manager": "poetry", "dependency_file": "Pipfile"},
        AnswerError,
        "poetry",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    folder, answers, error, message = REFUSED[name]
    where = folder(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(error, match=message):
        plan(where, answers)
    assert everything(tmp_path) == before


def test_a_project_of_ours_has_nothing_to_adopt(tmp_path: Path) -> None:
    project = generate(resolve({"project_name": "rings", "docs": "none"}), tmp_path)
    assert not plan(project, {}).has_work
    (project / "Makefile").unlink()
    assert plan(project, {}).create == ("Makefile",)


def test_an_adopted_project_is_updated_by_what_it_was_adopted_with(tmp_path: Path) -> None:
    own = {**WORK, "pyproject.toml": '[project]\nname = "rings"\n', ".gitignore": "/data/\n.env\n"}
    folder = make(tmp_path / "rings", own, commit=False)
    commit_all(folder)
    adopt(plan(folder, {}))
    commit_all(folder)
    assert "Nothing to do" in update(folder, {}).done.message
    merged = update(folder, {"testing_framework": "pytest"}).merged
    assert "tests/test_data.py" in merged.changed and merged.conflicts == ()
    assert (folder / "README.md").read_text() == "# Mine\n", "what was the user's own stays so"
    assert (folder / "pyproject.toml").read_text() == own["pyproject.toml"]
    assert (folder / ".env").read_text() == "MINE=1\n" and (
        folder / "analysis.py"
    ).read_text() == "print(1)\n"


def test_projects_of_one_repository_are_adopted_apart(tmp_path: Path) -> None:
    own = {"pyproject.toml": '[project]\nname = "x"\n', "README.md": "# Mine\n"}
    top = make(
        tmp_path / "mono", {f"{name}/{path}": text for name in ("one", "two") for path, text in own.items()}
    )
    for name in ("one", "two"):
        done = adopt(plan(top / name, {}))
        command = done.message.split("'")[1]
        subprocess.run(command.split(), cwd=top / name, capture_output=True, check=True)
    commit_all(top)
    assert "Nothing to do" in update(top / "one", {}).done.message
    undo(top / "one")
    assert sorted(path.name for path in (top / "one").iterdir()) == sorted(own)
    assert (top / "two" / "models").is_dir()


def test_killed_in_the_middle_it_goes_on_or_back(tmp_path: Path) -> None:
    folder = write(tmp_path / "rings", WORK)
    before = everything(folder)
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom ccds_ls.scaffold import adopt, plan\n"
        "made = []\nreal = adopt.create\n"
        "def create(path, data):\n"
        "    made.append(path)\n"
        "    if len(made) == 4: os.kill(os.getpid(), 9)\n"
        "    return real(path, data)\n"
        "adopt.create = create\nadopt.adopt(plan.plan(Path(sys.argv[1]), {}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    now = everything(folder)
    assert before.items() <= now.items() and len(now) > len(before)
    adopt(plan(folder, {}))
    undo(folder)
    assert everything(folder) == before


NAMES = [
    "README.md",
    "data",
    "data/raw",
    "Makefile",
    "tests",
    "src",
    "src/__init__.py",
    "notebooks",
    "docs",
    ".env",
]
NAMES += ["pyproject.toml", ".gitignore", "readme", "models/x.pkl", "LICENSE", "a b/ü", "rings/__init__.py"]
TREES = st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=12), max_size=9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, under_git=st.booleans())
def test_no_folder_loses_a_byte(
    tree: dict[str, bytes], under_git: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_that_no_byte_is_lost(tree, under_git, tmp_path_factory.mktemp("t") / "rings")


def check_that_no_byte_is_lost(tree: dict[str, bytes], under_git: bool, folder: Path) -> None:
    folder.mkdir()
    for name, data in tree.items():
        try:
            write(folder, {name: data})
        except (NotADirectoryError, IsADirectoryError, FileExistsError):
            continue  # A file and a folder of one name.
    if under_git:
        make(folder, {}, "-q", commit=False)
    before = everything(folder)
    chosen: Plan = plan(folder, {})
    adopt(chosen)
    assert before.items() <= everything(folder).items()
    assert set(everything(folder)) >= set(chosen.create)
    if chosen.has_work and (chosen.create or not under_git):
        undo(folder)
    assert everything(folder) == before


MISPLACED = {
    "undo alone": (["--undo"], "--undo goes with --adopt"),
    "a plan of an update": (["--update", "{}", "--plan"], "--plan goes with --adopt"),
    "git": (["--adopt", "{}", "--git"], "--git is for a new project alone"),
    "a template": (["--update", "{}", "--template", "x"], "--template is for a new project alone"),
    "two folders": (["out", "--adopt", "{}"], "OUT_DIR is for a new project alone"),
    "no such folder": (["--adopt", "{}/nowhere"], "There is no folder"),
    "no project": (["--update", "{}"], "not under git yet"),
    "a wrong answer": (["--adopt", "{}", "--set", "docs=sphinx"], "docs"),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_a_command_line_that_does_not_make_sense(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, message = MISPLACED[name]
    (tmp_path / "x").mkdir()
    assert run(["new", *(argument.format(tmp_path / "x") for argument in arguments)]) == 2
    assert message in capsys.readouterr().err
