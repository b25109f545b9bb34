"""Emacs with Eglot in a terminal: keys are typed, and emacsclient asks what it shows."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from editors import install
from editors.editor import Driver, Shown
from editors.home import Home
from editors.terminal import Terminal
from editors.waiting import until

EYES = Path(__file__).with_suffix(".el")
FOUND = re.compile(r"ccds \[(?P<code>[\w-]+)\]: (?P<message>.*)", re.DOTALL)

LOOKS = """
(load-theme 'wombat t)
(menu-bar-mode -1)
(setq inhibit-startup-screen t suggest-key-bindings nil)
"""


class Emacs:
    lists_fixes = "eglot-code-actions"

    @staticmethod
    def choose(home: Home) -> None:
        """Take the page's word for the client: Eglot is what it has first."""

    def __init__(self, home: Home, project: Path) -> None:
        self.env = home.env
        self.socket = home.path / "run" / "bench"
        self.terminal = Terminal([program(), "-nw", "-l", EYES], project, home.env)

    def ask(self, expression: str) -> Any:
        """The value of a Lisp expression that makes JSON, or None while Emacs does not answer."""
        command: list[str | Path] = ["emacsclient", "--socket-name", self.socket, "--eval", expression]
        try:
            done = subprocess.run(
                command, env=self.env, capture_output=True, text=True, check=False, timeout=10
            )
        except subprocess.TimeoutExpired:
            return None
        value = done.stdout.strip()
        return json.loads(json.loads(value)) if value.startswith('"') else value == "t" or None

    def open(self, path: Path) -> None:
        self.terminal.send(f"\x18\x06{path}\r")
        until(lambda: self.visits(path), lambda: f"{path}\n{self.terminal.text()}", 20)
        self.terminal.send(
            "\x1b<"
        )  # Flymake begins to show after the next key, as a person's that looks around.

    def visits(self, path: Path) -> bool | None:
        """Whether a file is in front, connected to the server."""
        visits: bool | None = self.ask(f'(bench-visits "{path}")')
        return visits

    def shown(self, path: Path) -> list[Shown]:
        return [_shown(**item) for item in self.ask(f'(bench-shown "{path}")') or ()]

    def type(self, text: str) -> None:
        self.terminal.send(f"\x1b>{text}")

    def erase(self) -> None:
        self.terminal.send("\x1b>\x01\x0b")

    def save(self) -> None:
        self.ask("(progn (save-some-buffers t) t)")

    def front(self) -> str:
        return str(self.ask("(bench-front)"))

    def menu(self, shown: Shown) -> list[str]:
        """Ask for the fixes of a line, and read what the prompt offers."""
        self.terminal.send(f"\x1bg\x1bg{shown.line}\r\x1bx{self.lists_fixes}\r")
        titles: list[str] = until(
            lambda: self.ask("(bench-menu)"), lambda: f"fixes\n{self.terminal.text()}", 10
        )
        return titles

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        titles = self.menu(shown)
        until(self._quit, "the prompt is gone", 30)
        return titles

    def _quit(self) -> bool | None:
        """Whether the prompt is gone. The key is pressed each time: Emacs may quit what it just answers instead."""
        self.terminal.send("\x07")
        gone: bool | None = self.ask("(null (active-minibuffer-window))")
        return gone

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        self.menu(shown)
        self.terminal.send(_typed(title))

    def command(self, name: str, *answers: str) -> None:
        words = re.sub(r"([A-Z])", r"-\1", name.replace(".", "-")).lower()
        self.terminal.send(f"\x1bx{words}\r")
        for answer in answers:
            until(lambda: self.ask("(bench-asked)"), lambda: f"a question\n{self.terminal.text()}", 10)
            self.ask("(bench-clear)")  # of what is proposed
            self.terminal.send(_typed(answer))

    def answer(self, title: str) -> None:
        """Eglot puts no question of this kind."""

    def said(self) -> str:
        return str(self.ask('(json-encode (with-current-buffer "*Messages*" (buffer-string)))'))

    def picture(self, target: Path) -> Path:
        self.terminal.send("\x13client.py\r\x1bxflymake-show-buffer-diagnostics\r")
        until(lambda: self.terminal.text().count("Hugging"), lambda: self.terminal.text(), 10)
        return self.terminal.picture(target)


def _typed(text: str) -> str:
    """Keys for a line at a prompt, where a bare space may complete a word."""
    return text.replace(" ", "\x11 ") + "\r"


def _shown(text: str, line: int, severity: str) -> Shown:
    found = FOUND.match(text)
    kind = severity.removeprefix("eglot-").removeprefix(":").replace("note", "information")
    return Shown(found and found["code"], found["message"] if found else text, line, kind)


@contextmanager
def launch(home: Home, project: Path, kind: type[Emacs] = Emacs) -> Iterator[Emacs]:
    home.follow("emacs")
    kind.choose(home)
    home.add(".emacs.d/init.el", LOOKS)
    home.write(".emacs.d/early-init.el", "(setq native-comp-deferred-compilation nil)")
    editor = kind(home, project)
    try:
        until(lambda: editor.ask("t"), lambda: f"Emacs answers\n{editor.terminal.text()}", 20)
        yield editor
        editor.ask("(kill-emacs)")
    finally:
        editor.terminal.close()


def program() -> Path:
    return install.debian("/usr/bin/emacs", "emacs-nox", "elpa-eglot")


@cache
def version() -> str:
    said = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[2]


DRIVER = Driver(
    "emacs",
    "Emacs with Eglot",
    "emacs",
    program,
    version,
    launch,
    cannot={
        "closed_files": "Eglot of Emacs 28 drops findings of files that are not open; "
        "`M-x ccds-check-commit` lists those of the whole commit.",
    },
)
