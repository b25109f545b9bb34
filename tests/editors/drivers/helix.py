"""Helix in a terminal: keys are typed, and what it draws is read. It can be asked nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain, count
from pathlib import Path

from editors import install
from editors.editor import Driver, Shown
from editors.home import Home
from editors.terminal import LINES, Terminal
from editors.waiting import until

ESCAPE = "\x1b\x1b" * 2  # Out of two things at most; a single byte would turn the next key into another.
STATUS = LINES - 2  # the row of the status line; below it are messages, and what is typed after a colon
GUTTER = 6  # columns
WITHOUT_PREVIEW = "\x14"
NEXT = "]d\x1b;"  # to the next finding, and to its start
MENU = ("2a3f54", "3d6185")  # the first row is chosen
COLOURS = {"ff6e67": "error", "f1c40f": "warning", "59b8f0": "information", "9ad64b": "hint"}
THEME = (
    f'inherits = "dark_plus"\n"ui.menu" = {{ bg = "#{MENU[0]}" }}\n"ui.menu.selected" = {{ bg = "#{MENU[1]}" }}\n'
    + "".join(
        f'{severity.replace("information", "info")} = {{ fg = "#{colour}" }}\n'
        for colour, severity in COLOURS.items()
    )
)
"""A severity and a menu are told by their colours, so each has one that nothing else has."""

NAME = re.compile(r"^ ?\w+\s+(?P<path>\S+)")
PLACE = re.compile(r"(?P<line>\d+):\d+\s*$")
CODE = re.compile(r"\((?P<code>[a-z-]+)\)")
LISTED = re.compile(r"(?:ERROR|WARN|INFO|HINT) +(?P<code>[a-z-]+) +(?P<path>\S+) +(?P<message>.*?) *│")
COMMANDS = "Helix asks no questions for a server; "


class Helix:
    def __init__(self, home: Home, project: Path) -> None:
        self.project = project
        self.heard: list[str] = []
        self.numbers = count(1)
        self.terminal = Terminal([install.helix()], project, home.env | {"COLORTERM": "truecolor"})

    def rows(self) -> list[str]:
        return self.terminal.text().split("\n")

    def keys(self, keys: str) -> None:
        """Type keys, and wait until all have had their effect: a line that is begun after them is there."""
        begun = f":~{next(self.numbers)}"
        self.terminal.send(f"{ESCAPE}{keys}{begun}")
        until(lambda: self.rows()[-1] == begun, lambda: f"{begun}\n{self.terminal.text()}", 10)

    def settled(self, look: Callable[[], list[str]]) -> list[str]:
        """What is there in two looks, one after the other: a single one may see half of a drawing."""
        seen: list[list[str]] = [[]]

        def again() -> list[str]:
            seen.append(look())
            return seen[-1] if seen[-1] == seen[-2] else []

        return until(again, self.terminal.text, 10)

    def open(self, path: Path) -> None:
        self.keys(f":open {path}\r")
        until(lambda: self.front() == path.name, lambda: f"{path.name} in\n{self.terminal.text()}", 10)

    def shown(self, path: Path) -> list[Shown]:
        return list(chain(*self.walk())) if path.name == self.front() else self.listed(path)

    def listed(self, path: Path) -> list[Shown]:
        """The findings of a file in the list of the project's. Its columns are cut; a path keeps its last part."""
        self.terminal.send(f"{ESCAPE} D{WITHOUT_PREVIEW}")
        rows = self.settled(lambda: [row for row in self.rows() if "│" in row])
        self.terminal.send(ESCAPE)
        found = [match for row in rows if (match := LISTED.search(row))]
        return [Shown(row["code"], row["message"]) for row in found if row["path"].endswith(path.name)]

    def walk(self) -> Iterator[list[Shown]]:
        """Put the cursor on one finding of the open file after the other; what is told there."""
        been: list[str] = []
        self.keys("gg")
        while (place := self.rows()[STATUS]) not in been:  # behind the last one comes the first
            yield self.here()
            been.append(place)
            self.keys(NEXT)

    def here(self) -> list[Shown]:
        """What is told at the right of the text about the place of the cursor: lines in the colour of the severity."""
        line = PLACE.search(self.rows()[STATUS])
        assert line, self.terminal.text()
        found, lines = [], []
        for row in self.terminal.runs()[1:STATUS]:
            for colour, _, text in row:
                if colour in COLOURS and text.strip(" ●"):
                    lines.append(text.strip())
                    if code := CODE.fullmatch(lines[-1]):
                        message = " ".join(lines[:-1])
                        found.append(Shown(code["code"], message, int(line["line"]), COLOURS[colour]))
                        lines = []
        return found

    def type(self, text: str) -> None:
        self.keys(f"geo{text}{ESCAPE}")

    def erase(self) -> None:
        self.keys("gexd")

    def save(self) -> None:
        self.keys(":write-all\r")

    def front(self) -> str:
        name = NAME.match(self.rows()[STATUS])
        return name["path"].rpartition("/")[2] if name else ""

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        titles = self.menu(shown)
        self.keys("")
        return titles

    def menu(self, shown: Shown) -> list[str]:
        """Open the menu of fixes at a finding, and read it."""
        assert any(shown in here for here in self.walk()), self.terminal.text()
        self.terminal.send(f"{ESCAPE} a")
        return self.settled(self.offered)

    def offered(self) -> list[str]:
        rows = ("".join(text for _, paper, text in row if paper in MENU) for row in self.terminal.runs())
        return [row.strip() for row in rows if row]

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        self.terminal.send("\x1b[B" * self.menu(shown).index(title) + "\r")

    def command(self, name: str, *answers: str) -> None:
        assert not answers, COMMANDS

        def listed() -> bool:
            self.keys(":lsp-workspace-command\r")
            return "ccds." in self.terminal.text()

        until(listed, "the server's commands, which there are none of while it starts", 10)
        self.terminal.send(f"{ESCAPE}:lsp-workspace-command {name}\r")

    def answer(self, title: str) -> None:
        raise NotImplementedError

    def said(self) -> str:
        """The last lines of the screen, of all times that it was asked for."""
        last = self.rows()[-1]
        if last not in self.heard:
            self.heard.append(last)
        return "\n".join(self.heard)

    def picture(self, target: Path) -> Path:
        self.terminal.send(ESCAPE)
        until(lambda: not self.rows()[-1], "nothing that is begun", 10)
        return self.terminal.picture(target)


@contextmanager
def launch(home: Home, project: Path) -> Iterator[Helix]:
    home.follow("helix")
    home.write(".config/helix/config.toml", 'theme = "bench"\n')
    home.write(".config/helix/themes/bench.toml", THEME)
    editor = Helix(home, project)
    try:
        until(editor.front, "a status line", 20)
        yield editor
        editor.terminal.send(f"{ESCAPE}:quit-all!\r")
        editor.terminal.process.wait(10)
    finally:
        editor.terminal.close()


@cache
def version() -> str:
    said = subprocess.run([install.helix(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[1]


DRIVER = Driver(
    "helix",
    "Helix",
    "helix",
    install.helix,
    version,
    launch,
    cannot={
        "new_project": COMMANDS + "`:lsp-workspace-command ccds.newProject` makes a form to fill in.",
        "new_notebook": COMMANDS + "`:sh ccds-ls notebook compare ring widths`.",
        "opened_notebook": COMMANDS + "`:sh ccds-ls notebook` says what it has made.",
        "course": COMMANDS + "git's steps are taken with `:sh git`, and `ccds-ls hook install` guards them.",
        "rename_command": COMMANDS + "`:sh ccds-ls rename` proposes a name; the fix takes it.",
    },
)
