"""Where a comment about a line of Python may stand so that what the code does stays the same.

In a notebook's cell some lines are IPython's: all that stands on them belongs to a magic or to the shell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from operator import attrgetter

from ccds_ls.finding import Span
from ccds_ls.text import LineIndex

_IPYTHON = re.compile(r"[ \t]*[%!?]|.*=[ \t]*[%!]|.*\?[ \t]*$")
"""Lines that may be IPython's; a comment above is right for all of them."""

_CELL_MAGIC = re.compile(r"\s*%%[ \t]*(\w*)")
_COMMENTED = frozenset(
    "bash capture cython memit mprun lprun perl prun python python3 pypy R ruby script sh time timeit".split()
)
"""Cell magics whose body knows comments that begin with ``#``."""

# A string in triple quotes may go on for lines. Comments and other strings are read, since they may hold such quotes.
_TOKEN = re.compile(
    r"""\#[^\n]*|(?P<quotes>'''|\"\"\")(?:\\.|(?!(?P=quotes)).)*(?:(?P=quotes)|\Z)"""
    r"""|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?""",
    re.DOTALL,
)


def place_of_comment(source: str, line: int, *, in_cell: bool) -> tuple[int, bool] | None:
    """Where to put a comment about a line, behind it or, with True, on a line of its own above; None for nowhere."""
    lines = LineIndex(source)
    start, end, text = lines.starts[line], lines.line_end(line), lines.line(line)
    magic = _CELL_MAGIC.match(source) if in_cell else None
    if magic and (magic[1] not in _COMMENTED or start <= magic.end()):
        return None
    is_ipython = in_cell and _IPYTHON.match(text) is not None
    if not is_ipython and not text.endswith("\\") and not is_in_string(source, end):
        return end, False
    goes_on = line > 0 and lines.line(line - 1).endswith("\\")
    return None if goes_on or is_in_string(source, start) else (start, True)


def is_in_string(source: str, offset: int) -> bool:
    """Whether a place in some Python is inside a string in triple quotes."""
    strings = long_strings(source)
    before = bisect_left(strings, offset, key=attrgetter("start"))
    return before > 0 and offset < strings[before - 1].end


@lru_cache(maxsize=4)  # each finding in a file asks
def long_strings(source: str) -> tuple[Span, ...]:
    """The strings in triple quotes in some Python."""
    return tuple(Span(*token.span()) for token in _TOKEN.finditer(source) if token["quotes"])
