"""The server: one table of what it answers (method -> handler), and how its parts are put together."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from ccds_ls import __version__
from ccds_ls.lsp import commands, features, lifecycle, rename, sync
from ccds_ls.lsp.edge.converter import converter
from ccds_ls.lsp.edge.documents import Document
from ccds_ls.lsp.edge.protocol import ServerProtocol
from ccds_ls.lsp.edge.start import Connection
from ccds_ls.lsp.edge.transport import serve
from ccds_ls.lsp.session import Session
from ccds_ls.lsp.standing import Publication
from ccds_ls.lsp.status import STATUS, status
from ccds_ls.lsp.to_proto import Client
from ccds_ls.lsp.work import Work
from ccds_ls.secrets import Detector, own_rules_only, while_the_engine_loads

_ENGINE_LOADS = 30.0  # seconds at most, of which a first start compiles for five


class Server(LanguageServer):
    """pygls' server with our session beside it, and what is said to the editor unasked."""

    def __init__(self) -> None:
        super().__init__(
            name="ccds-ls",
            version=__version__,
            protocol_cls=ServerProtocol,
            converter_factory=converter,
            notebook_document_sync=types.NotebookDocumentSyncOptions(
                # Without a filter on cells the markdown cells come, too; the first one may hold the title.
                notebook_selector=[types.NotebookDocumentFilterWithNotebook(notebook="jupyter-notebook")],
                save=True,
            ),
        )
        self.session = Session(Client(), while_the_engine_loads())
        self.work = Work(self.session, self.publish, self.warn, self.tell_status)
        self.engine_problem: str | None = None
        self.engine_loaded = threading.Event()  # or it can't be
        self.told_status: dict[str, Any] = {}
        self.published: dict[str, tuple[int | None, tuple[types.Diagnostic, ...]]] = {}
        self.tasks: set[asyncio.Future[Any]] = set()
        # The renames of fixes that were offered, which git is to follow once they are taken.
        self.offered: dict[Path, Path] = {}

    def publish(self, publication: Publication) -> None:
        """Send the diagnostics of one URI, empty lists included, unless that is what was sent last."""
        sent = (publication.version, publication.diagnostics)
        if self.published.get(publication.uri) == sent:
            return
        if publication.diagnostics or publication.is_open:
            self.published[publication.uri] = sent
        elif self.published.pop(publication.uri, None) is None:
            return  # Nothing was ever shown there.
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                publication.uri, list(publication.diagnostics), publication.version
            )
        )

    def pause(self) -> None:
        """Check nothing and show nothing until ``resume``."""
        self.work.pause()
        for uri in list(self.published):
            self.publish(Publication(uri, None))
        self.tell_status()

    def resume(self) -> None:
        """Go on where ``pause`` stopped, with everything checked anew."""
        self.work.resume()
        self.tell_status()

    def warn(self, message: str) -> None:
        """Tell the user something that concerns no file."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"ccds-ls: {message}"))

    def tell(self, message: str) -> None:
        """Tell the user what was done where no reply to a request does."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Info, message))

    def whole_detector(self) -> Detector:
        """The detector once the engine has loaded, for work in a thread on what enters a commit or is accepted.

        Until then large files are left for later, which would pass for clean.
        """
        return self.session.detector if self.engine_loaded.wait(_ENGINE_LOADS) else own_rules_only()

    def tell_status(self) -> None:
        """Say what a status bar shows, to a client that has one, unless that is what was said last."""
        if not self.session.client.status:
            return
        told = status(self.session, busy=not self.engine_loaded.is_set(), engine_problem=self.engine_problem)
        if told != self.told_status:
            self.told_status = told
            self.protocol.notify(STATUS, told)

    @property
    def can_ask(self) -> bool:
        """Whether the editor can put a question to its user."""
        return self.session.client.show_message_request

    async def ask(self, question: str, *answers: str) -> str | None:
        """The answer that the user chooses; None for no answer, or where the editor can't ask."""
        if not self.can_ask:
            return None
        actions = [types.MessageActionItem(answer) for answer in answers]
        params = types.ShowMessageRequestParams(types.MessageType.Info, question, actions)
        try:
            chosen = await self.window_show_message_request_async(params)
        except JsonRpcException:
            return None  # No answer in time, or the editor could not ask: that is no yes.
        return chosen.title if chosen is not None else None

    def start(self, coroutine: Any) -> None:  # noqa: ANN401 - any coroutine
        """Run something beside the message loop; the reference keeps it from being collected."""
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def document(self, uri: str) -> Document | None:
        """An open document, a notebook's cell among them."""
        found = self.workspace.text_documents.get(unquote(uri))
        return found if isinstance(found, Document) else None


# What the server answers

_NOTEBOOK = types.FileOperationFilter(types.FileOperationPattern("**/*.ipynb"), "file")
_FOLDER = types.FileOperationFilter(
    types.FileOperationPattern("**/*", types.FileOperationPatternKind.Folder), "file"
)
_NOTEBOOK_FILES = types.FileOperationRegistrationOptions([_NOTEBOOK])
_RENAMED = types.FileOperationRegistrationOptions([_NOTEBOOK, _FOLDER])

FEATURES: dict[str, tuple[Callable[..., Any], Any]] = {
    types.INITIALIZE: (lifecycle.initialize, None),
    types.INITIALIZED: (lifecycle.initialized, None),
    types.TEXT_DOCUMENT_DID_OPEN: (sync.changed, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (sync.changed, None),
    types.TEXT_DOCUMENT_DID_SAVE: (sync.saved, types.SaveOptions(include_text=False)),
    types.TEXT_DOCUMENT_DID_CLOSE: (sync.closed, None),
    types.NOTEBOOK_DOCUMENT_DID_OPEN: (sync.notebook_changed, None),
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: (sync.notebook_changed, None),
    types.NOTEBOOK_DOCUMENT_DID_SAVE: (sync.notebook_saved, None),
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: (sync.notebook_changed, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (sync.changed_on_disk, None),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (lifecycle.settings_changed, None),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (lifecycle.folders_changed, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        features.code_action,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix], resolve_provider=True),
    ),
    types.TEXT_DOCUMENT_COMPLETION: (
        features.completion,
        types.CompletionOptions(trigger_characters=[":", "("]),
    ),
    types.TEXT_DOCUMENT_HOVER: (features.hover, None),
    types.TEXT_DOCUMENT_CODE_LENS: (features.code_lens, types.CodeLensOptions()),
    types.CODE_ACTION_RESOLVE: (rename.resolve, None),
    types.WORKSPACE_WILL_RENAME_FILES: (rename.will_rename, _RENAMED),
    types.WORKSPACE_DID_RENAME_FILES: (sync.renamed, _RENAMED),
    types.WORKSPACE_DID_CREATE_FILES: (sync.created, _NOTEBOOK_FILES),
}


def build() -> Server:
    """A server with all its features and commands."""
    server = Server()
    for method, (handler, options) in FEATURES.items():
        # Bound here: pygls would look for Server among the names of the handler's module, which can't import it.
        server.feature(method, options)(partial(handler, server))
    for name, command in commands.COMMANDS.items():
        server.command(name)(commands.handler(command))
    if os.environ.get("CCDS_LS_TEST_COMMANDS") == "1":
        for name, test in commands.TEST_COMMANDS.items():
            server.command(name)(test)
    return server


def main(connection: Connection) -> int:
    """Serve LSP until the conversation ends; the exit code."""
    level = os.environ.get("CCDS_LS_LOG", "warning").upper()
    known = level if level in ("DEBUG", "INFO", "WARNING", "ERROR") else "WARNING"
    logging.basicConfig(level=known, format="ccds-ls: %(message)s", stream=sys.stderr)
    # A thread that computes hands over after 1 ms instead of 5 when another has something to do, so that a request
    # which needs several turns is not held by the checks in the background.
    sys.setswitchinterval(0.001)
    return serve(build(), connection)
