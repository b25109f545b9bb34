"""Kate on an X server of its own: keys are typed, and it is seen as assistive technology sees it (AT-SPI)."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from editors import install
from editors.editor import Driver, Shown
from editors.home import Home
from editors.waiting import until

EYES = Path(__file__).with_name("kate_eyes.py")
FOUND = re.compile(r"\[ccds\] \((?P<code>[\w-]+)\) (?P<message>.*)", re.DOTALL)
SIZE = "1000x700x24"
QUICK = "[quickfix] "
KATERC = """[General]
Show welcome view for new window=false
[Kate Plugins]
lspclientplugin=true
katesearchplugin=false
kateprojectplugin=false
katekonsoleplugin=false
katefilebrowserplugin=false
katefiletreeplugin=false
"""
"""As its page says; other plugins would only be looked through."""

COMMANDS = "Kate has no commands of a server; "
DRAWN = 2000
"""Pixels of a colour that make a whole line's background, and more than an icon or a letter has."""


class Kate:
    def __init__(self, home: Home, project: Path) -> None:
        self.path: Path | None = None  # of the file that is in front
        self.allowed = False  # whether Kate has been told that it may start the server
        self.display, self.screen = _screen(home)
        qt = {"QT_ACCESSIBILITY": "1", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_QPA_PLATFORM": "xcb"}
        self.env = home.env | qt | {"DISPLAY": self.display}
        told, tell = os.pipe()
        self.answers = os.fdopen(told)
        self.session = subprocess.Popen(
            ["dbus-run-session", "--", "/usr/bin/python3", EYES, str(tell)],
            cwd=project,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[tell],
            text=True,
            start_new_session=True,
        )
        os.close(tell)

    def ask(self, verb: str, *arguments: str | int) -> Any:
        assert self.session.stdin
        self.session.stdin.write(json.dumps([verb, *arguments]) + "\n")
        self.session.stdin.flush()
        return json.loads(self.answers.readline())

    def start(self) -> None:
        until(lambda: self.ask("ready"), "Kate answers", 20)
        until(lambda: self.ask("seen"), "Kate can be seen", 20)
        self.window = until(
            lambda: self.xdotool("search", "--onlyvisible", "--class", "kate").split(), "a window", 10
        )[0]
        width, height, _ = SIZE.split("x")
        self.xdotool("windowsize", self.window, width, height)
        # Newer versions list diagnostics in a place of their own.
        until(
            lambda: self.ask("press", "Show Diagnostics") or self.ask("press", "Show LSP"),
            "the list of diagnostics",
            10,
        )

    def xdotool(self, *arguments: str) -> str:
        command = ["xdotool", *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False).stdout

    def open(self, path: Path) -> None:
        assert self.ask("open", path.as_uri())
        shows = lambda: str(self.ask("title")).startswith(path.name)  # noqa: E731
        self.path = path
        until(shows, lambda: f"{path.name} in the title, not {self.ask('title')!r}", 10)
        if not self.allowed:
            self.allowed = until(lambda: self.ask("press", "Yes"), "the question whether to start it", 20)
            # There is no window manager that would give the focus back when the question is closed.
            until(lambda: not self.ask("asked"), "the question is closed", 10)
            self.xdotool("windowfocus", "--sync", self.window)

    def shown(self, path: Path) -> list[Shown]:
        found, file = [], ""
        for row in self.ask("rows"):
            if row.startswith("/"):
                file = row
            elif file == str(path) and (match := FOUND.match(row)):
                found.append(Shown(match["code"], match["message"]))
        if len(found) == 1 and path == self.path:
            return [replace(found[0], severity=self.severity())]
        return found

    def severity(self) -> str:
        """That of the one finding in the open file. Kate shows it as the colour of the line alone: a red or a green that is nearly white."""
        colours = self.screenshot().getcolors(1 << 24)
        red = sum(count for count, (r, g, b) in colours if r - g > 15 and abs(g - b) < 5 and b > 200)
        green = sum(count for count, (r, g, b) in colours if g - r > 15 and abs(r - b) < 5 and b > 200)
        return "error" if red > DRAWN else "warning" if green > DRAWN else "none"

    def screenshot(self) -> Any:
        from PIL import ImageGrab

        return ImageGrab.grab(xdisplay=self.display).convert("RGB")

    def type(self, text: str) -> None:
        self.xdotool("key", "ctrl+End")
        self.xdotool("type", "--delay", "10", text)

    def erase(self) -> None:
        self.xdotool("key", "ctrl+End", "shift+Home", "Delete")

    def save(self) -> None:
        self.xdotool("key", "ctrl+l")

    def front(self) -> str:
        return str(self.ask("title")).partition(" ")[0]

    def menu(self, path: Path, shown: Shown) -> list[str]:
        """Open the menu of fixes for a finding in the open file, and read it."""
        self.ask("move", shown.line or 1)
        self.xdotool("key", "alt+l", "c")
        titles: list[str] = until(lambda: self.ask("fixes"), "a menu of fixes", 10)
        return titles

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        titles = [title.removeprefix(QUICK) for title in self.menu(path, shown)]
        self.xdotool("key", "Escape", "Escape", "Escape")
        until(lambda: not self.ask("fixes"), "the menu is closed", 10)
        return titles

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        self.menu(path, shown)
        self.ask("press", QUICK + title)
        self.xdotool("key", "Escape", "Escape", "Escape")

    def command(self, name: str, *answers: str) -> None:
        raise NotImplementedError

    def answer(self, title: str) -> None:
        raise NotImplementedError

    def said(self) -> str:
        raise NotImplementedError

    def picture(self, target: Path) -> Path:
        target = target.with_suffix(".png")
        self.screenshot().quantize(64).save(target, optimize=True)
        return target

    def close(self) -> None:
        assert self.session.stdin
        self.session.stdin.close()
        try:
            self.session.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.session.pid, signal.SIGKILL)
            self.session.wait()
        self.answers.close()
        self.screen.terminate()
        self.screen.wait()


def _screen(home: Home) -> tuple[str, subprocess.Popen[bytes]]:
    """An X server in memory, and the name of its display, which it chooses itself."""
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", SIZE, "-nolisten", "tcp"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, env=home.env, pass_fds=[tell], stdout=quiet, stderr=quiet)
    os.close(tell)
    with os.fdopen(told) as number:
        return f":{number.readline().strip()}", server


@contextmanager
def launch(home: Home, project: Path) -> Iterator[Kate]:
    home.follow("kate")
    home.write(".config/katerc", KATERC)
    editor = Kate(home, project)
    try:
        editor.start()
        yield editor
    finally:
        editor.close()


def program() -> Path:
    eyes = ("python3-gi", "gir1.2-atspi-2.0", "at-spi2-core", "dbus")
    return install.debian("/usr/bin/kate", "kate", "xvfb", "xdotool", *eyes)


@cache
def version() -> str:
    env = {"QT_QPA_PLATFORM": "offscreen", "HOME": "/nonexistent", "PATH": os.environ["PATH"]}
    said = subprocess.run(
        [program(), "--version"], capture_output=True, text=True, check=True, env=env
    ).stdout
    return said.split()[-1]


DRIVER = Driver(
    "kate",
    "Kate",
    "kate",
    program,
    version,
    launch,
    cannot={
        "check_commit": COMMANDS + "`ccds-ls check --staged` in its terminal.",
        "new_project": COMMANDS + "`ccds-ls new` in its terminal.",
        "new_notebook": COMMANDS + "`ccds-ls notebook` in its terminal.",
        "opened_notebook": COMMANDS + "`ccds-ls notebook` says what it has made.",
        "course": COMMANDS + "git's steps are taken in its terminal, and `ccds-ls hook install` guards them.",
        "rename_command": COMMANDS + "`ccds-ls rename` in its terminal.",
    },
)
