"""What is told of a secret: what it is and where, a redacted form and a fingerprint, and never its value."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from ccds_ls.finding import Span

_PREFIX = re.compile(r"[A-Za-z]{2,4}[-_](?=\w)")


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


def redact(value: str) -> str:
    """A form to show: a provider's public prefix at most, and how long the value is."""
    if "PRIVATE KEY" in value[:60]:
        return "-----BEGIN … PRIVATE KEY-----"
    if len(value) < 16:
        return "…(fewer than 16 characters)"
    prefix = _PREFIX.match(value) if len(value) >= 20 else None
    return f"{prefix[0] if prefix else ''}…({len(value)} characters)"


ROUNDS = 20_000
"""Of the hash in a fingerprint: a few milliseconds, so that nobody tries all passwords. Never to be changed."""

_fingerprints: dict[bytes, str] = {}


def fingerprint(value: str) -> str:
    """A name for a secret that does not give it away: salted, slow to make, and cut to 48 bits."""
    data = value.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(data).digest()
    known = _fingerprints.get(digest)
    if known is None:
        if len(_fingerprints) > 10_000:
            _fingerprints.clear()
        known = hashlib.pbkdf2_hmac("sha256", data, b"ccds-ls secret fingerprint", ROUNDS).hex()[:12]
        _fingerprints[digest] = known
    return known
