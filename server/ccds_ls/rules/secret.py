"""A password, key or token stands in a file that can be committed.

## What it flags

Passwords, API keys, access tokens, private keys and URLs with a password in them, in every text file and in the
cells and outputs of notebooks. Tokens of several hundred providers are told by their own form; passwords and keys
without one by the name that they are given (`os.environ["X_API_KEY"] = "..."`, `password: ...`, `%env`, `.netrc`,
connection strings).

Placeholders, references to variables (`${TOKEN}`, `os.getenv("TOKEN")`), hashes, UUIDs, identifiers and lock files
are left alone. In tests, fixtures, templates and documentation only providers' tokens are flagged. A line that
another scanner has been told to accept (`gitleaks:allow`, `pragma: allowlist secret`, `kingfisher:ignore`,
`betterleaks:allow`) is accepted here too.

In a table (CSV, TSV) a column that its header calls passwords, API keys, secrets or tokens, and whose values look
like that, is one finding at the first of them; 1,000 rows are looked at.

In a file of data (CSV, JSON, XML, a log) more than 25 values that are told by their name alone, such as a column of
tokens, become one finding at the first of them, which says how many there are. At most 200 secrets of a text are
listed, and of a file with more than 10,000 places where one could be the rest is searched for providers' tokens only;
a finding `unchecked` says so where that happens.

## Why it matters

A secret in a commit is copied with every clone and fork, and programs that search public repositories find it within
minutes of a push. Deleting it later does not take it back: it stays in the history, and rewriting the history does
not reach the copies. So the finding is an error once the file is staged, the last moment at which nothing has
happened yet, and a warning before.

## Example

```python
# src/download.py
import os

os.environ["COMET_API_KEY"] = "<api-key>"  # flagged: comet-api-key
engine = create_engine("postgresql+psycopg2://ana:<password>@db.lab.org/sales")  # flagged: database-url
client = connect(user="ana", password="<password>")  # flagged: password
token = "<huggingface-token>"  # flagged: huggingface-token
token = os.environ["HF_TOKEN"]
client = connect(user="ana", password="your-password")
pad_token = "<pad>"
```

```ini
# .env
KAGGLE_KEY=<hex32>  # flagged: kaggle-api-key
DB_PASSWORD=${VAULT_PASSWORD}
DATA_SHA256=<hex64>
```

## The fix

First revoke the secret at its provider: that is the only step that helps once it has been pushed. Then take it out of
the file: read it from the environment (`os.environ["COMET_API_KEY"]`), and keep its value in `.env`, which git must
ignore. In Python and in notebooks one fix does that: it puts the value into the project's `.env`, has git ignore that
file, and has the code load it with python-dotenv. Other fixes take the file out of the next commit again, or let git
ignore a file that is for secrets, such as `.env`, a private key or the JSON of a service account. To ignore a `.env`
that is not in the index is the only one that is safe unseen.

## Options

`secret-engine` (on): search with the catalogue of providers. When it is off our own rules look alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from ccds_ls.finding import (
    Finding,
    Fix,
    MoveToEnv,
    Severity,
    Span,
    State,
    StripStaged,
    Unstage,
)
from ccds_ls.gitignore import ignoring_fixes, pattern_for
from ccds_ls.notebook import Cell, Notebook, Output
from ccds_ls.notebook.cell_findings import clear_outputs
from ccds_ls.rules import Context, Rule, unchecked
from ccds_ls.rules.env_file import is_env_file
from ccds_ls.rules.key_file import is_private_key
from ccds_ls.secrets import Secret, Secrets
from ccds_ls.snapshot import File, Origin

_COLOUR = re.compile(r"\x1b\[[\d;]{0,30}m")
_WRITES_FILE = re.compile(r"%%(?:writefile|file)[ \t]+(?:-a[ \t]+)?([^\s'\"]+)")
_SETTINGS_FILE = re.compile(r"\.envrc|[._]netrc|\.pypirc|\.pgpass|kaggle\.json|credentials(?:\.json)?")
_SERVICE_ACCOUNT = re.compile(rb'"type"\s*:\s*"service_account"')
_Find = Callable[[str, str], tuple[Secret, ...]]  # (text, path), as in ``Context``
_SURE = {"high": "surely", "medium": "probably", "low": "possibly"}


class _Part(NamedTuple):
    """A piece of a notebook: its text, where its spans are in the raw text, and the cell that it belongs to."""

    text: str
    raw_span: Callable[[Span], Span | None]
    cell: int | None = None
    in_output: bool = False


def check(file: File, context: Context) -> Iterator[Finding]:
    """One finding for each secret in a file's text, or in a notebook's cells, outputs and what surrounds them."""
    if file.ignored:
        return
    untold: list[str] = []

    def find(text: str, path: str) -> tuple[Secret, ...]:
        found = context.find_secrets(text, path)
        if isinstance(found, Secrets) and found.untold and found.untold not in untold:
            untold.append(found.untold)
        return found

    keeping_out: tuple[Fix, ...] | None = None
    for finding in _in_file(file, find):
        keeping_out = _keeping_out(file, context) if keeping_out is None else keeping_out
        yield replace(finding, fixes=(*finding.fixes, *keeping_out))
    if untold:
        yield unchecked(file, RULE.code, f"Not searched for secrets to the end: {'; '.join(untold)}.")


def _in_file(file: File, find: _Find) -> Iterator[Finding]:
    if file.notebook is not None and (not file.is_script or file.saved is not None):
        yield from _in_notebook(file, file.notebook, find)
    elif file.text is not None:
        for secret in find(file.text, file.path):
            yield _finding(file, secret, secret.span)


def _in_notebook(file: File, notebook: Notebook, find: _Find) -> Iterator[Finding]:
    """Pieces with the same syntax are searched together: a call for each of hundreds of cells would cost more."""
    by_name: dict[str, list[Cell]] = defaultdict(list)
    printed: list[_Part] = []
    for cell in notebook.cells:
        by_name[_cell_path(notebook, cell)].append(cell)
        if cell.outputs:  # A bitmap has no text.
            printed += [_without_colours(output, cell.number) for output in cell.outputs if output.text]
    for name, cells in by_name.items():
        found = find("\n\n".join([cell.source for cell in cells]), f"{file.path}/{name}")
        if found:
            parts = [_Part(cell.source, cell.raw_span, cell.number) for cell in cells]
            yield from _in_parts(file, notebook, parts, found)
    around: list[_Part] = []
    if file.text is not None and file.cells is None and not file.is_script:  # else the cells are all of it
        around = [_piece(file.text, span.start, span.end) for span in notebook.around]
    for name, parts in (("output.txt", printed), ("metadata.json", around)):
        if parts and (found := find("\n\n".join([part.text for part in parts]), f"{file.path}/{name}")):
            yield from _in_parts(file, notebook, parts, found)


def _without_colours(output: Output, cell: int) -> _Part:
    """An output without terminal colours, which in a traceback stand between a name and its value."""
    colours = list(_COLOUR.finditer(output.text)) if "\x1b" in output.text else None
    if not colours:
        return _Part(output.text, output.raw_span, cell, in_output=True)
    lengths = list(accumulate(len(colour[0]) for colour in colours))
    starts = [colour.end() - length for colour, length in zip(colours, lengths, strict=True)]

    def raw_span(span: Span) -> Span | None:
        first, last = bisect_right(starts, span.start), bisect_right(starts, max(span.start, span.end - 1))
        before = [0, *lengths]
        return output.raw_span(Span(span.start + before[first], span.end + before[last]))

    return _Part(_COLOUR.sub("", output.text), raw_span, cell, in_output=True)


def _in_parts(
    file: File, notebook: Notebook, parts: list[_Part], found: Iterable[Secret]
) -> Iterator[Finding]:
    """The findings for the secrets in the joined parts."""
    starts = list(accumulate((len(part.text) + 2 for part in parts), initial=0))
    seen: set[tuple[int | None, str]] = set()
    for secret in found:
        number = bisect_right(starts, secret.span.start) - 1
        part = parts[number]
        span = Span(secret.span.start - starts[number], min(secret.span.end - starts[number], len(part.text)))
        if part.in_output and (part.cell, secret.fingerprint) in seen:
            continue  # The forms of one output, text and HTML, say the same.
        seen.add((part.cell, secret.fingerprint))
        place = span if part.cell else None
        if part.in_output and part.cell:  # shown where the cell begins
            place = Span(0, len(notebook.cells[part.cell - 1].source.partition("\n")[0]))
        yield _finding(file, secret, part.raw_span(span), part.cell, place, in_output=part.in_output)


def _piece(text: str, start: int, end: int) -> _Part:
    return _Part(text[start:end], lambda span: Span(start + span.start, start + span.end))


def _cell_path(notebook: Notebook, cell: Cell) -> str:
    """A name that tells the syntax of a cell: the file that it writes, a shell's, its language's or a page's."""
    is_magic = cell.source.startswith("%%")
    writes = _WRITES_FILE.match(cell.source) if is_magic else None
    if writes:
        return writes[1].lstrip("~/")
    if cell.kind != "code":
        return "cell.md"
    return "cell.txt" if is_magic or not notebook.is_python else "cell.py"


def _finding(
    file: File,
    secret: Secret,
    span: Span | None,
    cell: int | None = None,
    cell_span: Span | None = None,
    *,
    in_output: bool = False,
) -> Finding:
    printed_by = cell if in_output else None
    advice = _advice(file, secret, printed_by)
    return Finding(
        code="secret",
        kind=secret.kind,
        severity=Severity.ERROR if file.state is State.STAGED else Severity.WARNING,
        path=file.path,
        message=f"{_what(secret, printed_by)} {advice}",
        advice=advice,
        state=file.state,
        fingerprint=secret.fingerprint,
        span=span,
        cell=cell,
        cell_span=cell_span,
        fixes=(*_moves(file, secret, cell, in_output), *_cleared(file, cell, in_output)),
    )


def _what(secret: Secret, printed_by: int | None) -> str:
    """What was found and how sure that is; ``printed_by`` is the cell in whose output it is."""
    where = "" if printed_by is None else f" in the output of cell {printed_by}"
    if secret.values > 1:
        return f"{secret.title}: {secret.values} values{where}, listed as one: {_SURE[secret.confidence]} secrets."
    return f"{secret.title}, {secret.redacted}{where}: {_SURE[secret.confidence]} a secret."


def _advice(file: File, secret: Secret, printed_by: int | None) -> str:
    """What to do, and what first."""
    it, was = ("them", "they were") if secret.values > 1 else ("it", "it was")
    revoke = (
        f"Revoke {it} first if {was} ever pushed or shared (rewriting history does not take {it} back), then"
    )
    staged = file.state is State.STAGED
    if printed_by is not None:
        out = "clear that output in the file and the commit" if staged else "clear that output"
    elif is_for_secrets(file):
        out = "keep the whole file out of git"
    else:
        out = f"take {it} out of the file" + (" and the commit" if staged else "")
    uncommitted = not staged and (file.state is not State.WORK_TREE or not file.tracked)
    return f"{revoke} {out}{' before it is committed' if uncommitted else ''}."


def _moves(file: File, secret: Secret, cell: int | None, in_output: bool) -> Iterator[Fix]:
    """The fix for Python code, where what has to change is known."""
    notebook = None if file.is_script else file.notebook
    if notebook is None:
        in_python = file.name.endswith(".py")
    else:
        in_cell = cell is not None and not in_output and notebook.is_python
        in_python = in_cell and notebook.cells[(cell or 1) - 1].kind == "code"
    if in_python and secret.kind != "private-key":
        title = "Move it to .env, and read it from os.environ"
        yield Fix(title, (MoveToEnv(file.path, secret.fingerprint),))


def _cleared(file: File, cell: int | None, in_output: bool) -> tuple[Fix, ...]:
    """The fix for a secret that a cell has printed."""
    if not in_output or cell is None or file.notebook is None:
        return ()
    if file.origin is Origin.INDEX:
        title = f"Clear the outputs of cell {cell} in what is staged"
        return (Fix(title, (StripStaged(file.path, cell),)),)
    return clear_outputs(file, f"Clear the outputs of cell {cell}", (file.notebook.cells[cell - 1],))


def is_for_secrets(file: File) -> bool:
    """Whether a file holds little else, so that all of it is to stay out of git."""
    by_name = is_env_file(file.name) or _SETTINGS_FILE.fullmatch(file.name) is not None
    return by_name or is_private_key(file.head) or _SERVICE_ACCOUNT.search(file.head) is not None


def _keeping_out(file: File, context: Context) -> tuple[Fix, ...]:
    """The fixes that keep a file out of the next commit, or out of git where it is for secrets alone."""
    in_git = file.tracked or file.state is not State.WORK_TREE
    if in_git and is_for_secrets(file):
        path = context.project.relative(file.path)
        return ignoring_fixes(file, context.project, pattern_for(path), safe=file.name == ".env")
    if file.state is State.STAGED:
        return (Fix(f"Unstage {file.path}", (Unstage(file.path),), preferred=True),)
    return ()


RULE = Rule(
    code="secret",
    summary="A password, key or token stands in a file that can be committed",
    kinds={
        "password": "A password, told by the name that it is given.",
        "api-key": "An API key, told by the name that it is given.",
        "token": "A token, told by the name that it is given.",
        "secret": "Another secret, told by the name that it is given.",
        "database-url": "A database URL with a password in it.",
        "url-password": "Another URL with a password in it.",
        "netrc-password": "A password in a netrc entry.",
        "private-key": "A private key.",
        "huggingface-token": "A provider's token or key, here Hugging Face's; each provider has a kind of its own.",
    },
    check=check,
    is_about_commits=True,
    searches=True,
)
