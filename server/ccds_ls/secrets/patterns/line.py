"""The secrets on one line."""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.secrets.patterns import assignments, structured
from ccds_ls.secrets.patterns.match import Match


def find(line: str, path: str) -> Iterator[Match]:
    """The secrets that our own rules see on one line; spans are in the line."""
    yield from structured.find(line, path, structured.PATTERNS)
    yield from assignments.find(line, path)


def of_providers(line: str, path: str) -> Iterator[Match]:
    """Those of them alone that are not generic."""
    yield from structured.find(line, path, structured.OF_PROVIDERS)
