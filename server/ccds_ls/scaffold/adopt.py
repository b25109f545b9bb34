"""Brings the CCDS layout into a folder that has work in it: what is missing is created, nothing else is touched.

What differs from the template is left as it is. The template's version is put beside it (``README.md.ccds-new``) or,
in git, kept under a ref of ours, where a diff shows it. A list of what was created makes it possible to undo.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccds_ls import baseline
from ccds_ls.counted import counted
from ccds_ls.files import create
from ccds_ls.git import read, template
from ccds_ls.git.command import Done
from ccds_ls.scaffold import kept
from ccds_ls.scaffold.created import Created, note, undo_command
from ccds_ls.scaffold.generate import ScaffoldError
from ccds_ls.scaffold.plan import Plan

if TYPE_CHECKING:
    from ccds_ls.secrets import Detector

BESIDE = ".ccds-new"


def adopt(chosen: Plan) -> Done:
    """Create what is missing and leave what differs for review; every file appears complete or not at all.

    Raises ScaffoldError when the folder can't be written; then what was created so far can be undone.
    """
    folder = chosen.folder
    repository = read.discover(folder)
    files = {path: chosen.files[path] for path in chosen.create}
    if repository is None:
        files |= {path + BESIDE: chosen.files[path] for path in chosen.differ}
    files = {path: data for path, data in files.items() if not os.path.lexists(folder / path)}
    if not files and not chosen.differ:
        return Done(f"Nothing to do: {folder} has the whole layout.", (), "There is nothing to undo.")
    try:
        if repository is not None:
            _keep(chosen)
        Created.of(folder, repository).add(folder, files).save(folder, repository)
        made = [path for path, data in files.items() if _create(folder / path, data)]
    except OSError as error:
        raise ScaffoldError(
            f"{error.filename or folder} can't be written: {error.strerror or error}. What was created so far "
            f"is taken back by: {undo_command(folder)}"
        ) from error
    return Done(_told(chosen, repository, made), tuple(folder / path for path in made), undo_command(folder))


def start_quiet(
    folder: Path,
    done: Done,
    detector: Detector | None = None,
    settings: dict[str, Any] | None = None,
) -> str:
    """Accept the findings that stand in a folder that was just adopted, and say so; nothing where it was before.

    What must not be published and is in no commit yet is told and not accepted. Raises ScaffoldError, with the
    layout in place, when they can't be accepted.
    """
    from ccds_ls.baseline.accept import accept

    if not done.paths or (folder / baseline.NAME).exists():
        return ""
    try:
        accepted = accept([folder], detector, settings)
    except baseline.BaselineError as error:
        raise ScaffoldError(f"{done.message} The findings that stand were not accepted: {error}") from error
    note(folder, accepted.files)
    return accepted.message if accepted.files or accepted.refused else ""


def _keep(chosen: Plan) -> None:
    files = {path: data for path, data in chosen.files.items() if path != kept.UNTRACKED}
    template.keep(chosen.folder, template.adopted_ref(chosen.folder), files)
    known = kept.in_text(files["pyproject.toml"].decode("utf-8"))
    if known is not None:
        # What is the user's own stays so: later versions of the template's are not merged into it.
        own = {path for path in files if path not in chosen.keep and os.path.lexists(chosen.folder / path)}
        taken = {path: data for path, data in files.items() if path not in own}
        template.keep(chosen.folder, template.ref_of(known.key), taken)


def _create(path: Path, data: bytes) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    return create(path, data)


def _told(chosen: Plan, repository: read.Repository | None, made: list[str]) -> str:
    count = counted(len(made), "file") if made else "nothing"
    parts = [f"Created {count} in {chosen.folder}; every file that was there is as it was."]
    if chosen.differ and repository is not None:
        ref = template.adopted_ref(chosen.folder)
        names = " ".join(shlex.quote(path) for path in chosen.differ)
        parts.append(
            f"{len(chosen.differ)} differ from the template: 'git diff -R {ref} -- {names}' shows how, "
            f"and 'git checkout -p {ref} -- {names}' takes over what you choose."
        )
    elif chosen.differ:
        beside = ", ".join(path + BESIDE for path in chosen.differ)
        parts.append(f"The template's versions of files that differ are beside yours: {beside}.")
    return " ".join(parts)
