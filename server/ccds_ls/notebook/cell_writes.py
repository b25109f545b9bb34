"""Which files a notebook's code writes, changes or removes, as far as their paths can be told from the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ccds_ls.finding import Span
from ccds_ls.notebook.cell_code import tree_of
from ccds_ls.notebook.cell_names import Places

UNKNOWN = "*"
"""Stands in a path for a part that is not known before the code runs."""

MAX_PATH = 4096
MAX_DEPTH = 50
"""Longer paths, and paths built of more parts in one expression, are not followed."""

# The names that Cookiecutter Data Science's configuration module gives to folders.
_FOLDERS = {"DATA_DIR": "data", "RAW_DATA_DIR": "data/raw"}
_PATH_NODES = (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call, ast.Name, ast.Attribute)
_JOINS = frozenset(
    ("Path", "PurePath", "join", "joinpath", "str", "fspath", "resolve", "absolute", "expanduser")
)
# Functions and methods by which of their arguments is the file that they write: None is the object before the dot.
_FIRST = frozenset(
    (
        "save",
        "savez",
        "savez_compressed",
        "savetxt",
        "savefig",
        "imwrite",
        "imsave",
        "remove",
        "rmtree",
        "sink",
    )
)
_SECOND = frozenset(("dump", "copy", "copy2", "copyfile", "copytree"))
_BOTH = frozenset(("move", "rename", "replace"))  # shutil's and os's: what is moved away is gone
_OBJECT = frozenset(("write_text", "write_bytes", "unlink", "rename", "rmdir"))
_TABLE = re.compile(
    r"(?:to|write)_(?:csv|parquet|excel|json|pickle|feather|hdf|stata|xml|html|file|netcdf|zarr|ipc)"
)
_KEYWORDS = frozenset(("path", "path_or_buf", "excel_writer", "fname", "file", "filename", "dst"))


def path_of(node: ast.expr, known: Mapping[str, str], depth: int = 0) -> str | None:
    """The path that an expression stands for, with ``/``; None when nothing about it is known.

    ``known`` gives the paths in variables.
    """
    if depth > MAX_DEPTH:
        return None

    def inner(part: ast.expr) -> str | None:
        return path_of(part, known, depth + 1)

    match node:
        case ast.Constant(value=str(text)):
            return text.replace("\\", "/")
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return known.get(name, _FOLDERS.get(name))
        case ast.JoinedStr(values=parts):
            return _joined("", *(inner(part) for part in parts))
        case ast.FormattedValue(value=value):
            return inner(value)
        case ast.BinOp(left=left, op=ast.Div() | ast.Add() as operator, right=right):
            between = "/" if isinstance(operator, ast.Div) else ""
            return _joined(between, inner(left), inner(right))
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args) if name in _JOINS:
            base = [] if name in ("Path", "join", "fspath") else [inner(value)]
            return _joined("/", *base, *(inner(arg) for arg in args))
        case ast.Call(func=ast.Name(id=name), args=args) if name in _JOINS:
            return _joined("/", *(inner(arg) for arg in args))
    return None


def _joined(between: str, *parts: str | None) -> str | None:
    path = between.join(UNKNOWN if part is None else part for part in parts)
    # A variable that is joined to itself again and again grows beyond any path and any memory.
    return None if len(path) > MAX_PATH or all(part is None for part in parts) else path


@dataclass(frozen=True)
class Facts:
    """What of a cell matters here: variables that it sets at its top level, and calls that write somewhere."""

    assigned: tuple[tuple[str, ast.expr], ...] = ()
    calls: tuple[tuple[ast.Call, Span], ...] = ()


@lru_cache(maxsize=2048)
def facts(source: str) -> Facts:
    """The facts of a code cell; none where it is no Python."""
    tree, plain, _ = tree_of(source)
    if tree is None:
        return Facts()
    assigned = [
        (target.id, node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, _PATH_NODES)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and any(_targets(node))]
    place = Places(plain)
    return Facts(tuple(assigned), tuple((call, place.span(call)) for call in calls))


def writes(sources: Iterable[str]) -> Iterator[tuple[int, Span, str]]:
    """Each call in a notebook's code cells that writes: the cell's index, the call's place, the file's path."""
    known: dict[str, str] = {}
    for index, source in enumerate(sources):
        found = facts(source)
        for name, value in found.assigned:
            path = path_of(value, known)
            if path is None:
                known.pop(name, None)
            else:
                known[name] = path
        for call, span in found.calls:
            paths = (path_of(target, known) for target in _targets(call))
            if target := next(filter(None, paths), None):
                yield index, span, target


def _targets(call: ast.Call) -> Iterator[ast.expr]:
    """The expressions among a call's parts that stand for a file that it writes."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "open":
        yield from _opened(call)
    elif (
        name in _BOTH
        and isinstance(function, ast.Attribute)
        and getattr(function.value, "id", "") in ("os", "shutil")
    ):
        yield from call.args[:2]
    elif name in _OBJECT and isinstance(function, ast.Attribute):
        yield function.value
    elif name in _FIRST or name in _SECOND or _TABLE.fullmatch(name):
        place = 1 if name in _SECOND else 0
        yield from call.args[place : place + 1]
        if name == "save":  # torch.save(model, path) and numpy.save(path, array)
            yield from call.args[1:2]
        yield from (keyword.value for keyword in call.keywords if keyword.arg in _KEYWORDS)


def _opened(call: ast.Call) -> Iterator[ast.expr]:
    """The file of ``open(path, mode)`` or ``path.open(mode)`` when the mode is one for writing."""
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    own = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") not in (
        "io",
        "codecs",
        "gzip",
    )
    place = 0 if own else 1
    for mode in (*modes, *call.args[place : place + 1]):
        if isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax+"):
            if own and isinstance(call.func, ast.Attribute):
                yield call.func.value
            else:
                yield from call.args[:1]
            return
