"""The list of what adopting created in a folder, and taking that back as far as nobody has changed it."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from ccds_ls.counted import counted
from ccds_ls.files import write_atomically
from ccds_ls.git import read, template
from ccds_ls.git.command import Done
from ccds_ls.scaffold.generate import ScaffoldError


def undo_command(folder: Path) -> str:
    """The command that takes an adoption back."""
    return f"ccds-ls new --adopt {shlex.quote(str(folder))} --undo"


@dataclass(frozen=True)
class Created:
    """What adoptions created in a folder: files with the hash of their content, and folders, outermost first."""

    files: Mapping[str, str]
    folders: tuple[str, ...]

    @staticmethod
    def of(folder: Path, repository: read.Repository | None) -> Created:
        """The list so far. Raises ScaffoldError when it is damaged."""
        try:
            known = json.loads(_list_of(folder, repository).read_text(encoding="utf-8"))
            created = Created(dict(known["files"]), tuple(known["folders"]))
            for name in (*created.files, *created.folders):
                _require_inside(name)
            return created
        except (FileNotFoundError, NotADirectoryError):
            return Created({}, ())
        except (ValueError, KeyError, TypeError) as error:
            raise ScaffoldError(
                f"{_list_of(folder, repository)}, the list of what was created, is damaged: {error}."
            ) from error

    def add(self, folder: Path, files: Mapping[str, bytes]) -> Created:
        """The list with files that are about to be created, and the folders that this makes."""
        hashes = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
        parents = {str(parent) for path in files for parent in PurePosixPath(path).parents if parent.name}
        new = sorted(path for path in parents if not os.path.lexists(folder / path))
        return Created({**self.files, **hashes}, tuple(dict.fromkeys((*self.folders, *new))))

    def save(self, folder: Path, repository: read.Repository | None) -> None:
        """Write the list, before anything on it is created."""
        path = _list_of(folder, repository)
        path.parent.mkdir(exist_ok=True)
        if repository is None:
            (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        write_atomically(path, json.dumps({"files": self.files, "folders": self.folders}).encode())


def _list_of(folder: Path, repository: read.Repository | None) -> Path:
    """Where the list of what was created lies: among git's own files, or in a folder that git ignores."""
    if repository is None:
        return folder / ".ccds-ls" / "adopted.json"
    inside = repository.relative(folder / "x") or "x"
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    return repository.git_dir / "ccds-ls" / f"adopted-{name}.json"


def _require_inside(name: object) -> None:
    """Raise ValueError for what is no path below the folder, on any system: a list may come with a clone."""
    if not isinstance(name, str) or "\\" in name or "\0" in name or PureWindowsPath(name).drive:
        raise ValueError(f"{name!r} is no path in the project")
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise ValueError(f"{name!r} is no path in the project")


def _is_brought(folder: Path, repository: read.Repository) -> bool:
    """Whether the list in the folder, which ours never is, came with the repository."""
    path = _list_of(folder, None)
    names = [name for place in (path, path.parent) if (name := repository.relative(place))]
    return path.parent.is_symlink() or bool(read.tracked(repository, names))


def note(folder: Path, paths: Iterable[Path]) -> None:
    """Put files that an adoption brought with it on the list, so that they go with it when it is undone."""
    repository = read.discover(folder)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if folder in path.parents
    }
    Created.of(folder, repository).add(folder, files).save(folder, repository)


def undo(folder: Path) -> Done:
    """Remove what adopting created, as far as nobody has changed it since. Raises ScaffoldError if nothing was."""
    repository = read.discover(folder)
    places: tuple[read.Repository | None, ...] = (None, repository) if repository else (None,)
    if repository and _is_brought(folder, repository):
        places = (repository,)
    lists = [(where, Created.of(folder, where)) for where in places]
    lists = [(where, created) for where, created in lists if created.files]
    if not lists:
        raise ScaffoldError(f"Nothing was changed: nothing is known to have been created in {folder}.")
    fates: dict[str, bool | None] = {}
    for where, created in lists:
        fates |= {path: _remove(folder, path, digest) for path, digest in created.files.items()}
        for path in sorted(created.folders, reverse=True):
            _remove_empty(folder, path)
        _forget(folder, where)
    removed = [path for path, fate in fates.items() if fate]
    changed = [path for path, fate in fates.items() if fate is False]
    left = f" Left, because they have changed since: {', '.join(changed)}." if changed else ""
    again = f"ccds-ls new --adopt {shlex.quote(str(folder))}"
    return Done(
        f"Removed {counted(len(removed), 'file')} from {folder}.{left}",
        (folder,),
        again,
    )


def _remove(folder: Path, name: str, digest: str) -> bool | None:
    """True when it was removed, False when it has changed, None when it is gone."""
    path = folder / name
    try:
        if _is_behind_link(folder, name) or not stat.S_ISREG(path.lstat().st_mode):
            return False
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            return False
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return True


def _remove_empty(folder: Path, name: str) -> None:
    path = folder / name
    if _is_behind_link(folder, name) or path.is_symlink() or not path.is_dir():
        return
    if not any(path.iterdir()):
        path.rmdir()


def _is_behind_link(folder: Path, name: str) -> bool:
    """Whether a path below the folder leads elsewhere by now."""
    return (folder / name).parent.resolve() != folder.resolve() / PurePosixPath(name).parent


def _forget(folder: Path, repository: read.Repository | None) -> None:
    path = _list_of(folder, repository)
    path.unlink(missing_ok=True)
    if repository is None:
        (path.parent / ".gitignore").unlink(missing_ok=True)
        _remove_empty(folder, path.parent.name)
    elif template.kept(repository, template.adopted_ref(folder)):
        template.forget(folder, template.adopted_ref(folder))
