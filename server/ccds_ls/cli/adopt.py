"""``ccds-ls new --adopt``: the plan in words, the question at a terminal, and what was done."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from ccds_ls.scaffold.adopt import adopt, start_quiet
from ccds_ls.scaffold.created import undo
from ccds_ls.scaffold.plan import plan


def run(
    folder: Path,
    given: Mapping[str, object],
    *,
    force: bool = False,
    only_plan: bool = False,
    back: bool = False,
) -> int:
    """Show what adopting would do, then do it; at a terminal after a yes. ``back`` takes an adoption back."""
    if back:
        done = undo(folder)
        print(done.message)
        return 0
    chosen = plan(folder, given, force)
    print(chosen.text())
    if only_plan:
        return 0
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if at_terminal and chosen.has_work and input("Do this? [y/N] ").strip().lower() not in ("y", "yes"):
        print("Nothing was changed.")
        return 0
    done = adopt(chosen)
    print(done.message)
    if told := start_quiet(folder, done):
        print(told)
    print(f"Undo: {done.undo}")
    return 0
