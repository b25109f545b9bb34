"""A map of one project: which folders of the layout are there, what each is for and holds, what git has of it.

It has hints and no warnings: CCDS is a layout to begin with, and its authors say to adapt it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path

from ccds_ls import layout
from ccds_ls.counted import counted
from ccds_ls.git import read as git
from ccds_ls.project import is_project
from ccds_ls.report.visible import visible

MAX_FILES = 100_000
"""How many files are counted; of a project with more these."""

_LEFT_OUT = {"__pycache__", "node_modules", "venv", "env", "ENV"}
_NO_CONTENT = {".gitkeep", ".DS_Store"}


@dataclass
class Folder:
    """One line of the map: a folder, without the folders below it that have a line of their own.

    ``state`` is ``there``, ``missing`` (in the layout alone) or ``added`` (in the project alone). ``size`` is in
    bytes, ``kinds`` counts files by the ending of their names, ``tracked`` is None outside git.
    """

    path: str
    role: str
    state: str
    files: int = 0
    size: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    tracked: int | None = None


@dataclass(frozen=True)
class Map:
    """The folders of a project, sorted by path, and hints. ``is_complete`` is false where counting was given up."""

    root: Path
    folders: tuple[Folder, ...]
    hints: tuple[str, ...]
    is_complete: bool = True


def project_at(folder: Path) -> Path | None:
    """The project that a folder is in, None where there is none."""
    return next((place for place in (folder, *folder.parents) if is_project(place)), None)


def packages(root: Path) -> frozenset[str]:
    """The names of a project's own Python packages, which are folders in its root."""
    try:
        names = [entry.name for entry in os.scandir(root) if entry.is_dir()]
    except OSError:
        return frozenset()
    return frozenset(name for name in names if name != "tests" and (root / name / "__init__.py").is_file())


def inspect(root: Path, cancelled: Callable[[], bool] = lambda: False) -> Map:
    """Look at a project; when ``cancelled`` turns true no more files are counted.

    Raises GitError when git can't be asked, OSError when ``root`` is no folder to be listed.
    """
    os.scandir(root).close()
    folders = {folder.path: folder for folder in _lines(root)}
    found = list(islice(takewhile(lambda _: not cancelled(), _walk(root)), MAX_FILES + 1))
    for path, size in found[:MAX_FILES]:
        folder = folders.get(_line_of(path, folders))
        if folder is not None and path.rpartition("/")[2] not in _NO_CONTENT:
            folder.files += 1
            folder.size += size
            folder.kinds[os.path.splitext(path)[1].lower()] += 1  # noqa: PTH122 - a path of the project, as text
    _ask_git(root, folders)
    ordered = tuple(folders[path] for path in sorted(folders))
    hints = (*_layout_hints(ordered), *_notebook_hints(path for path, _ in found), *_data_hints(ordered))
    return Map(root, ordered, hints, len(found) <= MAX_FILES)


def _lines(root: Path) -> Iterator[Folder]:
    """The folders of the layout, and those that the project has besides, still without what they hold."""
    own = packages(root)
    yield from (Folder(name, layout.PACKAGE, "there") for name in own)
    for path, role in layout.FOLDERS.items():
        yield Folder(path, role, "there" if (root / path).is_dir() else "missing")
    for parent in ("", "data", "reports"):
        for name in _folders_in(root / parent):
            path = f"{parent}/{name}".lstrip("/")
            if path == "tests":
                yield Folder(path, layout.TESTS, "there")
            elif path not in layout.FOLDERS and path not in own:
                yield Folder(path, "", "added")


def _folders_in(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    names = [entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    return [name for name in names if _is_shown(name)]


def _is_shown(name: str) -> bool:
    return not (name.startswith(".") or name in _LEFT_OUT or name.endswith(".egg-info"))


def _walk(root: Path) -> Iterator[tuple[str, int]]:
    """Every file with its size in bytes, as a path from the root; without caches and hidden folders."""
    for parent, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_shown(name))
        for name in files:
            path = Path(parent, name)
            try:
                yield path.relative_to(root).as_posix(), path.lstat().st_size
            except OSError:
                continue  # It is gone by now.


def _line_of(path: str, folders: dict[str, Folder]) -> str:
    """The innermost folder with a line of its own that holds a path; empty where there is none."""
    while path:
        path = path.rpartition("/")[0]
        if path in folders:
            return path
    return ""


def _ask_git(root: Path, folders: dict[str, Folder]) -> None:
    repository = git.discover(root)
    if repository is None:
        return
    below = repository.relative(root / "x") or "x"
    prefix = below.removesuffix("x")
    for folder in folders.values():
        folder.tracked = 0
    tracked = (
        path
        for path, is_tracked in git.files(repository, [prefix.rstrip("/")] if prefix else ())
        if is_tracked
    )
    for path in tracked:
        inside = path.removeprefix(prefix)
        holder = folders.get(_line_of(inside, folders))
        if holder is not None and holder.tracked is not None and inside.rpartition("/")[2] not in _NO_CONTENT:
            holder.tracked += 1


# Hints


def _layout_hints(folders: Iterable[Folder]) -> Iterator[str]:
    missing = [folder.path for folder in folders if folder.state == "missing"]
    missing = [path for path in missing if path.rpartition("/")[0] not in missing]
    if missing:
        yield f"Not here: {', '.join(missing)}. That is fine where you don't need them: CCDS is there to be adapted."


def _notebook_hints(paths: Iterable[str]) -> Iterator[str]:
    outside = [path for path in paths if path.endswith(".ipynb") and not path.startswith("notebooks/")]
    if outside:
        more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
        yield f"Notebooks outside notebooks/: {', '.join(outside[:3])}{more}."


def _data_hints(folders: Iterable[Folder]) -> Iterator[str]:
    tracked = sum(folder.tracked or 0 for folder in folders if folder.path.split("/")[0] == "data")
    if tracked:
        files = counted(tracked, "file")
        yield f"Git has {files} of data/. CCDS keeps data out of git: `ccds-ls explain data-file` says how."


# For people


def text(map_: Map) -> str:
    """The map in Markdown, with a table that is read as easily in a terminal."""
    in_git = any(folder.tracked is not None for folder in map_.folders)
    header = ["folder", "holds", *(["in git"] if in_git else []), "what it is for"]
    rows = [header, *(_row(folder, map_.folders, in_git=in_git) for folder in map_.folders)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    lines = [
        f"| {' | '.join(f'{cell:{width}}' for cell, width in zip(row, widths, strict=True))} |"
        for row in rows
    ]
    title = f"The project {visible(str(map_.root))}"
    if all(folder.state != "there" for folder in map_.folders):
        title = f"{visible(str(map_.root))} is not laid out as CCDS does it."
    notes = [] if in_git else ["It is not under git yet."]
    notes += (
        []
        if map_.is_complete
        else [f"It holds more than {MAX_FILES:,} files; no more than these were counted."]
    )
    hints = [f"- {visible(hint)}" for hint in map_.hints]
    return "\n\n".join("\n".join(part) for part in ([title], lines, notes, hints) if part)


def _row(folder: Folder, folders: Iterable[Folder], *, in_git: bool) -> list[str]:
    tracked = [str(folder.tracked) if folder.files or folder.tracked else ""] if in_git else []
    role = folder.role or "(added by the project)"
    return [visible(folder.path), _content(folder, folders), *tracked, role]


def _content(folder: Folder, folders: Iterable[Folder]) -> str:
    if folder.state == "missing":
        return "not here"
    if not folder.files:
        below = [other for other in folders if other.path.startswith(f"{folder.path}/")]
        count, size = sum(other.files for other in below), sum(other.size for other in below)
        return f"{counted(count, 'file')} below, {_bytes(size)}" if count else "empty"
    kinds = ", ".join(f"{count} {kind.lstrip('.')}" for kind, count in folder.kinds.most_common(2) if kind)
    return visible(
        f"{counted(folder.files, 'file')}, {_bytes(folder.size)}" + (f": {kinds}" if kinds else "")
    )


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
