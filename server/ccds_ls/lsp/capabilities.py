"""What the server offers, as data, so that `initialize` is answered before pygls has been loaded.

pygls computes the same from the table of features; `python -m ccds_ls.lsp.capabilities` writes its result to the file
that is read here, and a test fails when the file is stale. Both go when lsprotocol loads quickly
(microsoft/lsprotocol#441).
"""

from __future__ import annotations

import json
import os
from typing import Any

_FILE = os.path.join(os.path.dirname(__file__), "capabilities.json")  # noqa: PTH118, PTH120 - pathlib costs 15 ms
_ENCODINGS = ("utf-8", "utf-16", "utf-32")


def position_encoding(client: dict[str, Any]) -> str:
    """The first encoding of positions that the client's capabilities name and we know, else the default."""
    general = client.get("general")
    named = general.get("positionEncodings") if isinstance(general, dict) else None
    return (
        next((name for name in named or () if name in _ENCODINGS), "utf-16")
        if isinstance(named, list)
        else "utf-16"
    )


def _tells_of(client: dict[str, Any], operation: str) -> bool:
    """Whether a client sends a request or notification about files, such as ``willRename``."""
    workspace = client.get("workspace")
    operations = workspace.get("fileOperations") if isinstance(workspace, dict) else None
    return isinstance(operations, dict) and bool(operations.get(operation))


def offered(client: dict[str, Any]) -> dict[str, Any]:
    """The server's capabilities for a client's, both as JSON objects."""
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123
        capabilities: dict[str, Any] = json.load(file)
    capabilities["positionEncoding"] = position_encoding(client)
    if client.get("notebookDocument") is None:
        capabilities.pop("notebookDocumentSync", None)
    operations = capabilities["workspace"]["fileOperations"]
    capabilities["workspace"]["fileOperations"] = {
        name: options for name, options in operations.items() if _tells_of(client, name)
    }
    if os.environ.get("CCDS_LS_TEST_COMMANDS") != "1":
        provider = capabilities["executeCommandProvider"]
        provider["commands"] = [name for name in provider["commands"] if not name.startswith("ccds.test.")]
    return capabilities


def computed(client: dict[str, Any]) -> dict[str, Any]:
    """The same from pygls, which is slow to load."""
    from lsprotocol import types
    from pygls.capabilities import ServerCapabilitiesBuilder

    from ccds_ls.lsp.server import build

    server = build()
    found = server.protocol.fm
    structured = server.protocol._converter.structure(client, types.ClientCapabilities)
    built = ServerCapabilitiesBuilder(
        structured,
        {*found.features, *found.builtin_features},
        found.feature_options,
        list(found.commands),
        server._text_document_sync_kind,
        server._notebook_document_sync,
        ServerCapabilitiesBuilder.choose_position_encoding(structured),
    ).build()
    capabilities: dict[str, Any] = server.protocol._converter.unstructure(built)
    return capabilities


def write() -> None:
    """Brings the file up to date."""
    os.environ["CCDS_LS_TEST_COMMANDS"] = "1"
    operations = {
        f"{when}{what}": True for when in ("will", "did") for what in ("Create", "Rename", "Delete")
    }
    client: dict[str, Any] = {
        "notebookDocument": {"synchronization": {}},
        "workspace": {"fileOperations": operations},
    }
    with open(_FILE, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(computed(client), file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    write()
