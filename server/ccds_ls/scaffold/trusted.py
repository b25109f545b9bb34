"""Runs a template with its code, after the user said yes, in a process of its own.

A hook inherits what its process has: in a language server that would be the connection to the editor.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ccds_ls.scaffold.answers import AnswerError
from ccds_ls.scaffold.generate import CancelledError, ScaffoldError


def render_in_child(
    folder: Path, answers: Mapping[str, object], workspace: Path, cancelled: Callable[[], bool]
) -> Path:
    """As ``custom.render`` with trust. What hooks print goes to standard error; they have no input to read.

    Raises ScaffoldError when the template's code fails, CancelledError when ``cancelled`` returns true.
    """
    asked = {"folder": str(folder), "answers": dict(answers), "workspace": str(workspace)}
    command = [sys.executable, "-m", "ccds_ls.scaffold.trusted"]
    with (
        tempfile.TemporaryDirectory(prefix="ccds-ls-hooks-") as hooks,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True
        ) as child,
    ):
        output = _heard(child, json.dumps({**asked, "hooks": hooks}))
        while output is None:
            if cancelled():
                _end(child)
                raise CancelledError("Cancelled: no project was made.")
            output = _heard(child, None)
    if child.returncode != 0:
        raise ScaffoldError(f"The template's code ended with code {child.returncode}; no project was made.")
    answer = json.loads(output)
    if "error" in answer:
        raise ScaffoldError(answer["error"])
    return Path(answer["project"])


def _heard(child: subprocess.Popen[str], request: str | None) -> str | None:
    """What the child has answered, or None when it is still at work after a moment."""
    try:
        return child.communicate(request, timeout=0.1)[0]
    except subprocess.TimeoutExpired:
        return None


def _end(child: subprocess.Popen[str]) -> None:
    """End the child and, where there are process groups, the programs that it started."""
    if sys.platform == "win32":
        child.kill()
    else:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def main() -> None:
    """The child: reads the request, keeps standard output for the answer and gives the code standard error."""
    from ccds_ls.scaffold.custom import render

    request = json.load(sys.stdin)
    tempfile.tempdir = request["hooks"]  # where cookiecutter leaves each hook behind that it has rendered
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        sys.path.append(request["folder"])  # Where cookiecutter looks for a template's own extensions.
        try:
            project = render(
                Path(request["folder"]), request["answers"], Path(request["workspace"]), trusted=True
            )
            json.dump({"project": str(project)}, answer)
        except (ScaffoldError, AnswerError) as error:
            json.dump({"error": str(error)}, answer)


if __name__ == "__main__":
    main()
