"""``ccds-ls notebook`` and ``ccds-ls rename``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.counted import counted
from ccds_ls.git.read import GitError, discover, tracked
from ccds_ls.naming.new import NotebookError, make
from ccds_ls.view import View, look

if TYPE_CHECKING:
    from ccds_ls.naming.renaming import Plan


def new(description: str, phase: int | None) -> int:
    """Make a notebook in the project around the current folder and print its path."""
    try:
        if sys.stdin.isatty():
            _ask_initials(Path.cwd())
        print(make(Path.cwd(), description, phase))
    except (NotebookError, GitError, OSError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    return 0


def _ask_initials(folder: Path) -> bool:
    """Ask once for the initials that can only be guessed, and keep them in git's configuration; whether they are."""
    from ccds_ls.git.act import keep_initials
    from ccds_ls.naming.authors import can_be_initials
    from ccds_ls.naming.new import author

    guess, certain = author(folder)
    if certain or discover(folder) is None:
        return False
    question = f"Your initials in notebooks' names{f' [{guess}]' if guess else ''}: "
    try:
        while (answer := input(question).strip() or guess or "") and not can_be_initials(answer):
            print(f"'{answer}' are no initials: letters and digits, like 'jqp', or a login.", file=sys.stderr)
    except EOFError:  # Ctrl-D: no answer.
        print(file=sys.stderr)
        return False
    if answer:
        print(keep_initials(folder, answer).message, file=sys.stderr)
    return bool(answer)


def rename(paths: list[Path], *, dry_run: bool = False) -> int:
    """Rename notebooks, and those in folders, as their findings propose, and what names them: ``old -> new``.

    What ``dry_run`` prints is the plan that is carried out without it.
    """
    from ccds_ls.git.act import ActError
    from ccds_ls.naming.renaming import plan_moves

    proposals = _proposals(paths)
    if sys.stdin.isatty() and not dry_run:
        asked = [_ask_initials(next(iter(moves)).parent) for moves in proposals.by_root.values() if moves]
        proposals = _proposals(paths) if any(asked) else proposals
    for line in proposals.told:
        print(line)
    for line in proposals.failed:
        print(f"ccds-ls: {line}", file=sys.stderr)
    code = 2 if proposals.failed else 0
    for moves in proposals.by_root.values():
        try:
            plan = plan_moves(moves)
            if plan is not None:
                _carry_out(plan, dry_run=dry_run)
        except (ActError, GitError, OSError) as error:
            print(f"ccds-ls: {error}", file=sys.stderr)
            code = 2
    return code


@dataclass(frozen=True)
class _Proposals:
    """Renames by repository or folder, each for when those before are done, and what is to be said."""

    by_root: dict[Path, dict[Path, Path]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def _proposals(paths: Iterable[Path]) -> _Proposals:
    from ccds_ls.naming.plans import NoName, NotChecked, proposal, view_of

    made = _Proposals()
    views: dict[Path, View] = {}  # by folder: git is asked once for all of its notebooks
    renamed: dict[Path, dict[str, str]] = {}
    for path, was_named in _notebooks(paths):
        old = Path(os.path.realpath(path.parent), path.name)
        try:
            if old.parent not in views and old.parent.is_dir():
                seen = view_of(old)
                views[old.parent] = next((view for view in views.values() if view.root == seen.root), seen)
            view = views.get(old.parent)
            root = view.root if view else old.parent
            moves = made.by_root.setdefault(root, {})
            if old in moves:
                continue
            target = proposal(path, view, renamed.setdefault(root, {}))
        except NotChecked as error:
            if was_named:
                made.told.append(f"{path}: {error}")
        except (NoName, GitError, OSError) as error:
            made.failed.append(f"{path}: {error}")
        else:
            if target is not None:
                moves[old] = target
                renamed[root][old.relative_to(root).as_posix()] = target.relative_to(root).as_posix()
            elif was_named:
                made.told.append(f"{path}: the name is fine")
    return made


def _notebooks(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """The notebooks that are meant, and whether each was named; in a folder those that git does not ignore."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        repository = discover(path)
        root = repository.top if repository else Path(os.path.realpath(path))
        inside = Path(os.path.realpath(path)).relative_to(root)
        for found in look(root, repository).notebooks:
            if Path(found).is_relative_to(inside):
                yield path / Path(found).relative_to(inside), False


def _carry_out(plan: Plan, *, dry_run: bool) -> None:
    """Do a plan unless it is only to be shown, print it, and how to undo it."""
    from ccds_ls.naming.renaming import carry_out

    trouble = [] if dry_run else carry_out(plan)[1]
    for old, new in plan.moves:
        print(f"{old} -> {new.rpartition('/')[2]}")
    for change in plan.changes:
        print(f"  {change.path}: {counted(len(change.edits), 'mention')}")
    for line in trouble:
        print(f"ccds-ls: {line}", file=sys.stderr)
    if plan.moves and not dry_run:
        print(f"To undo: {_undo(plan)}", file=sys.stderr)


def _undo(plan: Plan) -> str:
    """How a plan that was carried out is taken back, in commands for the plan's root."""
    repository = discover(plan.root)
    in_git = tracked(repository, [new for _, new in plan.moves]) if repository else set()
    commands = [
        shlex.join([*(("git", "mv") if new in in_git else ("mv", "-n")), "--", new, old])
        for old, new in reversed(plan.moves)
    ]
    changed = ", ".join(change.path for change in plan.changes)
    also = f"; then write the old names again in {changed}" if changed else ""
    return f"in {plan.root}: {' && '.join(commands)}{also}"
