"""Commands about single files: what the quick fixes do where an editor can't do it itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    Command,
    OneFile,
    Result,
    argument,
    file_of,
    folder_of,
    in_thread,
    needed,
    result,
    result_of,
    show,
)
from ccds_ls.lsp.to_proto import uri_of

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server


@dataclass(frozen=True)
class Ignore:
    """The argument of ``ccds.ignore``."""

    uri: str = needed("The file, as a URI.")
    pattern: str = needed("The line to add to the ignore file.", starts_as="uri")
    file: str = argument("The ignore file, relative to the top of the repository.", ".gitignore")
    unstage: bool = argument("Also take the file's staged version out of the index.", False)
    stop_tracking: bool = argument("Also remove the file from the index; it stays on disk.", False)


@dataclass(frozen=True)
class Rename:
    """The argument of ``ccds.renameNotebook``."""

    uri: str = needed("The notebook, as a URI.")
    new_name: str = needed("Its new file name.", starts_as="uri")


@dataclass(frozen=True)
class NewNotebook:
    """The argument of ``ccds.newNotebook``."""

    description: str = needed("A few words on what the notebook is about.")
    phase: int | None = argument("The phase, 0 to 4; from the description without it.")
    root: str | None = argument("The project's folder, or a notebook folder in it, as a URI.")


@dataclass(frozen=True)
class Accept:
    """The argument of ``ccds.suppress``."""

    uri: str = needed("The file, as a URI.")
    code: str = needed("The finding's code.")
    fingerprint: str = argument(
        "The finding's fingerprint; without it the code is ignored in the whole file.", ""
    )
    reason: str = argument("Why the finding is accepted.", "accepted in the editor")


def _codes() -> list[str]:
    from ccds_ls.rules import all_rules

    return sorted(rule.code for rule in all_rules())


@dataclass(frozen=True)
class Place:
    """The argument of ``ccds.openPlace``."""

    uri: str = needed("The file, as a URI.")
    line: int = argument("The line, counted from 0.", 0)
    character: int = argument("The column, counted from 0 in the client's position encoding.", 0)


@dataclass(frozen=True)
class Explain:
    """The argument of ``ccds.explain``."""

    code: str | None = argument("The code of a rule; without it all rules are listed.", choices=_codes)


async def unstage(server: Server, given: OneFile) -> Result:
    """Take a file out of the coming commit; the file stays as it is."""
    from ccds_ls.git import act

    path = file_of(given.uri)
    done = await in_thread(lambda _: act.unstage(path.parent, [path]))
    server.work.look(path.parent)
    return result_of(done)


async def ignore(server: Server, given: Ignore) -> Result:
    """Add a line to .gitignore, and take the file out of the index if asked to."""
    from ccds_ls.git import act

    path = file_of(given.uri)
    taken_out = {"also_unstage": given.unstage, "also_stop_tracking": given.stop_tracking}
    done = await in_thread(lambda _: act.ignore(path, given.pattern, given.file, **taken_out))
    server.work.look(path.parent)
    return result_of(done)


async def rename_notebook(server: Server, given: Rename) -> Result:
    """Rename a notebook on disk, with git where git tracks it; never over another file."""
    from ccds_ls.git import act

    path = file_of(given.uri)
    if Path(given.new_name).name != given.new_name or not given.new_name.endswith(".ipynb"):
        raise JsonRpcInvalidParams(f"'{given.new_name}' is not the file name of a notebook.")
    done = await in_thread(lambda _: act.rename(path, path.with_name(given.new_name)))
    server.work.look(path.parent)
    return result_of(done)


async def new_notebook(server: Server, given: NewNotebook) -> Result:
    """Make the next well-named notebook of a phase, and show it."""
    from ccds_ls.new_notebook import NotebookError, make

    folder = folder_of(server, given.root)
    settings = server.session.settings
    try:
        path = await in_thread(lambda _: make(folder, given.description, given.phase, settings))
    except NotebookError as error:
        raise JsonRpcException(str(error), REQUEST_FAILED) from error
    server.work.look(folder)
    server.start(show(server, path))
    return result(f"Made {path.name}.", [path], uri=uri_of(path), undo=f"Delete {path}.")


async def open_place(server: Server, given: Place) -> Result:
    """Have the editor show a place in a file."""
    path = file_of(given.uri)
    server.start(show(server, path, types.Position(given.line, given.character)))
    return result(f"{path}:{given.line + 1}", [path])


async def suppress(server: Server, given: Accept) -> Result:
    """Accept a finding in the project's settings."""
    from ccds_ls.settings_file import accept

    path = file_of(given.uri)
    changed = await in_thread(lambda _: accept(path, given.code, given.fingerprint, given.reason))
    server.work.everything()
    return result(f"Accepted in {changed}; remove the entry there to undo it.", [changed])


async def explain(_: Server, given: Explain) -> Result:
    """A rule's page, or the list of rules."""
    from ccds_ls.rules.docs import UnknownRule, explain, table

    try:
        return result(explain(given.code) if given.code else table())
    except UnknownRule as error:
        raise JsonRpcInvalidParams(str(error)) from error


COMMANDS = {
    "ccds.unstage": Command("Unstage This File", OneFile, unstage, "remove", "file"),
    "ccds.ignore": Command("Add to .gitignore", Ignore, ignore, "exclude", "file"),
    "ccds.newNotebook": Command("New Notebook…", NewNotebook, new_notebook, "new-file"),
    "ccds.renameNotebook": Command("Rename This Notebook…", Rename, rename_notebook, "edit", "notebook"),
    "ccds.suppress": Command("Accept This Finding…", Accept, suppress, "check", "file"),
    "ccds.openPlace": Command("Open a Place in a File", Place, open_place, "go-to-file", "nowhere"),
    "ccds.explain": Command("Explain a Rule…", Explain, explain, "question", "anywhere"),
}
