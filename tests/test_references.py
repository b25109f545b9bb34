"""Where a text names a notebook that is renamed, and what is written there instead."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.edits import replaced
from ccds_ls.git import act
from ccds_ls.git.act import ActError
from ccds_ls.naming import renaming
from ccds_ls.naming.names import renumber
from ccds_ls.naming.references import Moves, edits
from ccds_ls.naming.renaming import carry_out, in_order, plan_moves
from repositories import write

OLD, NEW = "notebooks/Untitled.ipynb", "notebooks/1.0-jqp-start.ipynb"
SPACED, CALM = "notebooks/my work.ipynb", "notebooks/2.0-jqp-my-work.ipynb"
TWICE, ONCE = "notebooks/a/eda.ipynb", "notebooks/a/1.0-jqp-eda.ipynb"
FILES = {OLD, SPACED, TWICE, "notebooks/b/eda.ipynb", "README.md"}
MOVES = Moves({OLD: NEW, SPACED: CALM, TWICE: ONCE}, FILES)

# (file, its text, the text afterwards; None where nothing changes)
CASES = [
    ("README.md", "[x](notebooks/Untitled.ipynb)", "[x](notebooks/1.0-jqp-start.ipynb)"),
    ("README.md", "see `Untitled.ipynb`.", "see `1.0-jqp-start.ipynb`."),
    ("README.md", "├── Untitled.ipynb", "├── 1.0-jqp-start.ipynb"),
    ("README.md", "[w](notebooks/my%20work.ipynb)", "[w](notebooks/2.0-jqp-my-work.ipynb)"),
    ("README.md", "https://github.com/a/b/blob/main/notebooks/Untitled.ipynb#x", NEW),
    ("README.md", "MyUntitled.ipynb Untitled.ipynb.bak Untitled-2.ipynb Untitled", None),
    ("README.md", "reports/Untitled.ipynb", None),
    ("README.md", "notebooks/b/eda.ipynb or eda.ipynb", None),
    ("README.md", "notebooks/a/eda.ipynb", "notebooks/a/1.0-jqp-eda.ipynb"),
    ("docs/docs/index.md", "../../notebooks/Untitled.ipynb", "../../notebooks/1.0-jqp-start.ipynb"),
    ("notebooks/b/2.0-jqp-x.ipynb", "../a/eda.ipynb", "../a/1.0-jqp-eda.ipynb"),
    ("notebooks/b/2.0-jqp-x.ipynb", "eda.ipynb", None),
    ("Makefile", "\tpapermill notebooks/Untitled.ipynb out/Untitled.ipynb", "out/Untitled.ipynb"),
    ("Makefile", "\tpapermill notebooks/Untitled.ipynb $(OUT)/Untitled.ipynb", "$(OUT)/Untitled.ipynb"),
    ("Makefile", "\tjupyter nbconvert $(NB)/Untitled.ipynb", "$(NB)/1.0-jqp-start.ipynb"),
    ("run.py", 'execute_notebook(f"{NB}/Untitled.ipynb")', "{NB}/1.0-jqp-start.ipynb"),
    ("run.py", '"..\\\\notebooks\\\\Untitled.ipynb"', '"..\\\\notebooks\\\\1.0-jqp-start.ipynb"'),
    ("run.py", 'Path("notebooks") / "Untitled.ipynb"', '"1.0-jqp-start.ipynb"'),
    ("notebooks/3.0-jqp-x.ipynb", "%run Untitled", "%run 1.0-jqp-start"),
    ("notebooks/3.0-jqp-x.ipynb", "%run -i './Untitled.ipynb'", "%run -i './1.0-jqp-start.ipynb'"),
    ("notebooks/3.0-jqp-x.ipynb", "%run other/Untitled", None),
    ("_toc.yml", "- file: notebooks/Untitled\n", "- file: notebooks/1.0-jqp-start\n"),
    (
        "docs/mkdocs.yml",
        "  - Start: ../notebooks/Untitled.ipynb",
        "  - Start: ../notebooks/1.0-jqp-start.ipynb",
    ),
]


@pytest.mark.parametrize(("path", "text", "after"), CASES)
def test_what_names_a_notebook_follows_it(path: str, text: str, after: str | None) -> None:
    made = replaced(text, edits(path, text, MOVES, ["notebooks"]))
    assert (made == text) if after is None else (after in made and made != text)


def test_a_notebook_that_changes_its_folder_is_found_from_where_it_is_named() -> None:
    moves = Moves({OLD: "notebooks/reports/4.0-jqp-end.ipynb"}, FILES)
    text = "[x](../notebooks/Untitled.ipynb)"
    assert replaced(text, edits("docs/a.md", text, moves)) == "[x](../notebooks/reports/4.0-jqp-end.ipynb)"


def test_what_moves_together_keeps_how_it_names_each_other() -> None:
    moves = Moves(
        {"notebooks/a.ipynb": "notebooks/old/a.ipynb", "notebooks/b.ipynb": "notebooks/old/b.ipynb"}, FILES
    )
    assert edits("notebooks/a.ipynb", "[b](b.ipynb), ./b.ipynb", moves) == []
    text = "[b](notebooks/b.ipynb)"
    assert replaced(text, edits("README.md", text, moves)) == "[b](notebooks/old/b.ipynb)"


def test_of_notebooks_with_one_name_the_nearest_is_meant() -> None:
    new = {"notebooks/a/x.ipynb": "notebooks/a/0.0-x.ipynb", "notebooks/b/x.ipynb": "notebooks/b/0.1-x.ipynb"}
    moves = Moves(new, frozenset(new))
    text = "[here](x.ipynb), [here](./x.ipynb), [there](../a/x.ipynb)"
    made = replaced(text, edits("notebooks/b/y.ipynb", text, moves, ["notebooks/a", "notebooks/b"]))
    assert made == "[here](0.1-x.ipynb), [here](./0.1-x.ipynb), [there](../a/0.0-x.ipynb)"


# (a file, its text, the text once the folder notebooks/first is called notebooks/look)
IN_FOLDER = [
    ("notebooks/first/a.ipynb", "%run b.ipynb\n[c](../c.ipynb)", None),
    ("notebooks/first/README.md", "[b](./b.ipynb)", None),
    ("notebooks/c.ipynb", "%run first/b.ipynb\n%run first/b", "%run look/b.ipynb\n%run look/b"),
    ("Makefile", "papermill notebooks/first/b.ipynb", "papermill notebooks/look/b.ipynb"),
    ("Makefile", "cd notebooks/first && papermill b.ipynb", None),
    ("docs/x.md", "[b](../notebooks/first/b.ipynb#x)", "[b](../notebooks/look/b.ipynb#x)"),
]


@pytest.mark.parametrize(("path", "text", "after"), IN_FOLDER)
def test_what_names_a_notebook_follows_its_folder(path: str, text: str, after: str | None) -> None:
    inside = {f"notebooks/first/{name}": f"notebooks/look/{name}" for name in ("a.ipynb", "b.ipynb")}
    moves = Moves(inside, {*inside, "notebooks/c.ipynb"}, {"notebooks/first": "notebooks/look"})
    assert replaced(text, edits(path, text, moves, ["notebooks", "notebooks/first"])) == (after or text)


def test_a_new_name_that_needs_quotes_is_written_only_where_it_can_be() -> None:
    moves = Moves({OLD: "notebooks/my start.ipynb"}, FILES)
    text = 'run notebooks/Untitled.ipynb and "notebooks/Untitled.ipynb"'
    assert (
        replaced(text, edits("run.sh", text, moves))
        == 'run notebooks/Untitled.ipynb and "notebooks/my start.ipynb"'
    )
    link = "[x](notebooks/Untitled.ipynb)"
    assert replaced(link, edits("a.md", link, moves)) == "[x](notebooks/my%20start.ipynb)"


TEXTS = st.lists(
    st.sampled_from(
        [
            "notebooks/",
            "Untitled.ipynb",
            "my work.ipynb",
            "../",
            "$A",
            "${B}",
            "\\",
            " ",
            "\n",
            "%run ",
            "é",
            "'",
            "(",
            "://",
        ]
    )
).map("".join)


@given(st.sampled_from(["README.md", "Makefile", "notebooks/x.ipynb", "_toc.yml"]), TEXTS)
def test_every_edit_stands_on_a_name_and_none_overlaps(path: str, text: str) -> None:
    found = edits(path, text, MOVES, ["notebooks"])
    end = 0
    for span, new in found:
        assert end <= span.start < span.end and new
        assert text[span.start : span.end] in ("Untitled.ipynb", "Untitled", "my work.ipynb")
        end = span.end


def test_a_long_word_costs_no_time() -> None:
    text = "$a" * 100_000 + "{b}/" * 50_000 + "/Untitled.ipynb"
    assert len(edits("a.md", text, MOVES)) <= 1


NAMES = st.builds("{}.{}-{}.ipynb".format, st.integers(0, 2), st.integers(0, 30), st.sampled_from("abc"))


@given(st.lists(NAMES, unique=True), st.integers(0, 2))
def test_a_phase_is_numbered_without_a_gap_and_in_its_order(names: list[str], phase: int) -> None:
    folder = set(names)
    order = list(in_order(dict(renumber(names, phase))))
    for old, new in order:
        assert old in folder and new not in folder, "nothing is renamed over another"
        folder = folder - {old} | {new}
    numbers = sorted(int(name.split("-")[0].split(".")[1]) for name in folder if name.startswith(f"{phase}."))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    assert len(folder) == len(names)


def test_whole_numbers_keep_their_width() -> None:
    assert renumber(["01-a.ipynb", "04-b.ipynb", "1.0-c.ipynb"], None) == [("04-b.ipynb", "02-b.ipynb")]


def test_a_notebook_that_names_another_changes_in_that_cell_alone(tmp_path: Path) -> None:
    cells: list[dict[str, Any]] = [
        {
            "source": ["%run ./Untitled.ipynb\n", "é = 'ü'"],
            "cell_type": "code",
            "metadata": {},
            "execution_count": 1,
        },
        {"cell_type": "markdown", "source": "See `Untitled.ipynb`.", "metadata": {"b": 1, "a": 2}},
        {"cell_type": "code", "source": "x = 1", "metadata": {}, "execution_count": None, "outputs": []},
    ]
    cells[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ran Untitled.ipynb"}]
    notebook = {"nbformat_minor": 4, "cells": cells, "metadata": {}, "nbformat": 4}
    text = json.dumps(notebook, indent=3, ensure_ascii=False)
    write(tmp_path, {"notebooks/Untitled.ipynb": "{}", "notebooks/2.0-jqp-next.ipynb": "\ufeff" + text})
    folder = tmp_path / "notebooks"
    plan = plan_moves({folder / "Untitled.ipynb": folder / "1.0-jqp-start.ipynb"})
    assert plan is not None and carry_out(plan)[1] == []
    after = (folder / "2.0-jqp-next.ipynb").read_bytes().decode()
    expected = text.replace("./Untitled.ipynb", "./1.0-jqp-start.ipynb").replace(
        "`Untitled.", "`1.0-jqp-start."
    )
    assert after == "\ufeff" + expected
    nbformat.validate(nbformat.reads(after.lstrip("\ufeff"), as_version=4))


def test_nothing_is_lost_where_a_name_is_taken_or_a_file_changes_meanwhile(tmp_path: Path) -> None:
    write(tmp_path, {"notebooks/a.ipynb": "{}", "notebooks/b.ipynb": "[]", "README.md": "notebooks/a.ipynb"})
    old, new = tmp_path / "notebooks" / "a.ipynb", tmp_path / "notebooks" / "c.ipynb"
    plan = plan_moves({old: new})
    assert plan is not None
    write(tmp_path, {"README.md": "mine, see notebooks/a.ipynb"})
    assert carry_out(plan)[1] == ["README.md mentions the old name and was left: it has changed meanwhile."]
    assert (tmp_path / "README.md").read_text() == "mine, see notebooks/a.ipynb"
    write(tmp_path, {"README.md": "c.ipynb, d.ipynb", "notebooks/d.ipynb": "1"})
    taken = plan_moves({new: new.with_name("e.ipynb"), new.with_name("d.ipynb"): new.with_name("b.ipynb")})
    assert taken is not None
    with pytest.raises(ActError, match="exists already"):
        carry_out(taken)
    texts = {path.name: path.read_text() for path in (tmp_path / "notebooks").iterdir()}
    assert texts == {"b.ipynb": "[]", "c.ipynb": "{}", "d.ipynb": "1"}
    assert (tmp_path / "README.md").read_text() == "c.ipynb, d.ipynb"


def test_a_file_that_can_not_be_written_is_told_and_the_others_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"notebooks/a.ipynb": "{}", "A.md": "notebooks/a.ipynb", "B.md": "notebooks/a.ipynb"})
    old = tmp_path / "notebooks" / "a.ipynb"
    plan = plan_moves({old: old.with_name("c.ipynb")})
    assert plan is not None

    def full(path: Path, data: bytes) -> None:
        if path.name == "A.md":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr(renaming, "write_atomically", full)
    touched, trouble = carry_out(plan)
    assert trouble == [
        "A.md mentions the old name and was left: it can't be written (No space left on device)."
    ]
    assert touched == [old, old.with_name("c.ipynb"), tmp_path / "B.md"]
    assert (tmp_path / "B.md").read_text() == "notebooks/c.ipynb"


def test_what_can_not_be_renamed_back_is_told_and_the_rest_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {f"notebooks/{name}.ipynb": "{}" for name in "abc"})
    folder = tmp_path / "notebooks"
    plan = plan_moves({folder / f"{name}.ipynb": folder / f"{name}2.ipynb" for name in "abc"})
    assert plan is not None
    rename = act.rename

    def failing(old: Path, new: Path) -> object:
        if old.name in ("c.ipynb", "b2.ipynb"):
            raise PermissionError(errno.EACCES, "Permission denied", str(old))
        return rename(old, new)

    monkeypatch.setattr(act, "rename", failing)
    with pytest.raises(ActError, match=r"c\.ipynb.*b2\.ipynb was not renamed back to b\.ipynb"):
        carry_out(plan)
    assert {path.name for path in folder.iterdir()} == {"a.ipynb", "b2.ipynb", "c.ipynb"}
