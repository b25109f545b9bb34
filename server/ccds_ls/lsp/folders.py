"""The folders that a session looks after: which file belongs to which, and which may have changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ccds_ls import baseline
from ccds_ls.git.read import GitError, Repository, discover
from ccds_ls.lsp.contents import Contents, State
from ccds_ls.notebook.facts import Index
from ccds_ls.view import View


@dataclass
class Folder:
    """One repository, or one folder outside git, that the session looks after.

    ``shown`` is the root as the editor spells it (it may lead through a symbolic link). ``problem`` says why git
    could not be asked; what was published before stays then, since not knowing is not the same as clean.
    """

    root: Path
    shown: Path
    repository: Repository | None = None
    view: View | None = None
    problem: str | None = None
    stamp: tuple[object, ...] = ()
    fresh: dict[str, State] = field(default_factory=dict)  # path -> the state in which it was last checked
    contents: Contents = field(default_factory=Contents)  # what the closed notebooks held then
    ignored: dict[str, bool] = field(default_factory=dict)  # open files that git was asked about
    tracked: set[str] = field(default_factory=set)  # those of them that the index has
    index: Index = field(default_factory=Index)  # what the notebooks hold that others may hold, too
    again: set[str] = field(default_factory=set)  # to be checked again for what was found in another file

    def relative(self, path: str) -> str:
        """The path of a file below the root, as git spells it."""
        parent, name = os.path.split(path)
        return Path(os.path.realpath(parent), name).relative_to(self.root).as_posix()

    def absolute(self, path: str) -> str:
        """The editor's spelling of a path that is relative to the root."""
        return str(self.shown / path)


class Folders:
    """Repositories, and folders outside git, by their roots. ``workspace`` are those that the editor named."""

    def __init__(self) -> None:
        self.workspace: list[Path] = []
        self.by_root: dict[Path, Folder] = {}
        self._roots: dict[str, Path] = {}

    def of(self, path: str) -> Folder:
        """The folder that a file belongs to: its repository, else the workspace folder, else its own folder."""
        parent = os.path.dirname(path)  # noqa: PTH120 - a str is the key of the overlays, too
        root = self._roots.get(parent)
        folder = self.by_root.get(root) if root else None
        if folder is None:
            folder = self._find_root(Path(parent))
            self._roots[parent] = folder.root
        return folder

    def _find_root(self, folder: Path) -> Folder:
        problem = repository = None
        try:
            repository = discover(folder)
        except GitError as error:
            problem = str(error)
        real = Path(os.path.realpath(folder))
        inside = [known for known in self.workspace if real.is_relative_to(os.path.realpath(known))]
        root = repository.top if repository else Path(os.path.realpath(inside[0])) if inside else real
        if root not in self.by_root:
            self.by_root[root] = Folder(root, _as_shown(folder, root), repository, problem=problem)
        return self.by_root[root]

    def known_root(self, folder: Path) -> Path:
        """The root that a folder is known to belong to, else the folder itself."""
        return self._roots.get(str(folder), folder)

    def at(self, root: Path) -> Folder:
        """The folder of a workspace folder or a repository's top level."""
        return self.by_root.get(root) or self._find_root(root)

    def stale(self) -> list[Folder]:
        """The folders in which the index, HEAD, the ignore rules or the settings changed since the last look."""
        return [folder for folder in list(self.by_root.values()) if folder.stamp != self.stamp(folder)]

    def watched(self) -> frozenset[Path]:
        """The folders in which something changes when ``stale`` finds something."""
        folders = list(self.by_root.values())
        own = {folder.repository.git_dir for folder in folders if folder.repository}
        every = own | {folder.root for folder in folders}
        return frozenset(path for path in every if os.path.isdir(path))  # noqa: PTH112 - Path.is_dir may raise

    def outside(self) -> list[Folder]:
        """The folders that are in no workspace folder and around none."""
        workspace = [Path(os.path.realpath(folder)) for folder in self.workspace]

        def is_used(root: Path) -> bool:
            return any(root.is_relative_to(other) or other.is_relative_to(root) for other in workspace)

        return [folder for folder in list(self.by_root.values()) if not is_used(folder.root)]

    def stamp(self, folder: Folder) -> tuple[object, ...]:
        """What changes when a folder must be looked at again: a stat of a few files."""
        repository = folder.repository
        watched = [
            folder.root / name for name in (".gitignore", ".gitattributes", "pyproject.toml", baseline.NAME)
        ]
        if repository:
            watched += [repository.index, repository.git_dir / "HEAD", repository.git_dir / "logs" / "HEAD"]
            # Where filters are set, and what is ignored on this machine alone.
            watched += [
                repository.common_dir / name for name in ("config", "info/attributes", "info/exclude")
            ]
        else:
            # A repository may be made here, or in any folder on the way to an open file.
            parents = [Path(parent) for parent, root in list(self._roots.items()) if root == folder.root]
            above = {up for parent in parents for up in (parent, *parent.parents)}
            inside = sorted(up for up in above if up.is_relative_to(folder.shown) and up != folder.shown)
            watched += [up / ".git" for up in (folder.root, *inside)]
        return tuple(signature(path) for path in watched)

    def forget(self) -> None:
        """A repository was made or removed: find out again what belongs to which."""
        self._roots = {}


def _as_shown(folder: Path, root: Path) -> Path:
    """The root in the editor's spelling of a folder in it, which may lead through a symbolic link."""
    real = Path(os.path.realpath(folder))
    if real == folder or not real.is_relative_to(root):
        return root
    below = real.relative_to(root).parts
    if not below:
        return folder
    return folder.parents[len(below) - 1] if folder.parts[-len(below) :] == below else root


def signature(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file's content, without reading it; None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
