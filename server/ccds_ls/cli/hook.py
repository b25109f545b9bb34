"""``ccds-ls hook install | uninstall | run``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccds_ls.check_paths import Checked
    from ccds_ls.git.read import GitError

_MANY = 500  # contents, which take about a second
_OUT_OF_A_COMMIT = (
    "To take something out of a commit that was not pushed: mend the file, then 'git commit -a --amend' where it is "
    "the last commit, 'git rebase -i COMMIT^' where it is an older one."
)


def change(action: str) -> int:
    """Install or uninstall the hook of the repository around the current folder."""
    from ccds_ls.git.command import ActError
    from ccds_ls.git.hook import install, uninstall
    from ccds_ls.git.read import GitError

    try:
        done = install(Path.cwd()) if action == "install" else uninstall(Path.cwd())
    except (ActError, GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"ccds-ls: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"{done.message} Undo: {done.undo}")
    if action == "install":
        _warm_up()
    return 0


def _warm_up() -> None:
    """Compile the secret engine's rules now, so that the first commit does not wait for it."""
    from ccds_ls.secrets import EngineUnavailable, load

    try:
        load()
    except EngineUnavailable as error:
        print(f"ccds-ls: {error}", file=sys.stderr)


def run() -> int:
    """What the hook does: check what is staged; errors stop the commit, the rest is printed."""
    from ccds_ls.check_paths import check_paths
    from ccds_ls.git.read import GitError

    try:
        checked = check_paths([Path()], staged=True)
        if not checked.files and _is_no_commit():
            return _all_files()
    except GitError as error:
        return _blind(error, "committed", "commit")
    return _report(checked, "committed", "commit")


def _is_no_commit() -> bool:
    """Whether the pre-commit framework was run by hand or in CI: git names its index to the hook of a commit."""
    return "PRE_COMMIT" in os.environ and "GIT_INDEX_FILE" not in os.environ


def _all_files() -> int:
    """What ``pre-commit run --all-files`` asks for: git may hold nothing that is to stay private."""
    from ccds_ls.background_detector import detector_problem
    from ccds_ls.check_paths import Checked, check_paths
    from ccds_ls.cli.check import show
    from ccds_ls.finding import Severity
    from ccds_ls.rules import all_rules

    codes = {rule.code for rule in all_rules() if rule.is_about_commits}
    checked = check_paths([Path()])
    found = {
        root: [item for item in items if item[0].code in codes and item[1].tracked]
        for root, items in checked.down_to(Severity.WARNING).found.items()
    }
    kept = Checked(found, checked.files)
    if problem := detector_problem():
        print(f"ccds-ls: {problem}", file=sys.stderr)
    show(kept, "text")
    return 1 if kept.located else 0


def run_push() -> int:
    """What the hook for pushes does: the same for what the commits bring along that no remote has yet."""
    from ccds_ls.background_detector import loaded_detector
    from ccds_ls.check_paths import Checked
    from ccds_ls.git.read import GitError, discover
    from ccds_ls.unpushed import check_unpushed, pushed_commits

    try:
        repository = discover(Path.cwd())
        commits = pushed_commits(repository, sys.stdin.read().splitlines()) if repository else []
        if repository is None or not commits:
            return 0
        located, files = check_unpushed(repository, loaded_detector(), commits, None, _tell)
    except GitError as error:
        return _blind(error, "pushed", "push")
    return _report(Checked({repository.top: located}, files), "pushed", "push")


def _tell(done: int, total: int) -> None:
    """Say that a long look begins, so that nobody takes the push for stuck."""
    if done == 0 and total > _MANY:
        print(f"ccds-ls: looking through {total} contents that no remote has yet ...", file=sys.stderr)


def _blind(error: GitError, done: str, command: str) -> int:
    """Not being able to check stops what the hook is for; the exit code."""
    print(f"ccds-ls: nothing was checked, so nothing is {done}. {error}", file=sys.stderr)
    print(f"To {command} all the same: git {command} --no-verify", file=sys.stderr)
    return 2


def _report(checked: Checked, done: str, command: str) -> int:
    """Print all but hints; the hook's exit code: errors stop it, and then the way past them is told."""
    from ccds_ls.background_detector import detector_problem
    from ccds_ls.cli.check import show
    from ccds_ls.finding import Severity

    if problem := detector_problem():
        print(f"ccds-ls: {problem}", file=sys.stderr)
    shown = checked.down_to(Severity.INFORMATION)
    if shown.located:
        show(shown, "text")
    if not checked.down_to(Severity.ERROR).located:
        return 0
    sys.stdout.flush()  # git joins the two streams, and this is to come last
    print(f"\nNothing was {done}. To {command} all the same: git {command} --no-verify", file=sys.stderr)
    if command == "push":
        print(_OUT_OF_A_COMMIT, file=sys.stderr)
    return 1
