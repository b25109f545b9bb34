"""The smallest server on our edge, for the faults that need no product."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import NoReturn

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from ccds_ls.lsp.edge import asking, start, transport
from ccds_ls.lsp.edge.converter import converter
from ccds_ls.lsp.edge.documents import Documents
from ccds_ls.lsp.edge.protocol import ServerProtocol
from ccds_ls.lsp.edge.worker import in_worker


def build() -> LanguageServer:  # noqa: C901 - one short function after another
    notebooks = types.NotebookDocumentSyncOptions(
        [types.NotebookDocumentFilterWithNotebook(notebook="jupyter-notebook")]
    )
    server = LanguageServer(
        "tiny",
        "1",
        notebook_document_sync=notebooks,
        protocol_cls=ServerProtocol,
        converter_factory=converter,
    )

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover:
        return types.Hover(contents=params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        publish(params.text_document.uri, params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        publish(params.text_document.uri, params.text_document.version)

    def publish(uri: str, version: int) -> None:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, [], version))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        raise ValueError(f"a secret: {params.text_document.uri}")

    @server.command("text")
    def text(uri: str) -> str | None:
        assert isinstance(server.workspace, Documents)
        return server.workspace.text(uri)

    @server.command("echo")
    def echo(value: dict) -> dict:  # type: ignore[type-arg] # pygls can't have it with parameters
        return value

    @server.command("boom")
    def boom() -> None:
        raise ValueError("a secret")

    @server.command("nan")
    def nan() -> float:
        return float("nan")

    @server.command("print")
    def stray() -> None:
        print("to stdout")  # noqa: T201
        os.system("cat; echo a child")

    @server.command("sleep")
    async def sleep(seconds: float) -> str:
        return await in_worker(_sleep, seconds)

    @server.command("burn")
    async def burn() -> None:
        await in_worker(_burn)

    @server.command("burning")
    def burning() -> int:
        return sum(thread.name.startswith("burn") for thread in threading.enumerate())

    @server.command("block")
    def block(seconds: float) -> None:
        threading.Event().wait(seconds)

    @server.command("ask")
    async def ask() -> str:
        try:
            shown = await server.window_show_document_async(types.ShowDocumentParams("file:///x"))
        except JsonRpcException as error:
            return str(error)
        return repr(shown.success)

    @server.command("flood")
    def flood(count: int) -> None:
        for version in range(count):
            server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams("file:///" + "x" * 5000, [], version)
            )

    return server


def _burn(cancelled: threading.Event) -> None:
    name, threading.current_thread().name = threading.current_thread().name, "burn"
    while not cancelled.is_set():
        sum(range(1000))
    threading.current_thread().name = name


def _sleep(seconds: float, cancelled: threading.Event) -> str:
    return "cancelled" if cancelled.wait(seconds) else "slept"


def main(*, greet: bool = False) -> NoReturn:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    asking.ANSWER_SECONDS, transport.END_SECONDS, transport.WATCH_SECONDS = 0.2, 0.9, 0.3
    connection = start.Connection()
    if greet:
        start.greet(connection)
    code = transport.serve(build(), connection)
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
