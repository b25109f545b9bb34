"""What a project's dependency files name, and which modules are its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.dependencies import names_in, read
from repositories import write

# (file, its text, the names in it)
FILES = [
    ("requirements.txt", "# x\npandas>=2 ; python_version > '3'\n-e .\n-r other.txt\n", {"pandas"}),
    ("requirements.txt", "git+https://github.com/a/b-c.git@main\n", {"b-c"}),
    (
        "environment.yml",
        "name: x\ndependencies:\n  - c::numpy>=1\n  - pip:\n    - torch==2\n",
        {"numpy", "pip", "torch"},
    ),
    ("pyproject.toml", '[project]\ndependencies = ["a>=2", "b[x]"]\n', {"a", "b"}),
    ("pyproject.toml", '[project.optional-dependencies]\ndev = ["ruff"]\n', {"ruff"}),
    ("pyproject.toml", '[dependency-groups]\ntest = ["pytest", {include-group = "x"}]\n', {"pytest"}),
    ("pyproject.toml", '[tool.poetry.dependencies]\nnumpy = {version = "1"}\n', {"numpy"}),
    (
        "pyproject.toml",
        '[tool.poetry.dependencies]\nnetworkx = [{version = ">=3", python = ">=3.10"}, {version = "2"}]\n',
        {"networkx"},
    ),
    ("pyproject.toml", '[tool.poetry.group.dev.dependencies]\nmypy = "*"\n', {"mypy"}),
    ("pixi.toml", '[dependencies]\nxgboost = "*"\n', {"xgboost"}),
    ("Pipfile", '[packages]\npandas = "*"\n[dev-packages]\npytest = "*"\n', {"pandas", "pytest"}),
    (
        "setup.cfg",
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    pandas>1\n    numpy\n",
        {"pandas", "numpy"},
    ),
    ("setup.py", "setup(install_requires=['pandas>1'])", {"pandas"}),
    ("pyproject.toml", "[project\n", set()),
]


@pytest.mark.parametrize(("name", "text", "names"), FILES)
def test_the_names_in_a_file(name: str, text: str, names: set[str]) -> None:
    assert set(names_in(name, text)) == names


@given(st.sampled_from([name for name, *_ in FILES]), st.text(max_size=200))
def test_no_text_is_too_much(name: str, text: str) -> None:
    assert all(isinstance(found, str) for found in names_in(name, text))


def test_a_project_declares_what_its_files_name_and_has_its_own_modules(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "pandas\n",
        "requirements/dev.txt": "ruff\n",
        "notebooks/a/plots.py": "",
        "src/lib/x.py": "",
    }
    declared = read(write(tmp_path, dict(files)), ["notebooks/a"])
    assert declared.names == {"pandas", "ruff"}
    assert declared.files == ("requirements/dev.txt", "requirements.txt")
    assert {"plots", "lib", "src"} <= declared.modules
    write(tmp_path, {"requirements.txt": "pandas\nnumpy-financial\n"})
    assert "numpy-financial" in read(tmp_path).names, "a change is seen"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\nname = "Tree-Rings"\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "tree.rings"\n'),
        ("setup.cfg", "[metadata]\nname = tree_rings\n"),
    ],
)
def test_a_project_need_not_declare_itself(tmp_path: Path, name: str, text: str) -> None:
    declared = read(write(tmp_path, {name: text, "requirements.txt": "pandas\n"}))
    assert "tree_rings" in declared.modules
    assert declared.names == {"pandas"}
    assert declared.files == ("requirements.txt",)


def test_a_folder_is_listed_again_only_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"requirements.txt": "pandas\n", "notebooks/one.py": ""})
    before = 1_700_000_000
    for folder in (tmp_path / "notebooks", tmp_path):
        os.utime(folder, (before, before))
    listings: list[Path] = []
    listdir = os.listdir

    def counted(folder: Path) -> list[str]:
        listings.append(folder)
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", counted)
    assert "one" in read(tmp_path, ["notebooks"]).modules
    count = len(listings)
    assert read(tmp_path, ["notebooks"]).names == {"pandas"} and len(listings) == count
    for name in ("two", "three"):  # at once, where a clock may not have moved between them
        write(tmp_path, {f"notebooks/{name}.py": ""})
        assert name in read(tmp_path, ["notebooks"]).modules
