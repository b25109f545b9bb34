"""Remotes: the whole way there and back, refusals that say what next, and nothing that starts a program or hangs."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ccds_ls.git import act
from ccds_ls.git.act import ActError
from ccds_ls.git.command import Progress, opened
from ccds_ls.git.read import StoppedError, setting
from ccds_ls.git.remote import check_url
from repositories import commit_all, git, git_identity, make, write

__all__ = ["git_identity"]  # a fixture

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("git_identity")]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's repository and one that follows it, to be copied."""
    folder = tmp_path_factory.mktemp("pattern")
    make(folder / "server.git", {}, "--bare", commit=False)
    git(make(folder / "mine"), "remote", "add", "origin", "../server.git")
    git(folder / "mine", "push", "-q", "-u", "origin", "main")
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Path:
    return make(tmp_path / "server.git", {}, "--bare", commit=False)


@pytest.fixture
def mine(tmp_path: Path, pattern: Path) -> Path:
    shutil.copytree(pattern, tmp_path, dirs_exist_ok=True)
    return tmp_path / "mine"


def test_there_and_back(tmp_path: Path, server: Path) -> None:
    top = make(tmp_path / "mine")
    assert act.add_remote(top, str(server)).message == f"Added the remote origin: {server}."
    done = act.push(top)
    assert done.message == "Pushed main to origin/main. From now on main follows origin/main."
    assert done.undo == "git push origin --delete main"
    assert act.push(top).message == "origin has everything of main already."
    partner = tmp_path / "partner"
    heard: list[tuple[str, int | None]] = []
    assert act.clone(
        server.as_uri(), partner, progress=lambda text, percent: heard.append((text, percent))
    ).paths
    assert ("Receiving objects", 100) in heard
    act.create_branch(partner, "w07-model-training-script")
    write(partner, {"train.py": "x"})
    act.stage(partner)
    act.commit(partner, "feat: model training script added")
    assert "follows origin/w07-model-training-script" in act.push(partner).message
    git(partner, "switch", "-q", "main")
    git(partner, "merge", "-q", "w07-model-training-script")
    assert act.push(partner).message == "Pushed main to origin/main."
    done = act.pull(top)
    assert done.message.startswith("Took over 1 commit; main is at ")
    assert (top / "train.py").read_text() == "x"
    assert act.pull(top).message == "main was up to date."
    git(top, *done.undo.split()[1:])
    assert not (top / "train.py").exists()


def apart(top: Path) -> None:
    """Someone else has pushed, and there is a commit here too."""
    git(top.parent, "clone", "-q", "server.git", "other")
    commit_all(write(top.parent / "other", {"theirs.txt": "1"}))
    git(top.parent / "other", "push", "-q")
    commit_all(write(top, {"ours.txt": "1"}))


def overwriting(top: Path) -> None:
    git(top.parent, "clone", "-q", "server.git", "other")
    commit_all(write(top.parent / "other", {"new.txt": "theirs"}))
    git(top.parent / "other", "push", "-q")
    write(top, {"new.txt": "ours, not committed"})


def refusing(top: Path) -> None:
    hook = write(
        top.parent / "server.git", {"hooks/pre-receive": "#!/bin/sh\necho 'no pushes today'; exit 1\n"}
    )
    (hook / "hooks" / "pre-receive").chmod(0o755)
    commit_all(write(top, {"ours.txt": "1"}))


def stopping(top: Path) -> None:
    hook = (
        write(top, {".git/hooks/pre-push": "#!/bin/sh\necho 'not on a Friday' >&2; exit 1\n"})
        / ".git"
        / "hooks"
    )
    (hook / "pre-push").chmod(0o755)
    commit_all(write(top, {"ours.txt": "1"}))


def without_remote(top: Path) -> None:
    git(top, "remote", "remove", "origin")


def two_remotes(top: Path) -> None:
    without_remote(top)
    git(top, "remote", "add", "one", "/1")
    git(top, "remote", "add", "two", "/2")


REFUSED: dict[str, tuple[Callable[[Path], object], Callable[[Path], object], str]] = {
    "pull when apart": (apart, act.pull, "gone apart, with 1 and 1 commits"),
    "push when behind": (apart, act.push, "has commits of main that you don't have yet. Pull first"),
    "pull over own work": (overwriting, act.pull, "your changes would be overwritten"),
    "server's hook": (refusing, act.push, "origin refuses main: pre-receive hook declined.*no pushes today"),
    "own hook": (
        stopping,
        act.push,
        r"Your own hook \(pre-push\) stopped the push. It said:\nnot on a Friday$",
    ),
    "no remote": (without_remote, act.push, "there is no remote repository yet. Make an empty"),
    "two remotes": (two_remotes, act.push, "say to which remote; there are one, two"),
    "no upstream": (without_remote, act.pull, "follows no branch of a remote"),
    "server gone": (
        lambda top: (top.parent / "server.git").rename(top.parent / "x"),
        act.push,
        "does not exist",
    ),
    "detached push": (lambda top: git(top, "checkout", "-q", "--detach"), act.push, "HEAD is on no branch"),
    "detached pull": (lambda top: git(top, "checkout", "-q", "--detach"), act.pull, "HEAD is on no branch"),
    "unborn": (lambda top: git(top, "checkout", "-q", "--orphan", "x"), act.push, "no commit on x yet"),
    "own transport": (
        lambda top: git(top, "remote", "set-url", "origin", "ext::sh -c touch% ran"),
        act.push,
        "Only https, ssh",
    ),
    "remote exists": (
        Path.resolve,
        lambda top: act.add_remote(top, "/elsewhere"),
        "is a remote origin already",
    ),
    "name of a remote": (
        Path.resolve,
        lambda top: act.add_remote(top, "/x", name="--mirror"),
        "can't be the name",
    ),
    "clone over work": (Path.resolve, lambda top: act.clone("/x", top), "is not an empty folder"),
    "clone of nothing": (Path.resolve, lambda top: act.clone("/nowhere/x", top / "new"), "does not exist"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, mine: Path) -> None:
    prepare, action, message = REFUSED[name]
    prepare(mine)
    before = everything(mine)
    with pytest.raises(ActError, match=f"(?s){message}"):
        action(mine)
    assert everything(mine) == before


def everything(top: Path) -> dict[str, bytes]:
    """Files and branches, but for what fetching adds."""
    files = {
        str(path): path.read_bytes() for path in top.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    return {**files, "branches": git(top, "for-each-ref", "refs/heads").encode()}


BAD_URLS = [
    "",
    "--upload-pack=touch ran",
    "-u",
    "ext::sh -c touch% ran",
    "ext://x",
    "transport::address",
    "https://-oProxyCommand=x/y",
    "ssh://-oProxyCommand=x/y",
    "-x@host:path",
    "host:-x y",
    "fd::17",
    "relative/path",
    "https://",
    "https://a\nb/c",
    "javascript://x",
    "a::b:c",
]
GOOD_URLS = [
    "https://github.com/me/p.git",
    "http://127.0.0.1:8080/p",
    "ssh://git@host:22/p",
    "git@github.com:me/p.git",
    "host:p.git",
    "file:///srv/p.git",
    "/srv/p.git",
    "git://host/p",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_is_not_one(url: str) -> None:
    with pytest.raises(ActError, match="is not the address of a git repository"):
        check_url(url)


@pytest.mark.parametrize("url", GOOD_URLS)
def test_an_address(url: str) -> None:
    check_url(url)


def test_a_bad_address_reaches_no_git(mine: Path) -> None:
    for action in (
        lambda: act.add_remote(mine, "-x", name="new"),
        lambda: act.clone("-x", mine.parent / "new"),
    ):
        with pytest.raises(ActError, match="is not the address of a git repository"):
            action()  # type: ignore[no-untyped-call]  # mypy has no type for this pair
    assert setting(opened(mine), "remote.new.url") is None
    assert not (mine.parent / "new").exists()


class Locked(BaseHTTPRequestHandler):
    """A git server that wants a password."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def locked() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Locked) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{http.server_port}/p.git"
        http.shutdown()
        thread.join()


def test_a_password_is_neither_asked_for_nor_repeated(locked: str, mine: Path) -> None:
    word = "pass" + "word9"
    without_remote(mine)
    done = act.add_remote(mine, f"http://me:{word}@{locked}")
    assert "holds a password" in done.message
    with pytest.raises(ActError, match="wants a name and a password") as told:
        act.push(mine)
    with pytest.raises(ActError, match="wants a name and a password") as cloned:
        act.clone(f"http://{locked}", mine.parent / "new")
    with pytest.raises(ActError, match="remote origin already") as present:
        act.add_remote(mine, "/x")
    assert word not in "".join(map(str, (done, told.value, cloned.value, present.value)))
    assert sorted(path.name for path in mine.parent.iterdir()) == ["gitconfig", "mine", "server.git"]


def test_a_transfer_is_cancelled_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "touch started; sleep 60;")
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(StoppedError):
        act.clone("ssh://host/p", tmp_path / "new", cancelled=cancelled)
    assert time.monotonic() - begun < 3
    assert [path.name for path in tmp_path.iterdir()] == ["gitconfig"]


def test_progress_is_told_in_percent() -> None:
    heard: list[tuple[str, int | None]] = []
    progress = Progress(lambda text, percent: heard.append((text, percent)))
    for piece in (
        b"Writing obj",
        b"ects:  45% (9/20)\rWriting objects: 100% (20/20), done.\n",
        b"remote: hello\n\n",
    ):
        progress.hear(piece)
    assert heard == [("Writing objects", 45), ("Writing objects", 100), ("hello", None)]


def test_a_push_says_that_a_hook_ran(mine: Path) -> None:
    hook = write(mine, {".git/hooks/pre-push": "#!/bin/sh\nexit 0\n"}) / ".git" / "hooks" / "pre-push"
    hook.chmod(0o755)
    commit_all(write(mine, {"ours.txt": "1"}))
    assert act.push(mine).message == "Pushed main to origin/main. Your hook pre-push ran."
