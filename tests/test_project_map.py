"""The map of a project: what is there, missing and added, what git has, and hints that are no warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccds_ls import layout, project_map
from ccds_ls.project_map import inspect, project_at, text
from ccds_ls.scaffold.answers import resolve
from ccds_ls.scaffold.generate import generate
from repositories import git, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project just made."""
    return generate(resolve({"project_name": "churn"}), tmp_path_factory.mktemp("made"))


def test_a_new_project_has_every_folder_and_no_hint(made: Path) -> None:
    found = inspect(made)
    assert [folder.path for folder in found.folders] == sorted([*layout.FOLDERS, "churn"])
    assert all(folder.role and folder.state == "there" for folder in found.folders)
    assert {folder.path for folder in found.folders if folder.files} == {"churn", "docs"}
    assert found.hints == () and "not under git yet" in text(found)


def test_what_changed_since_is_told(tmp_path: Path) -> None:
    project = generate(resolve({"project_name": "churn", "testing_framework": "pytest"}), tmp_path / "in")
    (project / "references" / ".gitkeep").unlink()
    (project / "references").rmdir()
    write(
        project,
        {"data/raw/a.csv": "1\n", "data/raw/B.CSV": "2\n", "data/features/c.bin": "3", "x.ipynb": "{}"},
    )
    write(project, {"scripts/run.sh": "", ".venv/lib/x.py": "", "data/raw/.DS_Store": ""})
    git(tmp_path / "in", "init", "-q")
    git(project, "add", ".")
    git(project, "add", "-f", "data/raw/a.csv")
    found = inspect(project)
    lines = {folder.path: folder for folder in found.folders}
    assert lines["references"].state == "missing"
    assert {path for path, line in lines.items() if line.state == "added"} == {"data/features", "scripts"}
    raw = lines["data/raw"]
    assert (raw.files, raw.size, raw.tracked, dict(raw.kinds)) == (2, 4, 1, {".csv": 2})
    assert (lines["tests"].role, lines["tests"].tracked) == (layout.TESTS, 1)
    assert [hint.split(":")[0] for hint in found.hints] == [
        "Not here",
        "Notebooks outside notebooks/",
        "Git has 1 file of data/. CCDS keeps data out of git",
    ]
    shown = text(found)
    assert "| 3 files below, 5 B " in next(line for line in shown.splitlines() if line.startswith("| data "))
    assert "2 files, 4 B: 2 csv" in shown and "references" in shown and "not under git" not in shown


def test_the_project_around_a_folder(made: Path, tmp_path: Path) -> None:
    assert project_at(made / "data" / "raw") == made == project_at(made)
    assert project_at(tmp_path) is None


def test_counting_ends_somewhere(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_map, "MAX_FILES", 3)
    found = inspect(made)
    assert not found.is_complete and "more than 3 files" in text(found)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("data/raw/2024/a.csv", "data/raw"),
        ("data", "data"),
        ("data/rawest", "data"),
        ("./reports/figures/", "reports/figures"),
        ("churn/modeling/train.py", "churn/modeling/train.py"),
        ("churn/other.py", "churn"),
        ("tests/test_data.py", "tests"),
        ("database/raw", None),
        ("", None),
    ],
)
def test_roles(path: str, wanted: str | None) -> None:
    found = layout.role(path, {"churn"})
    assert (found and found[0]) == wanted


def test_the_layout_is_that_of_the_scaffolded_code(made: Path) -> None:
    for path in layout.MODULES:
        assert (made / "churn" / path).exists()
    config = (made / "churn" / "config.py").read_text("utf-8")
    assert all(f"{name} = " in config for name in layout.CONSTANTS)
