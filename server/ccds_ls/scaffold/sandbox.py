"""Rendering of templates by other people so that they can't run code: jinja2's sandbox in cookiecutter's place.

cookiecutter itself renders without a sandbox, and a template's plain text files can then start programs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cookiecutter.environment import ExtensionLoaderMixin  # type: ignore[import-untyped]
from jinja2 import Environment, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

# jinja2's settings that change how a template is written and not what it can reach.
SETTINGS = frozenset(
    f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end")
) | {"line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence"}


class Sandbox(ExtensionLoaderMixin, ImmutableSandboxedEnvironment):  # type: ignore[misc]
    """cookiecutter's environment, with its own extensions and no others, inside jinja2's sandbox."""


def environment(context: Mapping[str, Mapping[str, Any]]) -> Environment:
    """What cookiecutter's ``create_env_with_context`` gives, in the sandbox."""
    chosen = context.get("cookiecutter", {}).get("_jinja2_env_vars", {})
    settings = {key: value for key, value in chosen.items() if key in SETTINGS}
    sandbox: Environment = Sandbox(keep_trailing_newline=True, undefined=StrictUndefined, **settings)
    return sandbox
