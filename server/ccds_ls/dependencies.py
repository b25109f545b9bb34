"""What a project says that it needs: the names in its dependency files, and the modules that it has itself.

Read are pyproject.toml, requirements files, environment.yml, Pipfile, pixi.toml, setup.cfg and setup.py: that is
where Cookiecutter Data Science and its users keep them. Nothing is run.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MAX_BYTES = 1_000_000
_SETTLED = 2_000_000_000  # ns; FAT's clock moves every two seconds
_NAME = re.compile(r"[ \t]*(?:-[ \t]+)?[\"']?(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)")
_REQUIREMENTS = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)")
_ENVIRONMENT = re.compile(r"(?:.*[-_.])?(?:environment|conda)(?:[-_.].*)?\.ya?ml")
_STRINGS = re.compile(r"[\"']([A-Za-z0-9][\w.-]*)[^\"']*[\"']")
_FILES = ("pyproject.toml", "Pipfile", "pixi.toml", "setup.cfg", "setup.py")


@dataclass(frozen=True)
class Declared:
    """What one project declares.

    ``names`` are distributions, as PyPI normalises their names; ``files`` the files that name them, relative to the
    project; ``modules`` what can be imported from the project's own folders, and what it calls itself.
    """

    names: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    modules: frozenset[str] = frozenset()


def normal(name: str) -> str:
    """A distribution's name as PyPI normalises it: lower case, ``-`` for ``_`` and ``.``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(project: Path, folders: Iterable[str] = ()) -> Declared:
    """What the project in a folder declares; ``folders``, relative to it, are others to import modules from."""
    found: set[str] = set()
    own: set[str] = set()
    files = []
    for path in sorted(dependency_files(project)):
        try:
            status = path.stat()
        except OSError:
            continue
        if status.st_size > _MAX_BYTES:
            continue
        names, itself = _parsed(path, status.st_mtime_ns, status.st_size)
        own |= {re.sub(r"[-.]+", "_", spelt) for name in itself for spelt in (name, name.lower())}
        if names:
            found |= names
            files.append(path.relative_to(project).as_posix())
    places = {"", "src", *folders, *(up for folder in folders for up in _above(folder))}
    as_they_are = tuple((project / place, _changed(project / place)) for place in sorted(places))
    settled = all(changed for _, changed in as_they_are)
    modules = (_modules if settled else _modules.__wrapped__)(as_they_are)
    return Declared(frozenset(found), tuple(files), modules | own)


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def dependency_files(project: Path) -> Iterator[Path]:
    """The files in which the project in a folder may say what it needs."""
    for folder in (project, project / "requirements"):
        for name in listed(folder):
            inside = folder != project and name.endswith((".txt", ".in"))
            if inside or name in _FILES or _REQUIREMENTS.fullmatch(name) or _ENVIRONMENT.fullmatch(name):
                yield folder / name


def listed(folder: Path) -> tuple[str, ...]:
    """The names in a folder, none where it can't be listed; kept until the folder changes."""
    return _names_at(folder, _changed(folder))


def _changed(folder: Path) -> int:
    """When a folder changed last, in ns; -1 where there is none, 0 where it was just now.

    What changed just now is not to be kept: its time may stay the same while more changes.
    """
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return -1
    return changed if time.time_ns() - changed > _SETTLED else 0


def _names_at(folder: Path, changed: int) -> tuple[str, ...]:
    return (_names if changed else _names.__wrapped__)(folder, changed)


@lru_cache(maxsize=256)
def _names(folder: Path, _changed: int) -> tuple[str, ...]:
    try:
        return tuple(os.listdir(folder))  # noqa: PTH208 - names are all that is needed
    except OSError:
        return ()


@lru_cache(maxsize=64)
def _modules(places: tuple[tuple[Path, int], ...]) -> frozenset[str]:
    """The names that can be imported from some folders as they are: their Python files, and their folders."""
    found = set()
    for name in (name for place in places for name in _names_at(*place)):
        stem, _, ending = name.partition(".")
        if ending in ("", "py", "ipynb") or ending.endswith(("so", "pyd")):
            found.add(stem)
    return frozenset(found)


@lru_cache(maxsize=256)
def _parsed(path: Path, _changed: int, _size: int) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names in one file as it is at this time and size, and what it calls the project itself."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset(), ()
    return frozenset(map(normal, names_in(path.name, text))), tuple(own_names(path.name, text))


def names_in(name: str, text: str) -> Iterator[str]:
    """The distributions that the text of a dependency file of this name declares, as they are written there."""
    if name.endswith(".toml") or name == "Pipfile":
        try:
            yield from _in_tables(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, RecursionError):
            return
    elif name.endswith((".yml", ".yaml")):
        yield from _in_environment(text)
    elif name in ("setup.py", "setup.cfg"):
        blocks = re.findall(
            r"(?:install_requires|extras_require\]|tests_require).*\n((?:[ \t]+.*\n?|\w+ *=.*\n?)*)", text
        )
        yield from _STRINGS.findall(text) if name == "setup.py" else _lines("".join(blocks))
    else:
        yield from _lines(text)


def own_names(name: str, text: str) -> Iterator[str]:
    """What a dependency file of this name calls the project itself; setup.py has that among its other names."""
    if name == "setup.cfg":
        yield from re.findall(r"^name *= *([\w.-]+)", text, re.MULTILINE)
    elif name == "pyproject.toml":
        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError):
            return
        tool = document.get("tool")
        for table in (document.get("project"), tool.get("poetry") if isinstance(tool, dict) else None):
            if isinstance(table, dict) and isinstance(table.get("name"), str):
                yield table["name"]


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        egg = (
            re.search(r"#egg=([\w.-]+)|/([\w.-]+?)(?:\.git)?(?:@[\w.-]+)?\s*$", line)
            if "://" in line
            else None
        )
        if egg and "@" not in line.partition("://")[0]:
            yield egg[1] or egg[2]
        elif match := _NAME.match(line):
            yield match[1]


def _in_environment(text: str) -> Iterator[str]:
    """The items of an environment.yml's ``dependencies``, those for pip included."""
    _, _, rest = text.partition("dependencies:")
    yield from (name for line in rest.splitlines() if line.lstrip().startswith("-") for name in _lines(line))


def _is_requirement(value: object) -> bool:
    """Whether its key is a distribution: not of a list of names, but of Poetry's list of one's several versions."""
    return not isinstance(value, list) or any(isinstance(item, dict) for item in value)


def _in_tables(table: object, key: str = "", inside: bool = False) -> Iterator[str]:
    """The names in every table or list that is about dependencies, whichever tool it belongs to."""
    if isinstance(table, dict):
        for name, value in table.items():
            about = re.fullmatch(
                r"(?:.*-)?dependencies|packages|dev-packages|dependency-groups|requires", name
            )
            if inside and not key.endswith("groups") and _is_requirement(value):
                yield name
            if about or isinstance(value, dict | list):
                yield from _in_tables(value, name, inside=bool(about) or (inside and isinstance(value, list)))
    elif isinstance(table, list) and inside:
        yield from (match[1] for item in table if isinstance(item, str) and (match := _NAME.match(item)))
