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

# One pattern, in what ``re`` and the secret engine's regular expressions have in common, over lower-case ASCII: the
# engine runs all of it in one pass. What it costs is mostly its first words, and each match costs a closer look.
# A bare "key" is a word of every second line; it counts behind a quote, a letter or a word that makes it one.
CANDIDATE = (
    r"(?:pass|pwd|psw|secret|token|auth|cred|[_\x22'.]pw|[_a-z\x22'.(-]key|(?:api|access|using) key)"
    r"[a-z0-9_.-]{0,30}[\x5c\x22'`\])}]{0,4}(?:"
    # an operator and a quoted value
    r"[ \t]{0,8}(?:[=:,>?<|]{1,2}|:[ a-z_.|\[\]]{1,24}=|value=)[ \t]{0,8}[\[({rbuf\x5c@]{0,4}[\x22'`][^\x22'`\s]{6}"
    # an operator and a bare value, which has a digit or a sign before long
    r"|[ \t]{0,8}[=:>-]{1,2}[ \t]{0,8}[a-z_+/=.~!;?-]{0,40}[0-9#$%^&*@]"
    # the value in a field of its own
    r"|,?\s{1,40}[\x22']?value[\x22']?[ \t]{0,4}[:=]"
    # nothing but space before the value
    r"|[ \t]{1,8}(?:is )?[\x22']?[a-z_+/=.~!@#$%^&*?;-]{0,40}[0-9])"
    r"|auth[a-z]{0,10}[\x22']?[ \t]{0,4}[:=,][ \t]{0,4}[\x22'`]?(?:basic|token|key|apikey|bearer)[ \t]{1,3}[a-z0-9]"
    r"|bearer[ \t]{1,3}[a-z0-9_.-]{12}"
    # what ``structured`` looks for
    r"|://[^\s:@/\x22'`<>]{0,80}:[^\s@\x22'`<>]{3,200}@"
    r"|(?:auth|credentials?|experiment|client|login|_key|_token|openai)[ =]{0,3}\([\x22'][^\s\x22']{1,80}[\x22'][,)]"
    r"|[?&\x22']sig=|wandb[ \t]{1,4}login|appid[\x22'\]) =:]|sshpass[ \t]|securestring[ \t]|identified by"
    r"|(?:docker|podman) login|net use|mysql[a-z]{0,4} -"
    r"|^[a-z0-9_.*/-]{1,100}:[0-9*]{1,5}:[a-z0-9_*-]{1,60}:[a-z0-9_*.@-]{1,60}:[^\s:]{4}"
)


def find_on_line(line: str, path: str) -> Iterator[Match]:
    """The secrets that our own rules see on one line; spans are in the line."""
    yield from structured.find(line, path)
    yield from assignments.find(line, path)
