"""From ``git add`` in a terminal to the diagnostics; ``check --staged`` and the hook beside what they stand on."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.client import Client, git
from bench.measure import CACHE, Promise, Table, interleaved, median, milliseconds, summary
from bench.peers import installed, ours
from bench.samples import as_text, notebook, source, token

STAGED = 50
TYPICAL = 5  # files of a typical commit
ENGINE_START = "from kingfisher_sdk import Scanner; Scanner()"
PROGRAM = ("scan", "--no-update-check", "--no-validate", "staged")
SETTLE_SECONDS = 4.0


def run(*, quick: bool) -> Iterator[Table]:
    """The same measurements in repositories of growing size, each with fifty staged files."""
    sizes = (1_000,) if quick else (1_000, 10_000, 100_000)
    repositories = {size: repository(size) for size in sizes}
    yield _add_table(repositories, 2 if quick else 7)
    yield _check_table(max(sizes), repositories[max(sizes)], 2 if quick else 7)
    yield _hook_table(min(sizes), repositories[min(sizes)], 2 if quick else 15)


def repository(size: int) -> Path:
    """A repository with so many tracked files, kept between runs, in which fifty files are staged anew."""
    root = CACHE / f"repository-{size}"
    if not (root / ".git" / "complete").exists():
        print(f"Making a repository of {size} files (once) ...", file=sys.stderr)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        git(root, "init", "-q", "-b", "main")
        git(root, "fast-import", "--quiet", given=_history(size))
        git(root, "reset", "-q", "--hard")
        (root / ".git" / "complete").touch()
    git(root, "reset", "-q", "--hard")
    git(root, "clean", "-q", "-f", "-d")
    for number in range(STAGED):
        _write_staged(root / "staged", number)
    git(root, "add", "staged")
    return root


def _history(size: int) -> bytes:
    """One commit for ``git fast-import``: small Python files, a hundred a folder."""
    parts = [
        "blob\nmark :1\ndata 0\n\ncommit refs/heads/main\ncommitter bench <bench@localhost> 1700000000 +0000\n"
    ]
    parts.append("data 5\nfirst\n")
    for number in range(size):
        text = f"VALUE = {number}\n"
        parts.append(
            f"M 100644 inline package_{number // 100}/module_{number}.py\ndata {len(text)}\n{text}\n"
        )
    return "".join(parts).encode()


def _write_staged(where: Path, number: int) -> None:
    where.mkdir(exist_ok=True)
    if number % 5 == 0:
        text = as_text(notebook(20, number))
        (where / f"{number}.0-abc-topic.ipynb").write_text(text, encoding="utf-8")
    else:
        (where / f"module_{number}.py").write_text(source(200, number), encoding="utf-8")


def _add_table(repositories: dict[int, Path], rounds: int) -> Table:
    rows: dict[str, dict[str, float | str]] = {}
    promises = []
    for size, root in repositories.items():
        by_itself, told = _add_times(root, rounds)
        rows[f"{size} files, noticed by itself"] = summary(by_itself)
        rows[f"{size} files, told by the editor"] = summary(told)
        promises += [
            Promise(f"{size} tracked files, the slowest", max(by_itself), 300),
        ]
    note = (
        "Milliseconds from the end of `git add` to the diagnostics that call the file's token an error, with"
        f" {STAGED} other files staged. The system tells the server of the new index; an editor that reports"
        " a changed file spares it that wait, and shows what the work itself costs."
    )
    return Table("git: `git add` in a terminal to diagnostics", rows, promises[-1:], note)


def _add_times(root: Path, rounds: int) -> tuple[list[float], list[float]]:
    file = root / "leak.py"
    file.write_text(f'TOKEN = "{token()}"\n', encoding="utf-8")
    client = Client(ours("server"), root).start()
    try:
        client.diagnostics(file.as_uri(), lambda params: _severity(params) == 2)
        time.sleep(SETTLE_SECONDS)
        measures = {
            "itself": lambda: _add(client, file, tell=False),
            "told": lambda: _add(client, file, tell=True),
        }
        figures = interleaved(measures, rounds)
        return figures["itself"], figures["told"]
    finally:
        client.close()
        git(root, "reset", "-q", "--", file.name)
        file.unlink()


def _severity(params: dict[str, Any]) -> int:
    return min((int(found["severity"]) for found in params["diagnostics"]), default=0)


def _add(client: Client, file: Path, *, tell: bool) -> float:
    """Stage a file with a token and wait for the error; then unstage it and wait for the warning."""
    time.sleep(random.random())
    seen = len(client.published)
    git(client.root, "add", file.name)
    added = time.perf_counter()
    if tell:
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})
    shown = client.diagnostics(file.as_uri(), lambda params: _severity(params) == 1, seen)
    seen = len(client.published)
    git(client.root, "reset", "-q", "--", file.name)
    client.diagnostics(file.as_uri(), lambda params: _severity(params) == 2, seen)
    return (shown - added) * 1000


def _check_table(size: int, root: Path, rounds: int) -> Table:
    commands = {
        "ccds-ls check --staged": ours("check", "--staged"),
        "git diff --cached": ["git", "diff", "--cached"],
        "the engine's start": [sys.executable, "-c", ENGINE_START],
        "the engine's own program on the same files": [installed("kingfisher"), *PROGRAM],
    }
    figures = _processes(commands, root, rounds)
    check, diff, engine, _ = (median(taken) for taken in figures.values())
    promises = [Promise("check --staged beside diff + engine", check / (diff + engine), 1.5, "times")]
    note = f"Milliseconds of whole processes. {STAGED} files are staged, of which ten are notebooks."
    rows = {name: summary(taken) for name, taken in figures.items()}
    return Table(f"git: `check --staged` as a process, {size} tracked files", rows, promises, note)


def _hook_table(size: int, root: Path, rounds: int) -> Table:
    """The hook as git runs it, a shell script, on a commit of a few files, one of them a notebook."""
    from ccds_ls.git.hook import script

    git(root, "reset", "-q")
    git(root, "add", *(str(path) for path in sorted((root / "staged").iterdir())[:: STAGED // TYPICAL]))
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.write_text(script(), encoding="utf-8", newline="\n")
    hook.chmod(0o755)
    commands = {
        "the hook": [str(hook)],
        "the engine's own program on the same files": [installed("kingfisher"), *PROGRAM],
    }
    figures = _processes(commands, root, rounds)
    ours, program = (median(taken) for taken in figures.values())
    promise = Promise("the hook beside the engine's own program", ours / program, 1, "times")
    note = f"Milliseconds of whole processes. {TYPICAL} files are staged, of which one is a notebook."
    rows = {name: summary(taken) for name, taken in figures.items()}
    return Table(f"git: the hook on a typical commit, {size} tracked files", rows, [promise], note)


def _processes(commands: dict[str, list[str]], root: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of whole processes, run in turn."""
    measures = {name: lambda command=command: _process(command, root) for name, command in commands.items()}
    return interleaved(measures, rounds)


def _process(command: list[str], where: Path) -> float:
    def work() -> None:
        done = subprocess.run(command, cwd=where, capture_output=True)
        if done.returncode not in (0, 1, 200):  # 1: findings; 200: the engine's program has some, too.
            raise RuntimeError(f"{command[0]} failed: {done.stderr.decode(errors='replace')[-500:]}")

    return milliseconds(work)
