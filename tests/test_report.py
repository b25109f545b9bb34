"""Presenters: places in text, notebooks and raw JSON; each format's own escaping and shape."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.finding import AppendLine, Finding, Fix, Severity, Span, State, Unstage
from ccds_ls.notebook import from_cells
from ccds_ls.report import github, sarif, text
from ccds_ls.report.json import render as render_json
from ccds_ls.report.place import Location, locate, raw_location
from ccds_ls.report.visible import visible
from ccds_ls.rules import all_rules
from ccds_ls.snapshot import File, Origin

HOSTILE = "a\x1b[31m\nb\u202e\udcff.csv"
SOURCE = "first\nx = 'é😀' + key\n"
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": SOURCE.splitlines(True),
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    },
    indent=1,
)


def finding(path: str = "a.py", **fields: Any) -> Finding:
    base = Finding("data-file", "large", Severity.WARNING, path, "Large.", State.STAGED, "0123456789abcdef")
    return replace(base, **fields)


def file(path: str = "a.py", content: str | None = "", **fields: Any) -> File:
    size = len(content.encode("utf-8", "surrogatepass")) if content else 0
    return replace(File(path, Origin.INDEX, State.STAGED, size, text=content), **fields)


def key_span(source: str) -> Span:
    start = source.index("key")
    return Span(start, start + 3)


@pytest.mark.parametrize(
    ("content", "span", "location"),
    [
        ("", None, Location(1, 1, 1, 1)),
        (None, Span(5, 7), Location(1, 1, 1, 1)),
        ("abc", Span(0, 3), Location(1, 1, 1, 4)),
        ("a\r\nb\rc\nd", Span(6, 8), Location(3, 2, 4, 2)),
        ("😀é\x0c\u2028key", Span(4, 7), Location(1, 5, 1, 8)),
        ("ab\n", Span(3, 3), Location(2, 1, 2, 1)),
    ],
)
def test_place_in_a_text(content: str | None, span: Span | None, location: Location) -> None:
    assert locate(finding(span=span), file(content=content)) == location
    assert raw_location(finding(span=span), file(content=content)) == location


def test_place_in_a_notebook() -> None:
    notebook = file("n.ipynb", NOTEBOOK)
    here = finding("n.ipynb", cell=2, cell_span=key_span(SOURCE))
    assert locate(here, notebook) == Location(2, 12, 2, 15, cell=2)
    raw = raw_location(here, notebook)
    line = NOTEBOOK.splitlines()[raw.line - 1]
    assert raw.cell is None and line[raw.column - 1 : raw.end_column - 1] == "key"
    assert locate(finding("n.ipynb", cell=2), notebook) == Location(cell=2)
    assert locate(finding("n.ipynb", cell=9, cell_span=Span(0, 1)), notebook) == Location()


def test_place_in_an_editors_cells() -> None:
    shown = file("n.ipynb", None, cells=from_cells([("code", SOURCE, None)]))
    here = finding("n.ipynb", cell=1, cell_span=key_span(SOURCE))
    assert locate(here, shown) == Location(2, 12, 2, 15, cell=1)
    assert raw_location(here, shown) == Location()


def test_json_is_the_contract() -> None:
    fixes = (Fix("Unstage", ()), Fix("Other", ()))
    (item,) = json.loads(render_json([(finding(span=Span(0, 3), fixes=fixes), file(content="abc"))]))
    assert item == {
        "code": "data-file",
        "kind": "large",
        "severity": "warning",
        "path": "a.py",
        "line": 1,
        "column": 1,
        "end_line": 1,
        "end_column": 4,
        "cell": None,
        "message": "Large.",
        "state": "staged",
        "fingerprint": "0123456789abcdef",
        "fixes": ["Unstage", "Other"],
    }
    assert render_json([]) == "[]"


def test_json_takes_any_name() -> None:
    output = render_json([(finding(HOSTILE), file(HOSTILE))])
    assert output.isascii() and json.loads(output)[0]["path"] == HOSTILE


def test_text() -> None:
    fixes = (Fix("Other", ()), Fix("Unstage", (), preferred=True))
    notebook = finding("n.ipynb", code="secret", severity=Severity.ERROR, cell=2, cell_span=key_span(SOURCE))
    assert text.render(
        [
            (finding(span=Span(3, 4), message="One.\nTwo.", fixes=fixes), file(content="a\nbc")),
            (notebook, file("n.ipynb", NOTEBOOK)),
        ],
        2,
    ).splitlines() == [
        "a.py:2:2: warning[data-file] One.",
        "    Two.",
        "    fix: Unstage",
        "n.ipynb:cell 2:2:12: error[secret] Large.",
        "",
        "1 error, 1 warning in 2 files.",
    ]


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (0, "There was no file to check; files that git ignores are left alone."),
        (1, "Nothing found in 1 file."),
    ],
)
def test_text_of_nothing(count: int, line: str) -> None:
    assert text.render([], count) == line


def test_text_gives_the_same_advice_and_the_same_fix_once() -> None:
    def secret(start: int, path: str = "a.py", fix: Fix | None = None) -> tuple[Finding, File]:
        unstage = fix or Fix("Unstage", (Unstage(path),))
        here = finding(path, code="secret", span=Span(start, start + 1), message="A key. Revoke it. (Late.)")
        accept = Fix("Ignore this secret finding on this line", ())
        return replace(here, advice="Revoke it.", fixes=(accept, unstage)), file(path, content="abcdef")

    assert "key. Revoke it. (Late.)" in text.render([secret(0)], 1), "alone it is told in its place"
    shown = text.render([secret(0), secret(1), secret(0, "b.py")], 2).splitlines()
    assert shown[:5] == [
        "a.py:1:1: warning[secret] A key. (Late.)",
        "a.py:1:2: warning[secret] A key. (Late.)",
        "    fix: Unstage",
        "b.py:1:1: warning[secret] A key. (Late.)",
        "    fix: Unstage",
    ]
    assert shown[5:7] == ["", "[secret] Revoke it."]
    accepted = replace(finding(), fixes=(Fix("Ignore this data-file finding in the settings", ()),))
    assert "fix:" not in text.render([(accepted, file())], 1), "to accept it mends nothing"


def test_what_could_not_be_checked_is_not_nothing() -> None:
    unchecked = finding(code="unchecked", severity=Severity.INFORMATION)
    assert text.render([(unchecked, file())], 1).endswith(
        "Nothing found in 1 file. 1 thing could not be checked."
    )


@pytest.mark.parametrize(
    ("count", "lines", "closing"), [(4, 4, "4 warnings"), (5, 4, "5 warnings"), (2926, 4, "2,926 warnings")]
)
def test_text_counts_the_many(count: int, lines: int, closing: str) -> None:
    many = [(finding(f"data/raw/{n:04}.jpg"), file(f"data/raw/{n:04}.jpg")) for n in range(count)]
    shown = text.render(many, count).splitlines()
    assert len(shown) == 4 + 2 and closing in shown[-1]
    if count > 4:
        assert shown[3] == f"data/raw/: warning[data-file] {count - 3:,} more files like these"


def test_text_counts_what_one_line_of_gitignore_mends() -> None:
    fix = Fix("Add /venv/", (AppendLine(".gitignore", "/venv/"),), preferred=True)
    paths = [f"venv/lib/{n % 7}/{n:02}.py" for n in range(20)]
    many = [(finding(path, fixes=(fix,)), file(path)) for path in sorted(paths)]
    assert text.render(many, 20).splitlines()[-3:-1] == [
        "venv/lib/: warning[data-file] 17 more files like these",
        "",
    ]


def test_text_counts_no_places_away() -> None:
    many = [(finding(span=Span(n, n + 1)), file(content="abcdefghij")) for n in range(9)]
    assert text.render(many, 1).count("a.py:1:") == 9


def test_text_is_safe_to_print() -> None:
    here = finding(HOSTILE, message="m\x1b]0;t\x07\n\x9bm", fixes=(Fix("f\x1b[2J", ()),))
    for output in (text.render([(here, file(HOSTILE))] * 9, 1), github.render([(here, file(HOSTILE))])):
        assert not re.search("[^\n -~]", output)
    assert text.render([(here, file(HOSTILE))], 1).startswith(r"a\x1b[31m\nb\u202e\xff.csv:1:1: ")


@given(st.text(st.characters()))
def test_visible_is_one_safe_line(value: str) -> None:
    shown = visible(value)
    assert "\n" not in shown and "\x1b" not in shown and len(shown.splitlines()) <= 1
    shown.encode()


def test_colours_are_only_added() -> None:
    located = [
        (finding(fixes=(Fix("Unstage", ()),)), file()),
        (finding("b", severity=Severity.ERROR), file("b")),
    ]
    coloured = text.render(located, 2, colour=True)
    assert "\x1b[1;33mwarning\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text.render(located, 2)


TITLE = "title=data-file%3A large"
WHOLE = f"line=1,endLine=1,col=1,endColumn=1,{TITLE}::"


@pytest.mark.parametrize(
    ("here", "content", "command"),
    [
        ({"span": Span(1, 3)}, "abc", f"::warning file=a.py,line=1,endLine=1,col=2,endColumn=4,{TITLE}::Large."),
        ({"span": Span(0, 4)}, "a\nbcd", f"::warning file=a.py,line=1,endLine=2,{TITLE}::Large."),
        ({"span": Span(0, 1), "kind": None}, "\n", "::warning file=a.py,line=1,endLine=2,title=data-file::Large."),
        ({"severity": Severity.ERROR}, "", f"::error file=a.py,{WHOLE}Large."),
        ({"path": "a,b:c%.py", "severity": Severity.HINT}, "", f"::notice file=a%2Cb%3Ac%25.py,{WHOLE}Large."),
        ({"message": "50%\n::error::x"}, "", f"::warning file=a.py,{WHOLE}50%25%0A::error::x"),
    ],
)  # fmt: skip
def test_github(here: dict[str, Any], content: str, command: str) -> None:
    assert github.render([(finding(**here), file(content=content))]) == command


def test_github_puts_the_worst_first() -> None:
    located = [
        (finding(severity=severity), file()) for severity in (Severity.HINT, Severity.WARNING, Severity.ERROR)
    ]
    assert re.findall(r"^::(\w+)", github.render(located), re.MULTILINE) == ["error", "warning", "notice"]


def test_sarif() -> None:
    located = [
        (finding("n.ipynb", cell=2, cell_span=key_span(SOURCE)), file("n.ipynb", NOTEBOOK)),
        (finding(HOSTILE, code="unchecked", severity=Severity.INFORMATION), file(HOSTILE)),
    ]
    log = json.loads(sarif.render(located))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert {rule.code for rule in all_rules()} | {"unchecked"} == {rule["id"] for rule in rules}
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["data-file", "unchecked"]
    assert [result["level"] for result in run["results"]] == ["warning", "note"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    raw = raw_location(*located[0])
    assert places[0]["region"] == {
        "startLine": raw.line,
        "startColumn": raw.column,
        "endLine": raw.line,
        "endColumn": raw.column + 3,
    }
    uri = places[1]["artifactLocation"]["uri"]
    assert uri.isascii() and unquote_to_bytes(uri) == HOSTILE.encode("utf-8", "surrogateescape")
    assert all(len(rule["help"]["text"]) > 100 for rule in rules if rule["id"] != "unchecked")
    assert all(result["partialFingerprints"] for result in run["results"])


def test_sarif_uris_are_relative() -> None:
    (result,) = json.loads(sarif.render([(finding("a:b/c d.py"), file())]))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%3Ab/c%20d.py"
