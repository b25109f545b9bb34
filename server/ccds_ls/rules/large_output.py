"""A notebook's saved outputs are very large.

## What it flags

A cell whose saved outputs take more than 500 kB, and a notebook whose outputs together take more than 1 MB
with no such cell in it. Of 472 public notebooks 11 % have more than 1 MB of outputs.

## Why it matters

Every run writes the outputs anew, git keeps every version of them for good, and pages that show notebooks
give up on large ones. In most cases it is one figure with every data point in it, or a loop that prints.

## Example

```
# notebooks/1.0-jqp-large.ipynb
# %% execution_count=1 outputs=stream
print("ok")
# %% execution_count=2 outputs=large
for row in rows:  # flagged: cell
    print(row)
```

## The fix

Clears the outputs and the count of the cells concerned and changes no other character of the file; where an
editor shows cells, it is the saved file that is changed. It is not applied without looking: the outputs are gone
until the cell is run again.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_findings import clear_outputs, in_cell, on_notebook, outputs_size
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "large-output"
CELL_LIMIT = 500_000
NOTEBOOK_LIMIT = 1_000_000
"""In characters of the JSON text, which are bytes but for outputs in other alphabets."""


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield a finding for each cell with large outputs, or one for a notebook that has them in many cells."""
    if file.notebook is None or file.ignored:
        return
    is_json = file.cells is None and not file.is_script
    if is_json and len(file.text or "") <= CELL_LIMIT:
        return  # None of it is larger than all of it, and to measure takes longer than to see this.
    cells = [cell for cell in file.notebook.cells if cell.outputs]
    large = [cell for cell in cells if outputs_size(cell) > CELL_LIMIT]
    for cell in large:
        message = f"The saved outputs of this cell take {outputs_size(cell) / 1e6:.1f} MB. Show less, or clear them."
        fixes = clear_outputs(file, "Clear the outputs of this cell", (cell,))
        yield in_cell(CODE, "cell", Severity.WARNING, file, cell, message, fixes=fixes)
    total = sum(map(outputs_size, cells))
    if total > NOTEBOOK_LIMIT and not large:
        message = f"The saved outputs of this notebook take {total / 1e6:.1f} MB. Clear them before a commit."
        fixes = clear_outputs(file, "Clear all outputs of this notebook", cells)
        yield on_notebook(CODE, "notebook", Severity.WARNING, file, message, fixes)


RULE = Rule(
    code=CODE,
    summary="A notebook's saved outputs are very large",
    kinds={
        "cell": "One cell's outputs take more than 500 kB.",
        "notebook": "All outputs together take more than 1 MB.",
    },
    check=check,
)
