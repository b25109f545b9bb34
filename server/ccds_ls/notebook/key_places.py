"""Where a few values of a notebook stand in its text, told without reading all of it place by place.

Each of the two answers None where that is not told so easily; ``placed`` tells it then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ccds_ls.finding import Span
from ccds_ls.notebook.json_text import Reader
from ccds_ls.notebook.model import CONTENT, SHORTEST

_SPACE = " \t\n\r"
_S = r"[ \t\n\r]*"
_FIRST_FIELD = re.compile(rf'\ufeff?{_S}\{{{_S}"cells"{_S}:{_S}\[{_S}\{{{_S}"[^"\\]*"{_S}:{_S}')
_SMALL: tuple[object, ...] = ({}, None, True, False, [], "")  # values in which nothing is to be found
_COLON = re.compile(f"{_S}:{_S}")


def around(text: str, values: dict[str, Any], end: int) -> tuple[Span, ...] | None:
    """As ``Notebook.around``, where ``end`` is that of the list of cells."""
    cells = values["cells"]
    named = {key for keys in set(map(tuple, cells)) for key in keys if key not in CONTENT}
    others = {key for key in named if any(cell.get(key) not in _SMALL for cell in cells)}
    metadata = places_of("metadata", text, values) if others else []
    first, last = _FIRST_FIELD.match(text), _end_of_last_value(text, end)
    if others - {"metadata"} or metadata is None or first is None or last is None:
        return None
    large = (span for span in metadata if span.end - span.start > SHORTEST)
    return Span(0, first.end()), *large, Span(last, len(text))


def _end_of_last_value(text: str, end: int) -> int | None:
    """Where the last value of the last cell ends, before "}" and "]"."""
    tail = text[max(0, end - 200) : end]
    cell = tail.removesuffix("]").rstrip(_SPACE)
    value = cell.removesuffix("}").rstrip(_SPACE)
    return None if value in ("", cell) or value.endswith("{") else end - len(tail) + len(value)


def places_of(name: str, text: str, values: dict[str, Any]) -> list[Span] | None:
    """The places of the values of that name, of which each cell has one.

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
