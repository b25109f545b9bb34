"""How notebooks are named: what a name is made of, what is wrong with it, and what to call it instead.

Cookiecutter Data Science documents three forms, and all are right here: ``1.0-jqp-initial-data-exploration``
(its project README), ``0.01-pjb-data-source-1`` (using-the-template) and ``0.3-bull-visualize-distributions``
(opinions, where the second part is a GitHub login). Pure: nothing is read or renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ccds_ls.naming.folder import GAPS, Folder, by_folder, folders, number_of, stem
from ccds_ls.naming.slug import latin, slug
from ccds_ls.naming.words import WORDS

_INITIALS = re.compile(rf"([A-Za-z]{{2,4}})([{GAPS}]+)(?=[^{GAPS}])")
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_KEBAB = re.compile(r"[A-Za-z0-9.]+(?:-[A-Za-z0-9.]+)*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_UNTITLED = re.compile(rf"untitled[{GAPS}]*\d*", re.IGNORECASE)
_COPY = re.compile(
    rf"[{GAPS}]+copy[{GAPS}]*\d*$|[{GAPS}]*\(\d+\)$|^copy[{GAPS}]+of[{GAPS}]+|^copy\d*$", re.IGNORECASE
)
_DRAFT = "draft"
_BEGINNING = 5  # letters of a phase's word, so that "modeling" is found in "models"

# The phases of CCDS's documentation and the beginnings of words that speak for one.
PHASES = ("exploration", "cleaning and features", "visualization", "modeling", "publication")
_PHASE_WORDS = (
    ("eda", "explor", "initial", "look"),
    ("clean", "feature", "prep", "wrangl", "merg", "transform"),
    ("plot", "visual", "viz", "figure", "chart", "dashboard"),
    ("model", "train", "predict", "tun", "evaluat", "classif", "regress", "forecast", "cluster"),
    ("report", "final", "publi", "paper", "present"),
)
_PHASE_FOLDERS = {"exploratory": 0, "exploration": 0, "report": 4, "reports": 4}


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


def propose(name: str, folder: Folder, convention: Convention, heading: str | None = None) -> str | None:
    """A name that follows the convention and is free in the folder, keeping what is good in the old one.

    ``heading`` is the notebook's first heading, for a name that says nothing. None where no name can be made:
    nobody's initials are known, no word is left of the description, or a regular expression takes none of the usual
    forms.
    """
    parts = split(_without_copy(stem(name)), convention)
    initials = _spelling(parts.initials, convention) or convention.author
    description = _description(parts, heading)
    if not description:
        return None
    # A notebook whose number is taken stays in the phase that its number says.
    phase = int(parts.number.split(".")[0]) if parts.number else None
    if phase is None:
        phase = phase_of(folder.path, description, convention.phases)
    numbers = parts.number, folder.nextnumber_of(phase)
    candidates = _candidates(numbers, initials, description, convention)
    return next((new for new in candidates if _is_free(new, name, folder, convention)), None)


def _candidates(
    numbers: Iterable[str | None], initials: str | None, description: str, convention: Convention
) -> Iterator[str]:
    """The names that can be made of some parts, the likeliest first; more than one form for a project's own style."""
    author = initials if initials and _TOKEN.fullmatch(initials) else ""
    given = [number for number in numbers if number]
    with_author = [(number, author) for number in given if author]
    without = [(number, "") for number in given]
    if convention.style in ("ccds", "number"):
        for parts in with_author if convention.style == "ccds" else without:
            yield "-".join(filter(None, (*parts, description))) + ".ipynb"
        return
    for parts in (*with_author, *without, ("", "")):
        for gap in "-_ ":
            yield gap.join(filter(None, (*parts, description.replace("-", gap)))) + ".ipynb"


def plan_renames(
    paths: Iterable[str], convention: Convention, headings: Mapping[str, str | None] | None = None
) -> list[tuple[str, str]]:
    """The renames, in the order in which they are to be done, after which every notebook is well named.

    ``paths`` are all notebooks of the folders concerned, ``headings`` their first headings by path. A notebook
    that no name can be made for is left out. No rename's target exists when its turn comes.
    """
    plan: list[tuple[str, str]] = []
    for parent, names in by_folder(paths).items():
        for _ in range(2):  # the second time for those whose number another one has been given
            for name in sorted(names):
                folder = Folder(parent, names)
                if problem(name, folder, convention) is None:
                    continue
                old = f"{parent}/{name}" if parent else name
                new = propose(name, folder, convention, (headings or {}).get(old))
                if new:
                    names[names.index(name)] = new
                    plan.append((old, f"{parent}/{new}" if parent else new))
    return plan


def renumber(names: Iterable[str], phase: int | None) -> list[tuple[str, str]]:
    """The renames in one folder that leave its notebooks of a phase numbered without a gap, in their order.

    Numbers keep the form that they have. Where they have no phase, as in ``01-``, or ``phase`` is None, all whole
    numbers are meant. The renames are of a sort that ``renaming.in_order`` can bring into an order.
    """
    numbered = []
    for name in names:
        match = number_of(stem(name))
        parts = match[1].split(".") if match else []
        if match and len(parts) == (1 if phase is None else 2) and (phase is None or int(parts[0]) == phase):
            numbered.append((int(parts[-1]), name, parts, match))
    numbered.sort(key=lambda item: item[:2])
    width = max((len(parts[-1]) for *_, parts, _ in numbered if parts[-1].startswith("0")), default=1)
    first = min((number for number, *_ in numbered), default=0)
    plan = []
    for number, (_, name, parts, match) in enumerate(numbered, min(first, 1)):
        new = ".".join([*parts[:-1], str(number).zfill(width)]) + name[match.end(1) :]
        if new != name:
            plan.append((name, new))
    return plan


def new_name(description: str, phase: int | None, notebooks: Iterable[str], convention: Convention) -> str:
    """The name of a new notebook in the folder that holds ``notebooks`` (paths of that one folder).

    Without ``phase`` the description's words decide. Raises ``ValueError`` when the description holds no letter or
    digit, no number is free, or a project's own style takes none of the usual forms.
    """
    inside = folders(notebooks)
    folder = next(iter(inside.values()), Folder("", ()))
    words = slug(latin(description))
    if not words:
        raise ValueError(f"The description {description!r} needs at least one letter or digit.")
    number = folder.nextnumber_of(phase_of(folder.path, words, convention.phases) if phase is None else phase)
    if number is None:
        raise ValueError("Every number of this phase is taken in this folder.")
    own = convention.style not in ("ccds", "number")
    for name in _candidates((number,), convention.author, words, convention):
        if not own or not (folder.has(name, "") or problem(name, folder, convention)):
            return name
    raise ValueError(f"No name with these words matches {convention.style}")


def phase_of(folder: str, description: str, phases: Sequence[str] = ()) -> int:
    """The phase that a folder's name or a description speaks for, else 0.

    It is an index into ``PHASES``, or into a project's own ``phases``: there the beginnings of their own words count.
    """
    if phases:
        own = [
            tuple(word[:_BEGINNING] for word in slug(phase).split("-") if word != "and") for phase in phases
        ]
        words = [*description.split("-"), *reversed(slug(folder).split("-"))]
        return next((n for word in words for n, begins in enumerate(own) if word.startswith(begins)), 0)
    for part in reversed(folder.lower().split("/")):
        if part in _PHASE_FOLDERS:
            return _PHASE_FOLDERS[part]
    for word in description.split("-"):
        for phase, beginnings in enumerate(_PHASE_WORDS):
            if word.startswith(beginnings):
                return phase
    return 0


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
    if _UNTITLED.fullmatch(described or "untitled") and not _COPY.fullmatch(text):
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
    described, spelled = parts.description.lower(), _spelling(parts.initials, convention)
    if (parts.description, parts.initials) != (described, spelled):
        yield "case"
    if parts.number and folder.has_before(name, parts.number, own):
        yield "duplicate-number"


def _spelling(initials: str, convention: Convention) -> str:
    """Initials as they are to be written: as they are known, else in lower case."""
    return initials if initials in convention.authors else initials.lower()


def looks_like_a_copy(name: str) -> bool:
    """Whether Jupyter or a file manager gave a notebook its name, so that nobody meant it to be the first."""
    return bool(_COPY.search(stem(name)) or _UNTITLED.fullmatch(stem(name)))


def _without_copy(text: str) -> str:
    """A name without its marks of a copy, however many there are."""
    while (shorter := _COPY.sub("", text)) != text:
        text = shorter
    return text


def _description(parts: Parts, heading: str | None) -> str:
    """Words for a proposal; empty when the old one has none."""
    if _UNTITLED.fullmatch(parts.description or "untitled"):
        words = slug(latin(heading or ""))
    elif not (words := slug(latin(parts.description))):
        return ""
    words = _without_copy(words)
    return _DRAFT if not words or _UNTITLED.fullmatch(words) else words


def _is_free(candidate: str, old: str, folder: Folder, convention: Convention) -> bool:
    if candidate == old or folder.has(candidate, but=old):
        return False
    return problem(candidate, folder, convention, instead_of=old) is None
