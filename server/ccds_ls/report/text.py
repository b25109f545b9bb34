"""Findings for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from ccds_ls.check import UNCHECKED, Located
from ccds_ls.finding import Finding, Severity
from ccds_ls.report.place import Location, locate
from ccds_ls.report.visible import visible

SHOWN = 3
"""How many of the same findings on files of one folder are shown before the rest is only counted."""

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFORMATION: "36", Severity.HINT: "2"}


def render(located: Iterable[Located], checked: int, *, colour: bool = False) -> str:
    """A line for each finding, one for its first fix, and a closing line. ``checked`` counts files."""
    ordered = list(located)
    blocks = [block for group in _groups(ordered) for block in _group(group, colour)]
    return "\n".join([*blocks, *([""] if blocks else []), _summary([f for f, _ in ordered], checked)])


def _groups(located: Iterable[Located]) -> Iterator[list[Located]]:
    """Runs of findings on whole files that differ in nothing but the file's name, and the others alone."""

    def likeness(item: Located) -> tuple[object, ...]:
        finding, _ = item
        if finding.span is not None or finding.cell is not None:
            return (id(finding),)
        return (finding.path.rpartition("/")[0], finding.code, finding.kind, finding.severity)

    for _, group in groupby(located, key=likeness):
        yield list(group)


def _group(group: list[Located], colour: bool) -> Iterator[str]:
    shown = group if len(group) <= SHOWN + 1 else group[:SHOWN]
    for finding, file in shown:
        yield _block(finding, locate(finding, file), colour)
    if rest := len(group) - len(shown):
        finding = group[0][0]
        folder = visible(finding.path.rpartition("/")[0] or ".")
        yield f"{_painted(folder, '1', colour)}/: {_label(finding, colour)} {rest:,} more files like these"


def _block(finding: Finding, place: Location, colour: bool) -> str:
    cell = "" if place.cell is None else f"cell {place.cell}:"
    where = f"{visible(finding.path)}:{cell}{place.line}:{place.column}"
    message = "\n    ".join(visible(line) for line in finding.message.splitlines())
    lines = [f"{_painted(where, '1', colour)}: {_label(finding, colour)} {message}"]
    if finding.fixes:
        best = next((fix for fix in finding.fixes if fix.preferred), finding.fixes[0])
        lines.append(_painted(f"    fix: {visible(best.title)}", "2", colour))
    return "\n".join(lines)


def _label(finding: Finding, colour: bool) -> str:
    return f"{_painted(finding.severity.label, _COLOURS[finding.severity], colour)}[{finding.code}]"


def _painted(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text


def _summary(findings: list[Finding], checked: int) -> str:
    unchecked = sum(finding.code == UNCHECKED for finding in findings)
    counts = Counter(finding.severity for finding in findings if finding.code != UNCHECKED)
    parts = [_count(counts[severity], _NOUNS[severity]) for severity in sorted(counts)]
    files = _count(checked, ("file", "files"))
    if not parts and not checked:
        line = "There was no file to check; files that git ignores are left alone."
    else:
        line = f"{', '.join(parts)} in {files}." if parts else f"Nothing found in {files}."
    return f"{line} {_count(unchecked, ('thing', 'things'))} could not be checked." if unchecked else line


_NOUNS = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFORMATION: ("note", "notes"),
    Severity.HINT: ("hint", "hints"),
}


def _count(number: int, nouns: tuple[str, str]) -> str:
    return f"{number:,} {nouns[number != 1]}"
