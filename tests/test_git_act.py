"""Acting on git: each action does what it says or nothing, says how to undo it, and loses nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccds_ls.git import act, read
from ccds_ls.git.act import ActError, IdentityMissing
from ccds_ls.git.command import opened
from ccds_ls.git.keep_out import keep_out
from repositories import commit_all, git, git_identity, make, stage, write
from repository_kinds import KINDS

__all__ = ["git_identity"]  # a fixture

pytestmark = pytest.mark.usefixtures("git_identity")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return stage(make(tmp_path / "r", {"a.txt": "1\n", ".gitignore": "*.log\n"}), {"s.env": "KEY=1\n"})


def index(top: Path) -> dict[str, str]:
    lines = git(top, "ls-files", "-s", "-z").split("\0")
    return {line.partition("\t")[2]: line.split(" ")[1] for line in lines if line}


def test_init_makes_a_first_commit_on_main(tmp_path: Path) -> None:
    folder = write(tmp_path / "p", {"README.md": "x", ".gitignore": "data/\n", "data/big.csv": "1"})
    done = act.init(folder)
    assert done.message == "Made a git repository on main with a first commit of 2 files."
    assert git(folder, "log", "--format=%an %s") == "Ada Lovelace Start of the project"
    assert git(folder, "status", "--porcelain") == ""
    assert (git(folder, "branch", "--show-current"), str(folder / ".git") in done.undo) == ("main", True)


def test_init_of_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    assert "no files to commit" in act.init(tmp_path / "p", branch="trunk").message
    assert git(tmp_path / "p", "branch", "--show-current") == "trunk"


def test_init_without_identity_writes_nothing(tmp_path: Path, git_identity: Path) -> None:
    git_identity.write_text("[user]\n\tname = Ada\n")
    folder = write(tmp_path / "p", {"README.md": "x"})
    with pytest.raises(IdentityMissing) as told:
        act.init(folder)
    assert all(command in str(told.value) for command in IdentityMissing.commands)
    assert sorted(path.name for path in folder.iterdir()) == ["README.md"]


def test_init_stopped_before_the_commit_stays_staged(tmp_path: Path) -> None:
    def stop() -> None:
        raise ActError("there is a secret")

    with pytest.raises(ActError, match="there is a secret"):
        act.init(write(tmp_path / "p", {"README.md": "x"}), before_commit=stop)
    assert list(index(tmp_path / "p")) == ["README.md"]
    assert act.commit(tmp_path / "p", "first").message.startswith("Committed 1 file as ")


INIT_REFUSED = {
    "a repository": ("r", "already under git"),
    "inside one": ("r/sub", "inside the repository"),
    "not there": ("nowhere", "There is no folder"),
}


@pytest.mark.parametrize(("folder", "message"), INIT_REFUSED.values(), ids=INIT_REFUSED)
def test_init_refused(folder: str, message: str, top: Path) -> None:
    write(top, {"sub/x": ""})
    with pytest.raises(ActError, match=message):
        act.init(top.parent / folder)
    assert not (top / "sub" / ".git").exists()


def test_commit_runs_and_names_the_own_hooks(top: Path) -> None:
    hook(top, "pre-commit", "exit 0")
    done = act.commit(top, "feat: settings\n\n# not a comment\n")
    assert "Committed 1 file as " in done.message
    assert done.message.endswith("on main. Your hooks ran: pre-commit.")
    assert git(top, "log", "-1", "--format=%B") == "feat: settings\n\n# not a comment"
    git(top, *done.undo.split("'")[1].split()[1:])
    assert [entry.path for entry in read.staged(opened(top))] == ["s.env"]


def hook(top: Path, name: str, script: str) -> None:
    path = write(top, {f".git/hooks/{name}": f"#!/bin/sh\n{script}\n"}) / ".git" / "hooks" / name
    path.chmod(0o755)


def test_commit_stopped_by_a_hook_tells_what_it_said(top: Path) -> None:
    hook(top, "commit-msg", "echo 'the subject is too long'; exit 1")
    with pytest.raises(
        ActError, match=r"(?s)Your own hook .commit-msg. stopped the commit.*the subject is too long"
    ):
        act.commit(top, "x")
    assert act.commit(top, "x", verify=False).message.endswith("on main.")


COMMIT_REFUSED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "nothing staged": (lambda top: git(top, "reset", "-q"), "x", "nothing is staged"),
    "no message": (Path.resolve, " \n", "needs a message"),
    "lock held": (lambda top: write(top, {".git/index.lock": ""}), "x", "Another git process is at work"),
    "signing fails": (lambda top: sign_with(top, "false"), "x", "gpg failed to sign|Signing"),
    "not a repository": (lambda top: (top / ".git").rename(top.parent / "gone"), "x", "not under git yet"),
}


def sign_with(top: Path, program: str) -> None:
    git(top, "config", "gpg.program", program)
    git(top, "config", "commit.gpgSign", "true")


@pytest.mark.parametrize("name", COMMIT_REFUSED)
def test_commit_refused(name: str, top: Path) -> None:
    prepare, message, expected = COMMIT_REFUSED[name]
    prepare(top)
    with pytest.raises(ActError, match=expected):
        act.commit(top, message)
    assert name == "not a repository" or git(top, "rev-list", "--count", "HEAD") == "1"


def test_commit_refused_without_identity(top: Path, git_identity: Path) -> None:
    git_identity.write_text("")
    with pytest.raises(IdentityMissing):
        act.commit(top, "x")


def test_commit_refused_with_a_conflict(tmp_path: Path) -> None:
    kind = KINDS["merge with a conflict"](tmp_path / "r")
    with pytest.raises(ActError, match="unresolved conflict in f"):
        act.commit(kind.folder, "x")
    with pytest.raises(ActError, match="resolve the conflict in f"):
        act.unstage(kind.folder, [kind.folder / "f"])


def test_commit_ends_a_merge_and_works_on_a_detached_head(tmp_path: Path) -> None:
    act.commit(KINDS["merge without a conflict"](tmp_path / "m").folder, "merge")
    kind = KINDS["detached HEAD"](tmp_path / "d")
    assert "HEAD is detached" in act.commit(kind.folder, "x").message


@pytest.mark.parametrize(
    "name", ["one commit", "no commit yet", "sha256, no commit yet", "name like a pathspec"]
)
def test_unstage_and_stage_again(name: str, tmp_path: Path) -> None:
    kind = KINDS[name](tmp_path / "r")
    (staged,) = kind.staged
    before = index(kind.folder)
    done = act.unstage(kind.folder, [kind.folder / staged])
    assert staged not in index(kind.folder)
    assert (kind.folder / staged).read_bytes() == kind.staged[staged]
    assert done.paths == (kind.folder / staged,)
    act.stage(kind.folder, [kind.folder / staged])
    assert index(kind.folder) == before


def test_unstage_tells_where_a_staged_version_went(top: Path) -> None:
    write(top, {"s.env": "KEY=2\n"})
    done = act.unstage(top, [top / "s.env"])
    command = done.undo.split("still be shown: '")[1].split("'")[0]
    assert git(top, *command.split()[1:]) == "KEY=1"
    assert (top / "s.env").read_text() == "KEY=2\n"


def test_stage_takes_everything_or_the_named(top: Path) -> None:
    write(top, {"a.txt": "2\n", "*.txt": "star", "b.log": "", "sub/c": ""})
    act.stage(top, [top / "*.txt", top / "sub"])
    assert set(index(top)) == {".gitignore", "a.txt", "s.env", "*.txt", "sub/c"}
    assert read.modified(opened(top)) == ["a.txt"]
    (top / "sub" / "c").unlink()
    assert "everything that git does not ignore; 3 files" in act.stage(top).message
    assert set(index(top)) == {".gitignore", "a.txt", "s.env", "*.txt"}


STAGE_REFUSED = {
    "ignored": ("b.log", r"git ignores b.log because of line 1 of .gitignore \(\*\.log\)"),
    "absent": ("nothing", "there is no file nothing"),
    "outside": ("../elsewhere", "is not a file of the repository"),
    "inside .git": (".git/config", "is not a file of the repository"),
}


@pytest.mark.parametrize(("name", "message"), STAGE_REFUSED.values(), ids=STAGE_REFUSED)
def test_stage_refused(name: str, message: str, top: Path) -> None:
    write(top, {"b.log": "", "c": ""})
    before = index(top)
    with pytest.raises(ActError, match=message):
        act.stage(top, [top / "c", top / name])
    assert index(top) == before


def test_stop_tracking_keeps_the_file(top: Path) -> None:
    done = act.stop_tracking(top, [top / "a.txt"])
    assert "a.txt" not in index(top)
    assert (top / "a.txt").read_text() == "1\n"
    subprocess.run(["/bin/sh", "-c", done.undo.removeprefix("Track again with: ")], cwd=top, check=True)
    assert "a.txt" in index(top)
    with pytest.raises(ActError, match="git does not track nothing"):
        act.stop_tracking(top, [top / "nothing"])


def test_create_branch(top: Path) -> None:
    done = act.create_branch(top, "w07-model-training-script")
    assert git(top, "branch", "--show-current") == "w07-model-training-script"
    subprocess.run(["/bin/sh", "-c", done.undo], cwd=top, check=True, capture_output=True)
    assert git(top, "branch") == "* main"


@pytest.mark.parametrize(
    "name", ["--orphan", "-d", "a b", "a..b", "@{-1}", "", "a:b", "main", "x.lock", "a\nb"]
)
def test_create_branch_refused(name: str, top: Path) -> None:
    with pytest.raises(ActError, match=r"can't be the name|is a branch main already"):
        act.create_branch(top, name)
    assert git(top, "branch") == "* main"


@pytest.mark.parametrize("name", ["a.txt", "untracked.txt"])
def test_rename(name: str, top: Path) -> None:
    write(top, {name: "changed\n"})
    act.rename(top / name, top / "b [1].txt")
    assert (top / "b [1].txt").read_text() == "changed\n"
    assert not (top / name).exists()
    assert ("b [1].txt" in index(top)) == (name == "a.txt")
    with pytest.raises(ActError, match="exists already"):
        act.rename(top / "b [1].txt", top / "s.env")
    with pytest.raises(ActError, match="there is no file"):
        act.rename(top / name, top / "c")
    with pytest.raises(ActError, match="there is no folder"):
        act.rename(top / "s.env", top / "no" / "c")
    act.rename(top / "b [1].txt", top / "B [1].txt")
    assert (top / "B [1].txt").read_text() == "changed\n"


def test_rename_never_leaves_the_repository(top: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "out.txt", top / ".git" / "a.txt"):
        with pytest.raises(ActError, match="is not in the repo"):
            act.rename(top / "a.txt", target)


def test_rename_outside_git(tmp_path: Path) -> None:
    write(tmp_path / "p", {"a": "1", "b": "2"})
    act.rename(tmp_path / "p" / "a", tmp_path / "p" / "c")
    with pytest.raises(ActError, match="exists already"):
        act.rename(tmp_path / "p" / "c", tmp_path / "p" / "b")
    assert {path.name: path.read_text() for path in (tmp_path / "p").iterdir()} == {"c": "1", "b": "2"}


def test_ignore(top: Path) -> None:
    write(top, {".gitignore": "*.log\r\nlast"})
    done = act.ignore(top / "s.env", "/s.env", also_unstage=True)
    assert (top / ".gitignore").read_bytes() == b"*.log\r\nlast\r\n/s.env\r\n"
    assert "s.env" not in index(top)
    assert done.message.startswith("Added '/s.env' to .gitignore. Unstaged s.env")
    act.ignore(top / "a.txt", "/a.txt", also_stop_tracking=True)
    assert "a.txt" not in index(top)
    assert "already" in act.ignore(top / "a.txt", "/a.txt").message


@pytest.mark.parametrize("unstages", [True, False])
def test_ignore_changes_nothing_while_another_git_is_at_work(unstages: bool, top: Path) -> None:
    before, lines = index(top), (top / ".gitignore").read_bytes()
    write(top, {".git/index.lock": ""})
    with pytest.raises(ActError, match="Another git process is at work"):
        act.ignore(top / "s.env", "/s.env", also_unstage=unstages, also_stop_tracking=not unstages)
    assert index(top) == before and (top / ".gitignore").read_bytes() == lines


def test_ignore_tells_what_it_did_where_the_ignore_file_cannot_be_written(top: Path) -> None:
    (top / ".gitignore").unlink()
    (top / ".gitignore").mkdir()
    with pytest.raises(
        ActError, match=r"\.gitignore was not changed: .+\. Unstaged s\.env.+ Stage again with: git add"
    ):
        act.ignore(top / "s.env", "/s.env", also_unstage=True)


def test_a_commit_may_be_empty_where_that_is_asked_for(top: Path) -> None:
    act.commit(top, "feat: a")
    with pytest.raises(ActError, match="nothing is staged"):
        act.commit(top, "feat: b")
    done = act.commit(top, "feat: b", allow_empty=True)
    assert done.message == f"Committed 0 files as {git(top, 'rev-parse', '--short', 'HEAD')} on main."
    assert "'git reset --soft HEAD~1' takes the commit back" in done.undo


def test_the_first_commit_can_be_taken_back(tmp_path: Path) -> None:
    top = stage(make(tmp_path / "new", {}, commit=False), {"a": "1\n"})
    done = act.commit(top, "feat: a")
    git(top, *done.undo.split("'")[1].split(" ")[1:])
    assert git(top, "status", "--porcelain") == "A  a"


def test_a_branch_that_begins_at_no_branch_can_be_taken_back(top: Path) -> None:
    git(top, "checkout", "-q", "--detach")
    done = act.create_branch(top, "new")
    subprocess.run(["sh", "-c", done.undo], cwd=top, check=True, capture_output=True)
    assert git(top, "branch", "--format", "%(refname:short)").splitlines()[1:] == ["main"]
    with pytest.raises(ActError, match="There is a branch main already"):
        act.create_branch(top, "main")


def test_a_deletion_that_is_staged_counts(top: Path) -> None:
    (top / "a.txt").unlink()
    assert "2 files would be in the next commit" in act.stage(top, [top / "a.txt"]).message


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("../.gitignore", "x"),
        ("a.txt", "x"),
        (".git/config", "x"),
        (".gitignore", "a\nb"),
        (".gitignore", " "),
    ],
)
def test_ignore_refused(file: str, pattern: str, top: Path) -> None:
    before = (top / ".gitignore").read_bytes()
    with pytest.raises(ActError, match="Nothing was changed"):
        act.ignore(top / "a.txt", pattern, file)
    assert (top / ".gitignore").read_bytes() == before
    assert not (top.parent / ".gitignore").exists()


def test_an_environment_that_points_elsewhere_does_not_count(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    act.commit(top, "here")
    assert git(top, "log", "-1", "--format=%s") == "here"
    assert git(other, "log", "-1", "--format=%s") == "start"


def test_reading_does_not_load_gitpython() -> None:
    code = "import sys; from ccds_ls.git import read, act; print([m for m in ('git', 'gitdb') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"


def test_a_commit_in_a_linked_worktree(tmp_path: Path) -> None:
    kind = KINDS["linked worktree"](tmp_path / "r")
    assert "on side" in act.commit(kind.folder, "x").message
    commit_all(write(kind.folder, {"more": ""}))


def test_git_killed_in_the_middle_loses_nothing(top: Path) -> None:
    hook(top, "pre-commit", "kill -9 $PPID")
    with pytest.raises(ActError, match="Nothing was committed"):
        act.commit(top, "x")
    assert [entry.path for entry in read.staged(opened(top))] == ["s.env"]
    (top / ".git" / "hooks" / "pre-commit").unlink()
    act.commit(top, "x")
    git(top, "fsck", "--strict")


NAMES = st.sampled_from(["a.txt", "b c.txt", "-d", "*.txt", "sub/e", "sub/é.csv", ":(top)f", "G"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["write", "stage", "stage all", "unstage", "untrack", "commit", "rename", "branch", "ignore"]
        ),
        NAMES,
        NAMES,
    ),
    max_size=14,
)


@settings(
    max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_no_sequence_of_actions_loses_a_byte(
    steps: list[tuple[str, str, str]], tmp_path_factory: Any
) -> None:
    top = make(tmp_path_factory.mktemp("steps") / "r", {"a.txt": "0", "sub/e": "0"})
    content = {"a.txt": b"0", "sub/e": b"0"}
    for number, (action, name, other) in enumerate(steps):
        try:
            step(top, action, name, other, number)
        except ActError:
            pass
        else:
            follow(content, action, name, other, number)
        on_disk = {p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*") if p.is_file()}
        work = {n: d for n, d in on_disk.items() if not n.startswith(".git")}
        assert work == content, (action, name, other)
    git(top, "fsck", "--strict")


def step(top: Path, action: str, name: str, other: str, number: int) -> None:
    path = top / name
    match action:
        case "write":
            write(top, {name: str(number)})
        case "stage":
            act.stage(top, [path])
        case "stage all":
            act.stage(top)
        case "unstage":
            act.unstage(top, [path])
        case "untrack":
            act.stop_tracking(top, [path])
        case "commit":
            act.commit(top, f"step {number}")
        case "rename":
            act.rename(path, top / other)
        case "branch":
            act.create_branch(top, f"step-{number}")
        case "ignore":
            act.ignore(path, f"/{other}", also_unstage=number % 2 == 0)


def follow(content: dict[str, bytes], action: str, name: str, other: str, number: int) -> None:
    if action == "write":
        content[name] = str(number).encode()
    elif action == "rename":
        content[other] = content.pop(name)


def test_a_command_that_is_told_quotes_the_name(tmp_path: Path) -> None:
    top = make(tmp_path / "r")
    stage(top, {"my keys.env": "x\n"})
    with pytest.raises(ActError, match=r"git rm --cached 'my keys\.env'"):
        keep_out(top / "my keys.env")
