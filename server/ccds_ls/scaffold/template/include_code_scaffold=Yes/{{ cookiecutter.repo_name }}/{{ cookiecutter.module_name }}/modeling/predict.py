"""Step 4: what the model says of features that it has not seen.

    python -m {{ cookiecutter.module_name }}.modeling.predict --help

A model is only as good as its answers about rows that had no part in training. Keep some apart
from the beginning.
"""

import csv
from pathlib import Path
import pickle

from loguru import logger
from tqdm import tqdm
import typer

from {{ cookiecutter.module_name }} import config

app = typer.Typer()


def predict(model: dict, row: dict) -> str:
    """The label that the model gives to one row of features."""
    return model["label"]


@app.command()
def main(
    features_path: Path = config.PROCESSED_DATA_DIR / "test_features.csv",
    model_path: Path = config.MODELS_DIR / "model.pkl",
    predictions_path: Path = config.PROCESSED_DATA_DIR / "test_predictions.csv",
):
    """Write a prediction for each row of features."""
    # Opening a pickle can run any code that it holds: open only those that you made yourself.
    with model_path.open("rb") as source:
        model = pickle.load(source)

    with features_path.open(newline="", encoding="utf-8") as source:
        rows = tqdm(csv.DictReader(source), desc="Predicting", unit=" rows")
        predictions = [predict(model, row) for row in rows]

    with predictions_path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["prediction"])
        writer.writerows([label] for label in predictions)
    logger.success(f"Wrote {len(predictions)} predictions to {predictions_path}.")


if __name__ == "__main__":
    app()
