"""A notebook's text without its bitmaps, which are most of its bytes and of which nothing is ever looked at."""

from __future__ import annotations

import re

_IMAGE = '"image/'
_BITMAP = re.compile(r'"image/(?:png|jpeg|gif|webp)"[ \t\n\r]*:[ \t\n\r]*"')


def without_bitmaps(text: str) -> tuple[str, int]:
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
