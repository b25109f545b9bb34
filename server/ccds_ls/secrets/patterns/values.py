"""Is this text hard to guess: random, as a machine makes keys, or a password, as people choose them?

Everything here judges a value alone, without its surroundings, in time linear in its length. Instead of entropy, which
tells little of twenty characters, it asks how much of a value reads like words.
"""

from __future__ import annotations

import re
from itertools import pairwise

# The 220 commonest pairs of letters in English, counted over the docstrings and names of Python's standard
# library: they make up 95 % of the pairs in words, and a third of those in random letters.
_COMMON_PAIRS = frozenset(
    """
    ab ac ad ag ai ak al am an ap ar as at au av ay ba be bi bj bl bo br bu ca ce ch ci ck cl co cr ct cu da dd de di
    dl do dr ds du ea ec ed ee ef eg el em en ep eq er es et ev ew ex ey fa fe ff fi fl fo fr fu ge gi gr gs gu ha he
    hi ho ht ia ib ic id ie if ig il im in io ip ir is it iv ix iz je ke la ld le lf li ll lo ls lt lu ly ma mb me mi
    mm mo mp ms na nc nd ne nf ng ni nn no ns nt nu nv ob oc od og ok ol om on oo op or os ot ou ov ow pa pe pi pl po
    pp pr pt pu py qu ra rc rd re rg ri rm rn ro rr rs rt ru ry sa sc se sh si so sp ss st su sy ta tc te th ti tl to
    tp tr ts tt tu ty ub ue ui ul um un up ur us ut va ve vi wa wh wi wo wr xc xt yp ys yt ze
    """.split()
)
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_ALTERNATION = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_HEX = re.compile(r"(?:[0-9a-f]{16,}|[0-9A-F]{16,})\Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_+/=.~:|!@$%^&*-]+\Z")
_NUMBER = re.compile(r"[-+^~=<>]{0,2}[0-9][0-9.,_-]*(?:e[-+]?[0-9]+)?\Z", re.IGNORECASE)  # a date, versions
_NOT_SYMBOL = re.compile(r"[\w\s./:\\-]")  # a letter of any language is no sign


def is_uuid(value: str) -> bool:
    """Whether this is a UUID: sometimes a key, mostly a name."""
    return _UUID.match(value) is not None


def is_hex(value: str) -> bool:
    """Whether this is a run of hexadecimal digits of one case, with both letters and digits."""
    return _HEX.match(value) is not None and not value.isdigit() and not value.isalpha()


def wordiness(value: str, shortest: int = 2) -> float:
    """How much of a value reads like words: about 0.95 for English, 0.3 for random letters, 0 without letters.

    Runs of fewer letters than ``shortest`` do not count.
    """
    common = total = 0
    for run in _LETTERS.findall(value):
        if len(run) < shortest:
            continue
        total += len(run) - 1
        common += sum(
            (a + b).lower() in _COMMON_PAIRS for a, b in pairwise(run) if not (a.islower() and b.isupper())
        )
    return common / total if total else 0.0


def is_sequence(value: str) -> bool:
    """Whether most neighbours are equal or follow each other, or few different characters make it all."""
    if len(set(value)) < min(6, len(value) // 2 + 1):
        return True
    steps = sum(-1 <= ord(b) - ord(a) <= 1 for a, b in pairwise(value))
    return steps * 2 > len(value)


def is_random(value: str, shortest: int = 16) -> bool:
    """Whether a value looks made by a machine to be hard to guess: what keys and tokens are."""
    if not shortest <= len(value) <= 2000 or not _TOKEN.match(value) or _NUMBER.match(value):
        return False
    if is_hex(value):
        return True
    words = wordiness(value)
    if not any(char.isdigit() for char in value):
        return len(value) >= 20 and words < 0.5
    # In names and versions digits stand together, at the end; in random ones they alternate with letters.
    alternations = len(_ALTERNATION.findall(value))
    if words < 0.4 and len(value) >= 20 and alternations:
        return True
    return (words < 0.6 and alternations >= 2) or alternations >= max(5, len(value) // 6)


def is_password(value: str) -> bool:
    """Whether a person could have chosen this to be hard to guess: mixed characters, not plain words."""
    if not 6 <= len(value) <= 200 or any(char.isspace() for char in value):
        return False
    if not value.isdigit() and _NUMBER.match(value):
        return False
    symbols = len(_NOT_SYMBOL.sub("", value))
    digits = any(map(str.isdigit, value))
    kinds = any(map(str.islower, value)) + any(map(str.isupper, value)) + digits + bool(symbols)
    if kinds >= 3:
        return len(value) >= 7
    if kinds == 2 and (digits or symbols):
        return True
    return value.isascii() and len(value) >= 8 and wordiness(value) < 0.6


def is_strong(value: str) -> bool:
    """Whether a password has letters of both cases and digits or signs: nobody writes such a one as an example."""
    others = sum(not char.isalpha() for char in value)
    return len(value) >= 8 and bool(others) and any(map(str.islower, value)) and any(map(str.isupper, value))


def is_jumble(value: str) -> bool:
    """Whether this is a long mix of letters, digits and many signs, as Django makes its SECRET_KEY."""
    value = value.removeprefix("django-insecure-")
    return (
        len(value) >= 40
        and len(_NOT_SYMBOL.sub("", value)) >= 5
        and len(set(value)) >= 18
        and wordiness(value, 4) < 0.7
    )
