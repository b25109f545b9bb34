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

    The engine's package is imported at once; its rules, which take ten times as long, wait for ``go_on``.
    """

    def __init__(self) -> None:
        super().__init__(name="ccds-engine", daemon=True)
        self._wanted = threading.Event()
        self.start()

    @property
    def is_wanted(self) -> bool:
        """Whether there was something to search."""
        return self._wanted.is_set()

    def go_on(self) -> None:
        """Load the rules too."""
        self._wanted.set()

    def run(self) -> None:
        """Load it; a failure is kept for ``result``."""
        from ccds_ls.secrets import EngineUnavailable, load, own_rules_only
        from ccds_ls.secrets.engine import import_ahead

        self._failure: Exception | None = None
        try:
            import_ahead()
            self._wanted.wait()
            self._result: tuple[Detector, str | None] = load(), None
        except EngineUnavailable as error:
            self._result = own_rules_only(), str(error)
        except Exception as error:
            self._failure = error

    def result(self) -> tuple[Detector, str | None]:
        """Wait for it."""
        self.go_on()
        self.join()
        if self._failure:
            raise self._failure
        return self._result


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
    return loading().result()[1] if loading.cache_info().currsize and loading().is_wanted else None
