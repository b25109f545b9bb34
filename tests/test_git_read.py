"""Reading git: right in every kind of repository, or a clear refusal; never an empty answer instead of one."""

from __future__ import annotations

import os
import re
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccds_ls.git import read, run
from ccds_ls.git.read import Blob, GitError, Ignored, Repository
from repositories import commit_all, git, make, stage, write
from repository_kinds import KINDS, Kind

LIMIT = 1 << 20


def opened(folder: Path) -> Repository:
    repository = read.discover(folder)
    assert repository is not None
    return repository


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_repository(name: str, tmp_path: Path) -> None:
    kind = KINDS[name](tmp_path / "r")
    if kind.refusal == "none":
        assert read.discover(kind.folder) is None
    elif kind.refusal is not None:
        with pytest.raises(GitError, match=kind.refusal):
            read.staged(opened(kind.folder))
    else:
        check(kind)


def check(kind: Kind) -> None:
    repository = read.discover(kind.folder, environ=kind.environ)
    assert repository is not None
    assert repository.index.is_file() or not kind.staged
    found = read.index_changes(repository)
    contents = {
        blob.oid: blob for blob in read.blobs(repository, [entry.oid for entry in found.entries], LIMIT)
    }
    assert {entry.path for entry in found.entries} == set(kind.staged)
    for entry in found.entries:
        blob, expected = contents[entry.oid], kind.staged[entry.path]
        assert blob.size == (None if expected is None else len(expected))
        assert expected is None or (expected.startswith(blob.data) and blob.cut == (len(expected) > LIMIT))
    assert (found.deleted, found.unmerged) == (kind.deleted, kind.unmerged)
    assert set(read.modified(repository)) == set(kind.modified)
    assert set(read.untracked(repository)) == set(kind.untracked)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One repository with something of everything, for tests that only look."""
    top = tmp_path_factory.mktemp("project") / "r"
    make(
        top,
        {
            "a.py": "1\n",
            "nb/one.ipynb": "{}",
            "nb/gone.ipynb": "{}",
            "old.log": "x",
            "*.md": "x",
            "ab.md": "x",
        },
    )
    write(
        top,
        {".gitignore": "data/\n*.log\n!keep.log\n", ".gitattributes": "*.bin filter=lfs\n*.txt -filter\n"},
    )
    commit_all(top, "second")
    stage(top, {"a.py": "2\n", "new.csv": "x,y\n"})
    write(
        top,
        {"a.py": "3\n", "nb/two.ipynb": "{}", "data/big.csv": "1", "keep.log": "", "sub/.gitignore": "x\n"},
    )
    write(top, {"sub/x": "", "b.bin": "", "c.txt": ""})
    (top / "nb" / "gone.ipynb").unlink()
    (top / "link").symlink_to("data", target_is_directory=True)
    make(top / "inner")
    return top


def test_what_would_be_added(project: Path) -> None:
    repository = opened(project)
    assert read.modified(repository) == ["a.py"]
    assert read.changes(repository).deleted == ("nb/gone.ipynb",)
    new = ["b.bin", "c.txt", "keep.log", "link", "nb/two.ipynb", "sub/.gitignore"]
    assert sorted(read.untracked(repository)) == new
    assert read.would_add(repository) == sorted(["a.py", *new])
    assert read.untracked(repository, ["nb", "sub"]) == ["nb/two.ipynb", "sub/.gitignore"]


def test_files_and_notebooks(project: Path) -> None:
    repository = opened(project)
    found = dict(read.files(repository))
    assert (found["a.py"], found["new.csv"], found["nb/two.ipynb"]) == (True, True, False)
    assert not {"data/big.csv", "inner/", "inner/README.md"} & set(read.tracked_or_unignored(repository))
    assert read.notebooks(repository, read.untracked(repository)) == ["nb/one.ipynb", "nb/two.ipynb"]


def test_paths_are_literal(project: Path) -> None:
    repository = opened(project)
    assert read.tracked(repository, ["*.md", "nb", "no.md", "new.csv"]) == {"*.md", "new.csv"}
    assert [entry.path for entry in read.index_entries(repository, ["*.md"])] == ["*.md"]
    assert list(read.head_entries(repository, ["*.md", "new.csv"])) == ["*.md"]


def test_ignored_by_which_line(project: Path) -> None:
    repository = opened(project)
    paths = [
        "data/big.csv",
        "old.log",
        "keep.log",
        "sub/x",
        "a.py",
        "link/x",
        "inner/README.md",
        ":(top)",
        "../out",
    ]
    by_data, by_x = Ignored(".gitignore", 1, "data/"), Ignored("sub/.gitignore", 1, "x")
    assert read.ignored_by(repository, paths) == {"data/big.csv": by_data, "sub/x": by_x}
    assert read.ignored(repository, []) == set()
    again = read.ignored_by(repository, ["old.log", "a.py"], although_tracked=True)
    assert again == {"old.log": Ignored(".gitignore", 2, "*.log")}


def test_filters(project: Path) -> None:
    paths = ["b.bin", "c.txt", "a.py", "nowhere/d.bin"]
    for name in ("clean", "process"):
        git(project, "config", f"filter.lfs.{name}", "")
    assert read.filters(opened(project), paths) == {}, "named by an attribute, without a command"
    git(project, "config", "filter.lfs.process", "git-lfs filter-process")
    assert read.filters(opened(project), paths) == {"b.bin": "lfs", "nowhere/d.bin": "lfs"}


def test_blobs_are_cut_and_missing_ones_told(project: Path) -> None:
    repository = opened(project)
    oids = [entry.oid for entry in read.staged(repository)]
    found = {blob.data: blob for blob in read.blobs(repository, [*oids, oids[0], "0" * 40], limit=2, head=3)}
    assert found == {
        b"2\n": Blob(oids[0], 2, b"2\n"),
        b"x,y": Blob(oids[1], 4, b"x,y"),
        b"": Blob("0" * 40, None),
    }
    assert read.sizes(repository, oids) == {oids[0]: 2, oids[1]: 4}
    assert list(read.blobs(repository, [], limit=2)) == []


def test_history(project: Path) -> None:
    repository = opened(project)
    assert read.authors(repository) == [("Ada Lovelace", "ada@example.org")]
    assert read.current_branch(repository) == "main"
    assert read.user_name(repository) is None or "\n" not in str(read.user_name(repository))
    brought = {entry.path: entry for entry in read.unpushed(repository)}
    assert brought["a.py"].commit == git(project, "rev-parse", "HEAD~1")
    assert brought[".gitignore"].commit == git(project, "rev-parse", "HEAD")
    git(project, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    assert {entry.path for entry in read.unpushed(repository)} == {".gitattributes", ".gitignore"}


def test_relative_paths(project: Path) -> None:
    repository = opened(project / "nb")
    assert repository.relative(project / "nb" / "one.ipynb") == "nb/one.ipynb"
    assert repository.relative(project / "link") == "link"
    assert repository.relative(project / "link" / "big.csv") == "data/big.csv"
    assert repository.relative(project.parent / "elsewhere") is None


NAME = st.binary(min_size=1, max_size=12).filter(
    lambda name: not {0, ord("/")} & set(name) and b"." not in name
)


@settings(
    max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.sets(NAME, min_size=1, max_size=20))
@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are not UTF-8")
def test_any_name(names: set[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    top = make(tmp_path_factory.mktemp("names"), {"README.md": ""})
    repository = opened(top)
    oid = git(top, "hash-object", "-w", "--stdin")
    git(
        top,
        "update-index",
        "-z",
        "--index-info",
        feed=b"".join(b"100644 %s\t%s\0" % (oid.encode(), n) for n in names),
    )
    paths = {os.fsdecode(name) for name in names}
    assert {entry.path for entry in read.staged(repository)} == paths
    assert read.tracked(repository, paths) == paths
    write(top, {".gitignore": "*\n"})
    assert set(read.ignored_by(repository, paths, although_tracked=True)) == paths


def test_repository_that_vanishes(tmp_path: Path) -> None:
    stage(make(tmp_path), {"outer.txt": ""})
    repository = opened(make(tmp_path / "inner"))
    (tmp_path / "inner" / ".git").rename(tmp_path / "gone")
    with pytest.raises(GitError, match="not a git repository"):
        read.staged(repository)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_another_owner(tmp_path: Path) -> None:
    make(tmp_path / "r")
    for path in (tmp_path / "r", tmp_path / "r" / ".git"):
        os.chown(path, 65534, 65534)
    command = re.escape(f"git config --global --add safe.directory '{tmp_path / 'r'}'")
    with pytest.raises(GitError, match=f"belongs to another user.*{command}"):
        read.discover(tmp_path / "r")


def fake_git(folder: Path, script: str) -> str:
    path = write(folder, {"git": f"#!/bin/sh\n{script}\n"}) / "git"
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(folder)


@pytest.mark.parametrize("search_path", ["", ".", "bin:", "/nonexistent"])
def test_no_git(search_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, "true")
    fake_git(tmp_path / "bin", "true")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", search_path)
    with pytest.raises(GitError, match="git was not found on PATH"):
        read.discover(tmp_path)


def test_slow_git_is_stopped_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", fake_git(tmp_path, "/bin/sleep 60 & /bin/sleep 60"), prepend=os.pathsep)
    start = time.monotonic()
    with pytest.raises(GitError, match=r"took longer than 0\.1 s"):
        run.run(["status"], tmp_path, timeout=0.1)
    assert time.monotonic() - start < 2


def test_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", fake_git(tmp_path, "exec /bin/sleep 60"), prepend=os.pathsep)
    event = threading.Event()
    event.set()
    with pytest.raises(read.StoppedError):
        run.run(["status"], tmp_path, cancelled=event)


def test_endless_output_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", fake_git(tmp_path, "exec /usr/bin/yes"), prepend=os.pathsep)
    with pytest.raises(GitError, match="printed more than 3000000 bytes"):
        run.run(["status"], tmp_path, limit=3_000_000)


def test_a_failure_is_told_without_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    word = "pass" + "word9"
    script = f"echo 'fatal: no https://me:{word}@host/x?token={word} here' >&2; exit 3"
    monkeypatch.setenv("PATH", fake_git(tmp_path, script), prepend=os.pathsep)
    with pytest.raises(GitError, match=r"^git status failed: no https://host/x here\.$"):
        run.run(["status"], tmp_path)


def test_the_environment_keeps_no_git_variable_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "touch")
    monkeypatch.setenv("git_dir", "elsewhere")
    names = {name for name in run.environment([("GIT_INDEX_FILE", "x")]) if name.upper().startswith("GIT_")}
    assert "GIT_INDEX_FILE" in names
    assert not {"GIT_EXTERNAL_DIFF", "git_dir"} & names


def test_git_is_asked_who_brought_notebooks_in_for_their_folders_alone(project: Path) -> None:
    paths = ["lab [1]/1.ipynb", "old/2.ipynb", "3.ipynb"]
    write(project, dict.fromkeys(paths, "{}"))
    commit_all(project)
    repository = opened(project)
    person = ("Ada Lovelace", "ada@example.org")
    assert read.added(repository, [paths[0], paths[2]]) == {paths[0]: person, paths[2]: person}
    assert set(read.added(repository, [*paths, *(f"{n}.ipynb" for n in range(60))])) >= set(paths)
