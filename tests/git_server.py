"""A real git server on loopback: git's own http-backend behind a small HTTP server, with faults."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class GitServer(ThreadingHTTPServer):
    """Serves the bare repositories in a folder, as ``http://127.0.0.1:PORT/NAME.git``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Backend)
        self.folder = folder
        self.asked: list[str] = []
        self.stalled = threading.Event()
        """Set once a request stalls."""
        self.password: str | None = None
        """When set, every request needs it, with any name."""
        self.stalls = threading.Event()
        """While set, a request is taken and not answered."""
        self.address = f"http://127.0.0.1:{self.server_port}"

    def create(self, name: str) -> str:
        """Makes an empty bare repository that takes pushes, and returns its address."""
        subprocess.run(
            ["git", "init", "-q", "--bare", "-b", "main", "--template=", str(self.folder / name)], check=True
        )
        subprocess.run(
            ["git", "-C", str(self.folder / name), "config", "http.receivepack", "true"], check=True
        )
        return f"{self.address}/{name}"


class _Backend(BaseHTTPRequestHandler):
    """One request, handed to git http-backend as CGI (RFC 3875)."""

    server: GitServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(f"{self.command} {self.path}")
        body = self._body()
        while server.stalls.is_set():
            server.stalled.set()
            if self.connection.recv(1) == b"":
                self.close_connection = True
                return
        if server.password is not None and not self._signed_in():
            self._answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
            return
        head, _, content = self._ask_git(body).partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self._answer(status, [header for header in headers if header[0] != "Status"], content)

    def do_POST(self) -> None:
        self.do_GET()

    def _signed_in(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return base64.b64decode(given).partition(b":")[2].decode() == self.server.password

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _ask_git(self, body: bytes) -> bytes:
        path, _, query = self.path.partition("?")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "someone",
            "REMOTE_ADDR": "127.0.0.1",
        }
        return subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
        ).stdout

    def _answer(self, status: int, headers: list[Any], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[GitServer]:
    """A server of the repositories in ``folder``, for the time of a ``with`` block."""
    folder.mkdir(parents=True, exist_ok=True)
    with GitServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
