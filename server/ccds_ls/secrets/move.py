"""A secret in Python code becomes ``os.environ[...]``: which text changes, and what the variable is called.

Works on a module and on a notebook's cell alike, and on IPython's ``%env NAME=value``. Nothing is run; what comes out
is parsed once more, so that code which could be read stays readable.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccds_ls.finding import Span
from ccds_ls.notebook.cell_code import tree_of
from ccds_ls.notebook.cell_names import Places

Edit = tuple[Span, str]
"""A range of the source and the text that replaces it."""

_ENV_MAGIC = re.compile(r"^[ \t]*%(?:set_)?env[ \t]+(\w+)[ \t]*(?:=|[ \t])[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_NAMES = {
    "huggingface-token": "HF_TOKEN",
    "database-url": "DATABASE_URL",
    "github-personal-access-token": "GITHUB_TOKEN",
}
# Names that say no more than that it is a secret: a provider's own is better.
_VAGUE = re.compile(
    r"(?:MY_|THE_|AUTH_|ACCESS_|API_|SECRET_)*(?:TOKEN|KEY|PASSWORD|PASSWD|PWD|PASS|SECRET|AUTH|URL|URI|DSN)"
)
_TOLD_BY_NAME = frozenset(("password", "api-key", "token", "secret", "url-password"))
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


def move(source: str, span: Span, kind: str, taken: Mapping[str, str]) -> Move:
    """Take the secret at ``span`` out. ``taken`` are the variables that there are; one with this value is used again.

    Raises CannotMove where the secret is in no string that stands alone: a comment, a longer text, other syntax.
    """
    for match in _ENV_MAGIC.finditer(source):
        if match.start() <= span.start and span.end <= match.end():
            return Move(
                _free(match[1], match[2], taken, fixed=True),
                match[2],
                (_whole_line(source, Span(*match.span())),),
            )
    tree, plain, _ = tree_of(source)
    if tree is None:
        raise CannotMove("the code around it can't be parsed")
    chain = _chain(tree, Places(plain), span)
    literal, place = chain[-1]
    if isinstance(literal, ast.JoinedStr):
        result = _in_f_string(source, span, place, kind, taken)
    else:
        result = _in_string(source, span, place, literal, kind, chain, taken)
    after = applied(source, result.edits)
    if tree_of(after)[0] is None:
        raise CannotMove("the code would not be Python any more")
    return result


def applied(source: str, edits: tuple[Edit, ...]) -> str:
    """The source after edits that do not overlap."""
    for span, text in sorted(edits, key=lambda edit: edit[0], reverse=True):
        source = source[: span.start] + text + source[span.end :]
    return source


Chain = list[tuple[ast.AST, Span]]


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


def _in_string(
    source: str, span: Span, place: Span, literal: ast.AST, kind: str, chain: Chain, taken: Mapping[str, str]
) -> Move:
    value = getattr(literal, "value", "")
    prefix, quote = _opening(source, place)
    inner = Span(place.start + len(prefix) + len(quote), place.end - len(quote))
    decoded = _as_text(value)
    whole = span.start <= inner.start and span.end >= inner.end
    variable = _variable(chain)
    if not whole and not _ADDRESS.search(decoded):
        return _part_of_string(source, span, inner, (prefix, quote), place, kind, taken)
    name = _free(variable or "", decoded, taken, kind)
    read = f'os.environ["{name}"]' + (".encode()" if isinstance(value, bytes) else "")
    statement = _assignment_to_environment(chain)
    if statement is not None and variable:
        name = _free(variable, decoded, taken, fixed=True)
        return Move(name, decoded, (_without_statement(source, *statement),))
    return Move(name, decoded, ((place, read),))


def _as_text(value: str | bytes) -> str:
    """What an environment can hold of a literal's value. Raises CannotMove for what it would change."""
    try:
        data = value if isinstance(value, bytes) else value.encode()
        return data.decode()
    except UnicodeError:
        raise CannotMove("its value is no text that a file in UTF-8 could hold") from None


def _part_of_string(
    source: str,
    span: Span,
    inner: Span,
    marks: tuple[str, str],
    place: Span,
    kind: str,
    taken: Mapping[str, str],
) -> Move:
    """``"Bearer SECRET"`` becomes ``("Bearer " + os.environ["NAME"])``; each part keeps its own writing."""
    prefix, quote = marks
    start, end = max(span.start, inner.start), min(span.end, inner.end)
    value = source[start:end]
    if "\\" in value or "b" in prefix.lower():
        raise CannotMove("it is a part of a longer string")
    name = _free("", value, taken, kind)
    parts = [source[inner.start : start], source[end : inner.end]]
    before, after = (f"{prefix}{quote}{part}{quote}" if part else "" for part in parts)
    joined = " + ".join(filter(None, (before, f'os.environ["{name}"]', after)))
    return Move(name, value, ((place, f"({joined})"),))


def _in_f_string(source: str, span: Span, place: Span, kind: str, taken: Mapping[str, str]) -> Move:
    value = source[span.start : span.end]
    _, quote = _opening(source, place)
    if set("\\{}'\"") & set(value):
        raise CannotMove("it is a part of an f-string")
    name = _free("", value, taken, kind)
    other = "'" if quote[0] == '"' else '"'
    return Move(name, value, ((span, f"{{os.environ[{other}{name}{other}]}}"),))


def _opening(source: str, place: Span) -> tuple[str, str]:
    """The prefix and the quotes of a literal. Raises CannotMove for several that are joined."""
    literal = source[place.start : place.end]
    match = _STRING.match(literal)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({literal})").readline))
    except (tokenize.TokenError, SyntaxError):
        tokens = []
    strings = [t for t in tokens if t.type == tokenize.STRING or tokenize.tok_name[t.type] == "FSTRING_START"]
    if match is None or len(strings) != 1:
        raise CannotMove("its string is joined from several")
    return match["prefix"], match["quote"]


def _variable(chain: Chain) -> str | None:
    """The name that the code itself gives to the value, as a variable of the environment; None without one."""
    literal = chain[-1][0]
    for node, _ in reversed(chain[:-1]):
        if isinstance(node, ast.keyword):
            return _spelled(node.arg or "")
        if isinstance(node, ast.Dict):
            keys = [k for k, v in zip(node.keys, node.values, strict=True) if v is literal]
            return _spelled(_text(keys[0])) if keys else None
        if isinstance(node, ast.Assign) and node.value is literal:
            return _spelled(_text(node.targets[0]))
        if isinstance(node, ast.AnnAssign):
            return _spelled(_text(node.target))
        if isinstance(node, ast.Call):
            return None
    return None


def _text(node: ast.AST | None) -> str:
    """What a target or a key is called."""
    if isinstance(node, ast.Subscript):
        node = node.slice
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return getattr(node, "id", None) or getattr(node, "attr", None) or ""


def _spelled(name: str) -> str | None:
    """``apiKey`` -> ``API_KEY``; None for what can't be the name of a variable."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    upper = re.sub(r"\W+", "_", parts).strip("_").upper()
    return upper if re.fullmatch(r"[A-Z][A-Z0-9_]{0,60}", upper) else None


def _free(wanted: str, value: str, taken: Mapping[str, str], kind: str = "", *, fixed: bool = False) -> str:
    """A name that is not taken by another value. ``fixed`` is one that a library reads, which can't be chosen."""
    again = next((name for name, present in taken.items() if present == value), None)
    if again is not None and not fixed:
        return again
    name = wanted
    if not fixed and (not wanted or (_VAGUE.fullmatch(wanted) and kind not in _TOLD_BY_NAME)):
        name = _NAMES.get(kind) or _spelled(kind.replace("-", "_")) or "SECRET"
    if fixed and taken.get(name, value) != value:
        raise CannotMove(f"{name} has another value in .env already")
    number, free = 1, name
    while taken.get(free, value) != value:
        number += 1
        free = f"{name}_{number}"
    return free


def _assignment_to_environment(chain: Chain) -> tuple[ast.AST, Span, ast.AST | None] | None:
    """The statement ``os.environ["NAME"] = "..."`` around the literal, its place and what it stands in."""
    for index, (node, place) in enumerate(chain):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and node.value is chain[-1][0]:
            target = node.targets[0]
            if isinstance(target, ast.Subscript) and _text(target.value) == "environ":
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
