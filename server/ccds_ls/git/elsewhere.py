"""Keeping a file out of git's objects: in the folder of raw data, or with Git LFS."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ccds_ls.files import append_line
from ccds_ls.git import read
from ccds_ls.git.act import move
from ccds_ls.git.command import LOCAL_SECONDS, ActError, Done, done, git, opened
from ccds_ls.git.run import has_dvc, has_lfs


def move_to_raw(path: Path, folder: Path) -> Done:
    """Move a file into ``folder`` and take it out of the index; never over another file.

    ``folder`` is in the same repository. Where git does not ignore it, a line in the .gitignore beside its topmost
    folder sees to that. Raises ActError before anything is changed.
    """
    repository = opened(path.parent)
    name, target = repository.relative(path), folder / path.name
    into = repository.relative(target)
    if name is None or into is None or not path.is_file() or path.is_symlink():
        raise ActError(f"Nothing was changed: {path} is not a file of the repository {repository.top}.")
    if os.path.lexists(target):
        raise ActError(f"Nothing was changed: there is a file {into} already.")
    ignoring = ""
    if not read.ignored(repository, [into]):
        top = folder.parent  # data, of data/raw
        append_line(top.parent / ".gitignore", f"/{top.name}/")
        ignoring = f" Added '/{top.name}/' to .gitignore."
    folder.mkdir(parents=True, exist_ok=True)
    move(path, target)
    tracked = bool(read.tracked(repository, [name]))
    if tracked:
        feed = os.fsencode(name) + b"\0"
        what = f"{name} was moved to {into}, but is still in the index."
        done(repository.top, "update-index", "-z", "--force-remove", "--stdin", feed=feed, what=what)
    return Done(
        f"Moved {name} to {into}, which git ignores.{ignoring} Code that reads it needs the new path.",
        (path, target),
        f"Move {into} back to {name}" + (f", and: git add -f -- '{name}'" if tracked else "."),
    )


def track_with_dvc(path: Path) -> Done:
    """Have DVC keep a file: a pointer beside it, which is staged, and a line in .gitignore.

    Runs ``dvc add``, which the user has installed and asked for. Raises ActError.
    """
    repository = opened(path.parent)
    name = repository.relative(path)
    if name is None or not path.is_file():
        raise ActError(f"Nothing was changed: {path} is not a file of the repository {repository.top}.")
    if not has_dvc(repository.top):
        raise ActError(
            "Nothing was changed: this project does not use DVC ('dvc init'), or dvc is not on PATH."
        )
    tracked = bool(read.tracked(repository, [name]))
    feed = os.fsencode(name) + b"\0"
    if tracked:  # DVC refuses what git tracks
        what = f"{name} is not tracked with DVC."
        done(repository.top, "update-index", "-z", "--force-remove", "--stdin", feed=feed, what=what)
    said = _dvc_add(repository.top, name)
    pointer = [f"{name}.dvc", (path.parent / ".gitignore").relative_to(repository.top).as_posix()]
    if said is None:
        done(
            repository.top, "--literal-pathspecs", "add", "--", *pointer, what=f"{pointer[0]} was not staged."
        )
        undo = f"dvc remove '{pointer[0]}'; git rm --cached '{pointer[0]}'"
        return Done(f"DVC keeps {name} from now on; {pointer[0]} is staged.", (path,), undo)
    if tracked:
        done(
            repository.top,
            "--literal-pathspecs",
            "add",
            "-f",
            "--",
            name,
            what=f"{name} was not staged again.",
        )
    raise ActError(f"{name} is not tracked with DVC, which says: {said}")


def _dvc_add(top: Path, name: str) -> str | None:
    """Run ``dvc add``; what it says when it fails."""
    try:
        ran = subprocess.run(
            ["dvc", "add", "--quiet", "--", name],
            cwd=top,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LOCAL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if ran.returncode == 0 else ran.stderr.decode("utf-8", "replace").strip()[-500:] or "nothing"


def track_with_lfs(path: Path) -> Done:
    """Have Git LFS keep a file: a line in .gitattributes, and the pointer staged in place of the content.

    Runs ``git lfs``, which the user has installed and asked for. Raises ActError.
    """
    repository = opened(path.parent)
    name = repository.relative(path)
    if name is None or not path.is_file():
        raise ActError(f"Nothing was changed: {path} is not a file of the repository {repository.top}.")
    if not has_lfs():
        raise ActError(
            "Nothing was changed: Git LFS is not installed. See https://git-lfs.com, then try again."
        )
    if git(repository.top, "config", "filter.lfs.clean").code != 0:
        done(
            repository.top,
            "lfs",
            "install",
            "--local",
            "--skip-repo",
            what="Git LFS could not be set up here.",
        )
    done(repository.top, "lfs", "track", "--filename", name, what=f"{name} is not tracked with Git LFS.")
    done(
        repository.top,
        "--literal-pathspecs",
        "add",
        "--",
        ".gitattributes",
        name,
        what=f"{name} was not staged.",
    )
    message = f"Git LFS keeps {name} from now on; the pointer and .gitattributes are staged."
    undo = f"git lfs untrack '{name}'; git rm --cached '{name}'"
    return Done(message, (path, repository.top / ".gitattributes"), undo)
