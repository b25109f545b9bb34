"""The commands around a commit: what would go in and what is left out, staging it, checking it, committing it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from ccds_ls.lsp.commands.base import (
    FORCE_COMMIT,
    REQUEST_FAILED,
    ROOT,
    Command,
    InRoot,
    Progress,
    Result,
    argument,
    folder_of,
    in_thread,
    needed,
    result,
    result_of,
)

if TYPE_CHECKING:
    from ccds_ls.git.read import Repository
    from ccds_ls.lsp.server import Server
    from ccds_ls.snapshot import File
    from ccds_ls.view import View

SHOWN = 5
"""How many files, or reasons for which files are ignored, a message names."""

TYPES_OFFERED = ("feat", "fix", "docs", "refactor", "chore")
AS_IT_IS = "As it is"
_BATCH = 100


@dataclass(frozen=True)
class Stage:
    """The argument of ``ccds.git.stage``."""

    root: str | None = argument(ROOT)
    paths: list[str] | None = argument("The files, relative to that folder; everything without it.")
    describe: bool = argument("Stage nothing; return what would be taken and what is ignored.", False)
    confirmed: bool = argument("What would be taken has been shown and agreed to; don't ask.", False)


@dataclass(frozen=True)
class Commit:
    """The argument of ``ccds.git.commit``."""

    message: str = needed("The commit message, such as 'feat: model training script added'.")
    root: str | None = argument(ROOT)
    force: bool = argument(FORCE_COMMIT, False)
    describe: bool = argument(
        "Commit nothing; return what is wrong with the message, and its completions.", False
    )


@dataclass(frozen=True)
class Taken:
    """What staging would take, files and deletions, what it would leave and why, and what the guard finds."""

    top: Path
    paths: tuple[str, ...]
    deleted: tuple[str, ...]
    ignored: tuple[dict[str, Any], ...]
    findings: list[dict[str, Any]]

    def text(self) -> str:
        """All of it for people."""
        lines = [f"'git add' takes {_count(len(self.paths), 'file')}: {_listed(self.paths)}."]
        if self.deleted:
            lines.append(f"It also takes that {_listed(self.deleted)} went.")
        if self.ignored:
            reasons = [
                f"{_listed(group['paths'])} ({group['source']} line {group['line']}: {group['pattern']})"
                for group in self.ignored[:SHOWN]
            ]
            lines.append(f"Git ignores {'; '.join(reasons)}{_more(len(self.ignored))}.")
        worth = [item for item in self.findings if item["severity"] in ("error", "warning")]
        lines += [f"{item['path']}:{item['line']}: {item['message']}" for item in worth[:SHOWN]]
        return "\n".join(lines)


async def stage(server: Server, given: Stage) -> Result:
    """Show what would be taken, what is ignored and why, and what the guard finds; stage just that after a yes.

    Where the editor can't ask, or was told that the user has agreed, everything is staged and told.
    """
    from ccds_ls.git import act

    folder = folder_of(server, given.root)
    paths = [folder / path for path in given.paths] if given.paths is not None else None
    async with Progress(server, "git add") as bar:
        bar.tell("Looking at what would be taken")
        taken = await in_thread(lambda _: _taken(server, folder, paths))
        told: dict[str, Any] = {
            "take": list(taken.paths),
            "deleted": list(taken.deleted),
            "ignored": list(taken.ignored),
        }
        if given.describe:
            return result(taken.text(), findings=taken.findings, **told)
        shown = [taken.top / path for path in (*taken.paths, *taken.deleted)]
        if paths is None and not shown:
            return result(f"There is nothing to stage.\n{taken.text()}", findings=taken.findings, **told)
        if shown and not given.confirmed and not await _agreed(server, taken):
            return result(f"Nothing was staged.\n{taken.text()}", findings=taken.findings, **told)
        done = await in_thread(lambda _: act.stage(folder, shown if paths is None else paths))
        findings = await in_thread(lambda _: staged_findings(server, folder))
    server.work.look(folder)
    return result_of(done, findings=findings, **told)


async def _agreed(server: Server, taken: Taken) -> bool:
    return not server.can_ask or await server.ask(taken.text(), "Stage", "Cancel") == "Stage"


def _taken(server: Server, folder: Path, paths: Sequence[Path] | None) -> Taken:
    from ccds_ls.collect import worktree_file
    from ccds_ls.git import read

    view, repository = _view(folder)
    names = [repository.relative(path) for path in paths] if paths is not None else [""]

    def wanted(path: str) -> bool:
        return any(name is not None and (name in ("", path) or path.startswith(f"{name}/")) for name in names)

    chosen = sorted(filter(wanted, view.would_add))
    findings: list[dict[str, Any]] = []
    for start in range(0, len(chosen), _BATCH):
        files = (worktree_file(view, path) for path in chosen[start : start + _BATCH])
        findings += _found(server, view, [file for file in files if file is not None])
    gone = tuple(sorted(filter(wanted, read.changes(repository).deleted)))
    return Taken(repository.top, tuple(chosen), gone, tuple(_ignored(repository, wanted)), findings)


def _ignored(repository: Repository, wanted: Callable[[str], bool]) -> list[dict[str, Any]]:
    """Ignored files and folders by the line that ignores them."""
    from ccds_ls.git import read

    names = [path for path in read.ignored_entries(repository) if wanted(path.rstrip("/"))]
    groups: dict[Any, list[str]] = {}
    for path, by in read.ignored_by(repository, names).items():
        groups.setdefault(by, []).append(path)
    return [
        {"paths": paths, "source": by.source, "line": by.line, "pattern": by.pattern}
        for by, paths in groups.items()
    ]


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

    view, repository = _view(folder)
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

    _, repository = _view(folder)
    hints = _hints(server, folder, message)
    draft = parse(message, "")
    offered = completions(draft, 0, message.partition("\n")[0], read.subjects(repository))
    found = [{"label": label, "text": text, "description": why} for label, text, why in offered]
    kinds = [{"value": name, "description": why} for name, why in TYPES.items()]
    told = " ".join(hint["message"] for hint in hints) or "The message is a conventional one."
    return result(told, hints=hints, completions=found, types=kinds)


async def check_commit(server: Server, given: InRoot) -> Result:
    """Check what is staged and say what was found."""
    folder = folder_of(server, given.root)
    async with Progress(server, "Checking the coming commit") as progress:
        findings = await in_thread(lambda _: staged_findings(server, folder))
        unpushed = await in_thread(lambda stop: _unpushed_findings(server, folder, stop, progress))
    server.work.look(folder)
    bad = sorted({item["path"] for item in findings if item["severity"] in ("error", "warning")})
    message = "Nothing was found in what is staged."
    if bad:
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        message = f"{_count(len(bad), 'file')} to look at in what is staged: {', '.join(bad[:3])}{more}."
    late = sorted({item["path"] for item in unpushed if item["severity"] in ("error", "warning")})
    if late:
        message += f" In commits that were not pushed yet: {_listed(late)}."
    return result(message, [folder / path for path in bad], findings=findings, unpushed=unpushed)


def _unpushed_findings(
    server: Server, folder: Path, stop: threading.Event, progress: Progress
) -> list[dict[str, Any]]:
    from ccds_ls.git.read import discover
    from ccds_ls.report.json import items
    from ccds_ls.unpushed import check_unpushed

    repository = discover(folder)
    if repository is None:
        return []

    def tell(done: int, total: int) -> None:
        progress.tell(f"{done} of {total} contents in commits that were not pushed yet", 100 * done // total)

    session = server.session
    told = check_unpushed(repository.cancellable(stop), session.detector, None, session.settings, tell)
    return items(told.located)


def staged_findings(server: Server, folder: Path) -> list[dict[str, Any]]:
    """What the guard finds in what is staged, as data."""
    from ccds_ls.collect import index_files

    view, _ = _view(folder)
    return _found(server, view, index_files(view, view.staged))


def _view(folder: Path) -> tuple[View, Repository]:
    from ccds_ls.git.read import GitError, discover
    from ccds_ls.view import look

    repository = discover(folder)
    if repository is None:
        raise GitError(f"{folder} is not under git yet. The command 'ccds.git.init' puts it there.")
    return look(folder, repository), repository


def _found(server: Server, view: View, files: Iterable[File]) -> list[dict[str, Any]]:
    from ccds_ls.check import check
    from ccds_ls.collect import make_snapshot
    from ccds_ls.report.json import items

    snapshot = make_snapshot(view, files, server.session.settings)
    return items(check(snapshot, server.session.detector))


def refuse_errors(findings: list[dict[str, Any]], what: str) -> None:
    """Raise when there is an error among the findings; they come with the error, for the client to show."""
    errors = [item for item in findings if item["severity"] == "error"]
    if errors:
        first = errors[0]
        message = (
            f"{what} there is {_count(len(errors), 'error')} in it. "
            f"{first['path']}:{first['line']}: {first['message']}"
        )
        raise JsonRpcException(message, REQUEST_FAILED, {"findings": findings})


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(paths[:SHOWN]) + _more(len(paths)) if paths else "none"


def _more(count: int) -> str:
    return f" and {count - SHOWN} more" if count > SHOWN else ""


COMMANDS = {
    "ccds.checkCommit": Command("Check the Coming Commit", InRoot, check_commit, "checklist"),
    "ccds.git.stage": Command("Git: Stage Changes", Stage, stage, "add"),
    "ccds.git.commit": Command("Git: Commit What Is Staged…", Commit, commit, "git-commit"),
}
