"""Secrets in a text: what the secret engine's catalogue of providers knows, and our own rules beside it.

No value leaves this module except as a ``Secret``, which holds a redacted form.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ccds_ls.finding import Span
from ccds_ls.secrets import engine as secret_engine
from ccds_ls.secrets.engine import EngineUnavailable as EngineUnavailable
from ccds_ls.secrets.engine import Hit, Scan
from ccds_ls.secrets.engine import default_cache_dir as default_cache_dir
from ccds_ls.secrets.lines import lines_at
from ccds_ls.secrets.patterns.places import is_data, is_generated, is_made_up, is_readme
from ccds_ls.secrets.titles import kind_and_title

_MANY = (
    25  # More generic matches of a kind than that in a file of data are a column, such as the keys of a dump.
)
_MOST = 200  # More secrets than that in one text are not listed: the first ones tell enough.
_MOST_LINES = (
    10_000  # Lines that our own rules look at, of those where a secret could be: at most a few seconds.
)
_WHOLE = "pgpass"  # Each line of such a file is looked at: nothing in it tells of a password.
_RANDOM = 24  # From so many random characters on a value in a README is somebody's, not an example.
_LINE_END = re.compile("\n")
_ALLOWED = re.compile(
    r"gitleaks:allow|betterleaks:allow|kingfisher:ignore|pragma: ?(?:allowlist|whitelist) ?secret"
)
_NEXT_ALLOWED = re.compile(r"pragma: ?(?:allowlist|whitelist) nextline ?secret")


@dataclass(frozen=True)
class Secret:
    """One secret in a text. ``span`` is the value's range in code points of that text.

    ``kind`` is stable and in kebab case, ``title`` is for people, ``confidence`` is ``high``, ``medium`` or ``low``.
    ``redacted`` is never enough to use; ``fingerprint`` is the same for the same value and can't be turned back.
    One of a file of data may stand for a whole column: ``values`` is how many values, of which it is the first.
    """

    kind: str
    title: str
    confidence: str
    span: Span
    redacted: str
    fingerprint: str
    values: int = 1


class Secrets(tuple[Secret, ...]):
    """The secrets in a text, in order. ``untold`` says, for people, what was not searched or is not listed."""

    untold: str = ""


class _Found(NamedTuple):
    """A match before merging: a lower ``rank`` is more specific and wins where two overlap."""

    rank: int
    start: int
    end: int
    kind: str
    title: str
    confidence: str
    values: int = 1


@dataclass(frozen=True)
class Detector:
    """Finds secrets; safe to use from several threads. ``scan`` tells where to look."""

    scan: Scan

    def find(self, text: str, path: str) -> Secrets:
        """The secrets in a text, in order; ``path`` tells its syntax and whether it is a test. Takes any str."""
        data = text.encode("utf-8", "surrogatepass")
        hits = self.scan(data, path)
        whole = path.endswith(_WHOLE)
        if not hits and not whole:
            return Secrets()
        places = _code_points(text, data, {place for hit in hits for place in (hit.start, hit.end)})
        candidates = sorted(places[hit.start] for hit in hits if hit.is_candidate)
        if whole:
            candidates = [0, *(match.end() for match in _LINE_END.finditer(text))]
        # The first line that is too much says from where on the rest was not searched.
        lines = [] if is_generated(path) else list(islice(lines_at(text, candidates), _MOST_LINES + 1))
        found = [
            *_providers_matches(text, hits, places, path),
            *_tokens(text, {places[hit.start] for hit in hits if hit.is_token}),
            *self._own_matches(text, lines[:_MOST_LINES], path),
        ]
        kept = _merged(match for match in found if not _is_allowed(text, match))
        if is_data(path):
            kept = list(_columns(kept))
        secrets = Secrets(_secret(text, match) for match in kept[:_MOST])
        secrets.untold = _untold(text, len(kept), lines[_MOST_LINES:])
        return secrets

    def _own_matches(self, text: str, lines: list[tuple[int, str]], path: str) -> list[_Found]:
        from ccds_ls.secrets.patterns import line as patterns
        from ccds_ls.secrets.patterns.values import is_random

        find = patterns.of_providers if is_made_up(path) else patterns.find
        readme = is_readme(path)
        found: list[_Found] = []
        generic: list[_Found] = []
        for start, line in lines:
            for match in find(line, path):
                rank = 1 if match.confidence == "high" else 3
                one = _Found(rank, start + match.start, start + match.end, *match[2:5])
                (generic if match.generic else found).append(one)
        shown = [one for one in generic if not is_random(text[one.start : one.end], _RANDOM)]
        if readme:
            examples = set(shown)
        elif shown and path.endswith(".py"):
            examples = _in_docstrings(text, shown)
        else:
            examples = set()
        return found + [one for one in generic if one not in examples]


def own_rules_only() -> Detector:
    """A detector without the engine: what works where the engine has no package, or is switched off."""
    from ccds_ls.secrets.patterns.candidate import PATTERNS, RULE, TOKEN_RULE
    from ccds_ls.secrets.patterns.tokens import PATTERNS as TOKENS

    candidates = re.compile("|".join(PATTERNS).encode(), re.MULTILINE)
    tokens = re.compile("|".join(TOKENS).encode(), re.MULTILINE)

    def scan(data: bytes, _: str) -> list[Hit]:
        hits = [Hit(RULE, "", *match.span()) for match in candidates.finditer(data.lower())]
        return hits + [Hit(TOKEN_RULE, "", *match.span()) for match in tokens.finditer(data)]

    return Detector(scan)


def load(cache_dir: Path | None = None) -> Detector:
    """A detector with the engine. Raises ``EngineUnavailable``, with a message for people."""
    return Detector(secret_engine.load(cache_dir))


def _providers_matches(text: str, hits: Iterable[Hit], places: dict[int, int], path: str) -> Iterator[_Found]:
    from ccds_ls.secrets.patterns.placeholders import is_placeholder, is_stub_key

    for hit in hits:
        start, end = places[hit.start], places[hit.end]
        if hit.is_candidate or hit.is_token or hit.rule in _REPLACED or start >= end:
            continue
        generic, is_key = hit.rule in _GENERIC_RULES, hit.rule == _PRIVATE_KEY
        if hit.rule == _MOONSHOT and not _SAYS_MOONSHOT.search(text, max(0, start - 100), start):
            continue
        if (is_stub_key if is_key else is_placeholder)(text[start:end]):
            continue
        if not (generic and (is_made_up(path) or is_readme(path))) and (
            is_key or not _is_word(text[start:end])
        ):
            yield _Found(2 if generic else 0, start, end, *kind_and_title(hit.rule), hit.confidence)


def _tokens(text: str, places: Iterable[int]) -> Iterator[_Found]:
    """The providers' tokens that begin at the places."""
    from ccds_ls.secrets.patterns.tokens import at

    for match in filter(None, (at(text, place) for place in places)):
        yield _Found(1, match.start, match.end, *match[2:5])


# Rules of the engine that tell a secret by what stands around it. In tests and documentation they are silent.
_PRIVATE_KEY = "betterleaks.private-key"
# Moonshot's keys have OpenAI's form; ours for that form calls them OpenAI's where nothing else is said.
_MOONSHOT, _SAYS_MOONSHOT = "betterleaks.kimi-api-key", re.compile("kimi|moonshot", re.IGNORECASE)
_REPLACED = frozenset({"betterleaks.generic-credential-uri"})  # Our own rule tells examples from passwords.
_GENERIC_RULES = frozenset(
    "betterleaks." + name
    for name in (
        "curl-auth-user",
        "curl-auth-header",
        "private-key",
        "jwt",
        "jwt-base64",
        "mongodb-connection-string",
        "kubernetes-secret-yaml",
    )
)


def _in_docstrings(text: str, found: Iterable[_Found]) -> set[_Found]:
    """Those of the matches that stand in a docstring: examples, as in a README."""
    from ccds_ls.secrets.patterns.docstrings import lines_of

    lines = lines_of(text)
    return {match for match in found if lines and text.count("\n", 0, match.start) in lines}


def _columns(found: Iterable[_Found]) -> Iterator[_Found]:
    """The matches; of many generic ones of a kind, which are a column of data, the first with their number."""
    found = list(found)
    counts = Counter(match.kind for match in found if match.rank == 3)
    told = set()
    for match in found:
        if match.rank != 3 or counts[match.kind] <= _MANY:
            yield match
        elif match.kind not in told:
            told.add(match.kind)
            yield match._replace(values=counts[match.kind], confidence="low")


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


_CONTINUING = bytes(range(0x80, 0xC0))


def _code_points(text: str, data: bytes, offsets: set[int]) -> dict[int, int]:
    """Where byte offsets in a text's UTF-8 are in code points; one in the midst of a character is at its start."""
    if text.isascii():
        return {offset: offset for offset in offsets}
    places: dict[int, int] = {}
    last = count = 0
    for offset in sorted(offsets):
        # Every byte but those that continue a character starts one.
        count += len(data[last:offset].translate(None, _CONTINUING))
        places[offset], last = count, offset
    return places


def _is_word(value: str) -> bool:
    """Whether a match that the engine took for a token is a name: all letters, and they read like words."""
    from ccds_ls.secrets.patterns.values import wordiness

    return value.isalpha() and wordiness(value) > 0.6


def _is_allowed(text: str, match: _Found) -> bool:
    """Whether the line carries another scanner's mark for an accepted secret."""
    first, last = max(0, match.start - 400), match.end + 400
    start = text.rfind("\n", first, match.start) + 1
    end = text.find("\n", match.end, last)
    above = text.rfind("\n", first, max(first, start - 1)) + 1
    return (
        _ALLOWED.search(text, max(start, first), last if end < 0 else end) is not None
        or _NEXT_ALLOWED.search(text, max(above, first), start) is not None
    )


def _merged(found: Iterable[_Found]) -> list[_Found]:
    """The matches in order, without those that overlap a more specific or a longer one."""
    kept: dict[int, _Found] = {}
    starts: list[int] = []
    # The kind comes last, since the engine tells of two rules at one place now in this order, now in that one.
    for match in sorted(found, key=lambda match: (match.rank, match.start - match.end, match.kind)):
        place = bisect_right(starts, match.start)
        before = place and kept[starts[place - 1]].end > match.start
        if not before and (place == len(starts) or starts[place] >= match.end):
            starts.insert(place, match.start)
            kept[match.start] = match
    return [kept[start] for start in starts]


def _secret(text: str, match: _Found) -> Secret:
    value = text[match.start : match.end]
    return Secret(
        match.kind,
        match.title,
        match.confidence,
        Span(match.start, match.end),
        redact(value),
        fingerprint(value),
        match.values,
    )


_PREFIX = re.compile(r"[A-Za-z]{2,4}[-_](?=\w)")


def redact(value: str) -> str:
    """A form to show: a provider's public prefix at most, and how long the value is."""
    if "PRIVATE KEY" in value[:60]:
        return "-----BEGIN … PRIVATE KEY-----"
    if len(value) < 16:
        return "…(fewer than 16 characters)"
    prefix = _PREFIX.match(value) if len(value) >= 20 else None
    return f"{prefix[0] if prefix else ''}…({len(value)} characters)"


_fingerprints: dict[bytes, str] = {}


def fingerprint(value: str) -> str:
    """A name for a secret that does not give it away: salted, slow to make, and cut to 48 bits."""
    data = value.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(data).digest()
    known = _fingerprints.get(digest)
    if known is None:
        if len(_fingerprints) > 10_000:
            _fingerprints.clear()
        known = hashlib.pbkdf2_hmac("sha256", data, b"ccds-ls secret fingerprint", 20_000).hex()[:12]
        _fingerprints[digest] = known
    return known
