"""Changing what is staged of a file without touching the file."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from ccds_ls.git import read
from ccds_ls.git.command import ActError, Done, done, git, opened

_MOST_BYTES = 200 << 20


def restage(path: Path, change: Callable[[bytes], bytes | None], what: str) -> Done:
    """Put a changed copy of what is staged into the index in its place; ``change`` returns None for no change.

    The file on disk stays as it is, and so does the blob that was staged, until git tidies up. Raises ActError.
    """
    repository = opened(path.parent)
    name = repository.relative(path)
    entries = read.index_entries(repository, [name]) if name is not None else []
    entry = next((entry for entry in entries if entry.path == name and entry.is_file), None)
    if entry is None or name is None:
        raise ActError(f"Nothing was changed: {path.name} is not staged.")
    (blob,) = read.blobs(repository, [entry.oid], _MOST_BYTES)
    if blob.size is None or blob.cut:
        raise ActError(f"Nothing was changed: what is staged of {name} can't be read, or is too large.")
    data = change(blob.data)
    if data is None:
        raise ActError(f"Nothing was changed: there is nothing of that in what is staged of {name}.")
    oid = done(repository.top, "hash-object", "-w", "--stdin", feed=data, what="Nothing was changed.").stdout
    line = f"{entry.mode:o} {oid}\t".encode() + name.encode("utf-8", "surrogateescape") + b"\0"
    done(repository.top, "update-index", "-z", "--index-info", feed=line, what="Nothing was changed.")
    back = shlex.quote(f"{entry.mode:o},{entry.oid},{name}")
    return Done(f"{what} The file is as it was.", (path,), f"git update-index --cacheinfo {back}")


def follow_renames(folder: Path, moves: Mapping[Path, Path]) -> list[tuple[str, str]]:
    """Have the index follow renames of files on disk, as ``git mv`` does; the old and new names that it followed.

    What is staged is then staged under the new name, and no file is touched. So are files beside them that were
    renamed alike (``a.py`` to ``b.py`` with ``a.ipynb``). A rename that did not happen on disk, of a file that git
    does not track, or to a name that it tracks, is left alone. Raises ActError.
    """
    repository = read.discover(folder)
    if repository is None:
        return []
    entries = {entry.path: entry for entry in read.index_entries(repository)}
    pairs: dict[str, str] = {}
    for old_path, new_path in moves.items():
        old, new = repository.relative(old_path), repository.relative(new_path)
        if old and new:
            pairs |= {old: new, **_alike(entries, old, new)}
    renamed = {
        old: new
        for old, new in pairs.items()
        if old in entries and new not in entries and _was_renamed(repository.top / old, repository.top / new)
    }
    for announced in set(renamed) - {entry.path for entry in read.staged(repository)}:
        if announced not in read.head_entries(repository, [announced]):
            del renamed[announced]  # by git add -N: there is no content yet that could move
    if renamed:
        # Both halves of a rename in one call, which git does whole or not at all.
        feed = b"".join(_moved(entries[old], new) for old, new in renamed.items())
        what = "Renamed on disk, and git still has the old name."
        done(repository.top, "update-index", "-z", "--index-info", feed=feed, what=what)
        # So that a stat is enough to see that a file is what is staged; nothing depends on it.
        git(repository.top, "--literal-pathspecs", "add", "--refresh", "--", *renamed.values())
    return list(renamed.items())


def _alike(names: Iterable[str], old: str, new: str) -> dict[str, str]:
    """Other files of the old name with another ending, anywhere, with that name made the new one."""
    stem, target = PurePosixPath(old).stem, PurePosixPath(new).stem
    others = (PurePosixPath(name) for name in names if name != old and f"{stem}." in name)
    return {
        str(path): str(path.with_name(target + path.suffix))
        for path in others
        if path.stem == stem and path.suffix != PurePosixPath(old).suffix
    }


def _was_renamed(old: Path, new: Path) -> bool:
    return os.path.lexists(new) and not os.path.lexists(old)


def _moved(entry: read.Entry, name: str) -> bytes:
    """An index entry under another name, for ``update-index --index-info``."""
    gone = b"0 %s\t%s\0" % (b"0" * len(entry.oid), os.fsencode(entry.path))
    return gone + b"%o %s\t%s\0" % (entry.mode, entry.oid.encode(), os.fsencode(name))
