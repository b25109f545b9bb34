"""What of one notebook matters to the others: its functions, and whether it is another one's copy.

``Index`` keeps this for all notebooks of a repository, small, and tells which of them share something.
"""

from __future__ import annotations

import ast
import hashlib
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from ccds_ls.finding import Span
from ccds_ls.naming.convention import looks_like_a_copy
from ccds_ls.notebook.cell_code import tree_of
from ccds_ls.snapshot import File

MIN_LINES = 3
"""Shorter functions are alike by chance."""

MIN_CODE_LINES = 10
"""Notebooks with less code are alike because they have just been begun."""

Digest = bytes


@dataclass(frozen=True)
class Function:
    """A function at the top level of a cell: its name, what it is, and where ``def name`` stands.

    ``digest`` is the same for functions that do the same under the same name: comments, spacing and the
    docstring do not count. ``line`` is 0-based, in the cell or, with a JSON text, in the raw file.
    """

    name: str
    digest: Digest
    cell: int
    cell_line: int
    line: int
    span: Span


@dataclass(frozen=True)
class Facts:
    """One notebook's functions, and the digest of its code if it has enough to be told from others."""

    functions: tuple[Function, ...] = ()
    code: Digest | None = None

    def digests(self) -> set[Digest]:
        """Everything that another notebook may have as well."""
        return {function.digest for function in self.functions} | ({self.code} if self.code else set())


NONE = Facts()


def facts_of(file: File) -> Facts:
    """The facts of a notebook's file; none where it is no notebook in Python."""
    notebook = file.notebook
    if notebook is None or not notebook.is_python:
        return NONE
    cells = [cell for cell in notebook.cells if cell.kind == "code"]
    functions = []
    for cell in cells:
        for name, digest, span in _functions(cell.source) if "def " in cell.source else ():
            cell_line = cell.source.count("\n", 0, span.start)
            raw = cell.raw_span(span) if file.text is not None else None
            line = file.lines.position(raw.start)[0] if raw else 0
            functions.append(Function(name, digest, cell.number, cell_line, line, span))
    lines = [line.rstrip() for cell in cells for line in cell.source.splitlines() if line.strip()]
    code = _digest("\n".join(lines)) if len(lines) >= MIN_CODE_LINES else None
    return Facts(tuple(functions), code)


@lru_cache(maxsize=1024)
def _functions(source: str) -> tuple[tuple[str, Digest, Span], ...]:
    tree, plain, _ = tree_of(source)
    found = []
    for node in tree.body if tree else ():
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        if body and (node.end_lineno or 0) - node.lineno + 1 >= MIN_LINES:
            node.body = body
            start = _offset(plain, node.lineno) + node.col_offset
            end = plain.find("(", start)
            found.append((node.name, _digest(ast.dump(node)), Span(start, end if end > start else start)))
    return tuple(found)


def _offset(source: str, line: int) -> int:
    return sum(len(text) for text in source.splitlines(keepends=True)[: line - 1])


def _digest(text: str) -> Digest:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def rank(path: str) -> tuple[bool, str]:
    """Which notebook has first what several share: one named as a copy, or not at all, has it from another."""
    return looks_like_a_copy(path.rpartition("/")[2]), path


@dataclass
class Index:
    """The facts of all notebooks of a repository, as they become known."""

    facts: dict[str, Facts] = field(default_factory=dict)
    _having: dict[Digest, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Iterable[File]) -> Index:
        """The index of some files; of two versions of one, the later counts."""
        index = cls()
        for file in files:
            if file.path.endswith(".ipynb"):
                index.put(file.path, file.facts)
        return index

    def put(self, path: str, facts: Facts) -> set[str]:
        """Take in what a notebook now holds; the later notebooks, by rank, to which that makes a difference."""
        before = self.facts.get(path, NONE).digests()
        now = facts.digests()
        concerned: set[str] = set()
        for gone in before - now:
            self._having[gone].remove(path)
            concerned.update(self._having[gone])
            if not self._having[gone]:
                del self._having[gone]
        for new in now - before:
            having = self._having.setdefault(new, [])
            concerned.update(having)
            insort(having, path, key=rank)
        if facts == NONE:
            self.facts.pop(path, None)
        else:
            self.facts[path] = facts
        return {other for other in concerned if rank(other) > rank(path)}

    def first_with(self, digest: Digest, below: str) -> str | None:
        """The first notebook, by rank, under a folder (``""`` for all) that has something."""
        paths = self._having.get(digest, ())
        return next((path for path in paths if path.startswith(below)), None)
