"""An editor in a terminal of our own: what it draws, keys for it, and a picture of its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from html import escape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from editors.waiting import drawn

COLUMNS, LINES = 120, 30
_CELL_WIDTH, _CELL_HEIGHT = 8, 17
_COLOURS = {
    "black": "#1e1e1e", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b", "blue": "#61afef",
    "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#d4d4d4", "brightblack": "#7f848e", "brightred": "#ff7a85",
    "brightgreen": "#b5e890", "brightbrown": "#ffd68a", "brightblue": "#82c4ff", "brightmagenta": "#dc8cf2",
    "brightcyan": "#79dbe6", "brightwhite": "#ffffff",
}  # fmt: skip


class Terminal:
    """A process on a pseudo-terminal. A thread reads what it draws, so that it never blocks on us."""

    def __init__(self, command: list[str | Path], folder: Path, env: dict[str, str]) -> None:
        import pyte

        class Screen(pyte.Screen):  # type: ignore[misc]  # pyte has no types
            def select_graphic_rendition(self, *attributes: int, private: bool = False) -> None:
                if (
                    not private
                ):  # The private form is a question of Vim's about keys; pyte knows no such form.
                    super().select_graphic_rendition(*attributes)

        self._screen: Any = Screen(COLUMNS, LINES)
        self._stream: Any = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._end, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],  # A session of its own, which the terminal controls.
            cwd=folder,
            env=env | {"TERM": "xterm-256color"},
            stdin=other,
            stdout=other,
            stderr=other,
        )
        os.close(other)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._end, 65536)
            except OSError:
                return  # The process has ended and its terminal is gone.
            if not data:
                return
            with self._lock:
                self._stream.feed(data)
            drawn.set()

    def send(self, keys: str) -> None:
        """Type these keys."""
        os.write(self._end, keys.encode())

    def text(self) -> str:
        """What is on the screen now, one line a row."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def runs(self) -> list[list[tuple[str, str, str]]]:
        """For each row of the screen its texts of one colour: ink, paper (hexadecimal, or a name), text."""
        with self._lock:
            rows = [[self._screen.buffer[y][x] for x in range(COLUMNS)] for y in range(LINES)]
        colours = attrgetter("fg", "bg")
        return [
            [(*look, "".join(cell.data for cell in cells)) for look, cells in groupby(row, colours)]
            for row in rows
        ]

    def picture(self, target: Path) -> Path:
        """The screen as an SVG file."""
        target = target.with_suffix(".svg")
        with self._lock:
            rows = [[self._screen.buffer[y][x] for x in range(COLUMNS)] for y in range(LINES)]
        width, height = COLUMNS * _CELL_WIDTH, LINES * _CELL_HEIGHT
        drawn = "\n".join(line for y, row in enumerate(rows) for line in _row(row, y))
        target.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + 8}" '
            f'font-family="Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13">\n'
            f'<rect width="100%" height="100%" fill="{_COLOURS["black"]}"/>\n{drawn}\n</svg>\n',
            encoding="utf-8",
        )
        return target

    def close(self) -> None:
        """End the process, and what it started in its session, if it has not ended by itself."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGHUP)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._end)


def _colour(name: str, usual: str) -> str:
    if name == "default":
        return usual
    return _COLOURS.get(name, f"#{name}")


def _row(row: list[Any], y: int) -> list[str]:
    """The runs of cells that look alike: a rectangle where the background differs, and the text."""
    lines = []
    start = 0
    while start < len(row):
        look = row[start]._replace(data="")
        stop = start
        while stop < len(row) and row[stop]._replace(data="") == look:
            stop += 1
        lines += _run(look, "".join(cell.data for cell in row[start:stop]), start, y)
        start = stop
    return lines


def _run(look: Any, text: str, x: int, y: int) -> list[str]:
    ink, paper = _colour(look.fg, _COLOURS["white"]), _colour(look.bg, _COLOURS["black"])
    if look.reverse:
        ink, paper = paper, ink
    left, top, width = x * _CELL_WIDTH, y * _CELL_HEIGHT, len(text) * _CELL_WIDTH
    lines = []
    if paper != _COLOURS["black"]:
        lines.append(
            f'<rect x="{left}" y="{top + 4}" width="{width}" height="{_CELL_HEIGHT}" fill="{paper}"/>'
        )
    if text.strip():
        style = ' font-weight="bold"' if look.bold else ""
        style += ' text-decoration="underline"' if look.underscore else ""
        lines.append(
            f'<text x="{left}" y="{top + 17}" fill="{ink}"{style} xml:space="preserve" '
            f'textLength="{width}">{escape(text)}</text>'
        )
    return lines
