"""What our own rules add to the secret engine's time, and what a large data file adds to a check."""

from __future__ import annotations

import subprocess
import sysconfig
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.client import folder, git
from bench.measure import Promise, Table, interleaved, milliseconds, processor_milliseconds, summary
from bench.peers import ours
from bench.samples import as_text, cell_counts, image_sizes, notebook

CSV_BYTES = 20_000_000


def run(*, quick: bool) -> Iterator[Table]:
    """The same texts by the engine alone and with our rules, in turn; then whole checks with and without a CSV."""
    rounds = 2 if quick else 7
    cells = cell_counts(20 if quick else 100)
    texts = {
        "source files": _source_files(100 if quick else 600),
        "notebooks": _notebooks(cells, image_sizes(cells)),
        "notebooks without images": _notebooks(cells, [0] * len(cells)),
    }
    yield _slow_down(texts, rounds)
    with folder("secrets") as root:
        yield _data_file(root, rounds)


def _source_files(number: int) -> dict[str, str]:
    """Files of Python's standard library: source text that is on every machine."""
    library = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    chosen = paths[:: max(1, len(paths) // number)]
    return {f"src/{path.name}": path.read_text(encoding="utf-8", errors="replace") for path in chosen}


def _notebooks(cells: list[int], images: list[int]) -> dict[str, str]:
    pairs = zip(cells, images, strict=True)
    return {f"{seed}.ipynb": as_text(notebook(count, seed, size)) for seed, (count, size) in enumerate(pairs)}


def _slow_down(corpora: dict[str, dict[str, str]], rounds: int) -> Table:
    from kingfisher_sdk import Rules, ScanInput, Scanner

    from ccds_ls.check import check
    from ccds_ls.collect import make_snapshot
    from ccds_ls.finding import State
    from ccds_ls.rules import all_rules
    from ccds_ls.secrets import default_cache_dir, load
    from ccds_ls.snapshot import File, Origin
    from ccds_ls.view import View

    shipped = Scanner()
    engine = Scanner(Rules(cache_dir=default_cache_dir()), base64=False)
    detector = load()
    rule = [rule for rule in all_rules() if rule.code == "secret"]
    view = View(Path("/nowhere"), None)

    def scan(scanner: Scanner, texts: dict[str, str]) -> None:
        for path, text in texts.items():
            scanner.scan_input(ScanInput(path, text.encode("utf-8", "surrogatepass")))

    def with_ours(texts: dict[str, str]) -> None:
        for path, text in texts.items():
            detector.find(text, path)

    def whole_rule(texts: dict[str, str]) -> None:
        files = [
            File(path, Origin.WORKTREE, State.WORK_TREE, len(text), text=text) for path, text in texts.items()
        ]
        check(make_snapshot(view, files), detector, rule)

    works = {
        "engine as it comes": partial(scan, shipped),
        "engine alone": partial(scan, engine),
        "engine and our rules": with_ours,
        "the rule `secret`": whole_rule,
    }
    rows: dict[str, dict[str, float | str]] = {}
    promises = []
    for name, texts in corpora.items():
        megabytes = sum(len(text) for text in texts.values()) / 1e6
        measures = {
            work: lambda do=do, texts=texts: processor_milliseconds(lambda: do(texts))
            for work, do in works.items()
        }
        taken = {work: min(figures) for work, figures in interleaved(measures, rounds).items()}
        for work, least in taken.items():
            rows[f"{name}, {work}"] = {
                "MB/s": megabytes * 1000 / least,
                "ms a file": least / len(texts),
                "x engine": least / taken["engine alone"],
            }
        ratio = (
            taken["the rule `secret`" if name == "notebooks" else "engine and our rules"]
            / taken["engine alone"]
        )
        promises.append(Promise(f"slow-down of the engine on {name}", ratio, 4 / 3, "times"))
    note = (
        f"Processor time, the best of {rounds} rounds. As it comes, the engine also decodes base64, which"
        " ccds-ls switches off; alone, it has our settings. It reads a notebook's raw JSON. The whole rule reads"
        " the JSON, too, then cells and outputs as text, and no images. A small notebook without any"
        " takes the engine less time than its JSON takes to read; there the rules themselves count."
    )
    return Table("secrets: our rules beside the engine alone", rows, promises, note)


def _data_file(root: Path, rounds: int) -> Table:
    """Whole `check --staged` runs; the CSV is staged and unstaged in turn."""
    (root / "module.py").write_text("import os\n", encoding="utf-8")
    line = b"2024-01-01,12.5,measured,north,0.123456\n"
    (root / "table.csv").write_bytes(line * (CSV_BYTES // len(line)))
    git(root, "add", "module.py")

    def staged_check() -> float:
        return milliseconds(lambda: subprocess.run(ours("check", "--staged"), cwd=root, capture_output=True))

    def with_file() -> float:
        git(root, "add", "table.csv")
        taken = staged_check()
        git(root, "rm", "-q", "--cached", "table.csv")
        return taken

    figures = interleaved({"without": staged_check, "with a 20 MB CSV": with_file}, rounds)
    rows = {name: summary(taken) for name, taken in figures.items()}
    added = min(figures["with a 20 MB CSV"]) - min(figures["without"])
    note = "Milliseconds of `ccds-ls check --staged` with one small file staged. The minima are compared."
    return Table("secrets: a large data file", rows, [Promise("a 20 MB CSV adds", added, 150)], note)
