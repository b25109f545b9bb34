"""What an editor asks for at a place in a document: fixes, completion, hovers and lenses."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types

from ccds_ls.lsp import commit_message, file_actions, message_actions, rename
from ccds_ls.lsp.edge.documents import Document
from ccds_ls.lsp.from_proto import path_of
from ccds_ls.scaffold import FORM_SUFFIX

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server


def code_action(server: Server, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    uri = params.text_document.uri
    path = _path_behind(server, uri)
    wanted, named = params.context.only, params.context.diagnostics
    if wanted and not any(str(kind) in ("", "quickfix") for kind in wanted):
        return []
    one = named[0] if len(named) == 1 and server.session.client.takes_all else None
    place = one.range if one else params.range
    if message := server.session.messages.get(commit_message.key_of(uri) or ""):
        actions = message_actions.code_actions(server.session, message, place)
    elif path is not None:
        actions = file_actions.code_actions(server.session, path, uri, place, named)
    else:
        return []
    if one:
        actions = file_actions.best(actions, one)
    elif form := _form(server, uri):
        from ccds_ls.lsp.form import code_actions

        actions += code_actions(form)
    if server.session.client.code_action_literals:
        server.offered.update(rename.offered(actions))
        return list(actions)
    return [action.command for action in actions if action.command and not (action.edit or action.data)]


def completion(server: Server, params: types.CompletionParams) -> types.CompletionList | None:
    if message := server.session.messages.get(commit_message.key_of(params.text_document.uri) or ""):
        items = message_actions.complete(message, params.position)
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
