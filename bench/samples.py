"""Inputs for the benchmarks, the same in every run: source text, notebooks, and something to find in them."""

from __future__ import annotations

import base64
import json
import random
from typing import Any


def token(number: int = 0) -> str:
    """Something that has the form of a Hugging Face token, put together here, so that no file holds one."""
    letters = random.Random(f"token {number}").choices("abcdefghijkLMNOPQRSTUVWXYZ", k=34)
    return "h" + "f_" + "".join(letters)


def source(lines: int = 200, seed: int = 0) -> str:
    """Python text as a data scientist writes it."""
    chance = random.Random(seed)
    made = ['"""Features of the measurements."""', "", "import numpy as np", "import pandas as pd", ""]
    while len(made) < lines:
        name, column = chance.choice(_NOUNS), chance.choice(_NOUNS)
        made += [
            "",
            "",
            f"def {name}_by_{column}(frame: pd.DataFrame, limit: float = {chance.random():.2f}) -> pd.DataFrame:",
            f'    """The {name} of each {column} above a limit."""',
            f'    path = "data/processed/{name}_{chance.randrange(1000)}.csv"',
            f'    chosen = frame[frame["{column}"] > limit]  # outliers are kept',
            f'    grouped = chosen.groupby("{name}").agg({{"{column}": ["mean", "std"]}})',
            f"    grouped.to_csv(path, index=False, float_format='%.{chance.randrange(2, 8)}f')",
            "    return grouped.reset_index()",
        ]
    return "\n".join(made[:lines]) + "\n"


_NOUNS = ["customer", "order", "price", "weight", "region", "station", "sensor", "income", "label", "score"]


def notebook(cells: int, seed: int = 0, image_bytes: int = 15_000, text_lines: int = 20) -> dict[str, Any]:
    """A notebook as they are found: a third of it text, half of the code with output, some of that images."""
    chance = random.Random(seed)
    made: list[dict[str, Any]] = [_cell("markdown", f"# Analysis {seed}\n\nWhat the data says.\n")]
    code = source(20 * cells, seed).splitlines(keepends=True)
    count = 0
    while len(made) < cells:
        if chance.random() < 0.33:
            made.append(
                _cell("markdown", f"## Step {len(made)}\n\nWe look at the {chance.choice(_NOUNS)}.\n")
            )
            continue
        count += 1
        start = chance.randrange(max(1, len(code) - 12))
        cell = _cell("code", "".join(code[start : start + chance.randrange(3, 12)]))
        made.append({**cell, "execution_count": count, "outputs": _outputs(chance, image_bytes, text_lines)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python", "version": "3.11.7"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def _cell(kind: str, text: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}


def _outputs(chance: random.Random, image_bytes: int, text_lines: int) -> list[dict[str, Any]]:
    kind = chance.random()
    if kind < 0.5:
        return []
    if kind < 0.8:
        lines = [
            f"{n}  {chance.choice(_NOUNS)}  {chance.random():.6f}\n"
            for n in range(chance.randrange(1, text_lines))
        ]
        return [{"name": "stdout", "output_type": "stream", "text": lines}]
    image = (
        base64.b64encode(chance.randbytes(chance.randrange(image_bytes // 2, image_bytes + 1))).decode()
        + "\n"
    )
    data = {"image/png": image, "text/plain": ["<Figure size 640x480 with 1 Axes>"]}
    return [{"data": data, "metadata": {}, "output_type": "display_data"}]


def as_text(content: dict[str, Any]) -> str:
    """A notebook the way Jupyter writes it."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def cell_counts(number: int) -> list[int]:
    """How many cells notebooks have: half of them more than 20, an eighth more than 50, as counted in public ones."""
    chance = random.Random(number)
    return [min(400, max(2, round(chance.lognormvariate(3.0, 0.8)))) for _ in range(number)]


def image_sizes(cells: list[int]) -> list[int]:
    """How many bytes an image has at most in notebooks of so many cells.

    As a result an eighth of them have an output of over 100 kB, and a twelfth more than 1 MB of outputs in all; of
    472 public notebooks it was a quarter, and a tenth.
    """
    chance = random.Random(len(cells))
    return [min(20_000_000 // count, round(chance.lognormvariate(10.0, 1.2))) for count in cells]
