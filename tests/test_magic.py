"""``%ccds`` in a notebook: the command line that a line stands for, and what becomes of it."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

import pytest

import repositories
from ccds_ls.cli import magic

HERE = {magic.NOTEBOOK: "/p/notebooks/Untitled.ipynb"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "--help"),
        ("notebook compare ring widths", "notebook|compare ring widths"),
        ("notebook 'compare ring widths' --phase 2", "notebook|compare ring widths|--phase|2"),
        ("rename", f"rename|{HERE[magic.NOTEBOOK]}"),
        ("rename --dry-run", f"rename|--dry-run|{HERE[magic.NOTEBOOK]}"),
        ("rename other.ipynb", "rename|other.ipynb"),
        ("check src", "check|src"),
        ("check src --staged", "check|src|--staged"),
        ("explain secret", "explain|secret"),
    ],
)
def test_the_command_line_of_a_line(line: str, words: str) -> None:
    assert magic.arguments(line, HERE) == words.split("|")


@pytest.mark.parametrize(
    ("line", "told"),
    [("rename", "does not know its notebook"), ("server", "terminal"), ("check '", "quotation")],
)
def test_what_can_not_be_done_is_told(line: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        magic.arguments(line, {})


def test_check_is_about_the_whole_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repositories.make(tmp_path / "p", {"notebooks/.gitkeep": ""})
    monkeypatch.chdir(tmp_path / "p" / "notebooks")
    assert magic.arguments("check --staged", {}) == ["check", "--staged", str((tmp_path / "p").resolve())]


def test_a_notebook_is_renamed_from_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Ring widths"]}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    project = repositories.make(tmp_path / "p", {"notebooks/1.0-abl-first-look.ipynb": "{}"})
    repositories.git(project, "config", "user.name", "Ada B. Lovelace")
    repositories.write(project, {"notebooks/Untitled.ipynb": json.dumps(notebook)})
    monkeypatch.setenv(magic.NOTEBOOK, str(tmp_path / "p" / "notebooks" / "Untitled.ipynb"))
    magic.ccds("rename")
    told = capsys.readouterr().out
    assert "ring-widths.ipynb" in told and "open it under its new name" in told, told
    assert not (tmp_path / "p" / "notebooks" / "Untitled.ipynb").exists()


def test_a_mistake_is_told_in_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    magic.ccds("server")
    assert capsys.readouterr().err == "ccds-ls: 'server' is for a terminal.\n"


def test_it_is_an_extension_of_ipython() -> None:
    from ccds_ls.magic import load_ipython_extension

    class Shell:
        def register_magic_function(self, function: object, kind: str, name: str) -> None:
            assert (function, kind, name) == (magic.ccds, "line", "ccds")

    load_ipython_extension(Shell())


def test_jupyterlab_finds_the_server() -> None:
    [found] = importlib.metadata.entry_points(group="jupyter_lsp_spec_v1", name="ccds-ls")
    spec = found.load()(None)["ccds-ls"]
    assert spec["argv"] == [sys.executable, "-m", "ccds_ls", "server"]
    assert spec["requires_documents_on_disk"] is False and spec["version"] == 2
    assert {"python", "json", "ipythongfm"} <= set(spec["languages"])
