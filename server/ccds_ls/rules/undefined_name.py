"""A notebook uses a name that no cell above defines.

## What it flags

The first use of each name that is neither defined in a cell above, nor imported there, nor built in: names
that no cell defines at all (the cell that did was deleted), names that only a cell further down defines, and
names deleted with `del`. A name used inside a function may be defined further down. Of 472 public notebooks
12 % are flagged; of the 56 that were looked at by hand about 51 would fail when run from the top.

Nothing is said about a notebook in which names may come from where nothing can be seen: `from x import *`,
`%run`, `exec`, a magic that is not known, or a cell that is no valid Python; in an editor the one that is being typed
hides only the names that stand in it.

## Why it matters

The notebook works in the session that it was written in, which still knows the name, and fails for everyone
else.

## Example

```
# notebooks/1.0-jqp-names.ipynb
# %% [markdown]
# # Names
# %% execution_count=1
%matplotlib inline
import pandas as pd
files = !ls
def load(path):
    return clean(pd.read_csv(path))
# %% execution_count=2
table = load(files[0])
numbers = np.arange(3)  # flagged: never-defined
total = [row for row in rows if row]  # flagged: used-before
# %% execution_count=3
def clean(table):
    return table.dropna()
rows = list(table)
del table
# %% execution_count=4
table.head()  # flagged: deleted
```

## The fix

For the usual short names of libraries (`np`, `pd`, `plt`, ...) and some modules of Python, a fix imports them
at the top of the cell. Otherwise there is none: write the cell again, or move it up.

## Options

None.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

from ccds_ls.finding import Finding, Fix, Severity, Span, TextEdit
from ccds_ls.notebook import Cell, Notebook
from ccds_ls.notebook.cell_code import Code, read
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.notebook.cell_names import Use
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File, Origin

CODE = "undefined-name"

# What IPython and hosted notebooks give to every cell, and names that are commands of IPython when used alone.
_GIVEN = (
    "get_ipython display In Out exit quit spark sc sqlContext dbutils displayHTML ls pwd who whos clear man"
)
_KNOWN = frozenset((*dir(builtins), *_GIVEN.split(), "__file__", "__class__", "__annotations__"))
_WORD = re.compile(r"[^\W\d]\w*")
_BRINGS = re.compile(r"import\s*\*|^[ \t]*%|\b(?:exec|globals|locals|vars)\b", re.MULTILINE)
_HISTORY = re.compile(r"_+(?:i+|\d+|i\d+|oh|dh|ih)?")
_MODULES = "collections csv datetime glob itertools json math os pickle random re shutil sys time warnings"
_IMPORTS = {module: f"import {module}" for module in _MODULES.split()} | {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "tf": "import tensorflow as tf",
    "torch": "import torch",
    "xgb": "import xgboost as xgb",
    "Path": "from pathlib import Path",
    "tqdm": "from tqdm.auto import tqdm",
}


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield a finding on the first use of each name that is not defined."""
    if file.notebook is None or file.ignored or not file.notebook.is_python:
        return
    for cell, use, kind, where in _missing(file.notebook, is_edited=file.origin is Origin.OVERLAY):
        name = f"'{use.name}'"
        message = {
            "never-defined": f"No cell defines {name}, so this fails when the notebook is run again. "
            "Was the cell that defined it deleted?",
            "used-before": f"{name} is defined only in {_place(where, cell)}, so this fails when the notebook is "
            "run from the top. Move the definition up.",
            "deleted": f"{name} was deleted in cell {where}, so this fails when the notebook is run from the top.",
        }[kind]
        yield in_cell(CODE, kind, Severity.WARNING, file, cell, message, use.span, _import(file, cell, use))


def _place(where: int, cell: Cell) -> str:
    return (
        f"cell {where}, further down" if where != cell.number else "this cell itself, not before it is used"
    )


def _missing(notebook: Notebook, *, is_edited: bool) -> Iterator[tuple[Cell, Use, str, int]]:
    """Each name that is missing: the cell and place of its first use, the kind, and the other cell concerned."""
    codes = [(cell, read(cell.source)) for cell in notebook.cells if cell.kind == "code" and cell.source]
    known = [(cell, code) for cell, code in codes if code is not None]
    broken = [cell.source for cell, code in codes if code is None]
    # The one that is no Python in an editor is being typed: it can define the names that stand in it.
    if broken and not (is_edited and len(broken) == 1 and not _BRINGS.search(broken[0])):
        return
    binding = _binding_cells(known)
    hidden = any(code.is_open for _, code in known)
    defined, deleted = set(_KNOWN).union(*map(_WORD.findall, broken)), dict[str, int]()
    for cell, code in known:
        if code.is_open:
            return  # what stands below may use what came in here
        for statement in code.statements:
            if statement.binds_first:
                defined |= statement.binds
            for use in () if statement.names <= defined else statement.uses:
                if use.name in defined or _HISTORY.fullmatch(use.name):
                    continue
                at, gone = binding.get(use.name, []), deleted.get(use.name, 0)
                if fault := _fault(use, cell.number, at, gone, hidden=hidden):
                    defined.add(use.name)  # one finding a name
                    yield cell, use, *fault
            defined |= statement.binds
            if statement.deletes:
                defined -= statement.deletes
                deleted |= dict.fromkeys(statement.deletes, cell.number)


def _fault(use: Use, cell: int, binding: list[int], gone: int, *, hidden: bool) -> tuple[str, int] | None:
    """Why a name is missing where it is used, and the other cell concerned; None where it may be defined.

    ``binding`` are the cells that define it, ``gone`` the one above that deletes it, 0 for none; ``hidden`` says that
    some cell may define any name.
    """
    if use.later and binding:
        return None
    if gone:
        return "deleted", gone
    below = next((number for number in binding if number >= cell), 0)
    if below:
        return "used-before", below
    return None if hidden else ("never-defined", 0)


def _binding_cells(codes: list[tuple[Cell, Code]]) -> dict[str, list[int]]:
    """The numbers of the cells that bind each name, from the top."""
    cells: dict[str, list[int]] = {}
    for cell, code in codes:
        for name in code.binds:
            cells.setdefault(name, []).append(cell.number)
    return cells


def _import(file: File, cell: Cell, use: Use) -> tuple[Fix, ...]:
    line = _IMPORTS.get(use.name)
    if line is None:
        return ()
    magic = re.match(r"\s*%%[^\n]*\n", cell.source)
    start = magic.end() if magic else 0
    edit = TextEdit(file.path, Span(start, start), f"{line}\n", cell.number)
    return (Fix(f"Add '{line}' to this cell", (edit,), preferred=True),)


RULE = Rule(
    code=CODE,
    summary="A notebook uses a name that no cell above defines",
    kinds={
        "never-defined": "No cell defines the name.",
        "used-before": "Only this cell, further on, or a cell below defines the name.",
        "deleted": "A cell above deletes the name.",
    },
    check=check,
)
