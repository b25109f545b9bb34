"""The answers that a project was made with: its pyproject.toml keeps them in ``[tool.ccds-ls.template]``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccds_ls.project import tool_tables
from ccds_ls.scaffold.answers import Answers, resolve
from ccds_ls.scaffold.context import TEMPLATE_VERSION
from ccds_ls.scaffold.generate import rendered

UNTRACKED = ".env"
"""The one rendered file that the rendered .gitignore keeps out of git."""


@dataclass(frozen=True)
class Kept:
    """What identifies one rendering of the template: its version, the licence's year and the answers as given."""

    version: str
    year: int
    answers: Mapping[str, object]

    @property
    def key(self) -> str:
        """A short name for it, the same on every machine."""
        text = json.dumps([self.version, self.year, self.answers], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def is_current(self) -> bool:
        """Whether this version of ccds-ls renders it again as it was."""
        return self.version == TEMPLATE_VERSION

    def files(self) -> dict[str, bytes]:
        """What the template renders now, as git gets it. Raises AnswerError for answers that don't do any more."""
        return tracked_files(resolve(self.answers, force_combination=True), self.year)


def tracked_files(answers: Answers, year: int) -> dict[str, bytes]:
    """What the template renders, without the file that git ignores."""
    return {path: data for path, data in rendered(answers, year).items() if path != UNTRACKED}


def in_text(pyproject: str) -> Kept | None:
    """The answers in the text of a pyproject.toml, or None where there are none or they are damaged."""
    tables, _ = tool_tables(pyproject)
    ours = tables.get("ccds-ls")
    table = ours.get("template") if isinstance(ours, dict) else None
    if not isinstance(table, dict):
        return None
    version, year, answers = table.get("version"), table.get("year"), table.get("answers")
    if not (isinstance(version, str) and isinstance(year, int) and isinstance(answers, dict)):
        return None
    return Kept(version, year, answers)


def in_folder(project: Path) -> Kept | None:
    """The answers in a project's pyproject.toml; None where it has none. Raises OSError when it can't be read."""
    try:
        return in_text((project / "pyproject.toml").read_bytes().decode("utf-8", "replace"))
    except FileNotFoundError:
        return None
