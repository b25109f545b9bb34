"""A window of headless Chromium. One Playwright serves all of a process: its synchronous interface can't be nested."""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from editors import install


@cache
def playwright() -> Any:
    """Playwright, started at its first use."""
    from playwright.sync_api import sync_playwright

    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


@contextmanager
def window(address: str, size: Mapping[str, int], seconds: float) -> Iterator[Any]:
    """A page of Playwright's that shows an address. ``seconds`` is how long it waits for anything."""
    # Plain grey letters make pictures a third smaller than those for flat screens.
    options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-lcd-text"]
    browser = playwright().chromium.launch(executable_path=install.chromium(), args=options)
    try:
        page = browser.new_page(viewport=size)
        page.set_default_timeout(seconds * 1000)
        page.goto(address)
        yield page
    finally:
        browser.close()
