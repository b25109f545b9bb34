"""Between the editor's pipes and the message loop: a thread that reads, one that writes, one that watches the editor.

pygls reads line by line through a thread pool, writes from the loop, which a slow editor then stops, outlives an
editor that dies while another process holds its pipes (openlawlibrary/pygls#130; the watcher went with #163), and
does not choose its exit code (openlawlibrary/pygls#118). Threads do on every system what asyncio's pipes can't.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pygls.lsp.server import LanguageServer

from ccds_ls.lsp.edge import worker
from ccds_ls.lsp.edge.protocol import ServerProtocol

if TYPE_CHECKING:
    from ccds_ls.lsp.edge.framing import Fault
    from ccds_ls.lsp.edge.start import Connection

_log = logging.getLogger(__name__)

OUTBOX_BYTES = 16 << 20
"""How much may wait for an editor that does not read; beyond it the server stops reading, too."""

WATCH_SECONDS = 2.0
"""How often the editor's process is looked for."""

END_SECONDS = 3.0
"""How long the end may take before the process ends hard."""


class Outbox:
    """Frames on their way out, written by a thread. pygls calls it a writer."""

    def __init__(self, connection: Connection, broken: Callable[[], None]) -> None:
        self._connection = connection
        self._broken = broken
        self._waiting: dict[object, bytes] = {}
        self._size = 0  # of what is waiting or being written
        self._open = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="ccds-write", daemon=True)
        self._thread.start()

    def put(self, frame: bytes, about: object = None) -> None:
        """Queues a frame; one that waits and is about the same thing is superseded."""
        with self._changed:
            key = object() if about is None else about
            self._size += len(frame) - len(self._waiting.pop(key, b""))
            self._waiting[key] = frame
            self._changed.notify_all()

    def wait_for_room(self) -> None:
        """Blocks while too much is waiting."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < OUTBOX_BYTES or not self._open)

    def close(self, seconds: float) -> None:
        """Writes what is waiting, for a limited time."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or not self._open)
                if not self._waiting:
                    return
                data = b"".join(self._waiting.values())
                self._waiting.clear()
            try:
                self._connection.write(data)
            except OSError:
                self._broken()
                return
            with self._changed:
                self._size -= len(data)
                self._changed.notify_all()


def serve(server: LanguageServer, connection: Connection) -> int:
    """Serves until the conversation ends and returns the exit code. Call it in the main thread, once in a process."""
    # pygls logs whole messages below this level.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    return asyncio.new_event_loop().run_until_complete(_serve(server, connection))


async def _serve(server: LanguageServer, connection: Connection) -> int:
    protocol = server.protocol
    if not isinstance(protocol, ServerProtocol):
        raise TypeError("the server must be made with protocol_cls=ServerProtocol")
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _log.error("%s", context.get("message")))
    over = asyncio.Event()

    def end() -> None:
        """Begins the end, from any thread; a loop that is blocked is not waited for."""
        loop.call_soon_threadsafe(over.set)
        last = threading.Timer(END_SECONDS, os._exit, [protocol.exit_code])
        last.daemon = True
        last.start()

    _on_signals(end)
    outbox = protocol.writer = Outbox(connection, end)  # type: ignore[assignment]
    protocol.on_exit = end
    protocol.answered_early = connection.answered
    threading.Thread(target=_read, args=(connection, protocol, outbox, loop, end), daemon=True).start()
    threading.Thread(target=_watch, args=(server, end), daemon=True).start()
    await over.wait()
    tasks = protocol.stop()
    if tasks:
        await asyncio.wait(tasks, timeout=END_SECONDS / 3)
    worker.settle(END_SECONDS / 3)
    outbox.close(END_SECONDS / 3)
    return protocol.exit_code


def _read(
    connection: Connection,
    protocol: ServerProtocol,
    outbox: Outbox,
    loop: asyncio.AbstractEventLoop,
    end: Callable[[], None],
) -> None:
    """Hands all frames of a read to the loop at once, and few reads ahead of it."""
    ahead = threading.Semaphore(8)

    def receive(frames: list[bytes | Fault]) -> None:
        try:
            for frame in frames:
                protocol.receive(frame)
        finally:
            ahead.release()

    more = True
    while more or connection.received:
        if connection.received:
            frames, connection.received = connection.received, []
            ahead.acquire()
            loop.call_soon_threadsafe(receive, frames)
            outbox.wait_for_room()
        more = connection.read()
    end()


def _on_signals(end: Callable[[], None]) -> None:
    """Ends the server on a signal, which reaches a thread at once and the main thread when that is not blocked."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)
    told, teller = socket.socketpair()
    teller.setblocking(False)
    signal.set_wakeup_fd(teller.detach())

    def wait() -> None:
        told.recv(1)
        end()

    threading.Thread(target=wait, name="ccds-signal", daemon=True).start()


def _watch(server: LanguageServer, end: Callable[[], None]) -> None:
    """Ends the server when the editor that gave its process id has ended, as the protocol asks for."""
    while server.process_id is None or is_alive(server.process_id):
        time.sleep(WATCH_SECONDS)
    _log.warning("The editor's process %s has ended.", server.process_id)
    end()


def is_alive(process_id: int) -> bool:
    """Whether a process runs; one that has ended but that its parent has not collected does not."""
    if process_id <= 0:
        return True  # These mean groups of processes; no editor has such an id.
    if sys.platform == "win32":
        return _is_alive_on_windows(process_id)
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    try:
        with open(f"/proc/{process_id}/stat", "rb") as file:  # noqa: PTH123
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except (OSError, IndexError):
        return True  # This system has no /proc.


def _is_alive_on_windows(process_id: int) -> bool:
    # There, os.kill would end the process.
    import ctypes

    kernel: object = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(0x00100000, False, process_id)  # type: ignore[attr-defined] # SYNCHRONIZE
    if not handle:
        return bool(kernel.GetLastError() == 5)  # type: ignore[attr-defined] # it exists, and access is denied
    alive = kernel.WaitForSingleObject(handle, 0) == 0x102  # type: ignore[attr-defined] # WAIT_TIMEOUT
    kernel.CloseHandle(handle)  # type: ignore[attr-defined]
    return bool(alive)
