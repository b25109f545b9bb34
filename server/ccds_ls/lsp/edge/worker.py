"""Work that would block the message loop, in a thread that learns of its cancellation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

T = TypeVar("T")

_pool = ThreadPoolExecutor(8, "ccds-worker")
_at_work: set[Future[Any]] = set()


async def in_worker(work: Callable[..., T], *args: object) -> T:
    """The result of `work(*args, cancelled)`, from a thread.

    When the request that waits for this is cancelled it is answered at once, and `cancelled` is set for the work to
    end itself: it asks `cancelled.is_set()` between two steps, or waits for it in place of a sleep.
    """
    cancelled = threading.Event()
    future = _pool.submit(work, *args, cancelled)
    _at_work.add(future)
    future.add_done_callback(_at_work.discard)
    try:
        return await asyncio.wrap_future(future)
    finally:
        cancelled.set()


def settle(seconds: float) -> None:
    """Gives cancelled work that long to end, so that it can stop its child processes."""
    wait(list(_at_work), seconds)
