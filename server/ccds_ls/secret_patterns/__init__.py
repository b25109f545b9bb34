"""Our own rules for secrets: what no catalogue of providers holds, and what data scientists leak.

``CANDIDATE`` is a cheap pattern that tells where a secret could be; it can be run by the secret engine or by
``re`` with the same result, over the text as UTF-8. ``find_on_line`` then looks closely at one line.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.secret_patterns import assignments, structured
from ccds_ls.secret_patterns.match import Match
from ccds_ls.secret_patterns.providers import PREFIX
from ccds_ls.secret_patterns.providers import find as find_prefixed

__all__ = ["CANDIDATE", "PREFIX", "Match", "find_on_line", "find_prefixed"]

# In the words that ``re`` and the secret engine's regular expressions have in common, over lower-case ASCII.
CANDIDATE = (
    r"(?:pass|pwd|psw|secret|token|key|auth|cred|pw|bearer)[a-z0-9_.-]{0,40}[\x5c\x22'`\])}]{0,6}"
    r"(?:[ \t]{0,20}(?:[=:,>?|<]{1,2}=?|: ?[a-z_][a-z0-9_. |\[\]]{0,30} ?=|value=)[ \t]{0,20}|[ \t]{1,20}(?:is )?)"
    r"(?:[\[({]?[rbuf@ ]{0,2}[\x5c]{0,3}[\x22'`][^\x22'`\s][^\n]{4}|[^\s\x22'`(){}\[\],;<>]{0,60}[0-9!@#$%^&*+/])"
    r"|://[^\s:@/\x22'`<>]{0,80}:[^\s@\x22'`<>]{3,200}@"
    r"|[?&]sig=|wandb[ \t]{1,4}login|(?:auth|credential|experiment|client|login|set_api_key|set_token|openai)[a-z]{0,12}[ =]{0,4}\([ ]{0,4}[\x22'][^\s\x22']{1,80}[\x22']"
)


def find_on_line(line: str, path: str) -> Iterator[Match]:
    """The secrets that our own rules see on one line; spans are in the line."""
    yield from structured.find(line)
    yield from assignments.find(line, path)
