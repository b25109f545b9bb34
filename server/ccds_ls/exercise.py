"""Exercises: steps in a student's own repository, of which each is found to be done or not; none is done for them.

Steps are data, a TOML file with a ``title`` and ``[[steps]]`` of ``check``, ``title``, ``how`` and what the check
takes; ``{main}`` in ``how`` stands for the repository's main branch. The checks are the functions in ``CHECKS``; they
look at git's state and at folders and change nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ccds_ls.commit_message import BRANCHES, CONVENTIONAL
from ccds_ls.git import read
from ccds_ls.git.state import State, state_of
from ccds_ls.project import is_laid_out

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIRST_WEEK = Path(__file__).parent / "exercises" / "first-week.toml"
_MAX_BYTES = 1 << 20


class ExerciseError(Exception):
    """The file of steps can't be used; the text says where and why."""


@dataclass(frozen=True)
class Step:
    """One step. ``given`` is what the file says beside ``check``, ``title`` and ``how``."""

    check: str
    title: str
    how: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """A title and steps in the order in which they are to be done."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Seen:
    """What a check is given: the folder, git's state, None outside git, and the branch that others build on."""

    folder: Path
    state: State | None = None
    main: str = BRANCHES[0]


@dataclass(frozen=True)
class Outcome:
    """A step, whether it is done, and for one that is not what was seen instead."""

    step: Step
    done: bool
    seen: str = ""


def _project(seen: Seen, _: Mapping[str, Any]) -> str | None:
    return (
        None if is_laid_out(seen.folder) else f"{seen.folder.name} has no data, models, notebooks, … folders"
    )


def _repository(seen: Seen, _: Mapping[str, Any]) -> str | None:
    return None if seen.state else f"{seen.folder} is not under git"


def _commits(seen: Seen, given: Mapping[str, Any]) -> str | None:
    count, wanted = (seen.state or State()).commits, given.get("at-least", 1)
    return None if count >= wanted else f"there are {count} commits of {wanted}"


def _remote(seen: Seen, given: Mapping[str, Any]) -> str | None:
    remotes, name = (seen.state or State()).remotes, given.get("name")
    if name:
        return None if name in remotes else f"there is no remote called {name}"
    return None if remotes else "there is no remote"


def _upstream(seen: Seen, given: Mapping[str, Any]) -> str | None:
    upstreams, wanted = (seen.state or State()).upstreams, given.get("branch")
    followed = wanted in upstreams if wanted else any(name in upstreams for name in (*BRANCHES, seen.main))
    return None if followed else f"{wanted or 'the main branch'} follows no branch of a remote"


def _branch(seen: Seen, given: Mapping[str, Any]) -> str | None:
    branch, pattern = (seen.state or State()).branch, given.get("pattern")
    if branch is None:
        return "HEAD is on no branch"
    if pattern:
        return None if re.fullmatch(pattern, branch) else f"the branch {branch} is not named like {pattern}"
    return f"you are on {branch}, which others build on" if branch in BRANCHES else None


def _message(seen: Seen, given: Mapping[str, Any]) -> str | None:
    subject, pattern = (seen.state or State()).subject, given.get("pattern")
    if not subject:
        return "there is no commit of its own yet on this branch"
    fits = re.search(pattern, subject) if pattern else CONVENTIONAL.match(subject)
    return None if fits else f"the latest message is {subject[:60]!r}"


def _pushed(seen: Seen, _: Mapping[str, Any]) -> str | None:
    state = seen.state or State()
    if state.ahead is None:
        return f"{state.branch or 'HEAD'} is not pushed yet"
    return None if state.ahead == 0 else f"{state.ahead} commits are not pushed yet"


def _file(seen: Seen, given: Mapping[str, Any]) -> str | None:
    path = str(given.get("path", ""))
    found = any(seen.folder.glob(path))
    return None if found else f"there is no {path}"


def _clean(seen: Seen, _: Mapping[str, Any]) -> str | None:
    names = (seen.state or State()).uncommitted
    return f"{', '.join(names[:3])} changed and not committed" if names else None


Check = Callable[[Seen, Mapping[str, Any]], "str | None"]
"""Returns None for a step that is done, else what was seen instead."""

CHECKS: Mapping[str, tuple[Check, Mapping[str, type]]] = {
    "project": (_project, {}),
    "repository": (_repository, {}),
    "commits": (_commits, {"at-least": int}),
    "remote": (_remote, {"name": str}),
    "upstream": (_upstream, {"branch": str}),
    "branch": (_branch, {"pattern": str}),
    "message": (_message, {"pattern": str}),
    "pushed": (_pushed, {}),
    "file": (_file, {"path": str}),
    "clean": (_clean, {}),
}
"""The checks by name, each with what it takes."""


def load(path: Path = FIRST_WEEK) -> Exercise:
    """The steps in a file. Raises ExerciseError with the place of what is wrong."""
    try:
        with path.open("rb") as stream:
            data = tomllib.loads(stream.read(_MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ExerciseError(f"{path} can't be read: {reason}.") from error
    title, steps = data.get("title"), data.get("steps")
    if not isinstance(title, str) or not isinstance(steps, list) or not steps:
        raise ExerciseError(f"{path} is no exercise: it has a 'title' and one [[steps]] or more.")
    return Exercise(title, tuple(_step(f"{path}, step {n}", step) for n, step in enumerate(steps, 1)))


def _step(where: str, given: object) -> Step:
    if not isinstance(given, dict):
        raise ExerciseError(f"{where} is no table; write it as [[steps]].")
    texts = {key: given.get(key) for key in ("check", "title", "how")}
    for key, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise ExerciseError(f"{where} has no {key!r}, a text.")
    name = str(texts["check"])
    if name not in CHECKS:
        near = get_close_matches(name, CHECKS, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"The checks are {', '.join(CHECKS)}."
        raise ExerciseError(f"{where}: there is no check {name!r}. {hint}")
    more = {key: value for key, value in given.items() if key not in texts}
    for key, value in more.items():
        _refuse_wrong(f"{where} ({name})", key, value, CHECKS[name][1])
    if name == "file" and not _is_inside(str(more.get("path", ""))):
        raise ExerciseError(f"{where} (file) needs a 'path' in the project, such as 'notebooks/*.ipynb'.")
    return Step(name, str(texts["title"]), str(texts["how"]), more)


def _refuse_wrong(where: str, key: str, value: object, takes: Mapping[str, type]) -> None:
    if key not in takes:
        known = f"It takes {', '.join(takes)}." if takes else "It takes nothing more."
        raise ExerciseError(f"{where} takes no {key!r}. {known}")
    if not isinstance(value, takes[key]) or isinstance(value, bool):
        raise ExerciseError(f"{where}: {key!r} is {'a number' if takes[key] is int else 'a text'}.")
    if key == "pattern":
        try:
            re.compile(str(value))
        except re.error as error:
            raise ExerciseError(f"{where}: {key!r} is no regular expression: {error}.") from error


def _is_inside(path: str) -> bool:
    return bool(path) and not path.startswith(("/", "~")) and ".." not in path.split("/") and ":" not in path


def look(exercise: Exercise, folder: Path) -> list[Outcome]:
    """Which steps are done in ``folder``. Raises GitError when git can't say."""
    repository = read.discover(folder)
    seen = Seen(folder)
    if repository is not None:
        seen = Seen(folder, state_of(repository, BRANCHES), _main_branch(repository))
    outcomes = []
    for step in exercise.steps:
        missing = CHECKS[step.check][0](seen, step.given)
        shown = replace(step, how=step.how.replace("{main}", seen.main))
        outcomes.append(Outcome(shown, missing is None, missing or ""))
    return outcomes


def _main_branch(repository: read.Repository) -> str:
    """The main branch under one of its usual names, else the one that is checked out."""
    current, there = read.current_branch(repository), read.branches(repository)
    usual = [name for name in BRANCHES if name in there and current != name]
    return current if current in BRANCHES or (current and not usual) else (*usual, *BRANCHES)[0]


def text(exercise: Exercise, outcomes: list[Outcome]) -> str:
    """The steps for people: done or not, and how the next one is done."""
    count = sum(outcome.done for outcome in outcomes)
    lines = [f"{exercise.title}: {count} of {len(outcomes)} steps done"]
    following = next((outcome for outcome in outcomes if not outcome.done), None)
    for number, outcome in enumerate(outcomes, 1):
        lines.append(f"  [{'x' if outcome.done else ' '}] {number}. {outcome.step.title}")
        if outcome is following:
            lines += [f"         Next: {outcome.seen}.", f"         {outcome.step.how}"]
    return "\n".join([*lines, *([] if following else ["All done."])])
