"""How many requests a server answers, and how soon it answers one while it is busy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.client import Client, cheap_request, folder, opened
from bench.measure import Promise, Table, interleaved, median, percentile, summary
from bench.peers import OURS, PYGLS, ours, servers
from bench.samples import source

PIPELINED = 500
"""Requests that are sent without waiting for a reply."""

PAUSE_SECONDS = 0.005
"""Between two requests that are sent to a busy server."""


def run(*, quick: bool) -> Iterator[Table]:
    """Throughput of bare servers and ours; then the latency of ours alone, idle and busy."""
    with folder("messages") as root:
        yield _throughput(root, 3 if quick else 15)
        yield _latency(root, 2 if quick else 8)


def _throughput(root: Path, rounds: int) -> Table:
    document = (root / "module.py").as_uri()
    clients = {name: Client(command, root).start() for name, command in servers(peers=False).items()}
    try:
        for client in clients.values():
            client.notify("textDocument/didOpen", opened(document, "import os\n"))
            client.diagnostics(document)
        time.sleep(2)
        measures = {
            name: lambda client=client: _pipelined(client, document) for name, client in clients.items()
        }
        figures = interleaved(measures, rounds)
    finally:
        for client in clients.values():
            client.close()
    rows: dict[str, dict[str, float | str]] = {
        name: {
            "requests a second": median(rates),
            "best": max(rates),
            "x bare pygls": median(rates) / median(figures[PYGLS]),
        }
        for name, rates in figures.items()
    }
    promise = Promise(
        "throughput beside bare pygls", float(rows[OURS]["x bare pygls"]), 2, "times", at_least=True
    )
    note = f"{PIPELINED} code action requests, sent without waiting, on a file without findings; medians of {rounds}."
    return Table("messages: pipelined requests", rows, [promise], note)


def _pipelined(client: Client, document: str) -> float:
    started = time.perf_counter()
    requests = [client.ask(*cheap_request(document)) for _ in range(PIPELINED)]
    return PIPELINED / (max(client.reply(request)[0] for request in requests) - started)


def latencies(client: Client, document: str, busy_until: Any) -> list[float]:  # noqa: ANN401 - a function of no argument
    """Send cheap requests until something holds; how many milliseconds each took."""
    taken = []
    while not busy_until():
        taken.append(client.milliseconds(*cheap_request(document)))
        time.sleep(PAUSE_SECONDS)
    return taken


def _latency(root: Path, rounds: int) -> Table:
    document = (root / "module.py").as_uri()
    client = Client(ours("server"), root).start()
    try:
        client.notify("textDocument/didOpen", opened(document, "import os\n"))
        client.diagnostics(document)
        time.sleep(2)
        until = time.perf_counter() + 1
        figures = {
            "idle": latencies(client, document, lambda: time.perf_counter() > until),
            "while it makes projects": _while_making_projects(client, root, document, rounds),
            "while 1 MB of source is checked": _while_checking(client, root, document, rounds),
            "while 16 MB of short lines are opened": _while_opening(client, root, document, rounds),
        }
    finally:
        client.close()
    rows = {name: {**summary(taken), "max": max(taken)} for name, taken in figures.items()}
    slowest = max(percentile(taken, 0.99) for taken in figures.values())
    note = (
        f"Milliseconds for a cheap request, {PAUSE_SECONDS * 1000:.0f} ms after the reply to the one before."
    )
    return Table(
        "messages: latency", rows, [Promise("p99 of a request whatever else runs", slowest, 100)], note
    )


def _while_making_projects(client: Client, root: Path, document: str, rounds: int) -> list[float]:
    taken = []
    for number in range(rounds):
        argument = {"root": root.as_uri(), "answers": {"project_name": f"project {number}"}}
        request = client.ask(
            "workspace/executeCommand", {"command": "ccds.newProject", "arguments": [argument]}
        )
        taken += latencies(client, document, lambda request=request: request in client.replies)
        if "error" in (reply := client.reply(request)[1]):
            raise RuntimeError(f"ccds.newProject failed: {reply['error']['message']}")
    return taken


def _while_checking(client: Client, root: Path, document: str, rounds: int) -> list[float]:
    taken = []
    for number in range(rounds):
        uri, seen = (root / f"large_{number}.py").as_uri(), len(client.published)
        client.notify("textDocument/didOpen", opened(uri, source(17_000, number)))
        checked = lambda uri=uri, seen=seen: any(p["uri"] == uri for _, p in client.published[seen:])  # noqa: E731
        taken += latencies(client, document, checked)
    return taken


def _while_opening(client: Client, root: Path, document: str, rounds: int) -> list[float]:
    text, taken = "1,2\n" * 4_000_000, []
    for number in range(rounds):
        uri, seen = (root / f"large_{number}.csv").as_uri(), len(client.published)
        client.notify("textDocument/didOpen", opened(uri, text, "csv"))
        checked = lambda uri=uri, seen=seen: any(p["uri"] == uri for _, p in client.published[seen:])  # noqa: E731
        taken += latencies(client, document, checked)
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return taken
