"""An LSP client that notes when each message arrives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

PATIENCE = 60.0
"""Seconds that a server has for what is measured; the issue is how long it takes, not whether."""

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "notebookDocument": {"synchronization": {"executionSummarySupport": True}},
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    },
}

T = TypeVar("T")


class ServerFailedError(Exception):
    """A server ended, or did not do in time what is measured."""


class Client:
    """A running server. Times are those of ``time.perf_counter``; ``spawned`` is when the process was started."""

    def __init__(self, command: Sequence[str], root: Path, environ: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.replies: dict[int, tuple[float, dict[str, Any]]] = {}
        self.published: list[tuple[float, dict[str, Any]]] = []
        self._news = threading.Condition()
        self._writing = threading.Lock()
        self._last_id = 0
        self._ended = False
        self.spawned = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(environ or {})},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def initialize(self) -> float:
        """Say hello; returns when the answer arrived. ``initialized`` is left to the caller."""
        uri = self.root.as_uri()
        folders = [{"uri": uri, "name": self.root.name}]
        params = {"processId": os.getpid(), "rootUri": uri, "workspaceFolders": folders}
        return self.request("initialize", {**params, "capabilities": CAPABILITIES})[0]

    def start(self) -> Client:
        """Say hello in full."""
        self.initialize()
        self.notify("initialized", {})
        return self

    def notify(self, method: str, params: object) -> float:
        """Send a notification; returns when."""
        return self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Send a request and do not wait; returns its id."""
        self._last_id += 1
        self._send({"id": self._last_id, "method": method, "params": params})
        return self._last_id

    def reply(self, request: int) -> tuple[float, dict[str, Any]]:
        """Wait for the reply to a request: when it arrived, and the message."""
        return self.until(lambda: self.replies.pop(request, None), f"a reply to request {request}")

    def request(self, method: str, params: object) -> tuple[float, dict[str, Any]]:
        """Send a request and wait for its reply."""
        return self.reply(self.ask(method, params))

    def milliseconds(self, method: str, params: object) -> float:
        """How long a request takes."""
        sent = time.perf_counter()
        return (self.request(method, params)[0] - sent) * 1000

    def diagnostics(
        self, uri: str, wanted: Callable[[dict[str, Any]], bool] = lambda _: True, seen: int = 0
    ) -> float:
        """Wait until diagnostics are published for a URI, after the first ``seen`` publications; returns when."""

        def find() -> float | None:
            for arrived, params in self.published[seen:]:
                if params["uri"] == uri and wanted(params):
                    return arrived
            return None

        return self.until(find, f"diagnostics for {uri}")

    def until(self, find: Callable[[], T | None], what: str) -> T:
        """Wait until something is found in what has arrived."""
        deadline = time.perf_counter() + PATIENCE
        with self._news:
            while (found := find()) is None:
                left = deadline - time.perf_counter()
                if self._ended or left <= 0:
                    raise ServerFailedError(f"{what} did not come")
                self._news.wait(left)
        return found

    def close(self) -> None:
        """Say goodbye; a server that does not go is ended."""
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self.process.wait(10)
        except (ServerFailedError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def _send(self, message: dict[str, Any]) -> float:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        with self._writing:
            sent = time.perf_counter()
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self.process.stdin.flush()
        return sent

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while header := stream.readline():
            length = int(header.split(b":")[1]) if header.lower().startswith(b"content-length") else 0
            while header.strip():
                header = stream.readline()
            body = stream.read(length)
            arrived = time.perf_counter()
            if body:
                self._receive(arrived, json.loads(body))
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _receive(self, arrived: float, message: dict[str, Any]) -> None:
        if "method" in message and "id" in message:
            items = message["params"].get("items", ()) if isinstance(message.get("params"), dict) else ()
            self._send({"id": message["id"], "result": [None for _ in items] or None})
            return
        with self._news:
            if message.get("method") == "textDocument/publishDiagnostics":
                self.published.append((arrived, message["params"]))
            elif "method" not in message:
                self.replies[message["id"]] = arrived, message
            self._news.notify_all()


def opened(uri: str, text: str, language: str = "python") -> dict[str, Any]:
    """The parameters of ``textDocument/didOpen``."""
    return {"textDocument": {"uri": uri, "languageId": language, "version": 1, "text": text}}


def changed(uri: str, version: int, *changes: dict[str, Any]) -> dict[str, Any]:
    """The parameters of ``textDocument/didChange``."""
    return {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}


def typed(line: int, character: int, text: str, replaced: int = 0) -> dict[str, Any]:
    """An incremental change: some text on a line, in place of ``replaced`` characters."""
    start, end = {"line": line, "character": character}, {"line": line, "character": character + replaced}
    return {"range": {"start": start, "end": end}, "text": text}


def cheap_request(uri: str) -> tuple[str, dict[str, Any]]:
    """A request that costs a server next to nothing: how long it takes is how long the server is busy."""
    place = {"line": 0, "character": 0}
    document = {"uri": uri}
    context: dict[str, Any] = {"diagnostics": []}
    return "textDocument/codeAction", {
        "textDocument": document,
        "range": {"start": place, "end": place},
        "context": context,
    }


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """A throw-away folder, in a git repository of its own."""
    path = Path(os.path.realpath(tempfile.mkdtemp(prefix=f"ccds-ls-bench-{prefix}-")))
    try:
        git(path, "init", "-q")
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def git(where: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """Run git as a user does in a terminal, with an identity and without this machine's settings."""
    who = {
        f"GIT_{role}_{part}": "bench@localhost"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    environ = {**os.environ, **who, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        ["git", *arguments], cwd=where, env=environ, input=given, check=True, capture_output=True
    ).stdout
