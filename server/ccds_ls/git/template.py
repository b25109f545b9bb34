"""The template in git's own terms: what it rendered is kept as commits under refs of ours, and merged like a branch.

The refs are ``refs/ccds-ls/template/<key>``, one for each set of answers that a project was rendered with, and
``refs/ccds-ls/adopted``, for a folder below the top with a mark of its own behind it. They are no branches: nothing
shows, pushes or fetches them unasked.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccds_ls.git import read
from ccds_ls.git.command import ActError, done, failure, git, opened
from ccds_ls.git.read import Repository

_UPDATE = "refs/ccds-ls/update"
_WHO = b"ccds-ls <ccds-ls@localhost> 0 +0000"
"""The same files make the same commit, whoever renders them and when."""

_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


@dataclass(frozen=True)
class Merged:
    """The outcome of a merge, in paths relative to the top: staged changes, and conflicts to resolve."""

    changed: tuple[str, ...]
    conflicts: tuple[str, ...]


def ref_of(key: str) -> str:
    """The ref that keeps what was rendered for this key."""
    return f"refs/ccds-ls/template/{key}"


def adopted_ref(folder: Path) -> str:
    """The ref that keeps the template for a folder that was adopted; each project of a repository has its own."""
    prefix = _prefix(opened(folder), folder)
    mark = f"-{hashlib.sha256(os.fsencode(prefix)).hexdigest()[:8]}" if prefix else ""
    return f"refs/ccds-ls/adopted{mark}"


def kept(repository: Repository, ref: str) -> str | None:
    """The commit that a ref of ours names, or None."""
    code, output = repository.run(["rev-parse", "-q", "--verify", f"{ref}^{{commit}}"], codes=(0, 1))
    return output.decode("ascii").strip() if code == 0 else None


def content(repository: Repository, commit: str, path: str) -> bytes | None:
    """A file in a commit of ours, or None where it has none of that name."""
    code, output = repository.run(["cat-file", "blob", f"{commit}:{path}"], codes=(0, 128))
    return output if code == 0 else None


def paths(repository: Repository, commit: str, folder: Path) -> set[str]:
    """The files of a project in a commit, HEAD's or one of ours, relative to the project's folder."""
    prefix = _prefix(repository, folder)
    _, output = repository.run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])
    names = (os.fsdecode(name) for name in output.split(b"\0")[:-1])
    return {name[len(prefix) :] for name in names if name.startswith(prefix)}


def _prefix(repository: Repository, folder: Path) -> str:
    """The project's folder relative to the top, with a slash behind it; empty for the top itself."""
    inside = repository.relative(folder / "x")
    if inside is None:
        raise ActError(f"{folder} is not in the work tree of {repository.top}.")
    return inside.removesuffix("x")


def keep(folder: Path, ref: str, files: Mapping[str, bytes]) -> str:
    """Keep the files of a project that lies in ``folder`` as a commit under ``ref``; returns the commit's id.

    Work tree, index and branches stay as they are.
    """
    repository = opened(folder)
    prefix = _prefix(repository, folder)
    stream = [
        b"commit %s\ncommitter %s\n" % (ref.encode(), _WHO),
        _data(b"What the CCDS template rendered\n"),
    ]
    stream.append(b"deleteall\n")
    for name, data in sorted(files.items()):
        stream += [b"M 100644 inline %s\n" % _quoted(prefix + name), _data(data)]
    feed = b"".join(stream) + b"done\n"
    what = "What the template rendered was not kept."
    done(repository.top, "fast-import", "--quiet", "--force", "--done", feed=feed, what=what)
    return git(repository.top, "rev-parse", ref).stdout


def forget(folder: Path, ref: str) -> None:
    """Remove a ref of ours."""
    done(folder, "update-ref", "-d", ref, what="The kept template was not removed.")


def require_clean(repository: Repository) -> None:
    """Raise ActError when a merge could touch work that is not committed."""
    for name, what in _UNDER_WAY.items():
        if (repository.git_dir / name).exists():
            raise ActError(f"Nothing was updated: {what} is under way. Finish it, or give it up, first.")
    if read.is_unborn(repository):
        raise ActError("Nothing was updated: there is no commit yet to merge with. Commit first.")
    index, work = read.index_changes(repository), read.changes(repository)
    found = (*index.entries, *work.entries)
    names = {entry.path for entry in found} | {*index.deleted, *work.deleted, *index.unmerged}
    if names:
        listed = ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        raise ActError(
            f"Nothing was updated: there are changes that are not committed ({listed}). Commit them, or put them "
            "aside with 'git stash', then update again."
        )


def merge(folder: Path, base: str | None, new: str) -> Merged:
    """Bring the change from ``base`` to ``new``, both commits of ``keep``, into the work tree and the index.

    Three-way, by git's own merge, with its conflict markers; without a base every file that differs is a conflict.
    Nothing is committed. Raises ActError, with everything as it was, when the work tree is not clean or a file that
    git does not track, ignored or not, is in the way.
    """
    repository = opened(folder)
    require_clean(repository)
    parent = ("-p", base) if base else ()
    who = ("-c", "user.name=ccds-ls", "-c", "user.email=ccds-ls@localhost")
    tree = f"{new}^{{tree}}"
    message = "the CCDS template with the new answers"
    pick = done(
        repository.top, *who, "commit-tree", tree, *parent, "-m", message, what="Nothing was updated."
    ).stdout
    _require_free(repository, pick)
    done(repository.top, "update-ref", _UPDATE, pick, what="Nothing was updated.")
    # A file of the template goes to where the template has it, which is where nothing is in the way.
    plain = ("-c", "commit.gpgSign=false", "-c", "merge.directoryRenames=false")
    outcome = git(repository.top, *plain, "cherry-pick", "--no-commit", _UPDATE)
    after = read.index_changes(repository)
    if outcome.code != 0 and not after.unmerged:
        raise failure(outcome, "Nothing was updated.", "cherry-pick")
    changed = {entry.path for entry in after.entries} | set(after.deleted)
    return Merged(tuple(sorted(changed)), after.unmerged)


def _require_free(repository: Repository, pick: str) -> None:
    """Raise ActError when a file that ``pick`` brings would land on something that HEAD does not have.

    Git itself spares what is untracked, but takes what is ignored for worthless and writes over it.
    """
    options = ["-r", "--root", "-z", "--no-commit-id", "--no-renames", "--name-only", "--diff-filter=d"]
    _, output = repository.run(["diff-tree", *options, pick])
    brought = {os.fsdecode(name) for name in output.split(b"\0")[:-1]}
    committed = paths(repository, "HEAD", repository.top)
    found = {_in_the_way(repository.top, path) for path in brought - committed}
    blocked = sorted(place for place in found - committed if place)
    if blocked:
        listed = ", ".join(blocked[:5]) + (f" and {len(blocked) - 5} more" if len(blocked) > 5 else "")
        raise ActError(
            f"Nothing was updated: the template would write over what git does not keep ({listed}). Move it away, or "
            "commit it ('git add -f' takes what is ignored), then update again."
        )


def _in_the_way(top: Path, path: str) -> str | None:
    """What stands where a new file is to go: something of that name, or a file or link for one of its folders."""
    names = path.split("/")
    for count in range(1, len(names)):
        folder = top.joinpath(*names[:count])
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            return "/".join(names[:count])
    return path if os.path.lexists(top / path) else None


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def _quoted(path: str) -> bytes:
    """A path as git fast-import takes any: in quotes, with C's escapes."""
    escaped = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'
