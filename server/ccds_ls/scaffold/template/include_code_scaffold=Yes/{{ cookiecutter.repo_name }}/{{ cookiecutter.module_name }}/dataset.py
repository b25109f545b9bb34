"""Step 1: from the raw data to the dataset that all later steps read.

    make data
    python -m {{ cookiecutter.module_name }}.dataset --help

Raw data is never edited by hand. What is wrong with it is put right here, in code, where others
can read it, argue with it and run it again. Each step is a script like this one: it reads files,
writes files, and knows nothing of the other steps, so any of them can be run again on its own.
"""

import csv
from pathlib import Path

from loguru import logger
from tqdm import tqdm
import typer

from {{ cookiecutter.module_name }} import config

app = typer.Typer()


def clean(row: dict) -> dict:
    """One row of the raw table, put right. A small function of one row is easy to test.

    As it is, it takes the spaces from around each value. Put your own corrections here.
    """
    return {column: value.strip() for column, value in row.items()}


@app.command()
def main(
    input_path: Path = config.RAW_DATA_DIR / "dataset.csv",
    output_path: Path = config.PROCESSED_DATA_DIR / "dataset.csv",
):
    """Clean the raw table, row by row, and leave out the rows that are empty."""
    if not input_path.exists():
        logger.error(f"There is no {input_path}. Put your raw data there, or pass --input-path.")
        raise typer.Exit(code=1)

    with input_path.open(newline="", encoding="utf-8") as source:
        reader = csv.DictReader(source)
        columns = reader.fieldnames or []
        rows = [clean(row) for row in tqdm(reader, desc="Cleaning", unit=" rows")]

    kept = [row for row in rows if any(row.values())]
    with output_path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, columns)
        writer.writeheader()
        writer.writerows(kept)
    logger.success(f"Kept {len(kept)} of {len(rows)} rows in {output_path}.")


if __name__ == "__main__":
    app()
