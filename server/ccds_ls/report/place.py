"""Where a finding stands, in the numbers that people and other programs count with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ccds_ls.finding import Finding, Span
from ccds_ls.snapshot import File
from ccds_ls.text import LineIndex

if TYPE_CHECKING:
    from ccds_ls.notebook import Cell


@dataclass(frozen=True)
class Location:
    """Lines and columns from 1, columns in code points; the end is the place behind the last one.

    With ``cell`` (1-based over all cells) lines count from the start of that cell's source, without it from the
    start of the file. A finding on a whole file, or a whole cell, stands at 1:1.
    """

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    cell: int | None = None


def locate(finding: Finding, file: File) -> Location:
    """Where the user looks for it: in a notebook, in the cell."""
    cell = _cell(finding, file)
    if cell is None:
        return raw_location(finding, file)
    if finding.cell_span is None:
        return Location(cell=cell.number)
    return _location(_lines(cell.source), finding.cell_span, cell.number)


def raw_location(finding: Finding, file: File) -> Location:
    """Where it is in the file as it lies on disk: in a notebook, in the JSON."""
    span, cell = finding.span, _cell(finding, file)
    if span is None and cell is not None and finding.cell_span is not None:
        span = cell.raw_span(finding.cell_span)
    if span is None or file.text is None:
        return Location()
    return _location(file.lines, span)


def _cell(finding: Finding, file: File) -> Cell | None:
    notebook = None if finding.cell is None else file.notebook
    if notebook is None or finding.cell is None or not 0 < finding.cell <= len(notebook.cells):
        return None
    return notebook.cells[finding.cell - 1]


def _location(lines: LineIndex, span: Span, cell: int | None = None) -> Location:
    (line, column), (end_line, end_column) = lines.position(span.start), lines.position(span.end)
    return Location(line + 1, column + 1, end_line + 1, end_column + 1, cell)


@lru_cache(maxsize=4)
def _lines(source: str) -> LineIndex:
    """Findings come in the order of their cells, so the last few indexes serve them all."""
    return LineIndex(source)
