"""A notebook is about to be committed with its outputs.

This rule is off until you name it: `enable = ["saved-output"]`.

## What it flags

A notebook with any saved output or execution count, once a notebook: a warning when it is staged, information
while it is not yet. 85 % of 472 public notebooks were committed with their outputs, on purpose for the most
part, so this is for projects that have agreed to commit none. Of what is staged that is looked at which git
would store: with a filter such as nbstripout at work there is nothing to find.

## Why it matters

Outputs hold data, names and paths; they make every run a change, and reviews unreadable.

## Example

```
# notebooks/1.0-jqp-result.ipynb  # flagged: outputs
# %% execution_count=1 outputs=result
table.head()
```

```
# notebooks/2.0-jqp-clean.ipynb
# %%
table.head()
```

## The fix

Clears all outputs and execution counts in the file, and changes no other character. Stage it again after that;
or strip the staged version alone, which leaves the file as it is.

## Options

`enable`: the codes of rules that are off by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity, State
from ccds_ls.notebook.cell_findings import clear_outputs, on_notebook
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "saved-output"


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield one finding on a notebook that has outputs or counts and may be committed."""
    if file.notebook is None or file.ignored or file.state is State.WORK_TREE or file.cells is not None:
        return  # of cells in an editor the outputs are not known
    cells = [cell for cell in file.notebook.cells if cell.outputs or cell.execution_count is not None]
    if cells:
        staged = file.state is State.STAGED
        message = (
            f"This notebook {'is staged with' if staged else 'has'} outputs, and this project commits none. "
            f"Clear them{', and stage it again' if staged else ''}."
        )
        severity = Severity.WARNING if staged else Severity.INFORMATION
        fixes = clear_outputs(file, "Clear all outputs of this notebook", cells)
        yield on_notebook(CODE, "outputs", severity, file, message, fixes)


RULE = Rule(
    code=CODE,
    summary="A notebook is about to be committed with its outputs",
    kinds={"outputs": "A cell has an output or an execution count."},
    check=check,
    is_optional=True,
)
