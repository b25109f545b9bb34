"""Carrying text edits out on disk: the whole file or nothing, and only while it is what was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ccds_ls.collect import decode
from ccds_ls.files import write_atomically
from ccds_ls.finding import Span, TextEdit
from ccds_ls.snapshot import File


def raw(edit: TextEdit, file: File) -> tuple[Span, str] | None:
    """An edit of a file or of a notebook's cell as one of the file's raw text."""
    if edit.cell is None or file.notebook is None:
        return edit.span, edit.text
    return file.notebook.cells[edit.cell - 1].raw_edit(edit.span, edit.text)


def write_edits(path: Path, file: File, edits: Iterable[TextEdit]) -> bool:
    """Apply edits that do not overlap to the file on disk; False, and nothing done, if that is not ``file``."""
    data = edited(path.read_bytes(), file, edits)
    if data is None:
        return False
    write_atomically(path, data)
    return True


def edited(data: bytes, file: File, edits: Iterable[TextEdit]) -> bytes | None:
    """The bytes of a file after edits that do not overlap; None if they are not those of ``file``, or UTF-16."""
    placed = [raw(edit, file) for edit in edits]
    if file.text is None or None in placed:
        return None
    return replaced_in(data, file.text, (item for item in placed if item))


def replaced_in(data: bytes, text: str, edits: Iterable[tuple[Span, str]]) -> bytes | None:
    """The bytes of a text after replacements; None if they are not those of ``text``, or UTF-16."""
    if decode(data) != text or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark + replaced(text, edits).encode("utf-8", "surrogateescape")


def replaced(text: str, edits: Iterable[tuple[Span, str]]) -> str:
    """A text with replacements that do not overlap."""
    for span, new in sorted(edits, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text
