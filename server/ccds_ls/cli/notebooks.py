"""``ccds-ls notebook`` and ``ccds-ls rename``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.git.read import GitError, discover, tracked
from ccds_ls.naming.new import NotebookError, make

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


def _ask_initials(folder: Path) -> None:
    """Ask once for the initials that can only be guessed, and keep them in git's configuration."""
    from ccds_ls.git.act import keep_initials
    from ccds_ls.naming.new import author

    guess, certain = author(folder)
    if certain or discover(folder) is None:
        return
    answer = input(f"Your initials in notebooks' names{f' [{guess}]' if guess else ''}: ").strip() or guess
    if answer:
        print(keep_initials(folder, answer).message, file=sys.stderr)


def rename(paths: list[Path], *, dry_run: bool = False) -> int:
    """Rename notebooks as their findings propose, and what names them; prints ``old -> new``.

    What ``dry_run`` prints is the plan that is carried out without it.
    """
    from ccds_ls.git.act import ActError
    from ccds_ls.naming.renaming import plan_moves

    by_root, code = _proposals(paths)
    for moves in by_root.values():
        try:
            plan = plan_moves(moves)
            if plan is not None:
                _carry_out(plan, dry_run=dry_run)
        except (ActError, GitError, OSError) as error:
            print(f"ccds-ls: {error}", file=sys.stderr)
            code = 2
    return code


def _proposals(paths: Iterable[Path]) -> tuple[dict[Path, dict[Path, Path]], int]:
    """The renames by the repository or folder that they are in, each for when those before are done; an exit code."""
    from ccds_ls.naming.plans import NoName, NotChecked, proposal
    from ccds_ls.naming.renaming import outermost

    by_root: dict[Path, dict[Path, Path]] = {}
    code = 0
    for path in paths:
        old = Path(os.path.realpath(path.parent), path.name)
        try:
            repository = discover(old.parent) if old.parent.is_dir() else None
            moves = by_root.setdefault(repository.top if repository else outermost(old), {})
            if old in moves:
                continue
            target = proposal(path, moves)
        except NotChecked as error:
            print(f"{path}: {error}")
        except (NoName, GitError, OSError) as error:
            print(f"ccds-ls: {path}: {error}", file=sys.stderr)
            code = 2
        else:
            if target is None:
                print(f"{path}: the name is fine")
            else:
                moves[old] = target
    return by_root, code


def _carry_out(plan: Plan, *, dry_run: bool) -> None:
    """Do a plan unless it is only to be shown, print it, and how to undo it."""
    from ccds_ls.naming.renaming import carry_out

    trouble = [] if dry_run else carry_out(plan)[1]
    for old, new in plan.moves:
        print(f"{old} -> {new.rpartition('/')[2]}")
    for change in plan.changes:
        print(f"  {change.path}: {len(change.edits)} mention{'' if len(change.edits) == 1 else 's'}")
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
