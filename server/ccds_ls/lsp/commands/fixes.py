"""Fixes that are more than an edit: they look at the file again, prepare something on disk, then edit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcException

from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    Command,
    NoArgument,
    OneFile,
    Result,
    argument,
    file_of,
    in_thread,
    needed,
    result,
    result_of,
)
from ccds_ls.lsp.to_proto import Target, workspace_edit

if TYPE_CHECKING:
    from ccds_ls.env_move import InEnv
    from ccds_ls.finding import TextEdit
    from ccds_ls.git.command import Done
    from ccds_ls.lsp.server import Server
    from ccds_ls.lsp.standing import Overlay
    from ccds_ls.snapshot import File


@dataclass(frozen=True)
class OneSecret:
    """The argument of ``ccds.moveSecretToEnv``."""

    uri: str = needed("The Python file or notebook, as a URI.")
    fingerprint: str = needed("The finding's fingerprint.")


@dataclass(frozen=True)
class Strip:
    """The argument of ``ccds.stripOutputs``."""

    uri: str = needed("The notebook, as a URI.")
    cell: int | None = argument("The cell, counted from 1 over all cells; every cell without it.")
    staged: bool = argument("Change what is staged, and leave the file as it is.", False)
    renumber: bool = argument("Keep the outputs, and number the counts in the order of the cells.", False)


@dataclass(frozen=True)
class Looked:
    """A file as it is now, in the editor or on disk, and where it is."""

    path: Path
    root: Path
    file: File
    overlay: Overlay | None


async def move_secret(server: Server, given: OneSecret) -> Result:
    """Put a secret's value into .env, which git ignores, and have the code read it from the environment."""
    from ccds_ls.env_move import put_in_env

    path, session = file_of(given.uri), server.session
    overlay = session.overlays.get(str(path))

    def prepare() -> tuple[Looked, InEnv]:
        looked = _look(path, overlay)
        return looked, put_in_env(
            looked.root, looked.file, given.fingerprint, session.detector, session.settings
        )

    looked, done = await in_thread(lambda _: prepare())
    kept = f"{', '.join(done.names)} is in {done.env}" if done.names else f"{done.env} had it already"
    try:
        await _apply(server, looked, done.edits)
    except JsonRpcException as error:
        raise JsonRpcException(f"{error.message} {kept}, and stays there.", error.code) from error
    finally:
        server.work.look(path.parent)
    return result(
        f"{kept}, which no commit takes; {path.name} reads it from there (with python-dotenv).{_left(path, done)}"
        " If the secret was ever pushed or shared, revoke it first of all. What is staged or committed"
        " still holds it.",
        [path, done.env, *done.ignoring],
        undo=f"Undo the edit of {path.name}, and remove the line from {done.env}.",
    )


def _left(path: Path, done: InEnv) -> str:
    """Where the file has the secret still, for people."""
    if not done.elsewhere:
        return ""
    return f" {path.name} has it still outside of code, perhaps in an output: clear that as well."


async def strip_outputs(server: Server, given: Strip) -> Result:
    """Clear the outputs and execution counts of a notebook, in the file or in what is staged of it."""
    path = file_of(given.uri)
    where = f"cell {given.cell}" if given.cell is not None else "all cells"
    if given.staged:
        from ccds_ls.git.restage import restage

        what = f"Cleared the outputs of {where} in what is staged of {path.name}."
        done = await in_thread(lambda _: restage(path, lambda data: _stripped(path, data, given.cell), what))
        server.work.look(path.parent)
        return result_of(done)
    overlay = server.session.overlays.get(str(path))
    looked, edits = await in_thread(lambda _: _outputs(path, overlay, given.cell, renumber=given.renumber))
    await _apply(server, looked, edits)
    server.work.look(path.parent)
    if given.renumber:
        return result(
            f"Renumbered the execution counts of {path.name}.", [path], undo="Run the notebook again."
        )
    undo = f"Run {where} again" + ("." if looked.overlay is None else ", or undo it in the editor.")
    return result(f"Cleared the outputs of {where} of {path.name}.", [path], undo=undo)


def _stripped(path: Path, data: bytes, cell: int | None) -> bytes | None:
    """A notebook's bytes without outputs; None where there are none."""
    from ccds_ls.collect import decode
    from ccds_ls.edits import edited
    from ccds_ls.finding import State
    from ccds_ls.snapshot import File, Origin

    file = File(path.name, Origin.INDEX, State.STAGED, len(data), text=decode(data))
    edits = _clearing(file, cell)
    return edited(data, file, edits) if edits else None


def _clearing(file: File, cell: int | None, *, renumber: bool = False) -> tuple[TextEdit, ...]:
    from ccds_ls.finding import TextEdit
    from ccds_ls.git.act import ActError
    from ccds_ls.notebook.cell_findings import clear_outputs, renumber_counts

    if file.notebook is None or file.notebook.problem:
        raise ActError(f"Nothing was changed: {file.name} is not a notebook that can be read.")
    cells = [each for each in file.notebook.cells if cell in (None, each.number)]
    run = [each for each in cells if each.execution_count is not None]
    fixes = renumber_counts(file, "", run) if renumber else clear_outputs(file, "", cells)
    return tuple(edit for fix in fixes for edit in fix.edits if isinstance(edit, TextEdit))


def _outputs(
    path: Path, overlay: Overlay | None, cell: int | None, *, renumber: bool = False
) -> tuple[Looked, tuple[TextEdit, ...]]:
    """The edits that clear outputs or renumber: of an editor's text, else of the file, which it reads anew."""
    from ccds_ls.git.act import ActError

    if overlay is not None and overlay.text is None and overlay.notebook is not None:
        looked = _look(path, None)
        saved = looked.file.notebook.cells if looked.file.notebook else ()
        if [each.source for each in saved] != [each.source for each in overlay.notebook.cells]:
            raise ActError(f"Nothing was changed: save {path.name} first; outputs are cleared in the file.")
    else:
        looked = _look(path, overlay)
    edits = _clearing(looked.file, cell, renumber=renumber)
    if not edits:
        raise ActError(f"Nothing was changed: there are no outputs in {path.name}.")
    return looked, edits


def _look(path: Path, overlay: Overlay | None) -> Looked:
    """The file as the editor shows it, else as it is on disk. Raises ActError for what can't be read as text."""
    from ccds_ls.collect import overlay_file, worktree_file
    from ccds_ls.git.act import ActError
    from ccds_ls.git.read import discover
    from ccds_ls.view import View

    repository = discover(path.parent)
    root = repository.top if repository else path.parent
    relative = (repository.relative(path) if repository else None) or path.name
    view = View(root, repository)
    if overlay is not None:
        found: File | None = overlay_file(view, relative, overlay.text, overlay.notebook, ignored=False)
    else:
        found = worktree_file(view, relative)
    if found is None or (found.text is None and found.cells is None):
        raise ActError(f"Nothing was changed: {path} can't be read as text.")
    return Looked(path, root, found, overlay)


async def _apply(server: Server, looked: Looked, edits: tuple[TextEdit, ...]) -> None:
    """Make edits in the editor where it shows the file, else on disk. Raises when neither was possible."""
    from lsprotocol import types

    from ccds_ls.edits import write_edits
    from ccds_ls.finding import Fix

    overlay, client = looked.overlay, server.session.client
    if overlay is not None and client.apply_edit:
        target = Target(looked.root, looked.file, overlay.uri, overlay.cell_uris, overlay.versions)
        edit = workspace_edit(Fix("", edits), target, client)
        if edit is not None and server.session.overlays.get(str(looked.path)) is overlay:
            answer = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, "ccds-ls"))
            if answer and answer.applied:
                return
        raise JsonRpcException(f"The editor did not change {looked.path.name}; try again.", REQUEST_FAILED)
    done = looked.file.cells is None and await in_thread(
        lambda _: write_edits(looked.path, looked.file, edits)
    )
    if not done:
        what = "save it first" if overlay is not None else "it changed meanwhile; try again"
        if looked.file.head.startswith((b"\xff\xfe", b"\xfe\xff")):
            what = "it is in UTF-16, which Jupyter does not read; save it in UTF-8"
        raise JsonRpcException(f"{looked.path.name} was not changed: {what}.", REQUEST_FAILED)


async def move_to_raw(server: Server, given: OneFile) -> Result:
    """Move a data file to data/raw, which git ignores, and out of the coming commit."""
    from ccds_ls.git.elsewhere import move_to_raw

    path = file_of(given.uri)

    def work() -> Done:
        from ccds_ls.git.command import opened
        from ccds_ls.project import find_projects, nearest

        repository = opened(path.parent)
        relative = repository.relative(path) or path.name
        project = nearest(find_projects(repository.top, [relative], server.session.settings), relative)
        data = next(iter(project.config.data_folders), "data")
        return move_to_raw(path, repository.top / project.root / data / "raw")

    done = await in_thread(lambda _: work())
    server.work.look(path.parent)
    return result_of(done)


async def track_with_lfs(server: Server, given: OneFile) -> Result:
    """Have Git LFS keep a file, and stage its pointer."""
    from ccds_ls.git.elsewhere import track_with_lfs

    path = file_of(given.uri)
    done = await in_thread(lambda _: track_with_lfs(path))
    server.work.look(path.parent)
    return result_of(done)


async def track_with_dvc(server: Server, given: OneFile) -> Result:
    """Have DVC keep a file, and stage its pointer."""
    from ccds_ls.git.elsewhere import track_with_dvc

    path = file_of(given.uri)
    done = await in_thread(lambda _: track_with_dvc(path))
    server.work.look(path.parent)
    return result_of(done)


async def pause(server: Server, _: NoArgument) -> Result:
    """Check nothing and show nothing until resumed; the hook and the command line go on."""
    server.pause()
    return result("Paused: nothing is checked in this editor until you resume. The commit hook goes on.")


async def resume(server: Server, _: NoArgument) -> Result:
    """Go on checking."""
    server.resume()
    return result("Checking again.")


COMMANDS = {
    "ccds.moveToRaw": Command("Move This File to data/raw", OneFile, move_to_raw, "archive", "file"),
    "ccds.trackWithLfs": Command("Track This File with Git LFS", OneFile, track_with_lfs, "cloud", "file"),
    "ccds.trackWithDvc": Command("Track This File with DVC", OneFile, track_with_dvc, "database", "file"),
    "ccds.pause": Command("Pause Checking", NoArgument, pause, "debug-pause", "anywhere"),
    "ccds.resume": Command("Resume Checking", NoArgument, resume, "debug-continue", "anywhere"),
    "ccds.moveSecretToEnv": Command("Move a Secret to .env", OneSecret, move_secret, "key", "nowhere"),
    "ccds.stripOutputs": Command(
        "Clear the Outputs of This Notebook", Strip, strip_outputs, "clear-all", "notebook"
    ),
}
