"""What a pattern of ``structured`` is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ccds_ls.secrets.patterns.values import is_password, is_placeholder, is_random, is_uuid


@dataclass(frozen=True)
class Pattern:
    """One form. The value is the group ``value``; ``accepts`` says whether it is a secret.

    ``hints`` are lower-case texts of which one stands on every line that has the form; ``path`` is how the path of
    every file ends that has it. What is a ``provider``'s own form counts in tests and documentation too.

    ``finds`` and ``passes`` are samples, one line each, that the tests run. ``<name>`` in them is replaced by a
    value made at that moment (see ``tests/secret_samples.py``), so that none of them looks like a live secret.
    """

    kind: str
    title: str
    hints: tuple[str, ...]
    regex: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool]
    confidence: str
    finds: tuple[str, ...]
    passes: tuple[str, ...]
    path: str = ""
    provider: bool = False


def is_given_password(match: re.Match[str]) -> bool:
    """Whether the value of a match is a password, and no example of one."""
    value = match["value"]
    return not is_placeholder(value) and (is_password(value) or is_random(value, 12))


def is_given_token(match: re.Match[str]) -> bool:
    """Whether the value of a match is a token, and no example of one."""
    value = match["value"]
    return not is_placeholder(value) and is_random(value, 16) and not is_uuid(value)
