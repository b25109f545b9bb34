"""The one place where a git process that only looks is put together.

Opening a folder must run nothing that the folder brings along, so every call turns off what a repository's
configuration could start (fsmonitor, hooks, lazy fetching, pager), drops every ``GIT_*`` variable that it was
not asked to keep, has a limit of time and of output, and checks the exit code. Output stays bytes, because
names need not be UTF-8.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import IO, cast

TIMEOUT = 30.0
"""Seconds after which a call that looks is stopped."""
OUTPUT_LIMIT = 512 << 20
"""Bytes of output after which a call is stopped."""
_KEPT = 256 << 10  # bytes of messages that are kept

_SETTINGS = (
    "core.fsmonitor=false",  # runs a program on every command that reads the index
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",  # a cache inside the index, which whoever made the folder could have written
    "core.bigFileThreshold=1m",  # larger blobs are streamed, not held in memory
    "safe.bareRepository=explicit",  # a bare repository among a project's files is not a repository to enter
    "submodule.recurse=false",
    "protocol.allow=never",
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",  # a commit holds the object itself, not what a replace ref shows instead
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone's missing blob is told, not fetched (since git 2.39.4)
    "GIT_ALLOW_PROTOCOL": "none",  # the same for older git, and stronger than any configuration
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": ":",
    "LC_ALL": "C",  # messages are matched in English
}
_ENDINGS = {
    "index file smaller|bad signature|index file corrupt|bad index|unknown index entry": (
        "The index is damaged. Move .git/index away and run 'git reset' to make a new one; no file is lost."
    ),
    "bad config|bad boolean|bad numeric": "Correct that setting; 'git config --edit' opens the file.",
    "unable to read|missing blob|missing tree|bad object|loose object": (
        "'git fsck' says which objects are damaged."
    ),
    "unknown repository extension|unsupported extension|Expected git repo version|unknown hash": (
        "A newer git may understand this repository."
    ),
    "Permission denied": "Check who may read that file.",
}


class GitError(Exception):
    """Git could not answer. ``str`` of it is for people: what was asked, why it failed, what to do."""


class StoppedError(GitError):
    """The call was stopped because its answer is no longer wanted."""


@cache
def _program_on(search_path: str) -> str | None:
    name = "git.exe" if sys.platform == "win32" else "git"
    absolute = (entry for entry in search_path.split(os.pathsep) if Path(entry).is_absolute())
    # A name with a folder is looked up as it is; a bare one also in the current folder on Windows.
    return next(filter(None, (shutil.which(str(Path(entry) / name)) for entry in absolute)), None)


def program() -> str:
    """The absolute path of git, from the absolute entries of PATH alone. Raises GitError if there is none."""
    found = _program_on(os.environ.get("PATH", ""))
    if found is None:
        raise GitError(
            "git was not found on PATH. Install it from https://git-scm.com, or add its folder to PATH."
        )
    return found


def has_lfs() -> bool:
    """Whether ``git lfs`` is installed on this machine."""
    return shutil.which("git-lfs") is not None


def has_dvc(top: Path) -> bool:
    """Whether a project uses DVC, and ``dvc`` is installed on this machine."""
    return (top / ".dvc").is_dir() and shutil.which("dvc") is not None


def environment(kept: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """This process's environment without any ``GIT_*`` but the ``kept`` ones and our own."""
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    return clean | _ENVIRONMENT | dict(kept)


def redacted(text: str) -> str:
    """The text with names, passwords and query strings taken out of the URLs in it."""
    text = re.sub(r"([a-zA-Z][\w+.-]*://)[^/\s'\"]*@", r"\1", text)
    return re.sub(r"([a-zA-Z][\w+.-]*://[^\s'\"?]*)\?[^\s'\"]*", r"\1", text)


def explained(name: str, code: int, stderr: str) -> str:
    """A sentence for people about a call that failed; git's own reason is in it, without any credential."""
    lines = [
        re.sub(r"^(fatal|error): ", "", line.strip())
        for line in redacted(stderr).splitlines()
        if line.strip()
    ]
    reason = " ".join(lines[:4])[:600] or f"it ended with {code} and no message"
    hint = next((hint for pattern, hint in _ENDINGS.items() if re.search(pattern, stderr, re.I)), "")
    return f"git {name} failed: {reason.rstrip('.')}. {hint}".strip()


def end(process: subprocess.Popen[bytes], gently: bool = False) -> None:
    """End a process that was started in its own session, with its children; ``gently`` lets git tidy up."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM if gently else signal.SIGKILL)


class Call:
    """One running git process, as a context manager that leaves none behind.

    The owner reads ``stdout``, or has it gathered. ``feed`` goes to git's stdin. The process is ended after
    ``timeout`` seconds, or soon after ``cancelled`` is set; ``finish`` then raises. ``gently`` gives it three
    seconds to remove its locks. ``heard`` is called with pieces of stderr as they come, on another thread.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        name: str,
        *,
        feed: bytes | None = None,
        timeout: float = TIMEOUT,
        cancelled: threading.Event | None = None,
        gently: bool = False,
        heard: Callable[[bytes], object] | None = None,
    ) -> None:
        self.stopped: GitError | None = None
        self.errors = bytearray()
        self._process, self._name, self._gently = process, name, gently
        self._timeout, self._deadline = timeout, time.monotonic() + timeout
        self._cancelled = cancelled
        self._done = threading.Event()
        self._threads: list[threading.Thread] = []
        self._gathering = False
        self.stdout = _pipe(process.stdout)
        self._start(self._watch)
        self._start(_drain, _pipe(process.stderr), self.errors, heard)
        if feed is not None:
            self._start(_write, _pipe(process.stdin), feed)

    def __enter__(self) -> Call:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        self._end()
        self._wait()
        if not self._gathering:
            self.stdout.close()

    def gather(self) -> bytearray:
        """Collect the first part of stdout in the background; it is complete after ``finish``."""
        kept = bytearray()
        self._gathering = True
        self._start(_drain, self.stdout, kept, None)
        return kept

    def finish(self, codes: Sequence[int] = (0,)) -> int:
        """Wait for the end and return the exit code. Raises GitError when it is none of ``codes``."""
        code = self._wait()
        if self.stopped is not None:
            raise self.stopped
        if codes and code not in codes:
            raise GitError(explained(self._name, code, self.errors.decode("utf-8", "replace")))
        return code

    def stop(self, reason: GitError) -> None:
        """End the process; ``finish`` raises ``reason``."""
        self.stopped = self.stopped or reason
        self._end()

    def _start(self, work: Callable[..., object], *values: object) -> None:
        thread = threading.Thread(target=work, args=values, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _wait(self) -> int:
        code = self._process.wait()
        self._done.set()
        for thread in self._threads:
            thread.join(2)  # a daemon that git started, such as ssh's shared connection, may keep a pipe open
        return code

    def _end(self) -> None:
        if self._gently:
            end(self._process, gently=True)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
        end(self._process)

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            if self._cancelled is not None and self._cancelled.is_set():
                self.stop(StoppedError(f"git {self._name} was stopped because it was cancelled."))
            elif time.monotonic() > self._deadline:
                self.stop(GitError(f"git {self._name} took longer than {self._timeout:g} s and was stopped."))


def _pipe(stream: IO[bytes] | None) -> BufferedReader:
    assert stream is not None  # noqa: S101 - the process was started with this pipe
    return cast("BufferedReader", stream)


def _drain(stream: BufferedReader, kept: bytearray, heard: Callable[[bytes], object] | None) -> None:
    with stream:
        for piece in iter(lambda: stream.read1(65536), b""):
            kept += piece[: max(0, _KEPT - len(kept))]
            if heard is not None:
                heard(piece)


def _write(stream: BufferedReader, data: bytes) -> None:
    with suppress(OSError):  # git ended first: its exit code says why
        stream.write(data)
    with suppress(OSError):
        stream.close()


def start(
    arguments: Sequence[str],
    folder: Path,
    *,
    kept: Iterable[tuple[str, str]] = (),
    settings: Sequence[str] = (),
    has_input: bool = False,
) -> subprocess.Popen[bytes]:
    """Start git in ``folder``, hardened. ``settings`` are further ``name=value`` pairs. Raises GitError."""
    options = [part for setting in (*_SETTINGS, *settings) for part in ("-c", setting)]
    command = [program(), "--no-pager", *options, *arguments]
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment(kept),
            stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=0x08000000 if sys.platform == "win32" else 0,  # CREATE_NO_WINDOW
        )
    except OSError as error:
        raise GitError(f"git could not be started in {folder}: {error.strerror or error}.") from error
    except ValueError as error:  # a NUL byte in a path
        raise GitError(f"git could not be started in {str(folder)!r}: {error}.") from error


def run(
    arguments: Sequence[str],
    folder: Path,
    *,
    kept: Iterable[tuple[str, str]] = (),
    settings: Sequence[str] = (),
    feed: bytes | None = None,
    codes: Sequence[int] = (0,),
    timeout: float = TIMEOUT,
    limit: int = OUTPUT_LIMIT,
    cancelled: threading.Event | None = None,
) -> tuple[int, bytes]:
    """Run git in ``folder`` and return its exit code and its whole output.

    Raises GitError for an exit code that is none of ``codes``, for more than ``limit`` bytes of output, and
    when the time is over; StoppedError when ``cancelled`` was set.
    """
    process = start(arguments, folder, kept=kept, settings=settings, has_input=feed is not None)
    with Call(process, arguments[0], feed=feed, timeout=timeout, cancelled=cancelled) as call:
        pieces, size = [], 0
        for piece in iter(lambda: call.stdout.read(1 << 20), b""):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                call.stop(GitError(f"git {arguments[0]} printed more than {limit} bytes and was stopped."))
                break
        return call.finish(codes), b"".join(pieces)
