"""Seeing to it that git ignores one file."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from ccds_ls.files import append_line
from ccds_ls.git import read
from ccds_ls.git.command import ActError
from ccds_ls.gitignore import pattern_for


def keep_out(path: Path) -> tuple[Path, ...]:
    """See to it that git ignores a file, and what it leads to as a symbolic link, by lines in the .gitignore beside.

    Returns the .gitignore files that changed. Raises ActError for what git tracks, which no line would keep out.
    """
    places = dict.fromkeys((Path(os.path.realpath(path.parent), path.name), Path(os.path.realpath(path))))
    shown = [place for place in places if not _is_kept_out(place)]
    targets = [place.parent / ".gitignore" for place in shown]
    for target in targets:
        if target.is_symlink():
            raise ActError(f"Nothing was changed: {target} is a symbolic link, which git does not follow.")
    for place, target in zip(shown, targets, strict=True):
        append_line(target, pattern_for(place.name))
        if not _is_kept_out(place):
            raise ActError(
                f"git does not ignore {place} in spite of the last line of {target}: look at it first."
            )
    return tuple(targets)


def _is_kept_out(path: Path) -> bool:
    """Whether git ignores a file, or has nothing to do with it. Raises ActError for one that it tracks."""
    repository = read.discover(path.parent)
    name = repository.relative(path) if repository is not None else None
    if repository is None or name is None:
        return True
    if read.tracked(repository, [name]):
        raise ActError(
            f"Nothing was changed: git tracks {name}. Have it stop that first: git rm --cached {quote(name)}"
        )
    return name in read.ignored(repository, [name])
