"""What adopting CCDS in a folder that has work in it would do: looked at and told, with nothing changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ccds_ls.git import read
from ccds_ls.scaffold import guess, kept
from ccds_ls.scaffold.answers import Answers, resolve
from ccds_ls.scaffold.generate import ScaffoldError, rendered
from ccds_ls.scaffold.quoting import quoted

# Files that do the work of another one under another name.
_STANDS_FOR = {
    "README.md": ("readme*",),
    "LICENSE": ("license*", "licence*", "copying*"),
    "Makefile": ("gnumakefile",),
}
_BUILDS = ("setup.py", "setup.cfg")
"""With these a new pyproject.toml would change how the package is built."""


_KINDS = ("create", "keep", "differ")


@dataclass(frozen=True)
class Plan:
    """What adopting would do, by paths relative to ``folder``: create, keep, leave although it differs.

    ``left`` has the template's paths that are not made, each with the reason.
    """

    folder: Path
    answers: Answers
    files: Mapping[str, bytes]
    create: tuple[str, ...]
    keep: tuple[str, ...]
    differ: tuple[str, ...]
    left: Mapping[str, str]

    @property
    def has_work(self) -> bool:
        """Whether there is anything to create or to review."""
        return bool(self.create or self.differ)

    def question(self) -> str:
        """The plan in a few lines, for a dialog."""
        lines = [f"Bring CCDS into {self.folder}? Nothing is overwritten or deleted."]
        lines += [f"Create: {', '.join(self.create)}."] if self.create else []
        lines += [f"Keep: {', '.join(self.keep)}."] if self.keep else []
        lines += [f"Left for review: {', '.join(self.differ)}."] if self.differ else []
        return "\n".join(lines)

    def text(self) -> str:
        """The plan for people: a line for each folder and what happens in it."""
        answers = self.answers
        tools = f"{answers.environment_manager} with {answers.dependency_file}"
        names = f"project {answers.project_name!r}, package {answers.module_name!r}"
        lines = [f"Plan for {self.folder}: {names}, {tools}."]
        lines += [f"  create         {path}" for path in self.create]
        lines += [f"  keep           {path} (the same already)" for path in self.keep]
        lines += [self._for_review(path) for path in self.differ]
        lines += [f"  leave out      {path} ({reason})" for path, reason in self.left.items()]
        return "\n".join([*lines, "Everything else stays as it is. Nothing is overwritten or deleted."])

    def _for_review(self, path: str) -> str:
        if os.path.lexists(self.folder / path):
            return f"  would change   {path} (yours stays; the template's is put up for review)"
        builds = " or ".join(_BUILDS)
        return f"  not created    {path} ({builds} builds the package; the template's is put up for review)"


def plan(folder: Path, given: Mapping[str, object], force_combination: bool = False) -> Plan:
    """What there is to do in ``folder``; ``given`` goes before what the folder itself says. Changes nothing.

    Raises ScaffoldError when there is no such folder or it can't be read, AnswerError for answers that don't do.
    """
    if not folder.is_dir():
        raise ScaffoldError(f"There is no folder {folder} to adopt. 'ccds-ls new' makes a new project.")
    repository = read.discover(folder)
    try:
        known = kept.in_folder(folder)
        own = known.answers if known else guess.answers(folder, _author(repository))
        answers = resolve({**own, **given}, force_combination or known is not None)
        files = rendered(answers, known.year if known else None)
        fates = {path: _fate(folder, path, files, answers, given) for path in files}
    except OSError as error:
        raise ScaffoldError(
            f"{error.filename or folder} can't be read: {error.strerror or error}."
        ) from error
    fates[kept.UNTRACKED] = _fate_of_env(fates)
    files = {**files, "pyproject.toml": _with_own_readme(files["pyproject.toml"], fates)}
    chosen = {kind: tuple(p for p, fate in fates.items() if fate == kind) for kind in _KINDS}
    left = {path: fate for path, fate in fates.items() if fate not in (*_KINDS, "")}
    return Plan(folder, answers, files, chosen["create"], chosen["keep"], chosen["differ"], left)


def _fate_of_env(fates: Mapping[str, str]) -> str:
    """That of a file with secrets: one that is there is nobody's business, and a new one must be ignored by git."""
    if fates[kept.UNTRACKED] == "differ":
        return ""
    if fates[kept.UNTRACKED] == "create" and fates[".gitignore"] not in ("create", "keep"):
        return "your .gitignore may not keep it out of commits"
    return fates[kept.UNTRACKED]


def _with_own_readme(pyproject: bytes, fates: Mapping[str, str]) -> bytes:
    """The pyproject.toml of a project whose README has another name; without one it could not be built."""
    other = fates["README.md"].removeprefix("there is ")
    if other == fates["README.md"] or not other.lower().endswith((".md", ".rst", ".txt")):
        return pyproject
    return pyproject.replace(b'readme = "README.md"', f"readme = {quoted(other)}".encode())


def _author(repository: read.Repository | None) -> str | None:
    return read.user_name(repository) if repository is not None else None


def _fate(
    folder: Path, path: str, files: Mapping[str, bytes], answers: Answers, given: Mapping[str, object]
) -> str:
    """One of ``_KINDS``, or the reason why it is left; empty for what is not worth a word."""
    parent, reason = _parent(folder, PurePosixPath(path))
    if reason:
        return reason
    top, _, rest = path.partition("/")
    if rest and top in _own_code(folder, answers, given):
        return ""
    if path.endswith("/.gitkeep"):
        return "" if parent is not None and any(parent.iterdir()) else "create"
    found = _entry(parent, PurePosixPath(path).name) if parent is not None else None
    if found is None:
        return "create" if rest else _missing(folder, path)
    if found.is_symlink() or not found.is_file():
        return f"{found.relative_to(folder).as_posix()} is a link or a folder"
    return "keep" if _same(found, files[path]) else "differ"


def _parent(folder: Path, path: PurePosixPath) -> tuple[Path | None, str]:
    """The folder that holds a path, None where it is not there yet, and the reason why nothing can be made in it."""
    present: Path | None = folder
    for part in path.parts[:-1]:
        present = _entry(present, part) if present is not None else None
        if present is None:
            continue
        if present.is_symlink() or not present.is_dir():
            return None, f"{present.relative_to(folder).as_posix()} is no folder but a link or a file"
        if present.name != part:
            return None, f"there is {present.relative_to(folder).as_posix()}"
    return present, ""


def _own_code(folder: Path, answers: Answers, given: Mapping[str, object]) -> set[str]:
    """Folders with the user's own code, into which no sample goes unless it was asked for."""
    module = answers.module_name
    asked = {module} if "include_code_scaffold" in given else set()
    asked |= {"tests"} if "testing_framework" in given else set()
    there = {name for name in (module, "tests", "docs") if _holds_something(folder / name)}
    if (folder / "src" / module).is_dir():
        there.add(module)
    return there - asked


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _missing(folder: Path, path: str) -> str:
    """What becomes of a file of the top folder that is not there."""
    patterns = _STANDS_FOR.get(path, ())
    for other in sorted(folder.iterdir()):
        if any(PurePosixPath(other.name.lower()).match(pattern) for pattern in patterns) and other.is_file():
            return f"there is {other.name}"
    if path == "pyproject.toml" and any((folder / name).is_file() for name in _BUILDS):
        return "differ"
    return "create"


def _entry(folder: Path, name: str) -> Path | None:
    """The entry of this name, in any case of letters: some file systems don't tell them apart."""
    if os.path.lexists(folder / name):
        return folder / name
    return next((path for path in folder.iterdir() if path.name.lower() == name.lower()), None)


def _same(path: Path, data: bytes) -> bool:
    """Whether a file has this content, with either line ending."""
    return path.stat().st_size <= 2 * len(data) + 2 and path.read_bytes().replace(b"\r\n", b"\n") == data
