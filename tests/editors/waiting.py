"""Waiting for what an editor shows, with a limit; nothing here sleeps for a fixed time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

drawn = threading.Event()
"""Set by a terminal whenever its editor draws: then there may be something new to see."""

UNDRAWN = 0.1
"""Seconds until the next look where nothing was drawn: files change and processes end out of sight."""


class NotSeen(AssertionError):
    """What was waited for did not come within the limit."""


def until(look: Callable[[], T | None], what: str | Callable[[], str], limit: float) -> T:
    """Look again and again until there is something; ``NotSeen`` after ``limit`` seconds.

    ``what`` is waited for, in words; a function is asked for them in the end, for what is there instead.
    """
    end = time.monotonic() + limit
    while True:
        drawn.clear()
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise NotSeen(f"not within {limit:g} s: {what if isinstance(what, str) else what()}")
        drawn.wait(UNDRAWN)
