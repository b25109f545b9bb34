"""How long an editor waits for a server after it has started it, and what the server weighs."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.client import Client, folder, opened
from bench.measure import Promise, Table, median
from bench.peers import BARE, OURS, PYGLS, one_phase, servers

SETTLED_SECONDS = 2.0
"""When the memory is read: by then the secret engine is loaded and nothing is left to be done."""

ONE_PHASE = "ccds-ls, loaded first"

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def run(*, quick: bool) -> Iterator[Table]:
    """Interleaved starts of all servers, each opening one Python file."""
    commands = {**servers(peers=not quick), ONE_PHASE: one_phase()}
    figures: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in commands}
    with folder("start") as root:
        rounds = 2 if quick else 9
        for number in range(rounds + 1):
            for name, command in commands.items():
                for column, figure in _one(command, root, settle=number == rounds).items():
                    if number:
                        figures[name][column].append(figure)
    cold = {name: median(columns["initialize"]) for name, columns in figures.items()}
    rows: dict[str, dict[str, float | str]] = {
        name: {
            "initialize": cold[name],
            "min": min(columns["initialize"]),
            "x bare Python": cold[name] / cold[BARE],
            "x bare pygls": cold[name] / cold[PYGLS],
            "CPU": median(columns["cpu"]),
            "first diagnostics": median(columns["diagnostics"]),
            "MiB, initialized": median(columns["memory"]),
            "MiB, settled": median(columns["settled"]),
        }
        for name, columns in figures.items()
    }
    first = {name: median(columns["diagnostics"]) for name, columns in figures.items()}
    promises = [
        Promise("start beside bare pygls", cold[OURS] / cold[PYGLS], 1.15, "times"),
        Promise("start beside a bare Python loop", cold[OURS] / cold[BARE], 3, "times"),
        Promise(
            "first diagnostics beside ccds-ls loaded first", first[OURS] / first[ONE_PHASE], 1.05, "times"
        ),
    ]
    note = (
        f'Milliseconds from the start of the process, medians of {rounds}. "Loaded first" is ccds-ls as it would be'
        " if it loaded all modules before it answered; 5 % is the noise between two such medians. CPU is what the"
        " process had used when it answered (in steps of 10 ms). The first diagnostics are those of a file opened at"
        " once; the foreign servers hold theirs back on purpose (500 and 1,000 ms), and those of ccds-ls need an"
        f" answer of git. Memory is resident, right after `initialized` and {SETTLED_SECONDS:.0f} seconds later, when"
        " the secret engine is loaded."
    )
    yield Table("start: from spawn to `initialize`", rows, promises, note)


def _one(command: Sequence[str], root: Path, *, settle: bool) -> dict[str, float]:
    client = Client(command, root)
    try:
        figures = {"initialize": (client.initialize() - client.spawned) * 1000}
        process = client.process.pid
        figures["cpu"] = processor(process)
        client.notify("initialized", {})
        figures["memory"] = resident(process)
        document = (root / "module.py").as_uri()
        client.notify("textDocument/didOpen", opened(document, "import os\n"))
        figures["diagnostics"] = (client.diagnostics(document) - client.spawned) * 1000
        if settle:
            time.sleep(SETTLED_SECONDS)
            figures["settled"] = resident(process)
        return figures
    finally:
        client.close()


def processor(process: int) -> float:
    """Milliseconds of processor time that a process has used; NaN where the system has no /proc."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS


def resident(process: int) -> float:
    """Resident MiB of a process; NaN where the system has no /proc."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
