"""An ignore file covers this file, and git tracks it all the same.

## What it flags

A file in git that a line of `.gitignore` (or of another ignore file) would keep out, if git did not track it. It
was added with `--force`, or before the line was written. What other rules say of the file counts more: where it is
data or litter, or has secrets in it, this rule is silent. Placeholders such as `.gitkeep` are often kept in ignored
folders on purpose.

## Why it matters

Git asks its ignore files about new files alone. Whoever reads the line takes the file to be left out of git, and
every commit takes it in.

## Example

```text
# paths
reports/draft.docx (covered)  # flagged: tracked
config/local.toml (covered)  # flagged: tracked
config/default.toml
models/.gitkeep (covered)
```

## The fix

Stops tracking the file; it stays on disk. If it belongs in git, add a line with `!` and its path to the ignore file.

## Options

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.data_policy import Content, content_of, judge_file
from ccds_ls.finding import Finding, Fix, Severity, State, StopTracking, Unstage, plain_fingerprint
from ccds_ls.rules import Context, Rule
from ccds_ls.rules.litter import litter_of
from ccds_ls.snapshot import File


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding, on the whole file."""
    path = context.project.relative(file.path)
    if file.covered_by is None or content_of(path, file.head) is Content.NOTE or litter_of(path):
        return
    if judge_file(file, path, context.config):
        return
    new = file.state is State.STAGED and not file.committed
    edit = Unstage(file.path) if new else StopTracking(file.path)
    title = f"Unstage {file.name}" if new else f"Stop tracking {file.name} (the file stays)"
    yield Finding(
        code=RULE.code,
        kind="tracked",
        severity=Severity.INFORMATION,
        path=file.path,
        message=f"Git tracks this file although it is to be ignored ({file.covered_by}): such a line counts for new "
        "files alone. Stop tracking the file, or take it back in that line's file with '!'.",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, path),
        fixes=(Fix(title, (edit,)),),
    )


RULE = Rule(
    code="ignored-but-tracked",
    summary="An ignore file covers this file, and git tracks it all the same",
    kinds={"tracked": "A file in git is covered by a line of an ignore file."},
    check=check,
    told_by={"tracked": ("secret", "env-file", "key-file")},
    reads_text=False,
    local=False,
)
