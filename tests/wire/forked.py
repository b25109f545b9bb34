"""Servers in processes that are forked from one that has loaded pygls and the secret engine: 20 ms each, not 600.

A tiny server for the protocol's own tests, or the real one for tests of what it does; that a real start works is for
`test_start.py`, `test_diagnostics.py` and the tests with real editors.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import quick_secrets
from ccds_ls.rules import all_rules
from wire.client import TINY

WHERE = "CCDS_LS_TEST_FORKERY"
"""In the environment of a run's processes: the path at which the forkery that they share listens."""


@cache
def the_forkery() -> Forkery:
    """That of this run, or where there is none one of this process's own."""
    if path := os.environ.get(WHERE):
        return Forkery(path)
    forkery, close = opened()
    atexit.register(close)
    return forkery


def opened() -> tuple[Forkery, Callable[[], None]]:
    """A new forkery, and what closes it. It also ends when this process does."""
    folder = tempfile.mkdtemp(prefix="ccds-ls-forkery-")
    path = str(Path(folder, "socket"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        process = subprocess.Popen(
            [sys.executable, "-m", "wire.forked", str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def close() -> None:
        process.communicate()
        shutil.rmtree(folder)

    return Forkery(path), close


class Forkery:
    """Starts servers. What it returns has what the tests use of `subprocess.Popen`."""

    def __init__(self, path: str) -> None:
        self.path = path

    def start(self, *, greet: bool = False) -> Any:
        """A tiny server in a process of its own; with `greet` it answers `initialize` before it serves."""
        return self._start({"greet": greet})

    def start_real(self, env: Mapping[str, str], folder: str | None) -> Any:
        """The real server with this environment, in a folder."""
        return self._start({"env": dict(env), "folder": folder})

    def _start(self, how: dict[str, Any]) -> Any:
        data = json.dumps(how).encode()
        pipes = [os.pipe() for _ in range(4)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1], pipes[3][1]]
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.path)
            socket.send_fds(connection, [len(data).to_bytes(4, "big")], theirs)
            connection.sendall(data)
        for pipe in theirs:
            os.close(pipe)
        return Forked(pipes[0][1], pipes[1][0], pipes[2][0], pipes[3][0])


class Forked:
    """A process of which a pipe tells the id, then the exit code."""

    def __init__(self, stdin: int, stdout: int, stderr: int, status: int) -> None:
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", 0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb")
        self.stderr: IO[bytes] = os.fdopen(stderr, "rb")
        self._status: IO[bytes] = os.fdopen(status, "rb", 0)
        self.pid = int(self._status.readline())
        self._code: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(TINY, timeout or 0)
            self._code = int(self._status.readline())
            self._status.close()
        return self._code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        if self._code is None:
            with suppress(ProcessLookupError):  # It has ended by itself, and nobody has asked for its code.
                self.send_signal(signal.SIGKILL)


def main() -> None:
    """The process that is forked: takes pipes from sockets, for each four a child that waits for a server."""
    for name in ("ccds_ls.lsp.server", "ccds_ls.secrets.patterns.line", "wire.tiny_server"):
        import_module(name)  # so that every child has it
    all_rules()
    quick_secrets.keep_engine()
    quick_secrets.load()
    gc.freeze()  # A child that looked at all this would have to copy it first.

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(fileno=int(sys.argv[1]))
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        with listener.accept()[0] as connection:
            size, pipes, *_ = socket.recv_fds(connection, 4, 4)
            how = json.loads(connection.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        if os.fork() == 0:
            listener.close()
            _watch(how, *pipes)
        for pipe in pipes:
            os.close(pipe)


def _watch(how: dict[str, Any], stdin: int, stdout: int, stderr: int, status: int) -> None:
    from ccds_ls.lsp.edge import start
    from wire import tiny_server

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    server = os.fork()
    if server == 0:
        os.close(status)
        for target, pipe in enumerate((stdin, stdout, stderr)):
            os.dup2(pipe, target)
            os.close(pipe)
        if "greet" in how:
            tiny_server.main(greet=how["greet"])
        os.environ.clear()
        os.environ.update(how["env"])
        os.chdir(how["folder"] or ".")
        start.main()
    for pipe in (stdin, stdout, stderr):
        os.close(pipe)
    os.write(status, b"%d\n" % server)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(server, 0)[1]))
    os._exit(0)


if __name__ == "__main__":
    main()
