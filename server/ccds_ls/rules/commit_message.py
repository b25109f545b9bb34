"""A commit message that colleagues and tools will find harder to use.

## What it flags

In the commit message that is open in the editor, as hints: a subject without a conventional type, a subject of more
than 72 characters, and work that is committed directly onto `main` of a repository that has a remote. Merges, reverts
and `fixup!` commits are left alone, and so are types where the last commits of the repository have none.

## Why it matters

`feat:`, `fix:` and their like say what a commit is for, and changelogs are made from them (conventionalcommits.org).
A long subject is cut off in every list of commits. What is committed onto `main` reaches the others without having
been looked at; a branch can be.

## Example

```text
# .git/COMMIT_EDITMSG
feat(model): training script added
```

```text
# .git/COMMIT_EDITMSG
training script added  # flagged: type

Trains a random forest.
# On branch w07-model-training-script
```

```text
# .git/COMMIT_EDITMSG
feat: training script added, which reads the features, trains a random forest and saves it  # flagged: subject-length
```

## The fix

Puts a type before the subject. Which one is yours to choose.

## Options

`disable = ["commit-message"]` switches these hints off, and the completion of types and scopes with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.commit_message import BRANCHES, CONVENTIONAL, FILE, Draft, parse
from ccds_ls.finding import Finding, Fix, Severity, Span, TextEdit, plain_fingerprint
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

_LONGEST = 72
_ENOUGH = 5  # Commits after which a repository has a habit.
_LEFT_ALONE = re.compile(r"Merge |Revert |(?:fixup|squash|amend)! |Initial commit", re.IGNORECASE)
_OFFERED = ("feat", "fix", "docs")


def check(file: File, context: Context) -> Iterator[Finding]:
    """Hints on the subject of a message; nothing while there is none."""
    if file.path != FILE or file.text is None:
        return
    draft = parse(file.text)
    if draft.subject is None:
        return
    start = draft.lines.starts[draft.subject]
    subject = draft.lines.line(draft.subject)
    if _LEFT_ALONE.match(subject):
        return
    if not CONVENTIONAL.match(subject) and not _has_another_habit(context.snapshot.subjects):
        types = ", ".join(f"'{name}:'" for name in _OFFERED)
        message = f"The subject has no type such as {types}, which says what the commit is for."
        fixes = tuple(
            Fix(f"Begin with '{name}: '", (TextEdit(file.path, Span(start, start), f"{name}: "),))
            for name in _OFFERED
        )
        yield _hint(file, "type", message, Span(start, start + len(subject)), fixes)
    if len(subject) > _LONGEST:
        message = f"{len(subject)} characters: lists of commits cut a subject off at about {_LONGEST}."
        yield _hint(file, "subject-length", message, Span(start + _LONGEST, start + len(subject)))
    yield from _on_main(file, context, draft)


def _has_another_habit(subjects: tuple[str, ...]) -> bool:
    """Whether most of the last commits have no type."""
    own = [subject for subject in subjects if not _LEFT_ALONE.match(subject)]
    return len(own) >= _ENOUGH and sum(bool(CONVENTIONAL.match(subject)) for subject in own) < len(own) / 2


def _on_main(file: File, context: Context, draft: Draft) -> Iterator[Finding]:
    branch = context.snapshot.branch
    if branch not in BRANCHES or not context.snapshot.subjects or not context.snapshot.has_remote:
        return
    number = draft.subject or 0
    start = draft.lines.starts[number]
    message = f"This commit goes directly onto {branch}. On a branch others can look at it first."
    yield _hint(file, "on-main", message, Span(start, draft.lines.line_end(number)))


def _hint(file: File, kind: str, message: str, span: Span, fixes: tuple[Fix, ...] = ()) -> Finding:
    return Finding(
        code=RULE.code,
        kind=kind,
        severity=Severity.HINT,
        path=file.path,
        message=message,
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, kind),
        span=span,
        fixes=fixes,
    )


RULE = Rule(
    code="commit-message",
    summary="A commit message that colleagues and tools will find harder to use",
    kinds={
        "type": "The subject has no conventional type.",
        "subject-length": "The subject has more than 72 characters.",
        "on-main": "The commit goes directly onto main of a repository that has a remote.",
    },
    check=check,
    local=False,
)
