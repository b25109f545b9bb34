"""Every scenario in every editor that can do it, and proof that each driver can fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from editors import projects
from editors.drivers import DRIVERS
from editors.editor import Driver, Editor
from editors.home import Home
from editors.install import Missing
from editors.kept import PICTURES
from editors.scenarios import CONTROL, SCENARIOS, Scenario
from editors.waiting import NotSeen, until

CONTROL_SECONDS = 4
pytestmark = pytest.mark.editor


@dataclass(frozen=True)
class Opened:
    """An editor with a project open in it."""

    driver: Driver
    editor: Editor
    project: Path


def installed(driver: Driver) -> None:
    """Install an editor; one that can't be had is a skip with a message, in CI a failure."""
    try:
        driver.install()
    except Missing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{driver.title}: {error}")
        pytest.skip(f"{driver.title}: {error}")


@contextmanager
def launched(driver: Driver, folder: Path, project: Path, *, silent: bool = False) -> Iterator[Editor]:
    """An editor from a clean home directory, which must leave no process behind."""
    home = Home(folder / "h", silent=silent)
    with driver.launch(home, project) as editor:
        yield editor
    until(lambda: not home.processes(), lambda: f"no process is left: {home.processes()}", driver.seconds)


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One editor for all scenarios of a group; a scenario that alters the project is a group of its own."""
    driver, _, project = request.param
    installed(driver)
    # Names of sockets are limited to about 100 bytes, so the path is short.
    folder = Path(tmp_path_factory.mktemp("e"))
    opened = project(folder / "tree-rings")  # as pictures show it
    with launched(driver, folder, opened) as editor:
        yield Opened(driver, editor, opened)


def grouped(driver: Driver, *values: object, name: str = "") -> Any:
    """A parameter of pytest's. All tests of one editor run in one process, so that it is shared."""
    return pytest.param(*values, id=f"{driver.name}{name}", marks=pytest.mark.xdist_group(driver.name))


def _group(driver: Driver, scenario: Scenario) -> object:
    return driver, scenario.name if scenario.alters else None, scenario.project


able = [
    grouped(driver, _group(driver, scenario), scenario, name=f"-{scenario.name}")
    for driver in DRIVERS
    for scenario in SCENARIOS
    if scenario.name not in driver.cannot
]
each = [grouped(driver, driver) for driver in DRIVERS]


@pytest.mark.parametrize(("opened", "scenario"), able, indirect=["opened"], scope="module")
def test_a_scenario(opened: Opened, scenario: Scenario, request: pytest.FixtureRequest) -> None:
    driver = opened.driver
    observed = {"driver": driver.name, "version": driver.version(), "scenario": scenario.name}
    request.node.user_properties.append(("observed", observed))
    scenario.run(opened.editor, opened.project, driver.seconds)
    if scenario.name == driver.pictured:
        PICTURES.mkdir(parents=True, exist_ok=True)
        opened.editor.picture(PICTURES / driver.name)


@pytest.mark.parametrize("driver", each)
def test_a_driver_fails_where_there_is_nothing_to_find(
    driver: Driver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    installed(driver)
    folder = Path(tmp_path_factory.mktemp("e"))
    project = projects.tidy(folder / "p")
    (project / projects.CLIENT).write_text('"""Reads the ring widths."""\n\nTOKEN = ""\n')
    with launched(driver, folder, project) as editor, pytest.raises(NotSeen):
        CONTROL.run(editor, project, CONTROL_SECONDS)


@pytest.mark.parametrize("driver", each)
def test_a_driver_fails_with_a_server_that_says_nothing(
    driver: Driver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    installed(driver)
    folder = Path(tmp_path_factory.mktemp("e"))
    project = projects.untidy(folder / "p")
    with launched(driver, folder, project, silent=True) as editor, pytest.raises(NotSeen):
        CONTROL.run(editor, project, CONTROL_SECONDS)
