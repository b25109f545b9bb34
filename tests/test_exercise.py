"""Exercises: each check on real repositories, files of steps with every mistake, and nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ccds_ls.__main__ import main
from ccds_ls.exercise import CHECKS, Exercise, ExerciseError, Step, load, look, text
from repositories import commit_all, git, make, write

pytestmark = pytest.mark.long

LAYOUT = {"data/x": "", "models/x": "", "notebooks/x": ""}


def pushed(top: Path) -> None:
    """With a remote, to which main is pushed."""
    make(top.parent / "server.git", {}, "--bare", commit=False)
    git(top, "remote", "add", "origin", "../server.git")
    git(top, "push", "-q", "-u", "origin", "main")


def nothing(top: Path) -> None:
    """As it is."""


def on_a_branch(top: Path) -> None:
    git(top, "switch", "-q", "-c", "w07-model")


def with_message(message: str) -> Callable[[Path], None]:
    return lambda top: commit_all(write(top, {"new": "1"}), message)


def pushed_and_more(top: Path) -> None:
    pushed(top)
    commit_all(write(top, {"new": "1"}))


def detached(top: Path) -> None:
    git(top, "checkout", "-q", "--detach")


CASES: dict[str, tuple[Callable[[Path], object], str, dict[str, object], str | None]] = {
    "project": (lambda top: write(top, LAYOUT), "project", {}, None),
    "settings alone": (
        lambda top: write(top, {"pyproject.toml": "[tool.ccds-ls]"}),
        "project",
        {},
        "has no data",
    ),
    "no project": (nothing, "project", {}, "has no data, models"),
    "repository": (nothing, "repository", {}, None),
    "commits": (nothing, "commits", {}, None),
    "too few commits": (nothing, "commits", {"at-least": 3}, "there are 1 commits of 3"),
    "no remote": (nothing, "remote", {}, "there is no remote"),
    "a remote": (pushed, "remote", {}, None),
    "a remote by name": (pushed, "remote", {"name": "upstream"}, "no remote called upstream"),
    "no upstream": (nothing, "upstream", {}, "the main branch follows no"),
    "an upstream": (pushed, "upstream", {}, None),
    "an upstream of another": (pushed, "upstream", {"branch": "dev"}, "dev follows no"),
    "on main": (nothing, "branch", {}, "you are on main"),
    "on a branch": (on_a_branch, "branch", {}, None),
    "on a branch of that name": (on_a_branch, "branch", {"pattern": "w07-.+"}, None),
    "on one of another": (on_a_branch, "branch", {"pattern": "w08-.+"}, "w07-model is not named like"),
    "on none": (detached, "branch", {}, "on no branch"),
    "a message": (with_message("feat(model): training"), "message", {}, None),
    "a branch without one": (on_a_branch, "message", {}, "no commit of its own yet"),
    "no message": (with_message("stuff"), "message", {}, "the latest message is 'stuff'"),
    "a message of theirs": (with_message("[W7] stuff"), "message", {"pattern": r"^\[W\d\] "}, None),
    "pushed": (pushed, "pushed", {}, None),
    "not pushed": (nothing, "pushed", {}, "main is not pushed yet"),
    "not all pushed": (pushed_and_more, "pushed", {}, "1 commits are not pushed"),
    "detached, not pushed": (detached, "pushed", {}, "HEAD is not pushed"),
    "a file": (nothing, "file", {"path": "*.md"}, None),
    "no file": (nothing, "file", {"path": "*.py"}, r"there is no \*.py"),
    "clean": (nothing, "clean", {}, None),
    "not clean": (lambda top: write(top, {"README.md": "x"}), "clean", {}, "README.md changed and not"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_check(name: str, tmp_path: Path) -> None:
    prepare, check, given, seen = CASES[name]
    top = make(tmp_path / "r")
    prepare(top)
    before = git(top, "status", "--porcelain"), git(top, "for-each-ref")
    (outcome,) = look(Exercise("x", (Step(check, "t", "h", given),)), top)
    assert outcome.done == (seen is None)
    assert seen is None or re.search(seen, outcome.seen)
    assert (git(top, "status", "--porcelain"), git(top, "for-each-ref")) == before


def test_every_check_has_a_case_and_stands_in_the_documentation() -> None:
    assert {case[1] for case in CASES.values()} == CHECKS.keys()
    page = (Path(__file__).parents[1] / "docs" / "exercises.md").read_text(encoding="utf-8")
    for check, (_, takes) in CHECKS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{check}` |"))
        assert all(f"`{key}`" in row for key in takes)


@pytest.mark.parametrize("unborn", [False, True])
def test_nothing_is_done_before_the_beginning(unborn: bool, tmp_path: Path) -> None:
    if unborn:
        make(tmp_path, {}, commit=False)
    outcomes = look(load(), tmp_path)
    assert [outcome.done for outcome in outcomes] == [False, unborn, *[False] * 6]
    shown = text(load(), outcomes)
    assert shown.startswith("The first week: a project that others can work on: ")
    assert shown.count("Next: ") == 1 and "  [ ] 8. " in shown


@pytest.mark.parametrize("branch", ["main", "master", "trunk"])
def test_the_main_branch_is_the_repositorys_own(branch: str, tmp_path: Path) -> None:
    top = make(tmp_path / "r")
    git(top, "branch", "-m", branch)
    make(tmp_path / "server.git", {}, "--bare", commit=False)
    git(top, "remote", "add", "origin", "../server.git")
    command = look(load(), top)[4].step.how.partition("Terminal: git ")[2]
    git(top, *command.split())
    assert look(load(), top)[4].done
    if branch != "trunk":
        git(top, "switch", "-q", "-c", "w07")
        assert look(load(), top)[4].step.how.endswith(f"-u origin {branch}")


STEP = '[[steps]]\ncheck = "{}"\ntitle = "t"\nhow = "h"\n'
WRONG: dict[str, tuple[str | bytes, str]] = {
    "not TOML": ("title =", "can't be read"),
    "not text": (b"\xff", "can't be read"),
    "no title": (STEP.format("clean"), "is no exercise"),
    "no steps": ('title = "x"', "is no exercise"),
    "steps of another kind": ('title = "x"\nsteps = [1]', "step 1 is no table"),
    "no how": ('title = "x"\n[[steps]]\ncheck = "clean"\ntitle = "t"', "step 1 has no 'how'"),
    "an unknown check": ('title = "x"\n' + STEP.format("pusht"), "no check 'pusht'. Did you mean 'pushed'"),
    "something more": (
        'title = "x"\n' + STEP.format("clean") + "x = 1",
        "takes no 'x'. It takes nothing more",
    ),
    "a wrong kind": ('title = "x"\n' + STEP.format("commits") + 'at-least = "1"', "'at-least' is a number"),
    "a wrong pattern": ('title = "x"\n' + STEP.format("branch") + 'pattern = "("', "no regular expression"),
    "no path": ('title = "x"\n' + STEP.format("file"), "needs a 'path'"),
    "a path outside": ('title = "x"\n' + STEP.format("file") + 'path = "../x"', "needs a 'path'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_of_steps_is_told(name: str, tmp_path: Path) -> None:
    content, message = WRONG[name]
    with pytest.raises(ExerciseError, match=message):
        load(write(tmp_path, {"steps.toml": content}) / "steps.toml")


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = 'title = "Short"\n' + STEP.format("repository")
    top = write(make(tmp_path / "r"), {"steps.toml": steps})
    assert main(["exercise", str(top), "--steps", str(top / "steps.toml")]) == 0
    assert capsys.readouterr().out == "Short: 1 of 1 steps done\n  [x] 1. t\nAll done.\n"
    assert main(["exercise", str(top)]) == 1
    assert main(["exercise", str(top / "nowhere")]) == 2
    assert main(["exercise", str(top), "--steps", str(top / "README.md")]) == 2
    assert "can't be read" in capsys.readouterr().err
