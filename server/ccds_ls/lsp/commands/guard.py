"""The command that checks the coming commit, and what others ask before they let files into one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from ccds_ls.counted import counted
from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    Command,
    InRoot,
    Progress,
    Result,
    folder_of,
    in_thread,
    result,
)

if TYPE_CHECKING:
    from ccds_ls.git.read import Repository
    from ccds_ls.lsp.server import Server
    from ccds_ls.snapshot import File
    from ccds_ls.view import View

SHOWN = 5
"""How many files, or reasons for which files are ignored, a message names."""


async def check_commit(server: Server, given: InRoot) -> Result:
    """Check what is staged and say what was found."""
    folder = folder_of(server, given.root)
    async with Progress(server, "Checking the coming commit") as progress:
        findings = await in_thread(lambda _: staged_findings(server, folder))
        unpushed = await in_thread(lambda stop: _unpushed_findings(server, folder, stop, progress))
    server.work.look(folder)
    bad = sorted({item["path"] for item in findings if item["severity"] in ("error", "warning")})
    message = "Nothing was found in what is staged."
    if bad:
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        message = f"{counted(len(bad), 'file')} to look at in what is staged: {', '.join(bad[:3])}{more}."
    late = sorted({item["path"] for item in unpushed if item["severity"] in ("error", "warning")})
    if late:
        message += f" In commits that were not pushed yet: {listed(late)}."
    return result(message, [folder / path for path in bad], findings=findings, unpushed=unpushed)


def _unpushed_findings(
    server: Server, folder: Path, stop: threading.Event, progress: Progress
) -> list[dict[str, Any]]:
    from ccds_ls.git.read import discover
    from ccds_ls.report.json import items
    from ccds_ls.unpushed import check_unpushed

    repository = discover(folder)
    if repository is None:
        return []

    def tell(done: int, total: int) -> None:
        progress.tell(f"{done} of {total} contents in commits that were not pushed yet", 100 * done // total)

    settings = server.session.settings
    told = check_unpushed(repository.cancellable(stop), server.whole_detector(), None, settings, tell)
    return items(told.located)


def staged_findings(server: Server, folder: Path) -> list[dict[str, Any]]:
    """What the guard finds in what is staged, as data."""
    from ccds_ls.collect import index_files

    view, _ = view_of(folder)
    return found_in(server, view, index_files(view, view.staged))


def view_of(folder: Path) -> tuple[View, Repository]:
    """What git says of a folder, and its repository. Raises GitError where there is none."""
    from ccds_ls.git.read import GitError, discover
    from ccds_ls.view import look

    repository = discover(folder)
    if repository is None:
        raise GitError(f"{folder} is not under git yet. The command 'ccds.git.init' puts it there.")
    return look(folder, repository), repository


def found_in(server: Server, view: View, files: Iterable[File]) -> list[dict[str, Any]]:
    """What the rules find in files, as data."""
    from ccds_ls.check import check
    from ccds_ls.collect import make_snapshot
    from ccds_ls.report.json import items

    snapshot = make_snapshot(view, files, server.session.settings)
    return items(check(snapshot, server.whole_detector()))


def refuse_errors(findings: list[dict[str, Any]], what: str) -> None:
    """Raise when there is an error among the findings; they come with the error, for the client to show."""
    errors = [item for item in findings if item["severity"] == "error"]
    if errors:
        first = errors[0]
        message = (
            f"{what} there is {counted(len(errors), 'error')} in it. "
            f"{first['path']}:{first['line']}: {first['message']}"
        )
        raise JsonRpcException(message, REQUEST_FAILED, {"findings": findings})


def listed(paths: Sequence[str]) -> str:
    """The first of some paths, and how many there are besides."""
    return ", ".join(paths[:SHOWN]) + more(len(paths)) if paths else "none"


def more(count: int) -> str:
    """How many are not shown of so many."""
    return f" and {count - SHOWN} more" if count > SHOWN else ""


COMMANDS = {
    "ccds.checkCommit": Command("Check the Coming Commit", InRoot, check_commit, "checklist"),
}
