""".gitignore lets the data folder into git.

## What it flags

In the project's `.gitignore`, when nothing in it keeps the data folders out: the line that would, where it stands
there as a comment, the place from which it was removed since the last commit, or else the file as a whole, if data is
about to be committed. A project in which some of the data is ignored, by this file or another such as
`data/.gitignore`, has decided what to share, and one that uses DVC has to let its `.dvc` files in: both are left
alone.

## Why it matters

It is how data gets into a repository: of 38 public projects with data in git, 30 had lost that line, 9 of them by
making it a comment. The finding on each file goes away with the file; this one is the cause.

## Example

```text
# .gitignore
__pycache__/
# exclude data from source control
# /data/  # flagged: commented-out
```

```text
# .gitignore
# data
/data/
```

## The fix

Makes the line a pattern again, adds the removed one, or adds `/data/`. Files that git tracks already stay tracked.

## Options

`data-folders` (default `["data"]`): the folders that should be kept out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ccds_ls.data_policy import in_state, judge_file, probes_in
from ccds_ls.finding import AppendLine, Finding, Fix, Severity, Span, State, TextEdit, plain_fingerprint
from ccds_ls.gitignore import is_ignored, pattern_for
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File
from ccds_ls.text import LineIndex, matching_line

_LINE = re.compile(r"[^\r\n]+")
# A pattern turned into a comment: one word with a slash or a star in it. A heading has neither.
_COMMENTED = re.compile(r"#+[ \t]*(?=\S*[/*])(\S+)[ \t]*")


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding for each data folder, on a line or on the whole file."""
    if file.text is None or context.project.relative(file.path) != ".gitignore":
        return
    if not context.snapshot.in_git or _uses_dvc(context):
        return
    lines = list(_LINE.finditer(file.text))
    for folder in context.config.data_folders:
        if posixpath.join(context.project.root, folder) in context.snapshot.kept_out:
            continue
        probes = probes_in(folder)
        written = [line[0] for line in lines]
        if any(is_ignored(_patterns(written), probe) for probe in probes):
            continue
        for number, line in enumerate(lines):
            match = _COMMENTED.fullmatch(line[0])
            if match and is_ignored(
                _patterns([*written[:number], match[1], *written[number + 1 :]]), probes[1]
            ):
                yield _commented_out(file, Span(*line.span()), match[1])
                break
        else:
            before = context.snapshot.committed.get(file.path)
            is_narrower = any(f"{folder}/" in line for line in _patterns(written) if line[0] != "!")
            gone = None if is_narrower else _removed(before, written, probes)
            if gone is not None:
                yield _gone(file, *gone)
            elif any(_is_coming_data(each, folder, context) for each in context.snapshot.files):
                yield _missing(file, f"{pattern_for(folder)}/")


def _removed(before: str | None, now: list[str], probes: list[str]) -> tuple[LineIndex, int] | None:
    """The line of the last commit's version that kept data out and is not there any more."""
    lines = LineIndex(before or "")
    for number in reversed(range(len(lines.starts))):
        line = lines.line(number)
        if line not in now and any(is_ignored(_patterns([line]), probe) for probe in probes):
            return lines, number
    return None


def _patterns(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("#")]


def _uses_dvc(context: Context) -> bool:
    if context.project.root in context.snapshot.with_dvc:
        return True
    paths = (context.project.relative(file.path) for file in context.snapshot.files)
    return any(path.endswith(".dvc") or path.startswith(".dvc/") for path in paths)


def _is_coming_data(file: File, folder: str, context: Context) -> bool:
    path = context.project.relative(file.path)
    if file.state is State.WORK_TREE or file.ignored or file.deleted or not path.startswith(f"{folder}/"):
        return False
    return judge_file(file, path, context.config) is not None


def _commented_out(file: File, span: Span, pattern: str) -> Finding:
    return Finding(
        code=RULE.code,
        kind="commented-out",
        severity=in_state(Severity.WARNING, file.state),
        path=file.path,
        message=f"As a comment this line keeps nothing out: git takes everything that {pattern} would cover.",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, "commented-out", pattern),
        span=span,
        fixes=(
            Fix(f"Make {pattern} a pattern again", (TextEdit(file.path, span, pattern),), preferred=True),
        ),
    )


def _gone(file: File, before: LineIndex, number: int) -> Finding:
    pattern, lines = before.line(number), file.lines
    at = matching_line(before, lines, number)
    return Finding(
        code=RULE.code,
        kind="removed",
        severity=in_state(Severity.WARNING, file.state),
        path=file.path,
        message=f"The line {pattern} was removed here: it kept data out, and git takes all of that now.",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, "removed", pattern),
        span=Span(lines.starts[at], lines.line_end(at)) if file.text else None,
        fixes=(Fix(f"Add {pattern} to .gitignore", (AppendLine(file.path, pattern),), preferred=True),),
    )


def _missing(file: File, pattern: str) -> Finding:
    return Finding(
        code=RULE.code,
        kind="missing",
        severity=in_state(Severity.WARNING, file.state),
        path=file.path,
        message=f"No line here keeps {pattern} out of git, and data in it is about to be committed. Add the folder.",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, "missing", pattern),
        fixes=(Fix(f"Add {pattern} to .gitignore", (AppendLine(file.path, pattern),), preferred=True),),
    )


RULE = Rule(
    code="gitignore-data",
    summary=".gitignore lets the data folder into git",
    kinds={
        "commented-out": "The line that keeps data out is a comment.",
        "removed": "The line that kept data out was removed since the last commit.",
        "missing": "No line keeps data out, and data is about to be committed.",
    },
    check=check,
    local=False,
)
