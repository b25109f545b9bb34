"""Raw data that git keeps is about to be changed or deleted.

## What it flags

A file under `data/raw` of which git has a version already, when a commit would change or delete it. Files that are
new there are the business of `data-file`; placeholders, READMEs and `.dvc` pointers are left alone.

## Why it matters

Cookiecutter Data Science takes raw data for immutable: every result can be made again from it. After a change nobody
can say which results came from which version, and a commit gets into every colleague's copy.

## Example

```text
# paths
data/raw/measurements.csv (committed)  # flagged: changed
data/raw/README.md (committed)
data/raw/new.csv
data/interim/measurements.csv (committed)
```

## The fix

Takes the change out of the commit again; the file on disk stays as it is. `git restore data/raw/FILE` would bring the
committed version back. What you make from raw data belongs in `data/interim` or `data/processed`.

## Options

`data-folders`: the folders that hold `raw`, `["data"]` by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.data_policy import Content, content_of, data_folder, in_state
from ccds_ls.finding import Finding, Fix, Severity, State, Unstage, plain_fingerprint
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding, on the whole file."""
    if not file.committed or file.state is State.WORK_TREE:
        return
    path = context.project.relative(file.path)
    folder = data_folder(path, context.config.data_folders)
    if folder is None or not path.startswith(f"{folder}/raw/") or content_of(path, file.head) is Content.NOTE:
        return
    kind = "deleted" if file.deleted else "changed"
    unstage = Fix(f"Unstage {file.name}", (Unstage(file.path),), preferred=True)
    yield Finding(
        code=RULE.code,
        kind=kind,
        severity=in_state(Severity.WARNING, file.state),
        path=file.path,
        message=f"Raw data is {kind} here, of which git has a version. It stays as it came, so that every result can"
        " be made again from it; write what you make from it to data/interim.",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, kind, path),
        fixes=(unstage,) if file.state is State.STAGED else (),
    )


RULE = Rule(
    code="raw-data-changed",
    summary="Raw data that git keeps is about to be changed or deleted",
    kinds={
        "changed": "A commit would change a file under data/raw.",
        "deleted": "A commit would delete a file under data/raw.",
    },
    check=check,
    reads_text=False,
    local=False,
    deletions=True,
)
