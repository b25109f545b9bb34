"""What commits that were not pushed yet would publish: each content under each of its names, what it says once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ccds_ls.check import Located, check
from ccds_ls.collect import blob_files, make_snapshot
from ccds_ls.finding import Finding, State
from ccds_ls.git import read as git
from ccds_ls.rules import all_rules
from ccds_ls.secrets import Detector
from ccds_ls.snapshot import File
from ccds_ls.view import View


class Unpushed(NamedTuple):
    """What was found in commits that were not pushed yet, and how many files of theirs were looked at."""

    located: list[Located]
    files: int


BATCH = 50
"""How many blobs are read and checked at a time."""


def pushed_commits(repository: git.Repository, lines: Sequence[str]) -> list[str]:
    """The arguments of rev-list for what a push would bring, from what git tells its pre-push hook.

    Each line is ``LOCAL_REF LOCAL_OID REMOTE_REF REMOTE_OID`` (githooks(5)), with zeros for what is not there. What
    any remote has is not new.
    """
    local, remote = [], []
    for line in lines:
        fields = line.split()
        if len(fields) == 4:
            local += [fields[1]] if fields[1].strip("0") else []
            remote += [fields[3]] if fields[3].strip("0") else []
    known = [oid for oid, size in git.sizes(repository, remote).items() if size is not None]
    return [*local, *(f"^{oid}" for oid in known), "--not", "--remotes"] if local else []


def check_unpushed(
    repository: git.Repository,
    detector: Detector,
    commits: Sequence[str] | None = None,
    settings: dict[str, Any] | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Unpushed:
    """Findings in what ``commits`` bring in, by default all of HEAD's that no remote has; raises GitError.

    They are as bad as in what is staged, since after the push it is too late. ``progress`` gets how many of how
    many contents are done.
    """
    entries = git.unpushed(repository) if commits is None else git.introduced(repository, commits)
    # Side by side, the names of one content are looked at while it is in memory.
    names: dict[str, list[git.Entry]] = {}
    for entry in entries:
        if not entry.is_submodule:
            names.setdefault(entry.oid, []).append(entry)
    named = [entry for same in reversed(names.values()) for entry in same]
    rules = [rule for rule in all_rules() if rule.is_about_commits]
    view = View(repository.top, repository)
    found: list[Located] = []
    seen: set[object] = set()
    for start in range(0, len(named), BATCH):
        progress(start, len(named))
        batch = named[start : start + BATCH]
        for path_free in _apart(batch):
            commit_of = {entry.path: entry.commit for entry in path_free}
            files = blob_files(repository, path_free)
            for finding, file in check(make_snapshot(view, files, settings), detector, rules):
                if _is_new(finding, file, seen):
                    found.append((_told(finding, commit_of.get(finding.path)), file))
    return Unpushed(found, len({entry.path for entry in named}))


def _is_new(finding: Finding, file: File, seen: set[object]) -> bool:
    """Whether it was not found at the same place of the same content before, under another name of the file.

    What is about a whole file may be about its name, and so is new under each.
    """
    if finding.span is None:
        return True
    key = (file.content_id, finding.code, finding.kind, finding.severity, finding.span)
    new = key not in seen
    seen.add(key)
    return new


def _apart(entries: list[git.Entry]) -> Iterator[list[git.Entry]]:
    """Several versions of one file are looked at one after the other: a snapshot holds one of each kind."""
    rest = entries
    while rest:
        now = {entry.path: entry for entry in rest}
        yield list(now.values())
        rest = [entry for entry in rest if now[entry.path] is not entry]


def _told(finding: Finding, commit: str | None) -> Finding:
    where = f" It is in commit {commit[:10]}, not pushed yet." if commit else ""
    return replace(finding, state=State.WORK_TREE, message=f"{finding.message}{where}", fixes=())
