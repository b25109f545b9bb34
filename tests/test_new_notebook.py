"""New notebooks: their names, their content, and what is refused."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from ccds_ls.naming.new import NotebookError, make, text
from repositories import git, write
from repositories import make as make_repository


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repository(
        tmp_path / "repo", {"churn/__init__.py": "", "churn/config.py": "", "README.md": ""}
    )
    git(repo, "config", "user.name", "Jane Q. Public")
    return repo


CASES = [
    ({}, "initial data exploration", None, "notebooks/0.0-jqp-initial-data-exploration.ipynb"),
    ({}, "Feature building!", None, "notebooks/1.0-jqp-feature-building.ipynb"),
    ({}, "train a model", None, "notebooks/3.0-jqp-train-a-model.ipynb"),
    ({}, "anything", 4, "notebooks/4.0-jqp-anything.ipynb"),
    ({"notebooks/0.0-abc-first.ipynb": "{}"}, "look again", 0, "notebooks/0.1-jqp-look-again.ipynb"),
    ({"notebooks/0.01-jqp-first.ipynb": "{}"}, "look again", 0, "notebooks/0.02-jqp-look-again.ipynb"),
    ({"pyproject.toml": "[tool.ccds-ls]\ninitials = 'bull'\n"}, "x y", 0, "notebooks/0.0-bull-x-y.ipynb"),
    ({"pyproject.toml": "[tool.ccds-ls]\nnotebook-style = 'number'\n"}, "x y", 0, "notebooks/0.0-x-y.ipynb"),
    ({"pyproject.toml": "[tool.ccds-ls]\nnotebook-style = '[a-z_]+'\n"}, "x y", 0, "notebooks/x_y.ipynb"),
    ({}, "Первый взгляд", 0, "notebooks/0.0-jqp-pervyi-vzgliad.ipynb"),
]


@pytest.mark.parametrize(("files", "description", "phase", "expected"), CASES)
def test_it_is_named_to_the_convention(
    repo: Path, files: dict[str, str], description: str, phase: int | None, expected: str
) -> None:
    write(repo, dict(files))
    assert make(repo, description, phase).relative_to(repo).as_posix() == expected


def test_it_goes_where_the_user_is_if_notebooks_belong_there(repo: Path) -> None:
    (repo / "notebooks" / "reports").mkdir(parents=True)
    assert make(repo / "notebooks" / "reports", "last words").parent.name == "reports"
    assert make(repo / "churn", "first words").parent == repo / "notebooks"


def test_it_is_a_valid_notebook_that_imports_the_project(repo: Path) -> None:
    notebook = nbformat.read(make(repo, "étude de données"), as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# Étude de données\n")
    assert notebook.cells[-1].source == "from churn import config"
    nbformat.validate(nbformat.reads(text("x", None), as_version=4))


REFUSED = [("???", None, "at least one letter"), ("x", 12, "one digit")]


@pytest.mark.parametrize(("description", "phase", "says"), REFUSED)
def test_what_makes_no_name_is_refused(repo: Path, description: str, phase: int | None, says: str) -> None:
    with pytest.raises(NotebookError, match=says):
        make(repo, description, phase)
    assert not (repo / "notebooks").exists()
