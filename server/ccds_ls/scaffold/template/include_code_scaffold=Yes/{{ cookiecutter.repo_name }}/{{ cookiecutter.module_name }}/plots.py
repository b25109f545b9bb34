"""Figures for reports.

    python -m {{ cookiecutter.module_name }}.plots --help

Figures are made by code and not by hand, so that they can be made again when the data changes.
"""

import csv
from pathlib import Path

from loguru import logger
from tqdm import tqdm
import typer

from {{ cookiecutter.module_name }} import config

app = typer.Typer()


def filled(rows: list, column: str) -> float:
    """The share of rows, from 0 to 1, that have a value in this column."""
    return sum(1 for row in rows if row[column]) / len(rows) if rows else 0.0


@app.command()
def main(
    input_path: Path = config.PROCESSED_DATA_DIR / "dataset.csv",
    output_path: Path = config.FIGURES_DIR / "plot.png",
):
    """Draw how complete each column of the dataset is: a first thing to know about any data."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        logger.error("Add matplotlib to {{ cookiecutter.dependency_file }} and run make requirements to draw.")
        raise typer.Exit(code=1) from None

    with input_path.open(newline="", encoding="utf-8") as source:
        reader = csv.DictReader(source)
        rows = list(tqdm(reader, desc="Reading", unit=" rows"))
        columns = list(reader.fieldnames or [])

    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.barh(columns, [100 * filled(rows, column) for column in columns])
    axes.set_xlabel("rows with a value (%)")
    axes.set_xlim(0, 100)
    figure.savefig(output_path)
    logger.success(f"Drew {output_path}.")


if __name__ == "__main__":
    app()
