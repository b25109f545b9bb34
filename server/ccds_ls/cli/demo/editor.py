"""The editor of the tour: it starts the server, speaks the protocol to it, and applies the edits that come back."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PATIENCE = 30.0
"""Seconds to wait for the server; its first start on a machine compiles the secret engine's rules."""


class BrokenPromiseError(Exception):
    """Something that the tour promises did not happen."""


def promise(kept: object, what: str) -> None:
    """Go on only if ``kept`` holds."""
    if not kept:
        raise BrokenPromiseError(what)


class Editor:
    """As much of an editor as the tour needs: open texts, requests, and the diagnostics that arrive."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.server = subprocess.Popen(
            [sys.executable, "-m", "ccds_ls", "server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._incoming: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._next_id = 0
        threading.Thread(target=self._read, daemon=True).start()
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-8"]},
                    "workspace": {
                        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["rename"]}
                    },
                    "textDocument": {
                        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
                    },
                },
            },
        )
        self.notify("initialized", {})

    def _read(self) -> None:
        stream = self.server.stdout
        while stream is not None:
            length = 0
            while (line := stream.readline().strip()) or not length:
                if not line and not length:
                    self._incoming.put(None)
                    return
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            self._incoming.put(json.loads(stream.read(length)))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        promise(self.server.stdin and self.server.poll() is None, "the server is running")
        if self.server.stdin:
            self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.server.stdin.flush()

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def request(self, method: str, params: dict[str, Any] | None) -> dict[str, Any]:
        """Send a request and wait for its reply, which is returned whole: it holds a result or an error."""
        self._next_id += 1
        self._send({"id": self._next_id, "method": method, "params": params})
        wanted = self._next_id
        while True:
            message = self._take(time.monotonic() + PATIENCE, f"an answer to {method}")
            if message.get("id") == wanted and "method" not in message:
                return message

    def command(self, name: str, **argument: Any) -> dict[str, Any]:  # noqa: ANN401 - what the command takes
        """Run a palette command that must succeed."""
        reply = self.request("workspace/executeCommand", {"command": name, "arguments": [argument]})
        promise("error" not in reply, f"{name} works ({reply.get('error')})")
        result: dict[str, Any] = reply["result"]
        return result

    def wait_for(self, what: str, holds: Any) -> None:  # noqa: ANN401 - any function of no argument
        """Handle what the server sends until something holds."""
        until = time.monotonic() + PATIENCE
        while not holds():
            self._take(until, what)

    def _take(self, until: float, what: str) -> dict[str, Any]:
        try:
            message = self._incoming.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            raise BrokenPromiseError(f"{what} arrives within {PATIENCE:.0f} seconds") from None
        if message is None:
            raise BrokenPromiseError("the server keeps running")
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        return message

    def offered(self, path: Path, wanted: str) -> dict[str, Any]:
        """The first fix for a file whose title has a word in it, as soon as the server offers it."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found.extend(fix for fix in self.fixes(path) if wanted in fix["title"].lower())
            return bool(found)

        self.wait_for(f"a fix for {path.name}", look)
        return found[0]

    def codes(self, path: Path) -> set[str]:
        """The codes of the diagnostics that a file has now."""
        return {diagnostic["code"] for diagnostic in self.diagnostics.get(path.as_uri(), [])}

    def staged(self, path: Path) -> set[str]:
        """The codes of the diagnostics that are about what the next commit would take of a file."""
        shown = self.diagnostics.get(path.as_uri(), [])
        return {diagnostic["code"] for diagnostic in shown if diagnostic["data"]["state"] == "staged"}

    def fixes(self, path: Path) -> list[dict[str, Any]]:
        """The quick fixes on offer for a file."""
        everywhere = {"start": {"line": 0, "character": 0}, "end": {"line": 10_000, "character": 0}}
        context = {"diagnostics": self.diagnostics.get(path.as_uri(), [])}
        document = {"uri": path.as_uri()}
        reply = self.request(
            "textDocument/codeAction", {"textDocument": document, "range": everywhere, "context": context}
        )
        result: list[dict[str, Any]] = reply.get("result") or []
        return result

    def apply(self, action: dict[str, Any]) -> str:
        """Carry out a quick fix as an editor does: its edit here, its command through the server."""
        for change in action.get("edit", {}).get("documentChanges", []):
            promise(change.get("kind") == "rename", "the edit is one that this editor understands")
            _path(change["oldUri"]).rename(_path(change["newUri"]))
        if "command" in action:
            command = action["command"]
            (argument,) = command.get("arguments") or [{}]
            return str(self.command(command["command"], **argument)["message"])
        return ""

    def open(self, path: Path, language: str, text: str) -> None:
        """Show a text in the editor, saved or not."""
        document = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def type(self, path: Path, version: int, text: str) -> None:
        """Replace the text in the editor; nothing is saved."""
        document = {"uri": path.as_uri(), "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def quit(self) -> int:
        """Say goodbye; the server's exit code."""
        self.request("shutdown", None)
        self._send({"method": "exit"})
        return self.server.wait(10)


def _path(uri: str) -> Path:
    path = unquote(urlsplit(uri).path)
    return Path(path.lstrip("/") if os.name == "nt" else path)
