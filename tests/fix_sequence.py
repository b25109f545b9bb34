"""A process that carries out fixes one after the other, to be killed at any moment: see ``test_nothing_is_lost``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from ccds_ls.baseline.accept import accept as accept_all
from ccds_ls.collect import decode, worktree_file
from ccds_ls.edits import edited, write_edits
from ccds_ls.env_move import put_in_env
from ccds_ls.files import append_line
from ccds_ls.finding import State, TextEdit
from ccds_ls.git import act, hook
from ccds_ls.git.keep_out import keep_out
from ccds_ls.git.read import GitError
from ccds_ls.git.restage import restage
from ccds_ls.notebook.cell_findings import clear_outputs
from ccds_ls.rules.secret import check as check_secret
from ccds_ls.secrets import own_rules_only
from ccds_ls.settings_file import accept
from ccds_ls.snapshot import File, Origin
from ccds_ls.view import View


def stripped(path: Path, data: bytes) -> tuple[File, list[TextEdit]]:
    file = File(path.name, Origin.WORKTREE, State.WORK_TREE, len(data), text=decode(data))
    cells = file.notebook.cells if file.notebook else ()
    fixes = clear_outputs(file, "", cells)
    return file, [edit for fix in fixes for edit in fix.edits if isinstance(edit, TextEdit)]


def strip(path: Path) -> None:
    file, edits = stripped(path, path.read_bytes())
    if edits:
        write_edits(path, file, edits)


def strip_staged(path: Path) -> None:
    restage(path, lambda data: edited(data, *stripped(path, data)), "Stripped.")


def to_env(path: Path) -> None:
    keep_out(path.parent / ".env")
    append_line(path.parent / ".env", f"{path.stem.upper()}=value")


def move_secrets(path: Path) -> None:
    """As ``ccds.moveSecretToEnv`` does it for a file on disk, for all secrets of a module or notebook."""
    file = worktree_file(View(path.parent, None), path.name)
    if file is None:
        raise act.ActError("There is no such file.")
    detector = own_rules_only()
    context = SimpleNamespace(find_secrets=detector.find)
    for finding in check_secret(file, context):  # type: ignore[arg-type]  # all of it that the rule asks for
        now = worktree_file(View(path.parent, None), path.name)
        assert now is not None
        write_edits(path, now, put_in_env(path.parent, now, finding.fingerprint, detector).edits)


FIXES: dict[str, Callable[[Path], object]] = {
    "unstage": lambda path: act.unstage(path.parent, [path]),
    "stop tracking": lambda path: act.stop_tracking(path.parent, [path]),
    "ignore": lambda path: act.ignore(path, f"/{path.name}", also_unstage=True),
    "ignore what is tracked": lambda path: act.ignore(path, f"/{path.name}", also_stop_tracking=True),
    "rename": lambda path: act.rename(path, path.with_name(f"new-{path.name}")),
    "strip": strip,
    "strip what is staged": strip_staged,
    "to .env": to_env,
    "move secrets": move_secrets,
    "accept": lambda path: accept(path, "secret", "0123456789abcdef", "mine"),
    "accept all": lambda path: accept_all([path.parent], own_rules_only()),
    "install hooks": lambda path: hook.install(path.parent),
    "uninstall hooks": lambda path: hook.uninstall(path.parent),
}


def main(steps: list[tuple[str, str]]) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for name, path in steps:
        try:
            FIXES[name](Path(path))
        except (act.ActError, GitError, OSError) as error:
            sys.stdout.write(f"{name}: {error}\n")  # refused, which is right for many of them


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
