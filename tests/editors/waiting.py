"""Waiting for what an editor shows, with a limit; nothing here sleeps for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.04
"""Seconds between two looks."""


class NotSeen(AssertionError):
    """What was waited for did not come within the limit."""


def until(look: Callable[[], T | None], what: str, limit: float) -> T:
    """Look again and again until there is something; ``NotSeen`` after ``limit`` seconds."""
    end = time.monotonic() + limit
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise NotSeen(f"not within {limit:g} s: {what}")
        time.sleep(PAUSE)
