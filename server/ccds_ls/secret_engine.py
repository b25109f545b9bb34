"""The secret engine: its catalogue of providers' rules, and ours in the same pass over a text.

The only importer of the engine (``kingfisher_sdk``), and light to import itself, so that the command line can load
the engine in the background first of all. Nothing here uses the network: no secret is ever tried.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, NamedTuple

from ccds_ls import files

if TYPE_CHECKING:
    from kingfisher_sdk import Finding, Rules

    _Search = Callable[[str, bytes, float], list[Finding]]

ENGINE_SECONDS = 20.0
"""How long the engine may look at one text; then the scan fails with ``TimeoutError`` instead of passing as clean."""

CANDIDATE, TOKEN = "ccds-ls.candidate", "ccds-ls.token"
"""How the ids of our own rules begin: for places where a secret could be, and where a token may begin."""

OWN_RULES = Path(__file__).with_suffix(".yml")
"""Our own rules in the engine's format. ``make docs`` makes them from ``secrets.patterns``, which load much later."""

KEPT_SECONDS = 90 * 24 * 3600
"""How long compiled rules are kept once a newer version has compiled its own."""

# A large text is searched in pieces, so that a data file with a million hits does not fill the memory. What lies
# across an edge is seen whole in the piece before it.
_PIECE = 1 << 20
_OVERLAP = 1 << 14


class EngineUnavailable(Exception):
    """The secret engine can't be used here. The message says why, for people."""


class Hit(NamedTuple):
    """A rule's match in a text: its range in bytes of the UTF-8.

    One of ``candidate``'s has its rule name and is no finding, but a place for our own rules to look at.
    """

    rule: str
    confidence: str
    start: int
    end: int

    @property
    def is_candidate(self) -> bool:
        """Whether this is only a place where a secret could be."""
        return self.rule.startswith(CANDIDATE)

    @property
    def is_token(self) -> bool:
        """Whether this is only a place where a provider's token could begin."""
        return self.rule.startswith(TOKEN)


Scan = Callable[[bytes, str], list[Hit]]
"""(text as UTF-8, path) -> the hits of the engine's rules and of ``candidate``'s."""


def load(cache_dir: Path | None = None) -> Scan:
    """Load the engine. Its rules are compiled once (about 5 s) and kept in a private folder of ours.

    Raises ``EngineUnavailable``, with a message for people, when the engine is not installed or can't start.
    """
    try:
        from kingfisher_sdk import ScanInput, Scanner
    except ImportError as error:
        raise EngineUnavailable(
            "The secret engine (kingfisher-secret-scanner) is not installed or has no build for this system"
            f" ({error}); only ccds-ls's own rules look for secrets."
        ) from None
    try:
        scanner = Scanner(_rules(cache_dir or default_cache_dir()), base64=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise EngineUnavailable(
            f"The secret engine could not start ({error}); only ccds-ls's own rules look for secrets."
        ) from None

    def search(name: str, data: bytes, seconds: float) -> list[Finding]:
        return scanner.scan_input(ScanInput(name, data), timeout=seconds)

    return partial(_scan, search)


def _scan(search: _Search, data: bytes, path: str) -> list[Hit]:
    name = path if path.isascii() else path.encode("utf-8", "replace").decode()
    if len(data) <= _PIECE:
        return [_hit(finding, 0) for finding in search(name, data, ENGINE_SECONDS) if finding.visible]
    hits: list[Hit] = []
    end = monotonic() + ENGINE_SECONDS
    for start in range(0, len(data), _PIECE):
        found = search(name, data[start : start + _PIECE + _OVERLAP], max(0.001, end - monotonic()))
        hits += [_hit(finding, start) for finding in found if finding.visible]
    return hits


def _hit(finding: Finding, offset: int) -> Hit:
    place = finding.location
    start, end = offset + place["start_offset"], offset + place["end_offset"]
    return Hit(finding.rule_id, finding.confidence, start, end)


def _rules(cache: Path) -> Rules:
    """The engine's rules and ours, compiled; where nothing can be kept they are compiled each time."""
    from kingfisher_sdk import Rules

    with suppress(OSError):
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    rules = Rules([OWN_RULES], cache_dir=cache)
    if rules.cache_status == "stored":
        _tidy(cache)
    return rules


def _tidy(cache: Path) -> None:
    """Remove what was compiled long ago: most of it is of versions that are gone, and all of it can be made again."""
    for old in cache.iterdir():
        with suppress(OSError):  # Another process may be as tidy at this moment.
            if time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink()


def default_cache_dir() -> Path:
    """The folder for the engine's compiled rules."""
    return files.cache_dir() / "rules"
