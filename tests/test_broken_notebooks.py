"""Files that are hardly notebooks, made here: every rule has a finding or nothing to say, and never fails."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccds_ls.check import check
from ccds_ls.collect import decode, make_snapshot
from ccds_ls.config import Config
from ccds_ls.finding import Finding, State
from ccds_ls.lsp.to_proto import diagnostic
from ccds_ls.project import Project
from ccds_ls.rules import Context, all_rules
from ccds_ls.secrets import own_rules_only
from ccds_ls.snapshot import File, Origin
from ccds_ls.view import View
from notebook_blocks import from_block

BLOCK = """# %% [markdown]
# # Who leaves
# %% execution_count=2 outputs=result,stream,html,image
import numpy as np
class Model:
    def fit(self): return np
# %% execution_count=1 outputs=error tags=keep
def share(table):
    total = table.sum()
    return table / total
open("/home/jane/x/y.csv")
"""
GOOD: dict[str, Any] = json.loads(from_block(BLOCK)[0])
WRONG: list[Any] = [None, True, -1, "x", [], ["a", None], {"a": 1}, [{}]]


def findings(data: bytes, path: str = "notebooks/1.0-jqp-topic.ipynb") -> list[Finding]:
    """All that all rules say, each with its place as an editor would be told it."""
    text = decode(data)
    view = View(Path("/p"), None, notebooks=(path,))
    file = File(path, Origin.OVERLAY, State.WOULD_BE_ADDED, len(data), data[:4096], text)
    everything = Config(enable=tuple(rule.code for rule in all_rules()))
    snapshot = make_snapshot(view, [file])
    found = [finding for finding, _ in check(snapshot, own_rules_only())]
    for rule in all_rules():
        if rule.is_optional:
            found += rule.check(
                file, Context(snapshot, Project("", everything), everything, own_rules_only().find)
            )
    for finding in found:
        assert finding.code != "unchecked", finding.message
        assert finding.span is None or 0 <= finding.span.start <= finding.span.end <= len(text or "")
        diagnostic(finding, file, as_cells=False, encoding="utf-16")
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a JSON document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(path: tuple[Any, ...], new: object) -> bytes:
    broken = copy.deepcopy(GOOD)
    inside: Any = broken
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = new
    return json.dumps(broken, indent=1).encode()


@pytest.mark.parametrize("path", list(places(GOOD)), ids=lambda path: ".".join(map(str, path)))
def test_any_value_may_be_of_another_kind(path: tuple[Any, ...]) -> None:
    for new in WRONG:
        findings(changed(path, new))


@pytest.mark.parametrize("path", list(places(GOOD)), ids=lambda path: ".".join(map(str, path)))
def test_any_value_may_be_missing(path: tuple[Any, ...]) -> None:
    broken = copy.deepcopy(GOOD)
    inside: Any = broken
    for key in path[:-1]:
        inside = inside[key]
    del inside[path[-1]]
    findings(json.dumps(broken).encode())


def test_a_file_may_end_anywhere() -> None:
    text = json.dumps(GOOD, indent=1).encode()
    for end in range(0, len(text), 7):
        found = findings(text[:end])
        assert (
            end == 0 or [f.code for f in found if f.code == "notebook-unreadable"] or not text[:end].strip()
        )


TEXT = json.dumps(GOOD, indent=1)
# (what is odd, the file's bytes, whether it can be opened)
ODD = [
    ("a mark of UTF-8", b"\xef\xbb\xbf" + TEXT.encode(), True),
    ("UTF-16", TEXT.encode("utf-16"), True),
    ("big-endian UTF-16", b"\xfe\xff" + TEXT.encode("utf-16-be"), True),
    ("half of UTF-16", TEXT.encode("utf-16")[:-3], False),
    ("other bytes", TEXT.replace("leaves", "l\u00e9aves").encode("latin-1"), True),
    ("carriage returns", TEXT.replace("\n", "\r").encode(), True),
    ("keys twice", TEXT.replace('"cells": [', '"cells": [], "cells": [').encode(), True),
    ("cells twice", (TEXT.rstrip()[:-1] + ', "cells": 1}').encode(), False),
    ("no number", TEXT.replace('"execution_count": 2', '"execution_count": NaN').encode(), True),
    ("no end", TEXT.replace('"execution_count": 2', '"execution_count": -Infinity').encode(), True),
    ("5000 digits", TEXT.replace('"execution_count": 2', f'"execution_count": {"9" * 5000}').encode(), True),
    ("a negative count", TEXT.replace('"execution_count": 2', '"execution_count": -2').encode(), True),
    ("half of a pair", TEXT.replace("leaves", "\\ud83d").encode(), True),
    ("a null character", TEXT.replace("leaves", "\\u0000").encode(), True),
    ("a million lines", TEXT.replace('"ok\\n"', '"\\n",' * 300_000 + '"x"').encode(), True),
    ("deep nesting", b'{"cells": ' + b"[" * 100_000, False),
    ("deep nesting of objects", b'{"a":' * 100_000, False),
    ("deep code", TEXT.replace("import numpy as np", "(" * 100_000).encode(), True),
    ("merge markers", TEXT.replace(' "nbformat"', '<<<<<<< HEAD\n "nbformat"').encode(), False),
    ("a comma too many", TEXT.replace("]\n}", "],\n}").encode(), None),
    ("single quotes", TEXT.replace('"', "'").encode(), False),
    ("an array", b"[" + TEXT.encode() + b"]", None),
    ("two documents", TEXT.encode() * 2, False),
    ("a number", b"1", None),
    ("zeros", b"{" + b"\0" * 1000, None),
]


@pytest.mark.parametrize(("data", "opens"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_an_odd_file_has_findings_or_none(data: bytes, opens: bool | None) -> None:
    found = [finding for finding in findings(data) if finding.code == "notebook-unreadable"]
    if opens is not None:
        assert len(found) == (not opens)


@pytest.mark.parametrize("minor", range(6))
def test_each_minor_format_has_the_same_findings(minor: int) -> None:
    document = {**copy.deepcopy(GOOD), "nbformat_minor": minor}
    for cell in document["cells"] if minor < 5 else ():
        del cell["id"]
    codes = {finding.code for finding in findings(json.dumps(document).encode())}
    assert codes >= {"execution-order", "saved-error", "home-path"}
