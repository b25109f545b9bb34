"""What git knows about a repository's files: staged, modified, untracked, ignored, filtered.

The face of the reading half of this package. It is plumbing alone, through ``run``: nothing of the repository
is executed and no file of it is changed. Every failure is a GitError, so an empty answer means that there is
nothing. Paths are relative to the repository's top, with ``/`` separators, and are taken literally, never as
patterns.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccds_ls.git.blobs import Blob as Blob
from ccds_ls.git.blobs import blobs as blobs
from ccds_ls.git.blobs import sizes as sizes
from ccds_ls.git.changes import Changes as Changes
from ccds_ls.git.changes import Entry as Entry
from ccds_ls.git.changes import amendable as amendable
from ccds_ls.git.changes import changes as changes
from ccds_ls.git.changes import filters_in_force
from ccds_ls.git.changes import index_changes as index_changes
from ccds_ls.git.changes import introduced as introduced
from ccds_ls.git.changes import modified as modified
from ccds_ls.git.changes import staged as staged
from ccds_ls.git.changes import unpushed as unpushed
from ccds_ls.git.repository import Repository as Repository
from ccds_ls.git.repository import added as added
from ccds_ls.git.repository import authors as authors
from ccds_ls.git.repository import branches as branches
from ccds_ls.git.repository import committing as committing
from ccds_ls.git.repository import current_branch as current_branch
from ccds_ls.git.repository import discover as discover
from ccds_ls.git.repository import has_remote as has_remote
from ccds_ls.git.repository import is_unborn as is_unborn
from ccds_ls.git.repository import setting as setting
from ccds_ls.git.repository import subjects as subjects
from ccds_ls.git.repository import user_email as user_email
from ccds_ls.git.repository import user_name as user_name
from ccds_ls.git.run import GitError as GitError
from ccds_ls.git.run import StoppedError as StoppedError

INITIALS = "ccds-ls.initials"
"""The name under which git's configuration keeps this user's initials: theirs, and no part of the project."""

_ARGUMENTS = 20_000  # characters of paths in one command line; Windows allows 32,767 in all


@dataclass(frozen=True)
class Ignored:
    """The line that makes git ignore a path. ``source`` is relative to the top, or absolute outside it."""

    source: str
    line: int
    pattern: str


def untracked(repository: Repository, paths: Sequence[str] = ()) -> list[str]:
    """Files that git neither tracks nor ignores, everywhere or under ``paths``.

    Those of a repository inside this one are left out.
    """
    output = _listed(repository, ["-o", "--exclude-standard"], paths)
    return [path for path in output if not path.endswith("/")]


def would_add(repository: Repository, new: Iterable[str] | None = None) -> list[str]:
    """Paths whose content ``git add .`` at the top would take: modified and untracked ones, sorted.

    ``new`` are the untracked ones where they are known already.
    """
    now = changes(repository)
    new = untracked(repository) if new is None else new
    return sorted({entry.path for entry in now.entries} | set(now.unmerged) | set(new))


def files(repository: Repository, paths: Sequence[str] = ()) -> list[tuple[str, bool]]:
    """Every path that git tracks or does not ignore, with whether it is tracked; everywhere or under
    ``paths``.
    """
    found: dict[str, bool] = {}
    for line in _listed(repository, ["-c", "-o", "-t", "--exclude-standard"], paths):
        tag, path = line[0], line[2:]
        if not path.endswith("/"):
            found[path] = tag != "?"
    return list(found.items())


def tracked_or_unignored(repository: Repository, paths: Sequence[str] = ()) -> list[str]:
    """The paths of ``files``."""
    return [path for path, _ in files(repository, paths)]


def notebooks(repository: Repository, new: Iterable[str]) -> list[str]:
    """Every notebook on disk that git tracks or that is among ``new``, the untracked files."""
    _, output = repository.run(["ls-files", "-z", "-c", "--", ":(glob)**/*.ipynb"])
    tracked = {os.fsdecode(name) for name in output.split(b"\0")[:-1]}
    found = tracked | {path for path in new if path.endswith(".ipynb")}
    return sorted(path for path in found if os.path.lexists(repository.top / path))


def tracked(repository: Repository, paths: Iterable[str]) -> set[str]:
    """Those of ``paths`` that are in the index."""
    wanted = set(paths)
    return wanted & set(_listed(repository, ["-c"], sorted(wanted))) if wanted else set()


def index_entries(repository: Repository, paths: Sequence[str] = ()) -> list[Entry]:
    """What the index holds, everywhere or under ``paths``; unmerged paths are left out."""
    entries = []
    for line in _listed(repository, ["-s"], paths):
        facts, _, path = line.partition("\t")
        mode, oid, stage = facts.split(" ")
        if stage == "0":
            entries.append(Entry(path, oid, int(mode, 8)))
    return entries


def head_entries(repository: Repository, paths: Sequence[str] = ()) -> dict[str, Entry]:
    """What HEAD's tree holds, by path, everywhere or at and under ``paths``; empty where there is no
    commit yet.
    """
    if is_unborn(repository):
        return {}
    entries = {}
    for chunk in _chunks(paths):
        _, output = repository.run(["ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *chunk])
        for line in output.split(b"\0")[:-1]:
            facts, _, name = line.partition(b"\t")
            mode, _, oid = facts.decode("ascii").split(" ")
            entries[os.fsdecode(name)] = Entry(os.fsdecode(name), oid, int(mode, 8))
    return entries


def ignored_entries(repository: Repository) -> list[str]:
    """What git ignores on disk, a folder of which everything is ignored as one entry that ends in ``/``."""
    return _listed(repository, ["-o", "-i", "--exclude-standard", "--directory"], ())


def ignored(repository: Repository, paths: Iterable[str]) -> set[str]:
    """Those of ``paths`` that git ignores and does not track."""
    return set(ignored_by(repository, paths))


def ignored_by(
    repository: Repository, paths: Iterable[str], *, although_tracked: bool = False
) -> dict[str, Ignored]:
    """The ignoring line for each ignored path; with ``although_tracked`` also for paths in the index."""
    option = ["--no-index"] if although_tracked else []
    found = {}
    for output in _check_ignore(repository, list(dict.fromkeys(paths)), option):
        fields = [os.fsdecode(field) for field in output.split(b"\0")[:-1]]
        for source, line, pattern, path in zip(*(fields[start::4] for start in range(4)), strict=True):
            if not pattern.startswith("!"):
                found[path.removeprefix("./")] = Ignored(source, int(line), pattern)
    return found


def attributes(repository: Repository, paths: Iterable[str], name: str) -> dict[str, str]:
    """The value of a git attribute for each path that has one; ``set`` for one without a value."""
    wanted = list(dict.fromkeys(paths))
    if not wanted:
        return {}
    _, output = repository.run(["check-attr", "-z", "--stdin", name], feed=_joined(wanted))
    fields = output.split(b"\0")[:-1]
    values = zip(fields[::3], fields[2::3], strict=True)
    given = ((path, value) for path, value in values if value not in (b"unspecified", b"unset"))
    return {os.fsdecode(path): os.fsdecode(value) for path, value in given}


def filters(repository: Repository, paths: Iterable[str]) -> dict[str, str]:
    """The filter (``lfs``, ``nbstripout``) of each path with one: what git stores there is not the file.

    A filter that is named in .gitattributes alone, without a command in the settings, changes nothing.
    """
    working = filters_in_force(repository)
    named = attributes(repository, paths, "filter") if working else {}
    return {path: name for path, name in named.items() if name in working}


def _check_ignore(repository: Repository, paths: list[str], option: list[str]) -> Iterator[bytes]:
    """Outputs of check-ignore, which takes no literal pathspecs but "./" before each. It ends at a path in
    a submodule or behind a link, so such a list is halved.
    """
    if not paths:
        return
    try:
        arguments = ["check-ignore", "-z", "-v", "--stdin", *option]
        yield repository.run(arguments, feed=_joined(f"./{path}" for path in paths), codes=(0, 1))[1]
    except GitError as error:
        if not re.search("beyond a symbolic link|in submodule|outside repository", str(error)):
            raise
        if len(paths) > 1:
            middle = len(paths) // 2
            yield from _check_ignore(repository, paths[:middle], option)
            yield from _check_ignore(repository, paths[middle:], option)


def _listed(repository: Repository, options: list[str], paths: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for chunk in _chunks(paths):
        _, output = repository.run(["ls-files", "-z", *options, "--", *chunk])
        lines += map(os.fsdecode, output.split(b"\0")[:-1])
    return lines


def _chunks(paths: Sequence[str]) -> Iterator[list[str]]:
    """The paths in command lines that every system takes; one empty chunk, which means everything, for
    none.
    """
    chunk: list[str] = []
    length = 0
    for path in paths:
        if chunk and length + len(path) > _ARGUMENTS:
            yield chunk
            chunk, length = [], 0
        chunk.append(f":(literal){path}")
        length += len(path) + 13
    yield chunk


def _joined(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
