"""Which lines of a module are its docstrings: values in them are shown as examples, as in a README."""

from __future__ import annotations

import ast

_LONGEST = 300_000  # A longer module is data, which would take seconds to parse.


def lines_of(text: str) -> frozenset[int]:
    """The numbers of the lines, from 0, that docstrings stand on; none where the text is no Python, or very long."""
    from ccds_ls.notebook.cell_code import tree_of

    if len(text) > _LONGEST:
        return frozenset()
    tree = None if "\r" in text.replace("\r\n", "\n") else tree_of(text)[0]
    if tree is None:
        return frozenset()
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                found.update(range(first.lineno - 1, first.end_lineno or first.lineno))
    return frozenset(found)
