"""The command that stages: it says first what would go in, what is left out and why, and what is found in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccds_ls.counted import counted
from ccds_ls.lsp.commands.base import (
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
from ccds_ls.lsp.commands.guard import SHOWN, found_in, listed, more, staged_findings, view_of

if TYPE_CHECKING:
    from ccds_ls.git.read import Repository
    from ccds_ls.lsp.server import Server

_BATCH = 100


@dataclass(frozen=True)
class Stage:
    """The argument of ``ccds.git.stage``."""

    root: str | None = argument(ROOT)
    paths: list[str] | None = argument("The files, relative to that folder; everything without it.")
    describe: bool = argument("Stage nothing; return what would be taken and what is ignored.", False)
    confirmed: bool = argument("What would be taken has been shown and agreed to; don't ask.", False)


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
        lines = [f"'git add' takes {counted(len(self.paths), 'file')}: {listed(self.paths)}."]
        if self.deleted:
            lines.append(f"It also takes that {listed(self.deleted)} went.")
        if self.ignored:
            reasons = [
                f"{listed(group['paths'])} ({group['source']} line {group['line']}: {group['pattern']})"
                for group in self.ignored[:SHOWN]
            ]
            lines.append(f"Git ignores {'; '.join(reasons)}{more(len(self.ignored))}.")
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

    view, repository = view_of(folder)
    names = [repository.relative(path) for path in paths] if paths is not None else [""]

    def wanted(path: str) -> bool:
        return any(name is not None and (name in ("", path) or path.startswith(f"{name}/")) for name in names)

    chosen = sorted(filter(wanted, view.would_add))
    findings: list[dict[str, Any]] = []
    for start in range(0, len(chosen), _BATCH):
        files = (worktree_file(view, path) for path in chosen[start : start + _BATCH])
        findings += found_in(server, view, [file for file in files if file is not None])
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


COMMANDS = {
    "ccds.git.stage": Command("Git: Stage Changes", Stage, stage, "add"),
}
