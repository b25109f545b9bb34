"""A secret in Python code becomes ``os.environ[...]``: which text changes.

``variable`` says what the variable is called, ``loading`` has the code load ``.env``, and ``plan`` joins the edits of
all secrets in a file. Works on a module and on a notebook's cell alike, and on IPython's ``%env NAME=value``. Nothing
is run; what comes out is parsed once more, so that code which could be read stays readable.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

from ccds_ls.finding import Span
from ccds_ls.notebook.cell_code import tree_of
from ccds_ls.notebook.cell_names import Places
from ccds_ls.secrets.variable import Chain, called, free_name, name_in_code

Edit = tuple[Span, str]
"""A range of the source and the text that replaces it."""

_ENV_MAGIC = re.compile(r"^[ \t]*%(?:set_)?env[ \t]+(\w+)[ \t]*(?:=|[ \t])[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"\w+(?:\+\w+)?://|(?:\w[\w ]*=[^;]*;){2}")
_STRING = re.compile(r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|\")")


class CannotMove(Exception):
    """The code can't be changed by rule. ``str`` says why, for people, and ends without a full stop."""


@dataclass(frozen=True)
class Move:
    """The edits that take one secret out of a source, and the variable that has it from then on."""

    name: str
    value: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class _Held:
    """A secret at ``span`` of a source, in the string that ends ``chain``; ``taken`` are the variables there are."""

    source: str
    span: Span
    chain: Chain
    kind: str
    taken: Mapping[str, str]

    @property
    def literal(self) -> ast.AST:
        """The string."""
        return self.chain[-1][0]

    @property
    def place(self) -> Span:
        """Where the string is, with its prefix and quotes."""
        return self.chain[-1][1]

    def free_name(self, value: str, wanted: str | None = None) -> str:
        """The name of a variable for the value."""
        return free_name(wanted or "", self.kind, value, self.taken)


def move(source: str, span: Span, kind: str, taken: Mapping[str, str]) -> Move:
    """Take the secret at ``span`` out. ``taken`` are the variables that there are; one with this value is used again.

    Raises CannotMove where the secret is in no string that stands alone: a comment, a longer text, other syntax.
    """
    for match in _ENV_MAGIC.finditer(source):
        if match.start() <= span.start and span.end <= match.end():
            name, value = _not_taken(match[1], match[2], taken), match[2]
            return Move(name, value, (_whole_line(source, Span(*match.span())),))
    tree, plain, _ = tree_of(source)
    if tree is None:
        raise CannotMove("the code around it can't be parsed")
    held = _Held(source, span, _chain(tree, Places(plain), span), kind, taken)
    moved = _in_f_string(held) if isinstance(held.literal, ast.JoinedStr) else _in_string(held)
    if tree_of(applied(source, moved.edits))[0] is None:
        raise CannotMove("the code would not be Python any more")
    return moved


def applied(source: str, edits: tuple[Edit, ...]) -> str:
    """The source after edits that do not overlap."""
    for span, text in sorted(edits, key=lambda edit: edit[0], reverse=True):
        source = source[: span.start] + text + source[span.end :]
    return source


def _chain(tree: ast.Module, places: Places, span: Span) -> Chain:
    """The nodes around a range from the statement to the string that holds it, with their places."""
    chain: Chain = []
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if not hasattr(node, "lineno"):
            pending.extend(ast.iter_child_nodes(node))  # such as arguments, which have no place
            continue
        place = places.span(node)  # type: ignore[arg-type]  # it has a place, which is all that counts
        if place.start <= span.start and span.end <= place.end:
            chain.append((node, place))
            if isinstance(node, ast.JoinedStr):
                break
            pending = list(ast.iter_child_nodes(node))
    if not chain or not isinstance(chain[-1][0], ast.Constant | ast.JoinedStr):
        raise CannotMove("it is in no string, perhaps in a comment")
    literal = chain[-1][0]
    if isinstance(literal, ast.Constant) and not isinstance(literal.value, str | bytes):
        raise CannotMove("it is in no string")
    if len(chain) > 1 and isinstance(chain[-2][0], ast.Expr):
        raise CannotMove("it is in a docstring or a text that stands alone")
    return chain


def _in_string(held: _Held) -> Move:
    """``"SECRET"`` becomes ``os.environ["NAME"]``, and a statement that puts it into the environment goes."""
    value = getattr(held.literal, "value", "")
    prefix, quote = _opening(held)
    inner = Span(held.place.start + len(prefix) + len(quote), held.place.end - len(quote))
    decoded = _as_text(value)
    whole = held.span.start <= inner.start and held.span.end >= inner.end
    if not whole and not _ADDRESS.search(decoded):
        return _part_of_string(held, inner, prefix, quote)
    variable = name_in_code(held.chain)
    statement = _assignment_to_environment(held.chain)
    if statement is not None and variable:
        name = _not_taken(variable, decoded, held.taken)
        return Move(name, decoded, (_without_statement(held.source, *statement),))
    name = held.free_name(decoded, variable)
    read = f'os.environ["{name}"]' + (".encode()" if isinstance(value, bytes) else "")
    return Move(name, decoded, ((held.place, read),))


def _not_taken(name: str, value: str, taken: Mapping[str, str]) -> str:
    """A name that a library reads, so that no other will do. Raises CannotMove where it has another value."""
    if taken.get(name, value) != value:
        raise CannotMove(f"{name} has another value in .env already")
    return name


def _as_text(value: str | bytes) -> str:
    """What an environment can hold of a literal's value. Raises CannotMove for what it would change."""
    try:
        data = value if isinstance(value, bytes) else value.encode()
        return data.decode()
    except UnicodeError:
        raise CannotMove("its value is no text that a file in UTF-8 could hold") from None


def _part_of_string(held: _Held, inner: Span, prefix: str, quote: str) -> Move:
    """``"Bearer SECRET"`` becomes ``("Bearer " + os.environ["NAME"])``; each part keeps its own writing."""
    source = held.source
    start, end = max(held.span.start, inner.start), min(held.span.end, inner.end)
    value = source[start:end]
    if "\\" in value or "b" in prefix.lower():
        raise CannotMove("it is a part of a longer string")
    name = held.free_name(value)
    parts = [source[inner.start : start], source[end : inner.end]]
    before, after = (f"{prefix}{quote}{part}{quote}" if part else "" for part in parts)
    joined = " + ".join(filter(None, (before, f'os.environ["{name}"]', after)))
    return Move(name, value, ((held.place, f"({joined})"),))


def _in_f_string(held: _Held) -> Move:
    """``f"Bearer SECRET"`` becomes ``f"Bearer {os.environ['NAME']}"``."""
    value = held.source[held.span.start : held.span.end]
    _, quote = _opening(held)
    if set("\\{}'\"") & set(value):
        raise CannotMove("it is a part of an f-string")
    name = held.free_name(value)
    other = "'" if quote[0] == '"' else '"'
    return Move(name, value, ((held.span, f"{{os.environ[{other}{name}{other}]}}"),))


def _opening(held: _Held) -> tuple[str, str]:
    """The prefix and the quotes of a literal. Raises CannotMove for several that are joined."""
    literal = held.source[held.place.start : held.place.end]
    match = _STRING.match(literal)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({literal})").readline))
    except (tokenize.TokenError, SyntaxError):
        tokens = []
    strings = [t for t in tokens if t.type == tokenize.STRING or tokenize.tok_name[t.type] == "FSTRING_START"]
    if match is None or len(strings) != 1:
        raise CannotMove("its string is joined from several")
    return match["prefix"], match["quote"]


def _assignment_to_environment(chain: Chain) -> tuple[ast.AST, Span, ast.AST | None] | None:
    """The statement ``os.environ["NAME"] = "..."`` around the literal, its place and what it stands in."""
    for index, (node, place) in enumerate(chain):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and node.value is chain[-1][0]:
            target = node.targets[0]
            if isinstance(target, ast.Subscript) and called(target.value) == "environ":
                return node, place, chain[index - 1][0] if index else None
    return None


def _without_statement(source: str, statement: ast.AST, place: Span, parent: ast.AST | None) -> Edit:
    """The edit that leaves a statement out: its lines where it has them for itself, else ``pass``."""
    blocks = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")] if parent else []
    alone = any(block == [statement] for block in blocks)
    edit = _whole_line(source, place)
    return (place, "pass") if alone or edit[0] == place else edit


def _whole_line(source: str, place: Span) -> Edit:
    """The removal of a range with its line, if there is nothing else on it; of the range alone otherwise."""
    start = source.rfind("\n", 0, place.start) + 1
    end = source.find("\n", place.end)
    rest = source[place.end : len(source) if end < 0 else end]
    if source[start : place.start].strip() or not re.fullmatch(r"\s*(?:#.*)?", rest):
        return place, ""
    return Span(start, len(source) if end < 0 else end + 1), ""
