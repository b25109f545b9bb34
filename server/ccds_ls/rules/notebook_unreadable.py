"""A notebook file can't be opened.

## What it flags

`.ipynb` files that are not valid JSON, break off in the middle, hold the conflict markers of an unfinished
merge, are empty, or are JSON without a list of cells. While a notebook is being edited as text, only text
that begins like JSON counts: some editors show a notebook under its own name as a script. All 472 public
notebooks that were measured can be opened.

## Why it matters

Jupyter takes only its own form of JSON and refuses anything else with a message that names no line. A merge
that left its markers is easily committed, and whoever pulls it can't open the notebook.

## Example

```
# notebooks/1.0-jqp-merge.ipynb
{"cells": [
<<<<<<< HEAD  # flagged: conflict
{"cell_type": "raw", "metadata": {}, "source": "mine"}
=======
{"cell_type": "raw", "metadata": {}, "source": "theirs"}
>>>>>>> branch
], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
```

## The fix

There is none: mend the text at the place that is shown, or take the file from the last commit.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity, Span, plain_fingerprint
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File, Origin

CODE = "notebook-unreadable"


def check(file: File, context: Context) -> Iterator[Finding]:  # noqa: ARG001 - every rule has this form
    """Yield one finding where the notebook's text stops making sense."""
    notebook = file.notebook
    if notebook is None or notebook.problem is None or file.ignored or file.text is None:
        return
    if file.origin is Origin.OVERLAY and not file.text.lstrip("\ufeff \t\r\n").startswith("{"):
        return
    offset = min(notebook.problem_offset or 0, len(file.text))
    line = file.lines.position(offset)[0]
    kind = "conflict" if "conflict markers" in notebook.problem else "broken"
    yield Finding(
        CODE,
        kind,
        Severity.WARNING,
        file.path,
        f"This notebook can't be opened: at line {line + 1}, {notebook.problem}.",
        file.state,
        plain_fingerprint(CODE, kind, file.path),
        Span(offset, max(offset, file.lines.line_end(line))),
    )


RULE = Rule(
    code=CODE,
    summary="A notebook file can't be opened",
    kinds={
        "conflict": "The file holds the conflict markers of an unfinished merge.",
        "broken": "The file is not JSON, breaks off, or holds no list of cells.",
    },
    check=check,
)
