"""From a secret's findings in one file to the edits and the lines of ``.env`` that take it out of the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccds_ls.finding import Finding, TextEdit
from ccds_ls.secrets.loading import loading
from ccds_ls.secrets.move import CannotMove, Edit, Move, move
from ccds_ls.snapshot import File


@dataclass(frozen=True)
class Plan:
    """Edits of one file, and the variables that ``.env`` must hold before they are made."""

    edits: tuple[TextEdit, ...]
    variables: Mapping[str, str]


def plan(file: File, findings: Iterable[Finding], taken: Mapping[str, str]) -> Plan:
    """Take secrets out of a module or of a notebook's cells. Raises CannotMove when one of them can't be."""
    by_cell: dict[int | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_cell[finding.cell].append(finding)
    variables: dict[str, str] = {}
    edits: list[TextEdit] = []
    loaded = ""  # what the cells above have got by now
    for cell, group in sorted(by_cell.items(), key=lambda item: item[0] or 0):
        source, before = _source(file, cell)
        moves: list[Move] = []
        for finding in group:
            span = finding.span if cell is None else finding.cell_span
            if span is None:
                raise CannotMove("its place is not known")
            moves.append(move(source, span, finding.kind or "", {**taken, **variables}))
            variables[moves[-1].name] = moves[-1].value
        own = [edit for made in moves for edit in made.edits]
        reads = any("os.environ" in text for _, text in own)
        own += loading(source, before + loaded, reads=reads)
        loaded += "".join(text for _, text in own)
        edits += _text_edits(file.path, cell, own)
    return Plan(tuple(edits), {name: value for name, value in variables.items() if name not in taken})


def _text_edits(path: str, cell: int | None, edits: Iterable[Edit]) -> Iterable[TextEdit]:
    for span, text in dict.fromkeys(edits):  # one literal may hold two secrets
        yield TextEdit(path, span, text, cell)


def _source(file: File, cell: int | None) -> tuple[str, str]:
    """The code that a finding is in, and the code cells above it."""
    if cell is None or file.notebook is None:
        return file.text or "", ""
    above = [c.source for c in file.notebook.cells[: cell - 1] if c.kind == "code"]
    return file.notebook.cells[cell - 1].source, "\n".join(above)
