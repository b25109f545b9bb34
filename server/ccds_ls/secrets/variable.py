"""What the variable in the environment is called that a secret moves into."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from ccds_ls.finding import Span

Chain = list[tuple[ast.AST, Span]]
"""The nodes around a secret, from the statement to the string that holds it, with their places."""

_BY_KIND = {
    "huggingface-token": "HF_TOKEN",
    "database-url": "DATABASE_URL",
    "github-personal-access-token": "GITHUB_TOKEN",
}
# Names that say no more than that it is a secret: a provider's own is better.
_VAGUE = re.compile(
    r"(?:MY_|THE_|AUTH_|ACCESS_|API_|SECRET_)*(?:TOKEN|KEY|PASSWORD|PASSWD|PWD|PASS|SECRET|AUTH|URL|URI|DSN)"
)
_TOLD_BY_NAME = frozenset(("password", "api-key", "token", "secret", "url-password"))


def name_in_code(chain: Chain) -> str | None:
    """The name that the code itself gives to the value, as a variable of the environment; None without one."""
    literal = chain[-1][0]
    for node, _ in reversed(chain[:-1]):
        if isinstance(node, ast.keyword):
            return _spelled(node.arg or "")
        if isinstance(node, ast.Dict):
            keys = [k for k, v in zip(node.keys, node.values, strict=True) if v is literal]
            return _spelled(called(keys[0])) if keys else None
        if isinstance(node, ast.Assign) and node.value is literal:
            return _spelled(called(node.targets[0]))
        if isinstance(node, ast.AnnAssign):
            return _spelled(called(node.target))
        if isinstance(node, ast.Call):
            return None
    return None


def called(node: ast.AST | None) -> str:
    """What a target or a key is called; "" where it has no name."""
    if isinstance(node, ast.Subscript):
        node = node.slice
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return getattr(node, "id", None) or getattr(node, "attr", None) or ""


def free_name(wanted: str, kind: str, value: str, taken: Mapping[str, str]) -> str:
    """A name that is not taken by another value; that of a variable with this value, where there is one.

    ``wanted`` is used unless it says nothing of what the secret is.
    """
    again = next((name for name, present in taken.items() if present == value), None)
    if again is not None:
        return again
    name = wanted
    if not wanted or (_VAGUE.fullmatch(wanted) and kind not in _TOLD_BY_NAME):
        name = _BY_KIND.get(kind) or _spelled(kind.replace("-", "_")) or "SECRET"
    number, free = 1, name
    while taken.get(free, value) != value:
        number += 1
        free = f"{name}_{number}"
    return free


def _spelled(name: str) -> str | None:
    """``apiKey`` -> ``API_KEY``; None for what can't be the name of a variable."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    upper = re.sub(r"\W+", "_", parts).strip("_").upper()
    return upper if re.fullmatch(r"[A-Z][A-Z0-9_]{0,60}", upper) else None
