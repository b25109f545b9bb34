"""A notebook that an editor with jupytext shows as a script under the notebook's own name.

The ``py:percent`` form is described at https://jupytext.readthedocs.io/en/latest/formats-scripts.html.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ccds_ls.comment_place import is_in_string
from ccds_ls.finding import Span
from ccds_ls.notebook import Cell, Notebook

_MARK = re.compile(r"^# ?%%(?P<head>%*(?:[ \t][^\n]*)?)(?:\n|\Z)", re.MULTILINE)
_KIND = re.compile(r"\[(markdown|md|raw)\]")
_LANGUAGE = re.compile(r'\blanguage="(\w+)"')
_ARGUMENTS = re.compile(r'\bmagic_args="((?:[^"\\]|\\.)*)"')
_COMMENT = re.compile(r"(?P<indent>[ \t]*)(?P<mark># ?)")
_QUOTED = re.compile(r"[rR]?(\"\"\"|''')\n(?P<text>.*?)\n?\1", re.DOTALL)
_SHELL = "cat|cd|copy|cp|ddir|echo|ldir|ls|mkdir|mv|ren|rm|rmdir"
# What jupytext makes a comment: lines of IPython's own syntax, and comments that would else look like such lines.
_ESCAPED = re.compile(
    r"[ \t]*(?:# ?)+(?:%{1,3}[A-Za-z]|[?!][ \t]*[A-Za-z.~$\\/{}]|[ \t]*[A-Za-z_]\w*[ \t]*=[ \t]*(?:%{1,3}|!)[A-Za-z]"
    rf"|[^\s#]*\?[ \t]*$|(?:{_SHELL})(?:[ \t]*$|[ \t]+[^\s=,(]))"
)


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
        magic = "" if kind else _magic(mark["head"])
        cells.append(_cell(len(cells) + 1, name, text, mark.end(), end, magic))
    return Notebook(tuple(cells), 4)


def _magic(head: str) -> str:
    """The cell magic of a cell in another language, of which jupytext makes a part of the mark."""
    language, arguments = _LANGUAGE.search(head), _ARGUMENTS.search(head)
    if language is None:
        return ""
    given = re.sub(r"\\(.)", r"\1", arguments[1]) if arguments else ""
    return f"%%{language[1]} {given}".rstrip() + "\n"


def _cell(number: int, kind: str, text: str, start: int, end: int, magic: str = "") -> Cell:
    source = text[start:end].rstrip("\n")
    if kind != "code" and (quoted := _QUOTED.fullmatch(source)):
        start += quoted.start("text")
        return Cell(number, kind, quoted["text"], raw=Part(((0, start),), start + len(quoted["text"])))
    # A magic that is a part of the mark has no place of its own: the line of the mark stands for it.
    pieces = [(0, text.rfind("\n", 0, start - 1) + 1), (len(magic), start)] if magic else [(0, start)]
    lines, joined = [magic], len(magic)
    for line, mark in _marked(source, commented=kind != "code" or bool(magic)):
        lines.append(line[: mark.start] + line[mark.end :])
        if mark.end:
            pieces.append((joined + mark.start, start + mark.end))
        joined += len(lines[-1])
        start += len(line)
    return Cell(number, kind, "".join(lines), raw=Part(tuple(pieces), start))


def _marked(source: str, *, commented: bool) -> Iterator[tuple[str, Span]]:
    """The lines of a cell, and where in each the mark of a comment stands that the notebook does not have."""
    start, goes_on = 0, False
    for line in source.splitlines(keepends=True):
        match = _COMMENT.match(line)
        if commented:
            found = match is not None and not match["indent"]
        else:
            found = match is not None and (goes_on or _ESCAPED.match(line) is not None)
            found = found and not is_in_string(source, start)
            goes_on = found and line.rstrip().endswith("\\")
        yield line, Span(*match.span("mark")) if match and found else Span(0, 0)
        start += len(line)
