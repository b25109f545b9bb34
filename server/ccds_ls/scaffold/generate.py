"""Makes a project from the embedded template, all of it or nothing."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ccds_ls.scaffold.answers import Answers

TEMPLATE = Path(__file__).parent / "template"
TEMPORARY_PREFIX = ".ccds-ls-new-"
STALE_SECONDS = 24 * 60 * 60

# cookiecutter changes the process's current directory while it renders.
rendering = threading.Lock()


class ScaffoldError(Exception):
    """The project could not be made, and nothing was; the text says why and what to do."""


class CancelledError(ScaffoldError):
    """The project was not made because the user said so."""


def generate(
    answers: Answers, out_dir: Path, *, cancelled: Callable[[], bool] = lambda: False, year: int | None = None
) -> Path:
    """Make the project folder ``out_dir/<repo_name>`` and return it.

    ``out_dir`` is made if need be. ``year`` is the licence's, this one if None. The folder appears complete by one
    rename; until then everything is in a private folder beside it. Needs no network and runs no code of anyone's.

    Raises ScaffoldError when the folder exists and is not empty, or can't be written; CancelledError, which is
    one too, when ``cancelled`` returns true.
    """

    target = out_dir.absolute() / answers.repo_name
    refuse_occupied(target)
    return place(
        target.parent, lambda workspace: _render(answers, _year(year), workspace, cancelled), cancelled
    )


def rendered(answers: Answers, year: int | None = None) -> dict[str, bytes]:
    """The files that ``generate`` would make, by their path in the project; nothing is left on the disk."""
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX) as workspace:
        project = _render(answers, _year(year), Path(workspace), lambda: False)
        files = (path for path in sorted(project.rglob("*")) if path.is_file())
        return {path.relative_to(project).as_posix(): path.read_bytes() for path in files}


def _year(year: int | None) -> int:
    return datetime.datetime.now(datetime.timezone.utc).year if year is None else year


def _render(answers: Answers, year: int, workspace: Path, cancelled: Callable[[], bool]) -> Path:
    from ccds_ls.scaffold.compiled import COMPILED
    from ccds_ls.scaffold.context import context

    values = context(answers, year)
    for layer in layers(answers):
        if cancelled():
            raise CancelledError("Cancelled: no project was made.")
        render_layer(layer, values, workspace)
    COMPILED.save()
    return workspace / answers.repo_name


def layers(answers: Answers) -> list[Path]:
    """The parts of the embedded template for these answers: ``base``, and each ``<key>=<choice>`` that was chosen."""
    chosen = [TEMPLATE / "base"]
    for layer in sorted(TEMPLATE.iterdir()):
        key, is_choice, choice = layer.name.partition("=")
        if is_choice and getattr(answers, key) == choice:
            chosen.append(layer)
    return chosen


def render_layer(layer: Path, values: dict[str, dict[str, object]], workspace: Path) -> None:
    """Render one folder of the template, which is a cookiecutter template, over what is in ``workspace``."""
    from cookiecutter.generate import generate_files  # type: ignore[import-untyped]

    from ccds_ls.scaffold.renderer import own, rendering_in

    with rendering, rendering_in(own):
        generate_files(layer, values, workspace, overwrite_if_exists=True, accept_hooks=False)


def refuse_occupied(target: Path) -> None:
    """Raise ScaffoldError unless ``target`` is free: absent, or an empty folder."""
    try:
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise ScaffoldError(f"{target} exists and is not a folder. Choose another name or another place.")
        if target.is_dir() and any(target.iterdir()):
            raise ScaffoldError(f"{target} exists and is not empty. Choose another name or another place.")
    except OSError as error:
        raise ScaffoldError(f"{target} can't be looked at: {error.strerror or error}.") from error


def place(parent: Path, render: Callable[[Path], Path], cancelled: Callable[[], bool]) -> Path:
    """Let ``render`` make a folder in a private one inside ``parent``, then move it to ``parent`` in one step.

    Raises ScaffoldError when that fails; then ``parent`` is as it was.
    """
    try:
        with _made(parent), _workspace(parent) as workspace:
            project = render(workspace)
            _make_writable(project)
            if cancelled():
                raise CancelledError("Cancelled: no project was made.")
            target = parent / project.name
            refuse_occupied(target)
            if os.name == "nt" and target.is_dir():
                target.rmdir()  # Windows does not rename over a folder, not even an empty one.
            project.rename(target)
            return target
    except OSError as error:
        raise ScaffoldError(
            f"The project could not be made in {parent}: {error.strerror or error}."
        ) from error


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder exists inside; if anything fails, those that had to be made for it are gone again."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):  # Somebody put something there meanwhile.
                path.rmdir()
        raise


@contextlib.contextmanager
def _workspace(parent: Path) -> Iterator[Path]:
    """A private folder inside ``parent``, on the same file system, which git ignores; gone afterwards."""
    _remove_stale(parent)
    workspace = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=parent))
    try:
        (workspace / ".gitignore").write_text("*\n", encoding="utf-8")
        yield workspace
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _remove_stale(parent: Path) -> None:
    """Remove private folders of runs that were killed: ours by name and by their .gitignore, and a day old."""
    for folder in parent.glob(f"{TEMPORARY_PREFIX}*"):
        with contextlib.suppress(OSError):
            marker = (folder / ".gitignore").lstat()
            ours = stat.S_ISREG(marker.st_mode) and not folder.is_symlink() and marker.st_size == len("*\n")
            if ours and time.time() - marker.st_mtime > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _make_writable(project: Path) -> None:
    """Let the owner write every file: cookiecutter copies the template's modes, and that may be read-only."""
    for folder, _, files in os.walk(project):
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | stat.S_IWUSR)
