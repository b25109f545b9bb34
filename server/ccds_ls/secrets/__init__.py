"""Secrets in a text: what the secret engine's catalogue of providers knows, and our own rules beside it.

The ``engine`` searches a text once, for its own rules and for the places that ours want to look at. ``catalogue``
judges its hits, ``patterns`` those places, and ``merge`` makes one list of both. No value leaves this package except
as a ``Secret``, which holds a redacted form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ccds_ls import secret_engine
from ccds_ls.finding import Span
from ccds_ls.secret_engine import EngineUnavailable as EngineUnavailable
from ccds_ls.secret_engine import Hit, Scan
from ccds_ls.secret_engine import default_cache_dir as default_cache_dir
from ccds_ls.secrets import catalogue
from ccds_ls.secrets.lines import lines_at
from ccds_ls.secrets.merge import BY_FORM, BY_NAME, Found, columns_as_one, is_allowed, merged
from ccds_ls.secrets.patterns import candidate, tokens
from ccds_ls.secrets.patterns.match import Match
from ccds_ls.secrets.patterns.places import is_data, is_generated, is_made_up, is_readme, is_table
from ccds_ls.secrets.patterns.values import is_random
from ccds_ls.secrets.secret import Secret as Secret
from ccds_ls.secrets.secret import Secrets as Secrets
from ccds_ls.secrets.secret import fingerprint as fingerprint
from ccds_ls.secrets.secret import redact as redact

# More secrets than that in one text are not listed: the first ones tell enough.
_MOST = 200
# Lines that our own rules look at, of those where a secret could be: at most a few seconds.
_MOST_LINES = 10_000
# Bytes that our own rules take some 50 ms for without the engine, which loads in half a second.
_SOON_SEARCHED = 200_000
# Each line of such a file is looked at: nothing in it tells of a password.
_PASSWORD_FILE = "pgpass"  # noqa: S105
# From so many random characters on a value in a README or a docstring is somebody's, not an example.
_TOO_RANDOM_TO_SHOW = 24
_LINE_END = re.compile("\n")


@dataclass(frozen=True)
class Detector:
    """Finds secrets; safe to use from several threads. ``scan`` tells where to look."""

    scan: Scan

    def find(self, text: str, path: str) -> Secrets:
        """The secrets in a text, in order; ``path`` tells its syntax and whether it is a test. Takes any str."""
        data = text.encode("utf-8", "surrogatepass")
        hits = self.scan(data, path)
        in_columns = list(_in_columns(text, path))
        if not hits and not in_columns and not path.endswith(_PASSWORD_FILE):
            return Secrets()
        places = _code_points(text, data, {place for hit in hits for place in (hit.start, hit.end)})
        # The first line that is too much says from where on the rest was not searched.
        lines = list(islice(_lines(text, hits, places, path), _MOST_LINES + 1))
        found = [
            *catalogue.matches(text, hits, places, path),
            *_tokens(text, {places[hit.start] for hit in hits if hit.is_token}),
            *_own_matches(text, lines[:_MOST_LINES], path),
            *in_columns,
        ]
        kept = merged(match for match in found if not is_allowed(text, match))
        if is_data(path):
            kept = list(columns_as_one(kept))
        secrets = Secrets(_secret(text, match) for match in kept[:_MOST])
        secrets.untold = _untold(text, len(kept), lines[_MOST_LINES:])
        return secrets


def load(cache_dir: Path | None = None) -> Detector:
    """A detector with the engine. Raises ``EngineUnavailable``, with a message for people."""
    return Detector(secret_engine.load(cache_dir))


def while_the_engine_loads() -> Detector:
    """Our own rules for texts that they are through in a moment; the engine is as soon there as with the others."""
    scan = own_rules_only().scan
    return Detector(lambda data, path: scan(data, path) if len(data) <= _SOON_SEARCHED else [])


def own_rules_only() -> Detector:
    """A detector without the engine: what works where the engine has no package, or is switched off."""
    candidates = re.compile("|".join(candidate.PATTERNS).encode(), re.MULTILINE)
    beginnings = re.compile("|".join(tokens.PATTERNS).encode(), re.MULTILINE)

    def scan(data: bytes, _: str) -> list[Hit]:
        hits = [
            Hit(secret_engine.CANDIDATE, "", *match.span()) for match in candidates.finditer(data.lower())
        ]
        return hits + [Hit(secret_engine.TOKEN, "", *match.span()) for match in beginnings.finditer(data)]

    return Detector(scan)


def _lines(text: str, hits: Iterable[Hit], places: dict[int, int], path: str) -> Iterator[tuple[int, str]]:
    """The lines that our own rules look at, each with its place."""
    if is_generated(path):
        return iter(())
    if path.endswith(_PASSWORD_FILE):
        return lines_at(text, [0, *(match.end() for match in _LINE_END.finditer(text))])
    return lines_at(text, sorted(places[hit.start] for hit in hits if hit.is_candidate))


def _tokens(text: str, places: Iterable[int]) -> Iterator[Found]:
    """The providers' tokens that begin at the places."""
    for match in filter(None, (tokens.at(text, place) for place in places)):
        yield _found(match, 0)


def _in_columns(text: str, path: str) -> Iterator[Found]:
    """Columns of a table that its header calls secrets, each as its first value."""
    if not is_table(path):
        return
    from ccds_ls.secrets.patterns.columns import find  # Only tables pay for it.

    for match, values in find(text):
        yield _found(match, 0)._replace(values=values)


def _own_matches(text: str, lines: Iterable[tuple[int, str]], path: str) -> list[Found]:
    """What our own rules see in the lines, without examples."""
    from ccds_ls.secrets.patterns import line as patterns  # Its patterns take a while to compile.

    find = patterns.of_providers if is_made_up(path) else patterns.find
    specific: list[Found] = []
    generic: list[Found] = []
    for start, line in lines:
        for match in find(line, path):
            (generic if match.generic else specific).append(_found(match, start))
    examples = _examples(text, generic, path)
    return specific + [match for match in generic if match not in examples]


def _found(match: Match, start: int) -> Found:
    rank = BY_FORM if match.confidence == "high" else BY_NAME
    return Found(rank, start + match.start, start + match.end, match.kind, match.title, match.confidence)


def _examples(text: str, found: Iterable[Found], path: str) -> set[Found]:
    """Those of the generic matches that a README or a docstring shows."""
    readme = is_readme(path)
    if not readme and not path.endswith(".py"):
        return set()
    shown = {match for match in found if not is_random(text[match.start : match.end], _TOO_RANDOM_TO_SHOW)}
    if readme or not shown:
        return shown
    from ccds_ls.secrets.patterns.docstrings import lines_of

    lines = lines_of(text)
    return {match for match in shown if lines and text.count("\n", 0, match.start) in lines}


def _untold(text: str, secrets: int, left: list[tuple[int, str]]) -> str:
    told = (
        [f"{secrets - _MOST} more secrets than the first {_MOST} are not listed"] if secrets > _MOST else []
    )
    if left:
        line = text.count("\n", 0, left[0][0]) + 1
        told.append(
            f"from line {line} on only providers' tokens were looked for, as there are very many places for secrets"
        )
    return "; ".join(told)


def _secret(text: str, match: Found) -> Secret:
    value, span = text[match.start : match.end], Span(match.start, match.end)
    return Secret(
        match.kind, match.title, match.confidence, span, redact(value), fingerprint(value), match.values
    )


_CONTINUING = bytes(range(0x80, 0xC0))


def _code_points(text: str, data: bytes, offsets: set[int]) -> dict[int, int]:
    """Where byte offsets in a text's UTF-8 are in code points: one begins with each byte that continues none."""
    if text.isascii():
        return {offset: offset for offset in offsets}
    places: dict[int, int] = {}
    last = count = 0
    for offset in sorted(offsets):
        count += len(data[last:offset].translate(None, _CONTINUING))
        places[offset], last = count, offset
    return places
