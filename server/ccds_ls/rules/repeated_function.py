"""A notebook defines a function that another notebook has as well.

## What it flags

Functions of three lines and more at the top level of a cell that an earlier notebook of the same project, by
path, defines in the same way, one named `Untitled` or as a copy after all others; comments, spacing and the
docstring do not count. The first notebook is not flagged, the finding in the others leads to it; nor is one that is
a copy as a whole, which `duplicate-notebook` tells. 17 % of 443 public notebooks share a function with another one;
fewer are flagged, since the first is left out.

## Why it matters

This is one of the signs that Cookiecutter Data Science names for code that wants to be in the project's
package: the next mistake is mended in one copy only.

## Example

```
# notebooks/1.0-jqp-first.ipynb
# %% execution_count=1
def share(table):
    total = table.sum()
    return table / total
```

```
# notebooks/2.0-jqp-second.ipynb
# %% execution_count=1
def share(table):  # flagged: function
    # the same again
    total = table.sum()
    return table / total
# %% execution_count=2
def other(table):
    total = table.sum()
    return table * total
```

## The fix

There is none: move the function into a module of the project's package, and import it in both notebooks.

## Options

None. An editor compares all notebooks of a repository, `ccds-ls check` those that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Related, Severity
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.notebook.facts import rank
from ccds_ls.rules import Context, Rule, duplicate_notebook
from ccds_ls.snapshot import File

CODE = "repeated-function"


def check(file: File, context: Context) -> Iterator[Finding]:
    """Yield a finding on each function that an earlier notebook has."""
    notebook = file.notebook
    if notebook is None or file.ignored:
        return
    index, root = context.snapshot.index, context.project.root
    below = f"{root}/" if root else ""
    whole = index.first_with(file.facts.code, below) if file.facts.code else None
    if (
        whole is not None
        and rank(whole) < rank(file.path)
        and duplicate_notebook.CODE not in context.config.disable
    ):
        return  # that all of it is a copy is said once
    for function in file.facts.functions:
        first = index.first_with(function.digest, below)
        if first is None or rank(first) >= rank(file.path):
            continue
        other = next(f for f in index.facts[first].functions if f.digest == function.digest)
        message = (
            f"'{function.name}' stands in {context.project.relative(first)} as well. "
            "Move it into the project's package, and import it in both."
        )
        cell = notebook.cells[function.cell - 1]
        related = Related(first, f"'{function.name}', the same", other.line, other.cell, other.cell_line)
        yield in_cell(
            CODE, "function", Severity.INFORMATION, file, cell, message, function.span, related=(related,)
        )


RULE = Rule(
    code=CODE,
    summary="A notebook defines a function that another notebook has as well",
    kinds={"function": "An earlier notebook of the project defines the same function."},
    check=check,
    local=False,
)
