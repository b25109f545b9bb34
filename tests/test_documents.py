"""The text model: equal to a slow, obvious model of an editor after any edits, and quick."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lsprotocol import types

from ccds_ls.lsp.edge.buffer import Buffer, code_points, units
from ccds_ls.lsp.edge.documents import Documents

ENCODINGS = ["utf-8", "utf-16", "utf-32"]
# What ends a line, what only Python takes for an end, one to four byte characters, a lone surrogate.
PIECES = ["\r\n", "xyz", *"\n\n\r\r\f\v\x1c\x85\u2028\u2029aé€😀\ud800"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
COLUMNS = st.one_of(st.just(0), st.integers(0, 8), st.sampled_from([100, 2**31 - 1]))
POSITIONS = st.tuples(st.one_of(st.integers(0, 3), st.integers(0, 6), st.just(2**31 - 1)), COLUMNS)
WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


class Editor:
    """An editor that keeps its text in code units and does everything by walking over all of it."""

    def __init__(self, text: str, encoding: str) -> None:
        self.codec = encoding if encoding == "utf-8" else encoding + "-le"
        self.width = WIDTHS[encoding]
        self.data = text.encode(self.codec, "surrogatepass")

    @property
    def text(self) -> str:
        return self.data.decode(self.codec, "surrogatepass")

    def lines(self) -> list[tuple[int, int]]:
        """Start and end in bytes of each line, without its separator."""
        lines, start, at, text = [], 0, 0, self.text
        for index, character in enumerate(text):
            size = len(character.encode(self.codec, "surrogatepass"))
            at += size
            if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
                before = 2 if text[max(0, index - 1) : index + 1] == "\r\n" else 1
                lines.append((start, at - before * self.width))
                start = at
        return [*lines, (start, at)]

    def offset(self, line: int, column: int) -> int:
        lines = self.lines()
        if line >= len(lines):
            return len(self.data)
        start, end = lines[line]
        at = min(start + column * self.width, end)
        while self.width == 1 and self.data[at : at + 1] and self.data[at] & 0xC0 == 0x80:
            at -= 1  # a column inside of a character means its start; there is no half of one in UTF-8
        return at

    def edit(self, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        begin, stop = sorted((self.offset(*start), self.offset(*end)))
        self.data = self.data[:begin] + new.encode(self.codec, "surrogatepass") + self.data[stop:]


class Editing(RuleBasedStateMachine):
    """Edits that reach a server's buffer and an editor must leave the same text and the same lines."""

    @initialize(text=TEXTS, encoding=st.sampled_from(ENCODINGS), chunk=st.integers(1, 9))
    def open(self, text: str, encoding: str, chunk: int) -> None:
        self.editor, self.buffer = Editor(text, encoding), Buffer(text, encoding, chunk)

    @rule(start=POSITIONS, end=POSITIONS, new=TEXTS)
    def edit(self, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        self.editor.edit(start, end, new)
        self.buffer.edit(start, end, new)

    @rule(position=POSITIONS, new=TEXTS)
    def insert(self, position: tuple[int, int], new: str) -> None:
        self.edit(position, position, new)

    @rule(offset=st.integers(0, 50))
    def round_trip(self, offset: int) -> None:
        offset = min(offset, len(self.buffer.text))
        line, column = self.buffer.position(offset)
        inside_separator = self.buffer.text[max(0, offset - 1) : offset + 1] == "\r\n"
        assert self.buffer.offset(line, column) == offset - inside_separator

    @invariant()
    def same_text(self) -> None:
        # On the wire a character and its two surrogates are the same.
        assert json.dumps(self.buffer.text) == json.dumps(self.editor.text)

    @invariant()
    def same_lines(self) -> None:
        starts = [self.buffer.start(line) for line in range(len(self.editor.lines()))]
        prefixes = [self.editor.data[:start] for start, _ in self.editor.lines()]
        assert starts == [len(prefix.decode(self.editor.codec, "surrogatepass")) for prefix in prefixes]


TestEditing = Editing.TestCase
TestEditing.settings = settings(stateful_step_count=12)


@given(line=TEXTS, column=st.integers(0, 60), encoding=st.sampled_from(ENCODINGS))
def test_a_column_and_its_code_points_agree(line: str, column: int, encoding: str) -> None:
    count = code_points(line, column, encoding)
    assert 0 <= count <= len(line)
    assert units(line[:count], encoding) <= column
    assert count == len(line) or units(line[: count + 1], encoding) > column


EDITS = [  # text, encoding, start, end, new, result
    ("a\fb\nc", "utf-16", (1, 0), (1, 1), "C", "a\fb\nC"),
    ("a\u2028b\x85c\nd", "utf-16", (0, 5), (0, 5), "!", "a\u2028b\x85c!\nd"),
    ("ab\ncd", "utf-16", (0, 3), (0, 3), "X", "abX\ncd"),
    ("ab\r\ncd", "utf-16", (0, 3), (0, 3), "X", "abX\r\ncd"),
    ("abc", "utf-16", (0, 99), (0, 99), "Z", "abcZ"),
    ("abc\n", "utf-16", (7, 7), (8, 8), "Z", "abc\nZ"),
    ("a\rb\rc", "utf-16", (1, 0), (1, 1), "B", "a\rB\rc"),
    ("a\r", "utf-16", (9, 0), (9, 0), "\nb", "a\r\nb"),
    ("abcd", "utf-16", (0, 3), (0, 1), "", "ad"),
    ("😀b", "utf-16", (0, 2), (0, 3), "c", "😀c"),
    ("😀b", "utf-8", (0, 4), (0, 5), "c", "😀c"),
    ("😀b", "utf-32", (0, 1), (0, 2), "c", "😀c"),
    ("😀", "utf-16", (0, 1), (0, 1), "-", "\ud83d-\ude00"),
    ("\ud83d-\ude00", "utf-16", (0, 1), (0, 2), "", "😀"),
    ("", "utf-16", (0, 0), (0, 0), "", ""),
]


@pytest.mark.parametrize(("text", "encoding", "start", "end", "new", "result"), EDITS)
def test_edit(
    text: str, encoding: str, start: tuple[int, int], end: tuple[int, int], new: str, result: str
) -> None:
    buffer = Buffer(text, encoding)
    buffer.edit(start, end, new)
    assert buffer.text == result
    assert buffer.starts() == Buffer(result).starts()


def notebook_text() -> str:
    lines = [
        '  {"cell_type": "code",',
        '   "source": [',
        '    "frame = read(folder)\\n",',
        '    "# é\\n"',
        "   ],",
    ]
    outputs = '   "outputs": [{"output_type": "stream", "name": "stdout", "text": ["0.123456789"]}]'
    return "\n".join([*lines, outputs, "  },"] * 28_000)


def test_a_text_that_is_opened_is_not_walked_before_an_edit() -> None:
    buffer = Buffer("a\n" * 9)
    assert "_chunks" not in vars(buffer)
    buffer.edit((8, 0), (9, 0), "")
    assert buffer.text == "a\n" * 8 and "_chunks" in vars(buffer)


@pytest.mark.long
def test_an_edit_of_5_mb_takes_under_20_ms() -> None:
    buffer = Buffer(notebook_text())
    assert len(buffer.text) > 4_500_000
    last = len(buffer.starts()) - 1
    durations = []
    for step in range(20):
        line = last * (step * 7 % 20) // 20
        before = time.perf_counter()
        buffer.edit((line, 1), (line + 1, 0), "typed\n\n")
        durations.append(time.perf_counter() - before)
    assert sorted(durations)[5] < 0.02  # the best quarter, for other programs may run, too
    same = buffer.starts() == Buffer(buffer.text).starts()
    assert same  # pytest would take minutes to show how the lists differ


# Notebook documents


def cell(name: str) -> types.NotebookCell:
    return types.NotebookCell(kind=types.NotebookCellKind.Code, document=name)


def item(name: str, text: str) -> types.TextDocumentItem:
    return types.TextDocumentItem(name, types.LanguageKind.Python, 0, text)


def notebook(*names: str) -> Documents:
    documents = Documents(None, position_encoding=types.PositionEncodingKind.Utf16)
    opened = types.NotebookDocument("nb", "jupyter-notebook", 1, [cell(name) for name in names])
    items = [item(name, f"# {name}\f\n") for name in names]
    documents.put_notebook_document(types.DidOpenNotebookDocumentParams(opened, items))
    return documents


def change(documents: Documents, **cells: object) -> None:
    event = types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(**cells))  # type: ignore[arg-type]
    identifier = types.VersionedNotebookDocumentIdentifier(version=2, uri="nb")
    documents.update_notebook_document(types.DidChangeNotebookDocumentParams(identifier, event))


def names(documents: Documents) -> list[str]:
    opened = documents.get_notebook_document(notebook_uri="nb")
    assert opened
    return [each.document for each in opened.cells]


STRUCTURES = [  # start, deleted, inserted, the cells after
    (0, 0, ["x"], ["x", "a", "b", "c"]),
    (3, 0, ["x", "y"], ["a", "b", "c", "x", "y"]),
    (1, 1, [], ["a", "c"]),
    (0, 3, ["x"], ["x"]),
    (1, 2, ["c", "b"], ["a", "c", "b"]),
]


@pytest.mark.parametrize(("start", "deleted", "inserted", "after"), STRUCTURES)
def test_cells_come_and_go(start: int, deleted: int, inserted: list[str], after: list[str]) -> None:
    documents = notebook("a", "b", "c")
    opened = [item(name, f"# {name}") for name in inserted if name not in "abc"]
    closed = [types.TextDocumentIdentifier(name) for name in "abc" if name not in after]
    array = types.NotebookCellArrayChange(start, deleted, [cell(name) for name in inserted])
    change(documents, structure=types.NotebookDocumentCellChangeStructure(array, opened, closed))
    assert names(documents) == after
    assert [documents.text(name) is not None for name in after] == [True] * len(after)
    assert [documents.text(name) for name in "abc" if name not in after] == [None] * len(closed)
    assert all(documents.get_notebook_document(cell_uri=name) for name in after)


def test_one_change_brings_a_cell_and_its_properties_and_its_text() -> None:
    documents = notebook("a")
    new = types.NotebookCell(types.NotebookCellKind.Markup, "x", types.LSPObject())
    array = types.NotebookCellArrayChange(1, 0, [cell("x")])
    end = types.Position(1, 0)
    edit = types.TextDocumentContentChangePartial(types.Range(end, end), "two")
    text = types.NotebookDocumentCellContentChanges(types.VersionedTextDocumentIdentifier(3, "x"), [edit])
    structure = types.NotebookDocumentCellChangeStructure(array, [item("x", "one\f\n")])
    change(documents, structure=structure, data=[new], text_content=[text])
    opened = documents.get_notebook_document(notebook_uri="nb")
    assert opened and opened.cells[1].kind is types.NotebookCellKind.Markup
    assert documents.text("x") == "one\f\ntwo"
    assert documents.get_text_document("x").version == 3


def test_what_is_not_open_has_no_text_and_cannot_be_changed() -> None:
    documents = notebook("a")
    full = types.TextDocumentContentChangeWholeDocument("text")
    documents.update_text_document(types.VersionedTextDocumentIdentifier(1, "z"), full)
    assert documents.text("z") is None
    documents.remove_notebook_document(
        types.DidCloseNotebookDocumentParams(
            types.NotebookDocumentIdentifier("nb"), [types.TextDocumentIdentifier("a")]
        )
    )
    assert documents.text("a") is None
    change(documents)
