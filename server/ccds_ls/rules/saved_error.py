"""A notebook was saved with an error among its outputs.

## What it flags

Code cells with a traceback in their saved outputs. Cells that carry Jupyter's tag `raises-exception` do not
count: they are meant to fail. Of 472 public notebooks 14 % are flagged.

## Why it matters

Whoever runs the notebook stops at this cell, and what stands below it was made in another way. A traceback
also shows paths and code of the machine that it was made on.

## Example

```
# notebooks/1.0-jqp-error.ipynb
# %% execution_count=1 outputs=error
x["a"]  # flagged: traceback
# %% execution_count=2 outputs=error tags=raises-exception
x["b"]
```

## The fix

Mend the cell and run the notebook again. The offered edit clears the outputs and the count of this cell and
changes nothing else; where an editor shows cells, it is the saved file that is changed.

## Options

The cell tag `raises-exception`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity, Span
from ccds_ls.notebook import Cell, Output
from ccds_ls.notebook.cell_findings import clear_outputs, in_cell
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File
from ccds_ls.text import LineIndex

CODE = "saved-error"
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
# IPython marks the failing line of the cell with an arrow; of what is no Python it tells the line alone.
_ARROW = re.compile(r"^-+> (\d{1,6})\b", re.MULTILINE)
_LINE = re.compile(
    r"(?:Cell In ?\[\d+\]|<ipython-input-[^>\n]*>\"?), line (\d{1,6})\b|<tokenize>:(\d{1,6})\b"
)
_BEGINNING = 20_000  # characters of a traceback that are looked at

_NAME = re.compile(r"[A-Za-z_][\w.]{0,80}")


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield one finding for each cell with a traceback, on the line that failed where it says which."""
    if file.notebook is None or file.ignored:
        return
    for cell in file.notebook.cells:
        error = next((output for output in cell.outputs if output.kind == "error"), None)
        if error is None or "raises-exception" in cell.tags:
            continue
        # Nothing of the error's text: it may quote a password. The exception's name is enough.
        name = error.name if _NAME.fullmatch(error.name) and error.name != "error" else "an error"
        message = (
            f"The saved output of this cell is {name}. Mend the cell and run it again, or clear its output."
        )
        fixes = clear_outputs(file, "Clear the output of this cell", (cell,))
        yield in_cell(
            CODE, "traceback", Severity.WARNING, file, cell, message, _failed_line(cell, error), fixes
        )


def _failed_line(cell: Cell, error: Output) -> Span | None:
    traceback = _COLOUR.sub("", error.text[:_BEGINNING])
    told = _ARROW.search(traceback) or _LINE.search(traceback)
    lines = LineIndex(cell.source)
    if told is None:
        return None
    # IPython does not count blank lines above the first one.
    blank = re.match(r"(?:[ \t]*\r?\n)*", cell.source)
    line = int(told[told.lastindex or 1]) - 1 + (blank[0].count("\n") if blank else 0)
    if not 0 <= line < len(lines.starts):
        return None
    text = lines.line(line)
    start = lines.starts[line] + len(text) - len(text.lstrip())
    return Span(start, lines.line_end(line)) if text.strip() else None


RULE = Rule(
    code=CODE,
    summary="A notebook was saved with an error among its outputs",
    kinds={"traceback": "A cell's saved output is a traceback."},
    check=check,
)
