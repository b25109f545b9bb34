"""Commands about notebooks as files: a new one, one renamed, all of them renamed, a phase numbered anew."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    ROOT,
    Command,
    NoArgument,
    Progress,
    Result,
    argument,
    file_of,
    folder_of,
    in_thread,
    needed,
    result,
    show,
)
from ccds_ls.lsp.commands.notebook_settings import ask_initials, keep_initials
from ccds_ls.lsp.commands.rename_plan import carry_out, show_and_carry_out
from ccds_ls.lsp.rename import (
    followed_by_git,
    shown_files,
    text_in,
    was_renamed,
)
from ccds_ls.lsp.to_proto import uri_of

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server
    from ccds_ls.naming.renaming import Plan


@dataclass(frozen=True)
class Rename:
    """The argument of ``ccds.renameNotebook``."""

    uri: str = needed("The notebook, as a URI.")
    new_name: str = needed("Its new file name; empty for the proposed one.", starts_as="uri")


@dataclass(frozen=True)
class RenameAll:
    """The argument of ``ccds.renameAllNotebooks``."""

    root: str | None = argument(ROOT)
    apply: bool = argument("Rename without asking; else the plan is shown first.", False)


@dataclass(frozen=True)
class Renumber:
    """The argument of ``ccds.renumberNotebooks``."""

    phase: int | None = argument("The phase, 0 to 9; without it the whole numbers of the folder are meant.")
    root: str | None = argument("The project's folder, or a notebook folder in it, as a URI.")
    apply: bool = argument("Rename without asking; else the plan is shown first.", False)


@dataclass(frozen=True)
class NewNotebook:
    """The argument of ``ccds.newNotebook``."""

    description: str = needed("A few words on what the notebook is about.")
    phase: int | None = argument("The phase, 0 to 4; from the description without it.")
    root: str | None = argument("The project's folder, or a notebook folder in it, as a URI.")


async def rename_notebook(server: Server, given: Rename) -> Result:
    """Rename a notebook on disk, with git where git tracks it, and what names it; never over another file."""
    from ccds_ls.naming.plans import NoName, alike, proposal
    from ccds_ls.naming.renaming import plan_moves

    path = file_of(given.uri)
    new = given.new_name
    if not new:
        try:
            target = await in_thread(lambda _: proposal(path))
        except NoName as error:
            raise JsonRpcException(f"{path.name}: {error}", REQUEST_FAILED) from error
        if target is None:
            return result(f"The name {path.name} is fine.")
        new = target.name
    if Path(new).name != new or not new.endswith(".ipynb"):
        raise JsonRpcInvalidParams(f"'{new}' is not the file name of a notebook.")
    if other := await in_thread(lambda _: alike(path, new)):
        raise JsonRpcException(
            f"Nothing was renamed: {other} is there, which is the same file as {new} on Windows and macOS.",
            REQUEST_FAILED,
        )
    shown = shown_files(server.session)
    plan = await in_thread(lambda _: plan_moves({path: path.with_name(new)}, text_in(shown)))
    if plan is None or not plan.moves:
        return result(f"The name is {new} already.")
    return await carry_out(server, plan, path.parent)


async def follow_rename(server: Server, _: NoArgument) -> Result:
    """After a fix that had the editor rename a notebook: git's index follows, where git tracks it."""
    moves = {old: new for old, new in server.offered.items() if was_renamed(old, new)}
    for old in moves:
        del server.offered[old]
    followed = await followed_by_git(server, moves)
    if not followed:
        return result("")  # Nothing to tell: git does not know the file, or the editor did not rename it.
    undo = "; ".join(f"git mv {shlex.join(pair[::-1])}" for pair in followed)
    old_name, new_name = followed[0]
    told = f"Renamed {old_name} to {new_name}; git has the rename staged."
    return result(told, [path for move in moves.items() for path in move], undo=undo)


async def rename_all(server: Server, given: RenameAll) -> Result:
    """Rename every notebook of a project to the convention, once the user has seen what that means."""
    from ccds_ls.naming.plans import plan_all

    folder, settings, shown = (
        folder_of(server, given.root),
        server.session.settings,
        shown_files(server.session),
    )
    plan = await _planned(server, lambda: plan_all(folder, settings, text_in(shown)))
    names = [new for _, new in plan.moves]
    if not given.apply and await _asked_initials(server, folder, names, is_left=bool(plan.left)):
        plan = await _planned(server, lambda: plan_all(folder, settings, text_in(shown)))
    return await show_and_carry_out(server, plan, folder, given.apply, "Every notebook is well named.")


async def renumber(server: Server, given: Renumber) -> Result:
    """Number the notebooks of a phase anew, without gaps and in their order."""
    from ccds_ls.naming.plans import plan_numbers

    if given.phase is not None and not 0 <= given.phase <= 9:
        raise JsonRpcInvalidParams("A phase is one digit, 0 to 9.")
    folder, settings, shown = (
        folder_of(server, given.root),
        server.session.settings,
        shown_files(server.session),
    )
    plan = await _planned(server, lambda: plan_numbers(folder, given.phase, settings, text_in(shown)))
    return await show_and_carry_out(server, plan, folder, given.apply, "There is no gap in the numbers.")


async def _asked_initials(server: Server, folder: Path, names: list[str], *, is_left: bool) -> bool:
    """Ask for this user's initials where proposed names hold a guess or lack them, and keep them; whether it did."""
    from ccds_ls.naming.new import author

    guess, is_certain = await in_thread(lambda _: author(folder, server.session.settings))
    guessed = any(f"-{guess}-" in name for name in names) if guess else is_left
    if is_certain or not guessed or not (initials := await ask_initials(server, folder)):
        return False
    await keep_initials(server, folder, initials)
    return True


async def _planned(server: Server, make: Callable[[], Plan]) -> Plan:
    async with Progress(server, "Looking for what names the notebooks"):
        return await in_thread(lambda _: make())


async def new_notebook(server: Server, given: NewNotebook) -> Result:
    """Make the next well-named notebook of a phase, and show it."""
    from ccds_ls.naming.new import NotebookError, author, make

    folder = folder_of(server, given.root)
    settings = server.session.settings
    certain = (await in_thread(lambda _: author(folder, settings)))[1]
    if not certain and (initials := await ask_initials(server, folder)):
        await keep_initials(server, folder, initials)
    try:
        path = await in_thread(lambda _: make(folder, given.description, given.phase, settings))
    except NotebookError as error:
        raise JsonRpcException(str(error), REQUEST_FAILED) from error
    server.work.look(folder)
    server.start(show(server, path))
    return result(f"Made {path.name}.", [path], uri=uri_of(path), undo=f"Delete {path}.")


COMMANDS = {
    "ccds.newNotebook": Command("New Notebook…", NewNotebook, new_notebook, "new-file"),
    "ccds.renameNotebook": Command("Rename This Notebook…", Rename, rename_notebook, "edit", "notebook"),
    "ccds.followRename": Command(
        "Have Git Follow a Rename", NoArgument, follow_rename, "git-commit", "nowhere"
    ),
    "ccds.renameAllNotebooks": Command("Rename All Notebooks…", RenameAll, rename_all, "replace-all"),
    "ccds.renumberNotebooks": Command(
        "Number the Notebooks of a Phase Anew…", Renumber, renumber, "list-ordered"
    ),
}
