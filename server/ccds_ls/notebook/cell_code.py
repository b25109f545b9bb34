"""The Python of a code cell: IPython's own syntax put aside, the rest parsed and reduced to what rules ask for.

Never runs anything. Magics, ``!`` and ``?`` lines are described at
https://ipython.readthedocs.io/en/stable/interactive/python-ipython-diff.html.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ccds_ls.finding import Span
from ccds_ls.notebook.cell_names import Places, Statement, statements

# A cell's own invalid escapes ("\d") are no business of the server's stderr.
_FILE = "<notebook cell>"
warnings.filterwarnings("ignore", module=re.escape(_FILE))

_LINE = re.compile(r"^([ \t]*)(?:(%%?|!|\?)(.*)|([\w.\[\]'\"]+\?{1,2})[ \t]*)$")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)(.*)")
_ASSIGNED = re.compile(r"^(?P<left>[ \t]*[\w.,\[\]'\" \t]+?=[ \t]*)(?P<mark>[%!])(?P<rest>.*)$")
_PYTHON_CELLS = frozenset(("time", "capture", "prun", "memit", "mprun", "lprun"))
"""Cell magics whose body is Python that runs as if they were not there."""

# Lines that IPython takes for a magic without its mark ("automagic"), be they Python or not.
_UNMARKED = re.compile(
    r"^[ \t]*(?:ls[ \t]+-\w+[ \t]*$"
    r"|(?P<name>cat|cd|conda|cp|less|ls|mamba|man|mkdir|more|mv|pip|rm|rmdir)"
    r"[ \t]+(?!(?:and|as|else|for|if|in|is|not|or)\b|[+*/%^&|@<>-]+=?[ \t])[^\s=(,:\[!])",
    re.MULTILINE,
)

_FOREIGN = (
    "bash sh script system sx html HTML javascript js latex markdown svg perl ruby writefile file timeit cmd"
)
_FOREIGN_CELLS = frozenset(_FOREIGN.split())
"""Cell magics whose body defines no Python name."""

_PLAIN = """
alias autoawait autocall automagic autoreload autosave bash bookmark cat cd colors conda config cp debug dhist env
history inline killbgscripts less load_ext ls lsmagic mamba man matplotlib mkdir more mv notebook page pdb pdoc pfile
pinfo pinfo2 pip popd pprint precision profile psearch psource pushd pwd pycat quickref recall rehashx reload_ext
rm rmdir save set_env sh sx system tensorboard timeit unalias unload_ext warnings watermark who who_ls whos xmode
"""
_PLAIN_MAGICS = _PYTHON_CELLS | _FOREIGN_CELLS | frozenset(_PLAIN.split())
"""Magics that define no name. After any other one, names may have come from anywhere."""


@dataclass(frozen=True)
class Text:
    """A string constant: its value and where its literal stands. ``whole`` is false inside an f-string."""

    value: str
    span: Span
    whole: bool


@dataclass(frozen=True)
class Code:
    """What there is in a code cell's Python.

    ``statements`` are its top-level statements with the names they bind and use. ``is_open`` is true when names
    may come into being here that can't be seen: by ``import *``, ``%run`` or a magic that is not known.
    """

    statements: tuple[Statement, ...] = ()
    is_open: bool = False

    @cached_property
    def binds(self) -> frozenset[str]:
        """Every name that is bound here."""
        return frozenset(name for statement in self.statements for name in statement.binds)


@lru_cache(maxsize=4096)
def read(source: str) -> Code | None:
    """A cell's code, or None if it is not Python. Kept for the sources seen last: a change is to one cell."""
    head = _CELL_MAGIC.match(source)
    if head and head[1] not in _PYTHON_CELLS:
        return Code(is_open=head[1] not in _FOREIGN_CELLS or "--out" in head[2])
    tree, plain, magics = tree_of(source)
    if tree is None:
        return None
    try:
        parts = statements(tree, plain)
    except RecursionError:
        return None
    is_open = any(part.is_open for part in parts) or not _PLAIN_MAGICS.issuperset(magics)
    if head and head[1] == "capture":
        parts = (Statement(frozenset(re.findall(r"(?<!-)\b[A-Za-z_]\w*", head[2]))), *parts)
    return Code(parts, is_open)


@lru_cache(maxsize=512)
def texts(source: str) -> tuple[Text, ...]:
    """The string constants of a cell's Python, without those that stand alone, as docstrings and notes do."""
    head = _CELL_MAGIC.match(source)
    if head and head[1] not in _PYTHON_CELLS:
        return ()
    tree, plain, _ = tree_of(source)
    return tuple(_texts(tree, plain)) if tree else ()


@lru_cache(maxsize=512)
def classes(source: str) -> tuple[tuple[str, Span], ...]:
    """The names of the classes at a cell's top level that have a body, and where ``class Name`` stands."""
    head = _CELL_MAGIC.match(source)
    if head and head[1] not in _PYTHON_CELLS:
        return ()
    tree, plain, _ = tree_of(source)
    found = [node for node in tree.body if isinstance(node, ast.ClassDef)] if tree else []
    place = Places(plain)
    named = []
    for node in found:
        body = [part for part in node.body if not isinstance(part, ast.Pass) and not _is_docstring(part)]
        if body:
            start = place.span(node).start
            named.append((node.name, Span(start, start + len("class ") + len(node.name))))
    return tuple(named)


@lru_cache(maxsize=512)
def imports(source: str) -> tuple[tuple[str, Span], ...]:
    """The top-level modules that a cell imports, wherever in it, and where each import stands; not those in a
    ``try`` that may fail."""
    head = _CELL_MAGIC.match(source)
    if head and head[1] not in _PYTHON_CELLS:
        return ()
    tree, plain, _ = tree_of(source)
    place = Places(plain)
    found: list[tuple[str, Span]] = []
    pending: list[ast.AST] = [tree] if tree else []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            found += [(alias.name.partition(".")[0], place.span(node)) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.module.partition(".")[0], place.span(node)))
        elif isinstance(node, ast.Try):
            pending += [*node.orelse, *node.finalbody]
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler):
            pending += ast.iter_child_nodes(node)
    return tuple(sorted(found, key=lambda item: item[1]))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def tree_of(source: str) -> tuple[ast.Module | None, str, list[str]]:
    """The syntax tree, the text that its places are in, and the names of the magics that were left out."""
    tree = _parse(source)
    unmarked = _UNMARKED.search(source) if tree else None
    if tree and not (unmarked and not unmarked["name"]):
        return tree, source, []
    # Only now, for in good Python a line may begin with % too, inside brackets or a long string.
    plain, magics = _without_magics(source)
    return _parse(plain), plain, magics


def _parse(source: str) -> ast.Module | None:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile(source, _FILE, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # ValueError: null bytes, lone surrogates
        return None
    return tree if isinstance(tree, ast.Module) else None


def _without_magics(source: str) -> tuple[str, list[str]]:
    """The source with IPython's lines blanked, each other character in its place, and the magics' names."""
    lines = re.split(r"(\r\n|\n|\r)", source)
    magics: list[str] = []
    inside = False  # a line that goes on behind a backslash belongs to the magic above it
    for index in range(0, len(lines), 2):
        line = lines[index]
        continued = line.endswith("\\")
        lines[index] = " " * len(line) if inside else _plain_line(line, magics)
        inside = continued and (inside or lines[index] != line)
    return "".join(lines), magics


def _plain_line(line: str, magics: list[str]) -> str:
    if match := _LINE.match(line):
        mark, rest = match[2] or "?", (match[3] or "").strip()
        name = rest.partition(" ")[0] if mark.startswith("%") else ""
        if mark == "%" and name == "time" and rest != name:
            return line.replace("%time ", "if 1: ", 1).rstrip(
                "\\"
            )  # its statement runs here, and binds names
        if name:
            magics.append(name)
        # A statement as long as the line, so that everything behind it stays where it is.
        return (match[1] + "0").ljust(len(line)) if mark != "%%" else " " * len(line)
    if _UNMARKED.match(line):
        return (line[: len(line) - len(line.lstrip())] + "0").ljust(len(line))
    if (match := _ASSIGNED.match(line)) and not re.search(r"[=!<>]=\s*$", match["left"]):
        return (match["left"] + "0").ljust(len(line))
    return line


def _texts(tree: ast.Module, source: str) -> Iterator[Text]:
    place = Places(source)
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr):
            # Before Python 3.12 the parts of an f-string have no places of their own.
            parts = [p.value for p in node.values if isinstance(p, ast.Constant) and isinstance(p.value, str)]
            yield from (Text(part, place.span(node), whole=False) for part in parts)
            pending.extend(part for part in node.values if not isinstance(part, ast.Constant))
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Text(node.value, place.span(node), whole=True)
        pending.extend(ast.iter_child_nodes(node))
