"""Commands that settle something about notebooks once: this user's initials, the style of names, what git stores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    ROOT,
    Command,
    Result,
    argument,
    file_of,
    folder_of,
    in_thread,
    needed,
    result,
    result_of,
)

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server

_OTHER = "None of these"


@dataclass(frozen=True)
class Initials:
    """The argument of ``ccds.setInitials``."""

    initials: str | None = argument("Your initials or login, such as 'jqp'; asked for without it.")
    uri: str | None = argument("A file of the repository, as a URI.")
    root: str | None = argument(ROOT)


@dataclass(frozen=True)
class Style:
    """The argument of ``ccds.setNotebookStyle``."""

    style: str = needed("'ccds', 'number', or a regular expression for names without their ending.")
    uri: str | None = argument("A file of the project, as a URI.")
    root: str | None = argument(ROOT)


@dataclass(frozen=True)
class Filter:
    """The argument of ``ccds.outputFilter``."""

    root: str | None = argument(ROOT)
    remove: bool = argument("Take the filter away again.", False)
    shared: bool = argument("Put it into .gitattributes, so that it holds for everybody.", False)


def _place(server: Server, uri: str | None, root: str | None) -> Path:
    return file_of(uri).parent if uri is not None else folder_of(server, root)


async def set_initials(server: Server, given: Initials) -> Result:
    """Keep this user's initials for the repository; without them the user is asked, where the editor can ask."""
    folder = _place(server, given.uri, given.root)
    initials = given.initials or await ask_initials(server, folder)
    if initials is None:
        raise JsonRpcException(
            "Nothing was kept. Run this command with the argument 'initials', or 'git config ccds-ls.initials jqp'.",
            REQUEST_FAILED,
        )
    return await keep_initials(server, folder, initials)


async def keep_initials(server: Server, folder: Path, initials: str) -> Result:
    """Keep initials in git's configuration, and look at all names anew."""
    from ccds_ls.git import act
    from ccds_ls.naming.authors import can_be_initials

    if not can_be_initials(initials):
        raise JsonRpcInvalidParams(
            f"'{initials}' are no initials: letters and digits, like 'jqp', or a login."
        )
    done = await in_thread(lambda _: act.keep_initials(folder, initials))
    server.work.everything()
    return result_of(done, initials=initials)


async def ask_initials(server: Server, folder: Path) -> str | None:
    """Let the user choose among what follows from git's name and e-mail; None where that leads to nothing."""
    from ccds_ls.view import initials_to_choose

    options = await in_thread(lambda _: initials_to_choose(folder))
    if not options or not server.session.client.show_message_request:
        return None
    question = (
        "Which initials stand in your notebooks' names, as in 1.0-jqp-topic? "
        "They are kept in git's configuration of this repository."
    )
    buttons = [types.MessageActionItem(option) for option in (*options, _OTHER)]
    asked = types.ShowMessageRequestParams(types.MessageType.Info, question, buttons)
    try:
        answer = await server.window_show_message_request_async(asked)
    except JsonRpcException:
        return None
    return answer.title if answer is not None and answer.title in options else None


async def set_style(server: Server, given: Style) -> Result:
    """Set how the project's notebooks are named, in its pyproject.toml."""
    from ccds_ls.settings_file import put

    if given.style not in ("ccds", "number"):
        try:
            re.compile(given.style)
        except re.error as error:
            raise JsonRpcInvalidParams(f"'{given.style}' is not a regular expression: {error}.") from None
    folder = _place(server, given.uri, given.root)
    changed = await in_thread(lambda _: put(folder, "notebook-style", given.style))
    server.work.everything()
    return result(f"Notebooks are named by '{given.style}', as {changed} says.", [changed])


async def output_filter(server: Server, given: Filter) -> Result:
    """Have git store notebooks without outputs, with nbstripout, or with them again."""
    from ccds_ls.git import output_filter as filters

    folder = folder_of(server, given.root)
    if given.remove:
        done = await in_thread(lambda _: filters.remove(folder))
    else:
        done = await in_thread(lambda _: filters.install(folder, shared=given.shared))
    server.work.look(folder)
    return result_of(done)


COMMANDS = {
    "ccds.setInitials": Command("Set Your Initials…", Initials, set_initials, "account"),
    "ccds.setNotebookStyle": Command("Set the Style of Notebook Names…", Style, set_style, "settings"),
    "ccds.outputFilter": Command("Keep Notebook Outputs out of Git…", Filter, output_filter, "filter"),
}
