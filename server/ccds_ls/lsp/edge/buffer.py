"""A text that is edited by line and column, the way that editors count them.

pygls splits texts with ``str.splitlines``, which also splits at form feeds, U+0085, U+2028 and others (the
mistake of fortran-lang/fortls#443), takes a column beyond the end of a line for another place, and walks the
whole text for each edit. Here a 5 MB text is opened at no cost, and an edit of it costs about a millisecond.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, islice

_LINE_END = re.compile(r"\r\n|\n|\r")
_CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le"}
_UNIT = {"utf-8": 1, "utf-16": 2}
_CHUNK = 1 << 14
"""The least size of a part of the text of which the lines are counted, in code points; the most is twice that."""


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
    """A text that is edited by line and column, with the lines in each part of it counted.

    Lines and columns are 0-based, columns in units of the encoding, offsets in code points. A line beyond the
    last means the end of the text, a column beyond its line's end means that end, before the line separator.
    """

    def __init__(self, text: str, encoding: str = "utf-16", chunk: int = _CHUNK) -> None:
        self.text = text
        self.encoding = encoding
        self._chunk = chunk

    @cached_property
    def _chunks(self) -> list[tuple[int, int]]:
        """The length of each chunk and how many lines end in it; no chunk ends inside of a separator."""
        return list(self._counted(0, len(self.text)))

    def _counted(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The chunks of a part of the text."""
        for left in range(max(1, (end - start) // self._chunk), 0, -1):
            stop = end if left == 1 else start + (end - start) // left
            stop += self.text[max(0, stop - 1) : stop + 1] == "\r\n"
            yield stop - start, self._ends(start, stop)
            start = stop

    def _ends(self, start: int, stop: int) -> int:
        """How many lines end in a part of the text, by the quickest way to count."""
        count = self.text.count("\n", start, stop)
        returns = self.text.count("\r", start, stop)
        return count + returns - self.text.count("\r\n", start, stop) if returns else count

    def last_line(self) -> int:
        """The number of the last line."""
        return sum(ends for _, ends in self._chunks)

    def start(self, line: int) -> int:
        """The offset of the first code point of a line that there is."""
        if line == 0:
            return 0
        ends = list(accumulate(ends for _, ends in self._chunks))
        number = bisect_left(ends, line)
        begin = sum(length for length, _ in self._chunks[:number])
        found = _LINE_END.finditer(self.text, begin, begin + self._chunks[number][0])
        return next(islice(found, line - 1 - (ends[number - 1] if number else 0), None)).end()

    def starts(self) -> list[int]:
        """The offsets of all lines' first code points."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a position."""
        last = self.last_line()
        if line > last:
            return len(self.text)
        start = self.start(line)
        if line < last:
            end = self.start(line + 1) - 1
            if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
                end -= 1
        else:
            end = len(self.text)
        return start + code_points(self.text[start : min(end, start + column)], column, self.encoding)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset; one beyond the end means the end."""
        offset = min(offset, len(self.text))
        number, begin = self._chunk_at(offset)
        line = sum(ends for _, ends in self._chunks[:number]) + self._ends(begin, offset)
        line -= self.text[max(0, offset - 1) : offset + 1] == "\r\n"
        return line, units(self.text[self.start(line) : offset], self.encoding)

    def _chunk_at(self, offset: int) -> tuple[int, int]:
        """The number of the chunk that an offset is in, and where that begins; the end is in the last one."""
        stops = list(accumulate(length for length, _ in self._chunks))
        number = min(bisect_right(stops, offset), len(stops) - 1)
        return number, stops[number] - self._chunks[number][0]

    def edit(self, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        """Replaces what is between two positions, in either order."""
        start, end = sorted((start, end))
        begin, stop, new = self._whole_characters(start, end, new)
        # The character before is looked at as well: a carriage return and a new line feed make one separator.
        first, from_ = self._chunk_at(max(0, begin - 1))
        last, last_from = self._chunk_at(stop)
        until = last_from + self._chunks[last][0] + len(new) - (stop - begin)
        self.text = "".join((self.text[:begin], new, self.text[stop:]))
        self._chunks[first : last + 1] = self._counted(from_, until)

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
        if self.text[offset : offset + 1] < "\U00010000" or line > self.last_line():
            return False
        return units(self.text[self.start(line) : offset], "utf-16") < column
