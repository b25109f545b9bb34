"""The lines that have Python code load ``.env``: the imports and ``load_dotenv()``, each where it belongs, once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ccds_ls.finding import Span
from ccds_ls.notebook.cell_code import tree_of
from ccds_ls.notebook.cell_names import Places
from ccds_ls.secrets.move import Edit


def loading(source: str, before: str = "", *, reads: bool = True) -> Iterator[Edit]:
    """The edits that have a source load ``.env``, each line once; ``before`` are the cells above it, joined.

    ``reads`` says that ``os.environ`` will be used, for which ``os`` must be imported.
    """
    seen = f"{before}\n{source}"
    needs_os = reads and not re.search(r"^[ \t]*import os\b(?!\.)", seen, re.MULTILINE)
    needs_dotenv = "load_dotenv" not in seen
    tree, plain, _ = tree_of(source)
    if tree is None or not (needs_os or needs_dotenv):
        return
    first, last = _import_block(tree, Places(plain), source)
    lines = ["from dotenv import load_dotenv", "", "load_dotenv()"] if needs_dotenv else []
    if needs_os and last == first:
        lines = ["import os", *([""] if lines else []), *lines]
    elif needs_os:
        yield Span(first, first), f"import os{_end_of(source)}"
    if lines:
        if last and not source[:last].endswith("\n"):
            lines = ["", *lines]
        if source[last:].split("\n", 1)[0].strip():
            lines.append("")
        yield Span(last, last), "".join(line + _end_of(source) for line in lines)


def _end_of(source: str) -> str:
    return "\r\n" if "\r\n" in source else "\n"


def _import_block(tree: ast.Module, places: Places, source: str) -> tuple[int, int]:
    """Where imports begin, behind a docstring and ``from __future__``, and where the first run of them ends."""
    body = list(tree.body)
    position = 0
    if source.lstrip().startswith("%%"):
        position = source.find("\n") + 1 or len(source)
    elif source.startswith("#!"):
        position = source.find("\n") + 1
    while body and (_is_docstring(body[0]) or _is_future(body[0])):
        position = _line_after(source, places.span(body.pop(0)).end)
    first = last = position
    if body and isinstance(body[0], ast.Import | ast.ImportFrom):
        first = source.rfind("\n", 0, places.span(body[0]).start) + 1
        last = first
        while body and isinstance(body[0], ast.Import | ast.ImportFrom):
            last = _line_after(source, places.span(body.pop(0)).end)
    return first, last


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _line_after(source: str, offset: int) -> int:
    end = source.find("\n", offset)
    return len(source) if end < 0 else end + 1
