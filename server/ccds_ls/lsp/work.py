"""The order of work: what the user is looking at first, then what git says, then the rest of the repository.

One worker thread does it all in small jobs. A change that arrives while a job runs is simply the next job, so
superseded work is never queued twice and a burst of keystrokes costs as many checks as there is time for.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from ccds_ls.check import where
from ccds_ls.git.read import GitError
from ccds_ls.lsp.commit_message import check_message
from ccds_ls.lsp.folders import Folder
from ccds_ls.lsp.session import Session
from ccds_ls.lsp.standing import Publication
from ccds_ls.lsp.watch import Watcher

log = logging.getLogger(__name__)

BATCH = 25
"""How many closed files are checked in one job: about 100 ms, after which an open file gets its turn."""

LASTS_SECONDS = 2.5
"""How long git must be unable to say what is staged until that is told: longer than two looks."""

POLL_SECONDS = 1.0
"""How often the index is looked at where nothing told that it changed: a stat of a few files."""


Outcome = tuple[Folder, list[Publication], list[str]]
"""Of a job: the folder that it was about, what is to be published, and paths of closed files to check later."""

Job = Callable[[], Outcome | None]


_Key = TypeVar("_Key")


def _pop(queue: dict[_Key, None]) -> _Key:
    """The first of a queue, which is a dictionary so that nothing waits in it twice."""
    first = next(iter(queue))
    del queue[first]
    return first


def keep_for_good() -> None:
    """Take what is alive out of the sight of the garbage collector, which would stop everything to look at it.

    What is found in closed files stays and holds no circles. Without this a collection goes through all of it and
    holds the interpreter for hundreds of milliseconds when there are thousands of notebooks; with it, through what
    has come since the last time. Freed objects are freed as ever.
    """
    gc.collect()
    gc.freeze()


class Work:
    """The queue between the message loop, which says what changed, and the worker, which finds out what it means."""

    def __init__(
        self,
        session: Session,
        publish: Callable[[Publication], None],
        tell: Callable[[str], None],
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        """``settled`` is called whenever there is nothing left to do."""
        self.session = session
        self._publish = publish
        self._tell = tell
        self._settled = settled
        self._told: set[str] = set()
        self._shown: dict[str, set[str]] = {}  # path -> the URIs on which its findings were last published
        self._worker = ThreadPoolExecutor(1, "ccds-check")
        self._wake = asyncio.Event()
        # What waits, the most wanted first: open files, folders to look at (quickly, then thoroughly), commit
        # messages, and of each folder its closed files.
        self._urgent: dict[str, None] = {}
        self._peek: dict[Path, None] = {}
        self._look: dict[Path, None] = {}
        self._messages: dict[str, None] = {}
        self._later: dict[Path, dict[str, None]] = {}
        self._poll: asyncio.Task[None] | None = None
        self._disk = asyncio.Event()
        self._watcher: Watcher | None = None

    # What changed, from the message loop

    def touch(self, path: str) -> None:
        """A file's overlay was opened, changed, saved or closed."""
        self._urgent[path] = None
        self._wake.set()

    def touch_message(self, key: str) -> None:
        """A commit message was opened or changed."""
        self._messages[key] = None
        self._wake.set()

    def look(self, root: Path) -> None:
        """A folder is new to the session, or git may have changed there."""
        root = self.session.folders.known_root(root)
        self._peek[root] = self._look[root] = None
        self._wake.set()

    def everything(self) -> None:
        """What findings depend on has changed everywhere: the settings, or the secret engine is ready."""
        for folder in list(self.session.folders.by_root.values()):
            folder.fresh = {}
            self._look[folder.root] = None
        self._urgent.update(dict.fromkeys(self.session.overlays))
        for message in self.session.messages.values():
            message.stale = True
            self._messages[message.key] = None
        self._wake.set()

    # The jobs

    async def run(self) -> None:
        """Do the jobs as they come, for as long as the server lives."""
        self._poll = asyncio.ensure_future(self._watch())
        while True:
            await self._wake.wait()
            self._wake.clear()
            while job := self._next():
                await self._do(job)
            self._settled()

    def pause(self) -> None:
        """Check nothing until ``resume``. What is known is let go, so that nothing out of date is shown."""
        self.session.paused = True
        self.session.standing = {}
        for message in self.session.messages.values():
            message.shown = ()

    def resume(self) -> None:
        """Go on, with everything anew."""
        self.session.paused = False
        self.everything()

    def _next(self) -> Job | None:
        """The job that is most wanted now."""
        if self.session.paused:
            return None
        if self._urgent:
            return partial(self._check_open, _pop(self._urgent))
        if self._peek:
            return partial(self._peek_at, _pop(self._peek))
        if self._look:
            return partial(self._look_at, _pop(self._look))
        if self._messages:
            return partial(self._check_message, _pop(self._messages))
        if self._later:
            root, waiting = next(iter(self._later.items()))
            paths = [_pop(waiting) for _ in range(min(BATCH, len(waiting)))]
            if not waiting:
                del self._later[root]
            return partial(self._check_closed, root, paths)
        return None

    async def _do(self, job: Job) -> None:
        try:
            outcome = await self._in_worker(job)
        except GitError as error:
            self._tell_once(f"Some files could not be checked: {error}")
            return
        except Exception as error:  # One failed job must not end all checking; the message may quote a file.
            log.error("a check failed: %s%s", type(error).__name__, where(error))
            self._tell_once(f"A check failed ({type(error).__name__}); the others go on. Please report this.")
            return
        self._messages.update({key: None for key, message in self.session.messages.items() if message.waits})
        if outcome is None:
            return
        folder, publications, more = outcome
        if self.session.paused:
            self.session.standing = {}  # of the job that ran when the pause began
            return
        self._put_off(folder, more)
        self._publish_current(publications)
        if folder.problem:
            loop = asyncio.get_running_loop()
            loop.call_later(LASTS_SECONDS, self._tell_what_lasts, folder, folder.problem)

    def _put_off(self, folder: Folder, more: list[str]) -> None:
        """Closed files that are to be checked when there is time."""
        if more or folder.again:
            self._later.setdefault(folder.root, {}).update(dict.fromkeys([*more, *folder.again]))
            folder.contents.forget(folder.again)
            folder.again = set()

    def _publish_current(self, publications: list[Publication]) -> None:
        """Publish what is still true of the text that the editor shows."""
        by_path: dict[str, list[Publication]] = defaultdict(list)
        for publication in publications:
            if self.session.shown_now(publication.path) is publication.overlay:
                by_path[publication.path].append(publication)
        for path, current in by_path.items():
            self._publish_file(path, current)

    def _publish_file(self, path: str, publications: list[Publication]) -> None:
        """Publish what holds for a file, and clear what was shown for it elsewhere, such as on a removed cell."""
        for gone in self._shown.pop(path, set()) - {publication.uri for publication in publications}:
            self._publish(Publication(gone, None))
        for publication in publications:
            self._publish(publication)
        if shown := {publication.uri for publication in publications if publication.diagnostics}:
            self._shown[path] = shown

    def _tell_what_lasts(self, folder: Folder, problem: str) -> None:
        """A repository that is being made, or is locked for a moment, is none to worry anybody about."""
        if folder.problem == problem:
            self._tell_once(f"What is staged can't be checked: {problem}")

    def _tell_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._tell(message)

    async def _in_worker(self, job: Job) -> Outcome | None:
        return await asyncio.get_running_loop().run_in_executor(self._worker, job)

    def _check_open(self, path: str) -> Outcome:
        folder = self.session.folders.of(path)
        more = self.session.refresh(folder) if folder.view is None and not folder.problem else []
        relative = folder.relative(path)
        superseded = lambda: path in self._urgent  # noqa: E731 - it is asked between two files of this one check
        return folder, self.session.check(folder, [relative], superseded), more

    def _peek_at(self, root: Path) -> Outcome:
        folder = self.session.folders.at(root)
        with suppress(GitError):  # The look that follows says so.
            return folder, self.session.check(folder, self.session.just_staged(folder, BATCH)), []
        return folder, [], []

    def _look_at(self, root: Path) -> Outcome:
        folder = self.session.folders.at(root)
        more = self.session.refresh(folder)
        self.session.renew_messages(folder)
        return folder, [], more

    def _check_message(self, key: str) -> Outcome | None:
        message = self.session.messages.get(key)
        checked = check_message(self.session, message) if message else None
        if message is None or checked is None:
            return None  # closed meanwhile
        folder, overlay, more = checked
        diagnostics = tuple(item.diagnostic for item in message.shown)
        return folder, [Publication(overlay.uri, overlay.version, diagnostics, True, key, overlay)], more

    def _check_closed(self, root: Path, paths: list[str]) -> Outcome:
        folder = self.session.folders.at(root)
        try:
            publications = self.session.check(folder, self.session.changed(folder, paths))
        except Exception:
            for path in paths:
                folder.fresh.pop(path, None)  # the next look finds them unchecked
            raise
        keep_for_good()
        return folder, publications, []

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._watcher = Watcher(partial(loop.call_soon_threadsafe, self._disk.set))
        while True:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._disk.wait(), POLL_SECONDS)
            self._disk.clear()
            try:
                stale, watched = await loop.run_in_executor(self._worker, self._changed_on_disk)
            except Exception as error:  # The poll goes on: without it no change would be seen any more.
                log.error("a look at the disk failed: %s%s", type(error).__name__, where(error))
                continue
            for folder in stale:
                self.look(folder.root)
            self._watcher.follow(watched)

    def _changed_on_disk(self) -> tuple[list[Folder], frozenset[Path]]:
        return self.session.folders.stale(), self.session.folders.watched()

    async def leave(self) -> None:
        """The editor has closed folders: what was shown of them is cleared, and they are looked at no more."""
        loop = asyncio.get_running_loop()
        for folder in await loop.run_in_executor(self._worker, self.session.leave):
            for path in [path for path in self._shown if Path(path).is_relative_to(folder.shown)]:
                self._publish_file(path, [])

    def stop(self) -> None:
        """Let go of the worker; a job that runs is not waited for."""
        if self._poll:
            self._poll.cancel()
        if self._watcher:
            self._watcher.stop()
        self._worker.shutdown(wait=False, cancel_futures=True)
