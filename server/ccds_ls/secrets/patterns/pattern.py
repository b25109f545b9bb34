"""What a rule for a secret with a form of its own is, and the two commonest ways to judge its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ccds_ls.secrets.patterns.placeholders import is_placeholder
from ccds_ls.secrets.patterns.values import is_password, is_random, is_uuid


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One form, narrowed down in three steps, each dearer than the one before and run on what that one left.

    ``prefilter``: what the secret engine looks for in a whole text, in ``candidate``'s dialect. Leave it out where a
    name beside the value tells ``candidate`` already.
    ``keywords``: lower-case texts, of which one stands on every line that has the form.
    ``regex``: the form itself. Its group ``value`` is the secret, if ``accepts`` says so.

    ``path`` is how the path of every file ends that has the form. What is a ``provider``'s own form counts in tests
    and documentation too. ``finds`` and ``passes`` are samples, one line each, that the tests run. ``<name>`` in them
    is replaced by a value made at that moment (see ``tests/secret_samples.py``), so that none looks like a live secret.
    """

    kind: str
    title: str
    confidence: str
    prefilter: tuple[str, ...] = ()
    keywords: tuple[str, ...]
    regex: str
    accepts: Callable[[re.Match[str]], bool]
    finds: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    path: str = ""
    provider: bool = False

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The form, compiled once a line has one of its keywords: most checks meet few of them."""
        return re.compile(self.regex)


def is_given_password(match: re.Match[str]) -> bool:
    """Whether the value of a match is a password, and no example of one."""
    value = match["value"]
    return not is_placeholder(value) and (is_password(value) or is_random(value, 12))


def is_given_token(match: re.Match[str]) -> bool:
    """Whether the value of a match is a token, and no example of one."""
    value = match["value"]
    return not is_placeholder(value) and is_random(value, 16) and not is_uuid(value)


def is_no_placeholder(match: re.Match[str]) -> bool:
    """Whether the value of a match is no example: enough where the form leaves no doubt of what it is."""
    return not is_placeholder(match["value"])
