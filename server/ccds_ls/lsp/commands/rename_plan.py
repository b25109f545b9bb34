"""A plan of renames: shown to the user, and carried out by the editor for what it shows, on disk for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ccds_ls.counted import counted
from ccds_ls.lsp.commands.base import Result, in_thread, result
from ccds_ls.lsp.rename import ANNOTATION, edit_parts, followed_by_git, shown_files, whole

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server
    from ccds_ls.naming.renaming import Plan

SHOWN_RENAMES = 20
"""How many renames of a plan a question lists."""


async def show_and_carry_out(server: Server, plan: Plan, folder: Path, apply: bool, nothing: str) -> Result:
    """Show a plan in the way that the client has, and carry it out when the user agrees; at once with ``apply``.

    ``nothing`` is said where there is nothing to rename.
    """
    facts = _facts(plan)
    left = (
        f" {len(plan.left)} can't be named without your help: {', '.join(plan.left[:3])}."
        if plan.left
        else ""
    )
    if not plan.moves:
        return result((left.strip() or nothing), **facts)
    client = server.session.client
    if not apply and client.apply_edit and client.change_annotations and client.rename_file:
        return result(await _renamed_in_preview(server, plan) + left, **facts)
    if apply or (client.show_message_request and await _agreed(server, plan)):
        done = await carry_out(server, plan, folder)
        return {**done, "message": done["message"] + left, **facts}
    lines = "\n".join(f"{old} -> {new.rpartition('/')[2]}" for old, new in plan.moves)
    return result(
        f"Nothing was renamed yet. With 'apply' this does {_renames(plan)}:\n{lines}\n{left}", **facts
    )


async def _renamed_in_preview(server: Server, plan: Plan) -> str:
    """Have the editor show the plan as an edit to agree to, and say what became of it."""
    will_rename = server.session.client.will_rename
    if will_rename:  # what follows from a rename it will ask for itself, at each
        plan = replace(plan, changes=())
    shown = {} if will_rename else shown_files(server.session)
    parts = list(edit_parts(server.session, plan, shown, annotation=ANNOTATION))
    applied = await _apply(server, whole(server.session, parts, ANNOTATION), ANNOTATION)
    # Some editors say that they applied an edit of which they did nothing; in others a person takes a part of it.
    moved = [move for move in plan.moves if not (plan.root / move[0]).exists()] if applied else []
    if not moved:
        return "Nothing was renamed."
    trouble = await _git_follows(server, plan.root, moved)
    return " ".join([f"The editor renamed {len(moved)} of {counted(len(plan.moves), 'file')}.", *trouble])


def _facts(plan: Plan) -> dict[str, Any]:
    moves = [{"old": old, "new": new} for old, new in plan.moves]
    return {"plan": moves, "references": [change.path for change in plan.changes], "left": list(plan.left)}


def _renames(plan: Plan) -> str:
    return counted(len(plan.moves), "rename") + (
        f" and changes in {counted(len(plan.changes), 'file')}" if plan.changes else ""
    )


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


async def carry_out(server: Server, plan: Plan, folder: Path) -> Result:
    """Do a plan in the editor, where it shows what is concerned and takes edits, and on disk."""
    from ccds_ls.naming import renaming

    rest = await _by_editor(server, plan)
    by_editor = [move for move in plan.moves if move not in rest.moves]
    unfollowed = await _git_follows(server, plan.root, by_editor) if by_editor else []
    paths, trouble = await in_thread(lambda _: renaming.carry_out(rest))
    paths = [plan.root / path for move in by_editor for path in move] + paths
    trouble = unfollowed + trouble
    server.work.look(folder)
    what = f"Renamed {_renamed(plan)}"
    also = f", and changed {counted(len(plan.changes), 'file')} for it" if plan.changes else ""
    undo = "; ".join(f"rename {new} back to {old.rpartition('/')[2]}" for old, new in reversed(plan.moves))
    return result(" ".join([f"{what}{also}.", *trouble]), paths, undo=undo)


def _renamed(plan: Plan) -> str:
    """The notebook that a plan renames, or how many, and how many files beside them follow."""
    names = [[path.rpartition("/")[2] for path in move] for move in plan.moves if move[0].endswith(".ipynb")]
    beside = len(plan.moves) - len(names)
    what = " to ".join(names[0]) if len(names) == 1 else counted(len(names), "notebook")
    it = "it" if len(names) == 1 else "them"
    return f"{what} and {counted(beside, 'file')} beside {it}" if beside else what
