"""The server: one table of what it answers (method -> handler), and how its parts are put together."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from ccds_ls import __version__
from ccds_ls.lsp import commands, commit_message, message_actions, rename
from ccds_ls.lsp.edge.converter import converter
from ccds_ls.lsp.edge.documents import Document
from ccds_ls.lsp.edge.protocol import ServerProtocol
from ccds_ls.lsp.edge.start import Connection
from ccds_ls.lsp.edge.transport import serve
from ccds_ls.lsp.from_proto import path_of
from ccds_ls.lsp.session import Overlay, Publication, Session
from ccds_ls.lsp.status import STATUS, status
from ccds_ls.lsp.to_proto import Client, client_of
from ccds_ls.lsp.work import Work
from ccds_ls.notebook import from_cells
from ccds_ls.scaffold import FORM_SUFFIX
from ccds_ls.secrets import EngineUnavailable, load, own_rules_only

log = logging.getLogger(__name__)


class Server(LanguageServer):
    """pygls' server with our session beside it."""

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
        self.session = Session(Client(), own_rules_only())
        self.work = Work(self.session, self.publish, self.warn, self.tell_status)
        self.engine_problem: str | None = None
        self.engine_pending = True
        self.told_status: dict[str, Any] = {}
        self.published: dict[str, tuple[int | None, tuple[types.Diagnostic, ...]]] = {}
        self.tasks: set[asyncio.Future[Any]] = set()
        self.offered: dict[
            Path, Path
        ] = {}  # renames of open fixes, which git is to follow once they are taken

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

    def tell_status(self) -> None:
        """Say what a status bar shows, to a client that has one, unless that is what was said last."""
        if not self.session.client.status:
            return
        told = status(self.session, busy=self.engine_pending, engine_problem=self.engine_problem)
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

    def _overlay(self, uri: str) -> Overlay | None:
        """What the editor shows now under a document's URI."""
        notebook = self.workspace.get_notebook_document(notebook_uri=uri)
        if notebook is not None:
            return _cells_overlay(self, notebook)
        document = self.document(uri)
        return Overlay(uri, document.version, document.source) if document else None

    def changed(self, uri: str) -> None:
        """A document was opened, changed, saved or closed: check its file as it stands now."""
        overlay = self._overlay(uri)
        if key := commit_message.key_of(uri):
            self._message_changed(key, overlay)
            return
        path = path_of(uri)
        if path is None or ".git" in Path(path).parts:
            return  # What is git's own is never committed.
        if overlay is None:
            self.session.overlays.pop(path, None)
        else:
            self.session.overlays[path] = overlay
        self.work.touch(path)

    def _message_changed(self, key: str, overlay: Overlay | None) -> None:
        message = self.session.messages.get(key)
        if overlay is None:
            self.session.messages.pop(key, None)
            return
        if message is None:
            self.session.messages[key] = commit_message.Message(key, overlay)
        else:
            message.overlay = overlay
        self.work.touch_message(key)


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


# The handlers, one short function each


def initialize(server: Server, params: types.InitializeParams) -> None:
    encoding = server.workspace.position_encoding or types.PositionEncodingKind.Utf16
    server.session.client = client_of(params.capabilities, encoding)
    options = params.initialization_options
    server.session.settings = _settings(options)
    folders = [path_of(folder.uri) for folder in params.workspace_folders or ()]
    if params.workspace_folders is None and params.root_uri:
        folders = [path_of(params.root_uri)]
    server.session.folders.workspace = [Path(folder) for folder in folders if folder]


def _settings(options: object) -> dict[str, Any]:
    """The editor's settings: the ``ccds`` section, or the options themselves where that level is left out."""
    if not isinstance(options, dict):
        return {}
    section = options.get("ccds", options)
    return dict(section) if isinstance(section, dict) else {}


def initialized(server: Server, _: types.InitializedParams) -> None:
    server.tell_status()
    server.start(server.work.run())
    server.start(_load_engine(server))
    for folder in server.session.folders.workspace:
        server.work.look(folder)
    if server.session.client.watch_files:
        server.start(_watch_files(server))
    if server.session.client.configuration:
        server.start(_ask_settings(server))


async def _ask_settings(server: Server) -> None:
    """Take the settings that the client has for us; what it has none for stays as it was given at the start."""
    asked = types.ConfigurationParams([types.ConfigurationItem(section="ccds")])
    try:
        answer = await server.workspace_configuration_async(asked)
    except JsonRpcException as error:
        log.warning("the client has no settings for us: %s", error)
        return
    section = answer[0] if answer else None
    if isinstance(section, dict):
        settings = {
            **server.session.settings,
            **{key: value for key, value in section.items() if value is not None},
        }
        if settings != server.session.settings:
            server.session.settings = settings
            server.work.everything()


async def _load_engine(server: Server) -> None:
    """Load the secret engine in the background, then check again what was checked without it."""
    try:
        server.session.detector = await asyncio.get_running_loop().run_in_executor(None, load)
    except EngineUnavailable as error:
        server.engine_problem = f"{error} Only our own rules look for secrets."
        server.warn(server.engine_problem)
    server.engine_pending = False
    gc.freeze()  # what has been loaded stays; see work.keep_for_good
    server.work.everything()


async def _watch_files(server: Server) -> None:
    """Have the client report what happens on disk; our own poll covers the index where it can't."""
    watchers = [
        types.FileSystemWatcher(glob) for glob in ("**/*.ipynb", "**/.gitignore", "**/pyproject.toml")
    ]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = types.Registration("ccds-watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:  # The poll goes on.
        log.warning("the client does not watch files for us: %s", error)


def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


def did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


def did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    server.changed(params.text_document.uri)
    _look_around(server, params.text_document.uri)


def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.changed(params.text_document.uri)
    # The protocol has the server clear what it published for a closed document of its own accord.
    server.publish(Publication(params.text_document.uri, None))


def notebook_did_open(server: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    server.changed(params.notebook_document.uri)


def notebook_did_change(server: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    server.changed(params.notebook_document.uri)


def notebook_did_save(server: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    server.changed(params.notebook_document.uri)
    _look_around(server, params.notebook_document.uri)


def notebook_did_close(server: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    server.changed(params.notebook_document.uri)


def did_change_watched_files(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        _look_around(server, change.uri)


def did_change_configuration(server: Server, params: types.DidChangeConfigurationParams) -> None:
    if params.settings:
        server.session.settings = _settings(params.settings)
        server.work.everything()
    elif server.session.client.configuration:
        server.start(_ask_settings(server))
    # Else it says nothing: Eglot sends an empty one after the start, which must not undo what was given there.


def did_change_workspace_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    removed = {path_of(folder.uri) for folder in params.event.removed}
    added = [path_of(folder.uri) for folder in params.event.added]
    kept = [folder for folder in server.session.folders.workspace if str(folder) not in removed]
    server.session.folders.workspace = kept + [Path(folder) for folder in added if folder]
    server.start(server.work.leave())
    for folder in added:
        if folder:
            server.work.look(Path(folder))


def _look_around(server: Server, uri: str) -> None:
    """Something was written to disk there: git may now say something else."""
    path = path_of(uri)
    if path is not None:
        server.work.look(Path(os.path.dirname(path)))  # noqa: PTH120 - a str is the key of the overlays


async def will_rename(server: Server, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    return await rename.will_rename(server, params)


def did_rename(server: Server, params: types.RenameFilesParams) -> None:
    for renamed in params.files:
        _look_around(server, renamed.old_uri)
        _look_around(server, renamed.new_uri)


def did_create(server: Server, params: types.CreateFilesParams) -> None:
    for created in params.files:
        _look_around(server, created.uri)


async def code_action_resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    return await rename.resolve(server, action)


def code_action(server: Server, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    uri = params.text_document.uri
    path = _path_behind(server, uri)
    wanted = params.context.only
    if wanted and not any(str(kind) in ("", "quickfix") for kind in wanted):
        return []
    if message := server.session.messages.get(commit_message.key_of(uri) or ""):
        actions = message_actions.code_actions(server.session, message, params.range)
    elif path is not None:
        actions = server.session.code_actions(path, uri, params.range, params.context.diagnostics)
    else:
        return []
    if form := _form(server, uri):
        from ccds_ls.lsp.form import code_actions

        actions += code_actions(form)
    if server.session.client.code_action_literals:
        server.offered.update(rename.offered(actions))
        return list(actions)
    return [action.command for action in actions if action.command and not (action.edit or action.data)]


def completion(server: Server, params: types.CompletionParams) -> types.CompletionList | None:
    if message := server.session.messages.get(commit_message.key_of(params.text_document.uri) or ""):
        items = message_actions.complete(server.session, message, params.position)
        return types.CompletionList(is_incomplete=False, items=items)
    form = _form(server, params.text_document.uri)
    if form is None:
        return None
    from ccds_ls.lsp.form import completion_at

    return completion_at(form, params.position)


async def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    uri = params.text_document.uri
    if form := _form(server, uri):
        from ccds_ls.lsp.form import hover_at

        return hover_at(form, params.position)
    document, path = server.document(uri), _path_behind(server, uri)
    if document is None or path is None:
        return None
    from ccds_ls.lsp.hover import role_at

    return await role_at(document, params.position, path, server.session.client.encoding)


def code_lens(server: Server, params: types.CodeLensParams) -> list[types.CodeLens]:
    form = _form(server, params.text_document.uri)
    if form is None:
        return []
    from ccds_ls.lsp.form import code_lenses

    return code_lenses(form)


def _path_behind(server: Server, uri: str) -> str | None:
    """The file of a document; of a notebook's cell that is the notebook."""
    notebook = server.workspace.get_notebook_document(cell_uri=uri)
    return path_of(notebook.uri if notebook else uri)


def _form(server: Server, uri: str) -> Document | None:
    """The open new-project form of this URI."""
    return server.document(uri) if unquote(uri).endswith(FORM_SUFFIX) else None


_NOTEBOOK_FILES = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**/*.ipynb"), "file")]
)

FEATURES: dict[str, tuple[Callable[..., Any], Any]] = {
    types.INITIALIZE: (initialize, None),
    types.INITIALIZED: (initialized, None),
    types.TEXT_DOCUMENT_DID_OPEN: (did_open, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (did_change, None),
    types.TEXT_DOCUMENT_DID_SAVE: (did_save, types.SaveOptions(include_text=False)),
    types.TEXT_DOCUMENT_DID_CLOSE: (did_close, None),
    types.NOTEBOOK_DOCUMENT_DID_OPEN: (notebook_did_open, None),
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: (notebook_did_change, None),
    types.NOTEBOOK_DOCUMENT_DID_SAVE: (notebook_did_save, None),
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: (notebook_did_close, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (did_change_watched_files, None),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (did_change_configuration, None),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (did_change_workspace_folders, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        code_action,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix], resolve_provider=True),
    ),
    types.TEXT_DOCUMENT_COMPLETION: (completion, types.CompletionOptions(trigger_characters=[":", "("])),
    types.TEXT_DOCUMENT_HOVER: (hover, None),
    types.TEXT_DOCUMENT_CODE_LENS: (code_lens, types.CodeLensOptions()),
    types.CODE_ACTION_RESOLVE: (code_action_resolve, None),
    types.WORKSPACE_WILL_RENAME_FILES: (will_rename, _NOTEBOOK_FILES),
    types.WORKSPACE_DID_RENAME_FILES: (did_rename, _NOTEBOOK_FILES),
    types.WORKSPACE_DID_CREATE_FILES: (did_create, _NOTEBOOK_FILES),
}


def build() -> Server:
    """A server with all its features and commands."""
    server = Server()
    for method, (handler, options) in FEATURES.items():
        server.feature(method, options)(handler)
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
