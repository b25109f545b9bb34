"""Values of a JSON text together with where they stand in it.

``json`` gives no positions. Here every value is still decoded by its C scanner; only the walk over the
objects and arrays whose members' places matter is done in Python, so that a notebook costs little more than
a plain load.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from json.scanner import make_scanner

from ccds_ls.finding import Span

_SPACE = re.compile(r"[ \t\n\r]*")
_KEY = re.compile(r'"([^"\\\x00-\x1f]*)"[ \t\n\r]*:[ \t\n\r]*')  # most keys; others are decoded
_NEXT_KEY = re.compile(r'[ \t\n\r]*,[ \t\n\r]*"([^"\\\x00-\x1f]*)"[ \t\n\r]*:[ \t\n\r]*')
_NEXT = re.compile(r"[ \t\n\r]*,[ \t\n\r]*(?=[^\]}])")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a surrogate pair is one code point
    r"|\\u[0-9a-fA-F]{4}|\\."
)
# What raw_decode calls, without the call around it; typeshed gives make_scanner a wrong parameter.
_scan = make_scanner(json.JSONDecoder())  # type: ignore[arg-type]
# int() refuses more digits than this at the least (sys.int_info.str_digits_check_threshold).
_LIMITED = json.JSONDecoder(parse_int=lambda digits: int(digits) if len(digits) <= 640 else float("inf"))


class Reader:
    """A position in a JSON text. Every method raises ``json.JSONDecodeError`` where the text is not JSON.

    Nesting beyond Python's recursion limit raises ``RecursionError``.
    """

    def __init__(self, text: str, position: int = 0) -> None:
        self.text = text
        self.position = position
        self._skip_space()

    def peek(self) -> str:
        """The next character, or the empty string at the end."""
        return self.text[self.position : self.position + 1]

    def value(self) -> object:
        """Decode the value that starts here and go behind it."""
        try:
            value, self.position = _scan(self.text, self.position)
        except StopIteration as stop:
            raise json.JSONDecodeError("Expecting value", self.text, stop.value) from None
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than int() takes
            value, self.position = _LIMITED.raw_decode(self.text, self.position)
        return value

    def members(self) -> Iterator[str]:
        """Yield each key of the object that starts here; the caller reads the value before it goes on."""
        self._expect("{")
        match = _KEY.match(self.text, self.position)
        while match:  # nearly always: one match a member
            self.position = match.end()
            yield match[1]
            match = _NEXT_KEY.match(self.text, self.position)
            if match is None:
                self._next_item("}")
        while self.peek() != "}":
            yield self._key()
            self._next_item("}")
        self.position += 1

    def elements(self) -> Iterator[None]:
        """Stop at each element of the array that starts here; the caller reads it before it goes on."""
        self._expect("[")
        while self.peek() != "]":
            yield
            self._next_item("]")
        self.position += 1

    def end(self) -> None:
        """Check that nothing but space is left."""
        self._skip_space()
        if self.peek():
            self._fail("Extra data")

    def _key(self) -> str:
        if match := _KEY.match(self.text, self.position):
            self.position = match.end()
            return match[1]
        if self.peek() != '"':
            self._fail("Expecting property name enclosed in double quotes")
        key = str(self.value())
        self._skip_space()
        self._expect(":")
        return key

    def _next_item(self, close: str) -> None:
        if match := _NEXT.match(self.text, self.position):
            self.position = match.end()
            return
        self._skip_space()
        if self.peek() != close:
            self._expect(",")
            if self.peek() == close:
                self._fail("Illegal trailing comma")

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            self._fail(f"Expecting {character!r}")
        self.position += 1
        self._skip_space()

    def _skip_space(self) -> None:
        match = _SPACE.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _fail(self, message: str) -> None:
        raise json.JSONDecodeError(message, self.text, self.position)


class RawString:
    """A JSON string, or an array of strings that are meant joined, at ``text[start:end]``.

    ``joint`` is what stands between the strings when they are joined; it has no place in the raw text.
    """

    def __init__(self, text: str, span: Span, joint: str = "") -> None:
        self._text = text
        self._value = span
        self._joint = joint

    @cached_property
    def _pieces(self) -> list[tuple[int, int, int]]:
        """For each string: where it starts in the joined text, and its raw range between the quotes."""
        reader = Reader(self._text, self._value.start)
        pieces: list[tuple[int, int, int]] = []
        joined = 0
        for _ in reader.elements() if reader.peek() == "[" else (None,):
            start = reader.position
            value = reader.value()
            if isinstance(value, str):
                pieces.append((joined, start + 1, reader.position - 1))
                joined += len(value) + len(self._joint)
        return pieces

    def span(self, span: Span) -> Span:
        """The raw range of a range of the joined text; quotes and commas at its borders stay outside."""
        start = self._raw(span.start, before=False)
        if span.end <= span.start:
            return Span(start, start)
        return Span(start, max(start, self._raw(span.end, before=True)))

    def edit(self, span: Span, text: str) -> tuple[Span, str]:
        """The raw edit that replaces ``span`` of the joined text by ``text``; new lines are strings of their own."""
        if not self._pieces:
            return self._value, self._escaped(text)
        place = self.span(span)
        lines = re.split(r"(?<=\n)", text) if self._text[self._value.start] == "[" else [text]
        if lines[-1] == "" and self._text[place.end] == '"':
            del lines[-1]  # nothing of the string is left behind the last line
        return place, f'"{self._between}"'.join(self._escaped(line)[1:-1] for line in lines)

    def _escaped(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=self._text.isascii())

    @cached_property
    def _between(self) -> str:
        """What stands between two strings of the array."""
        first = self._pieces[0]
        if len(self._pieces) > 1:
            between = self._text[first[2] + 1 : self._pieces[1][1] - 1]
        else:
            between = f",{self._text[self._value.start + 1 : first[1] - 1]}"
        return between if between.strip() == "," else ", "

    def _raw(self, offset: int, *, before: bool) -> int:
        """Where a code point starts; with ``before``, where the one before ``offset`` ends."""
        if not self._pieces:
            return self._value.start
        key = offset - 1 if before else offset
        index = max(0, bisect_right(self._pieces, key, key=lambda piece: piece[0]) - 1)
        first, start, end = self._pieces[index]
        rest = max(0, offset - first)
        for escape in _ESCAPE.finditer(self._text, start, end):
            plain = escape.start() - start
            if rest <= plain:
                return start + rest
            rest -= plain + 1
            start = escape.end()
        return min(start + rest, end)
