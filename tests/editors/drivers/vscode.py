"""VS Code itself, as code-server, in headless Chromium."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from editors import browser, install
from editors.editor import Driver, Shown
from editors.home import Home
from editors.page import PAGES
from editors.waiting import NotSeen, until

SETTINGS = {
    "chat.disableAIFeatures": True,
    "editor.minimap.enabled": False,
    "extensions.autoCheckUpdates": False,
    "files.autoSave": "off",  # in a browser it is on
    "git.openRepositoryInParentFolders": "never",
    "security.workspace.trust.enabled": False,  # a dialog would ask at each start
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.welcomePage.walkthroughs.openOnInstall": False,
}
PROBLEM = re.compile(r"(Error|Warning|Info|Hint): (.*) at line (\d+) and character \d+\.", re.DOTALL)
SEVERITIES = {"Error": "error", "Warning": "warning", "Info": "information", "Hint": "hint"}
SECONDS = 30.0
WINDOW = {"width": 1000, "height": 1000}  # so tall that no row of the Problems panel is out of sight
PICTURE = {"width": 1000, "height": 640}
BUTTONS = """items => items
    .filter(item => item.parentElement.querySelector('.monaco-progress-container').style.display === 'none')
    .map(item => [...item.querySelectorAll('.monaco-button')].map(button => button.textContent.trim()))"""
AFTERWARDS = (
    "Open Folder",
    "Show Problems",
    "Show All",
    "Show the Log",
)  # buttons of a result, not of a question
TOLD = "a message"
PROPOSED = 8  # questions beyond the given answers that are taken as they are proposed, at most

ROWS = """rows => rows.map(row => ({
    level: row.getAttribute('aria-level'), label: row.getAttribute('aria-label') ?? '',
    code: row.querySelector('.marker-code')?.textContent ?? ''}))"""


@cache
def titles() -> dict[str, str]:
    """The commands with the titles that the palette shows."""
    manifest = json.loads((PAGES / "vscode" / "package.json").read_text(encoding="utf-8"))
    commands = manifest["contributes"]["commands"]
    return {command["command"]: f"{command['category']}: {command['title']}" for command in commands}


class VSCode:
    """One window. ``page`` is Playwright's."""

    def __init__(self, page: Any, project: Path) -> None:
        self.page, self.project = page, project
        self.heard: list[str] = []
        self._messages: list[list[str]] = []
        self._agreed = ""

    # What a user does

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def choose(self, text: str, row: str) -> None:
        """Type into the line of the palette and take the entry with ``row`` in it, once it is the first."""
        self.page.locator(".quick-input-widget input.input").fill(text)
        self.page.locator(".quick-input-list .monaco-list-row.focused", has_text=row).wait_for()
        self.press("Enter")

    def palette(self, title: str) -> None:
        self.press("F1")
        self.choose(f">{title}", title)

    def offers(self, title: str) -> bool:
        """Whether the palette has a command."""
        self.press("F1")
        self.page.locator(".quick-input-widget input.input").fill(f">{title}")
        self.page.locator(".quick-input-list .monaco-list-row").first.wait_for()
        found = self.page.locator(".quick-input-list .monaco-list-row", has_text=title).count()
        self.press("Escape")
        return bool(found)

    def open(self, path: Path) -> None:
        self.press("Control+P")
        self.choose(str(path), path.name)
        self.page.locator(".tab.active", has_text=path.name).wait_for()
        if path.suffix == ".ipynb":
            self.page.locator(".notebookOverlay .monaco-list-row").first.wait_for(state="attached")
        else:
            self.page.locator(".editor-instance .monaco-editor.focused .view-line").first.wait_for()

    def type(self, text: str) -> None:
        self.press("Control+End")
        self.page.keyboard.insert_text(f"\n{text}")

    def erase(self) -> None:
        self.press("Control+End", "Shift+Home", "Delete")

    def save(self) -> None:
        self.palette("File: Save All Files")

    def front(self) -> str:
        return str(self.page.locator(".tab.active").first.get_attribute("data-resource-name"))

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        self._light_bulb(shown)
        rows = self.page.locator(".action-widget .monaco-list-row.action .title")
        offered: list[str] = rows.all_inner_texts()
        self.press("Escape")
        return offered

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        self._light_bulb(shown)
        self.page.locator(".action-widget .monaco-list-row.action", has_text=title).click()
        if title.startswith("Rename"):
            self._follow()

    def _follow(self) -> None:
        """Where something refers to a file that is renamed, VS Code asks whether that is to be changed, too."""
        agree = self.page.locator(".monaco-dialog-box .monaco-button", has_text="OK")
        with suppress(NotSeen):
            until(agree.count, "a question", 3)
            agree.click()

    def _light_bulb(self, shown: Shown) -> None:
        """The menu of fixes at a finding of the open file."""
        if self.page.locator(".notebookOverlay:visible").count():
            self.page.locator(".markers-panel .monaco-list-row", has_text=shown.message[:60]).dblclick()
            self.page.locator(".notebookOverlay .monaco-editor.focused").wait_for()
        else:
            self.press("Control+G")
            self.choose(f":{shown.line}", f"{shown.line}")
        until(self.menu, "a menu of fixes", SECONDS)

    def menu(self) -> bool:
        """Ask for the menu; VS Code says that there is none where it has not heard of the finding yet."""
        self.press("Control+.")
        row = self.page.locator(".action-widget .monaco-list-row.action")
        try:
            return bool(until(row.count, "a fix", 2))
        except NotSeen:
            return False

    def command(self, name: str, *answers: str) -> None:
        self.said()  # what is cleared now stays heard
        self.palette("Notifications: Clear All Notifications")
        self.palette(titles()[name])
        last = ""
        for answer in (*answers, *[None] * PROPOSED):
            last = self._next_question(last)
            if last == TOLD:
                assert answer is None, f"'{answer}' was not asked for: {self.said()}"
                self._agree()
                return
            if answer is not None:
                self.page.locator(".quick-input-widget input.input").fill(answer)
            self.press("Enter")

    def answer(self, title: str) -> None:
        if self._agreed == title:
            return  # ``command`` has taken it as what was proposed.
        self.page.locator(".notification-list-item .monaco-button", has_text=title).first.click()

    def _next_question(self, last: str) -> str:
        return until(lambda: self._asked(last), f"a question after '{last}', or a message", SECONDS)

    def _asked(self, last: str) -> str:
        """The title of the question that is open now, unless it is still the last one; TOLD once there is a message."""
        titles: list[str] = self.page.locator(
            ".quick-input-widget:visible .quick-input-title"
        ).all_inner_texts()
        if titles and titles[0] not in ("", last):
            return titles[0]
        return TOLD if self._told() else ""

    def _told(self) -> list[list[str]]:
        """The buttons of each message that is shown, kept, since it may be gone soon; what only shows progress is none."""
        self._messages = self.page.locator(".notification-list-item").evaluate_all(BUTTONS)
        return self._messages

    def _agree(self) -> None:
        """Where the message that was told is a question of the server's, take what it proposes."""
        self.said()
        proposed = self._messages[0][:1]
        self._agreed = ""
        if proposed and proposed[0] not in AFTERWARDS:
            self._agreed = proposed[0]
            self.page.locator(".notification-list-item .monaco-button", has_text=proposed[0]).first.click()
            # A result that came later would pass for the next command's.
            until(lambda: any(buttons[:1] != proposed for buttons in self._told()), "a result", SECONDS)

    # What a user sees

    def shown(self, path: Path) -> list[Shown]:
        found, here = [], False
        for row in self.page.locator(".markers-panel .monaco-list-row").evaluate_all(ROWS):
            if row["level"] == "1":
                here = row["label"].endswith(
                    f"file {path.name} of folder {path.parent.relative_to(self.project)}"
                )
            elif here and (seen := PROBLEM.match(row["label"])):
                severity, message, line = seen.groups()
                found.append(Shown(row["code"] or None, message, int(line), SEVERITIES[severity]))
        return found

    def said(self) -> str:
        seen = self.page.locator(".notification-list-item-message").all_inner_texts()
        self.heard += [message for message in seen if message not in self.heard]
        return "\n".join(self.heard)

    def picture(self, target: Path) -> Path:
        from PIL import Image

        target = target.with_suffix(".png")
        self.page.locator(".statusbar-item .codicon-loading").wait_for(state="detached")
        self.page.set_viewport_size(PICTURE)
        taken = Image.open(io.BytesIO(self.page.screenshot()))
        self.page.set_viewport_size(WINDOW)
        # A third of the size, and looks the same.
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
        return target


def program(*arguments: str | Path) -> list[str | Path]:
    """The command line of code-server."""
    return [install.node() / "node", install.code_server(), *arguments]


@cache
def ours() -> Path:
    """A folder of extensions with ours in it, installed from its package."""
    package = install.vsix()

    def make(folder: Path) -> None:
        options = ("--extensions-dir", folder, "--user-data-dir", folder / "data")
        install.run(*program(*options, "--install-extension", package))

    # Two processes drive editors side by side: only one of them may install.
    return install.once("extensions", hashlib.sha256(package.read_bytes()).hexdigest(), make)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


@contextmanager
def served(home: Home, project: Path, env: dict[str, str], extensions: Path) -> Iterator[str]:
    """The address of a code-server that serves a project; with ``env`` over the environment of the home."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--extensions-dir", extensions)
    quiet = ("--disable-telemetry", "--disable-update-check", "--disable-getting-started-override")
    log = home.path / "code-server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            program(*options, *quiet, project),
            env=home.env | env,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}/?folder={project}"
        until(lambda: answers(address), lambda: f"code-server answers\n{log.read_text()[-800:]}", SECONDS)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


@contextmanager
def launch(
    home: Home,
    project: Path,
    settings: dict[str, object] | None = None,
    env: dict[str, str] | None = None,
    extensions: Path | None = None,
) -> Iterator[VSCode]:
    """VS Code on a project, with more settings of the user's, more in its environment, other extensions than ours."""
    home.write(".local/share/code-server/User/settings.json", json.dumps({**SETTINGS, **(settings or {})}))
    # VS Code takes its PATH from a login shell, whose profile has this line on Debian.
    home.write(".profile", 'PATH="$HOME/.local/bin:$PATH"\n')
    with (
        served(home, project, env or {}, extensions or ours()) as address,
        browser.window(address, WINDOW, SECONDS) as page,
    ):
        editor = VSCode(page, project)
        page.locator(".statusbar-item", has_text="CCDS").wait_for()
        editor.palette("View: Focus Problems (Errors, Warnings, Infos)")
        yield editor


def everything() -> None:
    """All that a run needs."""
    install.chromium()
    install.code_server()
    ours()


def version() -> str:
    return install.CODE_SERVER.partition("@")[2]


CURRENT = Driver(
    "vscode",
    "VS Code",
    "vscode",
    everything,
    version,
    launch,
    cannot={"broken_notebook": "VS Code shows cells, and never their JSON."},
)
