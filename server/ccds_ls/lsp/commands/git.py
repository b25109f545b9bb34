"""Commands that carry a project through git. git's own words, hooks and configuration are the user's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.lsp.commands.base import (
    FORCE_COMMIT,
    ROOT,
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
from ccds_ls.lsp.commands.guard import refuse_errors, staged_findings

if TYPE_CHECKING:
    from ccds_ls.git.command import Done
    from ccds_ls.lsp.server import Server


@dataclass(frozen=True)
class Init:
    """The argument of ``ccds.git.init``."""

    root: str | None = argument(ROOT)
    message: str = argument("The message of the first commit.", "chore: start of the project")
    force: bool = argument(FORCE_COMMIT, False)


@dataclass(frozen=True)
class AddRemote:
    """The argument of ``ccds.git.addRemote``."""

    url: str = needed("The address of the repository.")
    name: str = argument("What to call it here.", "origin")
    root: str | None = argument(ROOT)


@dataclass(frozen=True)
class Clone:
    """The argument of ``ccds.git.clone``."""

    url: str = needed("The address of the repository.")
    name: str | None = argument("The name of the new folder; from the address without it.")
    root: str | None = argument("The folder, as a URI, in which the new folder is made.")


@dataclass(frozen=True)
class Branch:
    """The argument of ``ccds.git.createBranch``."""

    name: str = needed("The branch's name, such as 'initial-exploration'; one is proposed when it is empty.")
    root: str | None = argument(ROOT)


async def _act(server: Server, folder: Path, title: str, action: Callable[[threading.Event], Done]) -> Result:
    """Carry out one action of git with a progress bar, then look at what it changed."""
    async with Progress(server, title):
        done = await in_thread(action)
    server.session.folders.forget()
    server.work.look(folder)
    return result_of(done)


async def init(server: Server, given: Init) -> Result:
    """git init on main, add, first commit; stops before the commit when the guard finds an error."""
    from ccds_ls.git import act
    from ccds_ls.scaffold.update import keep_base

    folder = folder_of(server, given.root)

    def guard() -> None:
        if not given.force:
            refuse_errors(
                staged_findings(server, folder), "The repository was made and everything is staged, but"
            )

    def made(_: threading.Event) -> Done:
        done = act.init(folder, message=given.message, before_commit=guard)
        keep_base(folder)
        return done

    return await _act(server, folder, "git init", made)


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
    """Make a branch and switch to it; where the name is empty, propose one by what has changed."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    name = given.name
    if not name.strip():
        proposed = await in_thread(lambda _: _proposed(folder))
        if (
            await server.ask(f"Make the branch {proposed!r} and switch to it?", "Make it", "Cancel")
            != "Make it"
        ):
            message = f"No branch was made. A name for it would be {proposed!r}: give it as 'name'."
            return result(message, name=proposed)
        name = proposed
    return await _act(server, folder, "git switch", lambda _: act.create_branch(folder, name))


def _proposed(folder: Path) -> str:
    from ccds_ls.branch_name import suggested
    from ccds_ls.git import act, read

    repository = act.opened(folder)
    changed = [*(entry.path for entry in read.staged(repository)), *read.would_add(repository)]
    return suggested(changed, read.branches(repository))


async def install_hook(server: Server, given: InRoot) -> Result:
    """Install the pre-commit hook beside whatever hook is there."""
    from ccds_ls.git import hook

    folder = folder_of(server, given.root)
    return result_of(await in_thread(lambda _: hook.install(folder)))


COMMANDS = {
    "ccds.installHook": Command("Install the Commit Hook", InRoot, install_hook, "shield"),
    "ccds.git.init": Command("Git: Initialise with a First Commit", Init, init, "repo"),
    "ccds.git.addRemote": Command("Git: Add a Remote…", AddRemote, add_remote, "remote"),
    "ccds.git.push": Command("Git: Push", InRoot, push, "repo-push"),
    "ccds.git.pull": Command("Git: Pull (Fast-Forward)", InRoot, pull, "repo-pull"),
    "ccds.git.clone": Command("Git: Clone…", Clone, clone, "repo-clone", "anywhere"),
    "ccds.git.createBranch": Command("Git: Create a Branch…", Branch, create_branch, "git-branch"),
}
