"""A notebook with the places of all its parts, read value by value.

Reads nbformat 3 and 4 and whatever lies between those and a broken file. What it can't make sense of it says in
``Notebook.problem``. The format is described at https://nbformat.readthedocs.io/en/latest/format_description.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from ccds_ls.finding import Span
from ccds_ls.notebook.contents import KINDS, TEXTS, V3_TYPES, count, joined, language, mime_kind, strings
from ccds_ls.notebook.json_text import RawString, Reader
from ccds_ls.notebook.model import CONTENT, SHORTEST, Cell, Notebook, Output


def parse(text: str) -> Notebook:
    """Read the text of an ``.ipynb`` file. Never raises."""
    try:
        return _Parser(text).notebook()
    except json.JSONDecodeError as error:
        problem = _explain(text, error)
        whole = (Span(0, len(text)),)
        return Notebook((), problem=problem, problem_offset=error.pos, around=whole)
    except RecursionError:
        whole = (Span(0, len(text)),)
        return Notebook(
            (), problem="its JSON is nested too deeply to be read", problem_offset=0, around=whole
        )


def _around(text: str, cells: tuple[Cell, ...]) -> Iterator[Span]:
    spans = [span for cell in cells for span in cell.fields.values()]
    if not spans:
        yield Span(0, len(text))
        return
    yield Span(0, spans[0].start)
    for cell in cells:
        for key, span in cell.fields.items():
            if key not in CONTENT and span.end - span.start > SHORTEST:
                yield span
    yield Span(spans[-1].end, len(text))


def _explain(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip("\ufeff \t\r\n"):
        return "the file is empty"
    if re.search(r"^<{7} ", text, re.MULTILINE):
        error.pos = text.index("<<<<<<< ")
        return "it holds the conflict markers of an unfinished merge"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "the JSON breaks off before its end"
    said = error.msg.removesuffix(" at")
    return f"it is not valid JSON ({said[:1].lower()}{said[1:]})"


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
        problem, offset = self.problem or (None, None)
        return Notebook(
            cells,
            nbformat if isinstance(nbformat, int) else None,
            language(values.get("metadata")),
            problem,
            offset,
            around=tuple(_around(self.text, cells)),
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
            KINDS.get(str(values.get("cell_type")), "raw"),
            joined(values.get(source)),
            count(values.get("execution_count", values.get("prompt_number"))),
            outputs,
            cell_id if isinstance(cell_id := values.get("id"), str) else None,
            strings(metadata.get("tags")) if isinstance(metadata, dict) else (),
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
        named = TEXTS.get(str(values.get("output_type")))
        if named:
            kind, label, key = named
            content = values.get(key), fields.get(key, Span(0, 0))
            return [self._content(kind, str(values.get(label) or kind), *content, number)]
        contents |= {V3_TYPES[key]: (values[key], fields[key]) for key in V3_TYPES if key in values}
        shown = [self._content(mime_kind(mime), mime, *it, number) for mime, it in contents.items()]
        count = fields.get("execution_count", fields.get("prompt_number"))
        return [replace(output, count=count) for output in shown] if count else shown

    def _content(self, kind: str, name: str, value: object, span: Span, number: int) -> Output:
        size = span.end - span.start
        if kind == "json":
            return Output(kind, name, self.text[span.start : span.end], size, number, span.start)
        joint = "\n" if kind == "error" else ""
        bitmap = kind == "image" and not name.endswith("+xml")
        text = "" if bitmap else joined(value, joint)
        return Output(kind, name, text, size, number, RawString(self.text, span, joint) if size else None)
