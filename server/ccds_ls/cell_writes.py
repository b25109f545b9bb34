"""Which files a notebook's code writes, changes or removes, as far as their paths can be told from the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

UNKNOWN = "*"
"""Stands in a path for a part that is not known before the code runs."""

# The names that Cookiecutter Data Science's configuration module gives to folders.
_FOLDERS = {"DATA_DIR": "data", "RAW_DATA_DIR": "data/raw"}
_JOINS = frozenset(
    ("Path", "PurePath", "join", "joinpath", "str", "fspath", "resolve", "absolute", "expanduser")
)
# Functions and methods by which of their arguments is the file that they write: None is the object before the dot.
_FIRST = frozenset(
    ("save", "savez", "savez_compressed", "savetxt", "savefig", "imwrite", "imsave", "remove", "sink")
)
_SECOND = frozenset(("dump", "copy", "copy2", "copyfile", "copytree", "move"))
_OBJECT = frozenset(("write_text", "write_bytes", "unlink", "rename"))
_TABLE = re.compile(
    r"(?:to|write)_(?:csv|parquet|excel|json|pickle|feather|hdf|stata|xml|html|file|netcdf|zarr|ipc)"
)
_KEYWORDS = frozenset(("path", "path_or_buf", "excel_writer", "fname", "file", "filename", "dst"))


def path_of(node: ast.expr | None, known: Mapping[str, str]) -> str | None:
    """The path that an expression stands for, with ``/``; None when nothing about it is known.

    ``known`` gives the paths in variables.
    """
    match node:
        case ast.Constant(value=str(text)):
            return text.replace("\\", "/")
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return known.get(name, _FOLDERS.get(name))
        case ast.JoinedStr(values=parts):
            return _joined("", *(path_of(part, known) for part in parts))
        case ast.FormattedValue(value=value):
            return path_of(value, known)
        case ast.BinOp(left=left, op=ast.Div() | ast.Add() as operator, right=right):
            between = "/" if isinstance(operator, ast.Div) else ""
            return _joined(between, path_of(left, known), path_of(right, known))
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args) if name in _JOINS:
            base = [] if name in ("Path", "join", "fspath") else [path_of(value, known)]
            return _joined("/", *base, *(path_of(arg, known) for arg in args))
        case ast.Call(func=ast.Name(id=name), args=args) if name in _JOINS:
            return _joined("/", *(path_of(arg, known) for arg in args))
    return None


def _joined(between: str, *parts: str | None) -> str | None:
    if all(part is None for part in parts):
        return None
    return between.join(UNKNOWN if part is None else part for part in parts)


def variables(tree: ast.Module, known: Mapping[str, str]) -> dict[str, str]:
    """The paths in the variables that some code assigns at its top level."""
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                path = path_of(value, {**known, **found})
                if path is not None:
                    found[name] = path
    return found


def writes(tree: ast.Module, known: Mapping[str, str]) -> Iterator[tuple[ast.Call, str]]:
    """Each call that writes a file, with the file's path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for path in filter(None, (path_of(target, known) for target in _targets(node))):
                yield node, path
                break


def _targets(call: ast.Call) -> Iterator[ast.expr]:
    """The expressions among a call's parts that stand for a file that it writes."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "open":
        yield from _opened(call)
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
