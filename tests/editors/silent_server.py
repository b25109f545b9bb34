"""A language server that is healthy and never finds anything: what the bench's negative controls run."""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("ccds-ls", "0")


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(_: Any) -> None:
    """Having seen a document, say nothing about it."""


server.start_io()
