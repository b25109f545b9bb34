"""Servers in processes that are forked from one that has loaded pygls: 20 ms each instead of 600."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from typing import IO, Any

from wire import tiny_server
from wire.client import TINY


class Forkery:
    """Starts tiny servers. What it returns has what the tests use of `subprocess.Popen`."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        arguments = [sys.executable, "-m", "wire.forked", str(theirs.fileno())]
        path = os.pathsep.join(sys.path)
        self._process = subprocess.Popen(
            arguments, pass_fds=[theirs.fileno()], env={**os.environ, "PYTHONPATH": path}
        )
        theirs.close()

    def start(self, *, greet: bool = False) -> Any:
        """A tiny server in a process of its own; with `greet` it answers `initialize` before it serves."""
        pipes = [os.pipe() for _ in range(4)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1], pipes[3][1]]
        socket.send_fds(self._socket, [b"g" if greet else b"-"], theirs)
        for pipe in theirs:
            os.close(pipe)
        return Forked(pipes[0][1], pipes[1][0], pipes[2][0], pipes[3][0])

    def close(self) -> None:
        self._socket.close()
        self._process.wait()


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
            self.send_signal(signal.SIGKILL)


def main() -> None:
    """The process that is forked: takes pipes from a socket, for each four a child that waits for a server."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    requests = socket.socket(fileno=int(sys.argv[1]))
    while (received := socket.recv_fds(requests, 1, 4))[0]:
        how, pipes, *_ = received
        if os.fork() == 0:
            requests.close()
            _watch(*pipes, greet=how == b"g")
        for pipe in pipes:
            os.close(pipe)


def _watch(stdin: int, stdout: int, stderr: int, status: int, *, greet: bool) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    server = os.fork()
    if server == 0:
        os.close(status)
        for target, pipe in enumerate((stdin, stdout, stderr)):
            os.dup2(pipe, target)
            os.close(pipe)
        tiny_server.main(greet=greet)
    for pipe in (stdin, stdout, stderr):
        os.close(pipe)
    os.write(status, b"%d\n" % server)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(server, 0)[1]))
    os._exit(0)


if __name__ == "__main__":
    main()
