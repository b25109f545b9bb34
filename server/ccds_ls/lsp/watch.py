"""Changes on disk as the operating system tells them, so that a ``git add`` in a terminal is seen at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from ccds_ls import baseline

log = logging.getLogger(__name__)

NAMES = frozenset(
    {baseline.NAME, "index", "HEAD", "ORIG_HEAD", ".git", ".gitignore", ".gitattributes", "pyproject.toml"}
)
"""The files that say what a commit would take. git replaces its own by a rename, so folders are watched."""

MOST_FOLDERS = 64
"""More than that are left to the poll: each costs a watch, of which a system has only so many."""

_STEP = 40  # Milliseconds between two looks at what has come in: git writes several files for one command.
_DEBOUNCE = 160  # Milliseconds after which a stream of changes is told all the same.


class Watcher:
    """Calls ``changed`` from a thread of its own when one of ``NAMES`` changes in one of the followed folders.

    It is a matter of speed alone: where nothing can be watched, as on many network drives, the poll finds the same.
    """

    def __init__(self, changed: Callable[[], object]) -> None:
        self._changed = changed
        self._folders: frozenset[Path] = frozenset()
        self._stop = threading.Event()

    def follow(self, folders: frozenset[Path]) -> None:
        """Follow these folders, not what is in their folders, instead of those before."""
        if folders == self._folders:
            return
        self.stop()
        self._folders, self._stop = folders, threading.Event()
        if 0 < len(folders) <= MOST_FOLDERS:
            arguments = (folders, self._stop)
            threading.Thread(target=self._run, args=arguments, name="ccds-watch", daemon=True).start()

    def stop(self) -> None:
        """Follow nothing any more."""
        self._stop.set()

    def _run(self, folders: frozenset[Path], stop: threading.Event) -> None:
        from watchfiles import watch

        try:
            for _ in watch(
                *folders,
                watch_filter=lambda _, path: Path(path).name in NAMES,
                step=_STEP,
                debounce=_DEBOUNCE,
                stop_event=stop,
                recursive=False,
                raise_interrupt=False,
            ):
                self._changed()
        except (OSError, RuntimeError) as error:  # A folder that is gone, or no watch left in the system.
            log.info("changes are found by looking once a second: %s", type(error).__name__)
