"""``ccds-ls check --baseline``: everything that stands is accepted, so that only what is new is shown."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ccds_ls.baseline import BaselineError, Entry, record
from ccds_ls.check import UNCHECKED
from ccds_ls.cli.check import UsageError, by_root, collect
from ccds_ls.git import read as git
from ccds_ls.project import find_projects, nearest
from ccds_ls.secrets import Detector


@dataclass(frozen=True)
class Accepted:
    """What was written: the baseline files, and how many findings of each rule are in them from this run."""

    files: tuple[Path, ...]
    counts: Counter[str]

    @property
    def message(self) -> str:
        """What was done, for people, and what it does not do."""
        total = sum(self.counts.values())
        if not total:
            return "Nothing was found, so there is nothing to accept."
        names = " and ".join(str(path) for path in self.files)
        told = f"Accepted {total} finding{'s' if total > 1 else ''} in {names}: only new ones are shown from now on."
        secrets = self.counts["secret"]
        if secrets:
            what = "1 of them is a secret" if secrets == 1 else f"{secrets} of them are secrets"
            told += f" {what}: that is quiet now, not safe. Revoke it wherever it was pushed or shared."
        return f"{told} Commit the file with the project."


def run(paths: list[Path]) -> int:
    """Write the baselines and say so; exit code 2 when it could not be done."""
    try:
        accepted = accept(paths)
    except (UsageError, BaselineError, git.GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    print(accepted.message)
    return 0


def accept(paths: list[Path], detector: Detector | None = None) -> Accepted:
    """Accept all that stands in files and folders. Raises UsageError, BaselineError or GitError.

    What is accepted elsewhere in the same projects stays; what no longer stands in ``paths`` is taken out.
    """
    files: list[Path] = []
    counts: Counter[str] = Counter()
    for root, chosen in by_root(paths).items():
        located, _ = collect([root / path for path in chosen], with_baseline=False, detector=detector)
        found = [finding for finding, _ in located if finding.code != UNCHECKED]
        counts.update(finding.code for finding in found)
        projects = find_projects(
            root, [*(finding.path for finding in found), *(f"{path}/x" for path in chosen)]
        )
        entries: dict[str, list[Entry]] = defaultdict(list)
        for finding in found:
            project = nearest(projects, finding.path)
            entries[project.root].append((finding.code, project.relative(finding.path), finding.fingerprint))
        for project in projects:
            within = list(_within(chosen, project.root))
            written = record(root / project.root, entries[project.root], partial(_is_in, within))
            files += [written] if written else []
    return Accepted(tuple(files), counts)


def _within(chosen: list[str], project: str) -> Iterator[str]:
    """The chosen paths as a project sees them; ``""`` for all of it."""
    for path in chosen:
        if not project or path == project or path.startswith(f"{project}/"):
            yield path[len(project) + 1 :] if project else path
        elif not path or project.startswith(f"{path}/"):
            yield ""


def _is_in(folders: list[str], path: str) -> bool:
    return any(not folder or path == folder or path.startswith(f"{folder}/") for folder in folders)
