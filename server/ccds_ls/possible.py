"""Which fixes are possible here: one that needs a program is offered where that is installed."""

from __future__ import annotations

from pathlib import Path

from ccds_ls.finding import Fix, TrackWithDvc, TrackWithLfs
from ccds_ls.git.run import has_dvc, has_lfs


def is_possible(fix: Fix, root: Path) -> bool:
    """Whether this machine and the project in ``root`` have what a fix needs."""
    for edit in fix.edits:
        if isinstance(edit, TrackWithLfs) and not has_lfs():
            return False
        if isinstance(edit, TrackWithDvc) and not has_dvc(root):
            return False
    return True
