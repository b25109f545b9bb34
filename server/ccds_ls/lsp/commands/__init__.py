"""The palette commands: one table of name -> title, argument's shape and function."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ccds_ls.lsp.commands import (
    change,
    commit,
    files,
    fixes,
    git,
    guard,
    notebook_settings,
    notebooks,
    project,
    stage,
)
from ccds_ls.lsp.commands.base import Command
from ccds_ls.lsp.commands.base import handler as handler
from ccds_ls.lsp.edge.worker import in_worker
from ccds_ls.lsp.from_proto import schema

COMMANDS: dict[str, Command] = {
    **project.COMMANDS,
    **change.COMMANDS,
    **guard.COMMANDS,
    **stage.COMMANDS,
    **commit.COMMANDS,
    **git.COMMANDS,
    **notebooks.COMMANDS,
    **notebook_settings.COMMANDS,
    **files.COMMANDS,
    **fixes.COMMANDS,
}


def schemas() -> dict[str, Any]:
    """For each command its title, icon, where it makes sense, and the JSON schema of its argument."""
    return {
        name: {
            "title": command.title,
            "icon": command.icon,
            "where": command.where,
            "argument": schema(command.shape),
        }
        for name, command in COMMANDS.items()
    }


async def _test_sleep(seconds: float) -> str:
    return await in_worker(_sleep, seconds)


def _sleep(seconds: float, stop: threading.Event) -> str:
    return "cancelled" if stop.wait(seconds) else "slept"


def _test_text(ls: Any, uri: str) -> str | None:  # noqa: ANN401 - pygls looks the types up
    text: str | None = ls.workspace.text(uri)
    return text


TEST_COMMANDS: dict[str, Callable[..., Any]] = {"ccds.test.text": _test_text, "ccds.test.sleep": _test_sleep}
"""For tests of the protocol, with plain arguments; offered with CCDS_LS_TEST_COMMANDS=1 alone."""
