"""``ccds-ls notebook`` and ``ccds-ls rename``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ccds_ls.git.read import GitError, discover
from ccds_ls.naming.new import NotebookError, make


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
    """Rename each notebook as its finding proposes, and what names it; prints ``old -> new``."""
    from ccds_ls.git.act import ActError
    from ccds_ls.naming.plans import NoName

    code = 0
    for path in paths:
        try:
            _rename(path, dry_run=dry_run)
        except (NoName, ActError, GitError, OSError) as error:
            print(f"ccds-ls: {path}: {error}", file=sys.stderr)
            code = 2
    return code


def _rename(path: Path, *, dry_run: bool) -> None:
    from ccds_ls.naming.plans import proposal
    from ccds_ls.naming.renaming import carry_out, plan_moves

    target = proposal(path)
    if target is None:
        print(f"{path}: the name is fine")
        return
    old = Path(os.path.realpath(path.parent), path.name)
    plan = plan_moves({old: target})
    if plan is None:
        return
    trouble = [] if dry_run else carry_out(plan)[1]
    print(f"{path} -> {target.name}")
    for twin, new in plan.moves:
        if plan.root / twin != old:
            print(f"  {twin} -> {new.rpartition('/')[2]}")
    for change in plan.changes:
        print(f"  {change.path}: {len(change.edits)} mention{'' if len(change.edits) == 1 else 's'}")
    for line in trouble:
        print(f"ccds-ls: {line}", file=sys.stderr)
