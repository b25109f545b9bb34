"""Findings for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from posixpath import commonpath

from ccds_ls.check import UNCHECKED, Located
from ccds_ls.finding import AppendLine, Finding, Fix, Severity
from ccds_ls.report.place import Location, locate
from ccds_ls.report.visible import visible
from ccds_ls.suppression import ACCEPTS

SHOWN = 3
"""How many of the same findings on files of one folder are shown before the rest is only counted."""

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFORMATION: "36", Severity.HINT: "2"}


def render(located: Iterable[Located], checked: int, *, colour: bool = False) -> str:
    """A line for each finding, one for its first fix, and a closing line. ``checked`` counts files.

    Advice that several findings share comes once, behind them, and so does a fix that mends several in a row.
    """
    ordered = list(located)
    advised = Counter((finding.code, finding.advice) for finding, _ in ordered if finding.advice)
    once = [(code, advice) for (code, advice), count in advised.items() if count > 1]
    short = [(_without(finding, once), file) for finding, file in ordered]
    groups = list(_groups(short))
    shown = [finding for group in groups for finding, _ in _shown(group)]
    mended_below = {id(this) for this, following in pairwise(shown) if _is_mended_by_same(this, following)}
    blocks = [block for group in groups for block in _group(group, mended_below, colour)]
    if once:
        blocks += ["", *(f"{_painted(f'[{code}]', '1', colour)} {advice}" for code, advice in once)]
    return "\n".join([*blocks, *([""] if blocks else []), _summary([f for f, _ in ordered], checked)])


def _without(finding: Finding, once: list[tuple[str, str]]) -> Finding:
    """A finding without the advice that is given for all of its code at the end."""
    if (finding.code, finding.advice) not in once:
        return finding
    return replace(finding, message=finding.brief)


def _is_mended_by_same(this: Finding, following: Finding) -> bool:
    fix, then = _best(this), _best(following)
    return fix is not None and then is not None and fix.edits == then.edits


def _best(finding: Finding) -> Fix | None:
    """The fix that is told, which is not to accept the finding."""
    mending = [fix for fix in finding.fixes if not fix.title.startswith(ACCEPTS)]
    return next((fix for fix in mending if fix.preferred), mending[0] if mending else None)


def _groups(located: Iterable[Located]) -> Iterator[list[Located]]:
    """Runs of findings on whole files of one folder, or that one line of .gitignore mends, and the others alone."""

    def likeness(item: Located) -> tuple[object, ...]:
        finding, _ = item
        if finding.span is not None or finding.cell is not None:
            return (id(finding),)
        return (_kept_out_by(finding), finding.code, finding.kind, finding.severity)

    for _, group in groupby(located, key=likeness):
        yield list(group)


def _kept_out_by(finding: Finding) -> str:
    """The pattern of .gitignore for a whole folder that is the best fix, else the folder of the file."""
    best = _best(finding)
    lines = [edit.line for edit in best.edits if isinstance(edit, AppendLine)] if best else []
    return lines[0] if lines and lines[0].endswith("/") else finding.path.rpartition("/")[0]


def _shown(group: list[Located]) -> list[Located]:
    return group if len(group) <= SHOWN + 1 else group[:SHOWN]


def _group(group: list[Located], mended_below: set[int], colour: bool) -> Iterator[str]:
    shown = _shown(group)
    for finding, file in shown:
        best = None if id(finding) in mended_below else _best(finding)
        yield _block(finding, locate(finding, file), best, colour)
    if rest := len(group) - len(shown):
        finding = group[0][0]
        folders = {item.path.rpartition("/")[0] for item, _ in group}
        folder = visible(commonpath(folders) or ".")
        yield f"{_painted(folder, '1', colour)}/: {_label(finding, colour)} {rest:,} more files like these"


def _block(finding: Finding, place: Location, best: Fix | None, colour: bool) -> str:
    cell = "" if place.cell is None else f"cell {place.cell}:"
    where = f"{visible(finding.path)}:{cell}{place.line}:{place.column}"
    message = "\n    ".join(visible(line) for line in finding.message.splitlines())
    lines = [f"{_painted(where, '1', colour)}: {_label(finding, colour)} {message}"]
    if best:
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
