"""One project for each environment manager, taken through its own make commands with the real tools."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ccds_ls.scaffold.answers import resolve
from ccds_ls.scaffold.generate import generate

pytestmark = [pytest.mark.projects, pytest.mark.skipif(sys.platform == "win32", reason="the steps are bash")]

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# What runs a command in the environment that `make create_environment` made. poetry is told to use the index that
# pip uses: it asks pypi.org for more than mirrors have.
RUN = {
    "virtualenv": "source virtualenvwrapper.sh >/dev/null; workon real_project && {}",
    "uv": "source .venv/bin/activate && {}",
    "pipenv": "pipenv run {}",
    "poetry": "poetry run {}",
    "conda": 'eval "$(conda shell.bash hook)"; conda activate real_project && {}',
    "pixi": "pixi run {}",
    "none": "source own/bin/activate && {}",
}
BEFORE = {
    "poetry": "poetry source add --quiet --priority=primary simple https://pypi.org/simple/",
    "none": "python -m venv own",
}
CASES = [
    ("virtualenv", "requirements.txt"),
    ("uv", "requirements.txt"),
    ("uv", "pyproject.toml"),
    ("pipenv", "Pipfile"),
    ("poetry", "pyproject.toml"),
    ("none", "pyproject.toml"),
    ("conda", "environment.yml"),
    ("pixi", "pixi.toml"),
]


@pytest.mark.parametrize(("manager", "file"), CASES)
def test_an_environment_from_nothing(manager: str, file: str, tmp_path: Path, tools: dict[str, str]) -> None:
    if manager in ("conda", "pixi") and not shutil.which(manager):
        pytest.skip(f"{manager} is not on PATH, and PyPI does not have it")
    lint = "flake8+black+isort" if file == "pyproject.toml" else "ruff"
    given = {
        "environment_manager": manager,
        "dependency_file": file,
        "linting_and_formatting": lint,
        "docs": "none",
    }
    answers = resolve({**given, "project_name": "real project", "python_version_number": VERSION})
    project = generate(answers, tmp_path)
    environment = {
        **tools,
        "WORKON_HOME": str(tmp_path / "environments"),
        "VIRTUALENVWRAPPER_PYTHON": shutil.which("python", path=tools["PATH"]) or "python",
        "PIPENV_VENV_IN_PROJECT": "1",
        "POETRY_VIRTUALENVS_IN_PROJECT": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }

    def bash(script: str) -> str:
        command = ["bash", "-c", script]
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=500, check=False
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def inside(command: str) -> str:
        return bash(RUN[manager].format(command))

    bash(BEFORE.get(manager, "true"))
    if manager != "none":
        bash("make create_environment")
    bash("make requirements") if manager in ("pipenv", "poetry", "pixi") else inside("make requirements")
    inside("make lint")
    inside("make format")
    prefix = inside("python -c 'import sys; print(sys.prefix)'").strip()
    assert prefix.startswith(str(tmp_path)) or manager in ("conda", "pixi")
    root = inside("python -c 'from real_project import config; print(config.PROJ_ROOT)'").strip()
    assert root == str(project)
