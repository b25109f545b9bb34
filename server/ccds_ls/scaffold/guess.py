"""What the answers are for a folder that has work in it already, as far as it tells."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ccds_ls.scaffold import names, validate

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# What stands for an environment manager, with the dependency file that goes with it; the first that is there counts.
_MANAGERS = (
    ("pixi.toml", "pixi", "pixi.toml"),
    ("Pipfile", "pipenv", "Pipfile"),
    ("environment.yml", "conda", "environment.yml"),
    ("poetry.lock", "poetry", "pyproject.toml"),
    ("uv.lock", "uv", "pyproject.toml"),
    ("requirements.txt", "virtualenv", "requirements.txt"),
    ("pyproject.toml", "virtualenv", "pyproject.toml"),
)
_NO_PACKAGE = {"tests", "test", "docs", "notebooks", "scripts"}
_MAX_BYTES = 1_000_000


def answers(folder: Path, author: str | None) -> dict[str, object]:
    """Answers for ``resolve``, by the names, the package and the tools that are in the folder.

    What the folder says nothing about gets the quietest choice: no documentation site, no sample code beside code.
    """
    project = _project_table(folder)
    title = str(project.get("name") or folder.name)
    name = folder.name if validate.check("repo_name", folder.name) is None else names.repo_name(title)
    found: dict[str, object] = {"project_name": title, "repo_name": name or "project", "docs": "none"}
    found["module_name"] = package(folder) or names.module_name(title) or "project"
    if author:
        found["author_name"] = author
    told = {"description": project.get("description"), "python_version_number": _python(folder, project)}
    found |= {key: value for key, value in told.items() if _would_do(key, value)}
    for mark, manager, file in _MANAGERS:
        if (folder / mark).is_file():
            found["environment_manager"], found["dependency_file"] = manager, file
            break
    if (folder / "tests").is_dir():
        found["testing_framework"] = "pytest"
    if (folder / ".flake8").is_file():
        found["linting_and_formatting"] = "flake8+black+isort"
    if any(_python_files(folder)):
        found["include_code_scaffold"] = "No"
    return found


def _would_do(key: str, value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not validate.check(key, validate.fold(value))


def package(folder: Path) -> str | None:
    """The folder's own importable package, at its top or below ``src``, if there is just one."""
    for parent in (folder, folder / "src"):
        found = [
            path.parent.name
            for path in sorted(parent.glob("*/__init__.py"))
            if path.parent.name not in _NO_PACKAGE and validate.check("module_name", path.parent.name) is None
        ]
        if len(found) == 1:
            return found[0]
    return None


def _python_files(folder: Path) -> Iterator[Path]:
    for pattern in ("*.py", "*/*.py", "src/*/*.py"):
        yield from folder.glob(pattern)


def _python(folder: Path, project: dict[str, Any]) -> str | None:
    """The Python version that ``.python-version`` or ``requires-python`` begins with."""
    pinned = folder / ".python-version"
    text = (
        pinned.read_text("utf-8", "replace") if pinned.is_file() else str(project.get("requires-python", ""))
    )
    match = re.search(r"3\.\d+", text[:200])
    return match[0] if match else None


def _project_table(folder: Path) -> dict[str, Any]:
    """The ``[project]`` table of the folder's pyproject.toml; empty where there is none to be had."""
    path = folder / "pyproject.toml"
    try:
        text = path.read_bytes()[:_MAX_BYTES].decode("utf-8") if path.is_file() else ""
        table = tomllib.loads(text).get("project", {})
    except (ValueError, RecursionError):  # TOMLDecodeError and UnicodeDecodeError are both ValueErrors
        return {}
    return table if isinstance(table, dict) else {}
