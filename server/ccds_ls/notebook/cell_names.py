"""Which names a notebook's code binds and uses: Python's scopes, as far as rules about cells need them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from ccds_ls.finding import Span
from ccds_ls.text import LineIndex


@dataclass(frozen=True)
class Use:
    """A name that a statement reads from the notebook's global names.

    ``later`` is true when that happens only when a function is called.
    """

    name: str
    span: Span
    later: bool


@dataclass(frozen=True)
class Statement:
    """One top-level statement: the global names that it binds and deletes, and those that it uses.

    ``binds_first`` is true for a statement of several parts, where a use may follow a binding inside it.
    ``is_open`` is true when it may bind names that can't be seen.
    """

    binds: frozenset[str]
    deletes: frozenset[str] = frozenset()
    uses: tuple[Use, ...] = ()
    binds_first: bool = False
    is_open: bool = False

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it uses."""
        return frozenset(use.name for use in self.uses)


class Places:
    """Offsets of syntax nodes, whose columns count bytes of UTF-8."""

    def __init__(self, source: str) -> None:
        self._lines = LineIndex(source)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where a node stands in the source, in code points."""
        start = self._offset(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return Span(start, start)
        return Span(start, self._offset(node.end_lineno, node.end_col_offset))

    def _offset(self, line: int, column: int) -> int:
        text = self._lines.line(line - 1)
        if not text.isascii():
            column = len(text.encode()[:column].decode())
        return self._lines.starts[line - 1] + column


def statements(tree: ast.Module, source: str) -> tuple[Statement, ...]:
    """The top-level statements of some code. Raises RecursionError when it is nested too deeply."""
    places = Places(source)
    return tuple(_statement(node, places) for node in tree.body)


def _statement(node: ast.stmt, places: Places) -> Statement:
    visitor = _Visitor()
    visitor.visit(node)
    (scope,) = visitor.scopes
    uses = tuple(Use(name.id, places.span(name), later) for name, later in scope.uses)
    compound = isinstance(
        node, ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.With | ast.AsyncWith
    )
    compound = compound or visitor.binds_inside or type(node).__name__ in ("Match", "TryStar")
    deletes = scope.deletes if isinstance(node, ast.Delete) else set()
    return Statement(frozenset(scope.binds), frozenset(deletes), uses, compound, visitor.is_open)


@dataclass
class _Scope:
    kind: str  # "module", "function", "class" or "comprehension"
    binds: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)  # declared global or nonlocal
    uses: list[tuple[ast.Name, bool]] = field(default_factory=list)


class _Visitor(ast.NodeVisitor):
    """Collects the names of one statement, one scope within another."""

    def __init__(self) -> None:
        self.scopes = [_Scope("module")]
        self.is_open = False
        self.binds_inside = False  # by :=, so that a use in the same expression may follow

    def _bind(self, name: str) -> None:
        scope = self.scopes[-1]
        self.scopes[0 if name in scope.elsewhere else -1].binds.add(name)

    @contextmanager
    def _scope(self, kind: str, binds: Iterable[str] = ()) -> Iterator[None]:
        """Inside, names belong to a new scope; what it does not bind is used in the one around it."""
        scope = _Scope(kind, set(binds))
        self.scopes.append(scope)
        yield
        self.scopes.pop()
        outer = self.scopes[-1]
        if kind == "function":  # a function does not see the names of the class that it is in
            outer = next(s for s in reversed(self.scopes) if s.kind != "class")
        free = [(n, later) for n, later in scope.uses if n.id not in scope.binds or n.id in scope.elsewhere]
        outer.uses += [(name, later or kind == "function") for name, later in free]

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.scopes[-1].uses.append((node, False))
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)
        else:
            self.scopes[-1].deletes.add(node.id)
            self.scopes[-1].uses.append((node, False))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.binds_inside = True
        self.visit(node.value)
        # In a comprehension it binds in the scope around.
        scope = next(s for s in reversed(self.scopes) if s.kind != "comprehension")
        (self.scopes[0] if node.target.id in scope.elsewhere else scope).binds.add(node.target.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):  # reads what it writes
            self.scopes[-1].uses.append((node.target, False))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all(node.value)
        if node.value or not isinstance(node.target, ast.Name):
            self.visit(node.target)
        self._later(node.annotation)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scopes[-1].elsewhere.update(node.names)

    visit_Nonlocal = visit_Global  # noqa: N815

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.is_open = True
            else:
                self._bind(alias.asname or alias.name)

    def visit_Try(self, node: ast.Try) -> None:
        uses = self.scopes[-1].uses
        before = len(uses)
        self._visit_all(*node.body)
        if any(_catches_name_error(handler) for handler in node.handlers):
            del uses[before:]  # a missing name is expected here
        self._visit_all(*node.handlers, *node.orelse, *node.finalbody)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._bind(node.name)
        self._visit_all(*node.decorator_list)
        self._visit_defaults(node.args)
        self._later(*self._annotations(node))
        self._function(node.args, node.body, _type_names(node))

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_defaults(node.args)
        self._function(node.args, [node.body], ())

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bind(node.name)
        self._visit_all(*node.decorator_list)
        with self._scope("comprehension", _type_names(node)):
            self._visit_all(*node.bases, *node.keywords)
            with self._scope("class"):
                self._visit_all(*node.body)

    def visit_Call(self, node: ast.Call) -> None:
        # Names can be made by these, unseen.
        if isinstance(node.func, ast.Name) and node.func.id in ("exec", "globals", "locals", "vars"):
            self.is_open = True
        if isinstance(node.func, ast.Attribute) and node.func.attr in (
            "run_line_magic",
            "run_cell_magic",
            "magic",
        ):
            self.is_open = True
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.visit(node.generators[0].iter)
        with self._scope("comprehension"):
            for number, generator in enumerate(node.generators):
                self._visit_all(generator.target, *generator.ifs, *([generator.iter] if number else []))
            results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
            self._visit_all(*results)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs  # noqa: N815

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._bind(node.rest)
        self.generic_visit(node)

    def visit_TypeAlias(self, node: ast.stmt) -> None:
        # The class is newer than our oldest Python. Its value is looked at only when somebody asks for it.
        self._bind(vars(node)["name"].id)

    def _visit_all(self, *nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _visit_defaults(self, args: ast.arguments) -> None:
        self._visit_all(*args.defaults, *args.kw_defaults)

    def _later(self, *annotations: ast.AST | None) -> None:
        """Annotations may never be evaluated, so they count as used at some later time."""
        with self._scope("function"):
            self._visit_all(*annotations)

    def _function(self, args: ast.arguments, body: Iterable[ast.AST], type_names: Iterable[str]) -> None:
        every = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
        with self._scope("function", (*(arg.arg for arg in every if arg), *type_names)):
            self._visit_all(*body)

    @staticmethod
    def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST | None]:
        args = node.args
        if _type_names(node):
            return []  # they may use the function's own type parameters
        every = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
        return [node.returns, *(arg.annotation for arg in every if arg)]


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = ("NameError", "Exception", "BaseException")
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in names) for kind in kinds)


def _type_names(node: ast.AST) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in getattr(node, "type_params", ()))
