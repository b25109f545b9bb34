"""Commands about single files: what the quick fixes do where an editor can't do it itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
    REQUEST_FAILED,
    Command,
    InRoot,
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
class Accept:
    """The argument of ``ccds.suppress``."""

    uri: str = needed("The file, as a URI.")
    code: str = needed("The finding's code.")
    fingerprint: str = argument(
        "The finding's fingerprint; without it the code is ignored in the whole file.", ""
    )
    reason: str = argument("Why the finding is accepted.", "accepted in the editor", ask=True)


EXERCISE = "exercise"


def _codes() -> list[str]:
    from ccds_ls.rules import all_rules

    return [EXERCISE, *sorted(rule.code for rule in all_rules())]


@dataclass(frozen=True)
class Place:
    """The argument of ``ccds.openPlace``."""

    uri: str = needed("The file, as a URI.")
    line: int = argument("The line, counted from 0.", 0)
    character: int = argument("The column, counted from 0 in the client's position encoding.", 0)


@dataclass(frozen=True)
class Explain:
    """The argument of ``ccds.explain``."""

    code: str | None = argument(
        "The code of a rule, or 'exercise' for the steps of the first week; without it all rules are listed.",
        choices=_codes,
    )
    root: str | None = argument("For an exercise: the project's folder, as a URI.")
    steps: str | None = argument("For an exercise: a file with other steps, as a URI.")


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


async def baseline(server: Server, given: InRoot) -> Result:
    """Accept what stands in a project, so that only what is new is shown; see ``accept`` for what it refuses."""
    from ccds_ls.baseline import BaselineError
    from ccds_ls.baseline.accept import accept
    from ccds_ls.check_paths import UsageError

    folder = folder_of(server, given.root)
    try:
        accepted = await in_thread(
            lambda _: accept([folder], server.whole_detector(), server.session.settings)
        )
    except (BaselineError, UsageError) as error:
        raise JsonRpcException(str(error), REQUEST_FAILED) from error
    server.work.everything()
    undo = " ".join(f"Delete {path}." for path in accepted.files) or "There is nothing to undo."
    return result(accepted.message, accepted.files, undo=undo)


async def explain(server: Server, given: Explain) -> Result:
    """A rule's page, or the list of rules, or how far an exercise is done."""
    from ccds_ls import rule_page
    from ccds_ls.rules.docs import UnknownRule, explain, table

    if given.code == EXERCISE:
        return await _exercise(server, given)
    try:
        return result(explain(given.code) if given.code else table(rule_page))
    except UnknownRule as error:
        raise JsonRpcInvalidParams(str(error)) from error


async def _exercise(server: Server, given: Explain) -> Result:
    from ccds_ls import exercise

    folder = folder_of(server, given.root)
    path = file_of(given.steps) if given.steps else exercise.FIRST_WEEK
    try:
        steps = await in_thread(lambda _: exercise.load(path))
    except exercise.ExerciseError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    outcomes = await in_thread(lambda _: exercise.look(steps, folder))
    told = [{"title": o.step.title, "done": o.done, "seen": o.seen, "how": o.step.how} for o in outcomes]
    return result(exercise.text(steps, outcomes), steps=told)


COMMANDS = {
    "ccds.unstage": Command("Unstage This File", OneFile, unstage, "remove", "file"),
    "ccds.ignore": Command("Add to .gitignore", Ignore, ignore, "exclude", "file"),
    "ccds.suppress": Command("Accept This Finding…", Accept, suppress, "check", "file"),
    "ccds.openPlace": Command("Open a Place in a File", Place, open_place, "go-to-file", "nowhere"),
    "ccds.baseline": Command("Accept Everything That Stands", InRoot, baseline, "checklist"),
    "ccds.explain": Command("Explain a Rule, or the Exercise…", Explain, explain, "question", "anywhere"),
}
