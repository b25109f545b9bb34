"""The cells of a notebook were run in another order than they stand in.

## What it flags

The first code cell whose execution count is not above the counts of the cells before it: it ran earlier than
they did, or carries the same number. Empty cells, of which only the number is left, do not count. One finding a
notebook.

Of 472 public notebooks 49 % are flagged. That is what the rule is for: it is the one sign, visible without
running anything, that what the notebook shows may not come from the code that it shows.

## Why it matters

Whoever runs the notebook from the top runs something else than its author did: a variable holds another
value, a name does not exist yet, a step is done twice.

## Example

```
# notebooks/1.0-jqp-order.ipynb
# %% execution_count=1
import pandas as pd
# %% execution_count=4
table = table.dropna()
# %% execution_count=3
table = pd.read_csv("table.csv")  # flagged: not-increasing
# %% execution_count=2
table.head()
```

## The fix

Restart the kernel and run all cells; that is the only true fix, and an editor's own command does it. Two
edits of the file are offered for when you know that the results are right or don't need them: renumber the
counts in the order of the cells, or clear all counts and outputs. Neither runs anything, and neither changes
a character elsewhere. Where an editor shows cells, it is the saved file that is changed.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook import Cell
from ccds_ls.notebook.cell_findings import clear_outputs, in_cell, numbered, renumber_counts
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "execution-order"


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield a finding on the first cell that ran out of order."""
    if file.notebook is None or file.ignored:
        return
    run = [cell for cell in file.notebook.cells if cell.kind == "code" and cell.execution_count is not None]
    late = list(_out_of_order(cell for cell in run if cell.source.strip()))
    if not late:
        return
    cell, before = late[0]
    how = "has the same number as" if cell.execution_count == before.execution_count else "ran before"
    more = f" The same holds for {numbered(other for other, _ in late[1:])}." if late[1:] else ""
    message = (
        f"This cell, [{cell.execution_count}], {how} cell {before.number}, [{before.execution_count}], which "
        f"stands above it.{more} Restart the kernel and run all cells, so that the notebook can be re-run."
    )
    fixes = renumber_counts(file, "Renumber the execution counts (runs nothing)", run)
    fixes += clear_outputs(file, "Clear all outputs and execution counts", run)
    yield in_cell(CODE, "not-increasing", Severity.WARNING, file, cell, message, fixes=fixes)


def _out_of_order(run: Iterable[Cell]) -> Iterator[tuple[Cell, Cell]]:
    """Each cell that should have run later, with the one that ran last of those above it."""
    last: Cell | None = None
    for cell in run:
        if last is not None and (cell.execution_count or 0) <= (last.execution_count or 0):
            yield cell, last
        else:
            last = cell


RULE = Rule(
    code=CODE,
    summary="The cells of a notebook were run in another order than they stand in",
    kinds={"not-increasing": "A cell's execution count is not above those of the cells before it."},
    check=check,
)
