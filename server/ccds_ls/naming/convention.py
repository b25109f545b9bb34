"""How notebooks are named: what a name is made of, and what is wrong with it.

Cookiecutter Data Science documents three forms, and all are right here: ``1.0-jqp-initial-data-exploration``
(its project README), ``0.01-pjb-data-source-1`` (using-the-template) and ``0.3-bull-visualize-distributions``
(opinions, where the second part is a GitHub login). Pure: nothing is read or renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ccds_ls.naming.folder import GAPS, Folder, number_of, stem
from ccds_ls.naming.words import WORDS

_INITIALS = re.compile(rf"([A-Za-z]{{2,4}})([{GAPS}]+)(?=[^{GAPS}])")
_KEBAB = re.compile(r"[A-Za-z0-9.]+(?:-[A-Za-z0-9.]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_UNTITLED = re.compile(rf"untitled[{GAPS}]*\d*", re.IGNORECASE)
_COPY = re.compile(
    rf"[{GAPS}]+copy[{GAPS}]*\d*$|[{GAPS}]*\(\d+\)$|^copy[{GAPS}]+of[{GAPS}]+|^copy\d*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Convention:
    """How the notebooks of a project are to be named.

    ``style`` is ``ccds`` (number, initials, description), ``number`` (no initials) or a regular expression
    for the name without its ending. ``known`` are author parts used in the repository, ``author`` is this
    user's. ``phases`` are the project's own, empty for those of ``PHASES``.
    """

    style: str = "ccds"
    known: frozenset[str] = field(default_factory=frozenset)
    author: str | None = None
    phases: tuple[str, ...] = ()

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """Every author part that is known, the longest first."""
        known = self.known | {self.author or ""}
        return tuple(sorted((token for token in known if token), key=lambda token: (-len(token), token)))


@dataclass(frozen=True)
class Parts:
    """What a name without its ending is made of; what is missing is empty. Gaps are what stands between."""

    number: str
    number_gap: str
    initials: str
    initials_gap: str
    description: str


def split(text: str, convention: Convention) -> Parts:
    """Take a name without its ending apart."""
    number, gap, rest = "", "", text
    if match := number_of(text):
        number, gap, rest = match[1], match[2], text[match.end() :]
    if convention.style == "number":
        return Parts(number, gap, "", "", rest)
    return Parts(number, gap, *_split_author(rest, convention, numbered=bool(number)))


def problem(name: str, folder: Folder, convention: Convention, instead_of: str | None = None) -> str | None:
    """The first thing to mend in a notebook's name, as a kind of the rule ``notebook-name``, or None.

    With ``instead_of`` the name is looked at as if it already stood in place of that one.
    """
    text = stem(name)
    if convention.style not in ("ccds", "number"):
        if re.fullmatch(convention.style, text):
            return None
        return next((kind for kind in _basic(text, convention) if kind != "no-number"), "pattern")
    return next(_problems(name, text, folder, convention, instead_of or name), None)


def _split_author(rest: str, convention: Convention, *, numbered: bool) -> tuple[str, str, str]:
    """Initials, gap and description. Before a description a shorter author wins over one that leaves none."""
    found = []
    for author in convention.authors:
        match = re.match(rf"({re.escape(author)})(?:([{GAPS}]+)|$)", rest, re.IGNORECASE)
        if match:
            found.append((match[1], match[2] or "", rest[match.end() :]))
    if found:
        return next((parts for parts in found if parts[2]), found[0])
    match = _INITIALS.match(rest)
    if numbered and match and match[1].lower() not in WORDS:
        return match[1], match[2], rest[match.end() :]
    return "", "", rest


def _basic(text: str, convention: Convention) -> Iterator[str]:
    """What is to mend whatever the order of the parts is."""
    parts = split(text, convention)
    described = _COPY.sub("", parts.description)
    if is_untitled(described) and not _COPY.fullmatch(text):
        yield "untitled"
    if _COPY.search(text):
        yield "copy"
    if not parts.number:
        yield "no-number"


def _problems(name: str, text: str, folder: Folder, convention: Convention, own: str) -> Iterator[str]:
    yield from _basic(text, convention)
    parts = split(text, convention)
    if convention.style == "ccds" and not parts.initials:
        yield "no-initials"
    if _UNSAFE.search(text):
        yield "unsafe-chars"
    gaps = {parts.number_gap, parts.initials_gap} - {""}
    if gaps - {"-"} or not _KEBAB.fullmatch(parts.description):
        yield "separator"
    described, spelled = parts.description.lower(), spelling(parts.initials, convention)
    if (parts.description, parts.initials) != (described, spelled):
        yield "case"
    if parts.number and folder.has_before(name, parts.number, own):
        yield "duplicate-number"


def spelling(initials: str, convention: Convention) -> str:
    """Initials as they are to be written: as they are known, else in lower case."""
    return initials if initials in convention.authors else initials.lower()


def looks_like_a_copy(name: str) -> bool:
    """Whether Jupyter or a file manager gave a notebook its name, so that nobody meant it to be the first."""
    return bool(_COPY.search(stem(name)) or _UNTITLED.fullmatch(stem(name)))


def without_copy(text: str) -> str:
    """A name without its marks of a copy, however many there are."""
    while (shorter := _COPY.sub("", text)) != text:
        text = shorter
    return text


def is_untitled(words: str) -> bool:
    """Whether a description says nothing: none, or the one that Jupyter gives."""
    return _UNTITLED.fullmatch(words or "untitled") is not None
