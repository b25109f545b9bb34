"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import sys

import pytest
from hypothesis import settings

import quick_secrets
from wire import forked

# Time belongs into the benchmarks: on a busy machine a deadline fails a test that is right.
settings.register_profile("few", deadline=None, max_examples=25)
settings.register_profile("many", deadline=None, max_examples=400)  # make test-long
settings.load_profile("few")

quick_secrets.keep_engine()
quick_secrets.hurry_fingerprints()


def pytest_configure(config: pytest.Config) -> None:
    """Have the processes of a run share what starts their servers."""
    if config.getoption("numprocesses", None) and forked.WHERE not in os.environ and sys.platform != "win32":
        forkery, close = forked.opened()
        os.environ[forked.WHERE] = forkery.path
        config.add_cleanup(close)


def pytest_collection_finish() -> None:
    """Hide the tests from the garbage collector, which pytest has look at everything again and again at the end."""
    gc.freeze()
