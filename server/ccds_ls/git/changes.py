"""What differs: the index from HEAD, the work tree from the index, and what commits brought in."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccds_ls.git.repository import Repository, is_unborn
from ccds_ls.git.run import GitError

_COMPARED = 4 << 20  # bytes up to which a file whose stat changed is compared with the index by content
_RAW = ("--raw", "-z", "--no-renames", "--no-abbrev")
# "dirty": whether a submodule's files changed is told by a git status inside it, which runs its filters.
_DIFF = (*_RAW, "--ignore-submodules=dirty")


@dataclass(frozen=True)
class Entry:
    """One path in an index, a tree or a comparison.

    ``status`` is git's letter: A added, M modified, T type changed, and a blank where nothing was compared.
    ``oid`` names the new content, "" where git has not hashed it (a file of the work tree); ``old_oid`` the
    one before, "" for an addition. ``commit`` is set where the entry comes out of a commit.
    """

    path: str
    oid: str
    mode: int
    status: str = " "
    old_oid: str = ""
    commit: str | None = None

    @property
    def is_file(self) -> bool:
        """A regular file."""
        return self.mode & 0o170000 == 0o100000

    @property
    def is_link(self) -> bool:
        """A symbolic link: the blob is its target."""
        return self.mode == 0o120000

    @property
    def is_submodule(self) -> bool:
        """A commit of another repository: there is no blob of that oid here."""
        return self.mode == 0o160000


@dataclass(frozen=True)
class Changes:
    """The outcome of a comparison: new content, paths that went, and paths with an unresolved conflict."""

    entries: tuple[Entry, ...]
    deleted: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()


def index_changes(repository: Repository, base: str = "HEAD") -> Changes:
    """The index against a commit, HEAD by default, or against nothing where there is no commit yet.

    A path that was only announced (``git add --intent-to-add``) has no content yet and is left out.
    """
    arguments = ["diff-index", "--cached", *_DIFF, "--ita-invisible-in-index"]
    try:
        _, output = repository.run([*arguments, base, "--"])
    except GitError:
        if not is_unborn(repository):
            raise
        _, output = repository.run([*arguments, _empty_tree(repository), "--"])
    return _sorted_out(_raw_entries(output))


def amendable(repository: Repository) -> Changes:
    """The index against HEAD's first parent, which is what ``git commit --amend`` would commit."""
    code, _ = repository.run(["rev-parse", "-q", "--verify", "HEAD^"], codes=(0, 1))
    if code == 0:
        return index_changes(repository, "HEAD^")
    return index_changes(repository, _empty_tree(repository))


def staged(repository: Repository) -> list[Entry]:
    """What a commit would bring in: added, modified and type-changed paths; ``index_changes`` has the
    rest.
    """
    return list(index_changes(repository).entries)


def changes(repository: Repository) -> Changes:
    """The work tree against the index, by stat and then by content, without running a filter.

    A file with a filter, or too large to compare, counts as modified when its stat changed.
    """
    _, output = repository.run(["diff-files", *_DIFF], settings=_no_filters(repository))
    found = _sorted_out(_raw_entries(output))
    entries = tuple(entry for entry in found.entries if _differs(repository, entry))
    return Changes(entries, found.deleted, found.unmerged)


def modified(repository: Repository) -> list[str]:
    """Tracked paths whose file differs from the index; see ``changes``."""
    return [entry.path for entry in changes(repository).entries]


def introduced(repository: Repository, commits: Sequence[str]) -> list[Entry]:
    """What the commits of a range brought in, each (path, content) once, the latest first.

    ``commits`` are arguments of rev-list that our code chose: object ids, ``^OID``, ``--not --remotes``.
    """
    _, names = repository.run(["rev-list", *commits, "--"])
    if not names:
        return []
    _, output = repository.run(["diff-tree", "--stdin", "-r", "-m", "--root", *_RAW], feed=names)
    found: dict[tuple[str, str], Entry] = {}
    for entry in _sorted_out(_raw_entries(output)).entries:
        found.setdefault((entry.path, entry.oid), entry)
    return list(found.values())


def unpushed(repository: Repository) -> list[Entry]:
    """What the commits of HEAD that no remote-tracking branch has brought in; see ``introduced``."""
    return [] if is_unborn(repository) else introduced(repository, ["HEAD", "--not", "--remotes"])


def _empty_tree(repository: Repository) -> str:
    """The id of a tree with nothing in it, in this repository's hash; git knows it without storing it."""
    _, output = repository.run(["hash-object", "-t", "tree", "--stdin"])
    return output.decode("ascii").strip()


def _raw_entries(output: bytes) -> Iterator[Entry]:
    """Parse ``--raw -z``: ``:MODE MODE OID OID STATUS NUL PATH NUL``; diff-tree puts commit ids between
    them.
    """
    fields = iter(output.split(b"\0")[:-1])
    commit = None
    for fact in fields:
        if not fact.startswith(b":"):
            commit = fact.decode("ascii")
            continue
        _, mode, old, new, status = fact[1:].decode("ascii").split(" ")
        yield Entry(os.fsdecode(next(fields)), _known(new), int(mode, 8), status[0], _known(old), commit)


def _known(oid: str) -> str:
    return oid if oid.strip("0") else ""


def _sorted_out(entries: Iterable[Entry]) -> Changes:
    every = list(entries)
    unmerged = {entry.path for entry in every if entry.status == "U"}
    return Changes(
        entries=tuple(entry for entry in every if entry.status not in "DU" and entry.path not in unmerged),
        deleted=tuple(entry.path for entry in every if entry.status == "D"),
        unmerged=tuple(sorted(unmerged)),
    )


def _no_filters(repository: Repository) -> list[str]:
    """Settings that empty every configured filter.

    Git compares the content of a file that is not older than the index, through its filter, even in diff-
    files.
    """
    names = {name for name, _ in _filter_settings(repository)}
    unsafe = sorted(name for name in names if "=" in name)
    if unsafe:
        raise GitError(
            f"The work tree was not compared: the git filter {unsafe[0]!r} has '=' in its name and can't be "
            "turned off. Rename it in the git configuration."
        )
    keys = ("clean=", "process=", "required=false")
    return [f"filter.{name}.{key}" for name in sorted(names) for key in keys]


def filters_in_force(repository: Repository) -> set[str]:
    """The filters that change what git stores: those with a command for that."""
    settings = _filter_settings(repository)
    return {name for (name, what), value in settings.items() if value and what in ("clean", "process")}


def _filter_settings(repository: Repository) -> dict[tuple[str, str], str]:
    """What is set for filters, by the filter's name and the setting's; the last value of several counts."""
    _, output = repository.run(["config", "-z", "--get-regexp", "^filter[.]"], codes=(0, 1))
    found = {}
    for line in filter(None, os.fsdecode(output).split("\0")):
        key, _, value = line.partition("\n")
        name, _, what = key[len("filter.") :].rpartition(".")
        found[name, what] = value
    return found


def _differs(repository: Repository, entry: Entry) -> bool:
    """False for a file whose stat changed but whose content, with either line ending, is the index's.

    Also false for what git can't take: a pipe, a socket or a device where a file was.
    """
    path = repository.top / entry.path
    try:
        now = path.lstat()
        if not (stat.S_ISREG(now.st_mode) or stat.S_ISLNK(now.st_mode) or stat.S_ISDIR(now.st_mode)):
            return False
        if entry.status != "M" or not stat.S_ISREG(now.st_mode) or now.st_size > _COMPARED:
            return True
        data = path.read_bytes()
    except OSError:
        return True  # whoever reads the file will be told why
    versions = (data, data.replace(b"\r\n", b"\n"))
    return entry.old_oid not in (_blob_id(version, entry.old_oid) for version in versions)


def _blob_id(data: bytes, like: str) -> str:
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
