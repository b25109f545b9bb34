"""cookiecutter's renderer for the embedded template, without those parts of it that this template has no use for.

cookiecutter has no parameter for the jinja2 environment that it renders in, so its function for making one is
replaced while it does. Its own has extensions for dates, slugs and random text; loading them takes as long as the
rendering itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cookiecutter import generate  # type: ignore[import-untyped]
from cookiecutter.environment import ExtensionLoaderMixin  # type: ignore[import-untyped]
from jinja2 import Environment, StrictUndefined

Context = Mapping[str, Mapping[str, Any]]


class _Named(Environment):
    """jinja2's environment with those extensions alone that a template names itself."""

    def __init__(self, *, extensions: list[str], **settings: Any) -> None:  # noqa: ANN401 - jinja2's own
        named = [name for name in extensions if not name.startswith("cookiecutter.")]
        super().__init__(extensions=named, undefined=StrictUndefined, **settings)

    def from_string(self, source: Any, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - jinja2's own
        """A template; most names of files and folders are plain text, and are not compiled to find that out."""
        if isinstance(source, str) and "{" not in source:
            return _PlainText(source)
        return super().from_string(source, *arguments, **more)


class _PlainText:
    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, **_: object) -> str:
        """The text itself."""
        return self.text


class Own(ExtensionLoaderMixin, _Named):  # type: ignore[misc]
    """cookiecutter's environment for our own template."""


def own(context: Context) -> Environment:
    """What cookiecutter's ``create_env_with_context`` gives, for our own template."""
    settings = context["cookiecutter"]["_jinja2_env_vars"]
    environment: Environment = Own(context=context, keep_trailing_newline=True, **settings)
    return environment


@contextlib.contextmanager
def rendering_in(make: Callable[[Context], Environment]) -> Iterator[None]:
    """cookiecutter renders in the environments that ``make`` makes inside. Not for two threads at once."""
    original = generate.create_env_with_context
    generate.create_env_with_context = make
    try:
        yield
    finally:
        generate.create_env_with_context = original
