"""Fixtures of the bench, and what it does with an editor that is not here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from editors import install
from editors.editor import Driver

Observed = dict[str, dict[str, object]]


@pytest.fixture(scope="session", autouse=True)
def bench() -> None:
    """The bench's own packages."""
    install.bench_packages()


@pytest.fixture(scope="session")
def observed() -> Iterator[Observed]:
    """What was seen in this run: driver -> ``version`` and scenario -> true. Added to the last run's at the end."""
    seen: Observed = {}
    yield seen
    kept = install.CACHE / "observed.json"
    before: Observed = json.loads(kept.read_text()) if kept.is_file() else {}
    merged = {name: before.get(name, {}) | seen.get(name, {}) for name in {*before, *seen}}
    kept.write_text(json.dumps(merged, indent=1, sort_keys=True))


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> Driver:
    """The driver that a test is parametrized with, installed: a skip where it can't be had, in CI a failure."""
    wanted: Driver = request.param
    try:
        wanted.install()
    except install.Missing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{wanted.title}: {error}")
        pytest.skip(f"{wanted.title}: {error}")
    return wanted


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder with a short path: names of sockets are limited to about 100 bytes."""
    return Path(tmp_path_factory.mktemp("e", numbered=True))
