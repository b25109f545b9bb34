"""What the bench needs for a run, and what becomes of what it saw."""

from __future__ import annotations

import os
from typing import Any

import pytest

from editors import install, kept
from editors.drivers import DRIVERS
from editors.scenarios import SCENARIOS

seen: dict[str, Any] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep", action="store_true", help="keep what is seen for client-config/README.md")


@pytest.fixture(scope="session", autouse=True)
def bench() -> None:
    """The bench's own packages."""
    install.bench_packages()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """With several test processes, the first one hears of all tests."""
    for name, what in report.user_properties if report.when == "call" else ():
        if name == "observed" and isinstance(what, dict):
            driver = seen.setdefault(what["driver"], {"version": what["version"], "scenarios": {}})
            driver["scenarios"][what["scenario"]] = report.passed


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or not seen:
        return
    before = kept.load()
    now = kept.merged(before, SCENARIOS, DRIVERS, seen)
    if session.config.getoption("--keep"):
        kept.keep(now, DRIVERS)
    elif not kept.same(before, now):
        told = "client-config/observed.json no longer says what is seen; make test-editors KEEP=1 renews it."
        session.config.pluginmanager.getplugin("terminalreporter").write_line(f"\n{told}")
        if os.environ.get("CI") == "true":
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
