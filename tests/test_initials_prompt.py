"""The question for initials, at a real terminal: asked once, kept, and never where nobody can answer."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import pytest

from ccds_ls.cli import run
from notebook_blocks import from_block
from repositories import git, make, stage

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")

PATIENCE = 20
QUESTION = "Your initials in notebooks' names [jqp]: "
UNTITLED = from_block("# %% [markdown]\n# Tree rings\n# %% execution_count=1\nx = 1\n")[0]


def at_terminal(folder: Path, *words: str, answers: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run ``ccds-ls`` at a terminal, give an answer each time that it asks; its exit code, and what was shown.

    Forked, for the start of a new process would be most of the test.
    """
    child, terminal = pty.fork()
    if child == 0:
        _run(folder, words)
    shown, left = "", list(answers)
    while True:
        if not select.select([terminal], [], [], PATIENCE)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError(f"nothing more came after {shown!r}")
        try:
            read = os.read(terminal, 4096)
        except OSError:  # Linux says so when the last one has let go of the terminal
            break
        if not read:
            break
        shown += read.decode()
        if left and shown.endswith(QUESTION):
            os.write(terminal, left.pop(0).encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.replace("\r\n", "\n")


def _run(folder: Path, words: tuple[str, ...]) -> NoReturn:
    """The child: the command with the terminal as its own."""
    code = 70
    try:
        os.chdir(folder)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(fd, mode) for fd, mode in enumerate("rww"))
        code = run(list(words))
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def of_jane(folder: Path, files: dict[str, str | bytes]) -> Path:
    repo = make(folder, files)
    git(repo, "config", "user.name", "Jane Q. Public")
    return repo


def names(repo: Path) -> list[str]:
    return sorted(path.name for path in (repo / "notebooks").glob("*.ipynb"))


def test_initials_are_asked_for_once_and_kept(tmp_path: Path) -> None:
    repo = of_jane(tmp_path / "r", {"README.md": "# Rings\n"})
    code, shown = at_terminal(repo, "notebook", "first look", answers=("no initials!\n", "abl\n"))
    assert code == 0 and shown.count(QUESTION) == 2, shown
    assert "'no initials!' are no initials" in shown
    assert git(repo, "config", "ccds-ls.initials") == "abl"
    code, shown = at_terminal(repo, "notebook", "second look")
    assert code == 0 and QUESTION not in shown
    assert names(repo) == ["0.0-abl-first-look.ipynb", "0.1-abl-second-look.ipynb"]


@pytest.mark.parametrize(("answer", "initials"), [("\n", "jqp"), ("xy\n", "xy"), ("\x04", "jqp")])
def test_a_rename_asks_too_and_takes_the_answer(tmp_path: Path, answer: str, initials: str) -> None:
    repo = of_jane(tmp_path / "r", {"README.md": "# Rings\n"})
    stage(repo, {"notebooks/Untitled.ipynb": UNTITLED})
    code, shown = at_terminal(repo, "rename", "--dry-run", "notebooks")
    assert code == 0 and QUESTION not in shown and "-> 0.0-jqp-tree-rings.ipynb" in shown, shown
    code, shown = at_terminal(repo, "rename", "notebooks", answers=(answer,))
    assert code == 0 and shown.count(QUESTION) == 1, shown
    assert names(repo) == [f"0.0-{initials}-tree-rings.ipynb"]
    kept = git(repo, "config", "--get", "ccds-ls.initials", codes=(0, 1))
    assert kept == ("" if answer == "\x04" else initials)


def test_nobody_is_asked_where_all_names_are_fine_or_nobody_can_answer(tmp_path: Path) -> None:
    repo = of_jane(tmp_path / "r", {"notebooks/0.0-abl-first.ipynb": UNTITLED})
    code, shown = at_terminal(repo, "rename", "notebooks")
    assert (code, shown) == (0, "")
    command = [sys.executable, "-m", "ccds_ls", "notebook", "second look"]
    done = subprocess.run(command, cwd=repo, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert b"initials" not in done.stdout + done.stderr
