"""Findings as SARIF 2.1.0, which GitHub code scanning and other viewers read.

Source: the OASIS standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from ccds_ls import HOMEPAGE, __version__, rule_page
from ccds_ls.finding import Finding, Severity
from ccds_ls.report.place import raw_location
from ccds_ls.rules import all_rules
from ccds_ls.rules.docs import source
from ccds_ls.snapshot import File

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(located: Iterable[tuple[Finding, File]]) -> str:
    """One log with one run, in ASCII."""
    results = list(located)
    rules = _rules(finding.code for finding, _ in results)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    driver = {
        "name": "ccds-ls",
        "version": __version__,
        "informationUri": HOMEPAGE,
        "rules": rules,
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, file, index) for finding, file in results],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _rules(codes: Iterable[str]) -> list[dict[str, Any]]:
    """Every rule, and a bare entry for a code that is not a rule's (what could not be checked)."""
    described = [
        {
            "id": rule.code,
            "shortDescription": {"text": f"{rule.summary.rstrip('.')}."},
            "helpUri": rule_page(rule.code),
            "help": {"text": source(rule), "markdown": source(rule)},
        }
        for rule in all_rules()
    ]
    known = {rule["id"] for rule in described}
    return [*described, *({"id": code} for code in sorted(set(codes) - known))]


def _result(finding: Finding, file: File, index: dict[str, int]) -> dict[str, Any]:
    place = raw_location(finding, file)
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    uri = quote(finding.path.encode("utf-8", "surrogateescape"))
    return {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS.get(finding.severity, "note"),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
        "partialFingerprints": {"ccds-ls/v1": finding.fingerprint},
        "properties": {"kind": finding.kind, "state": finding.state.value},
    }
