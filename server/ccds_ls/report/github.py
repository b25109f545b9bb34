"""Findings as GitHub workflow commands, which show up as annotations on a pull request.

Source: "Workflow commands for GitHub Actions" in GitHub's documentation. Only the first ten errors and the first
ten warnings of a step are shown there, so the worst come first.
"""

from __future__ import annotations

from collections.abc import Iterable

from ccds_ls.finding import Finding, Severity
from ccds_ls.report.place import raw_location
from ccds_ls.report.visible import visible
from ccds_ls.snapshot import File

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(located: Iterable[tuple[Finding, File]]) -> str:
    """One command a line; nothing when there is no finding."""
    ordered = sorted(located, key=lambda item: item[0].severity)
    return "\n".join(_command(finding, file) for finding, file in ordered)


def _command(finding: Finding, file: File) -> str:
    place = raw_location(finding, file)
    properties = {"file": visible(finding.path), "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:  # GitHub takes columns within one line only.
        properties |= {"col": place.column, "endColumn": place.end_column}
    properties["title"] = f"{finding.code}: {finding.kind}" if finding.kind else finding.code
    written = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{_LEVELS.get(finding.severity, 'notice')} {written}::{_escaped(finding.message)}"


def _escaped(text: str, extra: str = "") -> str:
    """Percent-escape what would end the command or the property; other control characters are made visible."""
    kept = "\n".join(visible(line) for line in text.splitlines())
    for character in "%\r\n" + extra:
        kept = kept.replace(character, f"%{ord(character):02X}")
    return kept
