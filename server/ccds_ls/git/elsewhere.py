"""Keeping a file out of git's objects: in the folder of raw data, or with Git LFS."""

from __future__ import annotations

import os
import shlex
import subprocess
from contextlib import ExitStack
from pathlib import Path

from ccds_ls.files import append_line
from ccds_ls.git import read
from ccds_ls.git.act import move
from ccds_ls.git.command import LOCAL_SECONDS, ActError, Done, done, git, opened
from ccds_ls.git.run import has_dvc, has_lfs


def move_to_raw(path: Path, folder: Path) -> Done:
    """Move a file into ``folder`` and take it out of the index; never over another file.

    ``folder`` is in the same repository. Where git does not ignore it, a line in the .gitignore beside its topmost
    folder sees to that. Raises ActError, with everything as it was.
    """
    repository = opened(path.parent)
    name, target = repository.relative(path), folder / path.name
    into = repository.relative(target)
    if name is None or into is None or not path.is_file() or path.is_symlink():
        raise ActError(f"Nothing was changed: {path} is not a file of the repository {repository.top}.")
    if os.path.lexists(target):
        there = f"{into} is there already" if target == path else f"there is another file {into} already"
        raise ActError(f"Nothing was changed: {there}.")
    entry = _staged(repository, name)
    with ExitStack() as back:
        ignoring = _ignore_folder(repository, folder.parent, into, back)  # data, of data/raw
        _make(folder, back)
        move(path, target)
        back.callback(move, target, path)
        if entry is not None:
            _take_out(repository, name, "Nothing was changed.")
        back.pop_all()
    return Done(
        f"Moved {name} to {into}, which git ignores.{ignoring} Code that reads it needs the new path.",
        (path, target),
        f"Move {into} back to {name}" + (f", and: {_put_back_command(entry)}" if entry else "."),
    )


def _ignore_folder(repository: read.Repository, top: Path, into: str, back: ExitStack) -> str:
    """See to it that git ignores ``into``, below ``top``, and say what was added; ``back`` gets how to undo it."""
    if read.ignored(repository, [into]):
        return ""
    ignore, line = top.parent / ".gitignore", f"/{top.name}/"
    if ignore.is_symlink():
        raise ActError(f"Nothing was changed: {ignore} is a link, which git does not read.")
    before = ignore.read_bytes() if ignore.exists() else None
    if append_line(ignore, line):
        back.callback(_without_addition, ignore, before, ignore.read_bytes())
    if not read.ignored(repository, [into]):
        raise ActError(
            f"Nothing was changed: git does not ignore {into} in spite of a line '{line}' in {ignore}. "
            "A later line with '!' may take it back: look at that first."
        )
    return f" Added '{line}' to .gitignore."


def _without_addition(path: Path, before: bytes | None, after: bytes) -> None:
    """Take back what was appended to a file, unless somebody has changed it since."""
    if path.read_bytes() != after:
        return
    if before is None:
        path.unlink()
    else:
        os.truncate(path, len(before))


def _make(folder: Path, back: ExitStack) -> None:
    """Make a folder and those around it; ``back`` gets how to remove those that are new."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(new):
        path.mkdir()
        back.callback(path.rmdir)


def _staged(repository: read.Repository, name: str) -> read.Entry | None:
    """What the index has under a name. Raises ActError for an unresolved conflict."""
    entries = read.index_entries(repository, [name])
    entry = next((entry for entry in entries if entry.path == name), None)
    if entry is None and read.tracked(repository, [name]):
        raise ActError(f"Nothing was changed: resolve the conflict in {name} first.")
    return entry


def _take_out(repository: read.Repository, name: str, what: str) -> None:
    feed = os.fsencode(name) + b"\0"
    done(repository.top, "update-index", "-z", "--force-remove", "--stdin", feed=feed, what=what)


def _put_back(repository: read.Repository, entry: read.Entry) -> None:
    """Give the index the very version again that it had, whatever the file is by now."""
    feed = f"{entry.mode:o} {entry.oid}\t".encode() + os.fsencode(entry.path) + b"\0"
    what = f"{entry.path} is no longer staged; to stage it again: {_put_back_command(entry)}."
    done(repository.top, "update-index", "-z", "--index-info", feed=feed, what=what)


def _put_back_command(entry: read.Entry) -> str:
    return f"git update-index --add --cacheinfo {shlex.quote(f'{entry.mode:o},{entry.oid},{entry.path}')}"


def _file_of_repository(path: Path) -> tuple[read.Repository, str]:
    """The repository around a file, and the file's name in it. Raises ActError where it is none."""
    repository = opened(path.parent)
    name = repository.relative(path)
    if name is None or not path.is_file():
        raise ActError(f"Nothing was changed: {path} is not a file of the repository {repository.top}.")
    return repository, name


def track_with_dvc(path: Path) -> Done:
    """Have DVC keep a file: a pointer beside it, which is staged, and a line in .gitignore.

    Runs ``dvc add``, which the user has installed and asked for. Raises ActError.
    """
    repository, name = _file_of_repository(path)
    if not has_dvc(repository.top):
        raise ActError(
            "Nothing was changed: this project does not use DVC ('dvc init'), or dvc is not on PATH."
        )
    entry = _staged(repository, name)
    pointer = [f"{name}.dvc", (path.parent / ".gitignore").relative_to(repository.top).as_posix()]
    with ExitStack() as back:
        if entry is not None:  # DVC refuses what git tracks
            _take_out(repository, name, f"{name} is not tracked with DVC.")
            back.callback(_put_back, repository, entry)
        said = _dvc_add(repository.top, name)
        if said is not None:
            raise ActError(f"{name} is not tracked with DVC, which says: {said}")
        what = f"{pointer[0]} was not staged."
        done(repository.top, "--literal-pathspecs", "add", "--", *pointer, what=what)
        back.pop_all()
    quoted = shlex.quote(pointer[0])
    undo = f"dvc remove -- {quoted}; git rm --cached -- {quoted}"
    return Done(f"DVC keeps {name} from now on; {pointer[0]} is staged.", (path,), undo)


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
    repository, name = _file_of_repository(path)
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
    done(
        repository.top, "lfs", "track", "--filename", "--", name, what=f"{name} is not tracked with Git LFS."
    )
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
    quoted = shlex.quote(name)
    undo = f"git lfs untrack -- {quoted}; git rm --cached -- {quoted}"
    return Done(message, (path, repository.top / ".gitattributes"), undo)
