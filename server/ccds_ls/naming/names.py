"""What to call a notebook: a better name, a new one's, and which are renamed so that all are well named.

Pure: nothing is read or renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ccds_ls.naming.convention import Convention, Parts, is_untitled, problem, spelling, split, without_copy
from ccds_ls.naming.folder import Folder, by_folder, folders, number_of, stem
from ccds_ls.naming.phases import phase_of
from ccds_ls.naming.slug import latin, slug

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_DRAFT = "draft"


def propose(name: str, folder: Folder, convention: Convention, heading: str | None = None) -> str | None:
    """A name that follows the convention and is free in the folder, keeping what is good in the old one.

    ``heading`` is the notebook's first heading, for a name that says nothing. None where no name can be made:
    nobody's initials are known, no word is left of the description, or a regular expression takes none of the usual
    forms.
    """
    parts = split(without_copy(stem(name)), convention)
    initials = spelling(parts.initials, convention) or convention.author
    description = _description(parts, heading)
    if not description:
        return None
    # A notebook whose number is taken stays in the phase that its number says.
    phase = int(parts.number.split(".")[0]) if parts.number else None
    if phase is None:
        phase = phase_of(folder.path, description, convention.phases)
    numbers = parts.number, folder.next_number(phase)
    has_initials = bool(parts.initials) or _has_initials(folder, convention)
    candidates = _candidates(numbers, initials, description, convention, has_initials)
    return next((new for new in candidates if _is_free(new, name, folder, convention)), None)


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
    number = folder.next_number(phase_of(folder.path, words, convention.phases) if phase is None else phase)
    if number is None:
        raise ValueError("Every number of this phase is taken in this folder.")
    has_initials = _has_initials(folder, convention)
    fitting = list(_candidates((number,), convention.author, words, convention, has_initials))
    if convention.style not in ("ccds", "number"):
        fitting = [name for name in fitting if not problem(name, folder, convention)]
        if not fitting:
            raise ValueError(
                f"These words with a number and initials make no name in the notebook style {convention.style}. "
                "Put what it asks for, such as a date, before them."
            )
        fitting = [name for name in fitting if not folder.has(name, "")]
    if not fitting:
        raise ValueError("There is a notebook of this name already. Say in which way the new one differs.")
    return fitting[0]


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


def _candidates(
    numbers: Iterable[str | None],
    initials: str | None,
    description: str,
    convention: Convention,
    has_initials: bool,
) -> Iterator[str]:
    """The names that can be made of some parts, the likeliest first; more than one form for a project's own style.

    ``has_initials`` says that those beside it have them: a style of one's own may do without.
    """
    author = initials if initials and _TOKEN.fullmatch(initials) else ""
    given = [number for number in numbers if number]
    with_author = [(number, author) for number in given if author]
    without = [(number, "") for number in given]
    if convention.style in ("ccds", "number"):
        for parts in with_author if convention.style == "ccds" else without:
            yield "-".join(filter(None, (*parts, description))) + ".ipynb"
        return
    both = (*with_author, *without) if has_initials else (*without, *with_author)
    for parts in (*both, ("", "")):
        for gap in "-_ ":
            yield gap.join(filter(None, (*parts, description.replace("-", gap)))) + ".ipynb"


@lru_cache(maxsize=64)
def _has_initials(folder: Folder, convention: Convention) -> bool:
    """Whether a folder's notebooks have initials, or there is none to tell."""
    return not folder.names or any(split(stem(name), convention).initials for name in folder.names)


def _description(parts: Parts, heading: str | None) -> str:
    """Words for a proposal; empty when the old one has none."""
    if is_untitled(parts.description):
        words = slug(latin(heading or ""))
    elif not (words := slug(latin(parts.description))):
        return ""
    words = without_copy(words)
    return _DRAFT if is_untitled(words) else words


def _is_free(candidate: str, old: str, folder: Folder, convention: Convention) -> bool:
    if candidate == old or folder.has(candidate, but=old):
        return False
    return problem(candidate, folder, convention, instead_of=old) is None
