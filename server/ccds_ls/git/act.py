"""What the user asked git to do on this machine: init, stage, unstage, commit, branch, rename, ignore.

Each function takes checked input, does one thing or nothing, never changes the content of a file of the
user's, and returns a Done or raises ActError (GitError where the repository can't be opened at all). The
user's own configuration applies on purpose: hooks run, commits are signed, filters filter.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ccds_ls.counted import counted
from ccds_ls.files import append_line
from ccds_ls.git import read
from ccds_ls.git.command import ActError as ActError
from ccds_ls.git.command import Done as Done
from ccds_ls.git.command import IdentityMissing as IdentityMissing
from ccds_ls.git.command import done, failure, git, own_hooks, require_identity
from ccds_ls.git.command import opened as opened
from ccds_ls.git.read import Repository
from ccds_ls.git.remote import add_remote as add_remote
from ccds_ls.git.remote import clone as clone
from ccds_ls.git.remote import pull as pull
from ccds_ls.git.remote import push as push

_NAMED = 20
_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")


def init(
    folder: Path,
    *,
    branch: str = "main",
    message: str = "Start of the project",
    before_commit: Callable[[], None] | None = None,
) -> Done:
    """Put a folder under git: init on ``branch``, add what is not ignored, first commit.

    ``before_commit`` is called when everything is staged and may raise, which leaves it so. Raises
    IdentityMissing, or ActError for a folder that is in a repository already, before anything is written.
    """
    if not folder.is_dir():
        raise ActError(f"There is no folder {folder} to put under git.")
    _check_branch_name(folder, branch)
    around = read.discover(folder)
    if around is not None:
        where = "already under git" if around.top.samefile(folder) else f"inside the repository {around.top}"
        raise ActError(f"Nothing was changed: {folder} is {where}.")
    require_identity(folder)
    done(folder, "init", "-q", what=f"{folder} was not put under git.")
    undo = f"Delete the folder {folder / '.git'}; your files stay."
    done(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}", what=f"The branch was not named {branch}.")
    stands = f"The repository was made in {folder}, but has no commit yet."
    done(folder, "add", "-A", what=stands)
    repository = opened(folder)
    count = len(read.staged(repository))
    if before_commit is not None:
        before_commit()
    if count == 0:
        return Done(f"Made a git repository on {branch}; there are no files to commit yet.", (folder,), undo)
    _run_commit(repository, message, True, stands)
    return Done(
        f"Made a git repository on {branch} with a first commit of {counted(count, 'file')}.", (folder,), undo
    )


def stage(folder: Path, paths: Sequence[Path] | None = None) -> Done:
    """Stage the paths as they are now, deletions too; everything below the repository's top when None."""
    repository = opened(folder)
    names = _names(repository, paths) if paths is not None else []
    _check_stageable(repository, names)
    what = "Nothing was staged." if names else "Not everything could be staged."
    arguments = ["add", "-A", "--pathspec-from-file=-", "--pathspec-file-nul"] if names else ["add", "-A"]
    feed = _joined(names or ["."])
    done(repository.top, "--literal-pathspecs", *arguments, feed=feed, what=what)
    now = read.index_changes(repository)
    count = len(now.entries) + len(now.deleted)
    subject = _listed(names) if names else "everything that git does not ignore"
    message = f"Staged {subject}; {counted(count, 'file')} would be in the next commit."
    # A list of hundreds of names is no command that anyone reads.
    again = _shell(names if len(names) <= _NAMED else ())
    return Done(message, _paths(repository, names), f"Unstage again with: git restore --staged -- {again}")


def unstage(folder: Path, paths: Sequence[Path]) -> Done:
    """Take paths out of the coming commit: the index gets HEAD's version back, the files stay as they are."""
    repository = opened(folder)
    names = _names(repository, paths)
    found = read.index_changes(repository)
    staged = {entry.path: entry.oid for entry in found.entries} | dict.fromkeys(found.deleted, "")
    wanted = [name for name in names if name in staged]
    if set(names) & set(found.unmerged):
        raise ActError(f"Nothing was unstaged: resolve the conflict in {_listed(found.unmerged)} first.")
    if not wanted:
        raise ActError(f"Nothing was unstaged: {_listed(names)} is not staged.")
    only_staged = [name for name in _only_in_index(repository, wanted) if staged[name]]
    arguments = ("reset", "-q", "--pathspec-from-file=-", "--pathspec-file-nul")
    done(
        repository.top, "--literal-pathspecs", *arguments, feed=_joined(wanted), what="Nothing was unstaged."
    )
    undo = f"Stage again with: git add -- {_shell(wanted)}"
    if only_staged:
        blobs = ", ".join(f"'git cat-file blob {staged[name]}' for {name}" for name in only_staged)
        undo += f". The staged version was not the file's; it can still be shown: {blobs}"
    return Done(f"Unstaged {_listed(wanted)}; the files are as they were.", _paths(repository, wanted), undo)


def stop_tracking(folder: Path, paths: Sequence[Path]) -> Done:
    """Remove paths from the index and leave the files on disk."""
    repository = opened(folder)
    names = _names(repository, paths)
    wanted = sorted(read.tracked(repository, names))
    if not wanted:
        raise ActError(f"Nothing was changed: git does not track {_listed(names)}.")
    arguments = ("update-index", "-z", "--force-remove", "--stdin")
    done(repository.top, *arguments, feed=_joined(wanted), what="Nothing was changed.")
    message = f"Git no longer tracks {_listed(wanted)} from the next commit on; the files stay on disk."
    undo = f"Track again with: git add -f -- {_shell(wanted)}"
    return Done(message, _paths(repository, wanted), undo)


def commit(folder: Path, message: str, *, verify: bool = True, allow_empty: bool = False) -> Done:
    """Commit what is staged. The user's own hooks run unless ``verify`` is False, and are said to run."""
    if not message.strip() or "\0" in message:
        raise ActError("Nothing was committed: the commit needs a message.")
    repository = opened(folder)
    found = read.index_changes(repository)
    if found.unmerged:
        raise ActError(
            f"Nothing was committed: there is an unresolved conflict in {_listed(found.unmerged)}."
        )
    names = [entry.path for entry in found.entries] + list(found.deleted)
    merging = (repository.git_dir / "MERGE_HEAD").exists()
    if not names and not merging and not allow_empty:
        raise ActError("Nothing was committed: nothing is staged. Stage files first ('git add').")
    require_identity(repository.top)
    first = read.is_unborn(repository)
    options = ("--allow-empty",) if allow_empty else ()
    _run_commit(repository, message, verify, "Nothing was committed.", *options)
    oid = git(repository.top, "rev-parse", "--short", "HEAD").stdout
    where = read.current_branch(repository) or "no branch (HEAD is detached)"
    ran = (
        f" Your hooks ran: {', '.join(hooks)}." if verify and (hooks := own_hooks(repository, _HOOKS)) else ""
    )
    undo = "git update-ref -d HEAD" if first else "git reset --soft HEAD~1"
    return Done(
        f"Committed {counted(len(names), 'file')} as {oid} on {where}.{ran}",
        _paths(repository, names),
        f"'{undo}' takes the commit back and keeps everything staged.",
    )


def create_branch(folder: Path, name: str) -> Done:
    """Make a branch at the current commit and switch to it; the files stay as they are."""
    repository = opened(folder)
    _check_branch_name(repository.top, name)
    if git(repository.top, "show-ref", "-q", "--verify", f"refs/heads/{name}").code == 0:
        raise ActError(f"There is a branch {name} already; 'git switch {name}' goes to it.")
    before = read.current_branch(repository)
    done(repository.top, "checkout", "-q", "-b", name, what=f"The branch {name} was not made.")
    back = f"git switch {before}" if before else "git switch --detach HEAD"
    return Done(f"Made the branch {name} and switched to it.", (), f"{back} && git branch -d {name}")


def rename(old: Path, new: Path) -> Done:
    """Move a file, with git where git tracks it. Never overwrites; a change of case alone is fine."""
    if not os.path.lexists(old):
        raise ActError(f"Nothing was renamed: there is no file {old}.")
    if not new.parent.is_dir():
        raise ActError(f"Nothing was renamed: there is no folder {new.parent}.")
    if os.path.lexists(new) and not _same_entry(old, new):
        raise ActError(f"Nothing was renamed: {new} exists already.")
    repository = read.discover(old.parent)
    name = repository.relative(old) if repository is not None else None
    if repository is not None and name is not None and name in read.tracked(repository, [name]):
        target = repository.relative(new)
        if target is None or target.split("/")[0] == ".git":
            raise ActError(f"Nothing was renamed: {new} is not in the repository {repository.top}.")
        what = "Nothing was renamed."
        done(repository.top, "--literal-pathspecs", "mv", "--", name, target, what=what)
        undo = f"git mv -- {_shell([target, name])}"
        return Done(f"Renamed {name} to {target}; git has the rename staged.", (old, new), undo)
    move(old, new)
    return Done(f"Renamed {old.name} to {new.name}.", (old, new), f"Rename {new} back to {old.name}.")


def keep_initials(folder: Path, initials: str) -> Done:
    """Keep this user's initials for a repository, in its own configuration, which is never committed."""
    repository = opened(folder)
    done(repository.top, "config", "--local", read.INITIALS, initials, what="Your initials were not kept.")
    undo = f"git config --unset {read.INITIALS}"
    return Done(f"Your initials in this repository are {initials}.", (), undo)


def ignore(
    path: Path,
    pattern: str,
    file: str = ".gitignore",
    *,
    also_unstage: bool = False,
    also_stop_tracking: bool = False,
) -> Done:
    """Add a line to an ignore file (relative to the top), and take ``path`` out of the index if asked to."""
    repository = opened(path.parent)
    target = repository.top / file
    inside = repository.relative(target)
    if inside is None or target.name != ".gitignore" or target.is_symlink() or ".." in Path(file).parts:
        raise ActError(f"Nothing was changed: {file} is not a .gitignore file of {repository.top}.")
    if not pattern.strip() or set("\r\n\0") & set(pattern):
        raise ActError("Nothing was changed: the pattern is empty or has more than one line.")
    wanted = ((also_unstage, unstage), (also_stop_tracking, stop_tracking))
    # The index first: where that is refused, as while another git is at work, nothing was changed.
    steps = [action(path.parent, [path]) for is_wanted, action in wanted if is_wanted]
    try:
        added = append_line(target, pattern)
    except OSError as error:
        done = "".join(f" {step.message} {step.undo}" for step in steps)
        raise ActError(f"{inside} was not changed: {error.strerror or error}.{done}") from error
    messages = [f"Added '{pattern}' to {inside}." if added else f"'{pattern}' is in {inside} already."]
    messages += [step.message for step in steps]
    undo = [f"Remove that line from {inside}."] if added else []
    undo += [step.undo for step in steps]
    return Done(" ".join(messages), (target, path), " ".join(undo) or "There is nothing to undo.")


def _run_commit(repository: Repository, message: str, verify: bool, what: str, *options: str) -> None:
    check = () if verify else ("--no-verify",)
    outcome = git(
        repository.top, "commit", "-q", *check, *options, "-F", "-", feed=message.encode("utf-8", "replace")
    )
    if outcome.code == 0:
        return
    hooks = [name for name in own_hooks(repository, _HOOKS) if name != "post-commit"] if verify else []
    if hooks and "fatal:" not in outcome.stderr and "gpg failed" not in outcome.stderr:
        said = f"{outcome.stderr}\n{outcome.stdout}".strip()[-2000:] or "(it said nothing)"
        raise ActError(f"{what} Your own hook ({' or '.join(hooks)}) stopped the commit. It said:\n{said}")
    raise failure(outcome, what, "commit")


def _check_branch_name(folder: Path, name: str) -> None:
    from ccds_ls.branch_name import FIRST, slug

    checked = None if name.startswith("-") else git(folder, "check-ref-format", "--branch", name)
    if checked is None or checked.code != 0 or checked.stdout != name:
        raise ActError(
            f"{name!r} can't be the name of a branch: no spaces, none of ~^:?*[\\, no '..', no dash first. "
            f"{(slug(name) or FIRST)!r} would do."
        )


def _check_stageable(repository: Repository, names: list[str]) -> None:
    if not names:
        return
    ignored = read.ignored_by(repository, names)
    for name, by in ignored.items():
        raise ActError(
            f"Nothing was staged: git ignores {name} because of line {by.line} of {by.source} ({by.pattern}). "
            "Change that line if the file belongs in the repository."
        )
    known = {path for path, _ in read.files(repository, names)}
    for name in names:
        if name != "." and name not in known and not any(path.startswith(f"{name}/") for path in known):
            raise ActError(f"Nothing was staged: there is no file {name}, neither on disk nor in git.")


def _names(repository: Repository, paths: Iterable[Path]) -> list[str]:
    """The paths relative to the top. Raises ActError for one outside the work tree or inside ``.git``."""
    names = []
    for path in paths:
        name = repository.relative(path if path.is_absolute() else repository.top / path)
        if name is None or ".git" in name.split("/"):
            raise ActError(f"Nothing was changed: {path} is not a file of the repository {repository.top}.")
        names.append(name)
    if not names:
        raise ActError("Nothing was changed: no file was named.")
    return names


def _only_in_index(repository: Repository, names: Iterable[str]) -> list[str]:
    """Those whose staged content is not what is on disk."""
    now = read.changes(repository)
    return sorted(set(names) & ({entry.path for entry in now.entries} | set(now.deleted)))


def _same_entry(old: Path, new: Path) -> bool:
    """True when both names mean one entry of a folder, on a file system that does not tell case apart."""
    return old.parent.samefile(new.parent) and old.name.lower() == new.name.lower() and old.samefile(new)


def move(old: Path, new: Path) -> None:
    """Rename without overwriting, even if ``new`` appears in the meantime, where the file system has
    links.
    """
    if os.path.lexists(new) or old.is_dir():
        old.rename(new)
        return
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError as error:
        raise ActError(f"Nothing was renamed: {new} exists already.") from error
    except (OSError, NotImplementedError):  # no hard links here, or another device
        old.rename(new)
    else:
        old.unlink()


def _paths(repository: Repository, names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(repository.top / name for name in names)


def _joined(names: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\0" for name in names)


def _shell(names: Iterable[str]) -> str:
    return " ".join("'" + name.replace("'", "'\\''") + "'" for name in names) or "."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
