"""What the rules about a notebook's cells have in common: where a finding stands, and edits of the raw
JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ccds_ls.finding import (
    EditSaved,
    Finding,
    Fix,
    Related,
    Severity,
    Span,
    StripStaged,
    TextEdit,
    plain_fingerprint,
)
from ccds_ls.notebook import Cell
from ccds_ls.snapshot import File, Origin


def in_cell(
    rule: str,
    kind: str,
    severity: Severity,
    file: File,
    cell: Cell,
    message: str,
    span: Span | None = None,
    fixes: tuple[Fix, ...] = (),
    related: tuple[Related, ...] = (),
) -> Finding:
    """A finding at ``span`` of a cell's source, or on the cell's first line that is not blank."""
    if span is None:
        first = re.search(r"\S[^\r\n]*", cell.source)
        span = Span(*first.span()) if first else Span(0, 0)
    # Neither the cell's number nor the line: the finding stays the same when the notebook grows above it.
    fingerprint = plain_fingerprint(rule, kind, file.path, cell.source[span.start : span.end])
    raw = cell.raw_span(span)
    return Finding(
        code=rule,
        kind=kind,
        severity=severity,
        path=file.path,
        message=message,
        state=file.state,
        fingerprint=fingerprint,
        span=raw,
        cell=cell.number,
        cell_span=span,
        fixes=fixes,
        related=related,
    )


def on_notebook(
    rule: str,
    kind: str,
    severity: Severity,
    file: File,
    message: str,
    fixes: tuple[Fix, ...] = (),
    related: tuple[Related, ...] = (),
) -> Finding:
    """A finding on a notebook as a whole."""
    fingerprint = plain_fingerprint(rule, kind, file.path)
    return Finding(
        code=rule,
        kind=kind,
        severity=severity,
        path=file.path,
        message=message,
        state=file.state,
        fingerprint=fingerprint,
        fixes=fixes,
        related=related,
    )


def numbered(cells: Iterable[Cell]) -> str:
    """``cell 3``, ``cells 3 and 5``, or ``cells 3, 5 and 4 more``."""
    numbers = [str(cell.number) for cell in cells]
    if len(numbers) > 3:
        numbers = [*numbers[:2], f"{len(numbers) - 2} more"]
    last = numbers.pop()
    return f"cells {', '.join(numbers)} and {last}" if numbers else f"cell {last}"


def outputs_size(cell: Cell) -> int:
    """How much of a notebook's text a cell's outputs are, in characters."""
    span = cell.fields.get("outputs")
    # Of an editor's cells only the parts are known.
    return span.end - span.start if span else sum(output.size for output in cell.outputs)


def clear_outputs(file: File, title: str, cells: Iterable[Cell]) -> tuple[Fix, ...]:
    """Fixes that remove outputs and execution counts of some cells and change no other character.

    In the text of the file; of what is staged also there alone; of an editor's cells in the saved file. None where
    there is nothing to clear.
    """
    chosen = [cell for cell in cells if cell.outputs or cell.execution_count is not None]
    only = chosen[0].number if len(chosen) == 1 else None
    if file.cells is not None:
        return (Fix(title, (EditSaved(file.path, only),)),) if chosen else ()
    edits = [edit for cell in chosen for edit in _cleared(file.path, cell)]
    if not edits:
        return ()
    fixes: tuple[Fix, ...] = (Fix(title, tuple(edits)),)
    if file.origin is Origin.INDEX:
        fixes += (Fix(f"{title}, in what is staged alone", (StripStaged(file.path, only),)),)
    return fixes


def renumber_counts(file: File, title: str, cells: Iterable[Cell]) -> tuple[Fix, ...]:
    """A fix that numbers the execution counts of some cells in their order, those in their results as well."""
    if file.cells is not None:
        return (Fix(title, (EditSaved(file.path, renumber=True),)),)
    edits: list[TextEdit] = []
    for number, cell in enumerate(cells, 1):
        places = [cell.fields[key] for key in ("execution_count", "prompt_number") if key in cell.fields]
        # A display has one count and perhaps several forms.
        places += {output.count for output in cell.outputs if output.count}
        edits += [TextEdit(file.path, place, str(number)) for place in places]
    return (Fix(title, tuple(edits)),) if edits else ()


def _cleared(path: str, cell: Cell) -> Iterable[TextEdit]:
    outputs = cell.fields.get("outputs")
    if outputs and outputs.end - outputs.start > len("[]"):
        yield TextEdit(path, outputs, "[]")
    for key in ("execution_count", "prompt_number"):
        if cell.execution_count is not None and key in cell.fields:
            yield TextEdit(path, cell.fields[key], "null")
