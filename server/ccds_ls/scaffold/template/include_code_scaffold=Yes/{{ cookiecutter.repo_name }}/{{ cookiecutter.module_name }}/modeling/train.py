"""Step 3: learn a model from features and their labels.

    python -m {{ cookiecutter.module_name }}.modeling.train --help

Begin with the simplest model that could work, as this one does: it answers the most frequent
label whatever it is asked. A clever model that is no better than that has learned nothing.
"""

from collections import Counter
import csv
from pathlib import Path
import pickle

from loguru import logger
from tqdm import tqdm
import typer

from {{ cookiecutter.module_name }} import config

app = typer.Typer()


def fit(features: list, labels: list) -> dict:
    """A model of the labels, one for each row of features."""
    if not labels or len(features) != len(labels):
        raise ValueError(f"{len(labels)} labels do not fit {len(features)} rows of features.")
    return {"label": Counter(labels).most_common(1)[0][0]}


@app.command()
def main(
    features_path: Path = config.PROCESSED_DATA_DIR / "features.csv",
    labels_path: Path = config.PROCESSED_DATA_DIR / "labels.csv",
    model_path: Path = config.MODELS_DIR / "model.pkl",
):
    """Learn from the features and the first column of the labels, and keep the model in a file."""
    with features_path.open(newline="", encoding="utf-8") as source:
        features = list(tqdm(csv.DictReader(source), desc="Features", unit=" rows"))
    with labels_path.open(newline="", encoding="utf-8") as source:
        labels = [row[0] for row in list(csv.reader(source))[1:]]

    model = fit(features, labels)
    with model_path.open("wb") as target:
        pickle.dump(model, target)
    logger.success(f"Learned from {len(labels)} rows; the model is in {model_path}.")


if __name__ == "__main__":
    app()
