"""A code cell was not run while cells around it were.

## What it flags

Code cells with no execution count that stand above a cell with one. Cells that hold only comments, and cells
at the end of the notebook, where work goes on, do not count, nor does a cell that has outputs, since it was run, or
one that an editor has changed and not yet saved. One finding a notebook, on the first such cell.

Up to 27 % of 472 public notebooks have such a cell, so this is a hint.

## Why it matters

The results below were made without this cell. Run from the top, it takes part, and they may change.

## Example

```
# notebooks/1.0-jqp-unrun.ipynb
# %% execution_count=1
import pandas as pd
# %%
table = table.dropna()  # flagged: not-run
# %%
# Nothing but a comment.
# %% execution_count=2
table.head()
# %%
table.tail()
```

```
# notebooks/2.0-jqp-run.ipynb
# %% outputs=stream
print("its count was lost, not its output")
# %% execution_count=2
table.head()
```

## The fix

Restart the kernel and run all cells, or delete the cell.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_findings import in_cell, numbered
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "unrun-cell"
_CODE_LINE = re.compile(r"^[ \t]*[^\s#]", re.MULTILINE)


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield a finding on the first cell that was left out."""
    if file.notebook is None or file.ignored:
        return
    cells = [cell for cell in file.notebook.cells if cell.kind == "code"]
    last = max((cell.number for cell in cells if cell.execution_count is not None), default=0)
    not_run = [cell for cell in cells if cell.is_saved and cell.execution_count is None and not cell.outputs]
    left = [cell for cell in not_run if cell.number < last and _CODE_LINE.search(cell.source)]
    if left:
        more = f" The same holds for {numbered(left[1:])}." if left[1:] else ""
        message = f"This cell was not run, but cell {last} below it was.{more} Run all cells, or delete it."
        yield in_cell(CODE, "not-run", Severity.HINT, file, left[0], message)


RULE = Rule(
    code=CODE,
    summary="A code cell was not run while cells around it were",
    kinds={"not-run": "The cell has neither an execution count nor an output and stands above one that has."},
    check=check,
)
