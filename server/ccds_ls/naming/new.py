"""A new notebook that is well named and ready to be re-run from its first day."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import Any

from ccds_ls.git.read import discover
from ccds_ls.naming import names
from ccds_ls.naming.convention import Convention
from ccds_ls.naming.phases import PHASES
from ccds_ls.project import Project, find_projects, nearest, tool_tables
from ccds_ls.view import View, look


class NotebookError(Exception):
    """The notebook could not be made, and nothing was; the text is for people."""


def author(folder: Path, settings: dict[str, Any] | None = None) -> tuple[str | None, bool]:
    """This user's initials in the project at a folder, and whether they are more than a guess, or not needed.

    Raises GitError when git can't say.
    """
    view, project, _ = _at(folder, settings)
    if project.config.notebook_style == "number":
        return project.config.initials, True
    return view.author(project.config.initials)


def _at(folder: Path, settings: dict[str, Any] | None) -> tuple[View, Project, PurePosixPath]:
    """What git says, the project, and the folder relative to the root of both."""
    repository = discover(folder)
    root = repository.top if repository else Path(os.path.realpath(folder))
    inside = PurePosixPath(Path(os.path.realpath(folder)).relative_to(root).as_posix())
    project = nearest(find_projects(root, [str(inside / "x")], settings), str(inside / "x"))
    return look(root, repository), project, inside


def make(
    folder: Path, description: str, phase: int | None = None, settings: dict[str, Any] | None = None
) -> Path:
    """Make the next notebook of a phase in the project at ``folder`` and return its path.

    ``folder`` is the project's root or a folder in it; the notebook goes into that folder if notebooks belong there,
    else into the first of the project's notebook folders. Raises NotebookError or GitError; never overwrites.
    """
    if phase is not None and not 0 <= phase <= 9:
        raise NotebookError(f"A phase is one digit, 0 to 9: {', '.join(_phases())}.")
    view, project, inside = _at(folder, settings)
    root = view.root
    target = _folder(project, inside)
    # An empty work tree has no notebooks to take the shape of the number from.
    beside = [path for path in view.notebooks if PurePosixPath(path).parent == target]
    style = project.config.notebook_style
    initials = view.author(project.config.initials)[0] if style != "number" else None
    if initials is None and style == "ccds":
        raise NotebookError(
            "Your initials are not known. Keep them for this repository with 'git config ccds-ls.initials jqp'."
        )
    convention = Convention(style, frozenset(view.initials), initials, project.config.notebook_phases)
    try:
        others = beside or [str(target / "x.ipynb")]
        name = names.new_name(description, phase, others, convention)
    except ValueError as error:
        raise NotebookError(str(error)) from error
    path = root / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text(description, _module(root / project.root)))
    except FileExistsError:
        raise NotebookError(f"Nothing was made: {path} exists already.") from None
    return path


def _phases() -> list[str]:
    return [f"{number} {phase}" for number, phase in enumerate(PHASES)]


def _folder(project: Project, inside: PurePosixPath) -> PurePosixPath:
    own = [PurePosixPath(project.root) / folder for folder in project.config.notebook_folders]
    return inside if any(inside == folder or folder in inside.parents for folder in own) else own[0]


def _module(project: Path) -> str | None:
    """The project's package, if it has one that can be imported."""
    settings = project / "pyproject.toml"
    if settings.is_file():
        template = tool_tables(settings.read_text(encoding="utf-8", errors="replace"))[0].get("ccds-ls", {})
        known = template.get("template", {}) if isinstance(template, dict) else {}
        name = known.get("module_name") if isinstance(known, dict) else None
        if isinstance(name, str) and (project / name / "__init__.py").is_file():
            return name
    packages = sorted(
        folder.parent.name
        for folder in project.glob("*/config.py")
        if (folder.parent / "__init__.py").is_file()
    )
    return packages[0] if len(packages) == 1 else None


def text(title: str, module: str | None) -> str:
    """The JSON of the notebook: a heading, code that reloads what changes, and the project's settings."""
    heading = title.strip()[:1].upper() + title.strip()[1:]
    sources = [("markdown", f"# {heading}\n\nWhat is the question, and what came out?")]
    sources.append(("code", "%load_ext autoreload\n%autoreload 2"))
    if module:
        sources.append(("code", f"from {module} import config"))
    cells = [_cell(number, kind, source) for number, (kind, source) in enumerate(sources, 1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "id": f"start-{number}", "metadata": {}, "source": lines}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell
