"""A notebook names a file by its path in somebody's home folder.

## What it flags

Strings in code cells that begin with a path in a home folder, on Linux, macOS or Windows, and such paths in
lines and cells that IPython gives to the shell. Of 472 public notebooks 14 % have one. Paths of hosted notebooks
and containers such as `/content/...` and `/home/jovyan/...` are left alone.

## Why it matters

The file is at that place on one machine only, and the path tells the user's name on it.

## Example

```
# notebooks/1.0-jqp-paths.ipynb
# %% [markdown]
Copy the file to /home/jane/data first.
# %% execution_count=1
table = pd.read_csv("/home/jane/churn/data/raw/table.csv")  # flagged: home
other = pd.read_csv(r"C:\\Users\\Jane\\table.csv")  # flagged: home
page = get("/home/index") + get("/home/news/")
url = "/home/index.html"
image = open("/home/jovyan/work/image.png")
folder = "/home/jane/" + name  # flagged: home
# %% execution_count=2
%cd /Users/jane/churn  # flagged: home
# %% execution_count=3
%%bash
ls /home/jane/churn  # flagged: home
```

## The fix

Where the path goes through a folder with the project's name, it is written anew, as seen from the notebook's
folder: `../data/raw/table.csv`. Otherwise there is none: build the path from the project's configuration
module.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.finding import Finding, Fix, Severity, Span, TextEdit
from ccds_ls.notebook import Cell
from ccds_ls.notebook.cell_code import Text, texts
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

CODE = "home-path"

# Users that every hosted notebook, container or CI runner of a kind has.
_HOSTED = (
    "azureuser|codespace|coder|ec2-user|gitpod|jovyan|onyxia|runner|sagemaker-user|studio-lab-user|vscode"
)
_HOME = (
    rf"(?:file://)?(?:(?:/home/(?!(?:{_HOSTED})/)|/Users/(?!Shared/)|/mnt/[a-z]/Users/(?!Public/))[^/\s'\"]+/"
    r"|[A-Za-z]:[\\/]+Users[\\/]+(?!Public\b)[^\\/\s'\"]+[\\/])"
)
_PATH = re.compile(_HOME + r"(?=[^\s'\"])")
_FOLDER = re.compile(rf"{_HOME}|(?:/home|/Users)/[\w.-]+|[A-Za-z]:[\\/]+Users[\\/]+[\w.-]+")
_TAKES_FOLDER = re.compile(r"\b(?:join|Path|chdir|listdir|walk)\([rRuU]?$")
_ASSIGNED = re.compile(r"[^=!<>]=[ \t]*[rRuU]?$")
_ADDED = re.compile(r"[ \t]*\+")
_SHELL_LINE = re.compile(rf"^[ \t]*[%!].*?(?<![\w/])({_HOME}[^\s'\"]*)", re.MULTILINE)
_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|script|system|sx|cmd|!)(?!\w)")
_IN_SHELL = re.compile(rf"(?<![\w/])({_HOME}[^\s'\"]*)")
_LITERAL = re.compile(r"[rRuU]?(['\"])[^'\"]*\1")


def check(file: File, context: Context) -> Iterator[Finding]:
    """Yield a finding on each path in a home folder."""
    if file.notebook is None or file.ignored or not file.notebook.is_python:
        return
    for cell in file.notebook.cells:
        if cell.kind != "code" or not ("/home/" in cell.source or "Users" in cell.source):
            continue
        for span, fixes in _places(file, cell, context):
            message = "This path exists on one machine only. Build it from the project's folder instead."
            yield in_cell(CODE, "home", Severity.WARNING, file, cell, message, span, fixes)


def _places(file: File, cell: Cell, context: Context) -> Iterator[tuple[Span, tuple[Fix, ...]]]:
    for text in texts(cell.source):
        if _PATH.match(text.value) or (_FOLDER.fullmatch(text.value) and _is_folder(cell.source, text)):
            yield text.span, _relative(file, cell, text, context)
    for match in (_IN_SHELL if _SHELL_CELL.match(cell.source) else _SHELL_LINE).finditer(cell.source):
        yield Span(*match.span(1)), ()


def _is_folder(source: str, text: Text) -> bool:
    """Whether code takes a text for a folder that paths start from; it might be a page's, as ``/home/news/``."""
    before = source[max(0, text.span.start - 40) : text.span.start]
    if not text.whole or _ADDED.match(source, text.span.end) or _TAKES_FOLDER.search(before):
        return True
    is_sure = text.value.endswith(("/", "\\")) or not text.value.startswith("/home/")
    return is_sure and _ASSIGNED.search(before) is not None


def _relative(file: File, cell: Cell, text: Text, context: Context) -> tuple[Fix, ...]:
    """The same path seen from the notebook's folder, where it goes through a folder with the project's name."""
    old = cell.source[text.span.start : text.span.end]
    folder = (context.snapshot.root / context.project.root).name
    parts = re.split(r"[\\/]+", text.value)
    if not text.whole or not _LITERAL.fullmatch(old) or folder not in parts[3:-1]:
        return ()
    up = [".."] * context.project.relative(file.path).count("/")
    inside = parts[len(parts) - parts[::-1].index(folder) :]
    new = "/".join(up + inside)
    if not re.fullmatch(r"[\w. /()+-]+", new):
        return ()  # quotes, braces and line ends would need care, and are no part of a sensible path
    quote = old[-1]
    return (
        Fix(f"Write it as {new}", (TextEdit(file.path, text.span, f"{quote}{new}{quote}", cell.number),)),
    )


RULE = Rule(
    code=CODE,
    summary="A notebook names a file by its path in somebody's home folder",
    kinds={"home": "The path is in a home folder."},
    check=check,
    local=False,
)
