"""The secret engine, loaded once in a process of the tests instead of once in each test that needs it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ccds_ls.secrets import engine

_load = cache(engine.load)


def keep() -> None:
    """Have this process keep each engine that it loads: one for each folder of compiled rules."""
    engine.load = load


def load(cache_dir: Path | None = None) -> engine.Scan:
    """The engine; a failure is not kept."""
    return _load(cache_dir or engine.default_cache_dir())
