"""What happens to documents and files: each is checked as it stands now, or looked at on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ccds_ls.lsp import commit_message
from ccds_ls.lsp.from_proto import path_of
from ccds_ls.lsp.standing import Overlay, Publication
from ccds_ls.notebook import from_cells

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server


def changed(
    server: Server, params: types.DidOpenTextDocumentParams | types.DidChangeTextDocumentParams
) -> None:
    _check(server, params.text_document.uri)


def saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    _check(server, params.text_document.uri)
    _look_around(server, params.text_document.uri)


def closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    _check(server, params.text_document.uri)
    # The protocol has the server clear what it published for a closed document of its own accord.
    server.publish(Publication(params.text_document.uri, None))


def notebook_changed(
    server: Server,
    params: types.DidOpenNotebookDocumentParams
    | types.DidChangeNotebookDocumentParams
    | types.DidCloseNotebookDocumentParams,
) -> None:
    _check(server, params.notebook_document.uri)


def notebook_saved(server: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    _check(server, params.notebook_document.uri)
    _look_around(server, params.notebook_document.uri)


def changed_on_disk(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        _look_around(server, change.uri)


def renamed(server: Server, params: types.RenameFilesParams) -> None:
    for file in params.files:
        _look_around(server, file.old_uri)
        _look_around(server, file.new_uri)


def created(server: Server, params: types.CreateFilesParams) -> None:
    for file in params.files:
        _look_around(server, file.uri)


def _look_around(server: Server, uri: str) -> None:
    """Something was written to disk there: git may now say something else."""
    path = path_of(uri)
    if path is not None:
        server.work.look(Path(os.path.dirname(path)))  # noqa: PTH120 - a str is the key of the overlays


def _check(server: Server, uri: str) -> None:
    """A document was opened, changed, saved or closed: check its file as it stands now."""
    overlay = _overlay(server, uri)
    if key := commit_message.key_of(uri):
        _message_changed(server, key, overlay)
        return
    path = path_of(uri)
    if path is None or ".git" in Path(path).parts:
        return  # What is git's own is never committed.
    if overlay is None:
        server.session.overlays.pop(path, None)
    else:
        server.session.overlays[path] = overlay
    server.work.touch(path)


def _message_changed(server: Server, key: str, overlay: Overlay | None) -> None:
    messages = server.session.messages
    if overlay is None:
        messages.pop(key, None)
        return
    if key in messages:
        messages[key].overlay = overlay
    else:
        messages[key] = commit_message.Message(key, overlay)
    server.work.touch_message(key)


def _overlay(server: Server, uri: str) -> Overlay | None:
    """What the editor shows now under a document's URI."""
    notebook = server.workspace.get_notebook_document(notebook_uri=uri)
    if notebook is not None:
        return _cells_overlay(server, notebook)
    document = server.document(uri)
    return Overlay(uri, document.version, document.source) if document else None


def _cells_overlay(server: Server, notebook: types.NotebookDocument) -> Overlay:
    cells, versions = [], []
    for cell in notebook.cells:
        document = server.document(cell.document)
        versions.append(document.version if document else None)
        kind = "code" if cell.kind is types.NotebookCellKind.Code else "markdown"
        cells.append((kind, document.source if document else "", _execution_count(cell)))
    uris = tuple(cell.document for cell in notebook.cells)
    return Overlay(notebook.uri, notebook.version, None, from_cells(cells), uris, tuple(versions))


def _execution_count(cell: types.NotebookCell) -> int | None:
    """From the summary of an execution, else from the metadata in which VS Code keeps what the file says."""
    if cell.execution_summary is not None:
        return cell.execution_summary.execution_order
    metadata: Any = cell.metadata
    count = (
        metadata.get("execution_count")
        if isinstance(metadata, dict)
        else getattr(metadata, "execution_count", None)
    )
    return count if isinstance(count, int) else None
