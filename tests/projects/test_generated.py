"""Many projects, generated and checked: the 26 cases of CCDS's own tests, and every two choices together."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ccds_ls.scaffold.answers import Answers, resolve
from ccds_ls.scaffold.generate import generate
from projects.expected import FACTORS, PAIRS, answers_of, check_project, files, pairwise, rules
from repositories import git

pytestmark = pytest.mark.projects

# CCDS tests each of the 13 sensible pairs with the code scaffold and without; the other choices take turns.
MATRIX = [
    {
        **{key: values[(number + number // 3) % len(values)] for key, values in FACTORS.items()},
        "pair": pair,
        "include_code_scaffold": scaffold,
    }
    for number, (pair, scaffold) in enumerate(
        (pair, scaffold) for pair in PAIRS for scaffold in ("Yes", "No")
    )
]
PAIRWISE = pairwise()


def made(row: dict[str, object], number: int, folder: Path) -> tuple[Path, Answers]:
    answers = resolve(answers_of(row, number))
    project = generate(answers, folder)
    check_project(project, answers)
    git(project, "init", "-q")
    git(project, "add", ".")
    assert set(git(project, "ls-files").splitlines()) == files(answers)
    return project, answers


def run(project: Path, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def check_make(project: Path, tools: dict[str, str]) -> None:
    """`make` alone lists every target, and make can read the recipe of each."""
    targets = rules((project / "Makefile").read_text(encoding="utf-8"))
    listed = run(project, tools, "make")
    assert "Available rules:" in listed
    assert {line.split()[0] for line in listed.splitlines()[2:]} == set(targets)
    for target in targets:
        run(project, tools, "make", "-n", target)


def test_any_two_choices_occur_together() -> None:
    assert len(PAIRWISE) < 80
    for a, first in FACTORS.items():
        for b, second in FACTORS.items():
            if a != b:
                seen = [(row[a], row[b]) for row in PAIRWISE]
                assert all((x, y) in seen for x in first for y in second), (a, b)


@pytest.mark.parametrize("number", range(len(PAIRWISE)))
def test_a_project_of_two_choices_together(number: int, tmp_path: Path, tools: dict[str, str]) -> None:
    project, _ = made(PAIRWISE[number], number, tmp_path)
    check_make(project, tools)


@pytest.mark.parametrize("number", range(len(MATRIX)))
def test_a_case_of_the_matrix(number: int, tmp_path: Path, tools: dict[str, str]) -> None:
    project, answers = made(MATRIX[number], number, tmp_path)
    check_make(project, tools)
    before = git(project, "write-tree")
    run(project, tools, "make", "lint")
    run(project, tools, "make", "format")
    git(project, "add", ".")
    assert git(project, "write-tree") == before, "make format changed something"
    imports = f"import {answers.module_name}"
    if answers.include_code_scaffold == "Yes":
        imports += f"; from {answers.module_name} import config; print(config.PROJ_ROOT)"
        assert str(project) in run(project, tools, "python", "-c", imports)
    run(project, tools, "python", "-c", imports)
    if answers.docs == "mkdocs":
        run(project / "docs", tools, "mkdocs", "build", "--quiet", "--strict")
    if answers.testing_framework != "none":
        done = subprocess.run(
            ["make", "test"], cwd=project, env=tools, capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert "Nothing is tested yet" in done.stdout + done.stderr
    run(project, tools, "make", "clean")


def test_the_steps_work_on_real_rows(tmp_path: Path, tools: dict[str, str]) -> None:
    """From raw data to a prediction, each step with its own default paths."""
    project, answers = made({**MATRIX[0], "include_code_scaffold": "Yes"}, 0, tmp_path)
    (project / "data/raw/dataset.csv").write_text("a,b,label\n 1 , 2,x\n3,,y\n,,\n5,6,x\n", encoding="utf-8")
    for step in ("dataset", "features"):
        run(project, tools, "python", "-m", f"{answers.module_name}.{step}")
    processed = project / "data/processed"
    (processed / "labels.csv").write_text("label\nx\ny\nx\n", encoding="utf-8")
    (processed / "test_features.csv").write_bytes((processed / "features.csv").read_bytes())
    for step in ("train", "predict"):
        run(project, tools, "python", "-m", f"{answers.module_name}.modeling.{step}")
    assert (processed / "features.csv").read_text(encoding="utf-8").split() == [
        "a,b,label",
        "1,2,x",
        "3,,y",
        "5,6,x",
    ]
    assert (processed / "test_predictions.csv").read_text(encoding="utf-8").split() == [
        "prediction",
        "x",
        "x",
        "x",
    ]
