"""A notebook defines a class.

## What it flags

Classes at the top level of a code cell, one finding each, as a hint. Left alone are those without a body of
their own (`class Late(Exception): pass`). Of 472 public notebooks 7 % define a class.

## Why it matters

This is one of the signs that Cookiecutter Data Science names for code that wants to be in the project's
package, where it can be tested, imported and reviewed.

## Example

```
# notebooks/1.0-jqp-model.ipynb
# %% execution_count=1
class Late(Exception):
    pass
# %% execution_count=2
class Model:  # flagged: class
    def fit(self, table):
        return self
```

## The fix

There is none: move the class into a module of the project's package, and import it.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_code import classes
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "class-in-notebook"


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield a finding on each class."""
    if file.notebook is None or file.ignored or not file.notebook.is_python:
        return
    for cell in file.notebook.cells:
        if cell.kind != "code" or "class " not in cell.source:
            continue
        for name, span in classes(cell.source):
            message = (
                f"Move the class '{name}' into the project's package, where it can be tested and imported."
            )
            yield in_cell(CODE, "class", Severity.HINT, file, cell, message, span)


RULE = Rule(
    code=CODE,
    summary="A notebook defines a class",
    kinds={"class": "A class with a body stands at the top level of a cell."},
    check=check,
)
