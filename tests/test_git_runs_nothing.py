"""Looking at a hostile repository runs nothing of it, and still says what is staged.

Each vector plants a program that leaves a canary file. The ordinary git command beside it shows that the trap is
set: it must leave the canary. Everything that ``git.read`` offers must not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ccds_ls.git import read
from ccds_ls.git.read import GitError
from repositories import ENVIRONMENT, commit_all, git, loose_object, make, stage, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")


@dataclass(frozen=True)
class Vector:
    """``arm`` plants the program in a repository; ``trigger`` is the git command that falls for it."""

    arm: Callable[[Path, str], object]
    trigger: tuple[str, ...]


def config(**settings: str) -> Callable[[Path, str], None]:
    """Git settings; ``{program}`` in a value is the planted program, ``__`` in a name a dot."""

    def arm(top: Path, program: str) -> None:
        lines = (
            f"[{section(name)}]\n\t{name.split('__')[-1].replace('_', '-')} = {value}\n"
            for name, value in settings.items()
        )
        with (top / ".git" / "config").open("a") as file:
            file.write("".join(lines).replace("{program}", program))

    return arm


def section(name: str) -> str:
    first, *middle, _ = name.split("__")
    return f'{first} "{middle[0]}"' if middle else first


def hook(top: Path, program: str) -> None:
    for name in ("pre-commit", "post-index-change", "post-checkout", "reference-transaction"):
        path = write(top, {f".git/hooks/{name}": f"#!/bin/sh\n{program}\n"}) / ".git" / "hooks" / name
        path.chmod(0o755)


def hooks_path(top: Path, program: str) -> None:
    hook(top, program)
    (top / ".git" / "hooks").rename(top / "evil")
    config(core__hooksPath="evil")(top, program)


def filtered(kind: str) -> Callable[[Path, str], None]:
    """A filter on a file that is as new as the index: git compares its content, so it runs the filter."""

    def arm(top: Path, program: str) -> None:
        write(top, {".git/info/attributes": "README.md filter=evil\n"})
        config(**{f"filter__evil__{kind}": "{program}; cat", "filter__evil__required": "true"})(top, program)
        os.utime(top / "README.md", (2**31 - 9, 2**31 - 9))
        off = [
            part for key in ("clean=", "process=", "required=false") for part in ("-c", f"filter.evil.{key}")
        ]
        git(top, *off, "update-index", "-q", "--refresh")
        os.utime(top / ".git" / "index", (1, 1))

    return arm


def filtered_submodule(top: Path, program: str) -> None:
    make(top / "lib")
    git(top, "update-index", "--add", "--cacheinfo", f"160000,{git(top / 'lib', 'rev-parse', 'HEAD')},lib")
    filtered("clean")(top / "lib", program)


def with_attribute(value: str, **settings: str) -> Callable[[Path, str], None]:
    def arm(top: Path, program: str) -> None:
        write(top, {".git/info/attributes": f"* {value}\n"})
        config(**settings)(top, program)

    return arm


def promised(**settings: str) -> Callable[[Path, str], None]:
    """A blob in the index that only a remote has, so that git would like to fetch it."""

    def arm(top: Path, program: str) -> None:
        oid = git(top, "hash-object", "-w", "--stdin", feed=b"promised\n")
        git(top, "update-index", "--add", "--cacheinfo", f"100644,{oid},promised")
        loose_object(top, oid).unlink()
        config(core__repositoryFormatVersion="1", extensions__partialClone="origin")(top, program)
        config(remote__origin__promisor="true", **settings)(top, program)

    return arm


def signed(top: Path, program: str) -> None:
    config(gpg__program="{program}", log__showSignature="true", commit__gpgSign="true")(top, program)
    mark = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\nstart\n"
    text = git(top, "cat-file", "commit", "HEAD").replace("\n\nstart", f"\n{mark}")
    git(
        top,
        "update-ref",
        "refs/heads/main",
        git(top, "hash-object", "-wt", "commit", "--stdin", feed=text.encode()),
    )


def aliases(top: Path, program: str) -> None:
    names = ("zz", "rev-parse", "diff-index", "diff-files", "ls-files", "cat-file", "check-ignore", "config")
    for name in names:
        git(top, "config", f"alias.{name}", f"!{program}")


def git_file(top: Path, program: str) -> None:
    """``.git`` is a file that points to a folder that came along under another name."""
    config(core__fsmonitor="{program}")(top, program)
    (top / ".git").rename(top / "payload")
    write(top, {".git": "gitdir: payload\n"})


ORIGIN = {"remote__origin__url": "file:///nowhere"}
SSH = {"remote__origin__url": "ssh://nowhere/x", "core__sshCommand": "{program}"}
HTTP = {"remote__origin__url": "http://127.0.0.1:9/x", "credential__helper": "!{program}"}

VECTORS = {
    "core.fsmonitor": Vector(config(core__fsmonitor="{program}"), ("diff-index", "--cached", "HEAD")),
    "hooks": Vector(hook, ("commit", "-qm", "x")),
    "core.hooksPath": Vector(hooks_path, ("commit", "-qm", "x")),
    "clean filter": Vector(filtered("clean"), ("diff-files", "--raw")),
    "process filter": Vector(filtered("process"), ("diff-files", "--raw")),
    "smudge filter": Vector(
        with_attribute("filter=evil", filter__evil__smudge="{program}"), ("cat-file", "--filters", ":s.env")
    ),
    "submodule's filter": Vector(filtered_submodule, ("diff-files", "--raw", "--ignore-submodules=none")),
    "diff.external": Vector(config(diff__external="{program}"), ("diff", "--cached")),
    "textconv": Vector(with_attribute("diff=evil", diff__evil__textconv="{program}"), ("diff", "--cached")),
    "diff command": Vector(
        with_attribute("diff=evil", diff__evil__command="{program}"), ("diff", "--cached")
    ),
    "core.pager": Vector(config(core__pager="{program}"), ("log",)),
    "pager.ls-files": Vector(config(pager__ls_files="{program}", pager__log="{program}"), ("log",)),
    "core.editor": Vector(config(core__editor="{program};"), ("commit",)),
    "core.sshCommand": Vector(promised(**SSH), ("cat-file", "-p", ":promised")),
    "remote.uploadpack": Vector(
        promised(**ORIGIN, remote__origin__uploadpack="{program}"), ("cat-file", "-p", ":promised")
    ),
    "gpg.program": Vector(signed, ("log", "-1")),
    "credential.helper": Vector(promised(**HTTP), ("credential", "fill")),
    "aliases": Vector(aliases, ("zz",)),
    ".git file elsewhere": Vector(git_file, ("ls-files", "-s")),
}


def plant(folder: Path, vector: Vector) -> Path:
    """The repository ``r`` in ``folder``, armed; its program makes the file ``canary`` beside it."""
    program = write(folder, {"program": f'#!/bin/sh\necho ran > "{folder}/canary"\n'}) / "program"
    program.chmod(0o755)
    top = stage(make(folder / "r"))
    vector.arm(top, str(program))
    return top


def look(top: Path) -> None:
    """Call everything that reads, and check that the answers are right."""
    repository = read.discover(top)
    assert repository is not None
    entries = {entry.path: entry for entry in read.staged(repository)}
    blobs = {blob.oid: blob for blob in read.blobs(repository, [e.oid for e in entries.values()], 100)}
    assert blobs[entries["s.env"].oid].data == b"KEY=1\n"
    assert "promised" not in entries or blobs[entries["promised"].oid].size is None
    assert "s.env" not in read.would_add(repository)
    assert ("README.md", True) in read.files(repository)
    assert read.notebooks(repository, read.untracked(repository)) == []
    assert read.tracked(repository, ["s.env", "other"]) == {"s.env"}
    assert "s.env" in {entry.path for entry in read.index_entries(repository)}
    assert "README.md" in read.head_entries(repository)
    assert read.ignored_by(repository, ["s.env"]) == {}
    assert read.filters(repository, ["nothing"]) in ({}, {"nothing": "evil"})
    assert {entry.path for entry in read.unpushed(repository)} == {"README.md"}
    assert read.authors(repository) == [("Ada Lovelace", "ada@example.org")]
    assert read.added(repository, ["a.ipynb"]) == {}
    assert read.current_branch(repository) == "main"
    assert read.setting(repository, "core.bare") == "false"


@pytest.mark.parametrize("name", VECTORS)
def test_looking_runs_nothing(name: str, tmp_path: Path) -> None:
    top = plant(tmp_path, VECTORS[name])
    look(top)
    assert not (tmp_path / "canary").exists()
    fall_for(top, VECTORS[name].trigger)
    assert (tmp_path / "canary").exists(), "the trap is not set, so this test shows nothing"


def fall_for(top: Path, command: tuple[str, ...]) -> None:
    """Run ordinary git at a terminal, where a pager and an editor are started."""
    quiet = ("GIT_EDITOR",)
    env = {name: value for name, value in {**os.environ, **ENVIRONMENT}.items() if name not in quiet}
    ours, terminal = os.openpty()
    try:
        subprocess.run(
            ["git", *command],
            cwd=top,
            env={**env, "TERM": "xterm"},
            input=b"protocol=https\nhost=h\n\n",
            stdout=terminal,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=20,
        )
    finally:
        os.close(ours)
        os.close(terminal)


def test_git_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = plant(tmp_path, Vector(lambda top, program: (top / "git").symlink_to(program), ()))
    monkeypatch.chdir(top)
    monkeypatch.setenv("PATH", f".{os.pathsep}", prepend=os.pathsep)
    look(top)
    assert not (tmp_path / "canary").exists()
    subprocess.run(["/bin/sh", "-c", "git --version"], check=False)
    assert (tmp_path / "canary").exists(), "the trap is not set, so this test shows nothing"


def test_bare_repository_among_the_files(tmp_path: Path) -> None:
    """A folder of a project that is laid out like a git dir: its configuration would count inside it."""
    top = plant(tmp_path, Vector(config(), ()))
    git(make(top / "data", {}, commit=False), "config", "core.fsmonitor", str(tmp_path / "program"))
    for path in (top / "data" / ".git").iterdir():
        path.rename(top / "data" / path.name)
    (top / "data" / ".git").rmdir()
    git(top / "data", "config", "--file", "config", "core.worktree", "..")
    with pytest.raises(GitError, match="bare repository"):
        read.discover(top / "data")
    look(top)
    assert not (tmp_path / "canary").exists()
    fall_for(top / "data", ("status",))
    assert (tmp_path / "canary").exists(), "the trap is not set, so this test shows nothing"


def test_nothing_is_written(tmp_path: Path) -> None:
    top = commit_and_change(tmp_path / "r")
    before = {path: path.stat().st_mtime_ns for path in top.rglob("*")}
    look(top)
    assert {path: path.stat().st_mtime_ns for path in top.rglob("*")} == before


def commit_and_change(top: Path) -> Path:
    commit_all(make(top))
    stage(top)
    os.utime(top / "README.md", (1, 1))  # git status would write the index anew
    return top


def test_a_filter_that_cannot_be_turned_off_is_told(tmp_path: Path) -> None:
    top = plant(tmp_path, Vector(config(**{"filter__a=b__clean": "{program}"}), ()))
    repository = read.discover(top)
    assert repository is not None
    with pytest.raises(GitError, match="was not compared"):
        read.modified(repository)
    assert [entry.path for entry in read.staged(repository)] == ["s.env"]
