"""Vim with ALE in a terminal. It is asked through a channel of its own; fixes and prompts are typed."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from editors import install
from editors.editor import Driver, Shown
from editors.home import Home
from editors.terminal import Terminal
from editors.waiting import until

EYES = Path(__file__).with_suffix(".vim")


class Vim:
    def __init__(self, home: Home, project: Path) -> None:
        listening = socket.create_server(("localhost", 0))
        listening.settimeout(20)
        env = home.env | {"BENCH_PORT": str(listening.getsockname()[1])}
        self.terminal = Terminal([program(), "-S", EYES], project, env)
        self.channel, _ = listening.accept()
        listening.close()
        self.channel.settimeout(20)
        self.answers = self.channel.makefile("r", encoding="utf-8")
        self.numbers = count(1)

    def ask(self, function: str, *arguments: object) -> Any:
        """The value of a Vim function: Vim's own protocol for channels."""
        number = -next(self.numbers)
        message = json.dumps(["call", function, arguments, number]) + "\n"
        self.channel.sendall(message.encode())
        answered, value = json.loads(self.answers.readline())
        assert answered == number and value != "ERROR", (function, arguments, self.terminal.text())
        return value

    def open(self, path: Path) -> None:
        self.ask("BenchDo", f"edit {path}")
        self.ask("BenchDo", "redraw")

    def shown(self, path: Path) -> list[Shown]:
        return [Shown(**item) for item in self.ask("BenchShown", str(path))]

    def type(self, text: str) -> None:
        self.terminal.send(f"Go{text}\x1b")

    def erase(self) -> None:
        self.terminal.send("\x1bGdd")

    def save(self) -> None:
        self.ask("BenchDo", "wall")

    def front(self) -> str:
        return str(self.ask("expand", "%:t"))

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        titles = self.menu(shown)
        self.terminal.send("x")
        until(lambda: not self.ask("BenchMenu"), "the menu is gone", 10)
        return titles

    def menu(self, shown: Shown) -> list[str]:
        """Open the menu of fixes for a finding's line, and read it."""
        self.terminal.send(f"\x1b{shown.line}G:CcdsFix\r")
        titles: list[str] = until(lambda: self.ask("BenchMenu"), "a menu of fixes", 10)
        return titles

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        self.terminal.send("j" * self.menu(shown).index(title) + "\r")

    def command(self, name: str, *answers: str) -> None:
        user_command = "".join(part[0].upper() + part[1:] for part in name.split("."))
        self.terminal.send(f"\x1b:{' '.join((user_command, *answers[:1]))}\r")

    def answer(self, title: str) -> None:
        """ALE puts no question of this kind."""

    def said(self) -> str:
        return str(self.ask("execute", "messages"))

    def picture(self, target: Path) -> Path:
        self.terminal.send("\x1b/client.py\r")
        until(lambda: "token" in self.terminal.text().splitlines()[-1], "the finding in the last line", 10)
        return self.terminal.picture(target)


@contextmanager
def launch(home: Home, project: Path) -> Iterator[Vim]:
    home.follow("vim")
    # Its own colours are those of the terminal, on which what ALE marks can hardly be read.
    home.add(".vimrc", "set termguicolors\ncolorscheme habamax\n")
    editor = Vim(home, project)
    try:
        yield editor
        editor.terminal.send("\x1b:qall!\r")
        editor.terminal.process.wait(10)
    finally:
        editor.channel.close()
        editor.terminal.close()


def program() -> Path:
    return install.debian("/usr/bin/vim.nox", "vim-nox", "vim-ale")


@cache
def version() -> str:
    said = subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[4]


DRIVER = Driver(
    "vim",
    "Vim with ALE",
    "vim",
    program,
    version,
    launch,
    cannot={
        "closed_files": "ALE keeps the findings of open files alone; "
        "`:CcdsCheckCommit` puts those of the whole commit into the quickfix list.",
    },
)
