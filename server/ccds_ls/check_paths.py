"""The rules without an editor: which files are meant, read and checked in batches.

A commit waits for this, and most of that is the secret engine's start. So what git is asked first needs few imports,
and the rest is imported where it is used: while the engine loads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ccds_ls.background_detector import awaited, loaded_detector, loading
from ccds_ls.git import read as git
from ccds_ls.view import View, look, staged_entries, walk, with_settings_of_git

if TYPE_CHECKING:
    from ccds_ls.check import Located
    from ccds_ls.finding import Severity
    from ccds_ls.secrets import Detector
    from ccds_ls.snapshot import File, Snapshot

    Mend: TypeAlias = Callable[[Path, list[Located]], list[Located]]

BATCH = 50
"""How many files are read and checked at a time."""


class UsageError(Exception):
    """What is asked for can't be done; the text is for people."""


@dataclass(frozen=True)
class Checked:
    """What was found below each root, a repository's top or a folder outside git, and how many files were checked."""

    found: Mapping[Path, Sequence[Located]]
    files: int

    @property
    def located(self) -> list[Located]:
        """All that was found."""
        return [item for found in self.found.values() for item in found]

    def down_to(self, severity: Severity) -> Checked:
        """The same without what is less severe."""
        found = {
            root: [item for item in found if item[0].severity <= severity]
            for root, found in self.found.items()
        }
        return replace(self, found=found)


def check_paths(
    paths: list[Path],
    *,
    staged: bool = False,
    would_add: bool = False,
    with_baseline: bool = True,
    detector: Detector | None = None,
    settings: dict[str, Any] | None = None,
    mend: Mend | None = None,
) -> Checked:
    """The findings in files and folders. Raises UsageError or GitError.

    ``with_baseline`` leaves out what the projects' baselines accept. Without a ``detector`` one is loaded.
    ``settings`` are the editor's. ``mend`` gets each batch of findings with its root and says which of them are left.
    """
    every: dict[Path, list[Located]] = {}
    count = 0
    load = detector is None
    if load:
        loading()  # It goes on while git is asked.
    for root, (repository, below) in _by_repository(paths).items():
        view, chosen = _asked_for(root, repository, below, staged=staged, would_add=would_add)
        if not chosen:
            continue
        if load:
            loading().need()
        count += len(chosen)
        batches = (chosen[start : start + BATCH] for start in range(0, len(chosen), BATCH))
        read = (_versions(view, batch, staged=staged, would_add=would_add) for batch in batches)
        located = every[view.root] = []
        for found in _checked(view, read, detector, settings, with_baseline=with_baseline):
            located += mend(view.root, found) if mend else found
    return Checked(every, count)


def _asked_for(
    root: Path,
    repository: git.Repository | None,
    paths: list[str],
    *,
    staged: bool,
    would_add: bool,
) -> tuple[View, list[str]]:
    """What git says of a repository, and the files to check there."""
    if repository is None and (staged or would_add):
        raise UsageError(
            f"{root} is not in a git repository, so nothing is staged there. 'git init' makes one."
        )
    entries = staged_entries(repository) if staged and repository else None
    view = look(root, repository, staged_alone=entries)
    chosen = _chosen(view, paths, staged=staged, would_add=would_add)
    if chosen and not staged and not would_add:  # those that git has unchanged, too
        view = with_settings_of_git(view, chosen)
    return view, chosen


def _checked(
    view: View,
    batches: Iterable[list[File]],
    detector: Detector | None,
    settings: dict[str, Any] | None,
    *,
    with_baseline: bool,
) -> Iterator[list[Located]]:
    """The findings in each batch: the content of a few files at a time is enough to hold in memory."""
    # While the secret engine loads, which takes longer than all the rest:
    from ccds_ls.check import check
    from ccds_ls.collect import make_snapshot
    from ccds_ls.rules import all_rules
    from ccds_ls.secrets.patterns import line  # noqa: F401 - for the first line that is looked at

    rules = all_rules()
    for files in batches:
        snapshot = make_snapshot(view, files, settings)
        found = check(snapshot if with_baseline else without_baseline(snapshot), detector or awaited(), rules)
        if detector is None:
            loaded_detector()  # Why it could not be loaded is no finding of a rule's, but an error.
        yield found


def without_baseline(snapshot: Snapshot) -> Snapshot:
    """The same, with nothing accepted that a baseline accepts."""
    return replace(
        snapshot, projects=tuple(replace(project, baseline=frozenset()) for project in snapshot.projects)
    )


def by_root(paths: Iterable[Path]) -> dict[Path, list[str]]:
    """The paths below each repository (or folder outside git), relative to it; ``""`` stands for all of it."""
    return {root: chosen for root, (_, chosen) in _by_repository(paths).items()}


def _by_repository(paths: Iterable[Path]) -> dict[Path, tuple[git.Repository | None, list[str]]]:
    roots: dict[Path, tuple[git.Repository | None, list[str]]] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file or folder '{path}'.")
        full = Path(os.path.realpath(path.parent), path.name) if path.name else Path(os.path.realpath(path))
        folder = full if full.is_dir() else full.parent
        repository = git.discover(folder, environ=os.environ)
        root = repository.top if repository else folder
        relative = full.relative_to(root).as_posix()
        roots.setdefault(root, (repository, []))[1].append("" if relative == "." else relative)
        if repository is None and full.is_dir():
            # Each repository in a folder outside git has its own ignore rules and settings.
            for inside in walk(full, sys.maxsize)[1]:
                roots[inside] = git.discover(inside, environ=os.environ), [""]
    return roots


def _chosen(view: View, paths: list[str], *, staged: bool, would_add: bool) -> list[str]:
    """The files that the command line asks for."""

    def wanted(path: str) -> bool:
        return any(not p or path == p or path.startswith(f"{p}/") for p in paths)

    if staged:
        return sorted(filter(wanted, view.staged))
    if would_add:
        return sorted(filter(wanted, view.would_add))
    if view.repository is None:
        return list(filter(wanted, walk(view.root, sys.maxsize)[0]))
    listed = git.files(view.repository, [] if "" in paths else paths)
    return sorted({path for path, _ in listed} | set(filter(wanted, view.staged)))


def _versions(view: View, paths: list[str], *, staged: bool, would_add: bool) -> list[File]:
    """The versions of some files that are to be checked: staged, in the work tree, or both where they differ."""
    from ccds_ls.collect import index_files, worktree_file

    in_index = [] if would_add else [path for path in paths if path in view.staged]
    files = index_files(view, in_index)
    if staged:
        return files
    # Where the work tree holds what is staged, once is enough.
    present = (worktree_file(view, path) for path in paths if path not in in_index or path in view.would_add)
    return files + [file for file in present if file is not None]
