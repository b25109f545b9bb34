"""Which packages a project asks for, by what was chosen. Every dependency file is written from these lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccds_ls.scaffold.answers import Answers

BASE = ("pip", "python-dotenv")

# Option -> choice -> packages; a choice that is not here asks for none.
BY_CHOICE: dict[str, dict[str, tuple[str, ...]]] = {
    "pydata_packages": {
        "basic": ("ipython", "jupyterlab", "matplotlib", "notebook", "numpy", "pandas", "scikit-learn"),
    },
    "testing_framework": {"pytest": ("pytest",)},
    "linting_and_formatting": {"ruff": ("ruff",), "flake8+black+isort": ("black", "flake8", "isort")},
    "docs": {"mkdocs": ("mkdocs",)},
    "include_code_scaffold": {"Yes": ("loguru", "tqdm", "typer")},
    "dataset_storage": {"s3": ("awscli",)},
}

# Installed with pip even inside conda and pixi environments.
PIP_ONLY = frozenset({"awscli", "mkdocs", "python-dotenv"})

# A project's own package must not hide one of these: the names that they are imported by.
IMPORT_NAMES = {"python-dotenv": "dotenv", "scikit-learn": "sklearn", "ipython": "IPython"}


def required(answers: Answers) -> list[str]:
    """The distributions that a project with these answers needs, sorted by name, without versions."""
    chosen = (BY_CHOICE[key].get(getattr(answers, key), ()) for key in BY_CHOICE)
    return sorted({*BASE, *(name for names in chosen for name in names)})


def import_names() -> set[str]:
    """The lower-case import names, and names in import form, of every package that any choice installs."""
    every = {*BASE, *(name for choices in BY_CHOICE.values() for names in choices.values() for name in names)}
    return {IMPORT_NAMES.get(name, name).lower() for name in every} | {
        name.replace("-", "_") for name in every
    }
