"""What git says about a repository at one moment: what is staged, what would be added, who works there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.git import read as git

if TYPE_CHECKING:
    from collections import Counter


MAX_OUTSIDE_GIT = 20_000
"""How many files of a folder outside git an editor looks at; who names a folder to check means all of it."""

_SKIPPED_FOLDERS = {
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".ipynb_checkpoints",
    ".mypy_cache",
}


@dataclass(frozen=True)
class View:
    """What git says about a repository at one moment. Outside git ``repository`` is None and all is empty.

    ``would_add`` are the paths that ``git add .`` would take: untracked and not ignored, or modified. ``inside`` are
    the repositories that lie in a folder outside git; their files are theirs.
    """

    root: Path
    repository: git.Repository | None
    staged: Mapping[str, git.Entry] = field(default_factory=dict)
    would_add: frozenset[str] = frozenset()
    notebooks: tuple[str, ...] = ()
    inside: tuple[Path, ...] = ()
    modified: frozenset[str] = frozenset()  # those of ``would_add`` that git tracks
    covered: Mapping[str, git.Ignored] = field(default_factory=dict)  # tracked, although to be ignored
    filters: Mapping[str, str] = field(default_factory=dict)  # the filter that a file goes through into git

    @cached_property
    def initials(self) -> Counter[str]:
        """The author parts in the notebooks' names, with how often each occurs."""
        from ccds_ls.naming import names  # where no notebook is, nothing pays for it

        return names.initials_in_use(self.notebooks)

    @cached_property
    def own_initials(self) -> tuple[str | None, bool]:
        """The initials that follow from this user's name, and whether they are more than a guess.

        They may be kept in git's configuration, see ``git.act.keep_initials``; in a repository of one author they
        are those that are in use. Asks git when it is first needed.
        """
        kept = git.setting(self.repository, git.INITIALS) if self.repository else None
        if kept:
            return kept, True
        from ccds_ls.naming import names

        derived = next(filter(None, map(names.from_author, _user_names(self.repository))), None)
        if derived in self.initials:
            return derived, True
        if len(self.initials) == 1 and _is_only_author(self.repository):
            return next(iter(self.initials)), True
        return derived, False


def look(
    root: Path, repository: git.Repository | None, *, staged_alone: list[git.Entry] | None = None
) -> View:
    """Ask git about a repository, or list the notebooks of a folder outside git.

    With ``staged_alone``, the ``staged_entries``, the work tree is not searched, but for the notebooks beside a
    staged one, which its name is compared with. Raises ``GitError`` when git can't say.
    """
    if repository is None:
        files, inside = walk(root)
        return View(root, None, notebooks=tuple(f for f in files if f.endswith(".ipynb")), inside=inside)
    if staged_alone is not None:
        beside = {entry.path.rpartition("/")[0] for entry in staged_alone if entry.path.endswith(".ipynb")}
        new = git.untracked(repository, [] if "" in beside else sorted(beside)) if beside else []
        view = _view(repository, staged_alone, [], git.notebooks(repository, new) if beside else [])
        return replace(view, covered=git.ignored_by(repository, view.staged, although_tracked=True))
    from concurrent.futures import ThreadPoolExecutor

    # git waits for the disk most of the time, so it is asked three things at once.
    with ThreadPoolExecutor(2, "ccds-git") as pool:
        new_files = pool.submit(git.untracked, repository)
        modified = pool.submit(git.would_add, repository, ())
        staged, new = staged_entries(repository), new_files.result()
        # What was staged between two of the questions is in the index by now, and not new.
        in_index = {entry.path for entry in staged if entry.oid}
        would_add = [*modified.result(), *(path for path in new if path not in in_index)]
        view = _view(repository, staged, would_add, git.notebooks(repository, new))
        view = replace(view, modified=frozenset(modified.result()))
        return with_settings_of_git(view, [*view.staged, *would_add])


def with_settings_of_git(view: View, paths: list[str]) -> View:
    """The same with what git's ignore files, for files that it tracks too, and its attributes say of more paths."""
    if view.repository is None:
        return view
    covered = git.ignored_by(view.repository, paths, although_tracked=True)
    filters = git.filters(view.repository, paths)
    return replace(view, covered={**view.covered, **covered}, filters={**view.filters, **filters})


def _view(
    repository: git.Repository, staged: list[git.Entry], would_add: list[str], notebooks: list[str]
) -> View:
    entries = {entry.path: entry for entry in staged if not entry.is_submodule}
    return View(repository.top, repository, entries, frozenset(would_add), tuple(notebooks))


def initials_to_choose(folder: Path) -> list[str]:
    """What the initials of this user may be in the repository of a folder, the likeliest first; at most five."""
    from ccds_ls.naming import names
    from ccds_ls.naming.slug import slug

    repository = git.discover(folder)
    found: dict[str, None] = {}
    for name in _user_names(repository):
        words = [word for word in slug(name).split("-") if word[:1].isalpha()]
        ends = words[0][0] + words[-1][0] if len(words) > 2 else ""
        login = words[0] if len(words) == 1 and len(words[0]) <= 15 else ""
        found |= dict.fromkeys(filter(None, (names.from_author(name), ends, login)))
    return list(found)[:5]


def _is_only_author(repository: git.Repository | None) -> bool:
    """Whether every commit is this user's own."""
    if repository is None:
        return False
    return {name for name, _ in git.authors(repository)} == {git.user_name(repository)}


def _user_names(repository: git.Repository | None) -> Iterator[str]:
    """What this user may be called: as git knows it, from the e-mail address, the login."""
    if repository is not None:
        yield git.user_name(repository) or ""
        yield (git.user_email(repository) or "").partition("@")[0]
    yield os.environ.get("USER") or os.environ.get("USERNAME") or ""


def walk(root: Path, most: int | None = None) -> tuple[list[str], tuple[Path, ...]]:
    """The files of a folder outside git, relative, up to a limit, and the repositories that lie in it.

    What is in one of those is left out, and so are caches and environments.
    """
    limit = MAX_OUTSIDE_GIT if most is None else most
    found: list[str] = []
    inside: list[Path] = []
    for parent, folders, files in os.walk(root):
        if Path(parent) != root and (".git" in folders or ".git" in files):
            inside.append(Path(parent))
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if f not in _SKIPPED_FOLDERS)
        below = "" if Path(parent) == root else f"{Path(parent).relative_to(root).as_posix()}/"
        found.extend(below + name for name in sorted(files))
        if len(found) > limit:
            return found[:limit], tuple(inside)
    return found, tuple(inside)


def staged_entries(repository: git.Repository) -> list[git.Entry]:
    """What a commit would bring in, and the raw data that it would delete."""
    found = git.index_changes(repository)
    gone = [path for path in found.deleted if "/raw/" in path]
    return [*found.entries, *(git.Entry(path, "", 0o100644, "D") for path in gone)]
