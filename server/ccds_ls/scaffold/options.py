"""The fifteen choices of a new project: one table for every place that shows, asks for or checks them.

Keys, choices and defaults are those of Cookiecutter Data Science 2.3.0, so that its users' answers keep working.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ccds_ls.scaffold import names


@dataclass(frozen=True)
class Option:
    """One thing to choose. Free text when it has no ``choices``, else one of them.

    ``default`` is a value, or a function of the answers to the options before it.
    """

    key: str
    description: str
    default: str | Callable[[Mapping[str, str]], str]
    choices: tuple[Choice, ...] = ()

    def default_for(self, answers: Mapping[str, str]) -> str:
        """The default, given the answers to the options before this one."""
        return self.default if isinstance(self.default, str) else self.default(answers)

    @property
    def title(self) -> str:
        """The key in words: ``Python version number``."""
        return self.key.replace("_", " ").capitalize()

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the choices."""
        return tuple(choice.value for choice in self.choices)

    def choice(self, value: str) -> Choice | None:
        """The choice that ``value`` names, in any case of letters, or None."""
        return next((c for c in self.choices if c.value.casefold() == value.casefold()), None)


@dataclass(frozen=True)
class Choice:
    """One value of an option. ``options`` are the sub-answers that it asks for, all of them free text."""

    value: str
    description: str
    options: tuple[Option, ...] = ()


# The dependency files that make sense with each environment manager, the most usual one first: 13 pairs.
SENSIBLE: dict[str, tuple[str, ...]] = {
    "virtualenv": ("requirements.txt", "pyproject.toml"),
    "conda": ("requirements.txt", "pyproject.toml", "environment.yml"),
    "pipenv": ("Pipfile",),
    "uv": ("requirements.txt", "pyproject.toml"),
    "pixi": ("pixi.toml", "pyproject.toml"),
    "poetry": ("pyproject.toml",),
    "none": ("requirements.txt", "pyproject.toml"),
}

_BUCKET = Option("bucket", "The bucket's name, without s3:// or gs://.", "bucket-name")

OPTIONS: tuple[Option, ...] = (
    Option("project_name", "The project's title, as people will read it.", "project_name"),
    Option(
        "repo_name",
        "The folder that is made for the project; also the name of its environment.",
        lambda answers: names.repo_name(answers["project_name"]),
    ),
    Option(
        "module_name",
        "The Python package for the project's code: what `import` says.",
        lambda answers: names.module_name(answers["project_name"]),
    ),
    Option(
        "author_name",
        "You, your team or your organization: for the licence and the package's metadata.",
        "Your name (or your organization/company/team)",
    ),
    Option(
        "description",
        "One or two sentences on what the project is for.",
        "A short description of the project.",
    ),
    Option("python_version_number", "The Python that the project runs on: 3.12, or exactly 3.12.4.", "3.10"),
    Option(
        "dataset_storage",
        "Where data is kept outside git: `make sync_data_up` and `sync_data_down` copy it there and back.",
        "none",
        (
            Choice("none", "Nowhere: no make targets for syncing data."),
            Choice(
                "azure",
                "Azure Blob Storage, with the `az` command.",
                (Option("container", "The blob container's name.", "container-name"),),
            ),
            Choice(
                "s3",
                "Amazon S3, with the `aws` command.",
                (_BUCKET, Option("aws_profile", "The profile in ~/.aws to use.", "default")),
            ),
            Choice("gcs", "Google Cloud Storage, with the `gsutil` command.", (_BUCKET,)),
        ),
    ),
    Option(
        "environment_manager",
        "What keeps the project's packages apart from other projects'.",
        "virtualenv",
        (
            Choice("virtualenv", "A virtual environment made with virtualenvwrapper: simple and well known."),
            Choice("conda", "A conda environment: brings Python itself and compiled, non-Python libraries."),
            Choice("pipenv", "An environment and a lock file from a Pipfile."),
            Choice("uv", "A .venv in the project: very quick, and it installs Python too."),
            Choice("pixi", "Conda packages with a lock file, in the project's own folder."),
            Choice("poetry", "An environment and a lock file from pyproject.toml."),
            Choice("none", "You look after the environment yourself."),
        ),
    ),
    Option(
        "dependency_file",
        "The file that lists the packages that the project needs.",
        lambda answers: SENSIBLE[answers["environment_manager"]][0],
        (
            Choice("requirements.txt", "pip's plain list, which every tool reads."),
            Choice(
                "pyproject.toml", "The standard project file: packages beside the project's other settings."
            ),
            Choice("environment.yml", "conda's file: conda and pip packages and the Python version."),
            Choice("Pipfile", "pipenv's file."),
            Choice("pixi.toml", "pixi's file."),
        ),
    ),
    Option(
        "pydata_packages",
        "Packages for data work to start with.",
        "none",
        (
            Choice("none", "Add what you need when you need it."),
            Choice("basic", "ipython, jupyterlab, matplotlib, notebook, numpy, pandas and scikit-learn."),
        ),
    ),
    Option(
        "testing_framework",
        "What runs the project's tests.",
        "none",
        (
            Choice("none", "No tests folder."),
            Choice("pytest", "Tests are plain functions with assert."),
            Choice("unittest", "In the standard library; tests are classes."),
        ),
    ),
    Option(
        "linting_and_formatting",
        "What `make lint` and `make format` use.",
        "ruff",
        (
            Choice("ruff", "One quick tool for linting, formatting and the order of imports."),
            Choice("flake8+black+isort", "Three tools, each for one of these jobs."),
        ),
    ),
    Option(
        "open_source_license",
        "What others may do with the project.",
        "No license file",
        (
            Choice("No license file", "Others may read it and nothing more."),
            Choice("MIT", "Do what you like, keep the notice."),
            Choice("BSD-3-Clause", "As MIT, and the authors' names may not be used to advertise."),
        ),
    ),
    Option(
        "docs",
        "A website of the project's documentation.",
        "mkdocs",
        (
            Choice("mkdocs", "Pages in Markdown, made into a website."),
            Choice("none", "An empty docs folder."),
        ),
    ),
    Option(
        "include_code_scaffold",
        "Code to start from: paths, and one script for each step from raw data to a prediction.",
        "Yes",
        (
            Choice("Yes", "config, dataset, features, plots and modeling, ready to be filled in."),
            Choice("No", "An empty package."),
        ),
    ),
)

BY_KEY: Mapping[str, Option] = {option.key: option for option in OPTIONS}
STORAGE_KEYS = tuple(dict.fromkeys(o.key for c in BY_KEY["dataset_storage"].choices for o in c.options))
