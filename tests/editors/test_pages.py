"""Each page, followed to the letter in an empty home directory, leads to a first finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from editors import install, page, projects
from editors.drivers import DRIVERS, emacs, lsp_mode, neovim, vim, vscode
from editors.editor import Driver
from editors.home import Home
from editors.newcomer import Newcomer, Published, published
from editors.scenarios import NAME, find, notebook_name
from editors.test_editors import grouped, installed
from editors.waiting import until

pytestmark = pytest.mark.editor


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """PyPI and GitHub, as far as the pages need them."""
    with published(tmp_path_factory.mktemp("published")) as given:
        yield given


# One newcomer a page: what else the page is for, the scenarios follow it with.
NEWCOMERS = [driver for driver in DRIVERS if driver.name == driver.page and driver != vscode.CURRENT]


@pytest.mark.parametrize("driver", [grouped(driver, driver) for driver in NEWCOMERS])
def test_a_newcomer_sees_a_first_finding(
    driver: Driver, outside: Published, tmp_path_factory: pytest.TempPathFactory
) -> None:
    installed(driver)
    folder = Path(tmp_path_factory.mktemp("n"))
    home, project = Newcomer(folder / "h", outside), projects.untidy(folder / "p")
    with driver.launch(home, project) as editor:
        notebook_name(editor, project, driver.seconds)
        assert str(home.path) in server(home), "it is the one that was installed"
    until(lambda: not home.processes(), lambda: f"no process is left: {home.processes()}", driver.seconds)


INSTALLING = re.compile(r"^ {4}(pipx install .*?) +# or: (uv tool install .*)$", re.MULTILINE)


@pytest.mark.parametrize("way", [0, 1], ids=["pipx", "uv"])
def test_each_way_to_install_it(
    way: int, outside: Published, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ((*ways,),) = INSTALLING.findall((page.PAGES / "README.md").read_text(encoding="utf-8"))
    home = Newcomer(Path(tmp_path_factory.mktemp("n")) / "h", outside)
    install.run("sh", "-exc", f"{ways[way]}\nccds-ls --version", folder=home.path, env=home.env)


def server(home: Newcomer) -> str:
    """The command line of the language server that runs."""
    (command,) = {command for command in home.processes() if re.search(r"ccds.ls server", command)}
    return command


@pytest.mark.xdist_group("neovim")
def test_the_readmes_lines_are_all_that_neovim_needs(tmp_path_factory: pytest.TempPathFactory) -> None:
    installed(neovim.CURRENT)
    folder = Path(tmp_path_factory.mktemp("n"))
    home, project = Home(folder / "h"), projects.untidy(folder / "p")
    (lines,) = re.findall(r"```lua\n(.*?)```", (install.ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    home.write(".config/nvim/init.lua", lines)
    editor = neovim.Neovim(install.neovim(), home, project)
    try:
        editor.start()
        notebook_name(editor, project, neovim.CURRENT.seconds)
        editor.remote("execute('qall!')")
    finally:
        editor.terminal.close()


class Without(Home):
    """A home in which the server is not installed."""

    def install_server(self) -> None:
        """Nothing is."""


MISSING = {
    neovim.CURRENT: "\x1b:edit {}\r",
    neovim.DEBIAN: "\x1b:edit {}\r",
    vim.DRIVER: "\x1b:edit {}\r",
    emacs.DRIVER: "\x18\x06{}\r",
    lsp_mode.DRIVER: "\x18\x06{}\r",
}
"""What is typed to open a file, in the editors that would say nothing of a server that is not there."""


@pytest.mark.parametrize("driver", [grouped(driver, driver) for driver in MISSING])
def test_a_server_that_is_not_there_is_said(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> None:
    installed(driver)
    folder = Path(tmp_path_factory.mktemp("n"))
    home, project = Without(folder / "h"), projects.untidy(folder / "p")
    with driver.launch(home, project) as editor:
        terminal = editor.terminal  # type: ignore[attr-defined]  # all of these have one
        terminal.send(MISSING[driver].format(project / projects.CLIENT))
        until(lambda: SECRET_IN in terminal.text(), terminal.text, driver.seconds)
        until(lambda: MISSED.search(terminal.text()), terminal.text, driver.seconds)
        assert "Error" not in terminal.text(), terminal.text()


SECRET_IN, MISSED = "TOKEN", re.compile(r"ccds-ls is not on \w+'s PATH.*pipx install\s+ccds-ls", re.DOTALL)

NO_VENV = """The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.

    apt install python3.11-venv

Failing command: /home/x/bin/python3"""
"""What Debian prints where its Python can make no virtual environment, shortened."""


def press(editor: vscode.VSCode, button: str) -> None:
    """Press a button of a message."""
    editor.page.locator(".notification-list-item .monaco-button", has_text=button).first.click()


@pytest.mark.xdist_group("vscode")
def test_a_newcomer_to_vs_code_is_asked_whether_to_install_the_server(
    outside: Published, tmp_path_factory: pytest.TempPathFactory
) -> None:
    installed(vscode.CURRENT)
    folder = Path(tmp_path_factory.mktemp("n"))
    home, project = Newcomer(folder / "h", outside), projects.untidy(folder / "p")
    home.write(".local/bin/code", f'#!/bin/sh\nexec {" ".join(map(str, vscode.program()))} "$@"\n').chmod(
        0o755
    )
    python = home.path / ".local/bin/python3"
    install.vsix()
    env = home.env | {"PATH": f"{home.env['PATH']}:{install.node()}"}
    install.run("sh", "-exc", page.read("vscode").shell, folder=install.ROOT, env=env)
    extensions = home.path / ".local/share/code-server/extensions"
    with vscode.launch(home, project, extensions=extensions) as editor:
        until(lambda: "Install it with pip" in editor.said(), "the question", vscode.SECONDS)
        assert not list(home.path.rglob("pyvenv.cfg")), "nothing before the answer"
        python.write_text(f"#!/bin/sh\necho '{NO_VENV}'\nexit 1\n")
        python.chmod(0o755)
        press(editor, "Install")
        until(lambda: "sudo apt install python3-venv" in editor.said(), editor.said, vscode.SECONDS)
        python.unlink()
        press(editor, "Try Again")
        find(editor, project / projects.UNTITLED, 120, message=NAME)
        assert "globalStorage" in server(home)
        editor.palette("CCDS: Get Started")
        first_step = editor.page.locator(".getting-started-step", has_text="The language server runs")
        first_step.locator(".codicon-getting-started-step-checked").wait_for()
    until(lambda: not home.processes(), lambda: f"no process is left: {home.processes()}", vscode.SECONDS)
