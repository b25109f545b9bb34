"""A notebook as rules see it: cells, what they left, and where in the file's text it all stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from ccds_ls.finding import Span

_HEADING = re.compile(
    r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>[^\s#].*)$"
    r"|<h(?P<level>[1-6])\b[^>]*>(?P<html>.{1,300}?)</h(?P=level)>"
    r"|^ {0,3}(?P<underlined>[^\s\-=].*)\n {0,3}(?P<line>=+|-+)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FENCE = re.compile(r"^[ ]{0,3}(```|~~~).*?(?:^[ ]{0,3}\1|\Z)", re.MULTILINE | re.DOTALL)

CONTENT = frozenset({"source", "input", "outputs", "attachments", "id", "cell_type", "execution_count"})
"""Fields of a cell that are its content, or hold no text: an attachment is an image."""
SHORTEST = 16
"""A shorter value, as ``{"tags": []}``, holds no name and secret."""


class InText(Protocol):
    """How a text stands in a file's raw text."""

    def span(self, span: Span) -> Span:
        """The raw range of a range."""

    def edit(self, span: Span, text: str) -> tuple[Span, str] | None:
        """The raw edit that replaces a range; None where there is none."""


@dataclass(frozen=True)
class Output:
    """One piece of content that a cell left: a stream's text, an error, or one MIME form of a display.

    ``kind`` is ``stream``, ``error``, ``text``, ``html``, ``markdown``, ``latex``, ``javascript``, ``image``,
    ``json`` or another MIME subtype; ``name`` is the stream's name, the exception's name or the MIME type.
    ``text`` has its escapes resolved and its lines joined, colour codes stay in it; it is raw JSON for
    ``json`` and empty for a bitmap. ``size`` counts the characters of the raw JSON value. ``number`` is the
    output's 1-based place in its cell, shared by the forms of one display. ``count`` is the place in the raw
    text of the execution count that a cell's result repeats.
    """

    kind: str
    name: str
    text: str
    size: int
    number: int
    raw: InText | int | None = field(default=None, repr=False, compare=False)
    count: Span | None = field(default=None, repr=False, compare=False)

    def raw_span(self, span: Span) -> Span | None:
        """The range of the file's raw text that a range of ``text`` comes from."""
        if isinstance(self.raw, int):  # ``text`` is raw text already and starts there
            return Span(self.raw + span.start, self.raw + span.end)
        return self.raw.span(span) if self.raw else None


@dataclass(frozen=True)
class Cell:
    """One cell; ``number`` is 1-based over all cells.

    ``kind`` is ``code``, ``markdown``, ``raw`` or, in nbformat 3 alone, ``heading``. ``fields`` are the
    ranges of the cell's values in the file's raw text by key (``source``, ``outputs``, ``execution_count``,
    ...), empty for an editor's cell. ``is_saved`` is false for an editor's cell of which the saved file does not
    tell what it has left. Offsets in ``source`` are code points.
    """

    number: int
    kind: str
    source: str
    execution_count: int | None = None
    outputs: tuple[Output, ...] = ()
    cell_id: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Span] = field(default_factory=dict, repr=False, compare=False)
    raw: InText | None = field(default=None, repr=False, compare=False)
    is_saved: bool = True

    def raw_span(self, span: Span) -> Span | None:
        """The range of the file's raw text that a range of the source comes from; None without raw text."""
        return self.raw.span(span) if self.raw else None

    def raw_edit(self, span: Span, text: str) -> tuple[Span, str] | None:
        """The raw range and its replacement that put ``text`` in place of a range of the source."""
        return self.raw.edit(span, text) if self.raw else None


@dataclass(frozen=True)
class Notebook:
    """A notebook, or what could be made out of one.

    ``problem`` says, for people, why the file is not a notebook that Jupyter opens, and ``problem_offset``
    where in the raw text that was noticed; both are None for a good one. ``language`` is lower case, None if
    not stated. ``around`` are the ranges of the raw text that are no cell's content: what stands before and
    behind the cells, and their metadata; all of it where there is no good cell, none for an editor's cells.
    """

    cells: tuple[Cell, ...]
    nbformat: int | None = None
    language: str | None = None
    problem: str | None = None
    problem_offset: int | None = None
    around: tuple[Span, ...] = field(default=(), repr=False, compare=False)

    @property
    def is_python(self) -> bool:
        """Whether code cells hold Python, which is assumed where the notebook does not say."""
        return self.language is None or self.language in ("python", "ipython", "python3")

    @cached_property
    def heading(self) -> str | None:
        """The first heading of the highest level, without its marks; None when there is no heading."""
        found: list[tuple[int, str]] = []
        for cell in self.cells:
            if cell.kind == "heading" and cell.source.strip():
                found.append((1, cell.source.strip()))
            elif cell.kind == "markdown":
                found += map(_heading, _HEADING.finditer(_FENCE.sub("", cell.source)))
        return min(found, key=lambda item: item[0])[1] if found else None


def from_cells(cells: Iterable[tuple[str, str, int | None]], language: str | None = None) -> Notebook:
    """A notebook as an editor shows it: (kind, source, execution count) for each cell, and no raw text."""
    return Notebook(
        tuple(Cell(number, kind, source, count) for number, (kind, source, count) in enumerate(cells, 1)),
        language=language,
    )


def with_saved(shown: Notebook, saved: Notebook) -> Notebook:
    """An editor's cells with what the protocol does not tell and the saved file does: outputs, tags, counts.

    A cell gets them from the saved one at its place, else from any one, with the same source, but for line ends
    at its end, which a script does not keep; one that has been edited since has none.
    """
    by_source = {_content(cell): cell for cell in reversed(saved.cells)}
    cells = []
    for index, cell in enumerate(shown.cells):
        key = _content(cell)
        same = saved.cells[index] if index < len(saved.cells) else None
        found = same if same and _content(same) == key else by_source.get(key)
        if found and found.kind == "code":
            count = found.execution_count if cell.execution_count is None else cell.execution_count
            cells.append(replace(cell, outputs=found.outputs, tags=found.tags, execution_count=count))
        else:
            cells.append(replace(cell, is_saved=cell.kind != "code" or cell.execution_count is not None))
    return replace(shown, cells=tuple(cells), language=shown.language or saved.language)


def _content(cell: Cell) -> tuple[str, str]:
    return cell.kind, cell.source.rstrip("\n")


def _heading(match: re.Match[str]) -> tuple[int, str]:
    """The level and the text of a heading."""
    if match["marks"]:
        return len(match["marks"]), match["title"].strip().rstrip("#").strip()
    if match["level"]:
        return int(match["level"]), re.sub(r"<[^>]*>", "", match["html"]).strip()
    return 1 if match["line"][0] == "=" else 2, match["underlined"].strip()
