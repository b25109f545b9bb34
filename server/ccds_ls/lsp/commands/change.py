"""Commands that change a project or a folder with work in it: adopting the layout, and updating from the template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
    FORCE_PAIR,
    ROOT,
    Command,
    Progress,
    Result,
    argument,
    folder_of,
    in_thread,
    result,
    result_of,
)

if TYPE_CHECKING:
    from ccds_ls.git.command import Done
    from ccds_ls.lsp.server import Server
    from ccds_ls.scaffold.plan import Plan

YES = "Adopt"


@dataclass(frozen=True)
class AdoptProject:
    """The argument of ``ccds.adoptProject``."""

    root: str | None = argument("The folder that has work in it, as a URI.")
    answers: dict[str, Any] = argument("Answers that go before what the folder itself says.", {})
    force_combination: bool = argument(FORCE_PAIR, False)
    describe: bool = argument("Change nothing; return the plan.", False)
    confirmed: bool = argument("The plan has been shown and agreed to; don't ask.", False)
    undo: bool = argument("Remove what adopting created, as far as nobody has changed it since.", False)


@dataclass(frozen=True)
class UpdateProject:
    """The argument of ``ccds.updateProject``."""

    root: str | None = argument(ROOT)
    answers: dict[str, Any] = argument(
        "The answers that change; the others are as the project keeps them.", {}
    )
    force_combination: bool = argument(FORCE_PAIR, False)


async def adopt_project(server: Server, given: AdoptProject) -> Result:
    """Show what adopting would do, and do it after a yes: create what is missing, overwrite nothing."""
    from ccds_ls.scaffold.answers import AnswerError
    from ccds_ls.scaffold.created import undo
    from ccds_ls.scaffold.plan import plan

    folder = folder_of(server, given.root)
    if given.undo:
        return await _changed(server, "Taking the layout back", lambda: undo(folder))
    try:
        chosen = await in_thread(lambda _: plan(folder, given.answers, given.force_combination))
    except AnswerError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    told = {"create": chosen.create, "keep": chosen.keep, "differ": chosen.differ, "left": dict(chosen.left)}
    if given.describe:
        return result(chosen.text(), plan=told)
    agreed = (
        given.confirmed or not chosen.has_work or await server.ask(chosen.question(), YES, "Cancel") == YES
    )
    if not agreed:
        return result(f"Nothing was changed.\n{chosen.text()}", plan=told)
    return await _changed(server, "Adopting CCDS", lambda: _adopted(server, chosen), plan=told)


def _adopted(server: Server, chosen: Plan) -> Done:
    """The layout, and the findings that stand accepted."""
    from ccds_ls.scaffold.adopt import adopt, start_quiet

    done = adopt(chosen)
    told = start_quiet(chosen.folder, done, server.whole_detector(), server.session.settings)
    return replace(done, message=f"{done.message} {told}".strip())


async def _changed(
    server: Server,
    title: str,
    action: Callable[[], Done],
    **more: Any,  # noqa: ANN401 - any plain data
) -> Result:
    async with Progress(server, title):
        done = await in_thread(lambda _: action())
    server.session.folders.forget()
    server.work.everything()
    return result_of(done, **more)


async def update_project(server: Server, given: UpdateProject) -> Result:
    """Render the project again and merge what that changes; conflicts are marked in the files."""
    from ccds_ls.scaffold.answers import AnswerError
    from ccds_ls.scaffold.update import update

    folder = folder_of(server, given.root)
    try:
        async with Progress(server, "Updating the project"):
            updated = await in_thread(lambda _: update(folder, given.answers, given.force_combination))
    except AnswerError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    server.work.look(folder)
    return result_of(updated.done, changed=updated.merged.changed, conflicts=updated.merged.conflicts)


COMMANDS = {
    "ccds.adoptProject": Command("Adopt CCDS in This Folder…", AdoptProject, adopt_project, "folder-library"),
    "ccds.updateProject": Command(
        "Update the Project from the Template", UpdateProject, update_project, "sync"
    ),
}
