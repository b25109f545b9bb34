"""``ccds-ls hook install | uninstall | run``."""

from __future__ import annotations

import sys
from pathlib import Path


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
    from ccds_ls.cli.check import collect, detector_problem, show
    from ccds_ls.finding import Severity
    from ccds_ls.git.read import GitError

    try:
        located, count = collect([Path()], staged=True)
    except GitError as error:
        print(f"ccds-ls: nothing was checked, so nothing is committed. {error}", file=sys.stderr)
        print("To commit all the same: git commit --no-verify", file=sys.stderr)
        return 2
    if problem := detector_problem():
        print(f"ccds-ls: {problem}", file=sys.stderr)
    shown = [item for item in located if item[0].severity <= Severity.INFORMATION]
    if shown:
        show(shown, count, "text")
    stopped = any(finding.severity is Severity.ERROR for finding, _ in located)
    if stopped:
        print("\nNothing was committed. To commit all the same: git commit --no-verify", file=sys.stderr)
    return 1 if stopped else 0
