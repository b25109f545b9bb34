"""Findings as JSON: one array, whose keys are part of the command line's contract."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ccds_ls.finding import Finding
from ccds_ls.report.place import locate
from ccds_ls.snapshot import File


def render(located: Iterable[tuple[Finding, File]]) -> str:
    """The array, in ASCII: a byte of a name that is not UTF-8 is a lone ``\\udcXX``, as ``os.fsdecode`` makes it."""
    return json.dumps(items(located), indent=2)


def items(located: Iterable[tuple[Finding, File]]) -> list[dict[str, Any]]:
    """One dictionary of plain values for each finding."""
    return [_item(finding, file) for finding, file in located]


def _item(finding: Finding, file: File) -> dict[str, Any]:
    place = locate(finding, file)
    return {
        "code": finding.code,
        "kind": finding.kind,
        "severity": finding.severity.label,
        "path": finding.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "cell": place.cell,
        "message": finding.message,
        "state": finding.state.value,
        "fingerprint": finding.fingerprint,
        "fixes": [fix.title for fix in finding.fixes],
    }
