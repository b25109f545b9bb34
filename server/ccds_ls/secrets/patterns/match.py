"""Where one of our own rules saw a secret, and how a line is made ready for them."""

from __future__ import annotations

from typing import NamedTuple


class Match(NamedTuple):
    """A secret's value in a text: ``[start, end)`` in code points, what it is, and how sure that is.

    ``confidence`` is ``high``, ``medium`` or ``low``. A ``generic`` match was told by a name alone; it counts for
    less than one that was told by the value's own form, and for nothing in tests and documentation.
    """

    start: int
    end: int
    kind: str
    title: str
    confidence: str
    generic: bool = False


_CAPITALS = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def lower(line: str) -> str:
    """A line with its ASCII letters in lower case and every place unchanged, which ``str.lower`` does not keep."""
    return line.lower() if line.isascii() else line.translate(_CAPITALS)
