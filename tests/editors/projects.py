"""The projects that editors open: real repositories with a token that is made up for each run."""

from __future__ import annotations

from pathlib import Path

import repositories
import secret_samples
from ccds_ls.scaffold.answers import resolve
from ccds_ls.scaffold.generate import generate

UNTITLED = "notebooks/Untitled.ipynb"
CLIENT = "src/client.py"
EXPORT = "export.csv"
README = "README.md"


def notebook(title: str) -> str:
    """A notebook of two cells in the form that Jupyter writes."""
    return (
        '{\n "cells": [\n'
        f'  {{\n   "cell_type": "markdown",\n   "id": "c1",\n   "metadata": {{}},\n   "source": [\n    "# {title}"\n   ]\n  }},\n'
        '  {\n   "cell_type": "code",\n   "execution_count": 1,\n   "id": "c2",\n   "metadata": {},\n   "outputs": [],\n'
        '   "source": [\n    "rings = [1, 2, 3]"\n   ]\n  }\n ],\n'
        ' "metadata": {\n  "kernelspec": {\n   "display_name": "Python 3 (ipykernel)",\n   "language": "python",\n'
        '   "name": "python3"\n  },\n  "language_info": {\n   "name": "python"\n  }\n },\n'
        ' "nbformat": 4,\n "nbformat_minor": 5\n}\n'
    )


DISORDERED = "notebooks/2.0-abl-widths.ipynb"
LATE = "widths = [1.5, 2.5]"
"""The source of the cell in it that was run too early for its place."""


def disordered(folder: Path) -> Path:
    """The tidy project with a notebook whose cells were run in another order than they stand in."""
    tidy(folder)
    first = notebook("Widths").replace('"execution_count": 1', '"execution_count": 4')
    head, cell, foot = first.partition('  {\n   "cell_type": "code"')
    code, end = foot.split("\n ],\n", 1)
    second = code.replace("rings = [1, 2, 3]", LATE).replace('"c2"', '"c3"').replace("4,", "2,", 1)
    cells = head + cell + code + ",\n" + cell + second
    repositories.write(folder, {DISORDERED: f"{cells}\n ],\n{end}"})
    return folder


def referred(folder: Path) -> Path:
    """The untidy project with a README that links to the notebook that has no name."""
    untidy(folder)
    repositories.write(folder, {README: f"# Tree rings\n\nSee [the widths]({UNTITLED}).\n"})
    return folder


def token() -> str:
    """A Hugging Face token by its form; nobody was ever given it."""
    return "h" + "f_" + secret_samples.drawn(secret_samples._LETTERS, 34)


def client_code() -> str:
    return f'"""Reads the ring widths."""\n\nTOKEN = "{token()}"\n'


def tidy(folder: Path) -> Path:
    """A small project in which there is nothing to find."""
    files = {
        README: "# Tree rings\n",
        ".gitignore": "/data/\n",
        "notebooks/1.0-abl-first-look.ipynb": notebook("First look"),
        "src/rings.py": '"""Ring widths."""\n\nWIDTHS = [1, 2, 3]\n',
    }
    repositories.make(folder, files)
    return folder


def scaffolded(folder: Path) -> Path:
    """A new project from the template, not yet under git."""
    made = generate(resolve({"project_name": "churn"}), folder.parent / "new")
    made.rename(folder)
    made.parent.rmdir()
    return folder


def untidy(folder: Path) -> Path:
    """The same with a notebook that has no name, a token and a table, all of them staged."""
    tidy(folder)
    table = "".join(f"{year},{year % 7 / 10}\n" for year in range(1600, 1900))
    write = {UNTITLED: notebook("Ring widths"), CLIENT: client_code(), EXPORT: "year,width\n" + table}
    repositories.stage(folder, write)
    return folder
