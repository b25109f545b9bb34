"""Who wrote a repository's notebooks: initials and logins, from people's names and from what is in use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

from ccds_ls.naming.convention import Convention, split
from ccds_ls.naming.folder import GAPS, number_of, stem
from ccds_ls.naming.slug import slug
from ccds_ls.naming.words import WORDS

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_GAP = re.compile(rf"[{GAPS}]+")
_MOST_PARTS = 4  # of a login that holds dashes
_NOBODY = frozenset(
    "admin contact git hello info mail me noreply office root runner ubuntu user vagrant you".split()
)
"""What stands in many addresses and names of users, and for nobody."""

_GITHUB = "users.noreply.github.com"


def can_be_initials(text: str) -> bool:
    """Whether a text is what stands for an author in a name: initials, or a login (GitHub's have at most 39)."""
    return len(text) <= 39 and _TOKEN.fullmatch(text) is not None


def initials_in_use(paths: Iterable[str], logins: Collection[str] = ()) -> Counter[str]:
    """The author parts in numbered notebooks' names, in lower case, and how often each occurs.

    ``logins`` are known to stand for somebody, whatever they look like.
    """
    bare = Convention()
    used: Counter[str] = Counter()
    for path in paths:
        name = stem(path.rpartition("/")[2])
        known = _login(name, logins) if logins else None
        used[known or split(name, bare).initials.lower()] += 1
    del used[""]
    return used


def _login(name: str, logins: Collection[str]) -> str | None:
    """The longest of the logins that stands behind a name's number and before something else."""
    number = number_of(name)
    if number is None:
        return None
    rest = name[number.end() :].lower()
    ends = [gap.start() for gap in _GAP.finditer(rest)][:_MOST_PARTS]
    return next((rest[:end] for end in reversed(ends) if rest[:end] in logins), None)


def lacks_initials(path: str) -> bool:
    """Whether a notebook has a number and nothing that would be taken for initials whoever works there."""
    parts = split(stem(path.rpartition("/")[2]), Convention())
    return bool(parts.number and not parts.initials)


def from_author(user_name: str) -> str | None:
    """Initials made from a person's name: ``Jane Q. Public`` -> ``jqp``, ``Prince`` -> ``pri``.

    None when that leaves fewer than two letters. Real authors chose these in one case of five only, so this is a
    proposal to be overtyped.
    """
    words = [word for word in slug(user_name).split("-") if word and word[0].isalpha()]
    initials = "".join(word[0] for word in words)[:4] if len(words) > 1 else "".join(words)[:3]
    return initials if len(initials) >= 2 and initials.isalpha() and initials not in WORDS else None


def signs_of(name: str, email: str) -> set[str]:
    """All that may stand for a person in a notebook's name, in lower case: initials, be they a word, and logins."""
    found = set()
    words = [word for word in slug(name).split("-") if word[:1].isalpha()]
    if len(name.split()) > 1:
        found = {
            "".join(word[0] for word in words)[:4],
            "".join(word[0] for word in (*words[:1], *words[-1:])),
        }
    elif can_be_initials(name):
        found = {name.lower()}
    local, _, domain = email.lower().partition("@")
    login = local.rpartition("+")[2] if domain == _GITHUB else local
    if can_be_initials(login) and (domain == _GITHUB or login not in WORDS):
        found.add(login)
    return {sign for sign in found if len(sign) > 1} - _NOBODY
