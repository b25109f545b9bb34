"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# Time belongs into the benchmarks: on a busy machine a deadline fails a test that is right.
settings.register_profile("few", deadline=None, max_examples=25)
settings.register_profile("many", deadline=None, max_examples=400)  # make test-long
settings.load_profile("few")
