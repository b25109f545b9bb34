"""The cells of a notebook that JupyterLab shows joined, and what the saved file tells of them."""

from __future__ import annotations

import json
from dataclasses import replace
from difflib import Match, SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.check import check
from ccds_ls.collect import make_snapshot, overlay_file
from ccds_ls.finding import Span
from ccds_ls.notebook import Notebook
from ccds_ls.notebook import parse as parse_saved
from ccds_ls.notebook.joined_text import parse
from ccds_ls.secrets import own_rules_only
from ccds_ls.view import View

# Kind and source of each cell, and what jupyterlab-lsp 5.3 made of it in JupyterLab 4.6.
SEEN = [
    ("markdown", "# Weird", ""),
    (
        "code",
        "%matplotlib inline\nimport os",
        'get_ipython().run_line_magic("matplotlib", " inline")\nimport os',
    ),
    (
        "code",
        '!ls -l "a b"\nx = !pwd\ny = %pwd\nos?\n?os\nos.path??',
        (
            'get_ipython().getoutput("ls -l "a b"")\nx = get_ipython().getoutput("pwd")\n'
            'y = get_ipython().run_line_magic("pwd", "")\n'
            "get_ipython().run_line_magic('pinfo',  'os')\nget_ipython().run_line_magic('pinfo', 'os')\n"
            "get_ipython().run_line_magic('pinfo2',  'os.path')"
        ),
    ),
    ("raw", "raw text", ""),
    (
        "code",
        "%%time\ndef f():\n    return 1\n\n\nf()",
        '# START_CELL_MAGIC("time", "")\ndef f():\n    return 1\n\n\nf()\n# END_CELL_MAGIC',
    ),
    ("code", "%%bash\necho hi\nls", 'get_ipython().run_cell_magic("bash", "", """echo hi\nls""")'),
    ("code", "", ""),
    ("code", "a = 1\n\n", "a = 1\n\n"),
    ("code", "\n\nb = 2", "\n\nb = 2"),
    ("markdown", "text", ""),
    ("code", "%%html\n<b>x</b>", 'get_ipython().run_cell_magic("html", "", """<b>x</b>""")'),
    (
        "code",
        '%%capture out\nprint(\'"""\')',
        '# START_CELL_MAGIC("capture", " out")\nprint(\'\\"\\"\\"\')\n# END_CELL_MAGIC',
    ),
    ("code", "def g():\n    pass\n\n\ndef h():\n    pass", "def g():\n    pass\n\n\ndef h():\n    pass"),
    ("code", "c = 'é😀'", "c = 'é😀'"),
    ("code", "# %% not a mark\nx", "# %% not a mark\nx"),
    ("code", "%%writefile a.py\nx=1", 'get_ipython().run_cell_magic("writefile", " a.py", """x=1""")'),
    ("code", "last = 1\n", "last = 1\n"),
    (
        "code",
        "%sql select 1\n%%time",
        'get_ipython().run_line_magic("sql", " select 1")\nget_ipython().run_line_magic("%time", "")',
    ),
    (
        "code",
        "for i in x:\n    %time f()\n    !ls {i}\n",
        'for i in x:\n    get_ipython().run_line_magic("time", " f()")\n    get_ipython().getoutput("ls {i}")\n',
    ),
]


def saved(*cells: tuple[str, str, int | None], outputs: dict[int, dict[str, Any]] | None = None) -> Notebook:
    """A notebook as it is on disk; ``outputs`` are those of the cells with these counts."""
    made: list[dict[str, object]] = []
    for kind, source, count in cells:
        left = [outputs[count]] if outputs and count in outputs else []
        code = {"execution_count": count, "outputs": left} if kind == "code" else {}
        made.append({"cell_type": kind, "metadata": {}, "source": source, **code})
    notebook = parse_saved(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert notebook.problem is None
    return notebook


def joined(*sources: str) -> str:
    """The text of cells as JupyterLab joins them."""
    return "\n\n".join(f"{source}\n" for source in sources)


def counts(text: str, notebook: Notebook) -> list[int | None]:
    return [cell.execution_count for cell in parse(text, notebook).cells]


def test_all_that_jupyterlab_writes_is_read() -> None:
    notebook = saved(*((kind, source, number) for number, (kind, source, _) in enumerate(SEEN, 1)))
    text = joined(*(shown for _, _, shown in SEEN))
    read = parse(text, notebook)
    assert [cell.source for cell in read.cells] == [source for _, source, _ in SEEN]
    assert [cell.number for cell in read.cells] == [cell.number for cell in notebook.cells]
    assert [cell.execution_count for cell in read.cells] == [cell.execution_count for cell in notebook.cells]
    assert read.heading == "Weird"
    for cell, (kind, _, shown) in zip(read.cells, SEEN, strict=True):
        for words in ("import os", "    return 1", "echo hi", "b = 2", "é😀"):
            start = cell.source.find(words)
            if kind == "code" and start >= 0:
                raw = cell.raw_span(Span(start, start + len(words)))
                assert raw and text[raw.start : raw.end] == words and words in shown


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["", "a = 1", "b", "c"], [None, 4, 2, 3]),
        (["", "a = 12", "b", "c"], [None, None, 2, 3]),
        (["", "a = 1", "b", "c", "new"], [None, 4, 2, 3, None]),
        (["", "a = 1", "new\n\n\nnew", "b", "c"], [None, 4, None, 2, 3]),
        (["", "a = 1", "", "b", "c"], [None, 4, None, 2, 3]),
        (["", "a = 1", "c"], [None, 4, 3]),
        (["a = 1", "b", "c"], [4, 2, 3]),
        (["", "c", "a = 1", "b"], [None, None, 4, 2]),
        (["", "a = 1", "b", "c\n\n\nd"], [None, 4, 2, 3, None]),
        (["", "a = 1", "b", "d\n\n\nc2"], [None, 4, 2, None]),
        (["", "x"], [None, None]),
        ([""], [None]),
    ],
)
def test_what_was_changed_since_saving_has_no_count(sources: list[str], expected: list[int | None]) -> None:
    notebook = saved(("markdown", "# T", None), ("code", "a = 1", 4), ("code", "b", 2), ("code", "c", 3))
    assert counts(joined(*sources), notebook) == expected


def found(text: str, notebook: Notebook | None) -> list[tuple[str, int | None, str]]:
    """The code of each finding, its cell, and the line of the text that it stands on."""
    view = View(Path("/p"), None)
    shown = overlay_file(view, "notebooks/1.0-jqp-topic.ipynb", text, None, ignored=False)
    file = replace(shown, saved=notebook)
    findings = [finding for finding, _ in check(make_snapshot(view, [file]), own_rules_only())]
    return [(f.code, f.cell, text[f.span.start : f.span.end] if f.span else "") for f in findings]


def test_counts_and_outputs_of_the_saved_cells_are_shown_in_the_text() -> None:
    address = "postgresql://jane:" + "kW7fQ2xPz9" + "@db.example.org/churn"
    left: dict[int, dict[str, Any]] = {
        4: {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []},
        2: {"output_type": "stream", "name": "stdout", "text": address},
        3: {"output_type": "stream", "name": "stdout", "text": "x" * 600_000},
    }
    cells = [("code", "a = 1", 4), ("markdown", f"# T\n{address}1", None)]
    cells += [("code", "print(a)\nprint(a)", 2), ("code", "b = 2", None), ("code", "c = 3", 3)]
    notebook = saved(*cells, outputs=left)
    assert found(joined("a = 1", "", "print(a)\nprint(a)", "b = 2", "c = 3"), notebook) == [
        ("saved-error", 1, "a = 1"),
        ("secret", 2, ""),
        ("execution-order", 3, "print(a)"),
        ("secret", 3, "print(a)"),
        ("unrun-cell", 4, "b = 2"),
        ("large-output", 5, "c = 3"),
    ]
    now = joined("a = 1  # new", "", "print(a)\nprint(2)", "b = 22", "c = 33")
    assert found(now, notebook) == [("secret", 2, "")], "what was edited is not judged by what it was"


def test_ipythons_own_syntax_is_none_of_the_text() -> None:
    notebook = saved(("code", "%run ./setup.py", 1), ("code", "print(table)", 2))
    text = joined('get_ipython().run_line_magic("run", " ./setup.py")', "print(table)")
    assert found(text, notebook) == found(text, None) == []
    assert found(joined("print(table)", 'x = rpy2.ipython.rmagic.RMagics.R("", "")'), None) == [], (
        "a name may have come from R"
    )


def test_a_percent_script_has_counts_as_well() -> None:
    notebook = saved(("markdown", "# T", None), ("code", "a = 1", 4), ("code", "b = 2", 3))
    text = "# %% [markdown]\n# # T\n\n# %%\na = 1\n\n# %%\nb = 2\n"
    assert found(text, notebook) == [("execution-order", 3, "b = 2")]
    assert counts(text.replace("b = 2", "b = 3"), notebook) == [None, 4, None]


def test_a_magic_in_a_percent_script_is_that_of_the_saved_cell() -> None:
    notebook = saved(("code", "%matplotlib inline\na = 1\n", 4), ("code", "%%bash\nls", 3))
    text = '# %%\n# %matplotlib inline\na = 1\n\n# %% language="bash"\n# ls\n'
    assert counts(text, notebook) == [4, 3]


def test_hundreds_of_empty_pieces_are_not_compared_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is counted in comparisons of the rest with the rest, not in seconds."""
    compared: list[tuple[int, ...]] = []

    class Counting(SequenceMatcher[str]):
        def find_longest_match(self, *within: int) -> Match:  # type: ignore[override]  # it is called by place
            compared.append(within)
            return super().find_longest_match(*within)

    monkeypatch.setattr("ccds_ls.notebook.joined_text.SequenceMatcher", Counting)
    cells = [("markdown", "text", None) if number % 2 else ("code", f"a{number}", 1) for number in range(400)]
    now = ["" if number % 2 else f"b{number}" for number in range(400)]
    now[200] = "a200"
    text = joined(*now)
    assert [cell.execution_count for cell in parse(text, saved(*cells)).cells].count(1) == 1
    assert len(compared) < 10


SOURCE = st.text(alphabet="a\n%!?\"'x= ", max_size=12)
TIDY = SOURCE.map(lambda source: source.strip("\n"))
KIND = st.sampled_from(["code", "code", "markdown"])


@given(st.lists(st.tuples(KIND, TIDY), max_size=7), st.data())
def test_a_change_of_one_cell_leaves_the_others(cells: list[tuple[str, str]], data: st.DataObject) -> None:
    notebook = saved(*((kind, source, number) for number, (kind, source) in enumerate(cells, 1)))
    sources = [source if kind == "code" else "" for kind, source in cells]
    whole = parse(joined(*sources), notebook)
    if cells:
        assert [(c.kind, c.source, c.execution_count) for c in whole.cells] == [
            (c.kind, c.source, c.execution_count) for c in notebook.cells
        ]
    for cell in whole.cells:
        if cell.kind == "code":
            raw = cell.raw_span(Span(0, len(cell.source)))
            assert raw and joined(*sources)[raw.start : raw.end] == cell.source
    if sources:
        at = data.draw(st.integers(0, len(sources) - 1))
        sources[at] = "unlike any other"
        now = parse(joined(*sources), notebook)
        assert [cell.number for cell in now.cells] == list(range(1, len(sources) + 1))
        for cell, before in zip(now.cells, notebook.cells, strict=True):
            is_same = cell.number != at + 1
            assert cell.execution_count == (before.execution_count if is_same else None)
            assert cell.is_saved is is_same


@given(st.text(alphabet='a\n%"() ,', max_size=60), st.lists(st.tuples(KIND, SOURCE), max_size=4))
def test_no_text_is_too_much(text: str, cells: list[tuple[str, str]]) -> None:
    notebook = saved(*((kind, source, number) for number, (kind, source) in enumerate(cells, 1)))
    for start in ("", 'get_ipython().run_cell_magic("x", "", """', '# START_CELL_MAGIC("time", "")\n'):
        for cell in parse(start + text, notebook).cells:
            raw = cell.raw_span(Span(0, len(cell.source)))
            assert raw and 0 <= raw.start <= raw.end <= len(start + text)
