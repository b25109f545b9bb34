"""Text that is safe to print: names and messages may hold anything, a terminal obeys some of it."""

from __future__ import annotations

import re

# C0, DEL and C1 controls; what ends a line or turns the writing direction; bytes that were not UTF-8.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    """A text with everything escaped that could move the cursor, colour the terminal or reorder letters.

    A byte that was not UTF-8 (kept as a surrogate) is shown as ``\\xNN``.
    """
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
