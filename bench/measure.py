"""Interleaved measuring, the figures that come of it, and how they are shown."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "bench"
"""Where peers are installed and large inputs are kept between runs."""


@dataclass(frozen=True)
class Promise:
    """A figure that ccds-ls promises not to exceed; ``at_least`` turns it round."""

    text: str
    measured: float
    limit: float
    unit: str = "ms"
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether the measured figure is on the right side; what could not be measured is not held."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


@dataclass(frozen=True)
class Table:
    """What one topic measured: a row a case, the columns in the order of the first row."""

    title: str
    rows: dict[str, dict[str, float | str]]
    promises: list[Promise] = field(default_factory=list)
    note: str = ""


def milliseconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def processor_milliseconds(work: Callable[[], object]) -> float:
    """How much processor time some work in this process takes, which other processes hardly change."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def interleaved(
    cases: Mapping[str, Callable[[], float]], rounds: int, warmup: int = 1
) -> dict[str, list[float]]:
    """The figures of each case, one a round, with the cases taking turns so that noise hits all alike."""
    figures: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(warmup + rounds):
        for name, measure in cases.items():
            figure = measure()
            if number >= warmup:
                figures[name].append(figure)
    return figures


def percentile(figures: Iterable[float], share: float) -> float:
    """The nearest-rank percentile; NaN of nothing."""
    ordered = sorted(figures)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def median(figures: Iterable[float]) -> float:
    """The median; NaN of nothing."""
    chosen = list(figures)
    return statistics.median(chosen) if chosen else math.nan


def summary(figures: Iterable[float]) -> dict[str, float | str]:
    """The columns that most tables have, in milliseconds."""
    chosen = list(figures)
    least = min(chosen, default=math.nan)
    return {"median": median(chosen), "p95": percentile(chosen, 0.95), "min": least, "n": float(len(chosen))}


def show(table: Table) -> str:
    """A table as Markdown, which reads well in a terminal, too."""
    columns = list(dict.fromkeys(column for row in table.rows.values() for column in row))
    lines = [["", *columns]]
    lines += [[name, *(_cell(row.get(column, "")) for column in columns)] for name, row in table.rows.items()]
    widths = [max(len(line[number]) for line in lines) for number in range(len(columns) + 1)]
    lines.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    text = "\n".join("| " + " | ".join(_padded(line, widths)) + " |" for line in lines)
    promises = "\n".join(
        f"- {'held' if promise.held else 'MISSED'}: {promise.text}: {_cell(promise.measured)} {promise.unit}"
        f" (promised: at {'least' if promise.at_least else 'most'} {_cell(promise.limit)})"
        for promise in table.promises
    )
    return "\n\n".join(filter(None, (f"## {table.title}", text, promises, table.note))) + "\n"


def _padded(line: list[str], widths: list[int]) -> Iterable[str]:
    yield line[0].ljust(widths[0])
    for cell, width in zip(line[1:], widths[1:], strict=True):
        yield cell.rjust(width)


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "-"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
