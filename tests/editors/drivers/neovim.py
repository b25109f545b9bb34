"""Neovim in a terminal, driven through its own remote expressions."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from editors import install
from editors.editor import Driver, Shown
from editors.home import Home
from editors.terminal import Terminal
from editors.waiting import until

EYES = Path(__file__).with_suffix(".lua")


class Neovim:
    def __init__(self, program: Path, home: Home, project: Path) -> None:
        self.program, self.env, self.project = program, home.env, project
        self.socket = home.path / "run" / "nvim"
        self.terminal = Terminal([program, "--listen", self.socket], project, home.env)

    def remote(self, expression: str) -> str | None:
        """The value of a Vim expression, or None while Neovim does not answer."""
        ask = [str(self.program), "--server", str(self.socket), "--remote-expr", expression]
        try:
            done = subprocess.run(ask, env=self.env, capture_output=True, text=True, check=False, timeout=5)
        except subprocess.TimeoutExpired:
            return None  # It waits at a prompt; its terminal is closed in the end.
        return done.stdout + done.stderr if done.returncode == 0 else None

    def start(self) -> None:
        until(lambda: self.remote("1") == "1", f"Neovim answers\n{self.terminal.text()}", 20)
        self.remote(f"execute('luafile {EYES}')")
        self.lists_answers = self.remote("has('nvim-0.10')") == "0"

    def call(self, verb: str, *arguments: object) -> Any:
        quoted = json.dumps([verb, *arguments]).replace("'", "''")
        answer = self.remote(f"luaeval('Bench(_A)', '{quoted}')")
        assert answer is not None, self.terminal.text()
        return json.loads(answer)

    def open(self, path: Path) -> None:
        self.call("open", str(path))

    def shown(self, path: Path) -> list[Shown]:
        return [Shown(**item) for item in self.call("shown", str(path))]

    def type(self, text: str) -> None:
        self.call("type", text)

    def erase(self) -> None:
        self.call("erase")

    def save(self) -> None:
        self.remote("execute('wall')")

    def front(self) -> str:
        return (self.remote("expand('%:t')") or "").strip()

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        self.call("ask_fixes", shown.line)
        titles: list[str] = until(lambda: self.call("offered"), "code actions are offered", 10)
        return titles

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        self.call("ask_fixes", shown.line, title)

    def command(self, name: str, *answers: str) -> None:
        user_command = "".join(part[0].upper() + part[1:] for part in name.split("."))
        self.call("command", " ".join((user_command, *answers[:1])), answers[1:])

    def answer(self, title: str) -> None:
        """Old Neovim lists the answers and waits for a number; in newer ones its eyes have taken the first."""
        if self.lists_answers:
            answer = re.compile(rf"(\d+)\. {re.escape(title)}")
            found = until(lambda: answer.search(self.terminal.text()), f"the answer {title}", 10)
            self.terminal.send(f"{found[1]}\r")

    def said(self) -> str:
        return str(self.call("said"))

    def picture(self, target: Path) -> Path:
        # The window closes again when findings arrive anew.
        until(lambda: self.call("float") or "┌" in self.terminal.text(), self.terminal.text, 10)
        return self.terminal.picture(target)


@contextmanager
def launch(program: Callable[[], Path], home: Home, project: Path) -> Iterator[Neovim]:
    home.follow("neovim")
    editor = Neovim(program(), home, project)
    try:
        editor.start()
        yield editor
        editor.remote("execute('qall!')")
    finally:
        editor.terminal.close()


@cache
def version(program: Callable[[], Path]) -> str:
    said = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[1].lstrip("v")


def debian() -> Path:
    return install.debian("/usr/bin/nvim", "neovim")


def _driver(name: str, title: str, program: Callable[[], Path]) -> Driver:
    return Driver(name, title, "neovim", program, partial(version, program), partial(launch, program))


CURRENT = _driver("neovim", "Neovim", install.neovim)
DEBIAN = _driver("neovim-debian", "Neovim of Debian", debian)
