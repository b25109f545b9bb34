"""A notebook is so long that parts of it belong into the project's package.

## What it flags

Notebooks with more than 50 cells, or with more than 500 lines of code. Of 472 public notebooks 16 % are that
long; this is a hint.

## Why it matters

Long notebooks are hard to run in one go, to review and to reuse. Cookiecutter Data Science keeps notebooks
for exploring and telling, and puts what is needed twice into modules that notebooks import.

## Example

```
# notebooks/1.0-jqp-short.ipynb
# %% execution_count=1
import pandas as pd
```

## The fix

There is none: split the notebook, one question each, or move functions into the project's package.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_findings import on_notebook
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "long-notebook"
MAX_CELLS = 50
MAX_LINES = 500


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield one finding on a notebook with too many cells, or too many lines of code."""
    if file.notebook is None or file.ignored:
        return
    cells = [cell for cell in file.notebook.cells if cell.source.strip()]
    lines = sum(len(cell.source.splitlines()) for cell in cells if cell.kind == "code")
    advice = "Split it, one question each, or move code into the project's package."
    if len(cells) > MAX_CELLS:
        yield on_notebook(
            CODE, "cells", Severity.HINT, file, f"This notebook has {len(cells)} cells. {advice}"
        )
    elif lines > MAX_LINES:
        yield on_notebook(
            CODE, "lines", Severity.HINT, file, f"This notebook has {lines} lines of code. {advice}"
        )


RULE = Rule(
    code=CODE,
    summary="A notebook is so long that parts of it belong into the project's package",
    kinds={"cells": "It has more than 50 cells.", "lines": "It has more than 500 lines of code."},
    check=check,
)
