"""Data, a model, an archive or a very large file is about to enter git.

## What it flags

A file by its place in the project, what it is (its name, and its first bytes where the name says little) and
its size. What lies in a data folder is flagged whatever it is; a table in the project's root or beside the
notebooks as well. Small tables that belong to the code, to tests, to reports or to the documentation are not,
and neither are placeholders, READMEs, `.dvc` files, Git LFS pointers, lock files and code.

## Why it matters

Git keeps every version of every file for good. A data file that was committed once is in each clone from then
on, deleting it later frees nothing, and what was not yours to publish is published. GitHub warns about files
above 50 MiB and refuses a push that has one above 100 MiB anywhere in its history.

## Example

```text
# paths
data/raw/customers.csv (2 MB)  # flagged: data-folder
data/external/photo.jpg  # flagged: data-folder
data/raw/.gitkeep
data/README.md
data/raw/sales.csv.dvc
export.csv  # flagged: tabular
notebooks/sample.xlsx  # flagged: tabular
src/lookup.csv (20 kB)  # flagged: tabular
tests/fixtures/small.csv (20 kB)
references/codebook.xlsx (90 kB)
reports/scores.csv (2 kB)
models/forest.joblib (3 MB)  # flagged: model
src/forest.joblib (3 kB)  # flagged: model
everything.zip  # flagged: archive
notebooks/1.0-jqp-maps.ipynb (800 kB)  # flagged: large-notebook
reports/figures/map.png (2 MB)
src/words.json (5 MB)  # flagged: large
uv.lock (2 MB)
models/llm.safetensors (120 MB)  # flagged: too-large-for-github
```

## The fix

Keeps the file out of the commit: takes it out of the index again, or stops tracking it, and adds a line to
`.gitignore`; for a file in a data folder the line covers the folder. The file itself is never touched. No fix
is applied unasked, because only you know whether the file is wanted. Data that the project needs goes to
shared storage, to DVC or to Git LFS. A notebook whose outputs make it large is cleared of
them by the first fix; where `large-output` has a finding on it there is none here.

## Options

`data-folders` (default `["data"]`) names the folders whose files are data. `max-file-size-kib` (default 500)
is the size above which any file is worth a look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ccds_ls.data_policy import GITHUB_REJECTS, Content, Verdict, data_folder, in_state, judge_file
from ccds_ls.finding import (
    EditSaved,
    Finding,
    Fix,
    MoveToRaw,
    State,
    TrackWithDvc,
    TrackWithLfs,
    plain_fingerprint,
)
from ccds_ls.gitignore import ignoring_fixes, pattern_for
from ccds_ls.notebook.cell_findings import clear_outputs, outputs_size
from ccds_ls.rules import Context, Rule
from ccds_ls.rules.litter import litter_of
from ccds_ls.snapshot import File, Origin


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding, on the whole file."""
    path = context.project.relative(file.path)
    if file.ignored or litter_of(path) is not None:
        return
    config = context.config
    verdict = judge_file(file, path, config)
    if verdict is None:
        return
    yield Finding(
        code=RULE.code,
        kind=verdict.row.kind,
        severity=in_state(verdict.row.severity, file.state),
        path=file.path,
        message=_message(verdict, file, verdict.row.above or config.max_file_size_kib * 1024),
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, verdict.row.kind, path),
        fixes=_fixes(file, path, verdict.row.kind, context),
    )


def _fixes(file: File, path: str, kind: str, context: Context) -> tuple[Fix, ...]:
    folder = data_folder(path, context.config.data_folders)
    patterns = [pattern_for(folder) + "/"] if folder is not None else []
    fixes = ignoring_fixes(file, context.project, *patterns, pattern_for(path))
    if kind == "large-notebook":
        return (*_clearing(file), *(replace(fix, preferred=False) for fix in fixes))
    if file.state is State.WORK_TREE:
        return fixes
    if kind == "tabular" and not file.committed:
        fixes += (Fix("Move it to data/raw, which git ignores", (MoveToRaw(file.path),)),)
    elif kind != "data-folder":
        fixes += (
            Fix("Track it with DVC", (TrackWithDvc(file.path),)),
            Fix("Track it with Git LFS", (TrackWithLfs(file.path),)),
        )
    return fixes


def _message(verdict: Verdict, file: File, limit: int) -> str:
    kind, size, how_large = verdict.row.kind, file.size, readable(file.size)
    if kind == "too-large-for-github":
        if size > GITHUB_REJECTS:
            return f"{how_large}: GitHub refuses a push with a file above 100 MiB in it. {_ELSEWHERE}"
        return f"{how_large}: GitHub warns about files above 50 MiB. {_ELSEWHERE}"
    if kind == "large":
        return f"{how_large} stay in the history for good; the limit here is {readable(limit)}. {_ELSEWHERE}"
    if kind == "large-notebook" and not _is_mostly_outputs(file):
        kind = "large-cells"
    if kind == "tabular" and file.state is State.WORK_TREE and file.tracked:
        kind = "kept-table"
    if kind == "data-folder" and file.covered_by is not None:
        kind = "covered"
    return _MESSAGES[kind].format(what=_described(verdict, how_large), line=file.covered_by)


def _clearing(file: File) -> tuple[Fix, ...]:
    if file.notebook is None or not _is_mostly_outputs(file):
        return ()
    title = "Clear all outputs of this notebook"
    if file.origin is Origin.OVERLAY and any(cell.outputs for cell in file.notebook.cells):
        # The edits are many, and this is asked at each keystroke.
        return (Fix(title, (EditSaved(file.path),)),)
    return clear_outputs(file, title, file.notebook.cells)


def _is_mostly_outputs(file: File) -> bool:
    """Whether outputs make a notebook large; taken to be so where an editor shows it or nothing can be read."""
    if file.cells is not None or file.text is None or file.notebook is None or not file.notebook.cells:
        return True
    if file.origin is Origin.OVERLAY:  # To measure the outputs takes too long at each keystroke.
        return sum(len(cell.source) for cell in file.notebook.cells) < len(file.text) / 2
    return sum(map(outputs_size, file.notebook.cells)) > len(file.text) / 2


_ELSEWHERE = "Keep it out of git, or track it with Git LFS or DVC."
_MESSAGES = {
    "data-folder": "{what} in a data folder: git would keep every version of it for good. "
    "Let .gitignore cover the folder, and share data by other means (storage, DVC, Git LFS).",
    "covered": "{what} in a data folder, which git takes although it is to be ignored ({line}): such a line "
    "counts for new files alone. Take it out of git; the file stays.",
    "tabular": "{what} would stay in the history for good, and may hold what is not yours to publish. "
    "Move it into the data folder, which git ignores, or add it to .gitignore.",
    "kept-table": "{what} is in the history already, and may hold what is not yours to publish. "
    "Stop tracking it, and keep it in the data folder, which git ignores.",
    "model": "{what} can be made again from code and data, and git can't compare its versions. "
    "Keep it out of git, or track it with Git LFS or DVC.",
    "archive": "{what} is a closed box to git, and each version is kept whole. "
    "Unpack what belongs in the project; keep data in the data folder, which git ignores.",
    "large-notebook": "{what}: most of that is saved outputs. "
    "Clear the outputs that nobody needs to see before you commit it.",
    "large-cells": "{what}: most of that is in its cells, not in their outputs. "
    "Move pictures and data that they hold into files of their own.",
}
_NOUNS = {
    Content.DATA: "A data file",
    Content.MODEL: "A model or pickle",
    Content.ARCHIVE: "An archive",
    Content.NOTEBOOK: "A notebook",
    Content.FIGURE: "An image or document",
}


def _described(verdict: Verdict, how_large: str) -> str:
    noun = _NOUNS.get(verdict.content, "A file")
    shown = f", {verdict.format} by its first bytes" if verdict.format else ""
    return f"{noun} ({how_large}{shown})"


def readable(size: int) -> str:
    """A number of bytes for people, in the units of the settings and of GitHub: ``612 KiB``, ``2.3 MiB``."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KiB"
    mib = size / 1024 / 1024
    return f"{mib:.1f} MiB" if mib < 1024 else f"{mib / 1024:.1f} GiB"


RULE = Rule(
    code="data-file",
    summary="Data, a model, an archive or a very large file is about to enter git",
    kinds={
        "data-folder": "A file in a data folder that is no placeholder, note or code.",
        "tabular": "A table or data set outside the data folders.",
        "model": "A trained model or a pickle.",
        "archive": "An archive.",
        "large-notebook": "A notebook made large by its outputs.",
        "large": "Any other file above the limit.",
        "too-large-for-github": "A file above 50 MiB, of which GitHub warns, or 100 MiB, which it refuses.",
    },
    check=check,
    is_about_commits=True,
    told_by={"large-notebook": ("large-output",)},
    reads_text=False,
)
