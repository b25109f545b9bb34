"""Of all that was seen in a text, what is told: nothing twice, nothing that is accepted, a column of data once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# How specific a match is. Where two overlap, the lower one wins.
BY_CATALOGUE, BY_FORM, BY_SURROUNDINGS, BY_NAME = range(4)

_COLUMN = 25
"""More matches by name of one kind than that in a file of data are a column, such as the keys of a dump."""

# Other scanners' marks for an accepted secret.
_ALLOWED = re.compile(
    r"gitleaks:allow|betterleaks:allow|kingfisher:ignore|pragma: ?(?:allowlist|whitelist) ?secret"
)
_NEXT_ALLOWED = re.compile(r"pragma: ?(?:allowlist|whitelist) nextline ?secret")


class Found(NamedTuple):
    """What may be a secret in a text: ``[start, end)`` in code points, and how it was told (``rank``)."""

    rank: int
    start: int
    end: int
    kind: str
    title: str
    confidence: str
    values: int = 1


def is_allowed(text: str, match: Found) -> bool:
    """Whether the line carries another scanner's mark for an accepted secret."""
    first, last = max(0, match.start - 400), match.end + 400
    start = text.rfind("\n", first, match.start) + 1
    end = text.find("\n", match.end, last)
    above = text.rfind("\n", first, max(first, start - 1)) + 1
    return (
        _ALLOWED.search(text, max(start, first), last if end < 0 else end) is not None
        or _NEXT_ALLOWED.search(text, max(above, first), start) is not None
    )


def merged(found: Iterable[Found]) -> list[Found]:
    """The matches in order, without those that overlap a more specific or a longer one."""
    kept: dict[int, Found] = {}
    starts: list[int] = []
    # The kind comes last, since the engine tells of two rules at one place now in this order, now in that one.
    for match in sorted(found, key=lambda match: (match.rank, match.start - match.end, match.kind)):
        place = bisect_right(starts, match.start)
        overlaps_before = place > 0 and kept[starts[place - 1]].end > match.start
        overlaps_next = place < len(starts) and starts[place] < match.end
        if not overlaps_before and not overlaps_next:
            starts.insert(place, match.start)
            kept[match.start] = match
    return [kept[start] for start in starts]


def columns_as_one(found: list[Found]) -> Iterator[Found]:
    """The matches; of many by name of one kind, which are a column of data, the first with their number."""
    counts = Counter(match.kind for match in found if match.rank == BY_NAME)
    told = set()
    for match in found:
        if match.rank != BY_NAME or counts[match.kind] <= _COLUMN:
            yield match
        elif match.kind not in told:
            told.add(match.kind)
            yield match._replace(values=counts[match.kind], confidence="low")
