"""What stands is accepted, so that only what is new is shown.

What must not be published is accepted only where the last commit has it already: a secret in a file that was never
committed can still be kept out, and accepting it would let the next ``git add .`` publish it unseen.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ccds_ls.background_detector import loaded_detector
from ccds_ls.baseline import Entry, record
from ccds_ls.check import UNCHECKED, check
from ccds_ls.check_paths import BATCH, by_root, check_paths, without_baseline
from ccds_ls.collect import blob_files, make_snapshot
from ccds_ls.finding import Finding, State
from ccds_ls.git import read as git
from ccds_ls.project import find_projects, nearest
from ccds_ls.rules import all_rules
from ccds_ls.secrets import Detector
from ccds_ls.view import View

SHOWN = 5
"""How many findings that were not accepted the message names."""


@dataclass(frozen=True)
class Accepted:
    """What was written: the baseline files, and how many findings of each rule are in them from this run.

    ``refused`` are the findings that no commit has yet, as ``CODE in PATH``.
    """

    files: tuple[Path, ...]
    counts: Counter[str]
    refused: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What was done, for people, and what it does not do."""
        return " ".join(filter(None, (self._told(), self._refusal())))

    def _refusal(self) -> str:
        if not self.refused:
            return ""
        more = f" and {len(self.refused) - SHOWN} more" if len(self.refused) > SHOWN else ""
        return (
            f"Not accepted, since the last commit does not have it and it can still be kept out: "
            f"{', '.join(self.refused[:SHOWN])}{more}. See to that before 'git add'."
        )

    def _told(self) -> str:
        total = sum(self.counts.values())
        if not total:
            return "" if self.refused else "Nothing was found, so there is nothing to accept."
        names = " and ".join(str(path) for path in self.files)
        told = f"Accepted {total} finding{'s' if total > 1 else ''} in {names}: only new ones are shown from now on."
        secrets = self.counts["secret"]
        if secrets:
            what = "1 of them is a secret" if secrets == 1 else f"{secrets} of them are secrets"
            it, was = ("it", "it was") if secrets == 1 else ("them", "they were")
            told += f" {what}: that is quiet now, not safe. Revoke {it} wherever {was} pushed or shared."
        return f"{told} Commit the file with the project."


def accept(
    paths: list[Path], detector: Detector | None = None, settings: dict[str, Any] | None = None
) -> Accepted:
    """Accept what stands in files and folders. Raises UsageError, BaselineError or GitError.

    What must not be published is accepted where HEAD holds it alone. What is accepted elsewhere in the same projects
    stays; what no longer stands in ``paths`` is taken out. ``settings`` are the editor's.
    """
    files: list[Path] = []
    counts: Counter[str] = Counter()
    refused: dict[str, None] = {}
    for root, chosen in by_root(paths).items():
        checked = check_paths(
            [root / path for path in chosen], with_baseline=False, detector=detector, settings=settings
        )
        every = [finding for finding, _ in checked.located if finding.code != UNCHECKED]
        new = _not_committed(root, every, detector, settings)
        refused |= dict.fromkeys(f"{finding.code} in {finding.path}" for finding in new)
        left_out = {_entry(finding) for finding in new}
        found = [finding for finding in every if _entry(finding) not in left_out]
        counts.update(finding.code for finding in found)
        within_root = [*(finding.path for finding in found), *(f"{path}/x" for path in chosen)]
        projects = find_projects(root, within_root, settings)
        entries: dict[str, list[Entry]] = defaultdict(list)
        for finding in found:
            project = nearest(projects, finding.path)
            entries[project.root].append((finding.code, project.relative(finding.path), finding.fingerprint))
        for project in projects:
            within = list(_within(chosen, project.root))
            written = record(root / project.root, entries[project.root], partial(_is_in, within))
            files += [written] if written else []
    return Accepted(tuple(files), counts, tuple(refused))


def _not_committed(
    root: Path, found: list[Finding], detector: Detector | None, settings: dict[str, Any] | None
) -> list[Finding]:
    """Those of the findings that must not be published and that HEAD does not hold, which a commit would add."""
    rules = [rule for rule in all_rules() if rule.is_about_commits]
    codes = {rule.code for rule in rules}
    guarded = [finding for finding in found if finding.code in codes]
    repository = git.discover(root, environ=os.environ) if guarded else None
    if repository is None:
        return guarded
    head = git.head_entries(repository, sorted({finding.path for finding in guarded}))
    doubtful = [f for f in guarded if f.path not in head or f.state is not State.WORK_TREE]
    changed = [head[path] for path in sorted({finding.path for finding in doubtful} & head.keys())]
    held: set[Entry] = set()
    for start in range(0, len(changed), BATCH):
        files = blob_files(repository, changed[start : start + BATCH])
        snapshot = make_snapshot(View(root, repository), files, settings)
        located = check(without_baseline(snapshot), detector or loaded_detector(), rules)
        held |= {_entry(finding) for finding, _ in located}
    return [finding for finding in doubtful if _entry(finding) not in held]


def _entry(finding: Finding) -> Entry:
    return finding.code, finding.path, finding.fingerprint


def _within(chosen: list[str], project: str) -> Iterator[str]:
    """The chosen paths as a project sees them; ``""`` for all of it."""
    for path in chosen:
        if not project or path == project or path.startswith(f"{project}/"):
            yield path[len(project) + 1 :] if project else path
        elif not path or project.startswith(f"{path}/"):
            yield ""


def _is_in(folders: list[str], path: str) -> bool:
    return any(not folder or path == folder or path.startswith(f"{folder}/") for folder in folders)
