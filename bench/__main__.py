"""``python -m bench [TOPIC ...]``: measures, prints a table a topic, and says which promises are held."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
import traceback
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.measure import Promise, Table, show

RESULTS = Path(__file__).parent / "results.md"
TOPICS = ("start", "edit", "messages", "git", "scaffold", "notebooks", "secrets", "text")


def main() -> int:
    """Run the chosen topics; the exit code is 1 when a promise is missed or a topic failed."""
    options = _options()
    compile_engine_rules()
    print(f"{_machine()}\n", flush=True)
    tables: list[Table] = []
    failed = False
    for topic in options.topics or TOPICS:
        started = time.perf_counter()
        try:
            for table in import_module(f"bench.{topic}").run(quick=options.quick):
                print(show(table), flush=True)
                tables.append(table)
        except Exception:  # The other topics can still be measured.
            failed = True
            traceback.print_exc()
        print(f"({topic}: {time.perf_counter() - started:.0f} s)\n", file=sys.stderr, flush=True)
    if options.json:
        options.json.write_text(json.dumps(_record(tables), indent=1) + "\n", encoding="utf-8")
    if options.save:
        RESULTS.write_text(_page(tables), encoding="utf-8")
    missed = [promise for table in tables for promise in table.promises if not promise.held]
    print(_verdict(tables, missed))
    return 1 if missed or failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", metavar="TOPIC", help=f"which (default: all): {', '.join(TOPICS)}"
    )
    parser.add_argument("--quick", action="store_true", help="few rounds, small inputs, no foreign servers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="save all figures, too")
    parser.add_argument("--save", action="store_true", help="write the tables to bench/results.md, too")
    options = parser.parse_args()
    if unknown := set(options.topics) - set(TOPICS):
        parser.error(f"there is no topic '{sorted(unknown)[0]}'; the topics are {', '.join(TOPICS)}")
    return options


def compile_engine_rules() -> None:
    """Have the secret engine compile its rules, which it does once on a machine, before anything is measured."""
    from ccds_ls.secrets import load

    load()


def _page(tables: list[Table]) -> str:
    intro = "What `python -m bench --save` measured last; [README.md](README.md) says how to read it."
    when = f"{time.strftime('%Y-%m-%d')}, {_machine()}."
    return "\n".join([f"# Results\n\n{intro}\n\n{when}\n", *map(show, tables)])


def _record(tables: list[Table]) -> dict[str, object]:
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": _machine(),
        "tables": [asdict(table) for table in tables],
    }


def _machine() -> str:
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} processors{busy}"


def _verdict(tables: list[Table], missed: list[Promise]) -> str:
    count = sum(len(table.promises) for table in tables)
    lines = [f"{count - len(missed)} of {count} promises are held."]
    return "\n".join(lines + [f"MISSED: {promise.text}" for promise in missed])


if __name__ == "__main__":
    sys.exit(main())
