"""What the user asked git to do with another machine: remotes, push, pull, clone.

The only code of the project that uses the network, and only when its command is given. Addresses and names
are checked before git sees them, so that none can be taken for an option or start a program; a transfer
reports its progress and can be cancelled; a password is never asked for and never repeated.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from ccds_ls.counted import counted
from ccds_ls.git import read
from ccds_ls.git.command import ActError, Done, Outcome, done, failure, git, opened, own_hooks
from ccds_ls.git.read import Repository
from ccds_ls.git.run import redacted

Tell = Callable[[str, int | None], object]

_SCHEMES = ("https", "http", "ssh", "git", "file")
_SCP = re.compile(r"(?:[\w.+-]+@)?[\w][\w.-]*:(?!:|//)[^:].*")  # user@host:path, git's short form of ssh
_NEW_REMOTE = (
    "Make an empty repository (no README) at https://github.com/new or https://gitlab.com/projects/new and add its "
    "address with 'ccds.git.addRemote'; or run 'gh repo create --private --source . --remote origin'."
)


def add_remote(folder: Path, url: str, *, name: str = "origin") -> Done:
    """Add a remote repository's address. Nothing is sent or fetched."""
    repository = opened(folder)
    check_url(url)
    if (
        not re.fullmatch(r"\w[\w.-]*", name)
        or git(folder, "check-ref-format", f"refs/remotes/{name}/x").code != 0
    ):
        raise ActError(f"{name!r} can't be the name of a remote; 'origin' is the usual one.")
    present = read.setting(repository, f"remote.{name}.url")
    if present is not None:
        raise ActError(
            f"Nothing was changed: there is a remote {name} already, {redacted(present)}. "
            f"'git remote set-url {name} URL' changes it."
        )
    done(repository.top, "remote", "add", "--", name, url, what="The remote was not added.")
    warning = (
        " The address holds a password, which git keeps readable in .git/config; a credential helper is safer."
        if "@" in urlsplit(url).netloc and ":" in urlsplit(url).netloc.rpartition("@")[0]
        else ""
    )
    return Done(f"Added the remote {name}: {redacted(url)}.{warning}", (), f"git remote remove {name}")


def push(
    folder: Path,
    *,
    remote: str | None = None,
    progress: Tell | None = None,
    cancelled: threading.Event | None = None,
) -> Done:
    """Send the current branch, setting its upstream when it has none. Never forces."""
    repository = opened(folder)
    branch = _branch(repository, "Nothing was pushed")
    upstream = read.setting(repository, f"branch.{branch}.remote")
    remote = remote or upstream or _only_remote(repository)
    if read.setting(repository, f"remote.{remote}.url") is None:
        raise ActError(f"Nothing was pushed: there is no remote {remote}. {_NEW_REMOTE}")
    merge = read.setting(repository, f"branch.{branch}.merge") if upstream == remote else None
    options = [] if merge else ["--set-upstream"]
    target = merge or f"refs/heads/{branch}"
    outcome = git(
        repository.top,
        *("push", "--porcelain", "--progress", *options, "--", remote, f"refs/heads/{branch}:{target}"),
        network=True,
        cancelled=cancelled,
        progress=progress,
    )
    hooks = own_hooks(repository, ("pre-push",))
    if outcome.code != 0:
        raise _rejected(outcome, branch, remote, hooks)
    short = target.removeprefix("refs/heads/")
    if "\n=\t" in f"\n{outcome.stdout}":
        return Done(f"{remote} has everything of {branch} already.", (), "There is nothing to undo.")
    kept = "" if merge else f" From now on {branch} follows {remote}/{short}."
    undo = (
        f"git push {remote} --delete {short}"
        if "\n*\t" in f"\n{outcome.stdout}"
        else "Others may have it already, so take it back with a new commit: git revert, then push."
    )
    ran = " Your hook pre-push ran." if hooks else ""
    return Done(f"Pushed {branch} to {remote}/{short}.{kept}{ran}", (), undo)


def pull(folder: Path, *, progress: Tell | None = None, cancelled: threading.Event | None = None) -> Done:
    """Take over what the upstream has, if that needs no merge (fast-forward); your own changes stay."""
    repository = opened(folder)
    branch = _branch(repository, "Nothing was pulled")
    before = git(repository.top, "rev-parse", "HEAD").stdout
    if git(repository.top, "rev-parse", "-q", "--verify", "--symbolic-full-name", "@{upstream}").code != 0:
        raise ActError(
            f"Nothing was pulled: {branch} follows no branch of a remote yet. Push it first, or run "
            f"'git branch --set-upstream-to=origin/{branch}'."
        )
    outcome = git(
        repository.top,
        *("-c", "merge.autoStash=false", "pull", "--ff-only", "--no-rebase", "--progress"),
        network=True,
        cancelled=cancelled,
        progress=progress,
    )
    if outcome.code != 0:
        raise _not_pulled(repository, outcome, branch)
    after = git(repository.top, "rev-parse", "HEAD").stdout
    if after == before:
        return Done(f"{branch} was up to date.", (), "There is nothing to undo.")
    count = int(git(repository.top, "rev-list", "--count", f"{before}..{after}").stdout)
    return Done(
        f"Took over {counted(count, 'commit')}; {branch} is at {after[:7]}.",
        (repository.top,),
        f"git reset --keep {before[:12]}",
    )


def clone(
    url: str, target: Path, *, progress: Tell | None = None, cancelled: threading.Event | None = None
) -> Done:
    """Fetch a whole repository into ``target``, which must be empty or not there. All or nothing."""
    check_url(url)
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise ActError(f"Nothing was cloned: {target} exists already and is not an empty folder.")
    if not target.parent.is_dir():
        raise ActError(f"Nothing was cloned: there is no folder {target.parent}.")
    # Git is stopped hard when it does not end by itself, so it works in a folder that is ours to remove.
    workspace = Path(tempfile.mkdtemp(prefix=f".{target.name}-clone-", dir=target.parent))
    try:
        outcome = git(
            workspace,
            *("clone", "--progress", "--", url, "new"),
            network=True,
            cancelled=cancelled,
            progress=progress,
        )
        if outcome.code != 0:
            raise failure(outcome, "Nothing was cloned.", "clone")
        if target.is_dir():
            target.rmdir()
        (workspace / "new").rename(target)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return Done(f"Cloned {redacted(url)} into {target}.", (target,), f"Delete the folder {target}.")


def check_url(url: str) -> None:
    """Raise ActError unless the address is one of https, http, ssh, git, file, ``user@host:path`` or a
    folder.

    What git would take for an option, or for a helper program (``ext::``), is none of them.
    """
    bad = ActError(
        f"{redacted(url)!r} is not the address of a git repository that is used from here. It looks like "
        "https://github.com/NAME/PROJECT.git, git@github.com:NAME/PROJECT.git or the full path of a folder."
    )
    if not url or url.startswith("-") or "::" in url or re.search(r"[\x00-\x20\x7f]", url):
        raise bad
    scheme, separator, rest = url.partition("://")
    if separator:
        host = rest.partition("/")[0].rpartition("@")[2]
        if scheme.lower() not in _SCHEMES or host.startswith("-") or (scheme.lower() != "file" and not host):
            raise bad
    elif not (Path(url).is_absolute() or _SCP.fullmatch(url)):
        raise bad


def _branch(repository: Repository, what: str) -> str:
    branch = read.current_branch(repository)
    if branch is None:
        raise ActError(
            f"{what}: HEAD is on no branch. 'git switch BRANCH' goes to one, 'git switch -c NAME' makes one."
        )
    if read.is_unborn(repository):
        raise ActError(f"{what}: there is no commit on {branch} yet. Commit first.")
    return branch


def _only_remote(repository: Repository) -> str:
    """``origin``, or the only remote there is. Raises ActError when there is none, or no telling which."""
    names = git(repository.top, "remote").stdout.split()
    if "origin" in names or len(names) == 1:
        return "origin" if "origin" in names else names[0]
    if names:
        raise ActError(f"Nothing was pushed: say to which remote; there are {', '.join(names)}.")
    raise ActError(f"Nothing was pushed: there is no remote repository yet. {_NEW_REMOTE}")


def _rejected(outcome: Outcome, branch: str, remote: str, hooks: list[str]) -> ActError:
    if re.search("fetch first|non-fast-forward|behind", outcome.stdout + outcome.stderr):
        return ActError(
            f"Nothing was pushed: {remote} has commits of {branch} that you don't have yet. Pull first "
            "('ccds.git.pull'), then push again."
        )
    match = re.search(r"\[remote rejected\] \((.*)\)", outcome.stdout)
    if match:
        return ActError(
            f"Nothing was pushed: {remote} refuses {branch}: {match[1]}. {outcome.stderr.strip()[-500:]}"
        )
    if hooks and "fatal:" not in outcome.stderr and not outcome.stdout.strip():
        said = (
            re.sub(r"error: failed to push some refs.*", "", outcome.stderr).strip()[-2000:]
            or "(it said nothing)"
        )
        return ActError(f"Nothing was pushed. Your own hook (pre-push) stopped the push. It said:\n{said}")
    return failure(outcome, "Nothing was pushed.", "push")


def _not_pulled(repository: Repository, outcome: Outcome, branch: str) -> ActError:
    if re.search("Not possible to fast-forward|Diverging branches", outcome.stderr):
        counts = git(
            repository.top, "rev-list", "--left-right", "--count", "HEAD...@{upstream}"
        ).stdout.split()
        ours, theirs = counts if len(counts) == 2 else ("some", "some")
        return ActError(
            f"Nothing was merged: {branch} and its upstream have gone apart, with {ours} and {theirs} commits of "
            "their own. Bring them together in a terminal with 'git merge @{upstream}' or 'git rebase @{upstream}'."
        )
    if "would be overwritten" in outcome.stderr:
        return ActError(
            f"Nothing was merged: your changes would be overwritten. Commit them first, then pull again. "
            f"{redacted(outcome.stderr).strip()[-500:]}"
        )
    return failure(outcome, "Nothing was pulled.", "pull")
