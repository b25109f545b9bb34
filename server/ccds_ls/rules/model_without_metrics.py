"""A trained model stands alone, without metrics or notes.

## What it flags

A model in `models/` that a commit would take, without a file of metrics, parameters or notes beside it: one of the
same name with another ending, or one whose name says so (`metrics.json`, `params.yaml`, `README.md`).

## Why it matters

In a month nobody knows which data and parameters made it, or whether it was the good one. A few numbers in a JSON
file that the training script writes are enough.

## Example

```text
# paths
models/forest.pkl
models/metrics.json
```

```text
# paths
models/lstm.pt  # flagged: alone
models/forest.csv
```

```text
# paths
models/2024/forest.joblib
models/2024/forest.yaml
```

## The fix

None is applied for you: have the training script write its metrics and parameters beside the model.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.data_policy import Content, Place, content_of, place_of
from ccds_ls.finding import Finding, Severity, State, plain_fingerprint
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

_NOTES = re.compile(r"\.(?:json|ya?ml|md|txt|toml|csv|tsv|html|dvc)", re.IGNORECASE)
_TELLING = re.compile(
    r"metric|score|eval|result|report|param|config|card|readme|provenance|train|log|history|meta",
    re.IGNORECASE,
)


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one hint, on the whole file; a model that was committed long ago is left alone."""
    path = context.project.relative(file.path)
    if file.ignored or file.committed or file.state is State.WORK_TREE:
        return
    if place_of(path, context.config.data_folders) is not Place.MODELS:
        return
    if content_of(path, file.head) is not Content.MODEL or _is_explained(
        file, context.snapshot.beside_models
    ):
        return
    yield Finding(
        code=RULE.code,
        kind="alone",
        severity=Severity.HINT,
        path=file.path,
        message="Nothing beside this model says how it was made or how good it is: keep its metrics and parameters"
        f" with it, for example in {file.name.rpartition('.')[0]}.json.",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, path),
    )


def _is_explained(file: File, paths: tuple[str, ...]) -> bool:
    folder, _, name = file.path.rpartition("/")
    stem = name.partition(".")[0].lower()
    for other in paths:
        where, _, beside = other.rpartition("/")
        suffix = beside[beside.rfind(".") :] if "." in beside else ""
        if where != folder or beside == name or not _NOTES.fullmatch(suffix):
            continue
        if _TELLING.search(beside) or (beside.lower().startswith(stem) and suffix not in (".csv", ".tsv")):
            return True
    return False


RULE = Rule(
    code="model-without-metrics",
    summary="A trained model stands alone, without metrics or notes",
    kinds={"alone": "No file of metrics, parameters or notes is beside a model in models/."},
    check=check,
    reads_text=False,
    local=False,
)
