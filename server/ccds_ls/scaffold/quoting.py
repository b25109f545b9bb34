"""How an answer is written into a file, so that it is read back as the same text and as nothing else."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jinja2.ext import Extension

if TYPE_CHECKING:
    from jinja2 import Environment


def quoted(text: str) -> str:
    r"""A string in double quotes that TOML, YAML and Python read alike: they share ``\\``, ``\"`` and ``\U``."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in escaped) + '"'


def toml(value: object) -> str:
    """A string, or a table of strings and such tables, as a TOML value on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return quoted(str(value))


def recipe(text: str) -> str:
    """One word of a command in a makefile: quoted for the shell, with make's own ``$`` doubled."""
    return shlex.quote(text).replace("$", "$$")


def markdown(text: str) -> str:
    """A line of text in Markdown that opens no HTML and, at the start of a line, no block of another kind."""
    escaped = text.replace("<", "&lt;")
    if re.match(r"[#>|~`=+*-]", escaped):
        return f"\\{escaped}"
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", escaped)


class Quoting(Extension):
    """Gives these functions to the template as filters; cookiecutter loads it by name."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters.update(quoted=quoted, toml=toml, recipe=recipe, markdown=markdown)
