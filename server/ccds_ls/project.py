"""What a CCDS project is: its root, its settings, and whose it is."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ccds_ls import baseline
from ccds_ls.baseline import Entry
from ccds_ls.config import Config, SettingProblem, read

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MAX_BYTES = 1_000_000
_UNREADABLE = "pyproject.toml can't be read, so the defaults hold"
# A folder with three of these is laid out like a CCDS project, whoever made it.
_MARKS = ("data", "models", "notebooks", "references", "reports")


@dataclass(frozen=True)
class Project:
    """One project in a snapshot. ``root`` is relative to the snapshot's root, ``""`` for that root itself.

    ``baseline`` are the findings that were accepted all at once.
    """

    root: str = ""
    config: Config = field(default_factory=Config)
    problems: tuple[SettingProblem, ...] = ()
    baseline: frozenset[Entry] = frozenset()

    def holds(self, path: str) -> bool:
        """Whether a path of the snapshot lies in this project's folder."""
        return not self.root or path.startswith(f"{self.root}/")

    def relative(self, path: str) -> str:
        """A path of the snapshot as seen from the project's root."""
        return path[len(self.root) + 1 :] if self.root and self.holds(path) else path


def nearest(projects: Iterable[Project], path: str) -> Project:
    """The innermost project that holds a path; there may be several in one repository."""
    return max((p for p in projects if p.holds(path)), key=lambda p: len(p.root), default=Project())


def find_projects(
    root: Path, paths: Iterable[str], editor: dict[str, Any] | None = None
) -> tuple[Project, ...]:
    """The projects that hold any of ``paths``; the snapshot's root always counts as one.

    Only the folders between the root and the paths are looked at, each once.
    """
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return tuple(
        _read_project(root, folder, editor or {})
        for folder in sorted(folders)
        if not folder or is_project(root / folder)
    )


def is_project(folder: Path) -> bool:
    """Whether a folder is laid out like a CCDS project, or has settings of ours."""
    if "ccds-ls" in _tool_table(folder)[0]:
        return True
    return is_laid_out(folder)


def is_laid_out(folder: Path) -> bool:
    """Whether a folder holds at least three of the layout's, whoever made them."""
    return sum((folder / mark).is_dir() for mark in _MARKS) >= 3


def _read_project(root: Path, folder: str, editor: dict[str, Any]) -> Project:
    config, problems = settings(*_tool_table(root / folder))
    config, _ = read(editor, config, editor=True)
    try:
        accepted = baseline.load(root / folder)
    except baseline.BaselineError as error:
        accepted, problems = frozenset(), (*problems, SettingProblem("", str(error)))
    return Project(folder, config, problems, accepted)


def _tool_table(folder: Path) -> tuple[dict[str, Any], SettingProblem | None]:
    """The ``[tool]`` tables of a folder's pyproject.toml, and why it could not be read if it couldn't."""
    path = folder / "pyproject.toml"
    try:
        status = path.stat()
    except OSError:
        return {}, None
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
        return {}, None
    return _parsed(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed: int, _size: int) -> tuple[dict[str, Any], SettingProblem | None]:
    """The file as it is at this time and size: it is asked for at every keystroke, and parsed once."""
    try:
        return tool_tables(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        return {}, SettingProblem("", f"{_UNREADABLE}: it is not UTF-8 at byte {error.start}.")
    except OSError as error:
        return {}, SettingProblem("", f"{_UNREADABLE}: {error.strerror}.")


def tool_tables(text: str) -> tuple[dict[str, Any], SettingProblem | None]:
    """The ``[tool]`` tables in the text of a pyproject.toml, or why there are none to be had."""
    try:
        tool = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        return {}, SettingProblem("", f"{_UNREADABLE}: {error}.")
    except RecursionError:
        return {}, SettingProblem("", f"{_UNREADABLE}: it is nested too deeply.")
    return (tool if isinstance(tool, dict) else {}), None


def settings(
    tables: dict[str, Any], problem: SettingProblem | None = None
) -> tuple[Config, tuple[SettingProblem, ...]]:
    """The settings in ``[tool]`` tables, and all that is wrong with them."""
    table = tables.get("ccds-ls", {})
    if not isinstance(table, dict):
        return Config(), (SettingProblem("ccds-ls", "[tool.ccds-ls] is a table of settings."),)
    config, problems = read(table)
    return config, (problem, *problems) if problem else problems
