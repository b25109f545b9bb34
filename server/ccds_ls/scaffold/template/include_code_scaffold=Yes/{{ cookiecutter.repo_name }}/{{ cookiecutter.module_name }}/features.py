"""Step 2: from the dataset to features, the columns that a model learns from.

    python -m {{ cookiecutter.module_name }}.features --help

Training and prediction must make features in exactly the same way. That is why it is done here
once, and not in a notebook and again in a script.
"""

import csv
from pathlib import Path

from loguru import logger
from tqdm import tqdm
import typer

from {{ cookiecutter.module_name }} import config

app = typer.Typer()


def features_of(row: dict) -> dict:
    """The features of one row of the dataset. Add columns here, and drop those that a model must not see.

    As it is, the row's own columns are the features.
    """
    return dict(row)


@app.command()
def main(
    input_path: Path = config.PROCESSED_DATA_DIR / "dataset.csv",
    output_path: Path = config.PROCESSED_DATA_DIR / "features.csv",
):
    """Make the features of each row of the dataset."""
    with input_path.open(newline="", encoding="utf-8") as source:
        reader = csv.DictReader(source)
        columns = list(features_of(dict.fromkeys(reader.fieldnames or [], "")))
        features = [features_of(row) for row in tqdm(reader, desc="Features", unit=" rows")]

    with output_path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, columns)
        writer.writeheader()
        writer.writerows(features)
    logger.success(f"Wrote {len(columns)} features of {len(features)} rows to {output_path}.")


if __name__ == "__main__":
    app()
