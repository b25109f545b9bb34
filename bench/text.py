"""What an incremental edit of a 5 MB notebook costs: the text model alone, and the server until it is free again."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import partial

from bench.client import Client, changed, cheap_request, folder, opened, typed
from bench.measure import Promise, Table, interleaved, percentile, processor_milliseconds, summary
from bench.peers import OURS, PYGLS, servers
from bench.samples import as_text, notebook

MEGABYTES = 5
ACTIONS = "ccds-ls, code actions of the notebook"


def run(*, quick: bool) -> Iterator[Table]:
    """In process beside pygls' own documents, then through two servers in turn."""
    rounds = 8 if quick else 60
    cells, text = 1000, ""
    while len(text) < MEGABYTES * 1_000_000:
        text, cells = as_text(notebook(cells, image_bytes=6_000, text_lines=60)), cells + 200
    yield _in_process(text, rounds)
    yield _through_server(text, rounds)


def _in_process(text: str, rounds: int) -> Table:
    from lsprotocol import types
    from pygls.workspace import TextDocument

    from ccds_ls.lsp.edge.buffer import Buffer

    buffer, document = Buffer(text), TextDocument("file:///a.ipynb", text)
    lines = text.count("\n")

    def edit_ours() -> float:
        line = random.randrange(lines)
        return processor_milliseconds(lambda: buffer.edit((line, 0), (line, 0), " "))

    def edit_pygls() -> float:
        place = types.Position(random.randrange(lines), 0)
        change = types.TextDocumentContentChangePartial(range=types.Range(place, place), text=" ")
        return processor_milliseconds(lambda: document.apply_change(change))

    figures = interleaved({"pygls' document": edit_pygls, "ccds-ls' buffer": edit_ours}, rounds)
    promise = Promise("p95 of an edit in process", percentile(figures["ccds-ls' buffer"], 0.95), 20)
    note = f"Milliseconds of processor time for a character anywhere in {len(text) / 1e6:.1f} MB and {lines} lines."
    return Table(
        "text: an edit in process", {name: summary(taken) for name, taken in figures.items()}, [promise], note
    )


def _through_server(text: str, rounds: int) -> Table:
    commands = servers(peers=False)
    lines = text.count("\n")
    with folder("text") as root:
        uri, other = (root / "1.0-abc-large.ipynb").as_uri(), (root / "module.py").as_uri()
        clients = {name: Client(commands[name], root).start() for name in (PYGLS, OURS)}
        versions = dict.fromkeys(clients, 1)

        def edit(name: str, asked: str) -> float:
            client = clients[name]
            versions[name] += 1
            line = random.randrange(lines)
            sent = client.notify("textDocument/didChange", changed(uri, versions[name], typed(line, 0, " ")))
            answered = client.request(*cheap_request(asked))[0]
            client.diagnostics(uri, lambda params: params.get("version") == versions[name])
            return (answered - sent) * 1000

        try:
            for client in clients.values():
                client.notify("textDocument/didOpen", opened(other, "import os\n"))
                client.notify("textDocument/didOpen", opened(uri, text, "json"))
                client.diagnostics(uri)
            time.sleep(3)
            figures = interleaved(
                {
                    PYGLS: partial(edit, PYGLS, other),
                    OURS: partial(edit, OURS, other),
                    ACTIONS: partial(edit, OURS, uri),
                },
                rounds,
            )
        finally:
            for client in clients.values():
                client.close()
    promises = [
        Promise("p95 until another file's request is answered", percentile(figures[OURS], 0.95), 20),
        Promise("p95 until the notebook's code actions are there", percentile(figures[ACTIONS], 0.95), 100),
    ]
    note = "Milliseconds from sending the edit until a request sent right after it is answered, while the check runs."
    rows = {name: summary(taken) for name, taken in figures.items()}
    return Table("text: an edit through the server", rows, promises, note)
