"""The server's start: `initialize` is answered at once, pygls is loaded afterwards.

Loading lsprotocol takes half a second (microsoft/lsprotocol#441). With the standard library alone an editor waits
little longer than for an empty Python program; pygls then gets the same `initialize` and its reply is dropped.
Nothing heavy may be imported here: `asyncio`, `logging` or `pathlib` alone would double the time.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NoReturn

from ccds_ls import __version__
from ccds_ls.lsp.capabilities import offered
from ccds_ls.lsp.edge.framing import Fault, Frames, framed


class Connection:
    """The pipes to the editor, and what has been read from them so far."""

    def __init__(self) -> None:
        self.stdin, self.stdout = os.dup(0), os.dup(1)
        # A child process or a stray print that used the editor's pipes would break the protocol.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self.frames = Frames()
        self.received: list[bytes | Fault] = []
        self.answered: object = None  # the id of an `initialize` that has had its reply

    def read(self) -> bool:
        """Waits for bytes; False when there will be no more."""
        try:
            chunk = os.read(self.stdin, 1 << 16)
        except OSError:
            return False
        self.received += self.frames.feed(chunk)
        return bool(chunk)

    def write(self, data: bytes) -> None:
        """Writes all of it. Raises OSError when nobody can read it any more."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.stdout, view) :]


def greet(connection: Connection) -> None:
    """Reads the first message and answers it if it is a plain `initialize`; anything else is left to pygls."""
    while not connection.received:
        if not connection.read():
            return
    try:
        message: Any = json.loads(connection.received[0])
        plain = (
            message["jsonrpc"] == "2.0"
            and message["method"] == "initialize"
            and type(message["id"]) in (int, str)
        )
        client = message["params"]["capabilities"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    if plain and isinstance(client, dict):
        server = {"name": "ccds-ls", "version": __version__}
        result = {"capabilities": offered(client), "serverInfo": server}
        reply = {"jsonrpc": "2.0", "id": message["id"], "result": result}
        connection.answered = message["id"]
        connection.write(framed(json.dumps(reply).encode("ascii")))


def main() -> NoReturn:
    """Serves until the editor ends the conversation, then ends the process, whatever its threads are doing."""
    code = 1
    try:
        connection = Connection()
        greet(connection)
        from ccds_ls.lsp import server

        code = server.main(connection)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)
