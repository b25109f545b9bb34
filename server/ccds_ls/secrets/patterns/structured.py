"""Secrets that are told by the form of what stands around them, and not by a name: every ``Pattern`` there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccds_ls.secrets.patterns import calls, commands, urls
from ccds_ls.secrets.patterns.match import Match, lower
from ccds_ls.secrets.patterns.pattern import Pattern

PATTERNS: tuple[Pattern, ...] = (*urls.PATTERNS, *commands.PATTERNS, *calls.PATTERNS)
OF_PROVIDERS = tuple(pattern for pattern in PATTERNS if pattern.provider)

_KEYWORDS = sorted({keyword for pattern in PATTERNS for keyword in pattern.keywords})


def find(line: str, path: str, patterns: Iterable[Pattern]) -> Iterator[Match]:
    """The secrets on one line that have a form of their own, of ``patterns``; spans are in the line."""
    low = lower(line)
    present = {keyword for keyword in _KEYWORDS if keyword in low}
    if not present:
        return
    for pattern in patterns:
        if present.isdisjoint(pattern.keywords) or not path.endswith(pattern.path):
            continue
        for match in pattern.compiled.finditer(line):
            if pattern.accepts(match):
                generic = not pattern.provider
                yield Match(*match.span("value"), pattern.kind, pattern.title, pattern.confidence, generic)
