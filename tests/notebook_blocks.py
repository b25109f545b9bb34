"""Notebooks written as text, for the examples in rules' documentation and for tests.

A cell begins with a line ``# %% [kind] name=value ...``; the kind is ``code`` unless it says ``markdown`` or
``raw``. The names are:

- ``execution_count``: the number in the brackets of a code cell;
- ``outputs``: kinds joined by commas: ``stream``, ``error``, ``html``, ``result``, ``large`` (600 kB of text)
  or ``image``;
- ``tags``: the cell's tags, joined by commas.

The lines behind it are the cell's source, without blank lines at its end. A text that begins with ``{`` is a
notebook's raw JSON, broken perhaps, and stays as it is.
"""

from __future__ import annotations

import json
import re
from typing import Any

_HEAD = re.compile(r"# %%(?: \[(code|markdown|raw)\])?((?: \w+=\S+)*)")
Place = tuple[int, int] | None


def from_block(text: str) -> tuple[str, tuple[Place, ...]]:
    """The notebook's JSON, and for each line of ``text`` its cell (1-based) and line in it (0-based) if any.

    Raises ValueError when something stands before the first cell.
    """
    if text.startswith("{"):
        return text, ()
    cells: list[tuple[str, dict[str, str], list[str]]] = []
    places: list[Place] = []
    for line in text.split("\n"):
        if head := _HEAD.fullmatch(line):
            options = dict(option.split("=", 1) for option in head[2].split())
            cells.append((head[1] or "code", options, []))
            places.append(None)
        elif cells:
            cells[-1][2].append(line)
            places.append((len(cells), len(cells[-1][2]) - 1))
        elif line.strip():
            raise ValueError(f"A notebook begins with a line '# %%', not with {line!r}.")
        else:
            places.append(None)
    written = [_cell(f"cell-{number}", *cell) for number, cell in enumerate(cells, 1)]
    return json.dumps(document(written), indent=1) + "\n", tuple(places)


def document(cells: list[dict[str, Any]], **extra: Any) -> dict[str, Any]:
    """A Python notebook of format 4.5."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5, **extra}


def _cell(cell_id: str, kind: str, options: dict[str, str], lines: list[str]) -> dict[str, Any]:
    tags = options.get("tags", "")
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": cell_id,
        "metadata": {"tags": tags.split(",")} if tags else {},
        "source": "\n".join(lines).rstrip("\n").splitlines(keepends=True),
    }
    if kind == "code":
        count = int(options["execution_count"]) if "execution_count" in options else None
        kinds = options.get("outputs", "").split(",")
        cell |= {"execution_count": count, "outputs": [_output(kind, count) for kind in kinds if kind]}
    return cell


def _output(kind: str, count: int | None) -> dict[str, Any]:
    if kind in ("stream", "large"):
        return {
            "output_type": "stream",
            "name": "stdout",
            "text": ["ok\n"] if kind == "stream" else "x" * 600_000,
        }
    if kind == "error":
        arrow = "\x1b[0;32m----> 1\x1b[0m x"
        traceback = ["\x1b[0;31mKeyError\x1b[0m", f"Cell In[1], line 1\n{arrow}", "KeyError: 1"]
        return {"output_type": "error", "ename": "KeyError", "evalue": "1", "traceback": traceback}
    data = {
        "html": {"text/html": ["<b>1</b>"]},
        "image": {"image/png": "AA=="},
        "result": {"text/plain": ["1"]},
    }[kind]
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    return (
        output | {"output_type": "execute_result", "execution_count": count} if kind == "result" else output
    )
