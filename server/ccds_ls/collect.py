"""Reading: from git and the disk to the Snapshot that rules look at.

What is staged is read from the index, never from the work tree. Content is read up to a limit; what is beyond it
is told by its size and first bytes, and the File says that it was not searched.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccds_ls.finding import State
from ccds_ls.git import read as git
from ccds_ls.project import Project, find_projects, nearest
from ccds_ls.snapshot import HEAD_BYTES, File, Origin, Snapshot

if TYPE_CHECKING:
    from collections import Counter

    from ccds_ls.dependencies import Declared
    from ccds_ls.notebook import Notebook
    from ccds_ls.notebook.facts import Index

MAX_TEXT_BYTES = 20 * 1024 * 1024
"""The largest content that is searched. Above it a file is a data file or an archive, whatever it is called."""

MAX_OUTSIDE_GIT = 20_000
"""How many files of a folder outside git are looked at before the walk stops."""

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
    covered: Mapping[str, git.Ignored] = field(default_factory=dict)  # staged, although to be ignored

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
        return _view(repository, staged_alone, [], git.notebooks(repository, new) if beside else [])
    from concurrent.futures import ThreadPoolExecutor

    # git waits for the disk most of the time, so it is asked three things at once.
    with ThreadPoolExecutor(2, "ccds-git") as pool:
        new_files = pool.submit(git.untracked, repository)
        modified = pool.submit(git.would_add, repository, ())
        staged, new = staged_entries(repository), new_files.result()
        view = _view(repository, staged, [*new, *modified.result()], git.notebooks(repository, new))
        return replace(view, modified=frozenset(modified.result()))


def _view(
    repository: git.Repository, staged: list[git.Entry], would_add: list[str], notebooks: list[str]
) -> View:
    entries = {entry.path: entry for entry in staged if not entry.is_submodule}
    covered = git.ignored_by(repository, entries, although_tracked=True)
    return View(repository.top, repository, entries, frozenset(would_add), tuple(notebooks), covered=covered)


def initials_to_choose(folder: Path) -> list[str]:
    """What the initials of this user may be in the repository of a folder, the likeliest first; at most five."""
    from ccds_ls.naming import names

    repository = git.discover(folder)
    found: dict[str, None] = {}
    for name in _user_names(repository):
        words = [word for word in names.slug(name).split("-") if word[:1].isalpha()]
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


def walk(root: Path) -> tuple[list[str], tuple[Path, ...]]:
    """The files of a folder outside git, relative, up to a limit, and the repositories that lie in it.

    What is in one of those is left out, and so are caches and environments.
    """
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
        if len(found) > MAX_OUTSIDE_GIT:
            return found[:MAX_OUTSIDE_GIT], tuple(inside)
    return found, tuple(inside)


def index_files(view: View, paths: Iterable[str]) -> list[File]:
    """The staged versions of paths, read from the index; submodules and deletions have none."""
    entries = [view.staged[path] for path in paths]
    if view.repository is None or not entries:
        return []
    return [
        replace(file, covered_by=f"{line.source}:{line.line}: {line.pattern}")
        if (line := view.covered.get(file.path))
        else file
        for file in blob_files(view.repository, entries)
    ]


def blob_files(repository: git.Repository, entries: Iterable[git.Entry]) -> list[File]:
    """What git has for some entries, of the index or of a commit, as files that are staged."""
    entries = list(entries)
    oids = [entry.oid for entry in entries if entry.oid]
    contents = {blob.oid: blob for blob in git.blobs(repository, oids, MAX_TEXT_BYTES, head=HEAD_BYTES)}
    return [
        _index_file(entry, contents[entry.oid]) if entry.oid else _deleted_file(entry) for entry in entries
    ]


def _deleted_file(entry: git.Entry) -> File:
    return File(entry.path, Origin.INDEX, State.STAGED, 0, tracked=True, committed=True, deleted=True)


def staged_entries(repository: git.Repository) -> list[git.Entry]:
    """What a commit would bring in, and the raw data that it would delete."""
    found = git.index_changes(repository)
    gone = [path for path in found.deleted if "/raw/" in path]
    return [*found.entries, *(git.Entry(path, "", 0o100644, "D") for path in gone)]


def _index_file(entry: git.Entry, blob: git.Blob) -> File:
    text: str | None = None
    if blob.size is None:
        unread: str | None = "git can't read what is staged here (a partial clone, or a damaged repository)."
    else:
        text, unread = _text(blob.data, blob.size)
    return File(
        path=entry.path,
        origin=Origin.INDEX,
        state=State.STAGED,
        size=blob.size or 0,
        head=blob.data[:HEAD_BYTES],
        text=text,
        unread=unread,
        content_id=entry.oid,
        tracked=True,
        committed=entry.status not in "A ",
    )


def overlay_file(
    view: View, path: str, text: str | None, notebook: Notebook | None, *, ignored: bool
) -> File:
    """What an editor shows, as the next thing that could be added."""
    content = (text if text is not None else "").encode("utf-8", "surrogatepass")
    state = State.WOULD_BE_ADDED if view.repository and not ignored else State.WORK_TREE
    unread = None if len(content) <= MAX_TEXT_BYTES else _too_large(len(content))
    return File(
        path,
        Origin.OVERLAY,
        state,
        len(content),
        content[:HEAD_BYTES],
        None if unread else text,
        unread,
        tracked=_is_tracked(view, path),
        committed=_is_committed(view, path),
        ignored=ignored,
        cells=notebook,
    )


def worktree_file(view: View, path: str, *, ignored: bool = False) -> File | None:
    """A file on disk, or None where there is no regular file (any more)."""
    state = State.WOULD_BE_ADDED if path in view.would_add else State.WORK_TREE
    full = view.root / path
    try:
        status = full.lstat()
        if stat.S_ISLNK(status.st_mode):
            target = os.fsencode(full.readlink())
            return File(
                path, Origin.WORKTREE, state, len(target), target, os.fsdecode(target), ignored=ignored
            )
        if not stat.S_ISREG(status.st_mode):
            return None
        with full.open("rb") as stream:
            data = stream.read(HEAD_BYTES if status.st_size > MAX_TEXT_BYTES else MAX_TEXT_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        return File(
            path, Origin.WORKTREE, state, 0, unread=f"it can't be read ({error.strerror}).", ignored=ignored
        )
    text, unread = _text(data, status.st_size)
    return File(
        path,
        Origin.WORKTREE,
        state,
        status.st_size,
        data[:HEAD_BYTES],
        text,
        unread,
        tracked=_is_tracked(view, path),
        committed=_is_committed(view, path),
        ignored=ignored,
    )


def _is_tracked(view: View, path: str) -> bool:
    """Whether the index is known to have the file: it differs from it, or is staged."""
    return path in view.modified or path in view.staged


def _is_committed(view: View, path: str) -> bool:
    """Whether the last commit is known to have another version."""
    entry = view.staged.get(path)
    return entry.status != "A" if entry else path in view.modified


def _beside_models(root: Path, files: Iterable[File]) -> Iterator[str]:
    """What lies in the folders of models."""
    folders = {file.path.rpartition("/")[0] for file in files if "models/" in f"/{file.path}"}
    if not folders:
        return
    from ccds_ls.dependencies import listed

    for folder in sorted(
        folders
    ):  # One may be gone with its files; what is staged has its finding all the same.
        yield from (f"{folder}/{name}" for name in listed(root / folder))


def make_snapshot(
    view: View,
    files: Iterable[File],
    settings: dict[str, Any] | None = None,
    *,
    names_notebooks: bool = False,
    known: Index | None = None,
) -> Snapshot:
    """A Snapshot of some files of a view; ``settings`` are the editor's, ``known`` is what notebooks hold.

    This user's initials are found out where there is a notebook among the files, or with ``names_notebooks``.
    """
    chosen = tuple(files)
    projects = find_projects(view.root, (file.path for file in chosen), settings)
    configured = next((p.config.initials for p in reversed(projects) if p.config.initials), None)
    own, certain = configured, configured is not None
    if not own and (names_notebooks or any(file.path.endswith(".ipynb") for file in chosen)):
        own, certain = view.own_initials
    return Snapshot(
        view.root,
        chosen,
        in_git=view.repository is not None,
        projects=projects,
        notebooks=view.notebooks,
        initials=frozenset(view.initials) | ({configured} if configured else set()),
        author_initials=own,
        initials_certain=certain,
        beside_models=tuple(_beside_models(view.root, chosen)),
        known=known,
        declared=_declared(view.root, projects, chosen),
    )


def _declared(root: Path, projects: tuple[Project, ...], files: Iterable[File]) -> dict[str, Declared]:
    """What the projects of the notebooks among some files need, by the project's root."""
    folders: dict[str, set[str]] = {}
    for file in files:
        if file.path.endswith(".ipynb") and not file.ignored and (file.text is not None or file.cells):
            project = nearest(projects, file.path)
            folders.setdefault(project.root, set()).add(project.relative(file.path).rpartition("/")[0])
    if not folders:
        return {}
    from ccds_ls import dependencies

    return {project: dependencies.read(root / project, inside) for project, inside in folders.items()}


def decode(data: bytes) -> str | None:
    """The text in some bytes, or None if they are binary. A byte that is not UTF-8 becomes a surrogate."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:8192]:
        return None
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def _text(data: bytes, size: int) -> tuple[str | None, str | None]:
    text = decode(data)
    if size <= MAX_TEXT_BYTES or text is None:
        return text, None
    return None, _too_large(size)


def _too_large(size: int) -> str:
    limit = MAX_TEXT_BYTES // 2**20
    return f"it is too large to be searched for secrets ({size // 2**20} MiB; the limit is {limit} MiB)."
