"""A plain notebook's values, without the places of its parts, which few notebooks are asked for.

All is decoded by ``json``'s C scanner, but for bitmaps, which are most of a notebook's bytes and of which nothing is
ever looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ccds_ls.finding import Span
from ccds_ls.notebook import placed
from ccds_ls.notebook.contents import KINDS, TEXTS, V3_TYPES, count, joined, language, mime_kind, strings
from ccds_ls.notebook.json_text import RawString, Reader
from ccds_ls.notebook.model import CONTENT, SHORTEST, Cell, InText, Notebook, Output

_IMAGE = '"image/'
_BITMAP = re.compile(r'"image/(?:png|jpeg|gif|webp)"[ \t\n\r]*:[ \t\n\r]*"')
_SPACE = " \t\n\r"
_FIRST_FIELD = re.compile(
    r'\ufeff?[ \t\n\r]*\{[ \t\n\r]*"cells"[ \t\n\r]*:[ \t\n\r]*\[[ \t\n\r]*\{[ \t\n\r]*"[^"\\]*"[ \t\n\r]*:[ \t\n\r]*'
)
_SMALL: tuple[object, ...] = ({}, None, True, False, [], "")  # values in which nothing is to be found
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")


def parse(text: str) -> Notebook | None:
    """The notebook; None where it is not a plain one of nbformat 4, or can't be read."""
    try:
        values, end = _values(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    cells, nbformat = values.get("cells"), values.get("nbformat")
    if not isinstance(cells, list) or not all(map(_is_plain, cells)):
        return None
    around = _around(text, values, end)
    if around is None:
        return None
    places = _Places(text)
    return Notebook(
        tuple([_cell(number, cell, places) for number, cell in enumerate(cells, 1)]),
        nbformat if isinstance(nbformat, int) else None,
        language(values.get("metadata")),
        around=around,
    )


def _values(text: str) -> tuple[dict[str, Any], int]:
    """What stands in the text, without its bitmaps, and where its list of cells ends."""
    short, last = _without_bitmaps(text)
    reader = Reader(short, 1 if short.startswith("\ufeff") else 0)
    values: dict[str, Any] = {}
    end = 0
    for key in reader.members():
        values[key] = reader.value()
        if key == "cells":
            end = reader.position
    reader.end()
    if last > end:  # A bitmap stands behind the cells: their end is not told so easily.
        return {}, 0
    return values, len(text) - len(short) + end


def _without_bitmaps(text: str) -> tuple[str, int]:
    """The text with the strings of bitmaps emptied, and where in it the last of them stands.

    Quotes within a JSON string are escaped, so one that is not is where a string begins or ends.
    """
    at = text.find(_IMAGE)
    if at < 0:
        return text, 0
    pieces: list[str] = []
    done = length = 0
    while at >= 0:
        head = _BITMAP.match(text, at)
        start = head.end() if head else at + 1
        end = text.find('"', start) if head else -1
        if end >= 0 and text[at - 1] != "\\" and _is_string(text, start, end):
            pieces.append(text[done:start])
            length += start - done
            done = start = end
        at = text.find(_IMAGE, start)
    return "".join([*pieces, text[done:]]), length


def _is_string(text: str, start: int, end: int) -> bool:
    """Whether this is the inside of a string as base64 makes it: with no escape but that of a line's end."""
    escape = text.find("\\", start, end)
    while escape >= 0:
        if text[escape + 1] != "n":
            return False
        escape = text.find("\\", escape + 2, end)
    return text.find("\n", start, end) < 0


def _is_plain(cell: object) -> bool:
    return type(cell) is dict and ("outputs" not in cell or type(cell["outputs"]) is list)


def _around(text: str, values: dict[str, Any], end: int) -> tuple[Span, ...] | None:
    """As ``Notebook.around``, where ``end`` is that of the list of cells; None where that is not told so easily."""
    cells = values["cells"]
    named = {key for keys in set(map(tuple, cells)) for key in keys if key not in CONTENT}
    others = {key for key in named if any(cell.get(key) not in _SMALL for cell in cells)}
    found = _places_of("metadata", text, values) if others else []
    first = _FIRST_FIELD.match(text)
    tail = text[max(0, end - 200) : end]
    last = tail.removesuffix("]").rstrip(_SPACE)
    value = last.removesuffix("}").rstrip(_SPACE)
    if found is None or others - {"metadata"} or first is None or value in ("", last) or value.endswith("{"):
        return None
    large = (span for span in found if span.end - span.start > SHORTEST)
    return Span(0, first.end()), *large, Span(end - len(tail) + len(value), len(text))


def _places_of(name: str, text: str, values: dict[str, Any]) -> list[Span] | None:
    """The places of the values of that name, of which each cell has one; None where that is not told so easily.

    A quote within a JSON string is escaped, so a name within quotes that are not is a key, when a colon follows. When
    there are as many as there are keys, of cells and others, they are these, in order.
    """
    keys = list(_keys(values, name))
    starts = list(_starts(text, f'"{name}"'))
    if len(keys) != len(starts) or sum(keys) != len(values["cells"]):
        return None
    of_cells = (start for start, is_cells in zip(starts, keys, strict=True) if is_cells)
    places: list[Span] = []
    for start, cell in zip(of_cells, values["cells"], strict=True):
        reader = Reader(text, start)
        if reader.value() != cell[name]:
            return None  # A key that stands twice in an object comes in another order.
        places.append(Span(start, reader.position))
    return places


def _keys(values: dict[str, Any], name: str) -> Iterator[bool]:
    """For each key of that name, in order, whether it is a cell's; those deeper than an output's are left out."""
    for key, value in values.items():
        if key == name:
            yield False
        if key == "cells":
            for cell in value:
                for inner, field in cell.items():
                    if inner == name:
                        yield True
                    elif inner == "outputs":
                        yield from (False for output in field if isinstance(output, dict) and name in output)


def _starts(text: str, quoted: str) -> Iterator[int]:
    """Where the values of the keys begin that are written so."""
    at = text.find(quoted)
    while at >= 0:
        colon = _COLON.match(text, at + len(quoted))
        if colon and text[at - 1] != "\\":
            yield colon.end()
        at = text.find(quoted, at + 1)


class _Places:
    """Where a text's parts stand, read when the first of them is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells with all their places."""
        return placed.parse(self.text).cells

    @cached_property
    def sources(self) -> list[Span] | None:
        """The places of the cells' sources, None where that is not told so easily."""
        return _places_of("source", self.text, _values(self.text)[0])


class _Cell(Cell):
    """A cell of which the places are found when they are asked for."""

    _places: _Places

    @cached_property
    def fields(self) -> dict[str, Span]:
        """The ranges of its values."""
        return dict(self._places.cells[self.number - 1].fields)

    @cached_property
    def raw(self) -> InText | None:
        """How its source stands in the text."""
        if self._places.sources is None:
            return self._places.cells[self.number - 1].raw
        return RawString(self._places.text, self._places.sources[self.number - 1])


class _Output(Output):
    """An output of which the place is found when it is asked for."""

    _place: tuple[_Places, int, int]

    @cached_property
    def _placed(self) -> Output:
        places, cell, index = self._place
        return places.cells[cell - 1].outputs[index]

    @cached_property
    def size(self) -> int:
        """How many characters of JSON it takes."""
        return self._placed.size

    @cached_property
    def raw(self) -> InText | int | None:
        """How it stands in the text."""
        return self._placed.raw

    @cached_property
    def count(self) -> Span | None:
        """Where its execution count stands."""
        return self._placed.count

    @cached_property
    def text(self) -> str:
        """Of JSON alone, which is shown as it stands in the text; others have it from the start."""
        return self._placed.text


def _cell(number: int, values: dict[str, Any], places: _Places) -> Cell:
    """A cell. It is filled by hand: a frozen dataclass's own way takes longer than all the rest."""
    source = values["source"] if "source" in values else values.get("input")
    filled: dict[str, object] = {
        "number": number,
        "kind": KINDS.get(str(values.get("cell_type")), "raw"),
        "source": source if type(source) is str else joined(source),
        "_places": places,
    }
    ran = values["execution_count"] if "execution_count" in values else values.get("prompt_number")
    if ran is not None:
        filled["execution_count"] = count(ran)
    if values.get("outputs"):
        filled["outputs"] = tuple(_results(values["outputs"], number, places))
    if isinstance(values.get("id"), str):
        filled["cell_id"] = values["id"]
    if values.get("metadata"):
        filled["tags"] = _tags(values["metadata"])
    cell = _Cell.__new__(_Cell)
    object.__setattr__(cell, "__dict__", filled)
    return cell


def _tags(metadata: object) -> tuple[str, ...]:
    return strings(metadata.get("tags")) if isinstance(metadata, dict) else ()


def _results(outputs: list[object], cell: int, places: _Places) -> list[Output]:
    found: list[Output] = []
    for number, values in enumerate(outputs, 1):
        for kind, name, value in _contents(values) if isinstance(values, dict) else ():
            place = places, cell, len(found)
            filled: dict[str, object] = {"kind": kind, "name": name, "number": number, "_place": place}
            if kind == "image" and not name.endswith("+xml"):
                filled["text"] = ""
            elif kind != "json":
                filled["text"] = joined(value, "\n" if kind == "error" else "")
            output = _Output.__new__(_Output)
            object.__setattr__(output, "__dict__", filled)
            found.append(output)
    return found


def _contents(output: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
    """The kind, the name and the value of each content of an output."""
    named = TEXTS.get(str(output.get("output_type")))
    if named:
        kind, label, key = named
        yield kind, str(output.get(label) or kind), output.get(key)
        return
    data = output.get("data")
    contents: dict[str, object] = data if isinstance(data, dict) else {}
    if not V3_TYPES.keys().isdisjoint(output):
        contents = contents | {V3_TYPES[key]: output[key] for key in V3_TYPES if key in output}
    for mime, value in contents.items():
        yield mime_kind(mime), mime, value
