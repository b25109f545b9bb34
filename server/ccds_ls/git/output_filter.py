"""nbstripout's filter in one repository: git stores notebooks without outputs, the files keep theirs.

What is written is what ``nbstripout --install`` writes, so that nbstripout itself can take it away again.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ccds_ls.files import append_line, write_atomically
from ccds_ls.git.command import ActError, Done, done, git, opened
from ccds_ls.git.read import Repository, tracked

_ATTRIBUTES = ("*.ipynb filter=nbstripout", "*.zpln filter=nbstripout", "*.ipynb diff=ipynb")
_ENVIRONMENTS = (".venv", "venv", "env")


def install(folder: Path, *, shared: bool = False) -> Done:
    """Set the filter up in the repository of a folder; ``shared`` puts it into .gitattributes, for everybody.

    Raises ActError where nbstripout is not installed, neither in the project's environment nor on PATH, and where
    git tracks the one that was found: a filter is run by every 'git add', and a clone must not bring what is run.
    """
    repository = opened(folder)
    program = _usable_program(repository, folder)
    quoted = shlex.quote(program.as_posix())  # git has a shell run it, on Windows as well
    settings = {
        "filter.nbstripout.clean": quoted,
        "filter.nbstripout.smudge": "cat",
        "filter.nbstripout.required": "true",
        "diff.ipynb.textconv": f"{quoted} -t",
    }
    for name, value in settings.items():
        done(repository.top, "config", "--local", name, value, what="The filter was not set up.")
    attributes = (
        repository.top / ".gitattributes" if shared else repository.common_dir / "info" / "attributes"
    )
    attributes.parent.mkdir(exist_ok=True)
    for line in _ATTRIBUTES:
        append_line(attributes, line)
    message = (
        f"From now on git stores notebooks without outputs, by {program}; the files keep theirs. "
        "'git add --renormalize .' does so with those that git has already."
    )
    return Done(message, (attributes,), "The same command with 'remove' takes the filter away again.")


def remove(folder: Path) -> Done:
    """Take the filter away, from the configuration and from both attribute files; other lines stay."""
    repository = opened(folder)
    for section in ("filter.nbstripout", "diff.ipynb"):
        git(repository.top, "config", "--local", "--remove-section", section)
    changed = [path for path in _attribute_files(repository) if _without_lines(path)]
    message = "Git stores notebooks as they are again, with their outputs."
    return Done(message, tuple(changed), "The same command without 'remove' sets the filter up again.")


def _usable_program(repository: Repository, folder: Path) -> Path:
    """nbstripout's program. Raises ActError where there is none, or where git tracks it."""
    program = _program(repository.top, folder)
    if program is None:
        raise ActError(
            "Nothing was changed: nbstripout is not installed. Install it in the project's environment with "
            "'pip install nbstripout', and try again."
        )
    if _is_tracked(repository, program):
        raise ActError(
            f"Nothing was changed: {program} came with the repository, which must not decide what git runs here. "
            "Make an environment that git ignores, install nbstripout there, and try again."
        )
    return program


def _program(top: Path, folder: Path) -> Path | None:
    """nbstripout's program: in an environment beside the project, else on PATH."""
    bin_folder, ending = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    for place in dict.fromkeys((folder, top)):
        for environment in _ENVIRONMENTS:
            program = place / environment / bin_folder / f"nbstripout{ending}"
            if program.is_file() and os.access(program, os.X_OK):
                return program
    found = shutil.which("nbstripout")
    return Path(found).absolute() if found else None


def _is_tracked(repository: Repository, program: Path) -> bool:
    """Whether git tracks a program, or a folder above it as a link or a submodule."""
    found = {repository.relative(program)}
    if program.is_relative_to(repository.top):
        found.add(program.relative_to(repository.top).as_posix())  # by a link that git may track
    inside = [PurePosixPath(path) for path in found if path]
    return bool(tracked(repository, {str(up) for path in inside for up in (path, *path.parents) if up.name}))


def _attribute_files(repository: Repository) -> Iterator[Path]:
    for path in (repository.common_dir / "info" / "attributes", repository.top / ".gitattributes"):
        if path.is_file():
            yield path


def _without_lines(path: Path) -> bool:
    """Remove the filter's lines from an attributes file; whether there were any."""
    before = path.read_bytes()
    ours = {line.encode() for line in _ATTRIBUTES}
    after = b"".join(line for line in before.splitlines(keepends=True) if line.strip() not in ours)
    if after != before:
        write_atomically(path, after)
    return after != before
