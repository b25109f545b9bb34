"""Bytes to message bodies and back: the base protocol's headers, with a way on after a wrong one.

pygls knows one spelling of one header, believes any length, and after a wrong one never finds a message again.
Here a wrong header costs that message alone. This module is loaded before anything else, to answer `initialize`
at once, so it imports nothing but `re`, which `json` needs anyway.
"""

from __future__ import annotations

import re

LIMIT = 256 << 20
"""The longest body in bytes that is read; more is refused without room being made for it."""

_HEADER_LIMIT = 64 << 10
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?(?:\n|$)", re.IGNORECASE)
# Raw, a header cannot be inside of a JSON text: in a string the line ends would be escaped.
_TYPE = rb"(?:content-type[ \t]*:[^\r\n]*\r?\n)?"
_HEADER_AT_END = re.compile(
    _TYPE + rb"content-length[ \t]*:[ \t]*\d+[ \t]*\r?\n" + _TYPE + rb"\r?\n\Z", re.IGNORECASE
)
_HEADER_LENGTH = 256  # more than such a header has


class Fault(str):
    """What was wrong with bytes that are not a message, in words for a log and an error reply."""


def framed(body: bytes) -> bytes:
    """A body with its header in front."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class Frames:
    """Cuts a stream of bytes into bodies; memory stays within one body of at most LIMIT."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None  # of the body that is being read; None in a header
        self._searched = 0  # how much of the body has been searched for a header
        self._lost = False  # since a fault, until the next header that makes sense

    def feed(self, chunk: bytes) -> list[bytes | Fault]:
        """The bodies that are complete with this chunk, in order, and the faults between them."""
        self._buffer += chunk
        frames: list[bytes | Fault] = []
        while (frame := self._header() if self._length is None else self._body()) is not None:
            if frame:
                frames.append(frame)
        return frames

    def _header(self) -> bytes | Fault | None:
        """Reads a header. None asks for more bytes; empty means that there is nothing to tell."""
        while self._buffer.startswith((b"\r", b"\n")):
            del self._buffer[0]
        blank = _BLANK_LINE.search(self._buffer)
        if blank is None:
            if len(self._buffer) <= _HEADER_LIMIT:
                return None
            del self._buffer[:-1024]
            return self._fault("a header of more than 64 KiB")
        # The last length counts: what precedes it may be the rest of a body whose own length was too small.
        lengths = _LENGTH.findall(self._buffer, 0, blank.end())
        del self._buffer[: blank.end()]
        if not lengths:
            return self._fault("a header without a valid Content-Length")
        if int(lengths[-1]) > LIMIT:
            return self._fault(f"a message of {int(lengths[-1])} bytes, the limit is {LIMIT}")
        self._length, self._searched, self._lost = int(lengths[-1]), 0, False
        return b""

    def _fault(self, what: str) -> Fault | bytes:
        known, self._lost = self._lost, True
        return b"" if known else Fault(what)

    def _body(self) -> bytes | Fault | None:
        length = self._length or 0
        end = self._next_header()
        if end is None:
            if len(self._buffer) < length:
                return None
            end = length
            # A length too large by a few bytes takes in the beginning of the next header.
            after = self._buffer.rfind(b"}", 0, length) + 1
            rest = bytes(self._buffer[after:length]).lstrip()
            if after and rest and b"content-".startswith(rest[:8].lower()):
                end = length - len(rest)
        with memoryview(self._buffer) as whole:
            body = bytes(whole[:end])
        del self._buffer[:end]
        self._length = None
        return body or Fault("a message of no bytes")

    def _next_header(self) -> int | None:
        """Where a header begins in the body, which proves the body's length to be wrong."""
        # Mostly there is no raw line end at all, which is found out in a tenth of the time.
        has_lines = self._buffer.find(b"\n", max(0, self._searched - 2), self._length) >= 0
        for blank in (b"\n\r\n", b"\n\n") if has_lines else ():
            at = self._searched - len(blank)
            while (at := self._buffer.find(blank, max(0, at + 1), self._length)) >= 0:
                header = _HEADER_AT_END.search(self._buffer, max(0, at - _HEADER_LENGTH), at + len(blank))
                if header:
                    return header.start()
        self._searched = len(self._buffer)
        return None
