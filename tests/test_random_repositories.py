"""On random repositories no command loses a byte: what was on disk, staged or committed is still there, or in git.

What is on disk may be changed by a command that is there to change it (pull, update), and only where git holds what
was there before.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccds_ls.git import act
from ccds_ls.git.act import ActError
from ccds_ls.git.read import GitError
from ccds_ls.scaffold.adopt import adopt
from ccds_ls.scaffold.answers import resolve
from ccds_ls.scaffold.created import undo
from ccds_ls.scaffold.generate import ScaffoldError, generate
from ccds_ls.scaffold.plan import plan
from ccds_ls.scaffold.update import update
from editors.waiting import until
from repositories import commit_all, git, git_identity, write

__all__ = ["git_identity"]  # a fixture

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("git_identity")]

NAMES = [
    "README.md",
    "Makefile",
    "LICENSE",
    "churn/train.py",
    "data/raw/x.csv",
    "notes é.txt",
    "-d",
    "tests/a",
    ".env",
]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a commit, a server that it is pushed to, and a partner who has pushed more."""
    folder = tmp_path_factory.mktemp("pattern")
    top = generate(resolve({"project_name": "churn"}), folder)
    git(top, "init", "-q", "-b", "main")
    commit_all(top)
    git(folder, "clone", "-q", "--bare", "churn", "server.git")
    git(top, "remote", "add", "origin", "../server.git")
    git(top, "fetch", "-q")
    git(top, "branch", "-q", "-u", "origin/main")
    git(folder, "clone", "-q", "server.git", "partner")
    commit_all(write(folder / "partner", {"README.md": "theirs\n", "tests/a": "theirs\n"}))
    git(folder / "partner", "push", "-q")
    return folder


GIT: dict[str, list[tuple[str, ...]]] = {
    "stage": [("add", "-A")],
    "commit": [("commit", "-q", "-a", "--no-verify", "-m", "more")],
    "branch": [("switch", "-q", "-c", "side")],
    "detach": [("checkout", "-q", "--detach")],
    "merge": [("fetch", "-q"), ("merge", "-q", "origin/main")],
    "stash": [("stash", "-q")],
    "orphan": [("switch", "-q", "--orphan", "fresh")],
}


def prepared(top: Path, steps: list[tuple[str, str, int]]) -> None:
    """Bring a repository into a random state, as a user with git at hand would; what git refuses is left out."""
    for what, name, number in steps:
        path = top / name
        for arguments in GIT.get(what, ()):
            git(top, *arguments, codes=(0, 1, 2, 128))
        if what == "write":
            write(top, {name: f"{number}\n"})
        elif what == "append" and path.is_file():
            path.write_bytes(path.read_bytes() + b"%d\n" % number)
        elif what == "remove" and path.is_file():
            path.unlink()


ACTIONS: dict[str, Callable[[Path, str], object]] = {
    "stage": lambda top, _: act.stage(top),
    "stage one": lambda top, name: act.stage(top, [top / name]),
    "unstage": lambda top, name: act.unstage(top, [top / name]),
    "untrack": lambda top, name: act.stop_tracking(top, [top / name]),
    "commit": lambda top, _: act.commit(top, "feat: x"),
    "branch": lambda top, _: act.create_branch(top, "new"),
    "rename": lambda top, name: act.rename(top / name, top / "renamed"),
    "ignore": lambda top, name: act.ignore(top / name, f"/{name}", also_unstage=True),
    "push": lambda top, _: act.push(top),
    "pull": lambda top, _: act.pull(top),
    "clone": lambda top, _: act.clone(str(top.parent / "server.git"), top / "clone"),
    "adopt": lambda top, _: adopt(plan(top, {})),
    "adopt and undo": lambda top, _: (adopt(plan(top, {})), undo(top)),
    "update": lambda top, _: update(top, {"testing_framework": "pytest", "open_source_license": "MIT"}),
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["write", "append", "remove", *GIT]),
        st.sampled_from(NAMES),
        st.integers(0, 9),
    ),
    max_size=8,
)
CASE = {"steps": STEPS, "action": st.sampled_from(sorted(ACTIONS)), "name": st.sampled_from(NAMES)}


def bytes_of(top: Path) -> dict[str, bytes]:
    """What is on disk."""
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in top.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(top).parts
    }


def held(top: Path) -> set[str]:
    """The objects that the index, the branches, the stash and HEAD hold."""
    commits = git(top, "rev-list", "--objects", "--all", "--reflog").split("\n")
    index = [line.split(" ")[1] for line in git(top, "ls-files", "-s", "-z").split("\0") if line]
    return {line.split(" ")[0] for line in commits if line} | set(index)


def check_that_nothing_is_lost(top: Path, action: Callable[[], object]) -> None:
    files, objects, commits, sound = bytes_of(top), held(top), reachable(top), is_sound(top)
    with suppress(ActError, GitError, ScaffoldError):
        action()
    now, in_git = bytes_of(top), held(top)
    assert objects <= set(
        git(top, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split("\n")
    )
    assert commits <= reachable(top)
    gone = {data for name, data in files.items() if data not in now.values()}
    for data in gone:
        assert git(top, "hash-object", "--no-filters", "--stdin", feed=data) in in_git, data
    assert is_sound(top) or not sound


def reachable(top: Path) -> set[str]:
    """The commits of branches, the stash and the reflogs."""
    return set(git(top, "rev-list", "--all", "--reflog").split())


def is_sound(top: Path) -> bool:
    """Whether git finds no fault; after ``git switch --orphan`` it misses the empty tree, which nobody has stored."""
    return git(top, "fsck", "--strict", "--no-progress", codes=(0, 2)).find("missing") < 0


def at_work_in(folder: Path) -> bool:
    """Whether a process works in this folder, where the system tells of others' processes (Linux)."""
    for process in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # It has ended meanwhile.
            if process.readlink().is_relative_to(folder):
                return True
    return False


def play(pattern: Path, folder: Path, steps: Any, action: str, name: str) -> None:
    top = shutil.copytree(pattern, folder / "w", symlinks=True) / "churn"
    prepared(top, steps)
    check_that_nothing_is_lost(top, lambda: ACTIONS[action](top, name))


@settings(suppress_health_check=list(HealthCheck))
@given(**CASE)
def test_many_random_repositories_lose_nothing(
    pattern: Path, tmp_path_factory: pytest.TempPathFactory, steps: Any, action: str, name: str
) -> None:
    play(pattern, tmp_path_factory.mktemp("r"), steps, action, name)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("number", range(6))
def test_killed_at_any_moment_nothing_is_lost(
    action: str, number: int, pattern: Path, tmp_path: Path
) -> None:
    """The process of the command and git below it are killed after a random time."""
    dice = random.Random(f"{action} {number}")
    top = shutil.copytree(pattern, tmp_path / "w", symlinks=True) / "churn"
    steps = [
        ("append", "README.md", number),
        ("write", "churn/train.py", number),
        ("write", "notes é.txt", number),
    ]
    prepared(top, steps if action != "update" else [*steps, ("stage", "", 0), ("commit", "", 0)])
    code = (
        "import sys\nfrom pathlib import Path\nfrom test_random_repositories import ACTIONS\n"
        "print(flush=True)\nACTIONS[sys.argv[1]](Path(sys.argv[2]), 'README.md')\n"
    )
    path = os.pathsep.join(sys.path)

    def killed() -> None:
        command = [sys.executable, "-c", code, action, str(top)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                process.wait(dice.uniform(0, 0.4))
            except subprocess.TimeoutExpired:
                process.kill()
                until(lambda: not at_work_in(tmp_path), "git, which was not killed, is at its end", 10)
        (top / ".git" / "index.lock").unlink(missing_ok=True)

    check_that_nothing_is_lost(top, killed)
