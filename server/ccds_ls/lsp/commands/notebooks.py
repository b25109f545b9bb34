"""Commands about notebooks as files: a new one, one renamed, all of them renamed, a phase numbered anew."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
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
from ccds_ls.lsp.rename import (
    ANNOTATION,
    edit_parts,
    followed_by_git,
    shown_files,
    text_in,
    was_renamed,
    whole,
)
from ccds_ls.lsp.to_proto import uri_of

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server
    from ccds_ls.naming.renaming import Plan

SHOWN_RENAMES = 20
"""How many renames of a plan a question lists."""


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
    return await _carry_out(server, plan, path.parent)


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
    return await _after_a_look(server, plan, folder, given.apply, "Every notebook is well named.")


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
    return await _after_a_look(server, plan, folder, given.apply, "There is no gap in the numbers.")


async def _planned(server: Server, make: Callable[[], Plan]) -> Plan:
    async with Progress(server, "Looking for what names the notebooks"):
        return await in_thread(lambda _: make())


async def _after_a_look(server: Server, plan: Plan, folder: Path, apply: bool, nothing: str) -> Result:
    """Show a plan in the way that the client has, and carry it out when the user agrees."""
    facts = _facts(plan)
    left = (
        f" {len(plan.left)} can't be named without your help: {', '.join(plan.left[:3])}."
        if plan.left
        else ""
    )
    if not plan.moves:
        return result((left.strip() or nothing), **facts)
    if apply:
        done = await _carry_out(server, plan, folder)
        return {**done, "message": done["message"] + left, **facts}
    client = server.session.client
    if client.apply_edit and client.change_annotations and client.rename_file:
        if client.will_rename:  # what follows from a rename it will ask for itself, at each
            plan = replace(plan, changes=())
        shown = {} if client.will_rename else shown_files(server.session)
        edit = whole(
            server.session, list(edit_parts(server.session, plan, shown, annotation=ANNOTATION)), ANNOTATION
        )
        applied = await _apply(server, edit, ANNOTATION)
        # Some editors say that they applied an edit of which they did nothing; in others a person takes a part of it.
        moved = [move for move in plan.moves if not (plan.root / move[0]).exists()] if applied else []
        said = "Nothing was renamed."
        if moved:
            trouble = await _git_follows(server, plan.root, moved)
            said = " ".join(
                [f"The editor renamed {len(moved)} of {_count(len(plan.moves), 'file')}.", *trouble]
            )
        return result(said + left, **facts)
    if client.show_message_request and await _agreed(server, plan):
        done = await _carry_out(server, plan, folder)
        return {**done, "message": done["message"] + left, **facts}
    lines = "\n".join(f"{old} -> {new.rpartition('/')[2]}" for old, new in plan.moves)
    return result(
        f"Nothing was renamed yet. With 'apply' this does {_renames(plan)}:\n{lines}\n{left}", **facts
    )


def _facts(plan: Plan) -> dict[str, Any]:
    moves = [{"old": old, "new": new} for old, new in plan.moves]
    return {"plan": moves, "references": [change.path for change in plan.changes], "left": list(plan.left)}


def _renames(plan: Plan) -> str:
    return _count(len(plan.moves), "rename") + (
        f" and changes in {_count(len(plan.changes), 'file')}" if plan.changes else ""
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


async def _agreed(server: Server, plan: Plan) -> bool:
    lines = [f"{old} -> {new.rpartition('/')[2]}" for old, new in plan.moves[:SHOWN_RENAMES]]
    if len(plan.moves) > SHOWN_RENAMES:
        lines.append(f"and {len(plan.moves) - SHOWN_RENAMES} more")
    question = "\n".join([f"ccds-ls: this does {_renames(plan)}:", *lines])
    options = [types.MessageActionItem("Rename"), types.MessageActionItem("Cancel")]
    asked = types.ShowMessageRequestParams(types.MessageType.Info, question, options)
    try:
        answer = await server.window_show_message_request_async(asked)
    except JsonRpcException:
        return False
    return answer is not None and answer.title == "Rename"


async def _apply(server: Server, edit: types.WorkspaceEdit, label: str) -> bool:
    try:
        done = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))
    except JsonRpcException:
        return False
    return done.applied


async def _git_follows(server: Server, root: Path, moves: Iterable[tuple[str, str]]) -> list[str]:
    """Have git's index follow what the editor renamed; what went wrong, in a sentence."""
    try:
        await followed_by_git(server, {root / old: root / new for old, new in moves})
    except JsonRpcException as error:
        return [error.message]
    return []


async def _by_editor(server: Server, plan: Plan) -> Plan:
    """Have the editor do its part of a plan: what it shows is changed and renamed there. What is left to do."""
    client, shown = server.session.client, shown_files(server.session)
    if not client.apply_edit:
        return plan
    is_shown = any(str(plan.root / old) in shown for old, _ in plan.moves)
    moves = plan.moves if client.rename_file and is_shown else ()
    follows = bool(moves) and client.will_rename  # it asks for what follows from a rename
    is_open = [change for change in plan.changes if str(plan.root / change.path) in shown and not follows]
    part = replace(plan, changes=tuple(is_open), moves=moves)
    parts = list(edit_parts(server.session, part, {} if follows else shown))
    if not parts or not await _apply(server, whole(server.session, parts), "Follow the rename"):
        return plan
    # Some editors answer that they renamed a file and did nothing.
    left = [(old, new) for old, new in plan.moves if (plan.root / old).exists()]
    changes = [change for change in plan.changes if change not in is_open and (left or not follows)]
    return replace(plan, changes=tuple(changes), moves=tuple(left))


async def _carry_out(server: Server, plan: Plan, folder: Path) -> Result:
    """Do a plan in the editor, where it shows what is concerned and takes edits, and on disk."""
    from ccds_ls.naming.renaming import carry_out

    rest = await _by_editor(server, plan)
    by_editor = [move for move in plan.moves if move not in rest.moves]
    unfollowed = await _git_follows(server, plan.root, by_editor) if by_editor else []
    paths, trouble = await in_thread(lambda _: carry_out(rest))
    paths = [plan.root / path for move in by_editor for path in move] + paths
    trouble = unfollowed + trouble
    server.work.look(folder)
    what = f"Renamed {_renamed(plan)}"
    also = f", and changed {_count(len(plan.changes), 'file')} for it" if plan.changes else ""
    undo = "; ".join(f"rename {new} back to {old.rpartition('/')[2]}" for old, new in reversed(plan.moves))
    return result(" ".join([f"{what}{also}.", *trouble]), paths, undo=undo)


def _renamed(plan: Plan) -> str:
    """The notebook that a plan renames, or how many, and how many files beside them follow."""
    names = [[path.rpartition("/")[2] for path in move] for move in plan.moves if move[0].endswith(".ipynb")]
    beside = len(plan.moves) - len(names)
    what = " to ".join(names[0]) if len(names) == 1 else _count(len(names), "notebook")
    it = "it" if len(names) == 1 else "them"
    return f"{what} and {_count(beside, 'file')} beside {it}" if beside else what


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
