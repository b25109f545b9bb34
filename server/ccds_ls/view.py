"""What git says about a repository at one moment: what is staged, what would be added, who works there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.git import read as git

if TYPE_CHECKING:
    from collections import Counter


MAX_OUTSIDE_GIT = 20_000
"""How many files of a folder outside git an editor looks at; who names a folder to check means all of it."""

_NEARLY = 2 / 3
"""The share of their notebooks in which a person's initials are the same."""

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
        """The author parts in the notebooks' names, with how often each occurs.

        Where one lacks what everybody would take for initials, git is asked for the logins of those who work here.
        """
        from ccds_ls.naming import authors  # where no notebook is, nothing pays for it

        logins: set[str] = set()
        if self.repository and any(map(authors.lacks_initials, self.notebooks)):
            logins = {sign for person in git.authors(self.repository) for sign in authors.signs_of(*person)}
        return authors.initials_in_use(self.notebooks, logins)

    @cached_property
    def own_initials(self) -> tuple[str | None, bool]:
        """The initials that follow from this user's name and notebooks, and whether they are more than a guess.

        They may be kept in git's configuration, see ``git.act.keep_initials``; else they are those that this user has
        used here. Asks git when it is first needed.
        """
        kept = git.setting(self.repository, git.INITIALS) if self.repository else None
        if kept:
            return kept, True
        from ccds_ls.naming import authors

        name, email = _user(self.repository)
        guessed = next(filter(None, map(authors.from_author, _user_names(name, email))), None)
        # Two letters that are not the likeliest may as well be somebody else's.
        signs = {sign for sign in authors.signs_of(name, email) if len(sign) > 2} | (
            {guessed} if guessed else set()
        )
        used = authors.initials_in_use(self.notebooks, signs)
        if mine := next((sign for sign, _ in used.most_common() if sign in signs), None):
            return mine, True
        used_by = _used_by(self, name, email)
        return (used_by, True) if used_by else (guessed, False)

    def author(self, configured: str | None) -> tuple[str | None, bool]:
        """This user's initials: those that they kept or use here, else those configured, else a guess (False)."""
        own, is_certain = self.own_initials
        return (configured, True) if configured and not is_certain else (own, is_certain)


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
        untracked = view.would_add.difference(view.modified)
        return with_settings_of_git(view, [*view.staged, *view.modified], untracked)


def with_settings_of_git(view: View, paths: Iterable[str], untracked: Iterable[str] = ()) -> View:
    """The same with what git's ignore files, for files that it tracks too, and its attributes say of more paths.

    No ignore file covers those that are ``untracked`` and would be added: there may be thousands.
    """
    if view.repository is None:
        return view
    paths = list(paths)
    covered = git.ignored_by(view.repository, paths, although_tracked=True)
    filters = git.filters(view.repository, [*paths, *untracked])
    return replace(view, covered={**view.covered, **covered}, filters={**view.filters, **filters})


def _view(
    repository: git.Repository, staged: list[git.Entry], would_add: list[str], notebooks: list[str]
) -> View:
    entries = {entry.path: entry for entry in staged if not entry.is_submodule}
    return View(repository.top, repository, entries, frozenset(would_add), tuple(notebooks))


def initials_to_choose(folder: Path) -> list[str]:
    """What the initials of this user may be in the repository of a folder, the likeliest first; at most five.

    None outside git, where they could not be kept.
    """
    from ccds_ls.naming.authors import from_author
    from ccds_ls.naming.slug import slug

    repository = git.discover(folder)
    if repository is None:
        return []
    found: dict[str, None] = {}
    for name in _user_names(*_user(repository)):
        words = [word for word in slug(name).split("-") if word[:1].isalpha()]
        ends = words[0][0] + words[-1][0] if len(words) > 2 else ""
        login = words[0] if len(words) == 1 and len(words[0]) <= 15 else ""
        found |= dict.fromkeys(filter(None, (from_author(name), ends, login)))
    return list(found)[:5]


def _used_by(view: View, name: str, email: str) -> str | None:
    """The initials of a person's notebooks: those in use where nobody else works, or nearly all they brought in."""
    from ccds_ls.naming import authors

    if view.repository is None or not view.initials:
        return None
    if len(view.initials) == 1 and {person for person, _ in git.authors(view.repository)} == {name}:
        return next(iter(view.initials))
    added = git.added(view.repository, view.notebooks)
    mine = {path for path, person in added.items() if person[0] == name or person[1] == email}
    used = authors.initials_in_use(path for path in view.notebooks if path in mine)
    ((first, times),) = used.most_common(1) or [("", 0)]
    return first if first and times >= _NEARLY * used.total() else None


def _user(repository: git.Repository | None) -> tuple[str, str]:
    """This user's name and e-mail address, as git knows them."""
    if repository is None:
        return "", ""
    return git.user_name(repository) or "", git.user_email(repository) or ""


def _user_names(name: str, email: str) -> tuple[str, str, str]:
    """What this user may be called: as git knows it, from the e-mail address, the login."""
    return name, email.partition("@")[0], os.environ.get("USER") or os.environ.get("USERNAME") or ""


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
