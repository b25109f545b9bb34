"""The palette commands: one table of name -> argument's shape, what it does, and its title.

A command takes one object and returns one with at least ``message`` and ``paths``. The work is done in a thread;
while it runs the server goes on listening, and cancelling the request stops it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ccds_ls.lsp.from_proto import arguments, folder_argument, path_of
from ccds_ls.lsp.to_proto import uri_of
from ccds_ls.lsp.worker import in_worker

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server

REQUEST_FAILED = -32803
T = TypeVar("T")


def argument(help_text: str, default: Any = None) -> Any:  # noqa: ANN401 - dataclasses.field is typed as its default
    """One member of a command's argument, with its description."""
    if isinstance(default, (dict, list)):
        made = default
        return field(default_factory=lambda: type(made)(made), metadata={"help": help_text})
    return field(default=default, metadata={"help": help_text})


def needed(help_text: str) -> Any:  # noqa: ANN401 - dataclasses.field is typed as its default
    """A member that must be given."""
    return field(metadata={"help": help_text})


@dataclass(frozen=True)
class Command:
    """One palette command. ``shape`` is the dataclass of its argument."""

    title: str
    shape: type
    run: Callable[[Server, Any], Awaitable[dict[str, Any]]]


def handler(command: Command) -> Callable[..., Awaitable[dict[str, Any]]]:
    """The function that pygls calls for a command, with the faults of users told as such."""

    async def execute(ls: Any, *given: Any) -> dict[str, Any]:  # noqa: ANN401 - pygls looks the types up
        if len(given) > 1:
            raise JsonRpcInvalidParams("This command takes one object.")
        return await command.run(ls, arguments(command.shape, given[0] if given else None))

    return execute


async def in_thread(work: Callable[[threading.Event], T]) -> T:
    """Run blocking work beside the message loop. What went wrong for the user becomes a plain error.

    ``work`` is given an event that is set when the client no longer wants the result.
    """
    from ccds_ls.git.act import ActError
    from ccds_ls.git.read import GitError
    from ccds_ls.scaffold.generate import ScaffoldError

    try:
        return await in_worker(work)
    except (ActError, GitError, ScaffoldError) as error:
        raise JsonRpcException(str(error), REQUEST_FAILED) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise JsonRpcException(f"{where}{error.strerror or error}.", REQUEST_FAILED) from error


class Progress:
    """A progress bar in the editor for the time of a ``with`` block; nothing where the client has none."""

    def __init__(self, server: Server, title: str) -> None:
        self.server, self.title = server, title
        self.token = str(uuid.uuid4())
        self.shown = False

    async def __aenter__(self) -> Progress:
        if self.server.session.client.progress:
            try:
                await self.server.work_done_progress.create_async(self.token)
            except JsonRpcException:
                return self  # The client promised progress and did not keep it; the work goes on without.
            self.shown = True
            self.server.work_done_progress.begin(self.token, types.WorkDoneProgressBegin(self.title))
        return self

    def report(self, message: str) -> None:
        """Say what is being done now. Call it from the message loop."""
        if self.shown:
            self.server.work_done_progress.report(self.token, types.WorkDoneProgressReport(message=message))

    async def __aexit__(self, *_: object) -> None:
        if self.shown:
            self.server.work_done_progress.end(self.token, types.WorkDoneProgressEnd())
            self.server.work_done_progress.tokens.pop(self.token, None)


def result(message: str, paths: list[Path] | tuple[Path, ...] = (), **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """What a command returns: a message for people, the paths that it touched, and what else it has to say."""
    return {"message": message, "paths": [str(path) for path in paths], **more}


# ccds.newProject


@dataclass(frozen=True)
class NewProject:
    root: str | None = argument("The folder, as a URI, in which the project's own folder is made.")
    answers: dict[str, Any] = argument("The answers to the options, by their keys in ccds.", {})
    git: bool = argument("Also put the project under git, with a first commit.", False)
    force_combination: bool = argument("Take an environment and a dependency file that make no sense.", False)
    describe: bool = argument("Make nothing; return the options and what is wrong with the answers.", False)


async def new_project(server: Server, given: NewProject) -> dict[str, Any]:
    from ccds_ls.scaffold.answers import AnswerError, resolve

    if given.describe:
        from ccds_ls.scaffold.describe import describe

        return result("These are the options.", **describe(given.answers, given.force_combination))
    parent = folder_argument(given.root, server.session.workspace)
    if not given.answers.get("project_name"):
        raise JsonRpcInvalidParams("Give the project a name: answers.project_name.")
    try:
        answers = resolve(given.answers, given.force_combination)
    except AnswerError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    async with Progress(server, "New CCDS project") as progress:
        from ccds_ls.scaffold.generate import generate

        project = await in_thread(lambda stop: generate(answers, parent, cancelled=stop.is_set))
        message = f"Made the project {project}."
        if given.git:
            from ccds_ls.git import act

            progress.report("First commit")
            made = await in_thread(lambda _: act.init(project))
            message = f"{message} {made.message}"
    server.work.look(project)
    return result(message, [project], uri=uri_of(project))


# ccds.git.*


@dataclass(frozen=True)
class InRoot:
    root: str | None = argument("The project's folder, as a URI.")


@dataclass(frozen=True)
class Commit:
    message: str = needed("The commit message, such as 'feat: model training script added'.")
    root: str | None = argument("The project's folder, as a URI.")


async def git_init(server: Server, given: InRoot) -> dict[str, Any]:
    from ccds_ls.git import act

    folder = folder_argument(given.root, server.session.workspace)
    async with Progress(server, "git init"):
        made = await in_thread(lambda _: act.init(folder))
    server.session.forget_roots()
    server.work.look(folder)
    return result(made.message, [Path(path) for path in made.paths], undo=made.undo)


async def git_commit(server: Server, given: Commit) -> dict[str, Any]:
    from ccds_ls.git import act

    folder = folder_argument(given.root, server.session.workspace)
    async with Progress(server, "git commit") as progress:
        progress.report("Checking what is staged")
        report = await in_thread(lambda stop: _check_staged(server, folder, stop))
        errors = [item for item in report if item["severity"] == "error"]
        if errors:
            first = errors[0]
            raise JsonRpcException(
                f"Nothing was committed: {_count(len(errors), 'error')} in what is staged, "
                f"first {first['path']}:{first['line']}: {first['message']}",
                REQUEST_FAILED,
                {"findings": report},
            )
        made = await in_thread(lambda _: act.commit(folder, given.message))
    server.work.look(folder)
    return result(made.message, [Path(path) for path in made.paths], undo=made.undo)


async def check_commit(server: Server, given: InRoot) -> dict[str, Any]:
    folder = folder_argument(given.root, server.session.workspace)
    async with Progress(server, "Checking the coming commit"):
        report = await in_thread(lambda stop: _check_staged(server, folder, stop))
    server.work.look(folder)
    bad = [item for item in report if item["severity"] in ("error", "warning")]
    message = (
        f"{_count(len(bad), 'finding')} in what is staged: {', '.join(sorted({item['path'] for item in bad})[:3])}."
        if bad
        else "Nothing was found in what is staged."
    )
    return result(
        message, [folder / path for path in sorted({item["path"] for item in report})], findings=report
    )


def _check_staged(server: Server, folder: Path, stop: threading.Event) -> list[dict[str, Any]]:
    from ccds_ls.check import check
    from ccds_ls.collect import index_files, look, make_snapshot
    from ccds_ls.git.read import GitError, discover
    from ccds_ls.report.json import items

    view = look(folder, discover(folder))
    if view.repository is None:
        raise GitError(f"{folder} is not under git yet. The command 'ccds.git.init' puts it there.")
    snapshot = make_snapshot(view, index_files(view, view.staged), server.session.settings)
    return items(check(snapshot, server.session.detector, cancelled=stop.is_set))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# Fixes on disk and in the index


@dataclass(frozen=True)
class OneFile:
    uri: str = needed("The file, as a URI.")


@dataclass(frozen=True)
class Ignore:
    uri: str = needed("The file, as a URI.")
    pattern: str = needed("The line to add to the ignore file.")
    file: str = argument("The ignore file, relative to the top of the repository.", ".gitignore")
    unstage: bool = argument("Also take the file's staged version out of the index.", False)
    stop_tracking: bool = argument("Also remove the file from the index; it stays on disk.", False)


@dataclass(frozen=True)
class Rename:
    uri: str = needed("The notebook, as a URI.")
    new_name: str = needed("Its new file name.")


@dataclass(frozen=True)
class Accept:
    uri: str = needed("The file, as a URI.")
    code: str = needed("The finding's code.")
    fingerprint: str = argument(
        "The finding's fingerprint; without it the code is ignored in the whole file.", ""
    )
    reason: str = argument("Why the finding is accepted.", "accepted in the editor")


def _file_argument(uri: str) -> Path:
    path = path_of(uri.partition("#")[0])
    if path is None:
        raise JsonRpcInvalidParams(f"'{uri}' is not the file: URI of a file.")
    return Path(path)


async def unstage(server: Server, given: OneFile) -> dict[str, Any]:
    from ccds_ls.git import act

    path = _file_argument(given.uri)
    done = await in_thread(lambda _: act.unstage(path.parent, [path]))
    server.work.look(path.parent)
    return result(done.message, [path], undo=done.undo)


async def ignore(server: Server, given: Ignore) -> dict[str, Any]:
    from ccds_ls.git import act

    path = _file_argument(given.uri)
    done = await in_thread(
        lambda _: act.ignore(
            path,
            given.pattern,
            given.file,
            also_unstage=given.unstage,
            also_stop_tracking=given.stop_tracking,
        )
    )
    server.work.look(path.parent)
    return result(done.message, [Path(p) for p in done.paths], undo=done.undo)


async def rename_notebook(server: Server, given: Rename) -> dict[str, Any]:
    from ccds_ls.git import act

    path = _file_argument(given.uri)
    if Path(given.new_name).name != given.new_name or not given.new_name.endswith(".ipynb"):
        raise JsonRpcInvalidParams(f"'{given.new_name}' is not the file name of a notebook.")
    done = await in_thread(lambda _: act.rename(path, path.with_name(given.new_name)))
    server.work.look(path.parent)
    return result(done.message, [path, path.with_name(given.new_name)], undo=done.undo)


async def suppress(server: Server, given: Accept) -> dict[str, Any]:
    from ccds_ls.settings_file import accept

    path = _file_argument(given.uri)
    changed = await in_thread(lambda _: accept(path, given.code, given.fingerprint, given.reason))
    server.work.everything()
    return result(f"Accepted in {changed}; remove the entry there to undo it.", [changed])


# ccds.explain


@dataclass(frozen=True)
class Explain:
    code: str | None = argument("The code of a rule; without it all rules are listed.")


async def explain(_: Server, given: Explain) -> dict[str, Any]:
    from ccds_ls.rules.docs import UnknownRule, explain, table

    try:
        return result(explain(given.code) if given.code else table())
    except UnknownRule as error:
        raise JsonRpcInvalidParams(str(error)) from error


COMMANDS: dict[str, Command] = {
    "ccds.newProject": Command("New Project…", NewProject, new_project),
    "ccds.git.init": Command("Initialise Git with a First Commit", InRoot, git_init),
    "ccds.git.commit": Command("Commit What Is Staged…", Commit, git_commit),
    "ccds.checkCommit": Command("Check the Coming Commit", InRoot, check_commit),
    "ccds.unstage": Command("Unstage This File", OneFile, unstage),
    "ccds.ignore": Command("Add to .gitignore", Ignore, ignore),
    "ccds.renameNotebook": Command("Rename This Notebook…", Rename, rename_notebook),
    "ccds.suppress": Command("Accept This Finding…", Accept, suppress),
    "ccds.explain": Command("Explain a Rule…", Explain, explain),
}


async def _test_sleep(seconds: float) -> str:
    return await in_worker(_sleep, seconds)


def _sleep(seconds: float, stop: threading.Event) -> str:
    return "cancelled" if stop.wait(seconds) else "slept"


def _test_text(ls: Any, uri: str) -> str | None:  # noqa: ANN401 - pygls looks the types up
    text: str | None = ls.workspace.text(uri)
    return text


TEST_COMMANDS: dict[str, Callable[..., Any]] = {"ccds.test.text": _test_text, "ccds.test.sleep": _test_sleep}
"""For tests of the protocol, with plain arguments; offered with CCDS_LS_TEST_COMMANDS=1 alone."""
