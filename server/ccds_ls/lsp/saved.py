"""The saved files behind notebooks that an editor shows as cells or a script: it does not tell their outputs."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from ccds_ls.collect import worktree_file
from ccds_ls.notebook import Notebook, with_saved
from ccds_ls.view import View

_MOST = 20


class Saved:
    """The notebooks on disk that were asked for last; each is read once for each time that it is saved."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, tuple[object, Notebook | None]] = OrderedDict()

    def completed(self, shown: Notebook, view: View, path: str) -> Notebook:
        """An editor's cells, with what only the file tells; the cells alone where there is no good file."""
        saved = self.notebook(view, path)
        return shown if saved is None else with_saved(shown, saved)

    def notebook(self, view: View, path: str) -> Notebook | None:
        """The notebook on disk, None where there is no good one."""
        saved = self._on_disk(view, path)
        return saved if saved is not None and saved.problem is None else None

    def _on_disk(self, view: View, path: str) -> Notebook | None:
        full = view.root / path
        try:
            status = full.stat()
        except OSError:
            return None
        stamp = status.st_mtime_ns, status.st_size, status.st_ino
        if full not in self._kept or self._kept[full][0] != stamp:
            file = worktree_file(view, path)
            self._kept[full] = stamp, file.notebook if file else None
        self._kept.move_to_end(full)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return self._kept[full][1]
