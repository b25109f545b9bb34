"""The command that commits what is staged, once nothing in it is an error and the message is a good one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from ccds_ls.lsp.commands.base import (
    FORCE_COMMIT,
    REQUEST_FAILED,
    ROOT,
    Command,
    Progress,
    Result,
    argument,
    folder_of,
    in_thread,
    needed,
    result,
    result_of,
)
from ccds_ls.lsp.commands.guard import refuse_errors, staged_findings, view_of

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server

TYPES_OFFERED = ("feat", "fix", "docs", "refactor", "chore")
AS_IT_IS = "As it is"


@dataclass(frozen=True)
class Commit:
    """The argument of ``ccds.git.commit``."""

    message: str = needed("The commit message, such as 'feat: model training script added'.")
    root: str | None = argument(ROOT)
    force: bool = argument(FORCE_COMMIT, False)
    describe: bool = argument(
        "Commit nothing; return what is wrong with the message, and its completions.", False
    )


async def commit(server: Server, given: Commit) -> Result:
    """Commit what is staged, unless the guard finds an error in it; the message is checked and completed."""
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    if given.describe:
        return await in_thread(lambda _: _described(server, folder, given.message))
    async with Progress(server, "git commit") as progress:
        message = await _completed(server, folder, given.message)
        # After the question: while a person thinks, something else may be staged.
        progress.tell("Checking what is staged")
        findings = await in_thread(lambda _: staged_findings(server, folder))
        if not given.force:
            refuse_errors(findings, "Nothing was committed:")
        hints = await in_thread(lambda _: _hints(server, folder, message))
        progress.tell("Committing")
        done = await in_thread(lambda _: act.commit(folder, message))
    server.work.look(folder)
    told = result_of(done, findings=findings, hints=hints)
    told["message"] = " ".join([done.message, *(f"Hint: {hint['message']}" for hint in hints)])
    return told


async def _completed(server: Server, folder: Path, message: str) -> str:
    """The message, with a type before it if it has none and the user chooses one."""
    hints = await in_thread(lambda _: _hints(server, folder, message))
    missing = next((hint["message"] for hint in hints if hint["kind"] == "type"), None)
    if missing is None or not server.can_ask:
        return message
    answer = await server.ask(f"{missing} Which one is it?", *TYPES_OFFERED, AS_IT_IS)
    if answer is None:
        raise JsonRpcException("Nothing was committed: no type was chosen for the message.", REQUEST_FAILED)
    return message if answer == AS_IT_IS else f"{answer}: {message}"


def _hints(server: Server, folder: Path, message: str) -> list[dict[str, Any]]:
    """What the rule of commit messages says."""
    from dataclasses import replace

    from ccds_ls.check import check
    from ccds_ls.collect import make_snapshot, overlay_file
    from ccds_ls.commit_message import FILE
    from ccds_ls.git import read
    from ccds_ls.rules import all_rules

    view, repository = view_of(folder)
    file = overlay_file(view, FILE, message, None, ignored=False)
    snapshot = replace(
        make_snapshot(view, [file], server.session.settings),
        branch=read.current_branch(repository),
        subjects=tuple(read.subjects(repository)),
        has_remote=read.has_remote(repository),
    )
    rules = [rule for rule in all_rules() if rule.code == "commit-message"]
    found = check(snapshot, server.session.detector, rules)
    return [{"kind": finding.kind, "message": finding.message} for finding, _ in found]


def _described(server: Server, folder: Path, message: str) -> Result:
    from ccds_ls.commit_message import TYPES, completions, parse
    from ccds_ls.git import read

    _, repository = view_of(folder)
    hints = _hints(server, folder, message)
    draft = parse(message, "")
    offered = completions(draft, 0, message.partition("\n")[0], read.subjects(repository))
    found = [{"label": label, "text": text, "description": why} for label, text, why in offered]
    kinds = [{"value": name, "description": why} for name, why in TYPES.items()]
    told = " ".join(hint["message"] for hint in hints) or "The message is a conventional one."
    return result(told, hints=hints, completions=found, types=kinds)


COMMANDS = {
    "ccds.git.commit": Command("Git: Commit What Is Staged…", Commit, commit, "git-commit"),
}
