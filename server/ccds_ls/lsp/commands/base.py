"""What all commands share: the shape of an argument, the result, work beside the message loop, progress.

A command takes one object and returns one with at least ``message`` and ``paths``.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ccds_ls.lsp.from_proto import arguments, folder_argument, path_of
from ccds_ls.lsp.thread import REQUEST_FAILED as REQUEST_FAILED
from ccds_ls.lsp.thread import in_thread as in_thread
from ccds_ls.lsp.to_proto import uri_of

if TYPE_CHECKING:
    from ccds_ls.git.command import Done
    from ccds_ls.lsp.server import Server

Result = dict[str, Any]


def argument(help_text: str, default: Any = None, **shown: Any) -> Any:  # noqa: ANN401 - typed as its default
    """One member of a command's argument, with its description; ``shown`` is as for ``needed``."""
    if isinstance(default, dict):
        return field(default_factory=dict, metadata={"help": help_text, **shown})
    return field(default=default, metadata={"help": help_text, **shown})


def needed(help_text: str, **shown: Any) -> Any:  # noqa: ANN401 - dataclasses.field is typed as its default
    """A member that must be given.

    ``shown`` helps palettes to ask for it: ``choices``, a function that returns the values to choose from, and
    ``starts_as``, the other member whose last part is the text to begin with, and ``ask``, that it is worth a
    question although it may be left out.
    """
    return field(metadata={"help": help_text, **shown})


# What members of several commands' arguments are for.
ROOT = "The project's folder, as a URI."
FORCE_PAIR = "Take an environment and a dependency file that make no sense."
FORCE_COMMIT = "Commit in spite of errors in what is staged."


@dataclass(frozen=True)
class NoArgument:
    """The argument of a command that needs nothing."""


@dataclass(frozen=True)
class InRoot:
    """The argument of a command that needs no more than a folder."""

    root: str | None = argument(ROOT)


@dataclass(frozen=True)
class OneFile:
    """The argument of a command that needs no more than a file."""

    uri: str = needed("The file, as a URI.")


@dataclass(frozen=True)
class Command:
    """One palette command. ``shape`` is the dataclass of its argument.

    For palettes, ``icon`` is the name of a codicon, and ``where`` says on what the command makes sense: an open
    "folder", a "file" in it, a "notebook", "anywhere", or "nowhere" for one that needs a fix's arguments.
    """

    title: str
    shape: type
    run: Callable[[Server, Any], Awaitable[Result]]
    icon: str = "beaker"
    where: str = "folder"


def handler(command: Command) -> Callable[..., Awaitable[Result]]:
    """The function that pygls calls for a command."""

    async def execute(ls: Any, *given: Any) -> Result:  # noqa: ANN401 - pygls looks the types up
        if len(given) > 1:
            raise JsonRpcInvalidParams("This command takes one object.")
        untold = ls.session.client.drops_results
        try:
            done = await command.run(ls, arguments(command.shape, given[0] if given else None))
        except JsonRpcException as error:
            if untold:
                ls.warn(str(error))
            raise
        if untold and done["message"]:
            ls.tell(done["message"])
        return done

    return execute


class Progress:
    """A progress bar in the editor for the time of a ``with`` block; nothing where the client has none.

    Its cancel button cancels the command.
    """

    def __init__(self, server: Server, title: str) -> None:
        self.server, self.title = server, title
        self.token = str(uuid.uuid4())
        self.shown = False
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> Progress:
        if not self.server.session.client.progress:
            return self
        bar = self.server.work_done_progress
        try:
            await bar.create_async(self.token)
        except JsonRpcException:
            return self  # The client promised progress and did not keep it; the work goes on without.
        self.shown = True
        bar.begin(self.token, types.WorkDoneProgressBegin(self.title, cancellable=True))
        task = asyncio.current_task()

        def stop(pressed: Future[Any]) -> None:
            if pressed.cancelled() and task is not None:
                task.cancel()

        bar.tokens[self.token].add_done_callback(stop)
        return self

    def tell(self, message: str, percent: int | None = None) -> None:
        """Say what is being done now, from any thread."""
        if self.shown:
            report = types.WorkDoneProgressReport(message=message, percentage=percent)
            self._loop.call_soon_threadsafe(self.server.work_done_progress.report, self.token, report)

    async def __aexit__(self, *_: object) -> None:
        if self.shown:
            self.server.work_done_progress.end(self.token, types.WorkDoneProgressEnd())
            self.server.work_done_progress.tokens.pop(self.token, None)


def result(message: str, paths: Iterable[Path] = (), **more: Any) -> Result:  # noqa: ANN401 - any plain data
    """What a command returns: a message for people, the paths that it touched, and what else it has to say."""
    return {"message": message, "paths": [str(path) for path in paths], **more}


def result_of(done: Done, **more: Any) -> Result:  # noqa: ANN401 - any plain data
    """The result of an action of git, with how to undo it."""
    return result(done.message, done.paths, undo=done.undo, **more)


def folder_of(server: Server, root: str | None) -> Path:
    """The folder that a command is about."""
    return folder_argument(root, server.session.folders.workspace)


def file_of(uri: str) -> Path:
    """The file that a command is about; the URI of a notebook's cell stands for its notebook."""
    path = path_of(uri.partition("#")[0])
    if path is None:
        raise JsonRpcInvalidParams(f"'{uri}' is not the file: URI of a file.")
    return Path(path)


async def show(server: Server, path: Path, at: types.Position | None = None) -> bool:
    """Have the editor show a file, and whether it did; one that can't has the path in the command's result."""
    if not server.session.client.show_document:
        return False
    selection = types.Range(at, at) if at else None
    params = types.ShowDocumentParams(uri_of(path), take_focus=True, selection=selection)
    try:
        shown = await server.window_show_document_async(params)
    except JsonRpcException:
        return False  # The editor said that it can and then could not; nothing depends on it.
    return bool(shown and shown.success)
