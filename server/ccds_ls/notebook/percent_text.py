"""A notebook that an editor with jupytext shows as a script under the notebook's own name.

The ``py:percent`` form is described at https://jupytext.readthedocs.io/en/latest/formats-scripts.html.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from ccds_ls.finding import Span
from ccds_ls.notebook import Cell, Notebook

_MARK = re.compile(r"^# ?%%(?P<head>[^\n]*)(?:\n|\Z)", re.MULTILINE)
_KIND = re.compile(r"\[(markdown|md|raw)\]")
_PREFIX = re.compile(r"^# ?", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """Text that stands in a larger one: in one piece, or line by line behind ``#``.

    ``pieces`` give for each piece where it starts in the joined text and where in the larger one, which ends at
    ``end``.
    """

    pieces: tuple[tuple[int, int], ...]
    end: int

    def span(self, span: Span) -> Span:
        """The range in the larger text."""
        start = self._place(span.start)
        return Span(start, max(start, self._place(span.end - 1, 1) if span.end > span.start else start))

    def edit(self, span: Span, text: str) -> tuple[Span, str]:
        """The edit of the larger text."""
        return self.span(span), text

    def _place(self, offset: int, more: int = 0) -> int:
        index = max(0, bisect_right(self.pieces, offset, key=lambda piece: piece[0]) - 1)
        joined, start = self.pieces[index]
        return min(start + offset - joined + more, self.end)


@dataclass(frozen=True)
class At:
    """Text that a larger one does not have, and the place there that stands for all of it."""

    place: Span

    def span(self, span: Span) -> Span:  # noqa: ARG002 - all is at one place
        """The range in the larger text."""
        return self.place

    def edit(self, span: Span, text: str) -> None:
        """No edit of the larger text can change it."""


def has_marks(text: str) -> bool:
    """Whether there is a mark of a cell."""
    return _MARK.search(text) is not None


def parse(text: str) -> Notebook:
    """The cells of a script. Never raises; without marks all of it is one cell."""
    marks = list(_MARK.finditer(text))
    cells: list[Cell] = []
    before = text[: marks[0].start()] if marks else text
    is_header = bool(marks) and before.lstrip().startswith("# ---")  # jupytext's, which is no cell
    if before.strip() and not is_header:
        cells.append(_cell(1, "code", text, 0, len(before)))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=bool(marks)):
        kind = _KIND.search(mark["head"])
        name = {"markdown": "markdown", "md": "markdown", "raw": "raw"}[kind[1]] if kind else "code"
        cells.append(_cell(len(cells) + 1, name, text, mark.end(), end))
    return Notebook(tuple(cells), 4)


def _cell(number: int, kind: str, text: str, start: int, end: int) -> Cell:
    source = text[start:end].rstrip("\n")
    if kind == "code":
        return Cell(number, kind, source, raw=Part(((0, start),), start + len(source)))
    pieces: list[tuple[int, int]] = []
    lines: list[str] = []
    joined = 0
    for line in source.splitlines(keepends=True):
        prefix = _PREFIX.match(line)
        skipped = prefix.end() if prefix else 0
        pieces.append((joined, start + skipped))
        lines.append(line[skipped:])
        joined += len(line) - skipped
        start += len(line)
    return Cell(number, kind, "".join(lines), raw=Part(tuple(pieces or [(0, start)]), start))
