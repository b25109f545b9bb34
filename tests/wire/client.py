"""An editor for tests: speaks LSP over pipes to a server in a process, and forgives it nothing."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ccds_ls.secrets import default_cache_dir

Message = dict[str, Any]
SECONDS = 15.0
"""How long any wait may take before the test fails; nothing comes near it unless it is broken."""


def framed(message: object) -> bytes:
    """A message as an editor sends it. Bytes pass as a body."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def request(msg_id: object, method: str, params: object = None) -> Message:
    return {"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params}


def notification(method: str, params: object = None) -> Message:
    return {"jsonrpc": "2.0", "method": method, "params": params}


class Client:
    """A server process and the conversation with it. Replies and notifications are kept in order of arrival."""

    def __init__(self, command: Any, env: dict[str, str] | None = None, cwd: str | None = None) -> None:
        """Starts a command, a tuple of strings; a process that has been started is taken as it is."""
        self.process: Any = command
        env = {**os.environ, **(env or {})}
        if command == READY and sys.platform != "win32":
            from wire.forked import the_forkery

            self.process = the_forkery().start_real(env, cwd)
        elif isinstance(command, tuple):
            command, pipe = SERVER if command == READY else command, subprocess.PIPE
            self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=cwd)
        self.answers: dict[str, object] = {}
        """What requests of the server are answered with: method -> result; `...` never answers."""
        self.diagnostics: dict[str, list[Any]] = {}
        """What is shown on each document by the messages that were taken so far."""
        self._open: list[str] = []
        self.log = b""
        self._ids = iter(range(1_000_000, 2_000_000))
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._reading = threading.Event()
        self._reading.set()
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._read, self._read_log)
        ]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        out = self.process.stdout
        while self._reading.wait() and (header := out.readline()):
            assert header.startswith(b"Content-Length: "), header
            assert out.readline() == b"\r\n"
            message = json.loads(out.read(int(header[16:])))
            if "method" in message and "id" in message:
                result = self.answers.get(message["method"])
                if result is not ...:
                    self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            self._messages.put(message)
        self._messages.put(None)

    def _read_log(self) -> None:
        for line in self.process.stderr:
            self.log += line

    # Sending

    def send_bytes(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, *messages: object) -> None:
        """Sends messages, or bodies given as bytes, in one write."""
        self.send_bytes(b"".join(framed(message) for message in messages))

    def notify(self, method: str, params: Any = None) -> None:
        if method == "textDocument/didOpen":
            self._open.append(params["textDocument"]["uri"])
        self.send(notification(method, params))

    def close_all(self) -> None:
        """Closes what was opened, so that a shared server does no work for tests that are over."""
        for uri in dict.fromkeys(self._open):
            self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self._open = []

    def request(self, method: str, params: object = None) -> Any:
        """The result of a request. Raises ResponseError for an error."""
        msg_id = next(self._ids)
        self.send(request(msg_id, method, params))
        for reply in self.messages():
            if "method" not in reply and reply["id"] == msg_id:
                if "error" in reply:
                    raise ResponseError(reply["error"])
                return reply["result"]
        raise AssertionError(f"the server ended without a reply to {method}; its log: {self.log.decode()}")

    def command(self, name: str, *arguments: object) -> Any:
        return self.request("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    # Receiving

    def messages(self) -> Iterator[Message]:
        """What arrives from now on, until the server closes its end."""
        while (message := self._messages.get(timeout=SECONDS)) is not None:
            if message.get("method") == "textDocument/publishDiagnostics":
                self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
            yield message
        self._messages.put(None)

    def wait_for(self, method: str, **params: object) -> Message:
        """The next message of a method with these parameters among its own."""
        for message in self.messages():
            if message.get("method") == method and params.items() <= message.get("params", {}).items():
                return message
        raise AssertionError(f"the server ended without {method}")

    def shown(self, uri: str, wanted: Callable[[list[Any]], object]) -> list[Any]:
        """What is shown on a document once it is as wanted, which it may have been before the last reply."""
        messages = self.messages()
        while uri not in self.diagnostics or not wanted(self.diagnostics[uri]):
            next(messages)
        return self.diagnostics[uri]

    def pause(self) -> None:
        """Stops reading, after at most one more message."""
        self._reading.clear()

    def resume(self) -> None:
        self._reading.set()

    # Beginning and ending

    def initialize(self, capabilities: object = None, **params: object) -> Message:
        """Opens the conversation."""
        given = {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities or {}, **params}
        result: Message = self.request("initialize", given)
        self.notify("initialized", {})
        return result

    def shut_down(self) -> int:
        """Ends the conversation as an editor should, and returns the exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.exit_code()

    def exit_code(self) -> int:
        """Waits for the process to end."""
        code: int = self.process.wait(SECONDS)
        for thread in self._threads:
            thread.join(SECONDS)
        return code

    def kill(self) -> None:
        """Whatever the state of the conversation, leaves nothing behind."""
        self.process.kill()
        self._reading.set()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(BrokenPipeError):
                pipe.close()
        self.process.wait()


def at_home(home: Path) -> dict[str, str]:
    """The environment of a user with this home; the secret engine's compiled rules are the machine's own."""
    cache = str(default_cache_dir().parents[1])
    return {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "XDG_CACHE_HOME": cache}


class ResponseError(Exception):
    """The error of a reply."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.error = error


SERVER = (sys.executable, "-m", "ccds_ls", "server", "--stdio")
READY = ("ready",)
"""The same for tests of what it does: where processes can be forked, from one that has loaded everything."""
TINY = (sys.executable, str(Path(__file__).with_name("tiny_server.py")))
