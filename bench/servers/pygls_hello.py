"""The least server that can be made with pygls: one diagnostic a change. It is what pygls itself costs."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("hello", "1")


def diagnose(ls: LanguageServer, uri: str, version: int) -> None:
    place = types.Position(0, 0)
    found = [types.Diagnostic(types.Range(place, place), "Hello.")]
    ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(ls: LanguageServer, params: types.DidOpenTextDocumentParams) -> None:
    diagnose(ls, params.text_document.uri, params.text_document.version)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def did_change(ls: LanguageServer, params: types.DidChangeTextDocumentParams) -> None:
    diagnose(ls, params.text_document.uri, params.text_document.version)


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def code_action(ls: LanguageServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    return []


server.start_io()
