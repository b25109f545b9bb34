"""How conversations begin and end: the states, the exit codes, and no server that outlives its editor."""

# ruff: noqa: E501 - one line an ending

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from wire.client import Client, framed, notification, request
from wire.forked import Forkery

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and forked processes"),
]

INITIALIZE = request(0, "initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {}})
HOVER = request(
    1, "textDocument/hover", {"textDocument": {"uri": "a"}, "position": {"line": 0, "character": 0}}
)
SHUTDOWN, EXIT = request(2, "shutdown"), notification("exit")
SLEEP = request(3, "workspace/executeCommand", {"command": "sleep", "arguments": [60]})
BLOCK = request(4, "workspace/executeCommand", {"command": "block", "arguments": [60]})
OPEN = notification(
    "textDocument/didOpen", {"textDocument": {"uri": "a", "languageId": "x", "version": 1, "text": ""}}
)
STARTED, STOPPED = (0, "ok"), (2, "ok")
EOF = b""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def initialize(**params: object) -> dict[str, Any]:
    return request(0, "initialize", {"processId": None, "rootUri": None, "capabilities": {}, **params})


def is_refused(*all_params: object) -> list[Any]:
    return [request(5, "initialize", params) for params in all_params]


# What happens, the exit code, the replies. EOF closes the editor's end; a number is a signal, sent after a reply.
ENDINGS: list[tuple[str, list[Any], int, Sequence[tuple[object, object]]]] = [
    ("exit before initialize", [EXIT], 1, []),
    ("exit without shutdown", [INITIALIZE, EXIT], 1, [STARTED]),
    ("shutdown, exit", [INITIALIZE, SHUTDOWN, EXIT], 0, [STARTED, STOPPED]),
    ("the end before anything", [EOF], 1, []),
    ("the end without shutdown", [INITIALIZE, EOF], 1, [STARTED]),
    ("the end after shutdown", [INITIALIZE, SHUTDOWN, EOF], 0, [STARTED, STOPPED]),
    ("the end within a header", [INITIALIZE, framed(HOVER)[:9], EOF], 1, [STARTED]),
    ("the end within a message", [INITIALIZE, framed(HOVER)[:-9], EOF], 1, [STARTED]),
    ("the end after requests", [INITIALIZE, HOVER, HOVER, EOF], 1, [STARTED, (1, -32600), (1, "ok")]),
    ("the end during work", [INITIALIZE, SLEEP, EOF], 1, [STARTED]),
    ("exit during work", [INITIALIZE, SLEEP, EXIT], 1, [STARTED]),
    ("shutdown during work", [INITIALIZE, SLEEP, SHUTDOWN, EXIT], 0, [STARTED, (3, -32800), STOPPED]),
    ("SIGTERM", [INITIALIZE, signal.SIGTERM], 1, [STARTED]),
    ("SIGTERM after shutdown", [INITIALIZE, SHUTDOWN, signal.SIGTERM], 0, [STARTED, STOPPED]),
    ("SIGINT while stdin is quiet", [INITIALIZE, signal.SIGINT], 1, [STARTED]),
    ("SIGINT during work", [INITIALIZE, SLEEP, HOVER, signal.SIGINT], 1, [STARTED, (1, "ok")]),
    ("SIGTERM while a handler blocks", [INITIALIZE, HOVER, BLOCK, signal.SIGTERM], 1, [STARTED, (1, "ok")]),
    ("requests first", [HOVER, SHUTDOWN, SLEEP, INITIALIZE, EXIT], 1, [(1, -32002), (2, -32002), (3, -32002), STARTED]),
    ("notifications first", [OPEN, notification("initialized", {}), INITIALIZE, EXIT], 1, [STARTED]),
    ("garbage first", [b"garbage\r\n\r\n", INITIALIZE, EXIT], 1, [(None, -32700), STARTED]),
    ("no capabilities", [*is_refused(None, [], 5, {}, {"capabilities": None}), INITIALIZE, EXIT], 1, [(5, -32602)] * 5 + [STARTED]),
    ("odd capabilities", [initialize(capabilities={"general": 5, "window": [], "x": {}}), HOVER, EXIT], 1, [STARTED, (1, "ok")]),
    ("odd members", [initialize(processId="x", rootUri=5, workspaceFolders=[None], clientInfo=5), HOVER, EXIT], 1, [STARTED, (1, "ok")]),
    ("requests after shutdown", [INITIALIZE, SHUTDOWN, HOVER, INITIALIZE, OPEN, SHUTDOWN, EXIT], 0, [STARTED, (1, -32600), (0, -32600), (2, -32600), STOPPED]),
]  # fmt: skip


SLOW = "SIGTERM while a handler blocks"


@pytest.fixture(scope="module")
def servers(forkery: Forkery) -> Iterator[dict[str, Client]]:
    """A server for each ending; those that take seconds have begun to end before the first is looked at."""
    names = [row[0] for row in ENDINGS]
    servers = {name: Client(forkery.start()) for name in ["dead", "zombie", *names]}
    dead, zombie = (subprocess.Popen([sys.executable, "-c", ""]) for _ in range(2))
    dead.wait()
    servers["dead"].send(initialize(processId=dead.pid))
    servers["zombie"].send(initialize(processId=zombie.pid))
    slow = ENDINGS[names.index(SLOW)]
    perform(servers[SLOW], slow[1], len(slow[3]))
    yield servers
    zombie.wait()
    for client in servers.values():
        client.kill()


def perform(client: Client, steps: list[Any], replies: int) -> list[dict[str, Any]]:
    """Does what happens, and returns the replies that had to come before a signal."""
    received: list[dict[str, Any]] = []
    client.send_bytes(
        b"".join(step if isinstance(step, bytes) else framed(step) for step in steps if step not in SIGNALS)
    )
    if steps[-1] == EOF:
        client.process.stdin.close()
    elif steps[-1] in SIGNALS:
        received = list(itertools.islice(client.messages(), replies))
        client.process.send_signal(steps[-1])
    return received


@pytest.mark.parametrize(("name", "steps", "code", "replies"), ENDINGS, ids=[row[0] for row in ENDINGS])
def test_ending(
    servers: dict[str, Client],
    name: str,
    steps: list[Any],
    code: int,
    replies: Sequence[tuple[object, object]],
) -> None:
    client = servers[name]
    received = perform(client, steps, len(replies)) if name != SLOW else []
    began = time.monotonic()
    assert client.exit_code() == code
    assert time.monotonic() - began < 5
    if name != SLOW:
        received += [message for message in client.messages() if "method" not in message]
        outcomes = [(message["id"], message.get("error", {}).get("code", "ok")) for message in received]
        assert sorted(outcomes, key=str) == sorted(replies, key=str)


@pytest.mark.parametrize("name", ["dead", "zombie"])
def test_a_server_outlives_no_editor_though_its_pipes_stay_open(
    servers: dict[str, Client], name: str
) -> None:
    assert servers[name].exit_code() == 1


def test_a_closed_stdout_ends_the_server(forkery: Forkery) -> None:
    process = forkery.start()
    process.stdin.write(framed(INITIALIZE))
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(framed(HOVER))
    assert process.wait(5) == 1
