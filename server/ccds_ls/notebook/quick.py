"""A plain notebook's values, without the places of its parts, which few notebooks are asked for.

All is decoded by ``json``'s C scanner, but for bitmaps, which are most of a notebook's bytes and of which nothing is
ever looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any, TypeVar

from ccds_ls.finding import Span
from ccds_ls.notebook import key_places, placed
from ccds_ls.notebook.bitmaps import without_bitmaps
from ccds_ls.notebook.contents import KINDS, TEXTS, V3_TYPES, count, joined, language, mime_kind, strings
from ccds_ls.notebook.json_text import RawString, Reader
from ccds_ls.notebook.model import Cell, InText, Notebook, Output


def parse(text: str) -> Notebook | None:
    """The notebook; None where it is not a plain one of nbformat 4, or can't be read."""
    try:
        values, end = _values(text)
    except (json.JSONDecodeError, RecursionError):
        return None
    cells, nbformat = values.get("cells"), values.get("nbformat")
    if not isinstance(cells, list) or not all(map(_is_plain, cells)):
        return None
    around = key_places.around(text, values, end)
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
    short, last = without_bitmaps(text)
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


def _is_plain(cell: object) -> bool:
    return type(cell) is dict and ("outputs" not in cell or type(cell["outputs"]) is list)


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
        return key_places.places_of("source", self.text, _values(self.text)[0])


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


_Part = TypeVar("_Part", _Cell, _Output)


def _made(part: type[_Part], fields: dict[str, object]) -> _Part:
    """A part with these fields; others have the class's default, or are found when they are asked for.

    It is made as ``copy`` makes one, without ``__init__``: that of a frozen dataclass sets each field by a call of
    ``object.__setattr__``, and for thousands of parts that takes longer than all the rest.
    """
    made = part.__new__(part)
    vars(made).update(fields)
    return made


def _cell(number: int, values: dict[str, Any], places: _Places) -> Cell:
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
    return _made(_Cell, filled)


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
            found.append(_made(_Output, filled))
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
