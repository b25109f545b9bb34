"""``.env`` as python-dotenv reads it: what is in it, and the line for one more variable.

Source: the grammar in dotenv/parser.py of python-dotenv 1.2.4. A test compares the two on many files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ccds_ls.secrets.move import CannotMove

_BEFORE = re.compile(r"\s*(?:export[^\S\n]+)?")
_NAME = re.compile(r"(?!#)(?:'([^']+)'|(?!')([^=#\s]+))[^\S\n]*(=[^\S\n]*)?")
_SINGLE, _DOUBLE = r"'(?P<single>(?:\\.|[^'\\])*)'", r'"(?P<double>(?:\\.|[^"\\])*)"'
_PLAIN = r"""(?P<plain>(?!['"])(?:(?<!=)(?=#)|[^\n]*))"""  # behind a blank, '#' begins a comment
_VALUE = re.compile(f"{_SINGLE}|{_DOUBLE}|{_PLAIN}", re.DOTALL)
_END = re.compile(r"[^\S\n]*(?:#[^\n]*)?[^\S\n]*(?:\n|\Z)")
_REST = re.compile(r"[^\n]*\n?")
_ESCAPES = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
_WORD = re.compile(r"[^\s'\"#]\S*")
_BARE = re.compile(r"[\w./:@+=~^%,&?!*-]+")


def variables(path: Path) -> dict[str, str]:
    """The variables in a ``.env``; none where there is no such file. Raises CannotMove for one not in UTF-8."""
    if not path.exists():
        return {}
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise CannotMove(f"{path} is not in UTF-8, in which python-dotenv reads it") from None


def parsed(text: str) -> dict[str, str]:
    """The variables of a text, without what python-dotenv skips: a line that it can't read, a name alone."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        position = _match(_BEFORE, text, position).end()
        name, value = _NAME.match(text, position), None
        if name is not None:
            position = name.end()
            value = _VALUE.match(text, position) if name[3] else None
            position = value.end() if value else position
        end = _END.match(text, position)
        if name is not None and value is not None and end is not None:
            found[name[1] or name[2]] = _meant(value)
        position = (end or _match(_REST, text, position)).end()
    return found


def _match(pattern: re.Pattern[str], text: str, position: int) -> re.Match[str]:
    match = pattern.match(text, position)
    assert match is not None  # noqa: S101 - it matches the empty text, too
    return match


def _meant(value: re.Match[str]) -> str:
    if value["single"] is not None:
        return re.sub(r"\\([\\'])", r"\1", value["single"])
    if value["double"] is not None:
        return re.sub(
            r"\\([\\'\"abfnrtv])", lambda escape: _ESCAPES.get(escape[1], escape[1]), value["double"]
        )
    return re.sub(r"\s+#.*", "", value["plain"]).rstrip()


def line(name: str, value: str) -> str:
    """A variable in python-dotenv's format. Raises CannotMove for a value that it would change."""
    if "${" in value:
        raise CannotMove("python-dotenv would take '${' in it for another variable")
    if re.search(r"[\r\0\ud800-\udfff]", value):
        raise CannotMove("it holds a character that no .env can hold")
    if _BARE.fullmatch(value):
        return f"{name}={value}"
    if "\\" in value and _WORD.fullmatch(value):
        return f"{name}={value}"  # Versions of python-dotenv differ in what a backslash before a quotation mark is.
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'"


def lines(path: Path, more: Mapping[str, str]) -> str:
    """The lines that give a ``.env`` more variables when they are added to its end. Raises CannotMove if none do."""
    new = "\n".join(line(name, value) for name, value in more.items())
    before = variables(path)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    gap = "\n" if text and not text.endswith("\n") else ""
    if more and parsed(f"{text}{gap}{new}\n") != {**before, **more}:
        raise CannotMove(f"a quotation mark in {path} is never closed, and would swallow it")
    return new
