"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# Time belongs into the benchmarks: on a busy machine a deadline fails a test that is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
