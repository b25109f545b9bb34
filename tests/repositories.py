"""Real git repositories, made quickly; for any test that needs one.

``git`` runs git apart from the machine's own configuration. ``make``, ``write`` and ``stage`` are enough for most
tests; ``repository_kinds`` has a builder for each kind of repository there is.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Lovelace",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    "GIT_EDITOR": ":",
    "LC_ALL": "C",
}

Content = str | bytes
SECRET: dict[str, Content] = {"s.env": "KEY=1\n"}


def git(
    folder: Path,
    *arguments: str | bytes,
    feed: bytes = b"",
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
) -> str:
    """Run git in ``folder`` and return its output, stripped. Fails the test on another exit code."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "maintenance.auto=false", *arguments],
        cwd=folder,
        env=clean | ENVIRONMENT | dict(env or {}),
        input=feed,
        capture_output=True,
        check=False,
    )
    assert done.returncode in codes, (arguments, done.returncode, done.stdout, done.stderr)
    return os.fsdecode(done.stdout).strip()


@pytest.fixture
def git_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file of a user with a name and an e-mail, and nothing else of the machine's."""
    path = tmp_path / "gitconfig"
    path.write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return path


def write(folder: Path, files: Mapping[str, Content]) -> Path:
    """Write files, with their folders; text goes to disk as it is. Returns ``folder``."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def make(
    folder: Path, files: Mapping[str, Content] | None = None, *options: str, commit: bool = True
) -> Path:
    """A repository on ``main`` with one commit of ``files`` (a README by default), or none. Returns ``folder``."""
    files = {"README.md": "start\n"} if files is None else files
    if options or (folder.exists() and any(folder.iterdir())):
        return _made(folder, files, options, commit)
    return shutil.copytree(_pattern(tuple(files.items()), commit), folder, symlinks=True, dirs_exist_ok=True)


@cache
def _pattern(files: tuple[tuple[str, Content], ...], commit: bool) -> Path:
    """A repository that is made once and then copied, which spares most tests three processes."""
    folder = Path(tempfile.mkdtemp(prefix="ccds-ls-pattern-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _made(folder, dict(files), (), commit)


def _made(folder: Path, files: Mapping[str, Content], options: tuple[str, ...], commit: bool) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "--template=", "-b", "main", *options)
    write(folder, files)
    if commit:
        commit_all(folder, "start")
    return folder


def commit_all(folder: Path, message: str = "more") -> None:
    """Commit everything that is in the work tree."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "--allow-empty", "-m", message)


def stage(folder: Path, files: Mapping[str, Content] | None = None) -> Path:
    """Write files (``s.env`` by default) and put them into the index. Returns ``folder``."""
    files = SECRET if files is None else files
    write(folder, files)
    if files:
        git(folder, "--literal-pathspecs", "add", "--", *map(os.fsencode, files))
    return folder


def huge_blob(folder: Path) -> str:
    """Give the repository an object that git takes for a blob of 1 GiB of zeros; returns its id."""
    oid, block = "ab" * 20, zlib.compressobj()
    packed = block.compress(b"blob %d\0" % (1 << 30)) + block.flush(zlib.Z_FULL_FLUSH)
    zeros = block.compress(bytes(1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    loose_object(folder, oid).parent.mkdir(exist_ok=True)
    loose_object(folder, oid).write_bytes(packed + zeros * 1024)
    return oid


def loose_object(folder: Path, oid: str) -> Path:
    """The file of an object that is not in a pack."""
    return folder / ".git" / "objects" / oid[:2] / oid[2:]
