"""A notebook holds the same code as another one.

## What it flags

Notebooks with ten lines of code or more whose code is, line by line, that of an earlier notebook of the same
project, by path; one named `Untitled` or as a copy comes after all others. Text, outputs and empty lines do not
count. The first notebook is not flagged; the finding in the others leads to it. Of 932 notebooks that 18 libraries
ship in their source distributions on PyPI one is flagged, rightly (0.1 %).

## Why it matters

Copying a notebook to begin a new one is one of the signs that Cookiecutter Data Science names for code that
wants to be in the project's package. A copy that stayed one is mended, run and read twice.

## Example

```
# notebooks/1.0-jqp-first.ipynb
# %% execution_count=1
a = 1
b = 2
c = 3
d = 4
e = 5
# %% execution_count=2
f = 6
g = 7
h = 8
i = 9
j = 10
```

```
# notebooks/2.0-jqp-second.ipynb  # flagged: copy
# %% execution_count=1
a = 1
b = 2
c = 3
d = 4
e = 5

f = 6
g = 7
h = 8
i = 9
j = 10
```

## The fix

There is none: delete one of them, or move what both need into the project's package.

## Options

None. An editor compares all notebooks of a repository, `ccds-ls check` those that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Related, Severity
from ccds_ls.notebook.cell_findings import on_notebook
from ccds_ls.notebook.facts import rank
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "duplicate-notebook"


def check(file: File, context: Context) -> Iterator[Finding]:
    """Yield one finding on a notebook whose code an earlier one has."""
    if file.notebook is None or file.ignored:
        return
    code = file.facts.code
    root = context.project.root
    first = context.snapshot.index.first_with(code, f"{root}/" if root else "") if code else None
    if first is not None and rank(first) < rank(file.path):
        message = (
            f"This notebook holds the same code as {context.project.relative(first)}. "
            "Keep one, and move what both need into the project's package."
        )
        related = (Related(first, "the same code"),)
        yield on_notebook(CODE, "copy", Severity.INFORMATION, file, message, related=related)


RULE = Rule(
    code=CODE,
    summary="A notebook holds the same code as another one",
    kinds={"copy": "An earlier notebook of the project has the same code, line by line."},
    check=check,
    local=False,
)
