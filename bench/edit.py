"""From a keystroke in a Python file of 200 lines to its diagnostics."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bench.client import Client, changed, folder, opened, typed
from bench.measure import Promise, Table, interleaved, percentile, summary
from bench.peers import BARE, OURS, PYGLS, servers
from bench.samples import source, token

HELD_BACK = ("python-lsp-server", "jedi-language-server")
"""Servers that wait half a second and more before they check, so that few of their changes can be measured."""

SETTLE_SECONDS = 2.0


class Editor:
    """One server with the file open in it."""

    def __init__(self, command: list[str], root: Path) -> None:
        self.client = Client(command, root).start()
        self.uri = (root / "features.py").as_uri()
        self.text = f'{source(199)}TOKEN = "{token()}"\n'
        self.version = 1
        self.client.notify("textDocument/didOpen", opened(self.uri, self.text))
        self.client.diagnostics(self.uri)

    def full(self) -> float:
        """Send the whole text with a change in it."""
        return self._change({"text": f"{self.text}# {self.version}\n"})

    def incremental(self) -> float:
        """Type one character into the docstring."""
        return self._change(typed(0, 3, "x", replaced=1))

    def _change(self, change: dict[str, object]) -> float:
        self.version += 1
        seen = len(self.client.published)
        sent = self.client.notify("textDocument/didChange", changed(self.uri, self.version, change))
        # A server that names no version publishes once a change, after it.
        current = self.client.diagnostics(
            self.uri, lambda params: params.get("version") in (None, self.version), seen
        )
        return (current - sent) * 1000


def run(*, quick: bool) -> Iterator[Table]:
    """All servers run at the same time and get their changes in turn."""
    with folder("edit") as root:
        editors = {name: Editor(command, root) for name, command in servers(peers=not quick).items()}
        try:
            time.sleep(SETTLE_SECONDS)
            for kind in ("incremental", "full"):
                yield _table(editors, kind, quick=quick)
        finally:
            for editor in editors.values():
                editor.client.close()


def _table(editors: dict[str, Editor], kind: str, *, quick: bool) -> Table:
    measures = {name: getattr(editor, kind) for name, editor in editors.items()}
    slow = {name: measures.pop(name) for name in HELD_BACK if name in measures}
    figures = interleaved(measures, 40 if quick else 150, warmup=10)
    figures |= interleaved(slow, 6, warmup=0)
    rows = {name: summary(figures[name]) for name in editors}
    for name, row in rows.items():
        row["p95 over bare pygls"] = percentile(figures[name], 0.95) - percentile(figures[PYGLS], 0.95)
        row["x bare Python"] = float(row["median"]) / float(rows[BARE]["median"])
    promise = Promise("p95 over bare pygls", float(rows[OURS]["p95 over bare pygls"]), 15)
    note = "Milliseconds. The file holds one token, which ccds-ls finds; the foreign servers hold back on purpose."
    return Table(f"edit: {kind} change of a 200-line file to its diagnostics", rows, [promise], note)
