"""``%ccds`` in IPython and Jupyter: the command line in a cell, for an editor that has neither commands nor fixes.

``%load_ext ccds_ls.magic``, then ``%ccds notebook compare ring widths``, ``%ccds rename``, ``%ccds check --staged``.
It runs in a process of its own: what it loads does not end up in the kernel.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NOTEBOOK = "JPY_SESSION_NAME"
"""Where Jupyter's server tells a kernel the path of its notebook, since jupyter-server 2.0."""

REFUSED = ("server", "demo")


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython is not among our dependencies
    """What ``%load_ext ccds_ls.magic`` calls."""
    shell.register_magic_function(ccds, "line", "ccds")


def ccds(line: str) -> None:
    """Run ``ccds-ls`` with the words of the line and show what it prints.

    ``rename`` means this notebook and ``check`` the whole repository where no path is given; the words after
    ``notebook`` need no quotes.
    """
    try:
        words = arguments(line, os.environ)
    except ValueError as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return
    # Nobody can answer a question in the middle of a cell, so there is no input.
    command = [sys.executable, "-m", "ccds_ls", *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    for text, stream in ((done.stdout, sys.stdout), (done.stderr, sys.stderr)):
        print(text.decode(errors="replace"), end="", file=stream)
    if words[0] == "rename" and done.returncode == 0 and b" -> " in done.stdout:
        print("Close this notebook's tab without saving it, and open it under its new name.")


def arguments(line: str, environment: Mapping[str, str]) -> list[str]:
    """The command line that a magic's line stands for. Raises ValueError, with a text for people."""
    words = shlex.split(line) or ["--help"]
    command, rest = words[0], words[1:]
    if command in REFUSED:
        raise ValueError(f"'{command}' is for a terminal.")
    first_option = next((place for place, word in enumerate(rest) if word.startswith("-")), len(rest))
    if command == "notebook":
        return [command, " ".join(rest[:first_option]), *rest[first_option:]]
    if command == "rename" and not any(not word.startswith("-") for word in rest):
        return [command, *rest, _this_notebook(environment)]
    if command == "check" and first_option == 0:
        return [command, *rest, str(_top())]
    return words


def _this_notebook(environment: Mapping[str, str]) -> str:
    path = environment.get(NOTEBOOK, "")
    if not path.endswith(".ipynb"):
        raise ValueError("This kernel does not know its notebook; say which: %ccds rename NAME.ipynb")
    return path


def _top() -> Path:
    from ccds_ls.git.read import GitError, discover

    try:
        repository = discover(Path.cwd())
    except GitError as error:
        raise ValueError(str(error)) from error
    return repository.top if repository else Path.cwd()
