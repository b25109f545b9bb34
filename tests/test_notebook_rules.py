"""What the rules about notebooks have in common: broken input, fixes that touch nothing else, speed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.config import Config
from ccds_ls.finding import Finding, Fix, PutSetting, RenameFile, Severity, State, TextEdit
from ccds_ls.notebook import from_cells, parse, with_saved
from ccds_ls.project import Project
from ccds_ls.rules import Context, Rule, all_rules
from ccds_ls.snapshot import File, Origin, Snapshot
from notebook_blocks import document, from_block

CODES = "execution-order home-path large-output long-notebook no-heading notebook-unreadable saved-error"
RULES = [
    rule for rule in all_rules() if rule.code in f"{CODES} raw-data-write undefined-name unrun-cell".split()
]
PATH = "notebooks/1.0-jqp-x.ipynb"


def no_secrets(text: str, path: str) -> tuple[()]:
    return ()


def snapshot_of(file: File, **options: Any) -> Snapshot:
    return Snapshot(Path("/home/jane/churn"), (file,), notebooks=(file.path,), **options)


def run(text: str, *rules: Rule, path: str = PATH, **options: Any) -> list[Finding]:
    file = File(path, Origin.WORKTREE, State.WORK_TREE, len(text), text=text, **options)
    context = Context(snapshot_of(file), Project(), Config(), no_secrets)
    return [finding for rule in rules or RULES for finding in rule.check(file, context)]


def rule(code: str) -> Rule:
    return next(rule for rule in all_rules() if rule.code == code)


def applied(text: str, fix: Fix) -> str:
    cells = parse(text).cells
    edits = []
    for edit in fix.edits:
        assert isinstance(edit, TextEdit)
        raw = (
            (edit.span, edit.text)
            if edit.cell is None
            else cells[edit.cell - 1].raw_edit(edit.span, edit.text)
        )
        assert raw is not None
        edits.append(raw)
    for span, new in sorted(edits, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text


OUTPUTS = st.sampled_from(["", "", " outputs=error", " outputs=result,stream", " outputs=html,image,result"])
COUNTS = st.sampled_from(["", *(f" execution_count={number}" for number in range(1, 5))])
PATHS_IN_CODE = ['open("/home/jane/churn/data/é.csv")', "a.to_csv('data/raw/a')"]
SOURCES = st.sampled_from(["np.arange(3)", "a = 1\na", "%%time\nnp", "# é\n", "", *PATHS_IN_CODE])
CELLS = st.lists(
    st.tuples(COUNTS, OUTPUTS, SOURCES).map(lambda it: f"# %%{it[0]}{it[1]}\n{it[2]}"), max_size=6
)
FORMATS = st.fixed_dictionaries(
    {"indent": st.sampled_from([None, 0, 1, 4, "\t"]), "ensure_ascii": st.booleans()}
)


@given(CELLS, FORMATS)
def test_a_fix_changes_only_what_it_names(cells: list[str], form: dict[str, Any]) -> None:
    text = json.dumps(json.loads(from_block("\n".join(cells))[0]), **form)
    before = json.loads(text)
    for finding in run(text):
        for fix in finding.fixes:
            fixed = applied(text, fix)
            after = json.loads(fixed)
            nbformat.validate(after)
            if (
                form["indent"] is not None
            ):  # else it is one line; with lines, each that was not named is as it was
                assert set(fixed.split("\n")) - set(text.split("\n")) <= _named_lines(fixed, fix)
            for number, (old, new) in enumerate(zip(before["cells"], after["cells"], strict=True), 1):
                named = any(isinstance(edit, TextEdit) and edit.cell == number for edit in fix.edits)
                assert named or old["source"] == new["source"]
            again = {(f.code, f.kind, f.fingerprint) for f in run(fixed)}
            if "Renumber" in fix.title or "Clear all" in fix.title or finding.code == "saved-error":
                assert (finding.code, finding.kind, finding.fingerprint) not in again or _twice(
                    run(text), finding
                )


def _named_lines(fixed: str, fix: Fix) -> set[str]:
    """Lines of the fixed text that hold what an edit put there."""
    news = [json.dumps(edit.text)[1:-1] for edit in fix.edits if isinstance(edit, TextEdit)]
    news += [
        json.dumps(edit.text, ensure_ascii=False)[1:-1] for edit in fix.edits if isinstance(edit, TextEdit)
    ]
    return {line for line in fixed.split("\n") if any(new in line for new in news)}


def _twice(findings: list[Finding], finding: Finding) -> bool:
    return sum(other.fingerprint == finding.fingerprint for other in findings) > 1


BLOCK = """# %% execution_count=2 outputs=result
a
# %% execution_count=1 outputs=error,large
np.arange(3)
# %%
"/home/jane/churn/data/x.csv"
"""
GOOD, _ = from_block(BLOCK)
SMALL = GOOD.replace("x" * 600_000, "x")


@given(
    st.integers(0, len(SMALL)),
    st.integers(0, 30),
    st.text(st.sampled_from('"{}[],:1nx\\é\ud83d\n'), max_size=4),
)
def test_a_damaged_notebook_gives_findings_or_silence(start: int, length: int, new: str) -> None:
    text = SMALL[:start] + new + SMALL[start + length :]
    for finding in run(text):
        if finding.span is not None:
            assert 0 <= finding.span.start <= finding.span.end <= len(text)


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[" * 100_000, "import os\n", '{"cells": 3}', '{"cells": [1, {}]}']
)
def test_what_is_no_notebook_is_told_once(text: str) -> None:
    assert [(f.code, f.severity) for f in run(text)] == [("notebook-unreadable", Severity.WARNING)]
    as_script = File(PATH, Origin.OVERLAY, State.WOULD_BE_ADDED, len(text), text=text)
    context = Context(snapshot_of(as_script), Project(), Config(), no_secrets)
    assert bool(list(rule("notebook-unreadable").check(as_script, context))) == text.startswith("{")


def test_ignored_notebooks_have_no_findings() -> None:
    assert run(GOOD)
    assert not run(GOOD, ignored=True)
    assert not run("", ignored=True)


def test_an_editors_cells_have_findings_in_cells_and_no_edits_of_the_file() -> None:
    notebook = from_cells([("code", "np", 2), ("code", "open('/home/jane/churn/x')", 1)])
    file = File(PATH, Origin.OVERLAY, State.WOULD_BE_ADDED, 0, cells=notebook)
    context = Context(snapshot_of(file), Project(), Config(), no_secrets)
    findings = [finding for rule in RULES for finding in rule.check(file, context)]
    assert {(f.code, f.cell) for f in findings} == {
        ("execution-order", 2),
        ("home-path", 2),
        ("undefined-name", 1),
    }
    assert all(finding.span is None and finding.cell_span is not None for finding in findings)
    edits = [edit for finding in findings for fix in finding.fixes for edit in fix.edits]
    assert {edit.cell for edit in edits if isinstance(edit, TextEdit)} == {1, 2}


def test_a_cell_that_is_being_edited_is_not_said_to_be_left_out() -> None:
    saved = parse(from_block("# %%\nx\n# %% execution_count=1\ny = 1\n# %% execution_count=2\nz\n")[0])

    def left_out(*sources: str) -> list[int | None]:
        cells = with_saved(from_cells([("code", source, None) for source in sources]), saved)
        file = File(PATH, Origin.OVERLAY, State.WOULD_BE_ADDED, 0, cells=cells)
        context = Context(snapshot_of(file), Project(), Config(), no_secrets)
        return [finding.cell for finding in rule("unrun-cell").check(file, context)]

    assert left_out("x", "y = 1", "z") == [1]
    assert left_out("x = 2", "y = 12", "z") == []


def test_clearing_outputs_keeps_every_other_character() -> None:
    text = GOOD.replace('"metadata": {}', '"metadata":   {"é": NaN}', 1)
    (finding,) = run(text, rule("large-output"))
    (fix,) = finding.fixes
    cleared = applied(text, fix)
    start = text.index('"execution_count": 1')
    assert cleared[:start] == text[:start]
    assert '"execution_count": null,\n   "outputs": []' in cleared[start:]
    assert cleared[-300:] == text[-300:]


def test_renumbering_reaches_the_results_too() -> None:
    (finding,) = run(GOOD, rule("execution-order"))
    renumbered = json.loads(applied(GOOD, finding.fixes[0]))["cells"]
    assert [cell["execution_count"] for cell in renumbered] == [1, 2, None]
    assert renumbered[0]["outputs"][0]["execution_count"] == 1


def test_many_outputs_are_one_finding_on_the_notebook() -> None:
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "", "id": "a"}
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 300_000}]
    text = json.dumps(document([{**cell, "outputs": outputs, "id": f"a{number}"} for number in range(4)]))
    (finding,) = run(text, rule("large-output"))
    assert (finding.kind, finding.cell, finding.span) == ("notebook", None, None)
    assert len(applied(text, finding.fixes[0])) < 2000


LONG = [("# %%\nx = 1\n" * 51, "cells"), ("# %%\nx = 1\n" * 50, None), ("# %%\n" + "x = 1\n" * 501, "lines")]


@pytest.mark.parametrize(("block", "kind"), LONG)
def test_long_notebooks(block: str, kind: str | None) -> None:
    assert [f.kind for f in run(from_block(block)[0], rule("long-notebook"))] == ([kind] if kind else [])


# (a cell, what IPython says of its failure, the text that is underlined)
FAILED = [
    (
        "a = 1\nb\n",
        "\x1b[36mCell In[1], line 2\x1b[39m\n      1 a = 1\n\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m b",
        "b",
    ),
    ("\n  \na = 1\nb\n", "Cell In[1], line 2\n      1 a = 1\n----> 2 b", "b"),
    (
        "a = 1\n  b = (",
        "  \x1b[36mCell\x1b[39m \x1b[32mIn[3]\x1b[39m\x1b[32m, line 2\x1b[39m\n    b = (",
        "b = (",
    ),
    ("a = 1\nb = (", '  File "<ipython-input-3-0c>", line 2\n    b = (', "b = ("),
    ("if a:\n  b\n c", "  File \x1b[32m<tokenize>:3\x1b[39m\n    c", "c"),
    ("# first\na()", "SystemExit", "# first"),
    ("a()", "Cell In[1], line 9", "a()"),
]


@pytest.mark.parametrize(("source", "traceback", "underlined"), FAILED)
def test_a_saved_error_stands_on_the_line_that_failed(source: str, traceback: str, underlined: str) -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": traceback.split("\n")}
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": source, "outputs": [error]}
    (finding,) = run(json.dumps(document([cell])), rule("saved-error"))
    assert finding.cell_span and source[finding.cell_span.start : finding.cell_span.end] == underlined


def test_an_empty_cell_has_run_in_no_order() -> None:
    text = from_block("# %% execution_count=2\nx = 1\n# %% execution_count=1\n# %% execution_count=3\nx")[0]
    assert run(text, rule("execution-order")) == []


PATHS = [
    ('"/home/jane/churn/data/raw/t.csv"', '"../data/raw/t.csv"'),
    ("r'C:\\Users\\jane\\churn\\t.csv'", "'../t.csv'"),
    ('"/home/jane/other/t.csv"', None),
    ('f"/home/jane/churn/{x}"', None),
    ('"/home/jane/churn/" + name', '"../" + name'),
    ('os.path.join("/home/jane", name)', None),
    ('"/home/jane/churn/" "t.csv"', None),
]


@pytest.mark.parametrize(("source", "new"), PATHS)
def test_a_path_in_the_project_is_written_as_seen_from_the_notebook(source: str, new: str | None) -> None:
    text = json.dumps(document([{"cell_type": "code", "source": f"read({source})"}]))
    (finding,) = run(text, rule("home-path"))
    fixed = [parse(applied(text, fix)).cells[0].source for fix in finding.fixes]
    assert fixed == ([f"read({new})"] if new else [])


NAMES: list[tuple[str, dict[str, Any], str | None, bool]] = [
    # (path, what is known of the author, the new path, whether the fix is the preferred one)
    ("notebooks/look.ipynb", {"author_initials": "jqp", "initials_certain": True}, "0.0-jqp-look", True),
    ("notebooks/look.ipynb", {"author_initials": "jqp"}, "0.0-jqp-look", False),
    ("notebooks/look.ipynb", {}, None, False),
    ("notebooks/1.0_ab_look.ipynb", {}, "1.0-ab-look", True),
]


@pytest.mark.parametrize(("path", "known", "new", "preferred"), NAMES)
def test_renaming(path: str, known: dict[str, Any], new: str | None, preferred: bool) -> None:
    file = File(path, Origin.WORKTREE, State.WORK_TREE, 0)
    context = Context(snapshot_of(file, **known), Project(), Config(), no_secrets)
    (finding,) = rule("notebook-name").check(file, context)
    renames = [fix for fix in finding.fixes if isinstance(fix.edits[0], RenameFile)]
    fixes = [(fix.edits, fix.preferred) for fix in renames]
    assert fixes == ([((RenameFile(path, f"notebooks/{new}.ipynb"),), preferred)] if new else [])
    assert "initials" in finding.message or new
    asks = [fix for fix in finding.fixes if isinstance(fix.edits[0], PutSetting)]
    assert bool(asks) is not known.get("initials_certain", False), "a guess can be replaced, once and for all"


def test_an_untitled_notebook_is_named_after_its_heading() -> None:
    text, _ = from_block("# %% [markdown]\n# Sales in Köln\n")
    file = File("sub/notebooks/Untitled.ipynb", Origin.OVERLAY, State.WOULD_BE_ADDED, 0, text=text)
    context = Context(
        snapshot_of(file), Project("sub", Config(initials="jqp")), Config(initials="jqp"), no_secrets
    )
    (finding,) = rule("notebook-name").check(file, context)
    assert finding.fixes[0].title == "Rename to 0.0-jqp-sales-in-koln.ipynb"


@pytest.mark.long
def test_a_large_notebook_is_checked_quickly() -> None:
    sources = [
        f"value_{n} = value_{n - 1} + 1\nprint(value_{n})\n" * 20 if n else "value_0 = 0" for n in range(300)
    ]
    blocks = [f"# %% execution_count={n + 1} outputs=stream\n{source}" for n, source in enumerate(sources)]
    text, _ = from_block("\n".join(blocks))
    text = text.replace("ok\\n", "ok" * 1000)
    assert len(text) > 900_000
    run(text)
    changed = text.replace("value_7 +", "value_8 +")
    start = time.process_time()
    assert [f.code for f in run(changed, *(rule for rule in RULES if rule.code != "long-notebook"))]
    assert time.process_time() - start < 0.25
