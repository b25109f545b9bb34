"""The command line: exit codes, what goes to stdout and what to stderr, and bad input of every kind."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccds_ls.__main__ import main
from ccds_ls.git.hook import script
from ccds_ls.git.read import Repository
from ccds_ls.view import View, look
from repositories import commit_all, git, make, stage, write
from secret_samples import private_key

Run = Any


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    repo = make(tmp_path / "repo")
    git(repo, "config", "user.name", "Jane Q. Public")
    git(repo, "config", "user.email", "jqp@example.org")
    monkeypatch.chdir(repo)
    return repo


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    code, out, _ = run(capsys, "check", "--format", "json", *arguments)
    items: list[dict[str, Any]] = json.loads(out)
    assert code == (1 if any(item["severity"] in ("error", "warning") for item in items) else 0)
    return items


def test_json_has_the_keys_of_the_contract(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = token()
    stage(repo, {"src/hub.py": f'x = 1\nlogin("{value}")\n'})
    (item,) = checked(capsys, "--staged")
    assert item.pop("message") and item.pop("fixes") and len(item.pop("fingerprint")) >= 12
    assert item == {
        "code": "secret",
        "kind": "huggingface-token",
        "severity": "error",
        "path": "src/hub.py",
        "line": 2,
        "column": 8,
        "end_line": 2,
        "end_column": 8 + len(value),
        "cell": None,
        "state": "staged",
    }


def test_the_state_is_the_most_advanced_that_holds(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = f'login("{token()}")\n'
    write(repo, {"committed.py": line, ".gitignore": "ignored.py\n"})
    commit_all(repo)
    stage(repo, {"staged.py": line})
    write(repo, {"new.py": line, "ignored.py": line})
    found = {item["path"]: (item["state"], item["severity"]) for item in checked(capsys)}
    assert found == {
        "committed.py": ("work-tree", "warning"),
        "staged.py": ("staged", "error"),
        "new.py": ("would-be-added", "warning"),
    }
    assert [item["path"] for item in checked(capsys, "--staged")] == ["staged.py"]
    assert [item["path"] for item in checked(capsys, "--would-add")] == ["new.py"]
    assert [item["path"] for item in checked(capsys, "new.py")] == ["new.py"]


def test_the_index_counts_and_not_the_work_tree(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(repo, {"hub.py": f'login("{token()}")\n'})
    write(repo, {"hub.py": "login()\n"})
    assert [item["state"] for item in checked(capsys, "--staged")] == ["staged"]


def test_a_hooks_index_is_the_one_that_counts(repo: Path, monkeypatch: Any, capsys: Any) -> None:
    write(repo, {"README.md": f'token = "{token()}"\n'})
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo / "other-index"))
    subprocess.run(["git", "add", "README.md"], cwd=repo, check=True)
    assert len(checked(capsys, "--staged")) == 1
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert checked(capsys, "--staged") == []


def test_outside_git_all_files_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a/hub.py": f'login("{token()}")\n'})
    (item,) = checked(capsys, str(tmp_path))
    assert (item["path"], item["severity"], item["state"]) == ("a/hub.py", "warning", "work-tree")


def test_a_named_folder_outside_git_is_checked_to_its_last_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An editor's session stops at a limit; the command line does not, as it would call the rest clean."""
    monkeypatch.setattr("ccds_ls.view.MAX_OUTSIDE_GIT", 1)
    write(tmp_path, {"a.txt": "x\n", "b.txt": "x\n", "z.py": f'login("{token()}")\n'})
    (item,) = checked(capsys, str(tmp_path))
    assert item["path"] == "z.py"


def test_people_get_paths_that_they_can_open(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    stage(repo, {"src/hub.py": f'login("{token()}")\n', "top.py": f'login("{token()}")\n'})
    monkeypatch.chdir(repo / "src")
    assert run(capsys, "check")[1].startswith("hub.py:1:8: error[secret]")
    assert run(capsys, "check", "../top.py")[1].startswith("../top.py:1:8: ")
    assert [item["path"] for item in checked(capsys, "../top.py")] == ["top.py"]
    monkeypatch.chdir(repo.parent)
    assert run(capsys, "check", "repo")[1].startswith("repo/src/hub.py:1:8: ")
    (repo.parent / "elsewhere").mkdir()
    monkeypatch.chdir(repo.parent / "elsewhere")
    assert run(capsys, "check", "../repo")[1].startswith(f"{repo}/src/hub.py:1:8: ")


def test_nothing_found_says_so(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check") == (0, "Nothing found in 1 file.\n", "")
    assert checked(capsys) == []


@pytest.mark.parametrize("installed", [False, True])
def test_only_fixes_whose_program_is_installed_are_offered(
    installed: bool, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    which = shutil.which
    tools = dict.fromkeys(("git-lfs", "dvc"), "/bin/true" if installed else None)
    monkeypatch.setattr(
        "ccds_ls.git.run.shutil.which", lambda name: tools[name] if name in tools else which(name)
    )
    stage(repo, {"model.pkl": b"\x80\x04" + b"x" * 2_000_000})
    (repo / ".dvc").mkdir(exist_ok=True)
    _, out, _ = run(capsys, "check", "--format", "json", "--staged", str(repo))
    fixes = {fix for item in json.loads(out) if item["path"] == "model.pkl" for fix in item["fixes"]}
    assert fixes
    assert ({"Track it with DVC", "Track it with Git LFS"} <= fixes) == installed
    assert installed or not any(fix.startswith("Track it with") for fix in fixes)


def test_a_program_is_looked_for_once_however_many_fixes_need_it(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[str] = []
    which = shutil.which

    def look(name: str) -> str | None:
        looked_for.append(name)
        return which(name)

    monkeypatch.setattr("ccds_ls.git.run.shutil.which", look)
    stage(repo, {f"{number}.pkl": b"\x80\x04" + b"x" * 2_000_000 for number in range(3)})
    assert len(checked(capsys, "--staged")) == 3
    assert looked_for.count("git-lfs") == 1


@pytest.mark.parametrize("style", ["text", "json", "sarif", "github"])
def test_no_report_holds_the_value(repo: Path, capsys: pytest.CaptureFixture[str], style: str) -> None:
    value = token()
    stage(repo, {"hub.py": f'login("{value}")\n'})
    code, out, err = run(capsys, "check", "--format", style)
    assert code == 1 and "hub.py" in out and value not in out + err


def test_unborn_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = make(tmp_path, commit=False)
    stage(repo, {"hub.py": f'login("{token()}")\n'})
    assert [item["state"] for item in checked(capsys, str(repo), "--staged")] == ["staged"]


def break_index(repo: Path) -> list[str]:
    (repo / ".git" / "index").write_bytes(b"not an index")
    return ["--staged"]


CANNOT = {
    "a corrupt index": (break_index, "The index is damaged"),
    "a path that is not there": (lambda _: ["nowhere.py"], "There is no file or folder 'nowhere.py'"),
    "not a repository": (lambda repo: ["--staged", str(repo.parent)], "not in a git repository"),
}


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_be_checked_is_told_and_never_clean(repo: Path, capsys: Any, case: str) -> None:
    prepare, says = CANNOT[case]
    code, out, err = run(capsys, "check", *prepare(repo))
    assert (code, out) == (2, "") and says in err and err.startswith("ccds-ls: ")


def test_a_bare_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    code, out, err = run(capsys, "check", "--staged", str(tmp_path / "bare.git"))
    assert (code, out) == (2, "") and "bare" in err


def test_no_git_on_path(repo: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("PATH", str(repo / "empty"))
    code, out, err = run(capsys, "check", "--staged")
    assert (code, out) == (2, "") and "git was not found on PATH" in err


NAMES = {"a newline": b"a\nb.py", "no UTF-8": b"caf\xe9.py", "a leading dash": b"-n.py", "a quote": b'"q".py'}


@pytest.mark.parametrize("case", NAMES)
def test_a_staged_file_of_any_name(repo: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    name = os.fsdecode(NAMES[case])
    stage(repo, {name: f'login("{token()}")\n'})
    (item,) = checked(capsys, "--staged")
    assert item["path"] == name
    code, out, _ = run(capsys, "check", "--staged")
    assert code == 1 and len([line for line in out.splitlines() if "error[secret]" in line]) == 1


def test_a_notebook_that_is_not_json_is_told(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(repo, {"notebooks/1.0-jqp-start.ipynb": "{not json"})
    assert "notebook-unreadable" in {item["code"] for item in checked(capsys)}


def test_a_file_that_is_not_utf8_is_searched(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(repo, {"hub.py": b"# caf\xe9\n" + f'login("{token()}")\n'.encode()})
    (item,) = checked(capsys, "--staged")
    assert (item["line"], item["column"]) == (2, 8)


def test_a_file_of_100_mb_is_told_by_its_size(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (repo / "dump.sql").open("wb") as stream:
        stream.write(b"INSERT INTO customers VALUES (1);\n" * 1000)
        stream.truncate(101 * 2**20)
    found = {item["code"]: item for item in checked(capsys)}
    assert "too large" in found["unchecked"]["message"]
    assert found["data-file"]["severity"] in ("error", "warning")


def test_fifos_and_links_out_of_the_tree_are_survived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "passwords").symlink_to("/etc/passwd")
    assert checked(capsys, str(tmp_path)) == []


def test_a_link_that_is_called_as_a_notebook_is_none(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repo / "notebooks"
    folder.mkdir()
    (folder / "1.0-jqp-levels.ipynb").symlink_to("../old/levels.ipynb")
    (folder / ".#2.0-jqp-widths.ipynb").symlink_to("jane@tower.4711:1790000000")  # as Emacs locks a file
    assert checked(capsys) == []
    git(repo, "add", ".")
    assert checked(capsys, "--staged") == []


NEW = {
    "an unknown option": (["--set", "licence=MIT"], "licence"),
    "an unknown choice": (["--set", "docs=sphinx"], "docs"),
    "no value": (["--set", "docs"], "KEY=VALUE"),
    "a senseless pair": (
        ["--set", "environment_manager=poetry", "--set", "dependency_file=Pipfile"],
        "pyproject.toml",
    ),
    "a path out of the folder": (["--set", "repo_name=../escaped"], "repo_name"),
    "no answers file": (["--answers", "nowhere.json"], "nowhere.json"),
}


@pytest.mark.parametrize("case", NEW)
def test_new_refuses_and_leaves_nothing(tmp_path: Path, capsys: Any, monkeypatch: Any, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, says = NEW[case]
    code, out, err = run(capsys, "new", "out", *arguments)
    assert (code, out) == (2, "") and says in err
    assert list(tmp_path.iterdir()) == []


def test_new_leaves_an_occupied_folder_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"churn/mine.txt": "mine"})
    code, _, err = run(capsys, "new", str(tmp_path), "--set", "project_name=churn")
    assert code == 2 and "not empty" in err
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["mine.txt"]


def test_new_below_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"file": "mine"})
    code, _, err = run(capsys, "new", str(tmp_path / "file"), "--set", "project_name=churn")
    assert code == 2 and "file" in err and "Traceback" not in err


def test_new_with_git_and_an_answers_file(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write(tmp_path, {"home/.gitconfig": "[user]\nname = Ada\nemail = ada@example.org\n"})
    answers = {
        "project_name": "Churn",
        "dataset_storage": {"s3": {"bucket": "churn-data", "aws_profile": "team"}},
    }
    write(tmp_path, {"answers.json": json.dumps(answers)})
    code, out, err = run(
        capsys, "new", str(tmp_path / "out"), "--answers", str(tmp_path / "answers.json"), "--git"
    )
    assert (code, err) == (0, "") and str(tmp_path / "out" / "churn") in out
    assert git(tmp_path / "out" / "churn", "log", "--format=%an %D") == "Ada HEAD -> main"
    assert "s3://churn-data/data" in (tmp_path / "out" / "churn" / "Makefile").read_text()


def test_new_takes_a_form_with_where_it_makes_the_project(tmp_path: Path, capsys: Any) -> None:
    from ccds_ls.scaffold import form

    text = form.write(str(tmp_path / "out"), {"project_name": "Churn", "docs": "none"})
    write(tmp_path, {"a.ccds.yaml": text})
    code, out, _ = run(capsys, "new", "--answers", str(tmp_path / "a.ccds.yaml"))
    assert code == 0 and str(tmp_path / "out" / "churn") in out
    assert run(capsys, "new", str(tmp_path / "here"), "--answers", str(tmp_path / "a.ccds.yaml"))[0] == 0
    assert (tmp_path / "here" / "churn" / "Makefile").is_file(), "the command line has the last word"


def test_a_user_configuration_answers_another_template_where_that_asks(tmp_path: Path, capsys: Any) -> None:
    project = "t/{{ cookiecutter.name }}/README.md"
    write(
        tmp_path,
        {"t/cookiecutter.json": '{"name": "x", "licence": "MIT"}', project: "{{ cookiecutter.licence }}"},
    )
    write(
        tmp_path, {"rc.yaml": "default_context:\n  name: made\n  full_name: Ada\n", "a.json": '{"nam": "x"}'}
    )
    new = ["new", str(tmp_path / "out"), "--template", str(tmp_path / "t"), "--answers"]
    assert run(capsys, *new, str(tmp_path / "rc.yaml"), "--set", "licence=BSD")[0] == 0
    assert (tmp_path / "out" / "made" / "README.md").read_text() == "BSD"
    code, _, err = run(capsys, *new, str(tmp_path / "a.json"))
    assert code == 2 and "did you mean name" in err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert "## Why it matters" in run(capsys, "explain", "notebook-name")[1]
    listed = run(capsys, "explain")[1].splitlines()
    assert any(line.startswith("data-file ") for line in listed) and "](" not in "".join(listed)
    code, out, err = run(capsys, "explain", "notebook-names")
    assert (code, out) == (2, "") and "notebook-name" in err


def test_a_new_notebook_and_a_rename(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "notebook", "initial", "data exploration")
    made = repo / "notebooks" / "0.0-jqp-initial-data-exploration.ipynb"
    assert (code, out) == (0, f"{made}\n") and made.is_file()
    stage(repo, {"notebooks/Untitled.ipynb": made.read_text()})
    code, out, _ = run(capsys, "rename", "notebooks/Untitled.ipynb", str(made))
    assert code == 0
    assert out.splitlines() == [
        f"{made}: the name is fine",
        "notebooks/Untitled.ipynb -> 0.1-jqp-initial-data-exploration.ipynb",
    ]
    assert git(repo, "diff", "--cached", "--name-only") == "notebooks/0.1-jqp-initial-data-exploration.ipynb"
    code, _, err = run(capsys, "rename", "README.md", "gone.ipynb")
    assert (
        code == 2 and "README.md: this is no notebook" in err and "gone.ipynb: there is no such file" in err
    )


def test_git_is_asked_once_for_the_notebooks_of_a_folder(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(repo, {f"notebooks/look {number}.ipynb": "{}" for number in range(9)})
    looks: list[Path] = []

    def counted(root: Path, repository: Repository | None) -> View:
        looks.append(root)
        return look(root, repository)

    monkeypatch.setattr("ccds_ls.naming.plans.look", counted)
    code, out, _ = run(capsys, "rename", "--dry-run", "notebooks")
    assert code == 0 and len(looks) == 1
    assert [line.partition(" -> ")[2] for line in out.splitlines()] == [
        f"0.{n}-jqp-look-{n}.ipynb" for n in range(9)
    ]


def test_what_two_notebooks_share_is_said_of_the_copy(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"x_{n} = {n}\n" for n in range(8)] + ["def double(x):\n", "    y = x\n", "    return y + y\n"]
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": lines}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    names = ("churn.ipynb", "churn-Copy1.ipynb", "Untitled2.ipynb")
    stage(repo, {f"notebooks/{name}": text for name in names})
    stage(repo, {"notebooks/other.ipynb": text.replace("x_0 = 0", "x_0 = 1")})
    found = json.loads(run(capsys, "check", "notebooks", "--format", "json")[1])
    shared = [item for item in found if item["code"] in ("duplicate-notebook", "repeated-function")]
    assert sorted((item["code"], item["path"].rpartition("/")[2]) for item in shared) == [
        *(("duplicate-notebook", name) for name in sorted(names[1:])),
        ("repeated-function", "other.ipynb"),
    ]
    assert all("notebooks/churn.ipynb" in item["message"] for item in shared)


def test_a_name_that_a_baseline_accepts_is_still_renamed(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(
        repo,
        {"notebooks/Untitled.ipynb": '{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'},
    )
    git(repo, "commit", "-qm", "old")
    assert run(capsys, "check", "--baseline")[0] == 0
    assert run(capsys, "check")[1].startswith("Nothing found"), "it is accepted"
    out = run(capsys, "rename", "--dry-run", "notebooks/Untitled.ipynb")[1]
    assert out.startswith("notebooks/Untitled.ipynb -> 0.0-jqp-")


def test_doctor_says_what_works_and_what_does_not(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor")
    assert code == 0 and "Jane Q. Public <jqp@example.org>" in out and "LOOK" not in out
    assert "note  hook           not installed; 'ccds-ls hook install'" in out
    write(repo, {"pyproject.toml": "[tool.ccds-ls]\nintials = 'x'\n"})
    code, out, _ = run(capsys, "doctor")
    assert code == 1 and "Did you mean 'initials'?" in out


def test_config_show_says_where_a_setting_comes_from(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {"pyproject.toml": "[tool.ccds-ls]\ninitials = 'jqp'\n"})
    lines = run(capsys, "config", "show")[1].splitlines()
    assert f'initials = "jqp"    ({repo / "pyproject.toml"})' in lines
    assert 'notebook-folders = ["notebooks"]    (default)' in lines


def test_a_repository_in_a_folder_outside_git_is_checked_as_one(repo: Path, capsys: Any) -> None:
    line = f'login("{token()}")\n'
    write(repo, {".gitignore": "ignored.py\n", "ignored.py": line, "new.py": line})
    write(repo.parent, {"loose.py": line})
    found = {item["path"]: item["state"] for item in checked(capsys, str(repo.parent))}
    assert found == {"loose.py": "work-tree", "new.py": "would-be-added"}


def test_fix_ignores_what_tools_made_once_and_leaves_the_index_alone(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    caches = {f"src/__pycache__/m{number}.cpython-312.pyc": "x" for number in range(120)}  # more than a batch
    write(repo, {**caches, ".env": "DB_PASS=hunter22\n", ".gitignore": "a", "big.csv": "id\n1\n"})
    stage(repo, {".idea/workspace.xml": "<x/>"})
    before = git(repo, "ls-files", "-s")
    _, out, err = run(capsys, "check", "--fix")
    assert sorted(err.splitlines()) == [
        "fixed .gitignore: added /.env",
        "fixed .gitignore: added __pycache__/",
    ]
    assert sorted((repo / ".gitignore").read_text().splitlines()) == ["/.env", "__pycache__/", "a"]
    assert "big.csv" in out and ".idea" in out and "__pycache__" not in out and ".env" not in out
    assert git(repo, "ls-files", "-s") == before
    _, _, err = run(capsys, "check", "--fix")
    assert "none of these findings has a fix that is safe" in err and "--fix adds to .gitignore" in err
    (repo / ".gitignore").write_text("")
    (repo / ".gitignore").rename(repo / "mine")
    (repo / ".gitignore").symlink_to(repo / "mine")
    run(capsys, "check", "--fix")
    assert (repo / "mine").read_text() == "", "what a link leads to is left alone"


def test_a_dry_run_is_what_the_rename_does(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"notebooks/{name}.ipynb" for name in ("a", "b", "c")]
    stage(repo, dict.fromkeys(names, "{}"))
    write(repo, {"README.md": "notebooks/a.ipynb and notebooks/c.ipynb\n", "Untitled.ipynb": "{}"})
    code, planned, err = run(capsys, "rename", "--dry-run", *names, "Untitled.ipynb", names[0])
    assert (code, err) == (0, "")
    assert planned.splitlines() == [
        "Untitled.ipynb: outside the notebook folders (notebooks), not checked",
        "notebooks/a.ipynb -> 0.0-jqp-a.ipynb",
        "notebooks/b.ipynb -> 0.1-jqp-b.ipynb",
        "notebooks/c.ipynb -> 0.2-jqp-c.ipynb",
        "  README.md: 2 mentions",
    ]
    assert all((repo / name).exists() for name in names)
    code, done, err = run(capsys, "rename", *names, "Untitled.ipynb")
    assert (code, done) == (0, planned)
    assert (repo / "README.md").read_text() == "notebooks/0.0-jqp-a.ipynb and notebooks/0.2-jqp-c.ipynb\n"
    assert "write the old names again in README.md" in err
    commands = err.partition(f"To undo: in {repo.resolve()}: ")[2].partition(";")[0]
    subprocess.run(commands, shell=True, cwd=repo, check=True)
    assert git(repo, "ls-files", "notebooks").split() == names


@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_hooks_need_a_repository(
    action: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "hook", action)
    assert (code, out) == (2, "") and "is not under git yet" in err


def test_hooks_that_cannot_be_written_are_told(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {".git/hooks": "a file in the place of the folder\n"})
    code, out, err = run(capsys, "hook", "install")
    assert (code, out) == (2, "") and "hooks: File exists" in err


def test_what_is_committed_is_said_to_be_so(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {"hub.py": f'login("{token()}")\n', ".env": "DB_USER=ana\n"})
    commit_all(repo)
    found = {item["path"]: item for item in checked(capsys)}
    assert found["hub.py"]["message"].endswith("then take it out of the file.")
    (first, *_) = found[".env"]["fixes"]
    assert first == "Stop tracking, and add /.env to .gitignore (the file stays)"
    run(capsys, "check", "--fix")
    assert git(repo, "status", "--porcelain") == "", "ignoring what is tracked would change nothing"
    write(repo, {"hub.py": f'login("{token()}")\n'})
    assert checked(capsys)[1]["message"].endswith("then take it out of the file before it is committed.")


@pytest.mark.parametrize("folder", [".husky/_", "../hooks", ".githooks"])
def test_doctor_knows_hooks_that_others_keep(
    folder: str, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repo, "config", "core.hooksPath", str((repo / folder).resolve()))
    place = ".husky" if folder == ".husky/_" else folder
    _, out, _ = run(capsys, "doctor")
    (hook,) = (line for line in out.splitlines() if " hook " in line)
    assert hook.startswith("note") and f"Add this line to {(repo / place).resolve()}/pre-commit: " in hook
    line = hook.partition("/pre-commit: ")[2]
    write(repo, {f"{place}/pre-commit": f"npm test\n{line}\n"})
    _, out, _ = run(capsys, "doctor")
    assert "ok    hook           every commit is checked" in out


def test_doctor_knows_the_pre_commit_framework_and_a_python_that_is_gone(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> str:
        return next(line for line in run(capsys, "doctor")[1].splitlines() if " hook " in line)

    hook = repo / ".git" / "hooks" / "pre-commit"
    write(hook.parent, {"pre-commit": "#!/bin/sh\n# File generated by pre-commit\n"})
    for hooks in ("- id: ruff", "- id: ruff\n  # - id: ccds-ls", "- id: ccds-ls-docs"):
        write(repo, {".pre-commit-config.yaml": f"repos:\n- repo: x\n  hooks:\n  {hooks}\n"})
        assert "not installed" in told()
    write(repo, {".pre-commit-config.yaml": "repos:\n- repo: x\n  hooks:\n  - id: ccds-ls\n"})
    assert told() == "ok    hook           every commit is checked"
    gone = hook.with_name("gone python")
    hook.write_text(script(str(gone)))
    assert told().startswith("LOOK") and f"{gone}, is gone: 'ccds-ls hook install'" in told()
    gone = hook.with_name("Ana's python")
    hook.write_text(script(str(gone)))
    assert f"{gone}, is gone" in told()
    for damaged in ("", "'half"):
        hook.write_text(re.sub("^python=.*", f"python={damaged}", script(str(gone)), flags=re.MULTILINE))
        assert told().startswith("LOOK") and "is gone: 'ccds-ls hook install'" in told()


@pytest.mark.skipif(sys.platform == "win32", reason="the streams are closed by a shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("command", [pytest.param("check", marks=pytest.mark.long), "hook run"])
def test_without_a_console_a_clean_commit_goes_on(command: str, closed: str, repo: Path) -> None:
    line = f"'{sys.executable}' -m ccds_ls {command} {closed}"
    assert subprocess.run(["sh", "-c", line], cwd=repo, check=False).returncode == 0


def test_a_file_with_a_filter_is_told_by_the_one_on_disk_and_that_is_said(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        repo, {".gitattributes": "*.csv filter=lfs\n*.py filter=strip\n", "hub.py": f'login("{token()}")\n'}
    )
    git(repo, "config", "filter.lfs.clean", "cat")
    write(repo, {"hubs.csv": f"hub,hf_token\nlab,{token()}\n"})
    (kept,) = checked(capsys, "--would-add", "hubs.csv")
    assert kept["code"] == "secret" and "filter" not in kept["message"], "Git LFS publishes it, too"
    (repo / "hubs.csv").unlink()
    git(repo, "config", "filter.strip.clean", "sed s/hf_.*//")
    (told,) = checked(capsys, "--would-add")
    assert "git's filter 'strip' may change what is committed" in told["message"]
    stage(repo, {})
    assert checked(capsys, "--staged") == [], "the filter took it out"


def test_what_git_lfs_keeps_is_no_data_in_git(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {".gitattributes": "*.csv filter=lfs\n", "data/raw/a.csv": "a\n" * 9, "b.csv": "a\n" * 9})
    for name in ("clean", "process"):
        git(repo, "config", f"filter.lfs.{name}", "")
    assert [item["path"] for item in checked(capsys)] == ["b.csv", "data/raw/a.csv"], (
        "nothing filters them here"
    )
    git(repo, "config", "filter.lfs.clean", "echo version https://git-lfs.github.com/spec/v1")
    assert checked(capsys, "--would-add") == []
    commit_all(repo)
    assert checked(capsys) == []
    write(repo, {"b.csv": "b\n" * 9})
    assert checked(capsys, "--would-add") == []


def test_what_git_tracks_although_it_is_to_be_ignored(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {"run.log": "1\n", "data/raw/a.csv": "1\n"})
    commit_all(repo)
    write(repo, {".gitignore": "*.log\n/data/\n"})
    data, log = checked(capsys)
    assert "although it is to be ignored (.gitignore:2: /data/)" in data["message"]
    assert (log["code"], log["path"], log["fixes"][0]) == (
        "ignored-but-tracked",
        "run.log",
        "Stop tracking run.log (the file stays)",
    )
    write(repo, {"run.log": "2\n"})
    assert [item["path"] for item in checked(capsys, "--would-add")] == ["run.log"]


def test_one_cause_is_told_once(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(
        repo, {".env": f"DATA=/srv\nHF_TOKEN={token()}\n", "id_rsa": private_key(), "b/.env": "DATA=/srv\n"}
    )
    found = {(item["code"], item["path"]) for item in checked(capsys, "--staged")}
    assert found == {("secret", ".env"), ("secret", "id_rsa"), ("env-file", "b/.env")}
    write(repo, {"pyproject.toml": '[tool.ccds-ls]\ndisable = ["secret"]\n'})
    found = {(item["code"], item["path"]) for item in checked(capsys, "--staged")}
    assert found == {("env-file", ".env"), ("key-file", "id_rsa"), ("env-file", "b/.env")}


def test_a_file_for_secrets_that_was_added_against_gitignore_is_told_once(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        repo,
        {
            ".gitignore": ".env\n.netrc\n*.pem\n",
            ".env": "DB_USER=ana\n",
            "a.pem": private_key(),
            ".netrc": "",
        },
    )
    git(repo, "add", "--force", ".env", "a.pem", ".netrc")
    found = [(item["code"], item["fixes"][0]) for item in checked(capsys, "--staged")]
    assert found == [
        ("env-file", "Unstage .env"),
        ("ignored-but-tracked", "Unstage .netrc"),
        ("secret", "Unstage a.pem"),
    ]


def test_a_secret_that_was_accepted_lets_no_other_value_of_its_file_in(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accepted = f"HF_TOKEN={token()}  # ccds-ls: ignore[secret] revoked\n"
    stage(repo, {".env": f"{accepted}DB_LOGIN=summerhouse\n"})
    assert [(item["code"], item["severity"]) for item in checked(capsys, "--staged")] == [
        ("env-file", "error")
    ]
    stage(repo, {".env": f"{accepted}HF_OTHER={token()}\n"})
    assert [item["code"] for item in checked(capsys, "--staged")] == ["secret"]
    write(repo, {"pyproject.toml": '[tool.ccds-ls]\nignore = [{code = "secret"}]\n'})
    assert [item["code"] for item in checked(capsys, "--staged")] == ["env-file"]


def test_a_removed_line_of_gitignore_is_told_before_data_comes(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repo, {".gitignore": "*.log\n/data/\n*.tmp\n"})
    commit_all(repo)
    stage(repo, {".gitignore": "*.log\n*.tmp\n"})
    (told,) = checked(capsys, "--staged")
    assert (told["code"], told["kind"], told["line"]) == ("gitignore-data", "removed", 2)
    write(repo, {".dvc/config": ""})
    assert checked(capsys, "--staged") == [], "DVC's own files must come in"


@pytest.mark.parametrize(
    "files",
    [
        {"p/.gitignore": "", "p/data/.gitignore": "*\n!.gitignore\n"},
        {"p/.gitignore": "", "p/data/raw/.gitignore": "*\n"},
        {"p/.gitignore": "", ".gitignore": "p/data/\n"},
        {"p/.gitignore": "# /data/\n", ".git/info/exclude": "p/data/\n"},
        {"p/.gitignore": "*.log\ndata/raw/*.csv\n"},
    ],
)
def test_a_line_of_gitignore_may_go_where_others_keep_data_out(
    repo: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    write(repo, {"p/pyproject.toml": "[tool.ccds-ls]\n", "p/.gitignore": "/data/\n"})
    commit_all(repo)
    write(repo, files)
    git(repo, "add", ".")
    assert checked(capsys, "--staged") == checked(capsys) == []


def test_of_a_copy_that_a_tool_made_only_what_it_would_publish_is_told(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": {},
        "outputs": [],
        "source": [f"t = '{token()}'\n"],
    }
    later = {**cell, "execution_count": 1, "source": ["print(never_defined)"]}
    notebook = json.dumps({"cells": [cell, later], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    path = "notebooks/.ipynb_checkpoints/1.0-jqp-a-checkpoint.ipynb"
    stage(repo, {path: notebook})
    assert [item["code"] for item in checked(capsys, "--staged")] == ["litter", "secret"]


def test_a_limit_that_is_named_is_the_one_that_holds(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(
        repo, {"reports/map.png": b"\x89PNG\r\n\x1a\n" + bytes(6 << 20), "src/words.txt": "word\n" * 200_000}
    )
    limits = [item["message"].partition("limit here is ")[2][:7] for item in checked(capsys, "--staged")]
    assert limits == ["5.0 MiB", "500 KiB"]


def test_a_run_of_the_pre_commit_framework_over_all_files_does_not_pass_wrongly(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repo, {"hub.py": f'login("{token()}")\n', "data/raw/a.csv": "1\n"})
    commit_all(repo)
    write(repo, {"mine.py": f'login("{token()}")\n'})
    assert run(capsys, "hook", "run")[0] == 0, "nothing is staged"
    monkeypatch.setenv("PRE_COMMIT", "1")
    code, out, _ = run(capsys, "hook", "run")
    assert (code, out.count("hub.py:1:8: warning[secret]")) == (1, 1) and "mine.py" not in out
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo / ".git" / "index"))
    assert run(capsys, "hook", "run")[0] == 0, "a commit of nothing new, such as one that is amended"
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert run(capsys, "check", "--baseline", "hub.py")[0] == 0
    assert run(capsys, "hook", "run")[0] == 0, "what a baseline accepts"
    stage(repo, {"a.py": "x = 1\n"})
    assert run(capsys, "hook", "run")[0] == 0, "what is staged counts where something is"


def test_without_the_engine_our_own_rules_look_alone(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repo, {"a.py": f'key = """{private_key()}"""\n', "b.py": f'login("{token()}")\n'})
    assert [item["path"] for item in checked(capsys)] == ["a.py", "b.py"]
    write(repo, {"pyproject.toml": "[tool.ccds-ls]\nsecret-engine = false\n"})
    assert [item["path"] for item in checked(capsys)] == ["b.py"], "only the engine knows private keys"
