"""Commands that carry a project through git. git's own words, hooks and configuration are the user's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    Command,
    InRoot,
    Progress,
    Result,
    argument,
    folder_of,
    in_thread,
    needed,
    result,
    result_of,
)

if TYPE_CHECKING:
    from ccds_ls.git.command import Done
    from ccds_ls.lsp.server import Server


@dataclass(frozen=True)
class Init:
    """The argument of ``ccds.git.init``."""

    root: str | None = argument("The project's folder, as a URI.")
    message: str = argument("The message of the first commit.", "chore: start of the project")
    force: bool = argument("Commit in spite of errors in what is staged.", False)


@dataclass(frozen=True)
class Stage:
    """The argument of ``ccds.git.stage``."""

    root: str | None = argument("The project's folder, as a URI.")
    paths: list[str] | None = argument("The files, relative to that folder; everything without it.")


@dataclass(frozen=True)
class Commit:
    """The argument of ``ccds.git.commit``."""

    message: str = needed("The commit message, such as 'feat: model training script added'.")
    root: str | None = argument("The project's folder, as a URI.")
    force: bool = argument("Commit in spite of errors in what is staged.", False)


@dataclass(frozen=True)
class AddRemote:
    """The argument of ``ccds.git.addRemote``."""

    url: str = needed("The address of the repository.")
    name: str = argument("What to call it here.", "origin")
    root: str | None = argument("The project's folder, as a URI.")


@dataclass(frozen=True)
class Clone:
    """The argument of ``ccds.git.clone``."""

    url: str = needed("The address of the repository.")
    name: str | None = argument("The name of the new folder; from the address without it.")
    root: str | None = argument("The folder, as a URI, in which the new folder is made.")


@dataclass(frozen=True)
class Branch:
    """The argument of ``ccds.git.createBranch``."""

    name: str = needed("The branch's name, such as 'initial-exploration'.")
    root: str | None = argument("The project's folder, as a URI.")


async def _act(server: Server, folder: Path, title: str, action: Callable[[threading.Event], Done]) -> Result:
    """Carry out one action of git with a progress bar, then look at what it changed."""
    async with Progress(server, title):
        done = await in_thread(action)
    server.session.forget_roots()
    server.work.look(folder)
    return result_of(done)


async def init(server: Server, given: Init) -> Result:
    """git init on main, add, first commit; stops before the commit when the guard finds an error."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)

    def guard() -> None:
        if not given.force:
            _refuse_errors(
                _staged_findings(server, folder), "The repository was made and everything is staged, but"
            )

    return await _act(
        server, folder, "git init", lambda _: act.init(folder, message=given.message, before_commit=guard)
    )


async def stage(server: Server, given: Stage) -> Result:
    """Stage files and say what the guard finds in them."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    paths = [folder / path for path in given.paths] if given.paths is not None else None
    async with Progress(server, "git add"):
        done = await in_thread(lambda _: act.stage(folder, paths))
        findings = await in_thread(lambda _: _staged_findings(server, folder))
    server.work.look(folder)
    return result_of(done, findings=findings)


async def commit(server: Server, given: Commit) -> Result:
    """Commit what is staged, unless the guard finds an error in it."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    async with Progress(server, "git commit") as progress:
        progress.tell("Checking what is staged")
        findings = await in_thread(lambda _: _staged_findings(server, folder))
        if not given.force:
            _refuse_errors(findings, "Nothing was committed:")
        progress.tell("Committing")
        done = await in_thread(lambda _: act.commit(folder, given.message))
    server.work.look(folder)
    return result_of(done, findings=findings)


async def check_commit(server: Server, given: InRoot) -> Result:
    """Check what is staged and say what was found."""
    folder = folder_of(server, given.root)
    async with Progress(server, "Checking the coming commit"):
        findings = await in_thread(lambda _: _staged_findings(server, folder))
    server.work.look(folder)
    bad = sorted({item["path"] for item in findings if item["severity"] in ("error", "warning")})
    message = "Nothing was found in what is staged."
    if bad:
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        message = f"{_count(len(bad), 'file')} to look at in what is staged: {', '.join(bad[:3])}{more}."
    return result(message, [folder / path for path in bad], findings=findings)


async def add_remote(server: Server, given: AddRemote) -> Result:
    """Add the address of a remote repository."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    return await _act(
        server, folder, "git remote add", lambda _: act.add_remote(folder, given.url, name=given.name)
    )


async def push(server: Server, given: InRoot) -> Result:
    """Send the branch, setting its upstream when it has none."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    async with Progress(server, "git push") as bar:
        return result_of(await in_thread(lambda stop: act.push(folder, progress=bar.tell, cancelled=stop)))


async def pull(server: Server, given: InRoot) -> Result:
    """Take over what the upstream has, by fast-forward alone."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    async with Progress(server, "git pull") as bar:
        done = await in_thread(lambda stop: act.pull(folder, progress=bar.tell, cancelled=stop))
    server.work.look(folder)
    return result_of(done)


async def clone(server: Server, given: Clone) -> Result:
    """Fetch a whole repository into a new folder."""
    from ccds_ls.git import act

    parent = folder_of(server, given.root)
    last = given.url.rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")
    target = parent / Path(given.name or last or "clone").name
    async with Progress(server, "git clone") as bar:
        done = await in_thread(lambda stop: act.clone(given.url, target, progress=bar.tell, cancelled=stop))
    return result_of(done)


async def create_branch(server: Server, given: Branch) -> Result:
    """Make a branch and switch to it."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    return await _act(server, folder, "git switch", lambda _: act.create_branch(folder, given.name))


async def install_hook(server: Server, given: InRoot) -> Result:
    """Install the pre-commit hook beside whatever hook is there."""
    from ccds_ls.git import hook

    folder = folder_of(server, given.root)
    return result_of(await in_thread(lambda _: hook.install(folder)))


def _staged_findings(server: Server, folder: Path) -> list[dict[str, Any]]:
    from ccds_ls.check import check
    from ccds_ls.collect import index_files, look, make_snapshot
    from ccds_ls.git.read import GitError, discover
    from ccds_ls.report.json import items

    view = look(folder, discover(folder))
    if view.repository is None:
        raise GitError(f"{folder} is not under git yet. The command 'ccds.git.init' puts it there.")
    snapshot = make_snapshot(view, index_files(view, view.staged), server.session.settings)
    return items(check(snapshot, server.session.detector))


def _refuse_errors(findings: list[dict[str, Any]], what: str) -> None:
    """Raise when there is an error among the findings; they come with the error, for the client to show."""
    errors = [item for item in findings if item["severity"] == "error"]
    if errors:
        first = errors[0]
        message = (
            f"{what} there is {_count(len(errors), 'error')} in it. "
            f"{first['path']}:{first['line']}: {first['message']}"
        )
        raise JsonRpcException(message, REQUEST_FAILED, {"findings": findings})


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


COMMANDS = {
    "ccds.checkCommit": Command("Check the Coming Commit", InRoot, check_commit, "checklist"),
    "ccds.installHook": Command("Install the Commit Hook", InRoot, install_hook, "shield"),
    "ccds.git.init": Command("Git: Initialise with a First Commit", Init, init, "repo"),
    "ccds.git.stage": Command("Git: Stage Changes", Stage, stage, "add"),
    "ccds.git.commit": Command("Git: Commit What Is Staged…", Commit, commit, "git-commit"),
    "ccds.git.addRemote": Command("Git: Add a Remote…", AddRemote, add_remote, "remote"),
    "ccds.git.push": Command("Git: Push", InRoot, push, "repo-push"),
    "ccds.git.pull": Command("Git: Pull (Fast-Forward)", InRoot, pull, "repo-pull"),
    "ccds.git.clone": Command("Git: Clone…", Clone, clone, "repo-clone", "anywhere"),
    "ccds.git.createBranch": Command("Git: Create a Branch…", Branch, create_branch, "git-branch"),
}
