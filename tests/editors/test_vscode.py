"""The VS Code extension beyond the scenarios: how it comes to its server and keeps it, and what it costs."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator

import pytest

import repositories
from editors import install, projects
from editors.drivers import vscode
from editors.home import Home
from editors.scenarios import DATA, NAME, SECRET, find
from editors.test_editors import installed
from editors.waiting import until

SECONDS = vscode.SECONDS
PACKAGE_BYTES = 150_000
ACTIVATION_MS = 50
pytestmark = [pytest.mark.editor, pytest.mark.xdist_group("vscode")]


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home directory from which nothing is left running."""
    installed(vscode.CURRENT)
    home = Home(tmp_path_factory.mktemp("e") / "h")
    yield home
    until(lambda: not home.processes(), lambda: f"no process is left: {home.processes()}", SECONDS)


def servers(home: Home) -> list[int]:
    """The language servers that run."""
    return [process for process, command in home.running().items() if "ccds-ls server" in command]


def another(home: Home, last: int) -> int:
    """Wait for one server to be there, and not the last one."""
    until(lambda: len(servers(home)) == 1 and servers(home) != [last], "another server", SECONDS)
    return servers(home)[0]


def status(editor: vscode.VSCode) -> str:
    """What the status bar says to those who hear it."""
    label = editor.page.locator("[id='ccds-ls.ccds-ls.ccds.status'] a").first.get_attribute("aria-label")
    return str(label)


def test_it_is_small_and_quick_and_starts_the_server_again_after_a_crash_and_a_changed_setting(
    home: Home,
) -> None:
    assert install.vsix().stat().st_size < PACKAGE_BYTES
    project = projects.untidy(home.path.parent / "p")
    with vscode.launch(home, project) as editor:
        until(lambda: "1 error, 2 warnings" in status(editor), lambda: f"counts in {status(editor)}", SECONDS)
        (first,) = servers(home)
        os.kill(first, signal.SIGKILL)
        second = another(home, first)
        path = str(home.path / ".local" / "bin" / "ccds-ls")
        repositories.write(project, {".vscode/settings.json": json.dumps({"ccds.server.path": path})})
        another(home, second)
        editor.open(project / "src/rings.py")
        editor.type(f'KEY = "{projects.token()}"')
        find(editor, project / "src/rings.py", SECONDS, message=SECRET)
        assert activation(editor) < ACTIVATION_MS


def activation(editor: vscode.VSCode) -> int:
    """The milliseconds that VS Code has counted for our extension's activation."""
    editor.palette("Developer: Show Running Extensions")
    rows = editor.page.locator(".runtime-extensions-editor .monaco-list-row")
    rows.first.hover()
    ours = rows.filter(has_text="CCDS")

    def look() -> bool:
        editor.page.mouse.wheel(0, 200)  # the slowest stand first
        return bool(ours.count())

    until(look, "our extension in the list", SECONDS)
    took = re.search(r"Activation: (\d+)ms", ours.first.inner_text())
    assert took, ours.first.inner_text()
    return int(took[1])


def test_a_folder_that_is_not_trusted_is_looked_at_and_not_touched(home: Home) -> None:
    project = projects.untidy(home.path.parent / "p")
    trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    with vscode.launch(home, project, trust) as editor:
        shown = find(editor, project / projects.EXPORT, SECONDS, message=DATA)
        editor.open(project / projects.EXPORT)
        editor.fix(project / projects.EXPORT, shown, f"Unstage {projects.EXPORT}")
        until(lambda: "do not trust" in editor.said(), "a message about trust", SECONDS)
        assert editor.offers("CCDS: New Project…")
        assert not editor.offers("CCDS: Check the Coming Commit")
        find(editor, project / projects.EXPORT, SECONDS, message=DATA)


def test_where_there_is_no_server_it_is_installed_after_asking(home: Home) -> None:
    project = projects.untidy(home.path.parent / "p")
    (home.path / ".local" / "bin" / "ccds-ls").unlink()
    wheels = home.path / "wheels"
    install.wheel(wheels)
    with vscode.launch(home, project, env={"PIP_FIND_LINKS": str(wheels)}) as editor:
        until(lambda: "Install it with pip" in editor.said(), "the question", SECONDS)
        assert not list(home.path.rglob("pyvenv.cfg")), "nothing before the answer"
        editor.page.locator(".notification-list-item a", has_text="Install").first.click()
        find(editor, project / projects.UNTITLED, 120, message=NAME)
        assert "globalStorage" in home.running()[servers(home)[0]]
