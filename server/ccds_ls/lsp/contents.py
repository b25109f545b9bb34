"""What closed notebooks held when they were last checked, so that one that was only touched is not checked again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from ccds_ls.snapshot import File, Origin

State = tuple[object, ...]
"""All that makes a new check of a file necessary; the first item is its stat on disk."""


class Contents:
    """A digest of each closed notebook that was checked, as long as nothing but its stat has changed since."""

    def __init__(self) -> None:
        self._digests: dict[str, bytes] = {}

    def compare(self, before: dict[str, State], now: dict[str, State]) -> None:
        """Forget those of which more than the stat has changed, or which are gone."""
        self.forget(path for path in list(self._digests) if before.get(path, ())[1:] != now.get(path, ())[1:])

    def forget(self, paths: Iterable[str]) -> None:
        """These are to be checked whatever they hold."""
        for path in paths:
            self._digests.pop(path, None)

    def note(self, paths: Iterable[str], files: Iterable[File]) -> None:
        """These paths have been checked, as these files."""
        self.forget(paths)
        closed = (f for f in files if f.origin is Origin.WORKTREE and f.path.endswith(".ipynb"))
        self._digests.update((file.path, _digest(file)) for file in closed)

    def has(self, path: str) -> bool:
        """Whether a notebook need be checked only if it holds something else."""
        return path in self._digests

    def same(self, file: File | None) -> bool:
        """Whether a notebook holds what it held when it was checked."""
        return file is not None and self._digests.get(file.path) == _digest(file)


def _digest(file: File) -> bytes:
    """Of the text, and of all else that is known of the file."""
    known = repr(replace(file, text=None))
    text = known if file.text is None else known + file.text
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
