"""Every bad beginning of an hour in git: the message says what was not done, why, and what next; nothing changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from git_server import GitServer, serving
from repositories import commit_all, git, make, write
from wire.client import READY, Client, ResponseError, at_home

pytestmark = pytest.mark.long

IDENTITY = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    client = Client(READY, env=at_home(home))
    client.initialize()
    yield client
    assert client.shut_down() == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serving(tmp_path_factory.mktemp("srv")) as server:
        yield server


@dataclass(frozen=True)
class Place:
    """Where a case is played: a project with a commit, pushed to a server on loopback, and the user's home."""

    top: Path
    home: Path
    remote: Path


@dataclass(frozen=True)
class Case:
    """What is prepared, the command with its argument, and what its message says: what, why, and what next."""

    prepare: Callable[[Place], object]
    command: str
    says: tuple[str, str, str]
    given: dict[str, object] = field(default_factory=dict)


def nothing(_: Place) -> None:
    """The place as it is."""


def changed(place: Place) -> None:
    git(write(place.top, {"new.py": "x = 1\n"}), "add", ".")


def without_identity(place: Place) -> None:
    changed(place)
    write(place.home, {".gitconfig": ""})


def apart(place: Place) -> None:
    git(place.top.parent, "clone", "-q", str(place.remote), "partner")
    commit_all(write(place.top.parent / "partner", {"theirs.txt": "1"}))
    git(place.top.parent / "partner", "push", "-q")
    commit_all(write(place.top, {"ours.txt": "1"}))


def refusing(place: Place) -> None:
    hook = (
        write(place.remote, {"hooks/pre-receive": "#!/bin/sh\necho 'ask your teacher'; exit 1\n"}) / "hooks"
    )
    (hook / "pre-receive").chmod(0o755)
    commit_all(write(place.top, {"ours.txt": "1"}))


def failing_hook(place: Place) -> None:
    changed(place)
    hook = (
        write(place.top, {".git/hooks/pre-commit": "#!/bin/sh\necho 'tests fail'; exit 1\n"})
        / ".git"
        / "hooks"
    )
    (hook / "pre-commit").chmod(0o755)


def locked(place: Place) -> None:
    changed(place)
    write(place.top, {".git/index.lock": ""})


def killed(place: Place) -> None:
    changed(place)
    hook = write(place.top, {".git/hooks/pre-commit": "#!/bin/sh\nkill -9 $PPID\n"}) / ".git" / "hooks"
    (hook / "pre-commit").chmod(0o755)


def detached(place: Place) -> None:
    git(place.top, "checkout", "-q", "--detach")


def unborn(place: Place) -> None:
    git(place.top, "checkout", "-q", "--orphan", "fresh")


def no_network(place: Place) -> None:
    git(place.top, "remote", "set-url", "origin", "http://127.0.0.1:1/p.git")


def no_remote(place: Place) -> None:
    git(place.top, "remote", "remove", "origin")


def occupied(place: Place) -> None:
    write(place.top.parent, {"clone/mine.txt": "mine"})


def conflict(place: Place) -> None:
    git(place.top, "switch", "-q", "-c", "other")
    commit_all(write(place.top, {"README.md": "one\n"}))
    git(place.top, "switch", "-q", "main")
    commit_all(write(place.top, {"README.md": "two\n"}))
    git(place.top, "merge", "-q", "other", codes=(1,))


CASES: dict[str, Case] = {
    "no identity": Case(
        without_identity,
        "ccds.git.commit",
        ("Nothing was changed", "does not know your name and e-mail", "git config --global user.name"),
        {"message": "feat: new"},
    ),
    "no network": Case(no_network, "ccds.git.push", ("Nothing was pushed", "127.0.0.1", "try again")),
    "no network to pull": Case(no_network, "ccds.git.pull", ("Nothing was pulled", "127.0.0.1", "try again")),
    "no network to clone": Case(
        nothing,
        "ccds.git.clone",
        ("Nothing was cloned", "127.0.0.1", "try again"),
        {"url": "http://127.0.0.1:1/p.git", "name": "../clone"},
    ),
    "no remote": Case(
        no_remote, "ccds.git.push", ("Nothing was pushed", "no remote repository", "https://github.com/new")
    ),
    "a remote that refuses": Case(
        refusing, "ccds.git.push", ("Nothing was pushed", "hook declined", "ask your teacher")
    ),
    "a remote that is not there": Case(
        lambda place: place.remote.rename(place.remote.with_name(place.remote.name + "-gone")),
        "ccds.git.push",
        ("Nothing was pushed", "not found", "Check the address"),
    ),
    "diverged, push": Case(apart, "ccds.git.push", ("Nothing was pushed", "don't have yet", "Pull first")),
    "diverged, pull": Case(
        apart, "ccds.git.pull", ("Nothing was merged", "gone apart", "git merge @{upstream}")
    ),
    "detached, push": Case(detached, "ccds.git.push", ("Nothing was pushed", "on no branch", "git switch")),
    "detached, pull": Case(detached, "ccds.git.pull", ("Nothing was pulled", "on no branch", "git switch")),
    "unborn, push": Case(
        unborn, "ccds.git.push", ("Nothing was pushed", "no commit on fresh", "Commit first")
    ),
    "unborn, update": Case(
        unborn, "ccds.updateProject", ("Nothing was updated", "no commit yet", "Commit first")
    ),
    "an existing remote": Case(
        nothing,
        "ccds.git.addRemote",
        ("Nothing was changed", "a remote origin already", "git remote set-url"),
        {"url": "/elsewhere"},
    ),
    "a target that is not empty": Case(
        occupied,
        "ccds.git.clone",
        ("Nothing was cloned", "exists already", "empty folder"),
        {"url": "/nowhere/clone.git", "root": ".."},
    ),
    "a hook that fails": Case(
        failing_hook,
        "ccds.git.commit",
        ("Nothing was committed", "Your own hook (pre-commit)", "tests fail"),
        {"message": "feat: new"},
    ),
    "a held lock": Case(
        locked,
        "ccds.git.commit",
        ("Nothing was committed", "Another git process", "delete that lock"),
        {"message": "feat: new"},
    ),
    "a lock while staging": Case(
        lambda place: write(place.top, {".git/index.lock": "", "new.py": "x"}),
        "ccds.git.stage",
        ("Nothing was staged", "Another git process", "delete that lock"),
    ),
    "a killed git": Case(
        killed,
        "ccds.git.commit",
        ("Nothing was committed", "hook (pre-commit)", ""),
        {"message": "feat: new"},
    ),
    "nothing staged": Case(
        nothing,
        "ccds.git.commit",
        ("Nothing was committed", "nothing is staged", "Stage files first"),
        {"message": "feat: new"},
    ),
    "a conflict": Case(
        conflict, "ccds.git.commit", ("Nothing was committed", "conflict", "README.md"), {"message": "fix: x"}
    ),
    "init twice": Case(nothing, "ccds.git.init", ("Nothing was changed", "already under git", "")),
    "a branch that exists": Case(
        nothing,
        "ccds.git.createBranch",
        ("There is a branch", "main already", "git switch"),
        {"name": "main"},
    ),
    "a branch like an option": Case(
        nothing,
        "ccds.git.createBranch",
        ("can't be the name", "no dash first", "would do"),
        {"name": "--force"},
    ),
    "an address like an option": Case(
        nothing,
        "ccds.git.addRemote",
        ("is not the address", "", "It looks like"),
        {"url": "--upload-pack=touch x", "name": "new"},
    ),
    "a remote like an option": Case(
        nothing,
        "ccds.git.addRemote",
        ("can't be the name", "", "usual one"),
        {"url": "/x", "name": "--mirror"},
    ),
    "a path like an option": Case(
        nothing, "ccds.git.stage", ("Nothing was staged", "no file --force", ""), {"paths": ["--force"]}
    ),
    "a path outside": Case(
        nothing,
        "ccds.git.stage",
        ("Nothing was changed", "not a file of the repository", ""),
        {"paths": ["../x"]},
    ),
}


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that follows a branch of a bare repository beside it."""
    folder = tmp_path_factory.mktemp("pattern")
    top = make(folder / "p")
    git(folder, "clone", "-q", "--bare", "p", "server.git")
    git(folder / "server.git", "config", "http.receivepack", "true")
    git(top, "remote", "add", "origin", "../server.git")
    git(top, "fetch", "-q")
    git(top, "branch", "-q", "-u", "origin/main")
    return folder


@pytest.mark.parametrize("name", CASES)
def test_told_and_nothing_changed(
    name: str, client: Client, home: Path, server: GitServer, pattern: Path, tmp_path: Path
) -> None:
    case = CASES[name]
    write(home, {".gitconfig": IDENTITY})
    top = shutil.copytree(pattern / "p", tmp_path / "p", symlinks=True)
    remote = shutil.copytree(pattern / "server.git", server.folder / tmp_path.name)
    config = (top / ".git" / "config").read_text().replace("../server.git", f"{server.address}/{remote.name}")
    write(top, {".git/config": config})
    place = Place(top, home, remote)
    case.prepare(place)
    before = everything(tmp_path)
    given: dict[str, Any] = {"root": top.as_uri(), **case.given}
    if given["root"] == "..":
        given["root"] = tmp_path.as_uri()
    with pytest.raises(ResponseError) as told:
        client.command(case.command, given)
    assert told.value.code == -32803
    message = str(told.value)
    assert all(words in message for words in case.says), message
    assert len(message) < 900 and "Traceback" not in message and "cmdline" not in message
    assert everything(tmp_path) == before


def everything(folder: Path) -> dict[str, object]:
    """Files of the work trees, what is staged, and the branches."""
    files: dict[str, object] = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
    top = folder / "p"
    return {**files, "staged": git(top, "ls-files", "-s"), "branches": git(top, "for-each-ref", "refs/heads")}


def test_without_git_every_command_says_where_to_get_it(tmp_path: Path) -> None:
    top = make(tmp_path / "p")
    client = Client(READY, env={"PATH": str(tmp_path / "nowhere"), "HOME": os.environ.get("HOME", "/")})
    client.initialize()
    more: dict[str, dict[str, object]] = {
        "ccds.git.commit": {"message": "feat: x"},
        "ccds.git.addRemote": {"url": "/x"},
        "ccds.git.clone": {"url": "/x", "name": "new"},
        "ccds.git.createBranch": {"name": "x"},
    }
    names = "init stage commit addRemote push pull clone createBranch".split()
    for name in (*(f"ccds.git.{name}" for name in names), "ccds.updateProject", "ccds.adoptProject"):
        with pytest.raises(
            ResponseError, match=r"git was not found on PATH\. Install it from https://git-scm\.com"
        ):
            client.command(name, {"root": top.as_uri(), **more.get(name, {})})
    assert client.shut_down() == 0
