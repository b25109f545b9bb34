"""Names in notebooks: Python's scopes and IPython's syntax, one line a case."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.config import Config
from ccds_ls.finding import Finding, State
from ccds_ls.notebook import from_cells
from ccds_ls.notebook.cell_code import read
from ccds_ls.project import Project
from ccds_ls.rules import Context, raw_data_write
from ccds_ls.rules.undefined_name import check
from ccds_ls.snapshot import File, Origin, Snapshot
from notebook_blocks import document


def no_secrets(text: str, path: str) -> tuple[()]:
    return ()


def findings(*sources: str, path: str = "notebooks/1.0-jqp-x.ipynb") -> list[Finding]:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in sources
    ]
    text = json.dumps(document(cells))
    file = File(path, Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
    snapshot = Snapshot(Path("/repo"), (file,), notebooks=(path,))
    return list(check(file, Context(snapshot, Project(), Config(), no_secrets)))


def missing(*sources: str) -> list[str]:
    """``name`` for each name that no cell defines, ``name<`` if a cell below does, ``name!`` if it was deleted."""
    marks = {"never-defined": "", "used-before": "<", "deleted": "!"}
    found = []
    for finding in findings(*sources):
        assert finding.cell is not None and finding.cell_span is not None and finding.kind is not None
        source = sources[finding.cell - 1]
        found.append(source[finding.cell_span.start : finding.cell_span.end] + marks[finding.kind])
    return found


# the cells, and the names that are missing
SCOPES: list[tuple[tuple[str, ...], list[str]]] = [
    (("x",), ["x"]),
    (("x = 1", "x"), []),
    (("x", "x = 1"), ["x<"]),
    (("x = x + 1",), ["x<"]),
    (("x += 1",), ["x<"]),
    (("x, x, y",), ["x", "y"]),
    (("print(len([1]), __name__, _, _12, _i3, In, get_ipython())",), []),
    (("import a.b, c as d\nfrom e import f as g\na, d, g",), []),
    (("import a.b as c\na",), ["a"]),
    (("def f():\n    return later\nlater = 1\nf()",), []),
    (("def f():\n    return later", "f()"), ["later"]),
    (("def f(a, /, b=1, *c, d, **e):\n    g = 1\n    return a, b, c, d, e, g, f",), []),
    (("def f(a=x): pass",), ["x"]),
    (("def f(a: x) -> y: pass", "x = y = 1"), []),
    (("def f(a: x): pass",), ["x"]),
    (("@x\ndef f(): pass",), ["x"]),
    (("def f():\n    global y\n    y = 1", "f(); y"), []),
    (
        (
            "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n        return x\n    return g",
        ),
        [],
    ),
    (("def f():\n    x = 1\nx",), ["x"]),
    (("f = lambda a, *b, c=1: (a, b, c, d)",), ["d"]),
    (("f = lambda: d", "d = 1"), []),
    (("f = lambda a=d: a", "d = 1"), ["d<"]),
    (("[a for a in range(3) if a]\na",), ["a"]),
    (("[b for a in [[1]] for b in a]",), []),
    (("[a for a in a]",), ["a"]),
    (("{a: b for a, b in {}.items()}; {a for a in ()}; (a for a in ())",), []),
    (("[(last := a) for a in range(3)]\nlast",), []),
    (("d = {'x': (x := 1), 'y': x}",), []),
    (("def f():\n    return [x for x in y]", "y = 1"), []),
    (("class A:\n    b = 1\n    c = b\n    def d(self):\n        return b",), ["b"]),
    (("class A(B): pass",), ["B"]),
    (("class A:\n    def f(self):\n        return A",), []),
    (("for i in range(3): pass\ni",), []),
    (("for i in range(3):\n    if i: use = previous\n    previous = i",), []),
    (("if True:\n    a = 1\nelse:\n    b = 1\na, b",), []),
    (("with open('x') as (a, b): pass\na, b",), []),
    (("try:\n    x\nexcept NameError:\n    x = 1",), []),
    (("try:\n    y\nexcept (ValueError, NameError) as e:\n    e",), []),
    (("try:\n    y\nexcept ValueError:\n    pass",), ["y"]),
    (("while (line := input()): pass\nline",), []),
    (("match 1:\n    case [a, *b] | {'k': a, **b}: a, b\n    case c: c",), []),
    (("x: int = 1\nx",), []),
    (("x: int\nx",), ["x"]),
    (("x = 1", "del x", "x"), ["x!"]),
    (("x = 1", "del x", "x = 2", "x"), []),
    (("x = [1]", "del x[0]", "x"), []),
    (("f'{x} {y!r:>{z}}'",), ["x", "y", "z"]),
    (("await x",), ["x"]),
    (("async for a in b: a",), ["b"]),
    (("'é漢😀'; x",), ["x"]),
    (("# only a comment", ""), []),
]
MAGICS: list[tuple[tuple[str, ...], list[str]]] = [
    (("%matplotlib inline\nx",), ["x"]),
    (("!pip install {y}\nx",), ["x"]),
    (("!pip install \\\n  a b\nx",), ["x"]),
    (("files = !ls *.csv\nfiles, x",), ["x"]),
    (("here = %pwd\nhere, x",), ["x"]),
    (("len?\n?len\nstr.join??\nx",), ["x"]),
    (("if True:\n    %cd ..\n    !ls\nx",), ["x"]),
    (("%time x = 1\nx, y",), ["y"]),
    (("%timeit f(x)\ny",), ["y"]),
    (("%%time\nx = 1\ny", "x"), ["y"]),
    (("%%capture out\nx = 1", "x, out, y"), ["y"]),
    (("%%bash\necho $x", "y"), ["y"]),
    (("%%html\n<b>x</b>", "y"), ["y"]),
    (("%%writefile a.py\nx", "y"), ["y"]),
    (("a = 5\nb = (a\n     % 2)\nc = '''\n%run me\n!'''\nx",), ["x"]),
    # IPython takes these for magics without their mark.
    (("ls -la\npip install pandas\nif x:\n    cd ../data\n", "y"), ["x", "y"]),
    (("rm = cp = 1\nrm -cp\nls", "y"), ["y"]),
    (("%time\nmore = 1\nmore += x\nmore and y\nmore is z",), ["x", "y", "z"]),
    # After these, a name may have come from anywhere.
    (("%run other.ipynb", "x"), []),
    (("from math import *", "x"), []),
    (("exec('x = 1')", "x"), []),
    (("globals()['x'] = 1", "x"), []),
    (("%%cython\ncdef int f(): pass", "f"), []),
    (("%%sql result <<\nselect 1", "result"), []),
    (("%%bash --out text\nls", "text"), []),
    (("get_ipython().run_line_magic('run', 'x')", "x"), []),
    (("this is no Python", "x"), []),
    (("print 'Python 2'", "x"), []),
    (("x", "from math import *"), []),
    (("x", "from math import *", "x = 1"), ["x<"]),
    (("%run other.ipynb", "x", "x = 1"), []),
]


@pytest.mark.parametrize(("sources", "names"), SCOPES + MAGICS)
def test_missing_names(sources: tuple[str, ...], names: list[str]) -> None:
    assert missing(*sources) == names


# (the cells that an editor shows, the names that are missing)
TYPED = [
    (("a", "x = (", "b"), ["a", "b"]),
    (("a", "a = (", "b"), ["b"]),
    (("a", "a.b(", "b"), []),
    (("a", "from b import *\nx = (", "b"), []),
    (("a", "%run b\nx = (", "b"), []),
    (("a", "x = (", "y = (", "b"), []),
]


@pytest.mark.parametrize(("sources", "names"), TYPED)
def test_a_cell_that_is_being_typed_hides_its_own_names_alone(
    sources: tuple[str, ...], names: list[str]
) -> None:
    cells = from_cells(("code", source, None) for source in sources)
    shown = File("notebooks/a.ipynb", Origin.OVERLAY, State.WORK_TREE, 0, cells=cells)
    found = check(shown, Context(Snapshot(Path("/repo"), (shown,)), Project(), Config(), no_secrets))
    assert [finding.message.split("'")[1] for finding in found] == names
    assert missing(*sources) == [], "of a saved notebook nothing is said"


def test_other_languages_are_left_alone() -> None:
    text = json.dumps(
        {
            "cells": [{"cell_type": "code", "source": "x"}],
            "metadata": {"language_info": {"name": "R"}},
            "nbformat": 4,
        }
    )
    file = File("notebooks/a.ipynb", Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
    assert not list(check(file, Context(Snapshot(Path("/"), (file,)), Project(), Config(), no_secrets)))


def test_a_missing_import_is_added_to_the_cell() -> None:
    (finding,) = findings("%%time\nnp.arange(3)")
    (fix,) = finding.fixes
    (edit,) = fix.edits
    assert fix.title == "Add 'import numpy as np' to this cell"
    assert edit.text == "import numpy as np\n"  # type: ignore[union-attr]
    assert edit.span.start == len("%%time\n")  # type: ignore[union-attr]


TEXT = "x=1;|%time |%%|!ls|?|f'{|}'|'''|(|)|é|\ud83d|\0|  |lambda: |[a for a in b]|a = !|del x|:"
PIECES = TEXT.split("|")
BLOCKS = ["\n", "\\\n", "def f(a):\n ", "match a:\n case b:\n  ", "try:\n x\nexcept:\n "]
SOURCES = st.lists(st.sampled_from(PIECES + BLOCKS), max_size=12).map("".join)


@given(SOURCES)
def test_any_source_is_read_and_names_stand_where_they_say(source: str) -> None:
    code = read(source)
    for statement in code.statements if code else ():
        for use in statement.uses:
            assert source[use.span.start : use.span.end] == use.name


@given(st.text(max_size=40))
def test_any_text_is_read(source: str) -> None:
    read(source)


def test_deep_nesting_is_left_alone() -> None:
    assert read("(" * 5000 + ")" * 5000) is None
    for source in ("a" + ".b" * 50_000, "x = " + "-" * 50_000 + "1", "x = " + "1 + " * 50_000 + "1"):
        read(source)  # None or not, as this Python can; it must come back


def test_the_standard_library_is_read_without_a_false_alarm() -> None:
    for module in (json, ast, json.decoder):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        if "import *" not in source:
            assert missing(source) == []


# code, and whether it writes into data/raw
WRITES = [
    ("df.to_csv('../data/raw/x.csv')", True),
    ("df.to_csv(path_or_buf='data\\\\raw\\\\x.csv')", True),
    ("df.to_csv('data/rawish/x.csv')", False),
    ("df.to_csv('metadata/raw/x.csv')", False),
    ("df.to_csv('raw/x.csv')", False),
    ("pd.read_csv('data/raw/x.csv')", False),
    ("f'data/raw/{name}'", False),
    ("df.to_parquet(f'data/raw/{name}.parquet')", True),
    ("df.to_csv(config.RAW_DATA_DIR / name)", True),
    ("df.to_csv(DATA_DIR / 'raw' / 'x.csv')", True),
    ("df.to_csv(os.path.join('..', 'data', 'raw', name))", True),
    ("df.to_csv(os.path.join(here, name))", False),
    ("base = '../data/raw/'\ndf.to_csv(base + 'x.csv')", True),
    ("base = '../data/raw/'\nbase = '../data/interim/'\ndf.to_csv(base + 'x.csv')", False),
    ("np.save('data/raw/x.npy', a)", True),
    ("torch.save(a, 'data/raw/x.pt')", True),
    ("joblib.dump(a, 'data/raw/x.pkl')", True),
    ("json.dump(a, open('data/raw/x.json', 'w'))", True),
    ("open('data/raw/x.json')", False),
    ("open('data/raw/x.json', 'rb')", False),
    ("open('data/raw/x.json', mode='a')", True),
    ("gzip.open('data/raw/x.gz', 'wb')", True),
    ("Path('data/raw/x').open('w')", True),
    ("(Path('data') / 'raw').joinpath('x').write_text('')", True),
    ("shutil.copy('data/raw/x', 'data/interim')", False),
    ("shutil.copy('x', 'data/raw')", True),
    ("os.remove('data/raw/x')", True),
    ("Path('data/raw/x').unlink()", True),
    ("Path('data/raw').mkdir()", False),
    ("shutil.move('data/raw/x', 'data/interim')", True),
    ("os.rename('data/raw/x', 'y')", True),
    ("shutil.rmtree('data/raw')", True),
    ("name = 'data/raw/x.csv'\nname = name.replace('raw', 'interim')", False),
    ("x = 'data/raw/'\n" + "x = x + x\n" * 60 + "df.to_csv(x)", False),
    ("df.to_csv('data/raw/x' + " + "'a' + " * 500 + "'b')", False),
]


@pytest.mark.parametrize(("source", "flagged"), WRITES)
def test_writes_into_raw_data(source: str, flagged: bool) -> None:
    text = json.dumps(document([{"cell_type": "code", "source": source}]))
    file = File("notebooks/a.ipynb", Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
    found = list(
        raw_data_write.check(file, Context(Snapshot(Path("/"), (file,)), Project(), Config(), no_secrets))
    )
    assert [finding.code for finding in found] == ["raw-data-write"] * flagged
