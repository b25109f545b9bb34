"""The start in two phases: as quick as a bare Python program, and nobody can tell the phases apart."""

# ruff: noqa: E501 - one line a start

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from ccds_ls.lsp.capabilities import computed, offered, position_encoding
from wire.client import SERVER, Client, framed, notification, request
from wire.forked import Forkery

CLIENTS: list[tuple[str, dict[str, Any]]] = [
    ("nothing", {}),
    ("VS Code", {"notebookDocument": {"synchronization": {}}, "general": {"positionEncodings": ["utf-16"]}}),
    ("Neovim", {"general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]}}),
    ("null", {"notebookDocument": None, "general": None, "workspace": None}),
    ("UTF-32", {"general": {"positionEncodings": ["utf-32"]}}),
    ("unknown encodings", {"general": {"positionEncodings": ["utf-7", "ebcdic"]}}),
    ("a known one among unknown", {"general": {"positionEncodings": ["utf-7", "utf-8"]}}),
    ("file operations", {"workspace": {"fileOperations": {"didRename": True, "willCreate": True}}}),
    (
        "all file operations",
        {"workspace": {"fileOperations": {"willRename": True, "didRename": True, "didCreate": True}}},
    ),
    ("saving", {"textDocument": {"synchronization": {"willSave": True, "willSaveWaitUntil": True}}}),
    ("renaming", {"textDocument": {"rename": {"prepareSupport": True}}}),
]


@pytest.mark.parametrize("client", [row[1] for row in CLIENTS], ids=[row[0] for row in CLIENTS])
def test_the_capabilities_on_file_are_those_that_pygls_finds(
    monkeypatch: pytest.MonkeyPatch, client: dict[str, Any]
) -> None:
    monkeypatch.setenv("CCDS_LS_TEST_COMMANDS", "" if client else "1")
    found = computed(client)
    sync = found["textDocumentSync"]
    found["textDocumentSync"] = {name: value for name, value in sync.items() if value is not False}
    assert offered(client) == found, "stale: run `python -m ccds_ls.lsp.capabilities`"


@pytest.mark.parametrize(
    "general", [5, [], "x", {"positionEncodings": 5}, {"positionEncodings": [None, [], 1]}]
)
def test_an_encoding_is_found_in_nonsense(general: object) -> None:
    assert position_encoding({"general": general}) == "utf-16"


HEAVY = {
    "asyncio",
    "logging",
    "pathlib",
    "subprocess",
    "threading",
    "inspect",
    "dataclasses",
    "argparse",
    "socket",
}


def test_nothing_heavy_is_loaded_before_the_first_answer() -> None:
    program = "import ccds_ls.lsp.edge.start, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & {
        *HEAVY,
        "pygls",
        "lsprotocol",
        "attrs",
        "cattrs",
        "ccds_ls.lsp.server",
    }


def parameters(**params: object) -> dict[str, Any]:
    return {"processId": None, "rootUri": None, "capabilities": CLIENTS[2][1], **params}


HOVER = request(7, "textDocument/hover", {})
REPLIES = [  # the first messages, then the ids and outcomes of all replies until shutdown
    ("plain", [request(1, "initialize", parameters())], [(1, "ok")]),
    ("an id that is a text", [request("one", "initialize", parameters())], [("one", "ok")]),
    ("twice", [request(1, "initialize", parameters()), request(2, "initialize", parameters())], [(1, "ok"), (2, -32600)]),
    ("twice with one id", [request(1, "initialize", parameters()), request(1, "initialize", parameters())], [(1, "ok"), (1, -32600)]),
    ("cancelled after its reply", [request(1, "initialize", parameters()), notification("$/cancelRequest", {"id": 1})], [(1, "ok")]),
    ("its id again after its reply", [request(1, "initialize", parameters()), request(1, "shutdown!")], [(1, "ok"), (1, -32601)]),
    ("odd members", [request(1, "initialize", parameters(processId="x", rootUri=5, workspaceFolders=[0]))], [(1, "ok")]),
    ("odd capabilities", [request(1, "initialize", parameters(capabilities={"general": 5, "workspace": {"applyEdit": 5}}))], [(1, "ok")]),
    ("null, then right", [request(1, "initialize"), request(2, "initialize", parameters())], [(1, -32602), (2, "ok")]),
    ("something else first", [HOVER, request(1, "initialize", parameters())], [(7, -32002), (1, "ok")]),
    ("garbage first", [b"{", request(1, "initialize", parameters())], [(None, -32700), (1, "ok")]),
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="forked processes")
@pytest.mark.parametrize(
    ("messages", "expected"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES]
)
def test_first_messages(
    forkery: Forkery,
    start: Callable[..., Client],
    messages: list[Any],
    expected: list[tuple[object, object]],
) -> None:
    client = start(forkery.start(greet=True))
    document = {"uri": "untitled:a", "languageId": "x", "version": 1, "text": "early"}
    client.send(*messages, notification("initialized", {}))
    client.send(notification("textDocument/didOpen", {"textDocument": document}))
    client.send(request("text", "workspace/executeCommand", {"command": "text", "arguments": ["untitled:a"]}))
    client.send(request("last", "shutdown"), notification("exit"))
    replies = [message for message in client.messages() if "id" in message]
    outcomes = [(reply["id"], reply.get("error", {}).get("code", "ok")) for reply in replies]
    assert sorted(outcomes, key=str) == sorted([*expected, ("text", "ok"), ("last", "ok")], key=str)
    assert next(reply["result"] for reply in replies if reply["id"] == "text") == "early"
    assert client.exit_code() == 0


BARE = """
import json, sys
source, target = sys.stdin.buffer, sys.stdout.buffer
while header := source.readline():
    source.readline()
    message = json.loads(source.read(int(header[16:])))
    body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {}}).encode()
    target.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
    target.flush()
"""


@pytest.mark.long
def test_initialize_takes_three_times_a_bare_program_at_most() -> None:
    times: dict[tuple[str, ...], list[float]] = {(sys.executable, "-c", BARE): [], SERVER: []}
    for _ in range(4):
        for command, measured in times.items():
            began = time.perf_counter()
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert process.stdin and process.stdout
            process.stdin.write(framed(request(1, "initialize", parameters())))
            process.stdin.flush()
            process.stdout.readline()
            measured.append(time.perf_counter() - began)
            process.kill()
            process.communicate()
    bare, ours = (min(measured) for measured in times.values())
    assert ours < 3 * bare
