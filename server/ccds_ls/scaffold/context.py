"""What the embedded template is rendered with: the answers, and what follows from them."""

from __future__ import annotations

import re

from ccds_ls import layout
from ccds_ls.scaffold import names, packages
from ccds_ls.scaffold.answers import Answers
from ccds_ls.scaffold.compiled import COMPILED
from ccds_ls.scaffold.quoting import recipe

# Grows with every change of the template that a project made earlier should get.
TEMPLATE_VERSION = "1"

# How to activate what `make create_environment` made, where that is a step of its own.
ACTIVATE = {
    "virtualenv": "workon {}",
    "conda": "conda activate {}",
    "uv": "source .venv/bin/activate",
    "pipenv": "pipenv shell",
    "pixi": "pixi shell",
}


def context(answers: Answers, year: int) -> dict[str, dict[str, object]]:
    """cookiecutter's context. What users typed is in it as plain text, which cookiecutter renders into files and
    never as a template; names beginning with ``_`` are derived or are settings of cookiecutter itself."""
    wanted = packages.required(answers)
    version = answers.python_version_number
    given: dict[str, object] = {
        **answers.as_dict(),
        "dataset_storage": answers.dataset_storage,
        **answers.storage,
    }
    return {
        "cookiecutter": given
        | {
            "_answers": answers.as_dict(),
            "_conda_packages": [name for name in wanted if name not in packages.PIP_ONLY],
            # In the template's file names: no tool takes its .gitignore or compiles its .py files for our own.
            "_dot": ".",
            "_environment": _environment(answers.repo_name),
            "_environment_name": environment_name(answers.repo_name),
            "_first_steps": first_steps(answers),
            "_packages": wanted,
            "_pip_packages": [name for name in wanted if name in packages.PIP_ONLY],
            "_profile": _profile(answers.storage.get("aws_profile", "default")),
            "_python_minor": ".".join(version.split(".")[:2]),
            "_python_specifier": f"~={version}.0" if version.count(".") == 1 else f"=={version}",
            "_roles": {**layout.FOLDERS, **layout.MODULES},
            "_template_version": TEMPLATE_VERSION,
            "_year": year,
            "_extensions": ["ccds_ls.scaffold.quoting.Quoting"],
            "_jinja2_env_vars": {
                "trim_blocks": True,
                "lstrip_blocks": True,
                "bytecode_cache": COMPILED,
            },
            "_new_lines": "\n",
        }
    }


def environment_name(repo_name: str) -> str:
    """The folder's name where conda, pixi and shells take it as it is, else one like it that they do take."""
    return (
        repo_name if re.fullmatch(r"[A-Za-z0-9._-]+", repo_name) else names.repo_name(repo_name) or "project"
    )


def first_steps(answers: Answers) -> list[str]:
    """The commands from a fresh clone to a working environment."""
    manager = answers.environment_manager
    activate = ACTIVATE.get(manager, "").format(environment_name(answers.repo_name))
    if manager in ("pipenv", "pixi"):  # Their shells are opened when the packages are there.
        steps = ["make create_environment", "make requirements", activate]
    else:
        steps = ["make create_environment" if manager != "none" else "", activate, "make requirements"]
    return [step for step in steps if step]


def _environment(repo_name: str) -> str:
    return "$(PROJECT_NAME)" if environment_name(repo_name) == repo_name else environment_name(repo_name)


def _profile(aws_profile: str) -> str:
    return "" if aws_profile == "default" else f" --profile {recipe(aws_profile)}"
