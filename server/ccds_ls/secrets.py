"""Secrets in a text: the secret engine's catalogue of providers, and our own rules beside it.

The only importer of the secret engine (``kingfisher_sdk``). Nothing here uses the network: a secret is told by its
form and never tried. No value leaves this module except as a ``Secret``, which holds a redacted form.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from ccds_ls.finding import Span
from ccds_ls.secret_patterns import CANDIDATE, PREFIX, find_on_line, find_prefixed
from ccds_ls.secret_patterns.places import is_generated, is_made_up
from ccds_ls.secret_patterns.values import is_placeholder, is_stub_key, wordiness

ENGINE_SECONDS = 20.0
"""How long the engine may look at one text; then the scan fails with ``TimeoutError`` instead of passing as clean."""

_OWN_RULES_LIMIT = (
    2_000_000  # Code points at a text's start that our own rules look at: beyond that it is data.
)
_MANY = 25  # More generic matches of a kind than that are a column of data, such as the keys of a dump.
_MOST = 200  # More secrets than that in one text are of no use to anyone.
_LONG_LINE = 2_000
_MOST_LINES = (
    3_000  # As many places as that where a secret could be are data, too: the rest is left to the engine.
)
_MOST_PIECES = 300  # Places on long lines: a minified file, a dump.
_CHUNK = 1 << 16
_ALLOWED = re.compile(
    r"gitleaks:allow|betterleaks:allow|kingfisher:ignore|pragma: ?(?:allowlist|whitelist) ?secret"
)


class EngineUnavailable(Exception):
    """The secret engine can't be used here. The message says why, for people."""


@dataclass(frozen=True)
class Secret:
    """One secret in a text. ``span`` is the value's range in code points of that text.

    ``kind`` is stable and in kebab case, ``title`` is for people, ``confidence`` is ``high``, ``medium`` or ``low``.
    ``redacted`` is never enough to use; ``fingerprint`` is the same for the same value and can't be turned back.
    """

    kind: str
    title: str
    confidence: str
    span: Span
    redacted: str
    fingerprint: str


class _Found(NamedTuple):
    """A match before merging: a lower ``rank`` is more specific and wins where two overlap."""

    rank: int
    start: int
    end: int
    kind: str
    title: str
    confidence: str


Scan = Callable[[bytes, str], list[tuple[str, str, int, int]]]
"""The engine: (text as UTF-8, path) -> (rule id, confidence, start byte, end byte) of each visible finding."""
Candidates = Callable[[bytes], Iterable[int]]
"""Where ``CANDIDATE`` matches in a text as UTF-8: the first byte of each match."""


@dataclass(frozen=True)
class Detector:
    """Finds secrets; safe to use from several threads. ``engine`` is false when our own rules work alone."""

    _scan: Scan | None
    _candidates: Candidates

    @property
    def engine(self) -> bool:
        """Whether the secret engine takes part."""
        return self._scan is not None

    def find(self, text: str, path: str) -> tuple[Secret, ...]:
        """The secrets in a text, in order; ``path`` tells its syntax and whether it is a test. Takes any str."""
        data = text.encode("utf-8", "surrogatepass")
        found = [*self._engine_matches(text, data, path), *self._own_matches(text, data, path)]
        kept = _merged(match for match in found if not _is_allowed(text, match))
        return tuple(_secret(text, match) for match in kept[:_MOST])

    def _engine_matches(self, text: str, data: bytes, path: str) -> Iterator[_Found]:
        if self._scan is None:
            return
        results = self._scan(data, path)
        places = _code_points(text, data, {place for *_, start, end in results for place in (start, end)})
        for rule, confidence, first, last in results:
            start, end = places[first], places[last]
            generic = rule in _GENERIC_RULES
            stands_for = is_stub_key if rule == _PRIVATE_KEY else is_placeholder
            if rule in _REPLACED or start >= end or stands_for(text[start:end]):
                continue
            if not (generic and is_made_up(path)) and (rule == _PRIVATE_KEY or not _is_word(text[start:end])):
                yield _Found(2 if generic else 0, start, end, *_kind_and_title(rule), confidence)

    def _own_matches(self, text: str, data: bytes, path: str) -> list[_Found]:
        if is_generated(path):
            return []
        if len(text) > _OWN_RULES_LIMIT:
            data = text[:_OWN_RULES_LIMIT].encode("utf-8", "surrogatepass")
        offsets = sorted(self._candidates(data))
        places = _code_points(text, data, set(offsets))
        made_up = is_made_up(path)
        found = []
        for start, line in islice(_lines(text, (places[offset] for offset in offsets)), _MOST_LINES):
            # The secret engine knows every provider's tokens, and more exactly.
            prefixed = () if self.engine else find_prefixed(line)
            for match in chain(prefixed, find_on_line(line, path)):
                if not made_up or not match.generic:
                    rank = 1 if match.confidence == "high" else 3
                    found.append(_Found(rank, start + match.start, start + match.end, *match[2:5]))
        counts = Counter(match.kind for match in set(found) if match.rank == 3)
        return [match for match in found if match.rank != 3 or counts[match.kind] <= _MANY]


def own_rules_only() -> Detector:
    """A detector without the engine: what works where the engine has no package, or is switched off."""
    pattern = re.compile(f"{CANDIDATE}|{PREFIX}".encode(), re.MULTILINE)
    return Detector(None, lambda data: (match.start() for match in pattern.finditer(data.lower())))


def load(cache_dir: Path | None = None) -> Detector:
    """A detector with the engine. Its rules are compiled once (about 5 s) and kept in a private folder of ours.

    Raises ``EngineUnavailable``, with a message for people, when the engine is not installed or can't start.
    """
    try:
        from kingfisher_sdk import Rules, ScanInput, Scanner
    except ImportError as error:
        raise EngineUnavailable(
            "The secret engine (kingfisher-secret-scanner) is not installed or has no build for this system"
            f" ({error}); only ccds-ls's own rules look for secrets."
        ) from None
    cache = cache_dir or default_cache_dir()
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        scanner = Scanner(Rules(cache_dir=cache), base64=False)
        with tempfile.TemporaryDirectory(prefix="ccds-ls-") as folder:
            rule_file = Path(folder, "candidates.yml")
            rule_file.write_text(_CANDIDATE_RULE, encoding="utf-8")
            prefilter = Scanner(Rules([rule_file], builtins=False, cache_dir=cache), base64=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise EngineUnavailable(
            f"The secret engine could not start ({error}); only ccds-ls's own rules look for secrets."
        ) from None

    def scan(data: bytes, path: str) -> list[tuple[str, str, int, int]]:
        source = ScanInput(path.encode("utf-8", "replace").decode(), data)
        return [
            (
                finding.rule_id,
                finding.confidence,
                finding.location["start_offset"],
                finding.location["end_offset"],
            )
            for finding in scanner.scan_input(source, timeout=ENGINE_SECONDS)
            if finding.visible
        ]

    def candidates(data: bytes) -> Iterator[int]:
        for start in range(0, len(data), _CHUNK):
            for finding in prefilter.scan(data[start : start + _CHUNK + 512], timeout=ENGINE_SECONDS):
                yield start + finding.location["start_offset"]

    return Detector(scan, candidates)


# ``CANDIDATE`` as a rule file of the engine, in its own format.
_CANDIDATE_RULE = f"""\
rules:
  - name: candidate
    id: ccds-ls.candidate
    pattern: '(?im){CANDIDATE.replace("'", "''")}'
    min_entropy: 0.0
    confidence: high
    examples: []
"""


def default_cache_dir() -> Path:
    """The folder for the engine's compiled rules, where the platform keeps what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "ccds-ls", "rules")


# Rules of the engine that tell a secret by what stands around it. In tests and documentation they are silent.
_PRIVATE_KEY = "betterleaks.private-key"
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
_KINDS = {
    "huggingface-access-token": "huggingface-token",
    "huggingface-organization-api-token": "huggingface-token",
    "weights-and-biases-api-key": "wandb-api-key",
}
_WORDS = {
    "api": "API",
    "aws": "AWS",
    "gcp": "GCP",
    "jwt": "JWT",
    "pat": "personal access token",
    "url": "URL",
    "uri": "URI",
    "github": "GitHub",
    "gitlab": "GitLab",
    "openai": "OpenAI",
    "huggingface": "Hugging Face",
    "pypi": "PyPI",
    "wandb": "Weights & Biases",
    "oauth": "OAuth",
    "ssh": "SSH",
    "npm": "npm",
    "id": "ID",
}


def _kind_and_title(rule: str) -> tuple[str, str]:
    name = re.split(r"[./]", rule, maxsplit=1)[-1].partition(".")[0].lower()
    kind = _KINDS.get(name, name)
    words = [_WORDS.get(word, word) for word in kind.split("-")]
    title = " ".join(words)
    return kind, title[0].upper() + title[1:]


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


# The next line, where it gives the value of a field that is named on this one.
_VALUE_FIELD = re.compile(r"\r?\n[ \t]{0,40}[\"']?value[\"']?[ \t]{0,4}[:=][^\n]{6,900}")


def _lines(text: str, places: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The lines that hold the places, each once; of a long line the surroundings of its first places."""
    done = pieces = 0
    for place in places:
        if place < done:
            continue
        start = text.rfind("\n", max(0, place - _LONG_LINE), place) + 1
        end = text.find("\n", place, place + _LONG_LINE)
        if end < 0 or (start == 0 and place >= _LONG_LINE):
            pieces += 1
            if pieces > _MOST_PIECES:
                continue
            start = start or max(0, place - 200)
            end, done = min(len(text), place + 900), place + 400
        else:
            if pair := _VALUE_FIELD.match(text, end):
                end = pair.end()
            done = end
        yield start, text[start:end].rstrip("\r")


def _is_word(value: str) -> bool:
    """Whether a match that the engine took for a token is a name: all letters, and they read like words."""
    return value.isalpha() and wordiness(value) > 0.6


def _is_allowed(text: str, match: _Found) -> bool:
    """Whether the line carries another scanner's mark for an accepted secret."""
    first, last = max(0, match.start - 400), match.end + 400
    start = text.rfind("\n", first, match.start) + 1
    end = text.find("\n", match.end, last)
    return _ALLOWED.search(text, max(start, first), last if end < 0 else end) is not None


def _merged(found: Iterable[_Found]) -> list[_Found]:
    """The matches in order, without those that overlap a more specific or a longer one."""
    kept: dict[int, _Found] = {}
    starts: list[int] = []
    for match in sorted(found, key=lambda match: (match.rank, match.start - match.end)):
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
