"""The tools that generated projects call, installed once from PyPI into .cache, apart from the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / ".cache" / "project-tools"
PACKAGES = [
    *["black", "flake8", "isort", "mkdocs", "pytest", "ruff"],
    *["loguru", "python-dotenv", "tqdm", "typer"],
    *["pipenv", "poetry", "uv", "virtualenv", "virtualenvwrapper"],
]
BIN = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture(scope="session")
def tools() -> dict[str, str]:
    """An environment in which the tools are on PATH, and nothing of the machine's own virtual environments is."""
    done = TOOLS / "installed.txt"
    wanted = "\n".join([sys.version, *PACKAGES])
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        venv.create(TOOLS, clear=True, with_pip=True, symlinks=os.name != "nt")
        command = [str(TOOLS / BIN / "python"), "-m", "pip", "install", "--quiet", *PACKAGES]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert run.returncode == 0, f"The tools could not be installed from PyPI: {run.stdout}{run.stderr}"
        done.write_text(wanted, encoding="utf-8")
    # Behind the tools stands the Python that made them, for those that look for one by its version.
    path = [str(TOOLS / BIN), str(Path(sys.base_prefix) / BIN), os.environ["PATH"]]
    # A make above us hands its options and its depth down, and a make below then says which folder it enters.
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"}
