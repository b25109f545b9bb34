"""The project's own code, importable from scripts, tests and notebooks alike."""

from {{ cookiecutter.module_name }} import config

__all__ = ["config"]
