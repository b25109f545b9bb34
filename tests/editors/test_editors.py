"""Every scenario in every editor that can do it, and proof that each driver can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from editors import projects
from editors.conftest import Observed
from editors.drivers import neovim
from editors.editor import Driver
from editors.home import Home
from editors.scenarios import SCENARIOS, Scenario
from editors.waiting import NotSeen, until

DRIVERS = (neovim.CURRENT,)
CONTROL_SECONDS = 3
pytestmark = pytest.mark.editor

able = [
    pytest.param(driver, scenario, id=f"{driver.name}-{scenario.name}")
    for driver in DRIVERS
    for scenario in SCENARIOS
    if scenario.name not in driver.cannot
]
each = [pytest.param(driver, id=driver.name) for driver in DRIVERS]
CONTROL = next(scenario for scenario in SCENARIOS if scenario.name == "secret")


@pytest.mark.parametrize(("driver", "scenario"), able, indirect=["driver"])
def test_a_scenario(driver: Driver, scenario: Scenario, short: Path, observed: Observed) -> None:
    home = Home(short / "h")
    project = scenario.project(short / "p")
    with driver.launch(home, project) as editor:
        scenario.run(editor, project, driver.seconds)
        if scenario.name == "secret":
            editor.picture(short / driver.name)
    until(lambda: not home.processes(), f"no process is left: {home.processes()}", driver.seconds)
    observed.setdefault(driver.name, {"version": driver.version()})[scenario.name] = True


@pytest.mark.parametrize("driver", each, indirect=True)
def test_a_driver_fails_where_there_is_nothing_to_find(driver: Driver, short: Path) -> None:
    project = projects.tidy(short / "p")
    (project / projects.CLIENT).write_text('"""Reads the ring widths."""\n\nTOKEN = ""\n')
    with driver.launch(Home(short / "h"), project) as editor, pytest.raises(NotSeen):
        CONTROL.run(editor, project, CONTROL_SECONDS)


@pytest.mark.parametrize("driver", each, indirect=True)
def test_a_driver_fails_with_a_server_that_says_nothing(driver: Driver, short: Path) -> None:
    project = projects.untidy(short / "p")
    with driver.launch(Home(short / "h", silent=True), project) as editor, pytest.raises(NotSeen):
        CONTROL.run(editor, project, CONTROL_SECONDS)
