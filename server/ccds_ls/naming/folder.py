"""The notebooks of one folder: which names and numbers are taken, and what the numbers look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain

GAPS = "-_. "
"""What is found between the parts of notebooks' names."""

_NUMBER = re.compile(rf"(\d{{1,3}}(?:\.\d{{1,3}}){{0,2}})(?!\d)([{GAPS}]*)")

Number = tuple[int, ...]


class Folder:
    """The notebooks of one folder: which names and numbers are taken, and how its numbers look."""

    def __init__(self, path: str, names: Iterable[str]) -> None:
        self.path = path
        self.names: list[str] = []
        self._taken: Counter[str] = Counter()
        self._lowest: dict[Number, list[str]] = {}
        self._shapes: Counter[int] = Counter()
        self._widths: dict[tuple[int, int], int] = {}
        for name in names:
            self._add(name)

    def _add(self, name: str) -> None:
        self.names.append(name)
        self._taken[name.casefold()] += 1
        match = number_of(stem(name))
        if not match:
            return
        texts = match[1].split(".")
        # The two lowest are enough to say whether another notebook than a given one stands before it.
        same = self._lowest.setdefault(_value(match[1]), [])
        same[:] = sorted([*same, name])[:2]
        self._shapes[min(len(texts), 2)] += 1
        for place, text in enumerate(texts[:2]):
            if len(text) > 1 and text.startswith("0"):
                key = (min(len(texts), 2), place)
                self._widths[key] = max(self._widths.get(key, 1), len(text))

    def has(self, name: str, but: str) -> bool:
        """Whether a notebook other than ``but`` has this name on a disk that does not tell case."""
        return self._taken[name.casefold()] > (name.casefold() == but.casefold())

    def has_before(self, name: str, number: str, but: str) -> bool:
        """Whether a notebook other than ``but`` has this number and stands before ``name`` in the folder."""
        return any(other < name for other in self._lowest.get(_value(number), ()) if other != but)

    def next_number(self, phase: int) -> str | None:
        """The next free number in the form that the folder's numbers have; None when all are taken."""
        if self._shapes[1] > self._shapes[2]:
            return self._free((), self._widths.get((1, 0), 1), 1)
        width = self._widths.get((2, 1), 1)
        lead = str(phase).zfill(self._widths.get((2, 0), 1))
        from_zero = width == 1 or any(value[1:2] == (0,) for value in self._lowest)
        minor = self._free((phase,), width, 0 if from_zero else 1)
        return f"{lead}.{minor}" if minor else None

    def _free(self, lead: Number, width: int, first: int) -> str | None:
        place = len(lead)
        used = {v[place] for v in self._lowest if len(v) > place and v[:place] == lead}
        after = max(used, default=first - 1) + 1
        number = next((n for n in chain(range(after, 1000), range(first, 1000)) if n not in used), None)
        return None if number is None else str(number).zfill(width)


def folders(paths: Iterable[str]) -> dict[str, Folder]:
    """Notebooks by the folder they are in; paths use ``/``."""
    return {parent: Folder(parent, inside) for parent, inside in by_folder(paths).items()}


def by_folder(paths: Iterable[str]) -> dict[str, list[str]]:
    """Names of files by the folder they are in."""
    names: dict[str, list[str]] = {}
    for path in paths:
        parent, _, name = path.rpartition("/")
        names.setdefault(parent, []).append(name)
    return names


def stem(name: str) -> str:
    """A notebook's name without its ending."""
    return name.removesuffix(".ipynb")


def number_of(text: str) -> re.Match[str] | None:
    """The number that a name begins with (group 1) and the gap behind it (group 2)."""
    match = _NUMBER.match(text)
    return match if match and (match[2] or match.end() == len(text)) else None


def _value(number: str) -> Number:
    return tuple(int(part) for part in number.split("."))
