"""Changing what is staged of a file without touching the file."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from ccds_ls.git import read
from ccds_ls.git.command import ActError, Done, done, opened

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
