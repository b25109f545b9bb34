"""Renames of notebooks together with what follows from them: references in other files, and paired files.

``follow`` and the plans only look; ``carry_out`` writes. An editor carries the same plan out as an edit of its own.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccds_ls.collect import decode
from ccds_ls.edits import replaced_in
from ccds_ls.files import write_atomically
from ccds_ls.finding import Span
from ccds_ls.git import read as git
from ccds_ls.naming.references import Moves, edits
from ccds_ls.notebook import parse
from ccds_ls.view import walk

MAX_TEXT_BYTES = 5 * 2**20
"""Larger files are not searched for references."""

_ENDINGS = frozenset(
    ".bash .bat .cfg .ini .ipynb .jl .json .md .mk .ps1 .py .qmd .r .rmd .rst .sh .smk .tex .toml .txt .yaml .yml"
    " .zsh".split()
)
_NAMES = frozenset(("makefile", "snakefile", "justfile", "dockerfile"))
_SCRIPTS = (".py", ".md", ".Rmd", ".qmd", ".R", ".jl")
_EXPORTS = (
    "script",
    "html",
    "markdown",
    "latex",
    "rst",
    "asciidoc",
)  # nbautoexport's folders beside the notebooks

Edits = tuple[tuple[Span, str], ...]
TextOf = Callable[[Path], str | None]
"""The text that an editor shows for an absolute path, None where it shows none."""


@dataclass(frozen=True)
class Change:
    """Replacements in one text file, ``path`` relative to the root, made for just this ``text``."""

    path: str
    text: str
    edits: Edits


@dataclass(frozen=True)
class Plan:
    """Renames in the order in which they are to be done, and the changes of other files, to be made before.

    Paths are relative to ``root``. ``left`` are notebooks whose names are wrong and that no name can be made for.
    """

    root: Path
    moves: tuple[tuple[str, str], ...]
    references: Moves
    changes: tuple[Change, ...] = ()
    left: tuple[str, ...] = ()


def shows_nothing(_: Path) -> str | None:
    """Where there is no editor, every text is on disk."""
    return None


def plan_moves(moves: Mapping[Path, Path], text_of: TextOf = shows_nothing) -> Plan | None:
    """The plan for some renames (absolute paths) with all that follows; None where there is nothing to rename.

    The notebooks in a folder that is renamed are renamed with it.
    What is outside the first one's repository or folder is left out. Raises GitError when git can't say.
    """
    first = next(iter(moves), None)
    if first is None:
        return None
    repository = git.discover(first.parent)
    root = repository.top if repository else outermost(first)
    inside = {}
    for old, new in moves.items():
        pair = relative(root, old), relative(root, new)
        if pair[0] is not None and pair[1] is not None:
            inside[pair[0]] = pair[1]
    files = list_files(root, repository)
    folders = {old: new for old, new in inside.items() if (root / old).is_dir()}
    for folder, after in folders.items():
        del inside[folder]
        held = (file for file in files if file.startswith(f"{folder}/") and file.endswith(".ipynb"))
        inside.update((file, after + file[len(folder) :]) for file in held)
    return followed(root, files, inside, text_of, folders=folders) if inside else None


def relative(root: Path, path: Path) -> str | None:
    """A path as seen from the root, with ``/``; None outside it. The file may itself be a link."""
    real = Path(os.path.realpath(path.parent), path.name)
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else None


def outermost(path: Path) -> Path:
    """Outside git: the folder above the outermost notebook folder, else the file's own."""
    real = Path(os.path.realpath(path.parent))
    above = [folder.parent for folder in (real, *real.parents) if folder.name == "notebooks"]
    return above[-1] if above else real


def list_files(root: Path, repository: git.Repository | None) -> list[str]:
    """The files that may name a notebook or be one: tracked or not ignored, relative to the root."""
    return git.tracked_or_unignored(repository) if repository else walk(root)[0]


def followed(
    root: Path,
    files: list[str],
    moves: dict[str, str],
    text_of: TextOf,
    left: tuple[str, ...] = (),
    folders: Mapping[str, str] | None = None,
) -> Plan:
    """The plan for some renames (relative paths) with all that follows; ``folders`` go with what they hold."""
    every = {**moves, **_twins(root, files, moves)}
    found = Moves(every, frozenset(files), folders or {})
    return Plan(root, tuple(in_order(every)), found, tuple(_changes(root, files, found, text_of)), left)


def in_order(moves: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Renames in an order in which no target exists when its turn comes; a circle of names is left out."""
    waiting = dict(moves)
    while ready := [old for old, new in waiting.items() if new not in waiting or new == old]:
        for old in ready:
            new = waiting.pop(old)
            if new != old:
                yield old, new


def _twins(root: Path, files: Iterable[str], moves: Mapping[str, str]) -> dict[str, str]:
    """The files that jupytext or nbautoexport keep beside a notebook, with their new names."""
    stems: dict[str, list[str]] = {}
    for old in moves:
        if old.endswith(".ipynb"):
            stems.setdefault(posixpath.basename(old)[: -len(".ipynb")], []).append(old)
    listed = set(files)
    found: dict[str, str] = {}
    for path in listed:
        stem, ending = posixpath.splitext(posixpath.basename(path))
        for old in stems.get(stem, ()) if ending != ".ipynb" else ():
            if _is_export(root, path, old) or (ending in _SCRIPTS and _is_paired(root / path)):
                target = (
                    f"{posixpath.dirname(path)}/{posixpath.basename(moves[old])[: -len('.ipynb')]}{ending}"
                )
                if target.lstrip("/") not in listed:
                    found[path] = target.lstrip("/")
    return found


def _is_export(root: Path, path: str, notebook: str) -> bool:
    folder, kind = posixpath.split(posixpath.dirname(path))
    here = posixpath.dirname(notebook)
    return kind in _EXPORTS and folder == here and (root / here / ".nbautoexport").is_file()


def _is_paired(path: Path) -> bool:
    """Whether a script says in its head that jupytext wrote it."""
    try:
        with path.open("rb") as stream:
            return b"jupytext:" in stream.read(2048)
    except OSError:
        return False


def _changes(root: Path, files: Iterable[str], moves: Moves, text_of: TextOf) -> Iterator[Change]:
    for path in files:
        ending = posixpath.splitext(path)[1].lower()
        if ending not in _ENDINGS and posixpath.basename(path).lower() not in _NAMES:
            continue
        text = text_of(root / path)
        if text is None:
            text = _read(root / path, moves.needles)
        if text and (made := _edits_of(path, text, moves)):
            yield Change(path, text, made)


def _read(path: Path, needles: Iterable[bytes]) -> str | None:
    """A file's text, if it may hold one of the needles and is no link, no giant and not binary."""
    try:
        if path.is_symlink() or path.stat().st_size > MAX_TEXT_BYTES:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return decode(data) if any(needle in data for needle in needles) else None


def _edits_of(path: str, text: str, moves: Moves) -> Edits:
    if not path.endswith(".ipynb") or not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return edits_of_text(path, text, moves)
    made = []
    for cell in parse(text).cells:  # Not the outputs: what a run once printed stays as it was.
        found = edits_of_text(path, cell.source, moves)
        made += [raw for span, new in found if (raw := cell.raw_edit(span, new))]
    return tuple(made)


def edits_of_text(path: str, text: str, moves: Moves) -> Edits:
    """The replacements in a plain text, such as a cell's source, of the file ``path``."""
    return tuple(edits(path, text, moves, _bases(path, text, moves)))


def _bases(path: str, text: str, moves: Moves) -> list[str]:
    """Folders that paths in a file may start from: those above it, mkdocs' own, and those of the notebooks."""
    folder = posixpath.dirname(path)
    found = [folder]
    if posixpath.basename(path) in ("mkdocs.yml", "mkdocs.yaml"):
        named = [
            line.partition(":")[2].strip(" '\"") for line in text.splitlines() if line.startswith("docs_dir:")
        ]
        found.append(posixpath.join(folder, named[0] if named else "docs"))
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return [*found, *moves.homes]


def carry_out(plan: Plan) -> tuple[list[Path], list[str]]:
    """Rename, then change the other files; the paths touched, and what could not be done, in sentences.

    Nothing is overwritten. Where one rename fails those before it are taken back, no text is changed, and ActError
    is raised. A file that can't be written, or whose text is no longer what the plan was made for, is left as it is.
    """
    from ccds_ls.git import act

    done: list[tuple[Path, Path]] = []
    for old, new in plan.moves:
        try:
            act.rename(plan.root / old, plan.root / new)
        except (act.ActError, OSError) as error:
            raise act.ActError(" ".join([str(error), *_taken_back(done)])) from error
        done.append((plan.root / old, plan.root / new))
    touched, trouble = [path for pair in done for path in pair], []
    moved = dict(done)
    for change in plan.changes:
        path = moved.get(plan.root / change.path, plan.root / change.path)
        try:
            why = None if _write(path, change) else "it has changed meanwhile"
        except OSError as error:
            why = f"it can't be written ({error.strerror})"
        if why is None:
            touched.append(path)
        else:
            trouble.append(f"{change.path} mentions the old name and was left: {why}.")
    return touched, trouble


def _taken_back(done: Sequence[tuple[Path, Path]]) -> Iterator[str]:
    """Undo renames, the last first; a sentence for each that could not be undone."""
    from ccds_ls.git import act

    for before, after in reversed(done):
        try:
            act.rename(after, before)
        except (act.ActError, OSError) as error:
            yield f"{after} was not renamed back to {before.name}: {error}"


def _write(path: Path, change: Change) -> bool:
    data = replaced_in(path.read_bytes(), change.text, change.edits) if path.is_file() else None
    if data is None:
        return False
    write_atomically(path, data)
    return True
