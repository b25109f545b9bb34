"""JupyterLab with jupyterlab-lsp in headless Chromium: what stands in its table of diagnostics, and cells that are run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from editors import browser, install
from editors.editor import Driver, Shown
from editors.home import SILENT, Home
from editors.waiting import until

ROWS = """() => {
    const heads = [...document.querySelectorAll('.lsp-diagnostics-listing th')].map(head => head.dataset.id);
    return [...document.querySelectorAll('.lsp-diagnostics-listing tbody tr')].map(row => Object.fromEntries(
        [...row.querySelectorAll('td')].map((cell, place) => [heads[place], cell.innerText])));
}"""
IN_FRONT = "jupyterapp.shell.currentWidget?.context?.path"
SAID = (
    """[...document.querySelectorAll('.jp-OutputArea-output')].map(output => output.innerText).join('\\n')"""
)
MAGICS = {
    "ccds.checkCommit": "check --staged",
    "ccds.newNotebook": "notebook {}",
    "ccds.newProject": "new .. --set 'project_name={}'",
}
WINDOW = {"width": 1280, "height": 800}
SECONDS = 30.0
NO_FIXES = (
    "The client has no code actions; `%ccds rename` gives this notebook the name that its finding proposes."
)


class JupyterLab:
    def __init__(self, page: Any, project: Path) -> None:
        self.page, self.project = page, project
        page.wait_for_function("window.jupyterapp?.restored.then(() => true)")

    def lab(self, command: str, **arguments: str) -> None:
        """Run a command of JupyterLab's own."""
        self.page.evaluate(
            "([name, given]) => void jupyterapp.commands.execute(name, given)", [command, arguments]
        )

    def open(self, path: Path) -> None:
        relative = path.relative_to(self.project).as_posix()
        self.activate(relative)
        self.page.wait_for_function(
            "() => /^(Fully i|I)nitialized/.test(document.querySelector('.lsp-status-message')?.innerText)"
        )
        tab = self.page.locator(".lm-TabBar-tabLabel", has_text="Diagnostics Panel")
        if not tab.count():
            self.lab("lsp:show-diagnostics-panel")
            tab.wait_for()
            self.activate(relative)

    def activate(self, relative: str) -> None:
        """Have a file in front."""
        self.lab("docmanager:open", path=relative)
        self.page.wait_for_function(f"path => {IN_FRONT} === path", arg=relative)

    def shown(self, path: Path) -> list[Shown]:
        # The table is about the file in front; for a notebook it has columns more.
        in_front = self.page.evaluate(IN_FRONT) == path.relative_to(self.project).as_posix()
        return [_shown(row) for row in self.page.evaluate(ROWS)] if in_front else []

    def type(self, text: str) -> None:
        self.page.locator(".jp-FileEditor .cm-content").first.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text + "\n")

    def erase(self) -> None:
        self.page.locator(".jp-FileEditor .cm-content").first.click()
        for key in ("Control+End", "ArrowUp", "Control+Shift+K"):
            self.page.keyboard.press(key)

    def save(self) -> None:
        self.lab("docmanager:save-all")

    def front(self) -> str:
        return str(self.page.evaluate(IN_FRONT)).rpartition("/")[2]

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        raise NotImplementedError

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        raise NotImplementedError

    def command(self, name: str, *answers: str) -> None:
        """Run the magic that does the same, in a new cell of the project's notebook."""
        notebook = next((self.project / "notebooks").glob("1.0-*.ipynb"))
        self.open(notebook)
        self.page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()
        self.lab("notebook:insert-cell-below")
        self.lab("notebook:enter-edit-mode")
        cell = self.page.locator(".jp-Notebook:visible .jp-Cell.jp-mod-active .cm-content")
        cell.click()
        self.page.keyboard.insert_text(f"%load_ext ccds_ls.magic\n%ccds {MAGICS[name].format(*answers)}")
        self.page.keyboard.press("Shift+Enter")

    def answer(self, title: str) -> None:
        raise NotImplementedError

    def said(self) -> str:
        return str(self.page.evaluate(SAID))

    def picture(self, target: Path) -> Path:
        target = target.with_suffix(".png")
        self.page.screenshot(path=str(target))
        return target


def _shown(row: dict[str, str]) -> Shown:
    line = int(row["Line:Ch"].partition(":")[0]) + 1
    return Shown(row["Code"], row["Message"], line, row["Severity"].lower())


@contextmanager
def served(home: Home, project: Path) -> Iterator[str]:
    """JupyterLab's server for a project; its address."""
    programs = home.jupyter()
    if home.silent:
        silent = {"argv": [sys.executable, str(SILENT)], "languages": ["python"], "version": 2}
        config = {"LanguageServerManager": {"language_servers": {"ccds-ls": silent}}}
        home.write(".jupyter/jupyter_server_config.json", json.dumps(config))
    command: list[str | Path] = [
        programs / "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        "--port=0",
    ]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={project}"]
    env = home.env | {"PATH": f"{programs}:{home.env['PATH']}"}
    with (home.path / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, cwd=project, env=env, stdout=log, stderr=log)
    runtime = home.path / ".local/share/jupyter/runtime"
    try:
        found = until(lambda: [*runtime.glob("jpserver-*.json")], "JupyterLab's server is there", 30)
        yield until(lambda: _address(found[0]), "its address", 10)
    finally:
        server.terminate()
        server.wait(20)


def _address(path: Path) -> str | None:
    text = path.read_text()
    return json.loads(text)["url"] if text.endswith("}") else None


@contextmanager
def launch(home: Home, project: Path) -> Iterator[JupyterLab]:
    news = "jupyterlab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    home.write(f".jupyter/lab/{news.partition('/')[2]}", '{"fetchNews": "false", "checkForUpdates": false}')
    with served(home, project) as url, browser.window(f"{url}lab", WINDOW, SECONDS) as page:
        yield JupyterLab(page, project)


def version() -> str:
    return install.JUPYTER[0].partition("==")[2]


DRIVER = Driver(
    "jupyterlab",
    "JupyterLab",
    "jupyterlab",
    install.jupyter,
    version,
    launch,
    cannot={
        "data_file": "JupyterLab opens a table as a table; `%ccds check` lists data files.",
        "closed_files": "The client drops findings of files that are not open; `%ccds check` lists them.",
        "rename": NO_FIXES,
        "references": NO_FIXES,
        "opened_notebook": "A magic opens nothing; it says what it has made.",
        "renumber": "The client has no code actions; restart the kernel and run all cells.",
        "broken_notebook": "JupyterLab shows cells, and never their JSON.",
        "unstage": "The client has no code actions; `git restore --staged FILE` in a terminal.",
        "commit_message": "JupyterLab hides `.git`; the commit hook stops the commit there.",
        "stop_commit": "JupyterLab hides `.git`; the commit hook stops the commit there.",
        "course": "The client has no commands; git's steps are taken in a terminal, and `ccds-ls hook install` guards them.",
        "rename_command": "The client has no commands; the file browser renames (F2), and so does `%ccds rename`.",
    },
    seconds=SECONDS,
    pictured="notebook_name",
)
