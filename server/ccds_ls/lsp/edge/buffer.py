"""A text that is edited by line and column, the way that editors count them.

pygls splits texts with ``str.splitlines``, which also splits at form feeds, U+0085, U+2028 and others (the
mistake of fortran-lang/fortls#443), takes a column beyond the end of a line for another place, and walks the
whole text for each edit. Here an edit of a 5 MB text costs about a millisecond.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_END = re.compile(r"\r\n|\n|\r")
_CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le"}
_UNIT = {"utf-8": 1, "utf-16": 2}


def code_points(line: str, column: int, encoding: str) -> int:
    """How many code points of a line precede a column in the units of `encoding` (utf-8, utf-16 or utf-32).

    A column beyond the end means the end; one inside of a character means that character's start.
    """
    if encoding == "utf-32" or line.isascii():
        return min(column, len(line))
    unit = _UNIT[encoding]
    prefix = line[:column].encode(_CODECS[encoding], "surrogatepass")
    end = min(column * unit, len(prefix))
    if unit == 1:
        while end < len(prefix) and prefix[end] & 0xC0 == 0x80:
            end -= 1
    elif end < len(prefix) and prefix[end + 1] & 0xFC == 0xDC and prefix[end - 1] & 0xFC == 0xD8:
        end -= 2
    return len(prefix[:end].decode(_CODECS[encoding], "surrogatepass"))


def units(text: str, encoding: str) -> int:
    """The length of a piece of a line in the units of `encoding`."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    return len(text.encode(_CODECS[encoding], "surrogatepass")) // _UNIT[encoding]


def _surrogates(character: str) -> str:
    """The two UTF-16 halves of a character beyond the basic plane, as code points."""
    high, low = divmod(ord(character) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)


class Buffer:
    """A text that is edited by line and column, with the starts of its lines kept up to date.

    Lines and columns are 0-based, columns in units of the encoding, offsets in code points. A line beyond the
    last means the end of the text, a column beyond its line's end means that end, before the line separator.
    """

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self.encoding = encoding
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        # Starts from this line on lack this many code points: an edit need not touch all that follow it.
        self._behind_from, self._behind = len(self._starts), 0

    def start(self, line: int) -> int:
        """The offset of a line's first code point."""
        return self._starts[line] + (self._behind if line >= self._behind_from else 0)

    def starts(self) -> list[int]:
        """The offsets of all lines' first code points."""
        self._catch_up(len(self._starts))
        return self._starts

    def offset(self, line: int, column: int) -> int:
        """The offset of a position."""
        if line >= len(self._starts):
            return len(self.text)
        start = self.start(line)
        if line + 1 < len(self._starts):
            end = self.start(line + 1) - 1
            if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
                end -= 1
        else:
            end = len(self.text)
        return start + code_points(self.text[start : min(end, start + column)], column, self.encoding)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset; one beyond the end means the end."""
        offset = min(offset, len(self.text))
        starts = self.starts()
        line = bisect_right(starts, offset) - 1
        return line, units(self.text[starts[line] : offset], self.encoding)

    def edit(self, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        """Replaces what is between two positions, in either order."""
        start, end = sorted((start, end))
        last = len(self._starts) - 1
        # The line before is looked at as well: its carriage return and a new line feed make one separator.
        first, after = max(0, min(start[0], last) - 1), min(end[0], last) + 1
        begin, stop, new = self._whole_characters(start, end, new)
        grown = len(new) - (stop - begin)
        self._catch_up(after)
        self.text = self.text[:begin] + new + self.text[stop:]
        until = self._starts[after] + self._behind + grown if after <= last else len(self.text)
        changed = [match.end() for match in _LINE_END.finditer(self.text, self._starts[first], until)]
        self._starts[first + 1 : after + 1] = changed
        self._behind_from, self._behind = first + 1 + len(changed), self._behind + grown

    def _whole_characters(
        self, start: tuple[int, int], end: tuple[int, int], new: str
    ) -> tuple[int, int, str]:
        """An edit as offsets. In UTF-16 one may split a character into surrogates or join two into one."""
        begin, stop = self.offset(*start), self.offset(*end)
        if self.encoding != "utf-16":
            return begin, stop, new
        if self._is_inside(begin, start):
            new = _surrogates(self.text[begin])[0] + new
        if self._is_inside(stop, end):
            new, stop = new + _surrogates(self.text[stop])[1], stop + 1
        if "\ud800" <= self.text[begin - 1 : begin] <= "\udbff":
            new, begin = self.text[begin - 1] + new, begin - 1
        if "\udc00" <= self.text[stop : stop + 1] <= "\udfff":
            new, stop = new + self.text[stop], stop + 1
        if not new.isascii():
            new = new.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return begin, stop, new

    def _is_inside(self, offset: int, position: tuple[int, int]) -> bool:
        """Whether a position is between the two halves of the character at its offset."""
        line, column = position
        if line >= len(self._starts) or self.text[offset : offset + 1] < "\U00010000":
            return False
        return units(self.text[self.start(line) : offset], "utf-16") < column

    def _catch_up(self, line: int) -> None:
        """Moves the border between starts that are right and starts that lack something to a line."""
        behind = self._behind_from
        if line > behind:
            self._starts[behind:line] = [start + self._behind for start in self._starts[behind:line]]
        elif line < behind:
            self._starts[line:behind] = [start - self._behind for start in self._starts[line:behind]]
        self._behind_from = line
        if line == len(self._starts):
            self._behind = 0
