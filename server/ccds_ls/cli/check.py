"""``ccds-ls check``: the rules without an editor."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ccds_ls.check import Located, check
from ccds_ls.collect import View, index_files, look, make_snapshot, walk, worktree_file
from ccds_ls.finding import Severity
from ccds_ls.git import read as git
from ccds_ls.secrets import Detector, EngineUnavailable, load, own_rules_only
from ccds_ls.snapshot import File

BATCH = 50
"""How many files are read and checked at a time."""


class UsageError(Exception):
    """The command line asks for something that can't be done; the text is for people."""


def run(options: argparse.Namespace) -> int:
    """Check, print, and say with the exit code what was found."""
    try:
        located, count = _collect_and_check(options)
    except (UsageError, git.GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    _print(located, count, options.format)
    return 1 if any(finding.severity <= Severity.WARNING for finding, _ in located) else 0


def _collect_and_check(options: argparse.Namespace) -> tuple[list[Located], int]:
    located: list[Located] = []
    count = 0
    for root, paths in _by_root(options.paths or [Path()]).items():
        view = look(root, git.discover(root, environ=os.environ))
        if view.repository is None and (options.staged or options.would_add):
            raise UsageError(
                f"{root} is not in a git repository, so nothing is staged there. 'git init' makes one."
            )
        chosen = _chosen(view, paths, options)
        count += len(chosen)
        # In batches: the content of a few files at a time is enough to hold in memory.
        for start in range(0, len(chosen), BATCH):
            files = _versions(view, chosen[start : start + BATCH], options)
            found = check(make_snapshot(view, files), _detector())
            located += _fixed(view.root, found) if options.fix else found
    return located, count


def _fixed(root: Path, located: list[Located]) -> list[Located]:
    from ccds_ls.cli.fix import apply_safe_fixes

    left, done = apply_safe_fixes(root, located)
    for line in done:
        print(f"fixed {line}", file=sys.stderr)
    return left


def _by_root(paths: Iterable[Path]) -> dict[Path, list[str]]:
    """The paths below each repository (or folder outside git), relative to it; ``""`` stands for all of it."""
    roots: dict[Path, list[str]] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file or folder '{path}'.")
        full = Path(os.path.realpath(path.parent), path.name) if path.name else Path(os.path.realpath(path))
        folder = full if full.is_dir() else full.parent
        repository = git.discover(folder, environ=os.environ)
        root = repository.top if repository else folder
        relative = full.relative_to(root).as_posix()
        roots.setdefault(root, []).append("" if relative == "." else relative)
    return roots


def _chosen(view: View, paths: list[str], options: argparse.Namespace) -> list[str]:
    """The files that the command line asks for."""

    def wanted(path: str) -> bool:
        return any(not p or path == p or path.startswith(f"{p}/") for p in paths)

    if options.staged:
        return sorted(filter(wanted, view.staged))
    if options.would_add:
        return sorted(filter(wanted, view.would_add))
    if view.repository is None:
        return list(filter(wanted, walk(view.root)))
    listed = git.files(view.repository, [] if "" in paths else paths)
    return sorted({path for path, _ in listed} | set(filter(wanted, view.staged)))


def _versions(view: View, paths: list[str], options: argparse.Namespace) -> list[File]:
    """The versions of some files that are to be checked: staged, in the work tree, or both where they differ."""
    staged = [] if options.would_add else [path for path in paths if path in view.staged]
    files = index_files(view, staged)
    if options.staged:
        return files
    # Where the work tree holds what is staged, once is enough.
    present = (worktree_file(view, path) for path in paths if path not in staged or path in view.would_add)
    return files + [file for file in present if file is not None]


@cache
def _detector() -> Detector:
    try:
        return load()
    except EngineUnavailable as error:
        print(f"ccds-ls: {error} Only our own rules look for secrets.", file=sys.stderr)
        return own_rules_only()


def _print(located: list[Located], count: int, style: str) -> None:
    if style == "json":
        from ccds_ls.report.json import render
    elif style == "sarif":
        from ccds_ls.report.sarif import render
    elif style == "github":
        from ccds_ls.report.github import render
    else:
        from ccds_ls.report.text import render as render_text

        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print(render_text(located, count, colour=colour))
        return
    print(render(located))
