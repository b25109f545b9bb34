"""Updating: three-way through git, conflicts as git marks them, never over work that is not committed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ccds_ls.git import act, template
from ccds_ls.git.act import ActError
from ccds_ls.git.command import opened
from ccds_ls.scaffold.answers import AnswerError, resolve
from ccds_ls.scaffold.generate import ScaffoldError, generate
from ccds_ls.scaffold.kept import in_folder
from ccds_ls.scaffold.update import UNDO, keep_base, update
from repositories import commit_all, git, git_identity, make, write

__all__ = ["git_identity"]  # a fixture

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("git_identity")]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as it is made, with its first commit."""
    answers = resolve({"project_name": "churn", "author_name": "Ada"})
    project = generate(answers, tmp_path_factory.mktemp("pattern"))
    git(project, "init", "-q", "-b", "main")
    commit_all(project)
    keep_base(project)
    return project


@pytest.fixture
def project(tmp_path: Path, pattern: Path) -> Path:
    return shutil.copytree(pattern, tmp_path / "churn")


def everything(top: Path) -> dict[str, bytes]:
    found = {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file()}
    return {name: data for name, data in found.items() if not name.startswith(".git/")}


def test_nothing_to_do_is_said(project: Path) -> None:
    before = everything(project)
    done = update(project, {}).done
    assert done.message == f"Nothing to do: {project} is up to date with the template and its answers."
    assert everything(project) == before and git(project, "status", "--porcelain") == ""


def test_changed_answers_are_merged_with_own_changes(project: Path) -> None:
    own = (project / "README.md").read_text() + "\nMy own words.\n"
    commit_all(write(project, {"README.md": own, "notes.txt": "mine", "churn/train.py": "x = 1\n"}))
    (project / ".env").write_text("MINE=1\n")
    before = everything(project)
    changed = update(project, {"testing_framework": "pytest", "open_source_license": "MIT"})
    assert changed.merged.conflicts == ()
    assert {"LICENSE", "Makefile", "pyproject.toml", "tests/test_data.py"} <= set(changed.merged.changed)
    assert (project / "README.md").read_text().endswith("\nMy own words.\n")
    assert (project / ".env").read_text() == "MINE=1\n"
    assert "it is staged" in changed.done.message and git(project, "diff", "--name-only") == ""
    kept = in_folder(project)
    assert kept is not None and kept.answers["testing_framework"] == "pytest"
    git(project, *UNDO.split()[1:])
    assert everything(project) == before
    update(project, {"testing_framework": "pytest", "open_source_license": "MIT"})
    commit_all(project)
    assert "Nothing to do" in update(project, {}).done.message
    back = update(project, {"testing_framework": "none", "open_source_license": "No license file"})
    assert "LICENSE" in back.merged.changed and not (project / "LICENSE").exists()
    assert (project / "README.md").read_text() == own


def test_a_conflict_is_marked_as_git_does(project: Path) -> None:
    text = (project / "Makefile").read_text().replace("ruff check", "pylint")
    commit_all(write(project, {"Makefile": text}))
    before = everything(project)
    changed = update(project, {"linting_and_formatting": "flake8+black+isort"})
    assert changed.merged.conflicts == ("Makefile",)
    marked = (project / "Makefile").read_text()
    assert "<<<<<<< HEAD\n" in marked and "pylint" in marked and "flake8" in marked
    assert git(project, "diff", "--name-only", "--diff-filter=U") == "Makefile"
    assert "In Makefile your changes and the template's meet" in changed.done.message
    with pytest.raises(ActError, match="unresolved conflict in Makefile"):
        act.commit(project, "x")
    git(project, *UNDO.split()[1:])
    assert everything(project) == before


def test_the_base_outlives_the_template_that_rendered_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_all(write(project, {"README.md": "mine\n"}))
    monkeypatch.setattr("ccds_ls.scaffold.kept.TEMPLATE_VERSION", "2")
    monkeypatch.setattr("ccds_ls.scaffold.update.TEMPLATE_VERSION", "2")
    monkeypatch.setattr("ccds_ls.scaffold.context.TEMPLATE_VERSION", "2")
    changed = update(project, {})
    assert changed.merged.changed == ("pyproject.toml",)
    assert (project / "README.md").read_text() == "mine\n"


def test_without_a_base_what_differs_is_a_conflict(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = in_folder(project)
    assert kept is not None
    template.forget(project, template.ref_of(kept.key))
    commit_all(write(project, {"README.md": "mine\n"}))
    monkeypatch.setattr("ccds_ls.scaffold.kept.TEMPLATE_VERSION", "2")
    changed = update(project, {})
    assert changed.merged.conflicts == ("README.md",)
    assert "<<<<<<< HEAD\nmine\n=======\n" in (project / "README.md").read_text()


def test_a_project_in_a_folder_of_a_repository(tmp_path: Path, pattern: Path) -> None:
    top = make(tmp_path / "mono", {"README.md": "the whole\n"})
    project = top / 'sub "folder" é' / "churn"
    shutil.copytree(pattern, project, ignore=shutil.ignore_patterns(".git"))
    commit_all(top)
    changed = update(project, {"open_source_license": "MIT"})
    assert all(path.startswith('sub "folder" é/churn/') for path in changed.merged.changed)
    assert (project / "LICENSE").is_file() and (top / "README.md").read_text() == "the whole\n"


def hold_the_index(top: Path) -> None:
    write(top, {".git/index.lock": ""})


REFUSED: dict[str, tuple[Callable[[Path], object], dict[str, object], type[Exception], str]] = {
    "changed": (lambda top: write(top, {"README.md": "x"}), {}, ActError, r"not committed \(README.md\)"),
    "staged": (
        lambda top: (write(top, {"new": "x"}), git(top, "add", "new")),
        {},
        ActError,
        r"not committed \(new\)",
    ),
    "deleted": (lambda top: (top / "Makefile").unlink(), {}, ActError, r"not committed \(Makefile\)"),
    "a merge": (lambda top: write(top, {".git/MERGE_HEAD": ""}), {}, ActError, "a merge is under way"),
    "in the way": (
        lambda top: write(top, {"LICENSE": "mine"}),
        {"open_source_license": "MIT"},
        ActError,
        "(?s)Nothing was updated.*LICENSE",
    ),
    "locked": (hold_the_index, {"open_source_license": "MIT"}, ActError, "Another git process is at work"),
    "an unknown choice": (Path.resolve, {"docs": "sphinx"}, AnswerError, "docs"),
    "a senseless pair": (Path.resolve, {"environment_manager": "pixi"}, AnswerError, "pixi"),
    "no answers": (
        lambda top: commit_all(write(top, {"pyproject.toml": ""})),
        {},
        ScaffoldError,
        "has no answers of ccds-ls",
    ),
    "no git": (lambda top: shutil.rmtree(top / ".git"), {}, ActError, "not under git yet"),
    "no commit": (lambda top: git(top, "checkout", "-q", "--orphan", "x"), {}, ActError, "no commit yet"),
}


CONDA = {"environment_manager": "conda", "dependency_file": "environment.yml"}


@pytest.mark.parametrize(
    ("ignore", "mine", "changed", "told"),
    [
        (".gitignore", "environment.yml", CONDA, "environment.yml"),
        (".git/info/exclude", "environment.yml/mine", CONDA, "environment.yml"),
        (".git/info/exclude", "tests", {"testing_framework": "pytest"}, "tests"),
    ],
)
def test_an_ignored_file_in_the_way_is_refused(
    ignore: str, mine: str, changed: dict[str, object], told: str, project: Path
) -> None:
    commit_all(write(project, {ignore: f"/{told}\n"}))
    write(project, {mine: "mine\n"})
    before = everything(project)
    with pytest.raises(ActError, match=rf"Nothing was updated.*\({told}\)"):
        update(project, changed)
    assert everything(project) == before and git(project, "status", "--porcelain") == ""
    git(project, *UNDO.split()[1:])
    assert everything(project) == before


def test_a_link_in_the_way_is_refused_and_an_ignored_file_elsewhere_is_left(project: Path) -> None:
    commit_all(write(project, {".gitignore": "/tests\n/mine.yml\n"}))
    elsewhere = write(project.parent / "elsewhere", {"test_data.py": "mine\n"})
    (project / "tests").symlink_to(elsewhere)
    with pytest.raises(ActError, match=r"\(tests\)"):
        update(project, {"testing_framework": "pytest"})
    assert (elsewhere / "test_data.py").read_text() == "mine\n"
    (project / "tests").unlink()
    write(project, {"mine.yml": "mine\n"})
    assert "environment.yml" in update(project, CONDA).merged.changed
    git(project, *UNDO.split()[1:])
    assert (project / "mine.yml").read_text() == "mine\n" and not (project / "environment.yml").exists()


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_nothing_changed(name: str, project: Path) -> None:
    prepare, changed, error, message = REFUSED[name]
    prepare(project)
    before = everything(project)
    index = git(project, "ls-files", "-s") if (project / ".git").exists() else ""
    with pytest.raises(error, match=message):
        update(project, changed)
    assert everything(project) == before
    assert not index or git(project, "ls-files", "-s") == index


def test_git_killed_in_the_middle_loses_nothing(project: Path) -> None:
    commit_all(write(project, {"README.md": "mine\n", "notes.txt": "mine\n"}))
    write(project, {"untracked.txt": "mine\n"})
    before, head = everything(project), git(project, "rev-parse", "HEAD")
    write(project, {".git/info/attributes": "Makefile filter=deadly\n"})
    git(project, "config", "filter.deadly.smudge", "kill -9 $PPID")
    with pytest.raises(ActError, match="Nothing was updated"):
        update(project, {"testing_framework": "pytest"})
    (project / ".git" / "info" / "attributes").unlink()
    assert git(project, "rev-parse", "HEAD") == head
    (project / ".git" / "index.lock").unlink(missing_ok=True)
    git(project, "checkout", "-q", "HEAD", "--", ".")
    assert before.items() <= everything(project).items()


def test_what_is_kept_is_no_branch_and_the_same_everywhere(project: Path) -> None:
    kept = in_folder(project)
    assert kept is not None
    ref = template.ref_of(kept.key)
    first = template.kept(opened(project), ref)
    assert git(project, "branch", "--all") == "* main"
    template.forget(project, ref)
    keep_base(project)
    assert template.kept(opened(project), ref) == first
