"""Notebooks: from a change to the diagnostics, the cost of one, and ten thousand of them in the background."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.client import Client, changed, cheap_request, folder, git, opened, typed
from bench.measure import (
    CACHE,
    Promise,
    Table,
    interleaved,
    median,
    percentile,
    processor_milliseconds,
    summary,
)
from bench.messages import PAUSE_SECONDS
from bench.peers import BARE, ours, servers
from bench.samples import as_text, cell_counts, notebook, token
from bench.start import resident

CELLS = 300
IMAGE_BYTES = 22_000
"""With that much in an image, a notebook of 300 cells is of about 1 MB."""


def run(*, quick: bool) -> Iterator[Table]:
    """A large notebook in an editor; a corpus in process; a repository full of notebooks."""
    with folder("notebooks") as root:
        yield _changes(root, 10 if quick else 100)
        yield _corpus(40 if quick else 300)
    yield _background(200 if quick else 10_000)


def _changes(root: Path, rounds: int) -> Table:
    content = notebook(CELLS, image_bytes=IMAGE_BYTES)
    content["cells"][-1]["source"] = [f'TOKEN = "{token()}"\n']
    text = as_text(content)
    clients = [Client(ours("server"), root).start() for _ in range(2)]
    try:
        measures = {
            "as JSON text, a character": _as_text(clients[0], root / "1.0-abc-text.ipynb", text),
            "as cells, a character": _as_cells(clients[1], root / "2.0-abc-cells.ipynb", content),
        }
        time.sleep(3)
        figures = interleaved(measures, rounds, warmup=3)
    finally:
        for client in clients:
            client.close()
    slowest = max(percentile(taken, 0.95) for taken in figures.values())
    megabytes = len(text.encode()) / 1e6
    note = (
        f"Milliseconds. The notebook has {CELLS} cells and {megabytes:.2f} MB, and a token in the last cell."
    )
    rows = {name: summary(taken) for name, taken in figures.items()}
    return Table("notebooks: change to diagnostics", rows, [Promise("p95 of a change", slowest, 50)], note)


def _as_text(client: Client, path: Path, text: str) -> Callable[[], float]:
    uri = path.as_uri()
    client.notify("textDocument/didOpen", opened(uri, text, "json"))
    line = next(number for number, line in enumerate(text.splitlines()) if "# Analysis" in line)
    version = 1

    def change() -> float:
        nonlocal version
        version += 1
        sent = client.notify(
            "textDocument/didChange", changed(uri, version, typed(line, 10, "x", replaced=1))
        )
        return (client.diagnostics(uri, lambda params: params.get("version") == version) - sent) * 1000

    return change


def _as_cells(client: Client, path: Path, content: dict[str, Any]) -> Callable[[], float]:
    """A space typed before the token in the last cell: what moves a finding is published, without a version."""
    uri = path.as_uri()
    kinds = {"markdown": 1, "code": 2}
    cells = [
        {"kind": kinds[cell["cell_type"]], "document": f"vscode-notebook-cell:{path.as_posix()}#{number}"}
        for number, cell in enumerate(content["cells"])
    ]
    documents = [
        {"uri": shown["document"], "languageId": "python", "version": 1, "text": "".join(cell["source"])}
        for shown, cell in zip(cells, content["cells"], strict=True)
    ]
    document = {"uri": uri, "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
    client.notify("notebookDocument/didOpen", {"notebookDocument": document, "cellTextDocuments": documents})
    last, version = cells[-1]["document"], 1

    def change() -> float:
        nonlocal version
        version += 1
        seen = len(client.published)
        text = {"document": {"uri": last, "version": version}, "changes": [typed(0, 0, " ")]}
        params = {
            "notebookDocument": {"uri": uri, "version": version},
            "change": {"cells": {"textContent": [text]}},
        }
        sent = client.notify("notebookDocument/didChange", params)
        return (client.diagnostics(str(last), seen=seen) - sent) * 1000

    return change


def _corpus(number: int) -> Table:
    from ccds_ls.check import check
    from ccds_ls.collect import make_snapshot
    from ccds_ls.finding import State
    from ccds_ls.secrets import load
    from ccds_ls.snapshot import File, Origin
    from ccds_ls.view import View

    detector = load()
    view = View(Path("/nowhere"), None)

    def time_one(seed: int, cells: int) -> tuple[float, int]:
        text = as_text(notebook(cells, seed))
        file = File(
            f"notebooks/{seed}.0-abc-topic.ipynb", Origin.WORKTREE, State.WORK_TREE, len(text), text=text
        )
        return processor_milliseconds(lambda: check(make_snapshot(view, [file]), detector)), len(text)

    time_one(0, 5)
    taken, sizes = zip(*(time_one(*item) for item in enumerate(cell_counts(number))), strict=True)
    rows = {
        "all rules on one notebook": {**summary(taken), "max": max(taken), "median KB": median(sizes) / 1000}
    }
    note = "Milliseconds of processor time, the secret engine's included. The sizes are as in public ones."
    return Table(
        "notebooks: the cost of one", rows, [Promise("median of a notebook", median(taken), 6)], note
    )


def _background(number: int) -> Table:
    root = _repository(number)
    document = (root / "module.py").as_uri()
    client, floor = Client(ours("server"), root), Client(servers(peers=False)[BARE], root).start()
    try:
        client.start()
        client.notify("textDocument/didOpen", opened(document, "import os\n"))
        client.diagnostics(document)  # From now on the server is loaded, and all else is in the background.
        done = _Finished(client, number)
        taken, noise = [], []
        while not done():
            taken.append(client.milliseconds(*cheap_request(document)))
            noise.append(floor.milliseconds(*cheap_request(document)))
            time.sleep(PAUSE_SECONDS)
        seconds, memory = client.published[-1][0] - client.spawned, resident(client.process.pid)
    finally:
        client.close()
        floor.close()
    rows: dict[str, dict[str, float | str]] = {
        "ccds-ls": {**summary(taken), "max": max(taken), "all checked, s": seconds, "MiB": memory},
        "bare Python loop, idle": {**summary(noise), "max": max(noise)},
    }
    promise = Promise("longest wait for a reply meanwhile", max(taken), 50)
    note = (
        "Milliseconds for a cheap request while all notebooks of a repository are checked; each has a bad name. The"
        " bare loop, asked in turn, has nothing to do: what it takes is the machine's own noise."
    )
    return Table(f"notebooks: {number} of them in the background", rows, [promise], note)


class _Finished:
    """Whether diagnostics have come for so many notebooks; what has been counted is not looked at again."""

    def __init__(self, client: Client, number: int) -> None:
        self.client, self.number = client, number
        self.seen: set[str] = set()
        self.looked_at = 0

    def __call__(self) -> bool:
        arrived = self.client.published[self.looked_at :]
        self.looked_at += len(arrived)
        self.seen.update(params["uri"] for _, params in arrived if params["uri"].endswith(".ipynb"))
        return len(self.seen) >= self.number


def _repository(number: int) -> Path:
    """A committed repository of small notebooks, a hundred a folder, kept between runs."""
    root = CACHE / f"notebooks-{number}"
    if not (root / ".git" / "complete").exists():
        print(f"Making a repository of {number} notebooks (once) ...", file=sys.stderr)
        shutil.rmtree(root, ignore_errors=True)
        for seed in range(number):
            path = root / "notebooks" / f"part_{seed // 100}" / f"Untitled{seed}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(as_text(notebook(12, seed, image_bytes=4_000)), encoding="utf-8")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", "first")
        (root / ".git" / "complete").touch()
    return root
