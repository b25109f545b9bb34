"""The hits of the secret engine's own rules: which of them count, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ccds_ls.secret_engine import Hit
from ccds_ls.secrets.merge import BY_CATALOGUE, BY_SURROUNDINGS, Found
from ccds_ls.secrets.patterns.placeholders import is_placeholder, is_stub_key
from ccds_ls.secrets.patterns.places import is_made_up, is_readme
from ccds_ls.secrets.patterns.values import wordiness
from ccds_ls.secrets.titles import kind_and_title

_PRIVATE_KEY = "betterleaks.private-key"
_REPLACED = frozenset({"betterleaks.generic-credential-uri"})  # Our own rule tells examples from passwords.

# Moonshot's keys have OpenAI's form; ours for that form calls them OpenAI's where nothing else is said.
_MOONSHOT, _SAYS_MOONSHOT = "betterleaks.kimi-api-key", re.compile("kimi|moonshot", re.IGNORECASE)

# Rules that tell a secret by what stands around it. In tests and documentation they are silent.
_GENERIC = frozenset(
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


def matches(text: str, hits: Iterable[Hit], places: dict[int, int], path: str) -> Iterator[Found]:
    """The hits that are secrets. ``places`` are the code points of the hits' bytes."""
    shows_examples = is_made_up(path) or is_readme(path)
    for hit in hits:
        start, end = places[hit.start], places[hit.end]
        if hit.is_candidate or hit.is_token or hit.rule in _REPLACED or start >= end:
            continue
        generic = hit.rule in _GENERIC
        if generic and shows_examples:
            continue
        if hit.rule == _MOONSHOT and not _SAYS_MOONSHOT.search(text, max(0, start - 100), start):
            continue
        if not _is_example(hit.rule, text[start:end]):
            rank = BY_SURROUNDINGS if generic else BY_CATALOGUE
            yield Found(rank, start, end, *kind_and_title(hit.rule), hit.confidence)


def _is_example(rule: str, value: str) -> bool:
    """Whether a value is a placeholder or a name: all letters, and they read like words."""
    if rule == _PRIVATE_KEY:
        return is_stub_key(value)
    return is_placeholder(value) or (value.isalpha() and wordiness(value) > 0.6)
