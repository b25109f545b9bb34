"""The detector of a command line's run, loaded in the background while git is asked what there is to check.

Light to import: a commit waits for it.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccds_ls.secrets import Detector


class Loading(threading.Thread):
    """The detector, loaded in the background, and why it is not the whole one.

    It does not wait for git's word that there is something to search, for mostly there is; where there is not, nobody
    waits for it, and it ends with the process.
    """

    def __init__(self) -> None:
        super().__init__(name="ccds-engine", daemon=True)
        self.is_needed = False
        self.start()

    def need(self) -> None:
        """Say that there is something to search."""
        self.is_needed = True

    def run(self) -> None:
        """Load it; a failure is kept for ``result``."""
        self._failure: Exception | None = None
        try:
            self._result = _detector()
        except Exception as error:
            self._failure = error

    def result(self) -> tuple[Detector, str | None]:
        """Wait for it."""
        self.need()
        self.join()
        if self._failure:
            raise self._failure
        return self._result


def _detector() -> tuple[Detector, str | None]:
    """With the engine if that can be had; what is ours is imported once the engine has its rules."""
    from ccds_ls import secret_engine

    try:
        scan, problem = secret_engine.load(), None
    except secret_engine.EngineUnavailable as error:
        scan, problem = None, str(error)
    from ccds_ls.secrets import Detector, own_rules_only

    return Detector(scan) if scan else own_rules_only(), problem


@cache
def loading() -> Loading:
    """The one of this process; the first call starts it."""
    return Loading()


def loaded_detector() -> Detector:
    """The detector, with the engine where there is one."""
    return loading().result()[0]


def awaited() -> Detector:
    """The detector that is still being loaded: who first looks for a secret waits for it."""
    from ccds_ls.secrets import Detector

    return Detector(lambda data, path: loaded_detector().scan(data, path))


def detector_problem() -> str | None:
    """Why the secret engine did not take part, where it was needed and could not be loaded."""
    return loading().result()[1] if loading.cache_info().currsize and loading().is_needed else None
