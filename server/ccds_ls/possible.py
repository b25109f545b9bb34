"""Which fixes are possible here: one that needs a program is offered where that is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from ccds_ls.finding import Fix, TrackWithDvc, TrackWithLfs
from ccds_ls.git.run import has_dvc, has_lfs


def possible_in(root: Path) -> Callable[[Fix], bool]:
    """A function that says whether this machine and the project in ``root`` have what a fix needs.

    It looks for a program once, and only where a fix needs it: on some systems that takes tens of milliseconds.
    """
    here = {TrackWithLfs: cache(has_lfs), TrackWithDvc: cache(partial(has_dvc, root))}
    return lambda fix: all(here[type(edit)]() for edit in fix.edits if type(edit) in here)
