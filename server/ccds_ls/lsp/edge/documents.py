"""What is open in the editor: pygls' documents and notebooks on our text model.

pygls has no parameter for a text model (openlawlibrary/pygls#131), so these are subclasses of its classes.
"""

from __future__ import annotations

import logging
from itertools import pairwise
from urllib.parse import unquote

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace

from ccds_ls.lsp.edge.buffer import Buffer

_log = logging.getLogger(__name__)


class Document(TextDocument):
    """An open document: pygls' own, on a `Buffer`."""

    def __init__(self, uri: str, text: str, version: int | None, language: str | None, encoding: str) -> None:
        super().__init__(uri, text, version, language)
        self.buffer = Buffer(text, encoding)

    @property
    def source(self) -> str:
        """The text; empty for a document that is not open, which is never read from disk here."""
        return self.buffer.text

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines with their separators."""
        starts = [*self.buffer.starts(), len(self.source)]
        return tuple(self.source[start:end] for start, end in pairwise(starts))

    def offset_at_position(self, client_position: types.Position) -> int:
        """The offset in code points of a position in the editor's units."""
        return self.buffer.offset(client_position.line, client_position.character)

    def client_position_at_offset(self, offset: int) -> types.Position:
        """The position in the editor's units of an offset in code points."""
        return types.Position(*self.buffer.position(offset))

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        start, end = change.range.start, change.range.end
        self.buffer.edit((start.line, start.character), (end.line, end.character), change.text)

    def _apply_full_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        self.buffer = Buffer(change.text, self.buffer.encoding)


class Documents(Workspace):
    """pygls' workspace with our documents in it; an edit of what is not open is told and left."""

    @classmethod
    def of(cls, workspace: Workspace) -> Documents:
        """The same workspace, before anything is open in it."""
        folders = list(workspace.folders.values())
        return cls(workspace.root_uri, workspace._sync_kind, folders, workspace.position_encoding)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> Document:
        encoding = types.PositionEncodingKind(self.position_encoding).value
        return Document(doc_uri, source or "", version, language_id, encoding)

    def text(self, uri: str) -> str | None:
        """The text of an open document or notebook cell, or None."""
        document = self.text_documents.get(unquote(uri))
        return document.source if document else None

    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Applies one change."""
        if unquote(text_doc.uri) in self.text_documents:
            super().update_text_document(text_doc, change)
        else:
            _log.warning("the editor changed a document that it has not opened")

    def put_notebook_document(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Takes a notebook and its cells in, without pygls' deep copy, which costs most of the time."""
        notebook = params.notebook_document
        self.notebook_documents[unquote(notebook.uri)] = notebook
        for cell in params.cell_text_documents:
            self.put_text_document(cell, notebook_uri=notebook.uri)

    def update_notebook_document(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Changes a notebook: its structure first, since the other changes may be to new cells."""
        notebook = self.get_notebook_document(notebook_uri=params.notebook_document.uri)
        if notebook is None:
            _log.warning("the editor changed a notebook that it has not opened")
            return
        cells = params.change.cells
        if cells and cells.structure:
            structure, cells.structure = cells.structure, None
            array = structure.array
            changed = list(notebook.cells)
            changed[array.start : array.start + array.delete_count] = array.cells or []
            notebook.cells = changed
            for closed in structure.did_close or []:
                self.remove_text_document(closed.uri)
            for opened in structure.did_open or []:
                self.put_text_document(opened, notebook_uri=notebook.uri)
        if params.change.metadata is not None:
            notebook.metadata = params.change.metadata
        super().update_notebook_document(params)
