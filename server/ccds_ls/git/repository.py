"""Which repository a folder belongs to, and the plain facts about it: branch, identity, authors."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ccds_ls.git.run import Call, GitError, run, start

_SEPARATOR = "--ccds-ls"  # rev-parse repeats an option that it doesn't know: a mark between two paths

_MOST_TOPS = 50  # files and folders in the top one that git is asked about by name

_BARE = "{} is in a bare repository: it has no work tree, so there is nothing to check."


@dataclass(frozen=True)
class Repository:
    """One work tree and where its parts lie. All paths are absolute, with symbolic links resolved.

    ``git_dir`` is this work tree's own folder (``.git/worktrees/NAME`` in a linked one), ``common_dir`` the
    one that holds objects and branches. ``index`` is the file that is read for what is staged. ``kept`` are
    the environment variables that calls pass on. Setting ``cancelled`` stops every call of this value.
    """

    top: Path
    git_dir: Path
    common_dir: Path
    index: Path
    kept: tuple[tuple[str, str], ...] = ()
    cancelled: threading.Event | None = field(default=None, compare=False)

    def cancellable(self, cancelled: threading.Event) -> Repository:
        """The same repository, whose calls raise StoppedError soon after the event is set."""
        return replace(self, cancelled=cancelled)

    def relative(self, path: Path) -> str | None:
        """``path`` relative to ``top`` with ``/`` separators, None outside it. The file may itself be a
        link.
        """
        try:
            return Path(os.path.realpath(path.parent), path.name).relative_to(self.top).as_posix()
        except ValueError:
            return None

    def run(
        self,
        arguments: Sequence[str],
        *,
        feed: bytes | None = None,
        codes: Sequence[int] = (0,),
        settings: Sequence[str] = (),
    ) -> tuple[int, bytes]:
        """Run git in this work tree and return its exit code and output; see ``run.run``."""
        return run(
            arguments,
            self.top,
            kept=self._environment,
            feed=feed,
            codes=codes,
            settings=settings,
            cancelled=self.cancelled,
        )

    def call(self, arguments: Sequence[str], *, feed: bytes) -> Call:
        """Start git in this work tree, for output that is read piece by piece."""
        process = start(arguments, self.top, kept=self._environment, has_input=True)
        return Call(process, arguments[0], feed=feed, cancelled=self.cancelled)

    @property
    def _environment(self) -> tuple[tuple[str, str], ...]:
        # Without a ceiling, a work tree whose .git has gone would be taken for a folder of one above it.
        return (*self.kept, ("GIT_CEILING_DIRECTORIES", str(self.top.parent)))


def discover(folder: Path, *, environ: Mapping[str, str] | None = None) -> Repository | None:
    """The repository that an absolute ``folder``, or a file, lies in, even one still to be made; None if in
    none.

    ``environ`` is given by the command line, where a hook's ``GIT_INDEX_FILE`` says which index is being
    committed; a server gives none. Raises GitError when there is a repository that git does not open.
    """
    folder = _existing(folder)
    kept = _from_hook(environ or {})
    try:
        _, output = run(["rev-parse", "--show-toplevel", _SEPARATOR, "--absolute-git-dir"], folder, kept=kept)
    except GitError as error:
        refusal = _refusal(folder, str(error))
        if refusal is None:
            return None
        raise refusal from error
    top_line, _, git_dir_line = output.partition(f"\n{_SEPARATOR}\n".encode())
    top, git_dir = _resolved(top_line), _resolved(git_dir_line.removesuffix(b"\n"))
    _check_place(folder, top, git_dir)
    own_index = dict(kept).get("GIT_INDEX_FILE")
    index = Path(os.path.realpath(top / own_index)) if own_index else git_dir / "index"
    if own_index:
        kept = (
            *((name, value) for name, value in kept if name != "GIT_INDEX_FILE"),
            ("GIT_INDEX_FILE", str(index)),
        )
    return Repository(top, git_dir, _common_dir(git_dir), index, kept)


def committing(repository: Repository) -> Repository:
    """The same repository with the index of the commit whose message is being written.

    While the editor is open ``git commit -a`` keeps the new index in its lock, and ``git commit PATH`` one of its
    own beside the lock. Another process that holds the lock has not written it yet: that index can't be read.
    """
    lock = repository.git_dir / "index.lock"
    if repository.index != repository.git_dir / "index" or not lock.is_file():
        return repository
    try:  # the latest: one of a process that was killed may have been left over
        index = max(repository.git_dir.glob("next-index-*.lock"), key=os.path.getmtime, default=lock)
    except OSError:  # it went meanwhile
        index = lock
    return replace(repository, index=index, kept=(*repository.kept, ("GIT_INDEX_FILE", str(index))))


def _check_place(folder: Path, top: Path, git_dir: Path) -> None:
    """Refuse a repository that a folder's own configuration or layout stretches over other folders."""
    around = (folder, *_resolved(os.fsencode(folder)).parents)
    if any(parent.samefile(git_dir) for parent in around):
        raise GitError(_BARE.format(folder))  # safe.bareRepository says so since git 2.38
    if not any(parent.samefile(top) for parent in around):
        raise GitError(
            f"{folder} is not in the work tree that its repository names, {top}, which is left alone. "
            "Open that folder, or unset core.worktree."
        )


def _resolved(name: bytes) -> Path:
    return Path(os.path.realpath(os.fsdecode(name)))


def _from_hook(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What git tells its hooks: the index (relative to the top), and both folders when the user gave them.

    ``GIT_DIR`` without the others comes from somebody's shell and must not turn the check elsewhere.
    """
    if not environ.get("GIT_INDEX_FILE"):
        return ()
    names = ["GIT_INDEX_FILE"]
    if environ.get("GIT_DIR") and environ.get("GIT_WORK_TREE"):
        names += ["GIT_DIR", "GIT_WORK_TREE"]
    return tuple((name, environ[name]) for name in names)


def _existing(folder: Path) -> Path:
    """The nearest folder that exists; for a path inside ``.git``, such as a commit message, its work tree."""
    if ".git" in folder.parts:
        at = len(folder.parts) - 1 - folder.parts[::-1].index(".git")
        git_dir = Path(*folder.parts[: at + 1])
        linked = (
            Path(*folder.parts[: at + 3], "gitdir")
            if folder.parts[at + 1 : at + 2] == ("worktrees",)
            else None
        )
        if linked is not None and linked.is_file():
            folder = Path(os.fsdecode(linked.read_bytes().strip())).parent
        elif git_dir.is_dir():
            folder = git_dir.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _common_dir(git_dir: Path) -> Path:
    """A linked work tree names the shared folder in ``commondir`` (gitrepository-layout)."""
    try:
        return _resolved(os.fsencode(git_dir) + b"/" + (git_dir / "commondir").read_bytes().strip())
    except FileNotFoundError:
        return git_dir
    except OSError as error:
        raise GitError(f"{git_dir / 'commondir'} can't be read: {error.strerror}.") from error


def _refusal(folder: Path, reason: str) -> GitError | None:
    """Why git does not open the repository of ``folder``, for people; None when it is in no repository."""
    if "not a git repository" in reason:
        dot_git = next((p / ".git" for p in (folder, *folder.parents) if _holds_something(p / ".git")), None)
        if dot_git is None:
            return None
        wrong = (
            "points to a folder that is not there" if dot_git.is_file() else "is not a complete repository"
        )
        return GitError(
            f"{dot_git} {wrong}, so git can't be asked. Repair it, or move it away if it is left over."
        )
    if re.search("dubious ownership|unsafe repository", reason):
        return GitError(
            f"git refuses {folder}: it belongs to another user (dubious ownership). If you trust it, run: "
            f"git config --global --add safe.directory '{_named_in(reason) or folder}'"
        )
    if re.search("bare repository|must be run in a work tree", reason):
        return GitError(_BARE.format(folder))
    return GitError(f"git can't open the repository of {folder}. {reason}")


def _named_in(reason: str) -> str | None:
    match = re.search("repository (?:at )?'([^']+)'", reason)
    return match[1] if match else None


def _holds_something(dot_git: Path) -> bool:
    try:
        return dot_git.is_file() or (dot_git.is_dir() and any(dot_git.iterdir()))
    except OSError:
        return True  # not readable is not the same as not there


def setting(repository: Repository, name: str) -> str | None:
    """A configuration value as git sees it, or None. Raises GitError when the configuration can't be read."""
    code, output = repository.run(["config", "-z", "--get", name], codes=(0, 1))
    return output.rstrip(b"\0").decode("utf-8", "surrogateescape") if code == 0 else None


def user_name(repository: Repository) -> str | None:
    """The configured ``user.name``."""
    return setting(repository, "user.name")


def user_email(repository: Repository) -> str | None:
    """The configured ``user.email``."""
    return setting(repository, "user.email")


def current_branch(repository: Repository) -> str | None:
    """The branch that HEAD is on, born or not; None when HEAD is detached."""
    code, output = repository.run(["symbolic-ref", "-q", "--short", "HEAD"], codes=(0, 1))
    return os.fsdecode(output.rstrip(b"\n")) if code == 0 else None


def branches(repository: Repository) -> list[str]:
    """The names of the local branches that have a commit."""
    _, output = repository.run(["for-each-ref", "--format=%(refname:short)", "refs/heads"])
    return os.fsdecode(output).splitlines()


def is_unborn(repository: Repository) -> bool:
    """True when there is no commit yet on the current branch. Raises GitError when the branch is damaged."""
    code, _ = repository.run(["rev-parse", "-q", "--verify", "HEAD"], codes=(0, 1))
    if code == 0:
        return False
    _, name = repository.run(["symbolic-ref", "HEAD"])
    if (repository.common_dir / os.fsdecode(name.rstrip(b"\n"))).is_file():
        raise GitError(
            f"HEAD can't be resolved: the branch {os.fsdecode(name.strip())} is damaged. Run 'git fsck'."
        )
    return True


def authors(repository: Repository, commits: int = 1000) -> list[tuple[str, str]]:
    """The distinct (name, e-mail) of the last ``commits`` commits' authors, the latest first."""
    if is_unborn(repository):
        return []
    # rev-list, not log: log runs gpg where log.showSignature is set.
    arguments = ["rev-list", f"--max-count={commits}", "--format=%aN%x00%aE", "HEAD", "--"]
    _, output = repository.run(arguments)
    lines = output.decode("utf-8", "surrogateescape").split("\n")
    pairs = (tuple(line.split("\0", 1)) for line in lines if "\0" in line)
    return list(dict.fromkeys((name, email) for name, email in pairs))


def added(repository: Repository, notebooks: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Who brought each of the notebooks in, by name and e-mail, as far as the last thousand commits tell."""
    if is_unborn(repository):
        return {}
    # Git passes over all else that the commits changed; of a great many places it is asked as fast without any.
    tops = sorted({path.split("/")[0] for path in notebooks})
    return _added(
        repository, repository.run(["rev-parse", "HEAD"])[1], tuple(tops if len(tops) <= _MOST_TOPS else ())
    )


@lru_cache(maxsize=4)
def _added(
    repository: Repository,
    head: bytes,  # noqa: ARG001 - what it is true of
    tops: tuple[str, ...],
) -> dict[str, tuple[str, str]]:
    _, names = repository.run(["rev-list", "--max-count=1000", "--no-merges", "HEAD", "--"])
    options = ["--stdin", "-r", "--root", "--no-renames", "--diff-filter=A", "--name-only", "-z"]
    below = (f":(literal){top}" for top in tops)
    # A clone without its trees tells nothing.
    code, output = repository.run(
        ["diff-tree", *options, "--format=%x01%aN%x00%aE", "--", *below], feed=names, codes=(0, 128)
    )
    found: dict[str, tuple[str, str]] = {}
    fields = iter(output.split(b"\0")[:-1] if code == 0 else ())
    person = "", ""
    for fact in fields:
        if fact.startswith(b"\x01"):
            name, email = fact[1:], next(fields, b"")
            person = name.decode("utf-8", "surrogateescape"), email.decode("utf-8", "surrogateescape")
        elif fact.endswith(b".ipynb"):
            found.setdefault(os.fsdecode(fact.removeprefix(b"\n")), person)
    return found


def subjects(repository: Repository, commits: int = 200) -> list[str]:
    """The first lines of the last ``commits`` messages, the latest first."""
    if is_unborn(repository):
        return []
    _, output = repository.run(["rev-list", f"--max-count={commits}", "--format=%s", "HEAD", "--"])
    return output.decode("utf-8", "replace").split("\n")[1:-1:2]  # beside each stands "commit OID"


def has_remote(repository: Repository) -> bool:
    """Whether the repository knows another one."""
    code, _ = repository.run(["config", "--get-regexp", r"^remote\..*\.url$"], codes=(0, 1))
    return code == 0
