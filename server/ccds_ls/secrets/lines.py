"""The lines of a text that our own rules look at: those with a place where a secret could be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_LONG_LINE = 2_000  # Of a longer one the surroundings are enough.

# The next line, where it gives the value of a field that is named on this one.
_VALUE_FIELD = re.compile(
    r"\r?\n(?:[ \t]{0,20}(?:type|description|sensitive|nullable)[ ]{0,12}=[^\n]{0,120}\n){0,3}"
    r"[ \t]{0,40}(?:[\"']?(?:value|default)[\"']?[ \t]{0,4}[:=]|<value>|<td>|<string>)[^\n]{6,900}"
)
# A key in a field of its own; whose it is stands on the line before, as in a kaggle.json.
_KEY_FIELD = re.compile(r"[ \t]{0,40}[\"']key[\"'][ \t]{0,4}:")


def _line_before(text: str, start: int) -> int:
    """Where the line before begins if it names a user; ``start`` otherwise."""
    before = text.rfind("\n", max(0, start - 200), max(0, start - 1)) + 1
    return before if "username" in text[before:start] else start


def lines_at(text: str, places: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The lines that hold the places, each once; of a long line the surroundings of its first places."""
    done = 0
    for place in places:
        if place < done:
            continue
        start = text.rfind("\n", max(0, place - _LONG_LINE), place) + 1
        end = text.find("\n", place, place + _LONG_LINE)
        if end < 0 or (start == 0 and place >= _LONG_LINE):
            start = start or max(0, place - 200)
            end, done = min(len(text), place + 900), place + 400
        else:
            if pair := _VALUE_FIELD.match(text, end):
                end = pair.end()
            done = end
            if _KEY_FIELD.match(text, start):
                start = _line_before(text, start)
        yield start, text[start:end].rstrip("\r")
