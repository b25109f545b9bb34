"""Columns of secrets in a table: only the header tells what they are, and each row has a value of its own.

A header says less than a name beside a value: in data sets ``token``, ``key`` and ``pass`` are seldom secrets. So only
names that are used for little else count, and most of the values must look like what the name says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ccds_ls.secrets.patterns.match import Match
from ccds_ls.secrets.patterns.names import meaning_of
from ccds_ls.secrets.patterns.placeholders import is_place, is_placeholder
from ccds_ls.secrets.patterns.providers import provider_in
from ccds_ls.secrets.patterns.values import is_hex, is_password, is_random, is_uuid

ROWS = 1000
"""How many rows are looked at, and below at most ``_COLUMNS`` names."""
_COLUMNS = 20

_LINE = re.compile(r"[^\r\n]+")
_LONGEST = 10_000  # of a line
_FIELDS = {
    separator: re.compile(rf'(?:"((?:[^"]|"")*)"|([^{separator}]*))(?:[{separator}]|\Z)')
    for separator in (",", ";", "\t", "|")
}
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMES = tuple(
    (kind, re.compile(rf"(?:\w+_)?{names}\Z"))
    for kind, names in (
        ("password", r"(?:password|passwd|passphrase|pwd|passwort|kennwort|contrasena|senha)"),
        ("api-key", r"(?:api|secret|private|access|secret_access|encryption|signing|licen[sc]e)_?keys?"),
        ("secret", r"secret"),
        ("token", r"token"),
    )
)
_PUBLIC = re.compile(r"(?:\A|_)(?:public|hashed|encrypted|csrf)_")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}\Z", re.IGNORECASE)  # where a token of a block chain is


def find(text: str) -> Iterator[tuple[Match, int]]:
    """The first value of each column of secrets, and how many of them are in the rows that are looked at."""
    lines = (match for match in _LINE.finditer(text) if len(match[0]) <= _LONGEST)
    header = next(lines, None)
    if header is None:
        return
    separator = max(_FIELDS, key=header[0].count)
    names = [name for _, name in _fields(header[0], separator)]
    kinds = [(number, kind) for number, name in enumerate(names) if (kind := _kind(name))][:_COLUMNS]
    if not kinds:
        return
    rows = [(line.start(), _fields(line[0], separator)) for line in islice(lines, ROWS)]
    for number, kind in kinds:
        # A row with another number of fields goes on below, or is none.
        cells = [(start + row[number][0], row[number][1]) for start, row in rows if len(row) == len(names)]
        given = [cell for cell in cells if cell[1]]
        secret = [cell for cell in given if _holds(kind, cell[1])]
        # A few values that come again and again are categories, and nobody's passwords.
        repeats = kind == "password" and len({value for _, value in secret}) * 2 <= len(secret)
        if secret and not repeats and len(secret) * 4 >= len(given) * 3:
            start, value = secret[0]
            told = provider_in(names[number], kind)
            confidence = "low" if kind == "password" else "medium"
            yield Match(start, start + len(value), *told, confidence, generic=True), len(secret)


def _fields(line: str, separator: str) -> list[tuple[int, str]]:
    """The fields of a line with the columns where they begin, without quotation marks."""
    found = []
    for match in _FIELDS[separator].finditer(line):
        group = 2 if match[1] is None else 1
        found.append((match.start(group), match[group]))
        if match.end() == len(line) and not line[match.end(group) :].endswith(separator):
            break
    return found


def _kind(name: str) -> str | None:
    words = re.sub(r"\W+", "_", _CAPITAL.sub("_", name.strip())).lower()
    if len(words) > 60 or _PUBLIC.search(words) or meaning_of(words) is None:
        return None
    return next((kind for kind, names in _NAMES if names.match(words)), None)


def _holds(kind: str, value: str) -> bool:
    """Whether a value is what its column's name says."""
    if is_placeholder(value) or is_place(value) or is_uuid(value) or _ADDRESS.match(value):
        return False
    if kind == "password":
        return is_password(value) and not value.isdigit() and not is_hex(value)
    # Identifiers in data sets are called tokens, too, and are hexadecimal.
    return is_random(value, 20) and not is_hex(value) if kind == "token" else is_random(value, 16)
