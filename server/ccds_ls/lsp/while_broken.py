"""Findings in a notebook's JSON while it is being typed and is, for a moment, no JSON.

They are kept from the last text that was a notebook, and moved with the text around the edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ccds_ls.check import Located
from ccds_ls.finding import Span
from ccds_ls.snapshot import File, Origin


@dataclass(frozen=True)
class LastGood:
    """The last text of a notebook that could be read, and what was found in its cells."""

    text: str
    located: tuple[Located, ...]


@dataclass
class WhileBroken:
    """The last good texts of the notebooks that are open as JSON."""

    last: dict[tuple[Path, str], LastGood] = field(default_factory=dict)

    def carry(self, root: Path, files: Iterable[File], found: list[Located]) -> list[Located]:
        """The findings that still hold for those of some files that are broken; good texts are remembered."""
        carried: list[Located] = []
        for file in files:
            if file.notebook is None or not file.path.endswith(".ipynb"):
                continue
            key = root, file.path
            if (
                file.origin is not Origin.OVERLAY
                or file.text is None
                or file.is_script
                or file.cells is not None
            ):
                self.last.pop(key, None)
            elif file.notebook.problem is None:
                in_cells = (item for item in found if item[1] is file and item[0].cell is not None)
                self.last[key] = LastGood(file.text, tuple(in_cells))
            elif last := self.last.get(key):
                again = {(finding.code, finding.fingerprint) for finding, _ in found}
                carried += (
                    item for item in kept(last, file) if (item[0].code, item[0].fingerprint) not in again
                )
        return carried


def kept(last: LastGood, file: File) -> Iterator[Located]:
    """What was found before and is not touched by the edit, where it stands in the file's present text.

    Without fixes: an edit made for the other text would hit the wrong place.
    """
    text = file.text or ""
    start = _common(last.text, text)
    end = len(last.text) - _common(last.text[start:][::-1], text[start:][::-1])
    moved = len(text) - len(last.text)
    for finding, _ in last.located:
        span = finding.span
        if span is None or (span.end > start and span.start < end):
            continue
        if span.start >= end:
            span = Span(span.start + moved, span.end + moved)
        yield replace(finding, span=span, cell=None, cell_span=None, fixes=()), file


def _common(one: str, other: str) -> int:
    """The length of the common beginning; by halving, since comparing slices is a hundred times quicker."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
