"""A notebook has no heading.

## What it flags

Notebooks with three or more code cells and no heading in any Markdown cell: neither `# ...`, nor an
underlined line, nor `<h1>`. Of 472 public notebooks about a third has none, so this is a hint.

## Why it matters

Editors and pages that show notebooks build their outline from headings, and a reader learns from the first
one what the notebook is for.

## Example

```
# notebooks/1.0-jqp-heading.ipynb  # flagged: none
# %% [markdown]
Some words, but no heading.
# %% execution_count=1
import pandas as pd
# %% execution_count=2
table = pd.read_csv("table.csv")
# %% execution_count=3
table.head()
```

## The fix

There is none: begin the notebook with a Markdown cell such as `# What the customers bought`.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_findings import on_notebook
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "no-heading"
MIN_CODE_CELLS = 3


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield one finding on a notebook that has code and no heading."""
    notebook = file.notebook
    if notebook is None or file.ignored or (file.is_script and file.saved is None):
        return
    code = [cell for cell in notebook.cells if cell.kind == "code" and cell.source.strip()]
    if len(code) >= MIN_CODE_CELLS and notebook.heading is None:
        message = "This notebook has no heading. Begin it with a Markdown cell such as '# What the customers bought'."
        yield on_notebook(CODE, "none", Severity.HINT, file, message)


RULE = Rule(
    code=CODE,
    summary="A notebook has no heading",
    kinds={"none": "No Markdown cell holds a heading."},
    check=check,
)
