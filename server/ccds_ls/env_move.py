"""A secret moves from a file to ``.env``: what the file holds now, what is written, what is to be edited."""

from __future__ import annotations

import os
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path
from typing import Any

from ccds_ls.check import check
from ccds_ls.collect import make_snapshot
from ccds_ls.files import append_line
from ccds_ls.finding import Finding, MoveToEnv, TextEdit
from ccds_ls.git.command import ActError
from ccds_ls.git.keep_out import keep_out
from ccds_ls.project import find_projects, nearest
from ccds_ls.rules import all_rules
from ccds_ls.secrets import Detector
from ccds_ls.secrets.env_file import lines, variables
from ccds_ls.secrets.move import CannotMove
from ccds_ls.secrets.plan import plan
from ccds_ls.snapshot import File
from ccds_ls.view import View


@dataclass(frozen=True)
class InEnv:
    """A secret that is in ``.env`` by now, and the edits that have its file read it from there.

    ``names`` are the variables that were added, ``ignoring`` the ignore files that got a line. ``elsewhere`` is how
    many places of the file have it still, as a notebook's outputs do.
    """

    env: Path
    names: tuple[str, ...]
    ignoring: tuple[Path, ...]
    edits: tuple[TextEdit, ...]
    elsewhere: int


def put_in_env(
    root: Path, file: File, fingerprint: str, detector: Detector, settings: dict[str, Any] | None = None
) -> InEnv:
    """Put the value of a secret that ``file`` holds into the project's ``.env``. Raises ActError.

    The file is left alone: until its edits are made, the value is in both places and in none that git takes.
    """
    found = _findings(root, file, fingerprint, detector, settings)
    in_code = [
        each for each in found if any(isinstance(e, MoveToEnv) for fix in each.fixes for e in fix.edits)
    ]
    if not in_code:
        raise ActError(f"Nothing was changed: that secret is not in {file.name} any more.")
    env = root / nearest(find_projects(root, [file.path], settings), file.path).root / ".env"
    _require_writable(env)
    try:
        planned = plan(file, in_code, variables(env))
        new = lines(env, planned.variables)
    except CannotMove as error:
        raise ActError(f"Nothing was changed: {error}. Take it out by hand.") from error
    ignoring = keep_out(env)
    if not env.exists():
        env.touch(mode=0o600)
    if new:
        append_line(env, new)
    return InEnv(env, tuple(sorted(planned.variables)), ignoring, planned.edits, len(found) - len(in_code))


def _findings(
    root: Path, file: File, fingerprint: str, detector: Detector, settings: dict[str, Any] | None
) -> list[Finding]:
    snapshot = make_snapshot(View(root, None), [file], settings)
    rules = [rule for rule in all_rules() if rule.code == "secret"]
    found = [finding for finding, _ in check(snapshot, detector, rules)]
    return [finding for finding in found if finding.fingerprint == fingerprint]


def _require_writable(env: Path) -> None:
    """Raise ActError for a file that can't be made or added to, before anything is written elsewhere."""
    target = Path(os.path.realpath(env))
    try:
        if env.exists():
            with env.open("ab"):
                pass
        elif not target.parent.is_dir():
            raise FileNotFoundError(ENOENT, f"there is no folder {target.parent}")
    except OSError as error:
        raise ActError(f"Nothing was changed: {env} can't be written ({error.strerror}).") from error
