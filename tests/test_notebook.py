"""The notebook model: values, positions, and never an exception."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.finding import Span
from ccds_ls.notebook import Cell, Notebook, Output, from_cells, parse, placed, quick

SOURCES = st.text(st.sampled_from('ab\n"\\/\t#é漢😀\u2028\x7f\ud83d\udc00\x00'), max_size=30)
FORMATS = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 0, 1, 4, "\t"]),
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([None, (",", ":"), (" ,\r\n", " :\n ")]),
    }
)


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def document(cells: list[dict[str, Any]], **extra: Any) -> dict[str, Any]:
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **extra}


def code(source: Any, count: Any = None, outputs: Any = ()) -> dict[str, Any]:
    values = {"cell_type": "code", "execution_count": count, "id": "a", "metadata": {}}
    return {**values, "outputs": list(outputs), "source": source}


def display(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def stream(text: Any) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


@given(st.lists(SOURCES, max_size=4), FORMATS, st.booleans())
def test_each_character_of_a_source_is_found_in_the_raw_text(
    sources: list[str], form: dict[str, Any], as_lists: bool
) -> None:
    cells = [code(lines(source) if as_lists else source, None, [stream(lines(source))]) for source in sources]
    raw = json.dumps(document(cells), **form)
    notebook = parse(raw)
    assert notebook.problem is None
    # Two escaped halves of a surrogate pair beside each other are one character to JSON.
    expected = ["".join(cell["source"]) for cell in json.loads(raw)["cells"]]
    assert [cell.source for cell in notebook.cells] == expected
    for cell in notebook.cells:
        for text, place in ((cell.source, cell.raw_span), (cell.outputs[0].text, cell.outputs[0].raw_span)):
            for index, character in enumerate(text):
                span = place(Span(index, index + 1))
                assert span is not None
                assert json.loads(f'"{raw[span.start : span.end]}"') == character


@given(SOURCES, SOURCES, st.data(), FORMATS, st.booleans())
def test_a_raw_edit_changes_the_source_as_asked_and_nothing_else(
    source: str, new: str, data: st.DataObject, form: dict[str, Any], as_list: bool
) -> None:
    raw = json.dumps(document([code("before"), code(lines(source) if as_list else source)]), **form)
    cell = parse(raw).cells[1]
    start = data.draw(st.integers(0, len(cell.source)))
    end = data.draw(st.integers(start, len(cell.source)))
    edit = cell.raw_edit(Span(start, end), new)
    assert edit is not None
    span, text = edit
    edited = parse(raw[: span.start] + text + raw[span.end :])
    # Compared as UTF-16, where it does not matter which halves of a surrogate pair were written together.
    expected = cell.source[:start] + new + cell.source[end:]
    assert edited.cells[1].source.encode("utf-16", "surrogatepass") == expected.encode(
        "utf-16", "surrogatepass"
    )
    assert edited.cells[0].source == "before"


EDITED = [
    (["x = 1\n", "y = 2"], Span(0, 0), "import os\n", ["import os\n", "x = 1\n", "y = 2"]),
    (["x = 1"], Span(0, 0), "import os\n", ["import os\n", "x = 1"]),
    (["x = 1"], Span(2, 3), "(\n)", ["x (\n", ") 1"]),
    (["x = 1"], Span(5, 5), "\n", ["x = 1\n"]),
    ("x = 1", Span(0, 0), "import os\n", "import os\nx = 1"),
]


@pytest.mark.parametrize(("source", "span", "new", "after"), EDITED)
@pytest.mark.parametrize("form", [{"indent": 1}, {"indent": 4}, {}])
def test_a_new_line_is_written_as_jupyter_writes_lines(
    source: Any, span: Span, new: str, after: Any, form: dict[str, Any]
) -> None:
    raw = json.dumps(document([code(source)]), **form)
    edit = parse(raw).cells[0].raw_edit(span, new)
    assert edit is not None
    edited = raw[: edit[0].start] + edit[1] + raw[edit[0].end :]
    if (
        source != ["x = 1"] or "indent" in form
    ):  # with one string the array does not show what stands between two
        assert edited == json.dumps(document([code(after)]), **form)
    assert json.loads(edited)["cells"][0]["source"] == after


KEYS = [
    "cells",
    "worksheets",
    "source",
    "outputs",
    "data",
    "text",
    "traceback",
    "output_type",
    "metadata",
    "tags",
    "id",
    "png",
]
VALUES = st.recursive(
    st.sampled_from([None, True, 1, 0.5, "", "x", "code", "error", "# T"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_any_json_is_read_without_an_exception(value: Any) -> None:
    notebook = parse(json.dumps(value))
    assert isinstance(notebook.heading, str | None)
    assert notebook.problem is not None or notebook.cells is not None


GOOD = json.dumps(document([code(["a\n", "b"], 1, [stream(["x"])]), code("c")]), indent=1)


@given(st.text() | st.tuples(st.integers(0, len(GOOD)), st.integers(0, 9), st.text(max_size=3)))
def test_any_text_is_read_without_an_exception(change: str | tuple[int, int, str]) -> None:
    text = (
        change if isinstance(change, str) else GOOD[: change[0]] + change[2] + GOOD[change[0] + change[1] :]
    )
    notebook = parse(text)
    try:
        cells = json.loads(text.removeprefix("\ufeff"))["cells"]  # a byte order mark is put aside
    except (ValueError, TypeError, KeyError):
        assert notebook.problem
    else:
        assert notebook.problem is None
        assert len(notebook.cells) == len(cells)


@pytest.mark.parametrize("end", range(0, len(GOOD) - 1, 7))
def test_a_truncated_notebook_breaks_off(end: int) -> None:
    notebook = parse(GOOD[:end])
    assert notebook.problem is not None
    assert notebook.problem_offset is not None


BROKEN = {
    "empty": ("", "is empty"),
    "blank": (" \n\ufeff", "is empty"),
    "merge": (GOOD.replace('"b"', '"b"\n<<<<<<< HEAD\n'), "unfinished merge"),
    "cut": (GOOD[:-40], "breaks off"),
    "cut in a string": (GOOD[: GOOD.index('"b') + 1], "breaks off"),
    "python": ("import os\n", "not valid JSON"),
    "trailing comma": ('{"cells": [],}', "not valid JSON"),
    "two documents": ('{"cells": []} {}', "extra data"),
    "a list": ("[1]", "no list of cells"),
    "cells is an object": ('{"cells": {}}', "no list of cells"),
    "a cell is a number": ('{"cells": [{"cell_type": "raw"}, 4]}', "cell 2 is not a JSON object"),
    "deep": ("[" * 100_000, "nested too deeply"),
    "deep in an output": (
        '{"cells":[{"outputs":[{"data":{"application/json":' + "[" * 100_000,
        "nested too deeply",
    ),
    "control character": ('{"cells": "\x01"}', "not valid JSON (invalid control character)"),
}


@pytest.mark.parametrize(("text", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_says_what_is_wrong(text: str, problem: str) -> None:
    assert problem in str(parse(text).problem)


ODD = {
    "BOM": "\ufeff" + json.dumps(document([code("x")])),
    "duplicate keys": '{"cells": [{"source": "no"}], "cells": [{"source": "no", "source": "x"}]}',
    "NaN": '{"metadata": NaN, "cells": [{"source": "x", "execution_count": Infinity}]}',
    "huge integer": '{"cells": [{"source": "x", "execution_count": ' + "9" * 5000 + "}]}",
    "no id, no type": '{"cells": [{"source": "x"}]}',
    "odd tags": '{"cells": [{"source": "x", "metadata": {"tags": 3}, "outputs": [1, {"data": [2]}]}]}',
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_notebook_is_read(text: str) -> None:
    (cell,) = parse(text).cells
    assert (cell.source, cell.execution_count, cell.cell_id) == (
        "x",
        None,
        "a" if "BOM" in ODD and cell.cell_id else None,
    )


@pytest.mark.parametrize("minor", range(6))
def test_each_minor_format_is_read(minor: int) -> None:
    outputs = [
        stream(["a\n", "b"]),
        {"output_type": "error", "ename": "KeyError", "evalue": "1", "traceback": ["one\x1b[0m", "two"]},
        display({"text/plain": ["t"], "image/png": "AA==", "text/html": "<b>"}),
        display({"application/vnd.x+json": {"k": [1]}}),
    ]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# T"},
        {**code("1", 2, outputs), "metadata": {"tags": ["raises-exception"]}},
        {"cell_type": "raw", "metadata": {}, "source": "r"},
    ]
    for cell in cells:
        cell.pop("id", None)
        cell |= {"id": cell["cell_type"]} if minor == 5 else {}
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    written = document(cells, metadata={"kernelspec": kernel}, nbformat_minor=minor)
    nbformat.validate(written)
    notebook = parse(json.dumps(written))
    assert [cell.kind for cell in notebook.cells] == ["markdown", "code", "raw"]
    assert (notebook.nbformat, notebook.language, notebook.heading) == (4, "r", "T")
    assert (notebook.cells[1].execution_count, notebook.cells[1].tags) == (2, ("raises-exception",))
    found = notebook.cells[1].outputs
    assert sorted((out.number, out.kind, out.name, out.text) for out in found[:-1]) == [
        (1, "stream", "stdout", "a\nb"),
        (2, "error", "KeyError", "one\x1b[0m\ntwo"),
        (3, "html", "text/html", "<b>"),
        (3, "image", "image/png", ""),
        (3, "text", "text/plain", "t"),
    ]
    assert (found[-1].number, found[-1].kind, found[-1].name) == (4, "json", "application/vnd.x+json")
    assert json.loads(found[-1].text) == {"k": [1]}


def test_format_3_is_read() -> None:
    heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Title"]}
    output = {"output_type": "pyout", "prompt_number": 7, "metadata": {}, "text": ["2"], "html": ["<p>2"]}
    cells = [
        heading,
        {"cell_type": "markdown", "metadata": {}, "source": ["text"]},
        {"cell_type": "code", "collapsed": False, "input": "1+1", "language": "python", "metadata": {}}
        | {"outputs": [output], "prompt_number": 7},
    ]
    sheets = [{"cells": cells, "metadata": {}}, {"cells": [heading], "metadata": {}}]
    written = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}
    nbformat.validate(written)
    raw = json.dumps(written)
    notebook = parse(raw)
    assert [(c.number, c.kind) for c in notebook.cells] == [
        (1, "heading"),
        (2, "markdown"),
        (3, "code"),
        (4, "heading"),
    ]
    assert (notebook.nbformat, notebook.heading, notebook.problem) == (3, "Title", None)
    cell = notebook.cells[2]
    assert (cell.source, cell.execution_count) == ("1+1", 7)
    assert {(out.kind, out.text) for out in cell.outputs} == {("text", "2"), ("html", "<p>2")}
    span = cell.raw_span(Span(1, 3))
    assert span is not None
    assert raw[span.start : span.end] == "+1"


HEADINGS = [
    ("# One", "One"),
    ("text\n\n## Two ##\n# One", "One"),
    ("Title\n=====\n", "Title"),
    ("<h1 align='center'>A <b>B</b></h1>", "A B"),
    ("```\n# comment\n```", None),
    ("#no space", None),
    ("#", None),
    ("- item\n---", None),
    ("a # b", None),
]


@pytest.mark.parametrize(("source", "heading"), HEADINGS)
def test_the_first_heading_is_found(source: str, heading: str | None) -> None:
    assert from_cells([("code", "# code", None), ("markdown", source, None)]).heading == heading


def test_a_range_over_lines_leaves_quotes_outside() -> None:
    raw = json.dumps(document([code(["ab\n", "cd\n", "ef"])]), indent=1)
    cell = parse(raw).cells[0]
    span = cell.raw_span(Span(1, 4))
    assert span is not None
    assert raw[span.start : span.end] == 'b\\n",\n    "c'


def test_an_editors_cells_have_no_raw_text() -> None:
    notebook = from_cells([("markdown", "# T", None), ("code", "x", 3)])
    assert [(cell.number, cell.execution_count) for cell in notebook.cells] == [(1, None), (2, 3)]
    assert notebook.cells[0].raw_span(Span(0, 1)) is None
    assert notebook.cells[0].raw_edit(Span(0, 1), "") is None


@pytest.mark.long
def test_a_large_notebook_is_read_quickly() -> None:
    cells = [code([f"line {n} = {n}\n" for n in range(20)], 1, [stream(["out\n"] * 100)]) for _ in range(300)]
    cells.append(code("x", 1, [stream(["\n"] * 1_000_000)]))
    raw = json.dumps(document(cells), indent=1)
    assert len(parse(raw).cells) == 301

    def best(read: Callable[[str], object]) -> float:
        taken = []
        for _ in range(3):
            start = time.process_time()
            read(raw)
            taken.append(time.process_time() - start)
        return min(taken)

    assert best(parse) < 4 * best(json.loads) + 0.05


METADATA = st.sampled_from(
    [{}, {"tags": ["a"], "source": "x"}, {"metadata": {"k": "metadata"}}, {"collapsed": True, "note": 'a"b'}]
)
BITMAPS = st.sampled_from(
    ["", "iVBORw0KGgo=", "QUJD\nREVG\n", 'no "base64"', "\\", "a\tb", ["QUJD\n", "REVG"]]
)
RESULTS = st.one_of(
    st.builds(stream, SOURCES),
    st.builds(lambda image, text: display({"image/png": image, "text/plain": text}), BITMAPS, SOURCES),
    st.builds(lambda image, text: display({"text/html": [text], "image/jpeg": image}), BITMAPS, SOURCES),
    st.just({**display({"application/json": {"image/png": "x", "source": [1]}}), "execution_count": 3}),
    st.just({"output_type": "error", "ename": "E", "evalue": "", "traceback": ["a", "b"]}),
    st.sampled_from([{"output_type": "pyout", "png": "x", "text": ["y"]}, 1, {"metadata": {}}]),
)
CELLS = st.builds(
    lambda source, metadata, results, more: {**code(source, 1, results), "metadata": metadata, **more},
    SOURCES | st.lists(SOURCES, max_size=3) | st.just('"image/png": "x", "metadata": {}, "source": '),
    METADATA,
    st.lists(RESULTS, max_size=3),
    st.sampled_from([{}, {"collapsed": False}, {"trusted": "by me, more or less"}, {"outputs": None}]),
)


def all_of(notebook: Notebook) -> object:
    """All that a notebook tells, places included."""
    cells = [
        (cell, dict(cell.fields), [cell.raw_span(Span(n, n + 1)) for n in range(len(cell.source))])
        for cell in notebook.cells
    ]
    outputs = [
        (vars_of(output), [output.raw_span(Span(n, n + 1)) for n in range(len(output.text))])
        for cell in notebook.cells
        for output in cell.outputs
    ]
    facts = notebook.nbformat, notebook.language, notebook.problem, notebook.around
    return [vars_of(cell) for cell, *_ in cells], [places for _, *places in cells], outputs, facts


def vars_of(part: Cell | Output) -> list[object]:
    names = (field.name for field in dataclasses.fields(part))
    return [getattr(part, name) for name in names if name not in ("raw", "outputs", "fields")]


@given(st.lists(CELLS, max_size=3), METADATA, FORMATS, st.integers(0, 3))
def test_places_that_are_read_late_are_those_that_are_read_at_once(
    cells: list[dict[str, Any]], metadata: dict[str, Any], form: dict[str, Any], cut: int
) -> None:
    raw = json.dumps({**document(cells), "metadata": metadata}, **form)
    raw = raw[: len(raw) - cut]
    late, at_once = quick.parse(raw), placed.parse(raw)
    assert late is None or all_of(late) == all_of(at_once)
    if (
        cells
        and not cut
        and all(cell["metadata"] == {} and len(cell) == 6 and cell["outputs"] for cell in cells)
    ):
        assert late is not None  # It is a plain notebook.


def test_a_line_break_in_a_bitmap_is_no_json() -> None:
    raw = json.dumps(document([code("x", 1, [display({"image/png": "QUJD"})])]))
    assert parse(raw).problem is None
    assert parse(raw.replace("QUJD", "QU\nJD")).problem
    assert parse(raw.replace("QUJD", "QU\\qJD")).problem


def test_a_key_that_stands_twice_hides_no_metadata() -> None:
    """As after a merge: of the outputs the last ones count, though they stand behind the metadata."""
    metadata, last = '{"note": "look at this one"}', json.dumps(display({"text/plain": ["1"]}))
    raw = f'{{"cells": [{{"source": "", "outputs": [], "metadata": {metadata}, "outputs": [{last}]}}]}}'
    assert metadata in [raw[span.start : span.end] for span in parse(raw).around]
