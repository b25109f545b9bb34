"""Reading: from a View of the repository and the disk to the Snapshot that rules look at.

What is staged is read from the index, never from the work tree. Content is read up to a limit; what is beyond it
is told by its size and first bytes, and the File says that it was not searched.
"""

from __future__ import annotations

import codecs
import os
import posixpath
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccds_ls.data_policy import probes_in
from ccds_ls.finding import State
from ccds_ls.git import read as git
from ccds_ls.project import Project, find_projects, nearest
from ccds_ls.snapshot import HEAD_BYTES, File, Origin, Snapshot
from ccds_ls.view import View

if TYPE_CHECKING:
    from ccds_ls.dependencies import Declared
    from ccds_ls.notebook import Notebook
    from ccds_ls.notebook.facts import Index

MAX_TEXT_BYTES = 20 * 1024 * 1024
"""The largest content that is searched. Above it a file is a data file or an archive, whatever it is called."""


def index_files(view: View, paths: Iterable[str]) -> list[File]:
    """The staged versions of paths, read from the index; submodules and deletions have none."""
    entries = [view.staged[path] for path in paths]
    if view.repository is None or not entries:
        return []
    return [
        replace(file, covered_by=covering(view.covered.get(file.path)))
        for file in blob_files(view.repository, entries)
    ]


def covering(line: git.Ignored | None) -> str | None:
    """The line of an ignore file, for people."""
    return f"{line.source}:{line.line}: {line.pattern}" if line else None


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
        is_link=entry.is_link,
    )


def overlay_file(
    view: View,
    path: str,
    text: str | None,
    notebook: Notebook | None,
    *,
    ignored: bool,
    tracked: bool = False,
) -> File:
    """What an editor shows, as the next thing that could be added.

    Whether git ignores or tracks it is to be asked: a file may be newer than the view. What the view says of its
    ignore files and attributes holds.
    """
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
        tracked=tracked,
        committed=_is_committed(view, path),
        ignored=ignored,
        covered_by=covering(view.covered.get(path)) if tracked else None,
        filter=view.filters.get(path),
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
            where = os.fsdecode(target)
            return File(
                path, Origin.WORKTREE, state, len(target), target, where, ignored=ignored, is_link=True
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
        tracked=_is_tracked(view, path, ignored),
        committed=_is_committed(view, path),
        ignored=ignored,
        covered_by=covering(view.covered.get(path)),
        filter=view.filters.get(path),
    )


def _is_tracked(view: View, path: str, ignored: bool) -> bool:
    """Whether the index has a file on disk: it differs from it, is staged, or is neither new nor ignored."""
    if path in view.modified or path in view.staged:
        return True
    return view.repository is not None and not ignored and path not in view.would_add


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


def _committed_ignores(view: View, files: Iterable[File]) -> dict[str, str]:
    """The last commit's text of the .gitignore files among some that may be committed."""
    paths = [file.path for file in files if file.name == ".gitignore" and file.state is not State.WORK_TREE]
    if not paths or view.repository is None:
        return {}
    entries = git.head_entries(view.repository, paths)
    oids = {entry.oid for entry in entries.values()}
    blobs = {blob.oid: blob for blob in git.blobs(view.repository, oids, MAX_TEXT_BYTES)}
    return {path: decode(blobs[entry.oid].data) or "" for path, entry in entries.items()}


def _with_dvc(root: Path, projects: Iterable[Project], files: Iterable[File]) -> Iterator[str]:
    """The roots of the projects that use DVC, where that matters: for what a .gitignore file lets in."""
    if any(file.name == ".gitignore" for file in files):
        yield from (project.root for project in projects if (root / project.root / ".dvc").is_dir())


def _kept_out(view: View, projects: Iterable[Project], files: Iterable[File]) -> Iterator[str]:
    """The data folders that another ignore file than their project's keeps out, where that matters."""
    if view.repository is None or not any(file.name == ".gitignore" for file in files):
        return
    folders = {
        posixpath.join(project.root, folder): posixpath.join(project.root, ".gitignore")
        for project in projects
        for folder in project.config.data_folders
    }
    probes = {probe: folder for folder in folders for probe in probes_in(folder)}
    for probe, line in git.ignored_by(view.repository, probes, although_tracked=True).items():
        if line.source != folders[probes[probe]]:
            yield probes[probe]


def make_snapshot(
    view: View,
    files: Iterable[File],
    settings: dict[str, Any] | None = None,
    *,
    names_notebooks: bool = False,
    known: Index | None = None,
) -> Snapshot:
    """A Snapshot of some files of a view; ``settings`` are the editor's, ``known`` is what notebooks hold.

    Whose initials are in use is found out where there is a notebook among the files, or with ``names_notebooks``;
    this user's own, for which git is asked a lot, where one of them needs another name.
    """
    chosen = tuple(files)
    projects = find_projects(view.root, (file.path for file in chosen), settings)
    named = [file.path for file in chosen if file.path.endswith(".ipynb")]
    snapshot = Snapshot(
        view.root,
        chosen,
        in_git=view.repository is not None,
        projects=projects,
        notebooks=view.notebooks,
        initials=frozenset(view.initials if named or names_notebooks else ()),
        beside_models=tuple(_beside_models(view.root, chosen)),
        committed=_committed_ignores(view, chosen),
        with_dvc=frozenset(_with_dvc(view.root, projects, chosen)),
        kept_out=frozenset(_kept_out(view, projects, chosen)),
        known=known,
        declared=_declared(view.root, projects, chosen),
    )
    if names_notebooks or any(_is_misnamed(path, snapshot) for path in named):
        own, certain = view.own_initials
        return replace(snapshot, author_initials=own, initials_certain=certain)
    return snapshot


def _is_misnamed(path: str, snapshot: Snapshot) -> bool:
    """Whether a notebook needs another name for all that its folder and the project's settings tell."""
    from ccds_ls.naming.convention import Convention, problem
    from ccds_ls.naming.folder import Folder

    folder, _, name = path.rpartition("/")
    config = nearest(snapshot.projects, path).config
    convention = Convention(
        config.notebook_style, snapshot.initials | frozenset(filter(None, [config.initials]))
    )
    return problem(name, snapshot.notebook_folders.get(folder) or Folder(folder, ()), convention) is not None


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
