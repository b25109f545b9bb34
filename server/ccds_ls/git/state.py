"""Where a repository stands: branch, remotes, upstreams and latest commit, as far as git knows without a network."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccds_ls.git.changes import changes, index_changes
from ccds_ls.git.repository import Repository, current_branch, is_unborn
from ccds_ls.git.run import redacted


@dataclass(frozen=True)
class State:
    """``branch`` is None when HEAD is detached. ``remotes`` are addresses by name, without credentials.

    ``upstreams`` has each local branch that follows one, with the remote branch. ``ahead`` is how many commits the
    upstream of the current branch does not have, None where there is no upstream. ``subject`` is the first line of
    the branch's latest own commit that is no merge, ``uncommitted`` the tracked paths that differ from HEAD.
    """

    branch: str | None = None
    commits: int = 0
    subject: str = ""
    remotes: Mapping[str, str] = field(default_factory=dict)
    upstreams: Mapping[str, str] = field(default_factory=dict)
    ahead: int | None = None
    uncommitted: tuple[str, ...] = ()


def state_of(repository: Repository, main: Sequence[str] = ()) -> State:
    """Ask git; ``main`` are names of branches that others branch from. Raises GitError when git can't say."""
    branch = current_branch(repository)
    upstreams = _upstreams(repository)
    unborn = is_unborn(repository)
    index, work = index_changes(repository), changes(repository)
    changed = {entry.path for entry in (*index.entries, *work.entries)} | {*index.deleted, *work.deleted}
    upstream = upstreams.get(branch or "")
    return State(
        branch,
        0 if unborn else int(_line(repository, "rev-list", "--count", "HEAD", "--")),
        "" if unborn else _subject(repository, [name for name in main if name != branch]),
        _remotes(repository),
        upstreams,
        None if unborn or upstream is None else _ahead(repository, upstream),
        tuple(sorted(changed)),
    )


def _line(repository: Repository, *arguments: str) -> str:
    return os.fsdecode(repository.run(arguments)[1]).strip()


def _subject(repository: Repository, main: Sequence[str]) -> str:
    _, output = repository.run(
        ["for-each-ref", "--format=%(refname)", *(f"refs/heads/{name}" for name in main)]
    )
    others = [f"^{ref}" for ref in os.fsdecode(output).split()] if main else []
    text = _line(repository, "rev-list", "--no-merges", "--max-count=1", "--format=%s", "HEAD", *others, "--")
    return text.partition("\n")[2]


def _remotes(repository: Repository) -> dict[str, str]:
    _, output = repository.run(["config", "-z", "--get-regexp", r"^remote\..*\.url$"], codes=(0, 1))
    pairs = (item.partition("\n") for item in os.fsdecode(output).split("\0") if item)
    return {key.removeprefix("remote.").removesuffix(".url"): redacted(url) for key, _, url in pairs}


def _upstreams(repository: Repository) -> dict[str, str]:
    _, output = repository.run(["for-each-ref", "--format=%(refname:short)%00%(upstream)", "refs/heads"])
    pairs = (line.partition("\0") for line in os.fsdecode(output).splitlines())
    return {branch: upstream for branch, _, upstream in pairs if upstream}


def _ahead(repository: Repository, upstream: str) -> int | None:
    code, _ = repository.run(["rev-parse", "-q", "--verify", f"{upstream}^{{commit}}"], codes=(0, 1, 128))
    return int(_line(repository, "rev-list", "--count", f"{upstream}..HEAD", "--")) if code == 0 else None
