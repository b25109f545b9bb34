"""What holds for all tests."""

from __future__ import annotations

import gc

from hypothesis import settings

import quick_secrets

# Time belongs into the benchmarks: on a busy machine a deadline fails a test that is right.
settings.register_profile("few", deadline=None, max_examples=25)
settings.register_profile("many", deadline=None, max_examples=400)  # make test-long
settings.load_profile("few")

quick_secrets.keep_engine()
quick_secrets.hurry_fingerprints()


def pytest_collection_finish() -> None:
    """Hide the tests from the garbage collector, which pytest has look at everything again and again at the end."""
    gc.freeze()
