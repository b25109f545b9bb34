"""A notebook writes into the folder of raw data.

## What it flags

Calls in code cells that write, change or remove a file under `data/raw`: tables (`to_csv`, ...), arrays and
models, `open` for writing, `Path.write_text`, `shutil.copy`, `os.remove` and their like. The path is followed
through variables, `/`, `+`, f-strings, `os.path.join` and the project's `RAW_DATA_DIR`. None of 472 public
notebooks had such a call with the path written out, so the rule is silent for nearly everybody.

## Why it matters

Cookiecutter Data Science takes raw data for immutable: every result can be made again from it, as long as
nothing else has written there. Fetching new raw data is fine; say so in a comment that suppresses the
finding.

## Example

```
# notebooks/1.0-jqp-raw.ipynb
# %% execution_count=1
from churn.config import RAW_DATA_DIR
table = pd.read_csv(RAW_DATA_DIR / "table.csv")
# %% execution_count=2
table.dropna().to_csv(RAW_DATA_DIR / "table.csv")  # flagged: write
table.to_csv("../data/interim/table.csv")
# %% execution_count=3
folder = Path("../data/raw")
open(folder / "note.txt", "w").write("...")  # flagged: write
open(folder / "note.txt").read()
```

## The fix

There is none: write to `data/interim` or `data/processed`.

## Options

`data-folders`: the folders that hold `raw`, `["data"]` by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.finding import Finding, Severity
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.notebook.cell_writes import writes
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "raw-data-write"


def check(file: File, context: Context) -> Iterator[Finding]:
    """Yield a finding on each call that writes under a data folder's ``raw``."""
    notebook = file.notebook
    if notebook is None or file.ignored or not notebook.is_python:
        return
    cells = [cell for cell in notebook.cells if cell.kind == "code"]
    if not any("raw" in cell.source.lower() for cell in cells):
        return  # most notebooks: nothing is parsed
    folders = "|".join(re.escape(folder.rpartition("/")[2]) for folder in context.config.data_folders)
    raw = re.compile(rf"(?:^|/)(?:{folders})/+raw(?:/|$)")
    for index, span, path in writes(cell.source for cell in cells):
        if raw.search(path):
            message = "This writes into the raw data, which stays as it came. Write to data/interim instead."
            yield in_cell(CODE, "write", Severity.INFORMATION, file, cells[index], message, span)


RULE = Rule(
    code=CODE,
    summary="A notebook writes into the folder of raw data",
    kinds={"write": "A call writes, changes or removes a file under data/raw."},
    check=check,
)
