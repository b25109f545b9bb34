"""``ccds-ls exercise``: which steps are done in a repository, and which comes next."""

from __future__ import annotations

import sys
from pathlib import Path

from ccds_ls.exercise import FIRST_WEEK, ExerciseError, load, look, text
from ccds_ls.git.read import GitError


def run(folder: Path | None, steps: Path | None) -> int:
    """Print the steps; changes nothing."""
    where = (folder or Path()).absolute()
    if not where.is_dir():
        print(f"ccds-ls: there is no folder {where}.", file=sys.stderr)
        return 2
    try:
        exercise = load(steps or FIRST_WEEK)
        outcomes = look(exercise, where)
    except (ExerciseError, GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    print(text(exercise, outcomes))
    return 0 if all(outcome.done for outcome in outcomes) else 1
