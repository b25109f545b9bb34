"""``ccds-ls new --adopt``: the plan in words, the question at a terminal, what was done, and a quiet start."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccds_ls import baseline
from ccds_ls.git.command import Done
from ccds_ls.scaffold.adopt import adopt
from ccds_ls.scaffold.created import note, undo
from ccds_ls.scaffold.generate import ScaffoldError
from ccds_ls.scaffold.plan import plan
from ccds_ls.secrets import Detector


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


def start_quiet(
    folder: Path,
    done: Done,
    detector: Detector | None = None,
    settings: dict[str, Any] | None = None,
) -> str:
    """Accept the findings that stand in a folder that was just adopted, and say so; nothing where it was before.

    What must not be published and is in no commit yet is told and not accepted. Raises ScaffoldError, with the
    layout in place, when they can't be accepted.
    """
    from ccds_ls.cli.baseline import accept

    if not done.paths or (folder / baseline.NAME).exists():
        return ""
    try:
        accepted = accept([folder], detector, settings)
    except baseline.BaselineError as error:
        raise ScaffoldError(f"{done.message} The findings that stand were not accepted: {error}") from error
    note(folder, accepted.files)
    return accepted.message if accepted.files or accepted.refused else ""
