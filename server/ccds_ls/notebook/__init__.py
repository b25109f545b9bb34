"""Jupyter notebooks: the text of an ``.ipynb`` file to cells that know where they stand in it.

Reads nbformat 3 and 4 and whatever lies between those and a broken file: ``parse`` never raises, and what it
can't make sense of it says in ``Notebook.problem``. The format is described at
https://nbformat.readthedocs.io/en/latest/format_description.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from ccds_ls.finding import Span
from ccds_ls.notebook.json_text import RawString, Reader

_KINDS = {"code": "code", "markdown": "markdown", "heading": "heading"}
_HEADING = re.compile(
    r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>[^\s#].*)$"
    r"|<h(?P<level>[1-6])\b[^>]*>(?P<html>.{1,300}?)</h(?P=level)>"
    r"|^ {0,3}(?P<underlined>[^\s\-=].*)\n {0,3}(?P<line>=+|-+)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FENCE = re.compile(r"^[ ]{0,3}(```|~~~).*?(?:^[ ]{0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
# The keys of an nbformat 3 output that are not content, and the content's short names there.
_V3_TYPES = {"text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png"}
_V3_TYPES |= {"jpeg": "image/jpeg", "latex": "text/latex", "json": "application/json"}
_V3_TYPES |= {"javascript": "application/javascript"}
# Outputs that hold one text: the kind, where its name stands, where its text stands.
_TEXTS = {"stream": ("stream", "name", "text"), "error": ("error", "ename", "traceback")}
_TEXTS["pyerr"] = _TEXTS["error"]  # nbformat 3


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
    not stated.
    """

    cells: tuple[Cell, ...]
    nbformat: int | None = None
    language: str | None = None
    problem: str | None = None
    problem_offset: int | None = None

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

    A cell gets them from the saved one at its place, else from any one, with the same source; one that has been
    edited since has none.
    """
    by_source = {(cell.kind, cell.source): cell for cell in reversed(saved.cells)}
    cells = []
    for index, cell in enumerate(shown.cells):
        key = cell.kind, cell.source
        same = saved.cells[index] if index < len(saved.cells) else None
        found = same if same and (same.kind, same.source) == key else by_source.get(key)
        if found and found.kind == "code":
            count = found.execution_count if cell.execution_count is None else cell.execution_count
            cells.append(replace(cell, outputs=found.outputs, tags=found.tags, execution_count=count))
        else:
            cells.append(replace(cell, is_saved=cell.kind != "code" or cell.execution_count is not None))
    return replace(shown, cells=tuple(cells), language=shown.language or saved.language)


def parse(text: str) -> Notebook:
    """Read the text of an ``.ipynb`` file. Never raises."""
    try:
        return _Parser(text).notebook()
    except json.JSONDecodeError as error:
        problem = _explain(text, error)
        return Notebook((), problem=problem, problem_offset=error.pos)
    except RecursionError:
        return Notebook((), problem="its JSON is nested too deeply to be read", problem_offset=0)


def _explain(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip("\ufeff \t\r\n"):
        return "the file is empty"
    if re.search(r"^<{7} ", text, re.MULTILINE):
        error.pos = text.index("<<<<<<< ")
        return "it holds the conflict markers of an unfinished merge"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "the JSON breaks off before its end"
    return f"it is not valid JSON ({error.msg[:1].lower()}{error.msg[1:]})"


class _Parser:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reader = Reader(text, 1 if text.startswith("\ufeff") else 0)
        self.problem: tuple[str, int] | None = None

    def notebook(self) -> Notebook:
        reader = self.reader
        values: dict[str, object] = {}
        if reader.peek() == "{":
            for key in reader.members():
                values[key] = self._cells_or_value(key)
        else:
            values["other"] = reader.value()
        reader.end()
        cells = values.get("cells", values.get("worksheets"))
        if not isinstance(cells, tuple):
            cells = ()
            self.problem = self.problem or ("it is JSON, but has no list of cells", 0)
        nbformat = values.get("nbformat")
        return Notebook(
            cells,
            nbformat if isinstance(nbformat, int) else None,
            _language(values.get("metadata")),
            *(self.problem or (None, None)),
        )

    def _cells_or_value(self, key: str) -> object:
        if self.reader.peek() == "[":
            if key == "cells":
                return self._cells(1)
            if key == "worksheets":  # nbformat 3
                return self._worksheets()
        return self.reader.value()

    def _worksheets(self) -> tuple[Cell, ...]:
        cells: tuple[Cell, ...] = ()
        for _ in self.reader.elements():
            if self.reader.peek() != "{":
                self.reader.value()
                continue
            for key in self.reader.members():
                if key == "cells" and self.reader.peek() == "[":
                    cells += self._cells(len(cells) + 1)
                else:
                    self.reader.value()
        return cells

    def _cells(self, number: int) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        for _ in self.reader.elements():
            if self.reader.peek() == "{":
                cells.append(self._cell(number + len(cells)))
                continue
            cells.append(Cell(number + len(cells), "raw", ""))
            self.problem = self.problem or (
                f"its cell {cells[-1].number} is not a JSON object",
                self.reader.position,
            )
            self.reader.value()
        return tuple(cells)

    def _cell(self, number: int) -> Cell:
        values: dict[str, object] = {}
        fields: dict[str, Span] = {}
        outputs: tuple[Output, ...] = ()
        for key in self.reader.members():
            start = self.reader.position
            if key == "outputs" and self.reader.peek() == "[":
                outputs = self._outputs()
            else:
                values[key] = self.reader.value()
            fields[key] = Span(start, self.reader.position)
        source = "source" if "source" in fields else "input"  # nbformat 3 says "input" in code cells
        metadata = values.get("metadata")
        return Cell(
            number,
            _KINDS.get(str(values.get("cell_type")), "raw"),
            _joined(values.get(source)),
            _count(values.get("execution_count", values.get("prompt_number"))),
            outputs,
            cell_id if isinstance(cell_id := values.get("id"), str) else None,
            _strings(metadata.get("tags")) if isinstance(metadata, dict) else (),
            fields,
            RawString(self.text, fields[source]) if source in fields else None,
        )

    def _outputs(self) -> tuple[Output, ...]:
        outputs: list[Output] = []
        for number, _ in enumerate(self.reader.elements(), 1):
            if self.reader.peek() == "{":
                outputs += self._output(number)
            else:
                self.reader.value()
        return tuple(outputs)

    def _output(self, number: int) -> list[Output]:
        """The contents of one output; its raw values are looked at once."""
        values: dict[str, object] = {}
        fields: dict[str, Span] = {}
        contents: dict[str, tuple[object, Span]] = {}
        for key in self.reader.members():
            start = self.reader.position
            if key == "data" and self.reader.peek() == "{":
                for mime in self.reader.members():
                    inner = self.reader.position
                    contents[mime] = self.reader.value(), Span(inner, self.reader.position)
            else:
                values[key] = self.reader.value()
            fields[key] = Span(start, self.reader.position)
        named = _TEXTS.get(str(values.get("output_type")))
        if named:
            kind, label, key = named
            content = values.get(key), fields.get(key, Span(0, 0))
            return [self._content(kind, str(values.get(label) or kind), *content, number)]
        contents |= {_V3_TYPES[key]: (values[key], fields[key]) for key in _V3_TYPES if key in values}
        shown = [self._content(_mime_kind(mime), mime, *it, number) for mime, it in contents.items()]
        count = fields.get("execution_count", fields.get("prompt_number"))
        return [replace(output, count=count) for output in shown] if count else shown

    def _content(self, kind: str, name: str, value: object, span: Span, number: int) -> Output:
        size = span.end - span.start
        if kind == "json":
            return Output(kind, name, self.text[span.start : span.end], size, number, span.start)
        joint = "\n" if kind == "error" else ""
        bitmap = kind == "image" and not name.endswith("+xml")
        text = "" if bitmap else _joined(value, joint)
        return Output(kind, name, text, size, number, RawString(self.text, span, joint) if size else None)


def _heading(match: re.Match[str]) -> tuple[int, str]:
    """The level and the text of a heading."""
    if match["marks"]:
        return len(match["marks"]), match["title"].strip().rstrip("#").strip()
    if match["level"]:
        return int(match["level"]), re.sub(r"<[^>]*>", "", match["html"]).strip()
    return 1 if match["line"][0] == "=" else 2, match["underlined"].strip()


def _mime_kind(mime: str) -> str:
    main, _, sub = mime.partition("/")
    if main == "image":
        return "image"
    if sub == "json" or sub.endswith("+json"):
        return "json"
    return "text" if mime == "text/plain" else sub or main


def _language(metadata: object) -> str | None:
    if not isinstance(metadata, dict):
        return None
    for section, key in (("language_info", "name"), ("kernelspec", "language"), ("kernel_info", "name")):
        part = metadata.get(section)
        if isinstance(part, dict) and isinstance(part.get(key), str):
            return str(part[key]).lower()
    return None


def _joined(value: object, joint: str = "") -> str:
    if isinstance(value, list):
        try:
            return joint.join(value)
        except TypeError:  # something else is among the strings
            return joint.join(_strings(value))
    return value if isinstance(value, str) else ""


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
