"""What the folders and files of a CCDS project are for: for hover, the project's map and its README."""

from __future__ import annotations

from collections.abc import Collection

FOLDERS = {
    "data": "Not in git, but for the empty folders.",
    "data/external": "Data from third parties.",
    "data/interim": "Half-way results.",
    "data/processed": "The final datasets, which models and figures are made from.",
    "data/raw": "The original data, as it came. Nothing here is ever changed.",
    "docs": "Documentation.",
    "models": "Trained models, their predictions and summaries.",
    "notebooks": "Jupyter notebooks, for exploring and explaining.",
    "references": "Data dictionaries, manuals and other things to look up.",
    "reports": "Analyses for others to read, as HTML, PDF or LaTeX.",
    "reports/figures": "The figures in them.",
}
"""The folders that every project has, by path."""

TESTS = "Tests of the code."
PACKAGE = "The project's own Python code."

MODULES = {
    "__init__.py": "Makes it a package.",
    "config.py": "Paths and settings.",
    "dataset.py": "Step 1: from raw data to the dataset.",
    "features.py": "Step 2: from the dataset to features.",
    "modeling": "Training a model, and using it.",
    "modeling/train.py": "Step 3: a model from features.",
    "modeling/predict.py": "Step 4: predictions from a model.",
    "plots.py": "Figures for reports.",
}
"""The scaffolded code, by path in the package."""

CONSTANTS = {
    "PROJ_ROOT": "",
    "DATA_DIR": "data",
    "RAW_DATA_DIR": "data/raw",
    "INTERIM_DATA_DIR": "data/interim",
    "PROCESSED_DATA_DIR": "data/processed",
    "EXTERNAL_DATA_DIR": "data/external",
    "MODELS_DIR": "models",
    "REPORTS_DIR": "reports",
    "FIGURES_DIR": "reports/figures",
}
"""The names in the package's config.py, and the folders that they stand for."""


def role(path: str, packages: Collection[str] = ()) -> tuple[str, str] | None:
    """The folder or file of the layout that a path of the project leads into, and what it is for.

    ``path`` is relative to the project's root, with ``/`` separators; ``packages`` are the folders of its own code.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if parts and parts[0] in packages:
        found = _longest("/".join(parts[1:]), MODULES)
        return (f"{parts[0]}/{found}", MODULES[found]) if found else (parts[0], PACKAGE)
    if parts and parts[0] == "tests":
        return "tests", TESTS
    found = _longest("/".join(parts), FOLDERS)
    return (found, FOLDERS[found]) if found else None


def _longest(path: str, known: Collection[str]) -> str | None:
    found = [name for name in known if path == name or path.startswith(f"{name}/")]
    return max(found, key=len, default=None)
