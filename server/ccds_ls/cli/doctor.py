"""``ccds-ls doctor`` and ``ccds-ls config show``: what works here, what doesn't, and which settings hold."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from ccds_ls import __version__
from ccds_ls.config import Config, kebab
from ccds_ls.git.read import GitError, Repository, discover
from ccds_ls.project import Project, find_projects, nearest

Line = tuple[str, str, str]
"""How it is, what it is, and what there is to say or to do about it."""

OK, NOTE, LOOK = "ok", "note", "LOOK"
"""It works; it is not there and need not be; it does not work."""


def doctor() -> int:
    """Print one line for each thing that ccds-ls depends on; exit code 1 when one of them does not work."""
    lines = list(_examine(Path.cwd()))
    for state, what, says in lines:
        print(f"{state:<4}  {what:<14} {says}")
    return 1 if any(state == LOOK for state, _, _ in lines) else 0


def _examine(folder: Path) -> Iterator[Line]:
    yield OK, "ccds-ls", f"{__version__}, Python {platform.python_version()} ({sys.executable})"
    yield from _git(folder)
    yield _engine()


def _git(folder: Path) -> Iterator[Line]:
    from ccds_ls.git.run import program, run

    try:
        version = run(["--version"], folder)[1].decode("utf-8", "replace").strip()
        yield OK, "git", f"{version} ({program()})"
        repository = discover(folder, environ=os.environ)
    except GitError as error:
        yield LOOK, "git", str(error)
        return
    if repository is None:
        yield LOOK, "repository", f"{folder} is not under git yet: 'git init' puts it there."
        return
    yield OK, "repository", str(repository.top)
    yield from _identity(repository)
    yield _hook(repository)
    yield from _project(repository.top, folder)


def _identity(repository: Repository) -> Iterator[Line]:
    from ccds_ls.git.read import user_email, user_name

    name, email = user_name(repository), user_email(repository)
    if name and email:
        yield OK, "identity", f"{name} <{email}>"
    else:
        missing = "user.email" if name else "user.name"
        yield LOOK, "identity", f'git can\'t commit yet: git config --global {missing} "..."'


def _hook(repository: Repository) -> Line:
    from ccds_ls.git.hook import not_installed, vanished

    if python := vanished(repository.top):
        return LOOK, "hook", f"its Python, {python}, is gone: 'ccds-ls hook install' writes it anew"
    advice = not_installed(repository.top)
    if advice is None:
        return OK, "hook", "every commit is checked"
    return NOTE, "hook", f"not installed; {advice}"


def _project(top: Path, folder: Path) -> Iterator[Line]:
    relative = (Path(os.path.realpath(folder)) / "x").relative_to(top).as_posix()
    project = nearest(find_projects(top, [relative]), relative)
    where = top / project.root
    missing = [name for name in ("data", "notebooks") if not (where / name).is_dir()]
    if missing:
        yield (
            NOTE,
            "project",
            f"{where} has no folder {' and no '.join(missing)}; 'ccds-ls new' makes a whole project",
        )
    else:
        yield OK, "project", str(where)
    for problem in project.problems:
        yield LOOK, "settings", f"{problem.key}: {problem.message}" if problem.key else problem.message


def _engine() -> Line:
    from ccds_ls.secrets import EngineUnavailable, load

    try:
        load()
    except EngineUnavailable as error:
        return LOOK, "secret engine", str(error)
    return OK, "secret engine", "loaded"


def show_config() -> int:
    """Print each setting with its value, where it comes from and what it means."""
    folder = Path.cwd()
    try:
        repository = discover(folder, environ=os.environ)
    except GitError as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    top = repository.top if repository else Path(os.path.realpath(folder))
    relative = (Path(os.path.realpath(folder)) / "x").relative_to(top).as_posix()
    project = nearest(find_projects(top, [relative]), relative)
    for line in _settings(project, top):
        print(line)
    for problem in project.problems:
        print(f"ccds-ls: {problem.key or 'pyproject.toml'}: {problem.message}", file=sys.stderr)
    return 0


def _settings(project: Project, top: Path) -> Iterator[str]:
    defaults = Config()
    source = top / project.root / "pyproject.toml"
    for setting in fields(Config):
        value = getattr(project.config, setting.name)
        origin = "default" if value == getattr(defaults, setting.name) else str(source)
        yield f"{kebab(setting.name)} = {_shown(value)}    ({origin})\n    {setting.metadata['help']}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        items = [str(item) if isinstance(item, str) else item.code for item in value]
        return "[" + ", ".join(f'"{item}"' for item in items) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "not set" if value is None else f'"{value}"' if isinstance(value, str) else str(value)
