"""Which notebooks of a project are to be renamed, and to what: one, all of them, or a phase numbered anew."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccds_ls.check import check
from ccds_ls.check_paths import without_baseline
from ccds_ls.collect import make_snapshot, worktree_file
from ccds_ls.finding import RenameFile
from ccds_ls.git import read as git
from ccds_ls.naming import names
from ccds_ls.naming.convention import problem
from ccds_ls.naming.folder import Folder, by_folder
from ccds_ls.naming.renaming import Plan, TextOf, followed, list_files, outermost, relative, shows_nothing
from ccds_ls.project import Project, find_projects, nearest
from ccds_ls.rules import notebook_name
from ccds_ls.rules.notebook_name import convention_of, in_scope
from ccds_ls.secrets import own_rules_only
from ccds_ls.view import View, look


class NoName(Exception):
    """There is no proposal for a notebook's name; the text is for people."""


def plan_all(folder: Path, settings: dict[str, Any] | None = None, text_of: TextOf = shows_nothing) -> Plan:
    """The renames after which every notebook of the project at ``folder`` is named as it should be."""
    view, project = _project_at(folder, settings)
    paths = [path for path in view.notebooks if project.holds(path) and in_scope(path, project)]
    snapshot = make_snapshot(view, [], settings, names_notebooks=True)
    convention = convention_of(snapshot, project.config)
    found = _final(names.plan_renames(paths, convention, _headings(view, paths)))
    inside = by_folder(found.get(path, path) for path in paths)
    named = {parent: Folder(parent, list_) for parent, list_ in inside.items()}
    left = [
        path
        for path in paths
        if path not in found and problem(posixpath.basename(path), named[posixpath.dirname(path)], convention)
    ]
    return followed(view.root, list_files(view.root, view.repository), found, text_of, tuple(left))


def plan_numbers(
    folder: Path, phase: int | None, settings: dict[str, Any] | None = None, text_of: TextOf = shows_nothing
) -> Plan:
    """The renames after which the notebooks of a phase are numbered without a gap, in the order that they have.

    ``folder`` is a notebook folder or a project, whose first notebook folder is meant then.
    """
    view, project = _project_at(folder, settings)
    target = names_folder(project, relative(view.root, folder / "x") or "x")
    beside = [posixpath.basename(path) for path in view.notebooks if posixpath.dirname(path) == target]
    found = {
        posixpath.join(target, old): posixpath.join(target, new) for old, new in names.renumber(beside, phase)
    }
    return followed(view.root, list_files(view.root, view.repository), found, text_of)


class NotChecked(NoName):
    """A notebook is in no place where names are checked; the text is for people."""


def proposal(path: Path, view: View | None = None, renamed: Mapping[str, str] | None = None) -> Path | None:
    """What a notebook should be called, or None if its name is fine. Raises NoName if there is no proposal.

    ``view`` is that of its root, looked at here without it; ``renamed`` are names in it that will be others by then.
    Raises NotChecked outside the notebook folders.
    """
    if not path.is_file():
        raise NoName("there is no such file.")
    if path.suffix != ".ipynb":
        raise NoName("this is no notebook.")
    full = Path(os.path.realpath(path.parent), path.name)
    view = view or view_of(full)
    root, inside = view.root, full.relative_to(view.root).as_posix()
    file = worktree_file(view, inside)
    # Who asks for a rename wants the name looked at, whatever was accepted all at once.
    snapshot = without_baseline(make_snapshot(view, [file] if file else []))
    if renamed:
        snapshot = replace(snapshot, notebooks=tuple(renamed.get(name, name) for name in view.notebooks))
    project = nearest(snapshot.projects or find_projects(root, [inside]), inside)
    if not in_scope(inside, project):
        folders = ", ".join(project.config.notebook_folders)
        raise NotChecked(f"outside the notebook folders ({folders}), not checked")
    found = check(snapshot, own_rules_only(), [notebook_name.RULE])
    if not found:
        return None
    targets = [edit for fix in found[0][0].fixes for edit in fix.edits if isinstance(edit, RenameFile)]
    if not targets:
        raise NoName(found[0][0].message)
    return root / targets[0].new


def view_of(path: Path) -> View:
    """What git says about the repository, or the folder, that holds a notebook, whose path is a real one."""
    repository = git.discover(path.parent)
    return look(repository.top if repository else outermost(path), repository)


def alike(path: Path, new: str) -> str | None:
    """Another file in a file's folder that has a new name of it already, but for capitals."""
    others = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    alike = (name for name in others if name.casefold() == new.casefold() and name not in (new, path.name))
    return next(alike, None)


def names_folder(project: Project, inside: str) -> str:
    """The notebook folder that a path is in, else the first one of its project; relative to the snapshot's root."""
    folder = posixpath.dirname(inside)
    own = [posixpath.join(project.root, name) for name in project.config.notebook_folders]
    return folder if any(folder == name or folder.startswith(f"{name}/") for name in own) else own[0]


def _project_at(folder: Path, settings: dict[str, Any] | None) -> tuple[View, Project]:
    repository = git.discover(folder)
    root = repository.top if repository else outermost(folder / "x")
    view = look(root, repository)
    inside = relative(root, folder / "x") or "x"
    return view, nearest(find_projects(root, [inside], settings), inside)


def _headings(view: View, paths: Iterable[str]) -> dict[str, str | None]:
    """The first headings of the notebooks whose names say nothing."""
    found: dict[str, str | None] = {}
    for path in paths:
        if "untitled" in posixpath.basename(path).lower():
            file = worktree_file(view, path)
            found[path] = file.notebook.heading if file and file.notebook else None
    return found


def _final(steps: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Where each file is in the end; a file may be renamed twice on the way."""
    origin: dict[str, str] = {}
    for old, new in steps:
        origin[new] = origin.pop(old, old)
    return {old: new for new, old in origin.items()}
