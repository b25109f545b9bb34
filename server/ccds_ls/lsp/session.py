"""The server's side of an editing session: overlays + git -> Snapshot, and what was last published.

All looking and checking runs in one worker thread, one job after the other, so nothing needs a lock and nothing
blocks the message loop. The loop itself writes ``overlays`` and reads ``standing``, whose values are replaced whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lsprotocol import types

from ccds_ls.check import Cache, Located, check, unchecked
from ccds_ls.collect import index_files, make_snapshot, overlay_file, worktree_file
from ccds_ls.dependencies import dependency_files
from ccds_ls.finding import Related
from ccds_ls.git.read import GitError, discover, staged, tracked
from ccds_ls.lsp.commit_message import Message, folder_of
from ccds_ls.lsp.contents import State
from ccds_ls.lsp.folders import Folder, Folders, signature
from ccds_ls.lsp.saved import Saved
from ccds_ls.lsp.standing import Overlay, Publication, Standing
from ccds_ls.lsp.to_proto import Client, diagnostic, uri_of
from ccds_ls.lsp.while_broken import WhileBroken
from ccds_ls.naming.folder import by_folder
from ccds_ls.notebook.facts import NONE
from ccds_ls.project import find_projects, nearest
from ccds_ls.secrets import Detector
from ccds_ls.snapshot import File
from ccds_ls.view import View, look, with_settings_of_git

KEPT_TEXT = 50_000
"""The longest text of a closed file that is kept, in code points, to place its findings when somebody asks."""

MOST_INSIDE = 50
"""How many repositories inside of one folder outside git are looked after before a file of theirs is opened."""


class Session:
    """What the server knows: folders, overlays, findings.

    ``overlays`` is written by the message loop and read here; its values are immutable.
    """

    def __init__(self, client: Client, detector: Detector, settings: dict[str, Any] | None = None) -> None:
        self.client = client
        self.detector = detector
        self.settings = settings or {}
        self.overlays: dict[str, Overlay] = {}
        self.messages: dict[str, Message] = {}
        self.paused = False
        self.folders = Folders()
        self.standing: dict[str, Standing] = {}
        self.cache = Cache()
        self._while_broken = WhileBroken()
        self._saved = Saved()

    # Looking

    def just_staged(self, folder: Folder, most: int) -> list[str]:
        """Paths staged since git was last asked, up to ``most``: they can be told before git has said the rest.

        What was taken out of the index stays until then, since only the rest tells what it is now.
        """
        if folder.view is None or folder.repository is None:
            return []
        entries = {entry.path: entry for entry in staged(folder.repository) if not entry.is_submodule}
        before = folder.view.staged
        new = [path for path, entry in entries.items() if before.get(path) != entry]
        # Mostly the work tree holds just that; where it holds yet another version, the rest tells.
        would_add = folder.view.would_add.difference(new)
        folder.view = replace(folder.view, staged={**before, **entries}, would_add=would_add)
        return new[:most]

    def refresh(self, folder: Folder) -> list[str]:
        """Ask git again; the relative paths that must be checked because of what it says now."""
        # Before git is asked: what changes while it answers makes the folder stale again.
        folder.stamp = self.folders.stamp(folder)
        folder.ignored, folder.tracked = {}, set()
        if folder.repository is None:
            self.folders.forget()
        try:
            folder.repository = discover(folder.root)
            folder.view = look(folder.root, folder.repository)
            folder.problem = None
        except GitError as error:
            folder.view, folder.problem = None, str(error)
            folder.fresh = {}  # What could not be looked at meanwhile is looked at when git answers again.
            return [folder.relative(path) for path in self._open_in(folder)]
        for repository in folder.view.inside[:MOST_INSIDE]:
            self.folders.at(repository)  # A new folder is stale: the next poll looks at it.
        for gone in set(folder.index.facts) - set(folder.view.notebooks) - set(folder.view.staged):
            folder.again |= folder.index.put(gone, NONE)
        states = _states(folder, self.settings)
        # A repository inside of this folder answers for its own files.
        shown = [path for path, standing in self.standing.items() if standing.root == folder.shown]
        known = {folder.relative(path) for path in (*shown, *self._open_in(folder))}
        changed = {path: None for path, state in states.items() if folder.fresh.get(path) != state}
        folder.contents.compare(folder.fresh, states)
        folder.fresh = states
        # What is said of other files may depend on more than themselves; of a closed notebook its state tells all.
        done = {path for path in states if path.endswith(".ipynb")}
        done -= {folder.relative(path) for path in self._open_in(folder)}
        return [*changed, *(path for path in known if path not in changed and path not in done)]

    def _open_in(self, folder: Folder) -> list[str]:
        return [path for path in list(self.overlays) if self.folders.of(path) is folder]

    # Checking

    def changed(self, folder: Folder, paths: Iterable[str]) -> list[str]:
        """Closed files without the notebooks that were only touched: they hold what they held when last checked."""
        view, contents = folder.view or View(folder.root, None), folder.contents
        return [
            path for path in paths if not (contents.has(path) and contents.same(worktree_file(view, path)))
        ]

    def check(
        self, folder: Folder, paths: Iterable[str], cancelled: Callable[[], bool] = lambda: False
    ) -> list[Publication]:
        """Check files of one folder and say what is to be published for them, empty lists included."""
        chosen = list(dict.fromkeys(paths))
        if folder.problem:
            # What is staged is unknown, so what was said of closed files stays; open texts are checked all the same.
            chosen = [path for path in chosen if folder.absolute(path) in self.overlays]
        view = folder.view or View(folder.root, None)
        # What the editor shows may be another text by the time that the findings of this one are known.
        looked_at = {path: self.overlays.get(folder.absolute(path)) for path in chosen}
        files = self._files(folder, view, looked_at)
        for file in files:
            if file.path.endswith(".ipynb") and not (file.notebook and file.notebook.problem):
                folder.again |= folder.index.put(file.path, file.facts)
        folder.again.difference_update(chosen)  # these are checked now
        snapshot = make_snapshot(view, files, self.settings, known=folder.index)
        found = check(snapshot, self.detector, cache=self.cache, cancelled=cancelled)
        if cancelled():
            return []
        found += self._while_broken.carry(folder.root, files, found)
        if folder.problem:
            told = f"What is staged can't be checked. {folder.problem}"
            found += [(unchecked(file, "git", told), file) for file in files]
        by_path: dict[str, list[Located]] = {path: [] for path in chosen}
        for located in found:
            by_path.setdefault(located[0].path, []).append(located)
        publications: list[Publication] = []
        for path, of_file in by_path.items():
            publications += self._publish(folder, path, of_file, looked_at.get(path))
        folder.contents.note(chosen, files)
        return publications

    def _files(self, folder: Folder, view: View, open_files: Mapping[str, Overlay | None]) -> list[File]:
        self._ask_git(folder, [path for path, overlay in open_files.items() if overlay])
        view = folder.view or view
        files = index_files(view, [path for path in open_files if path in view.staged])
        in_index, listed = {file.path for file in files}, frozenset(view.notebooks)
        for path, overlay in open_files.items():
            if overlay is not None:
                cells = overlay.notebook and self._saved.completed(overlay.notebook, view, path)
                found: File | None = overlay_file(
                    view,
                    path,
                    overlay.text,
                    cells,
                    ignored=folder.ignored[path],
                    tracked=path in folder.tracked,
                )
                if found is not None and found.is_script:
                    found = replace(found, saved=self._saved.notebook(view, path))
            elif path in view.would_add or (path in listed and path not in in_index):
                found = worktree_file(view, path)
            else:
                continue  # The work tree holds what is staged or committed; a closed file of that is no news.
            if found is not None:
                files.append(found)
        return files

    def _ask_git(self, folder: Folder, paths: list[str]) -> None:
        """Find out what git ignores and tracks; asked once until something changes, not at every keystroke."""
        unknown = [path for path in paths if path not in folder.ignored]
        if unknown:
            view = folder.view = folder.view and with_settings_of_git(folder.view, unknown)
            if view and view.repository:
                folder.tracked |= tracked(view.repository, unknown)
            covered = view.covered if view else {}
            folder.ignored.update((p, p in covered and p not in folder.tracked) for p in unknown)

    def _publish(
        self, folder: Folder, path: str, located: list[Located], overlay: Overlay | None
    ) -> list[Publication]:
        """What a file's findings are to the editor: one list for the file, or one for each cell that it shows."""
        absolute = folder.absolute(path)
        uri = overlay.uri if overlay else uri_of(Path(absolute))
        as_cells = overlay is not None and overlay.as_cells
        is_open = overlay.shown_as if overlay else ()
        lists: dict[str, list[types.Diagnostic]] = {shown: [] for shown in (is_open if overlay else (uri,))}
        every: list[types.Diagnostic] = []
        for finding, file in located:
            made = diagnostic(finding, file, as_cells=as_cells, encoding=self.client.encoding)
            if finding.related and self.client.related_information:
                made.related_information = [self._related(folder, place) for place in finding.related]
            shown = overlay.cell_uris[(finding.cell or 1) - 1] if overlay and as_cells else uri
            lists.setdefault(shown, []).append(made)
            every.append(made)
        self._keep(absolute, Standing(located, every, folder.shown, uri, overlay))
        version = overlay.version if overlay and not as_cells else None
        return [
            Publication(
                shown, version if shown == uri else None, tuple(made), shown in is_open, absolute, overlay
            )
            for shown, made in lists.items()
        ]

    def _keep(self, path: str, standing: Standing) -> None:
        """Remember what is published for a file, for as long as there is anything."""
        if not standing.located:
            self.standing.pop(path, None)
            return
        if standing.overlay is None:
            located = [(finding, _light(file)) for finding, file in standing.located]
            standing = replace(standing, located=located)
        self.standing[path] = standing

    def _related(self, folder: Folder, place: Related) -> types.DiagnosticRelatedInformation:
        """Another place that a finding is about, in the text in which the editor shows it."""
        absolute = folder.absolute(place.path)
        overlay = self.overlays.get(absolute)
        uri, line = (overlay.uri if overlay else uri_of(Path(absolute))), place.line
        if overlay and overlay.as_cells and place.cell:
            uri, line = overlay.cell_uris[min(place.cell, len(overlay.cell_uris)) - 1], place.cell_line
        start, end = types.Position(line, 0), types.Position(line, 1)
        return types.DiagnosticRelatedInformation(types.Location(uri, types.Range(start, end)), place.message)

    def leave(self) -> list[Folder]:
        """Let go of the folders that no workspace folder and no open file is in or around; returns them."""
        used = {id(self.folders.of(path)) for path in list(self.overlays)}
        left = [folder for folder in self.folders.outside() if id(folder) not in used]
        for folder in left:
            del self.folders.by_root[folder.root]
            gone = {path for path, standing in self.standing.items() if standing.root == folder.shown}
            self.standing = {path: item for path, item in self.standing.items() if path not in gone}
        self.folders.forget()
        return left

    def shown_now(self, key: str) -> Overlay | None:
        """What the editor shows for a file or a commit message."""
        message = self.messages.get(key)
        return message.overlay if message else self.overlays.get(key)

    def renew_messages(self, folder: Folder) -> None:
        """What the commit messages of a folder say must be found out again."""
        for message in list(self.messages.values()):
            if folder_of(self, message) is folder:
                message.stale = True


def _light(file: File) -> File:
    """A closed file without what was made of its text, and without the text of a notebook: there may be thousands."""
    has_text = file.text is not None and len(file.text) <= KEPT_TEXT and not file.path.endswith(".ipynb")
    return replace(file, text=file.text if has_text else None, cells=None)


def _states(folder: Folder, settings: dict[str, Any]) -> dict[str, State]:
    """For each file that a commit could take and each notebook: what makes a new check of it necessary."""
    view = folder.view
    if view is None:
        return {}
    paths = {**dict.fromkeys(view.notebooks), **dict.fromkeys(view.would_add), **dict.fromkeys(view.staged)}
    projects = find_projects(view.root, paths, settings)
    # A notebook's number may clash with that of a sibling, so the siblings' names count, too.
    siblings = {folder: hash(tuple(sorted(names))) for folder, names in by_folder(view.notebooks).items()}
    authors = frozenset(view.initials)
    # What a notebook imports may be declared by now.
    needs = {
        root: tuple(signature(file) for file in sorted(dependency_files(view.root / root)))
        for root in {nearest(projects, path).root for path in view.notebooks}
    }
    states: dict[str, State] = {}
    for path in paths:
        staged_as = view.staged[path].oid if path in view.staged else None
        coming, is_notebook = path in view.would_add, path.endswith(".ipynb")
        on_disk = signature(folder.root / path) if coming or (is_notebook and not staged_as) else None
        named = (siblings.get(os.path.dirname(path)), authors) if is_notebook else None  # noqa: PTH120
        project = nearest(projects, path)
        declared = needs.get(project.root) if is_notebook else None
        said = view.covered.get(path), view.filters.get(path)
        states[path] = (on_disk, staged_as, coming, said, named, declared, project.config, project.baseline)
    return states
