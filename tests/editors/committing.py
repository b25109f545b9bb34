"""A ``git commit`` that waits for its editor, as it does for a person."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from repositories import ENVIRONMENT


@contextmanager
def committing(project: Path, subject: str) -> Iterator[subprocess.Popen[bytes]]:
    """Git, which has written the message and waits; it goes on at the end of the block, and ``returncode`` holds then."""
    ready, go = project.parent / "ready", project.parent / "go"
    for pipe in (ready, go):
        os.mkfifo(pipe)
    editor = f'f() {{ echo >"{ready}"; cat "{go}" >/dev/null; }}; f'
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    git = subprocess.Popen(
        ["git", "commit", "--edit", "--message", subject],
        cwd=project,
        env=clean | ENVIRONMENT | {"GIT_EDITOR": editor},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ready.read_text()
    try:
        yield git
    finally:
        go.write_text("go")
        git.wait(15)
