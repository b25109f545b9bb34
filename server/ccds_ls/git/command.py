"""How an action runs git: through GitPython, with the user's own configuration, and never waiting for an
answer.

The only importer of GitPython. It starts the process; the limits of time, stopping it and reading what it
says are ours, because GitPython can do the first on POSIX only and the second not at all.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccds_ls.git.read import Repository, discover, setting
from ccds_ls.git.run import Call, GitError, explained, program, redacted

LOCAL_SECONDS = 600.0
"""Limit for an action on this machine; hooks, signing and filters of the user's run within it."""
NETWORK_SECONDS = 3600.0
"""Limit for a transfer; it can be cancelled at any time."""

_ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
)
_NO_QUESTIONS = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_PAGER": "cat",
}
_TRANSPORTS = "file:git:http:https:ssh"
_ADVICE = {
    r"\.lock': (File exists|Unable)|Another git process": (
        "Another git process is at work in this repository. Wait for it and try again; if none is running any "
        "more, delete that lock file."
    ),
    "could not read Username|could not read Password|Authentication failed|terminal prompts disabled|HTTP 40[13]": (
        "The server wants a name and a password or token. Sign in once in a terminal (for example with "
        "'gh auth login' or by running the same git command there), then try again."
    ),
    r"Permission denied \(publickey|Host key verification failed": (
        "ssh has no key that the server accepts, or does not know the server. Run 'ssh -T' with the server's name "
        "in a terminal, then try again."
    ),
    "Could not resolve host|Connection refused|Connection timed out|unable to access|Network is unreachable": (
        "The server could not be reached. Check the address and the network, then try again."
    ),
    "Repository not found|does not appear to be a git repository|HTTP 404|repository '.*' not found": (
        "That repository does not exist, or you may not see it. Check the address; a new one is made empty, without "
        "a README, at https://github.com/new, https://gitlab.com/projects/new or with 'gh repo create'."
    ),
    "transport '.*' not allowed": "Only https, ssh, git and file addresses are used from here.",
    "No space left": "The disk is full. Make room, then try again.",
    "gpg failed to sign|error: Load key|signing failed": (
        "Signing the commit failed. Unlock the key in a terminal, or turn commit.gpgSign off."
    ),
}


class ActError(Exception):
    """An action was not done, or not wholly. ``str`` is for people: what, why, and what to do next."""


class IdentityMissing(ActError):
    """Git does not know whose commit it would be; ``commands`` are the two that tell it."""

    commands = ('git config --global user.name "Your Name"', "git config --global user.email you@example.org")

    def __init__(self) -> None:
        first, second = self.commands
        super().__init__(
            "Nothing was changed: git does not know your name and e-mail yet, which every commit carries. "
            f"Run these two commands in a terminal, then try again:\n  {first}\n  {second}"
        )


@dataclass(frozen=True)
class Done:
    """What an action did, for people; the absolute paths that it touched; and how to undo it, in one
    sentence.
    """

    message: str
    paths: tuple[Path, ...]
    undo: str


@dataclass(frozen=True)
class Outcome:
    """How a git command ended: its exit code, the first part of its output, and its messages, redacted."""

    code: int
    stdout: str
    stderr: str


def git(
    folder: Path,
    *arguments: str,
    feed: bytes | None = None,
    network: bool = False,
    cancelled: threading.Event | None = None,
    progress: Callable[[str, int | None], object] | None = None,
) -> Outcome:
    """Run one git command in ``folder`` for an action of the user's and say how it ended.

    ``network`` says that it reaches another machine: it may take longer, and ssh asks nothing.
    ``progress`` gets what a transfer reports: a text and a percentage. Raises GitError when the command can't
    be started or took too long, StoppedError when ``cancelled`` was set.
    """
    # GitPython looks for git while it is imported; without this, in the current folder too on some PATHs.
    os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program()
    from git import Git  # a tenth of a second, which only an action pays

    for name in _ELSEWHERE:  # GitPython hands on the whole environment
        os.environ.pop(name, None)
    command = [program(), "--no-pager", *arguments]
    # The wrapper ends the process when it is collected, so it is kept until the end.
    wrapper = Git(str(folder)).execute(
        command,
        istream=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
        as_process=True,
        env=_NO_QUESTIONS | (_network_environment(folder) if network else {}),
        start_new_session=True,
    )
    assert wrapper.proc is not None  # noqa: S101 - it was just started
    heard = Progress(progress).hear if progress is not None else None
    with Call(
        wrapper.proc,
        _name(arguments),
        feed=feed,
        timeout=NETWORK_SECONDS if network else LOCAL_SECONDS,
        cancelled=cancelled,
        gently=True,
        heard=heard,
    ) as call:
        output = call.gather()
        code = call.finish(codes=())
    return Outcome(code, os.fsdecode(bytes(output)).rstrip("\n"), redacted(os.fsdecode(bytes(call.errors))))


def done(folder: Path, *arguments: str, feed: bytes | None = None, what: str) -> Outcome:
    """Like ``git``; raises ActError, beginning with ``what``, when the command failed."""
    outcome = git(folder, *arguments, feed=feed)
    if outcome.code != 0:
        raise failure(outcome, what, _name(arguments))
    return outcome


def failure(outcome: Outcome, what: str, name: str) -> ActError:
    """The error for a command that failed: what was not done, git's reason, and what to do next."""
    text = f"{outcome.stderr}\n{outcome.stdout}"
    advice = next((advice for pattern, advice in _ADVICE.items() if re.search(pattern, text)), "")
    reason = explained(name, outcome.code, outcome.stderr or redacted(outcome.stdout))
    return ActError(f"{what} {reason} {advice}".strip())


def opened(folder: Path) -> Repository:
    """The repository of ``folder``. Raises ActError when there is none, GitError when git does not open
    it.
    """
    repository = discover(folder)
    if repository is None:
        raise ActError(
            f"{folder} is not under git yet. 'git init' (the command 'ccds.git.init') puts it there."
        )
    return repository


def own_hooks(repository: Repository, names: Sequence[str]) -> list[str]:
    """Those of the hooks of these names that git would run here."""
    folder = Path(repository.top, git(repository.top, "rev-parse", "--git-path", "hooks").stdout)
    return [name for name in names if os.access(folder / name, os.X_OK) and (folder / name).is_file()]


def require_identity(folder: Path) -> None:
    """Raise IdentityMissing unless name and e-mail are configured; git's guesses from the machine don't
    count.
    """
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if git(folder, "-c", "user.useConfigOnly=true", "var", who).code != 0:
            raise IdentityMissing


class Progress:
    """Makes (text, percentage) of what git writes while it transfers: lines that end in CR or LF."""

    def __init__(self, tell: Callable[[str, int | None], object]) -> None:
        self._tell = tell
        self._rest = b""

    def hear(self, piece: bytes) -> None:
        """Take the next piece of stderr."""
        *lines, self._rest = re.split(rb"[\r\n]+", self._rest + piece)
        for line in lines:
            text = redacted(line.decode("utf-8", "replace")).removeprefix("remote: ").strip()
            match = re.match(r"([A-Z][\w ]+):\s+(\d{1,3})% ", text + " ")
            if text:
                self._tell(match[1] if match else text, int(match[2]) if match else None)


def _network_environment(folder: Path) -> dict[str, str]:
    own = {"GIT_ALLOW_PROTOCOL": os.environ.get("GIT_ALLOW_PROTOCOL", _TRANSPORTS)}
    if not {"GIT_SSH_COMMAND", "GIT_SSH"} & set(os.environ) and not _ssh_command(folder):
        own["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    return own


def _ssh_command(folder: Path) -> str | None:
    try:
        repository = discover(folder)
    except GitError:
        return None
    return setting(repository, "core.sshCommand") if repository is not None else None


def _name(arguments: Sequence[str]) -> str:
    """The subcommand's name: the first argument that is neither an option nor the value of ``-c``."""
    values = iter(arguments)
    for value in values:
        if value == "-c":
            next(values)
        elif not value.startswith("-"):
            return value
    return ""
