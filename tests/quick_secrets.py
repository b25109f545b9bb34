"""What takes long about secrets and is the same in each test: the engine's start, and slow fingerprints."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ccds_ls import secret_engine as engine
from ccds_ls.secrets import secret

ROUNDS = secret.ROUNDS
"""Of a true fingerprint; ``test_secrets.py`` makes one."""

_load = cache(engine.load)


def keep_engine() -> None:
    """Have this process keep each engine that it loads: one for each folder of compiled rules."""
    engine.load = load


def hurry_fingerprints() -> None:
    """Have fingerprints in this process take no time. Those of processes that it starts are true ones."""
    secret.ROUNDS = 1


def load(cache_dir: Path | None = None) -> engine.Scan:
    """The engine; a failure is not kept."""
    return _load(cache_dir or engine.default_cache_dir())
