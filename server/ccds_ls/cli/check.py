"""``ccds-ls check``: the rules without an editor."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.background_detector import detector_problem, loaded_detector
from ccds_ls.check_paths import Checked, UsageError, by_root, check_paths
from ccds_ls.git import read as git

if TYPE_CHECKING:
    from ccds_ls.check import Located


def run(options: argparse.Namespace) -> int:
    """Check, print, and say with the exit code what was found."""
    paths = options.paths or [Path()]
    if options.baseline:
        return _accept(paths)
    try:
        if options.unpushed:
            checked = _unpushed(paths)
        elif options.fix:
            from ccds_ls.cli.fix import check_and_fix

            checked = check_and_fix(paths, staged=options.staged, would_add=options.would_add)
        else:
            checked = check_paths(paths, staged=options.staged, would_add=options.would_add)
    except (UsageError, git.GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    if problem := detector_problem():
        print(f"ccds-ls: {problem}", file=sys.stderr)
    from ccds_ls.finding import Severity

    if options.unpushed and not checked.files and options.format == "text":
        print("Nothing to check: a push would bring no new content of a file.")
    else:
        show(checked, options.format)
    return 1 if checked.down_to(Severity.WARNING).located else 0


def _accept(paths: list[Path]) -> int:
    """Write the baselines and say so; exit code 2 when it could not be done."""
    from ccds_ls.baseline import BaselineError
    from ccds_ls.baseline.accept import accept

    try:
        accepted = accept(paths)
    except (UsageError, BaselineError, git.GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    print(accepted.message)
    return 0


def _unpushed(paths: list[Path]) -> Checked:
    """The findings in commits that no remote has, of the repositories that ``paths`` are in."""
    from ccds_ls.unpushed import check_unpushed

    found: dict[Path, list[Located]] = {}
    files = 0
    for root in by_root(paths):
        repository = git.discover(root, environ=os.environ)
        if repository is None:
            raise UsageError(f"{root} is not in a git repository, so there is nothing to push.")
        found[root], looked_at = check_unpushed(repository, loaded_detector())
        files += looked_at
    return Checked(found, files)


def show(checked: Checked, style: str) -> None:
    """Print a report to stdout. For people, paths are as one types them in this folder."""
    if style == "json":
        from ccds_ls.report.json import render
    elif style == "sarif":
        from ccds_ls.report.sarif import render
    elif style == "github":
        from ccds_ls.report.github import render
    else:
        from ccds_ls.report.text import render as render_text

        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print(render_text(list(_seen_from(Path.cwd(), checked)), checked.files, colour=colour))
        return
    print(render(checked.located))


def _seen_from(folder: Path, checked: Checked) -> Iterator[Located]:
    """All findings with their paths relative to a folder; absolute where it is in another tree."""
    folder = Path(os.path.realpath(folder))
    for root, found in checked.found.items():
        if folder == root:
            yield from found
            continue
        near = folder.is_relative_to(root) or root.is_relative_to(folder)
        for finding, file in found:
            path = root / finding.path
            yield (
                replace(finding, path=Path(os.path.relpath(path, folder) if near else path).as_posix()),
                file,
            )
