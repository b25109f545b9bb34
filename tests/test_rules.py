"""Every rule does what the examples in its documentation say, and its documentation says what it must."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from ccds_ls.config import read
from ccds_ls.dependencies import Declared, names_in, normal
from ccds_ls.finding import Finding, State
from ccds_ls.notebook.facts import Index
from ccds_ls.project import Project
from ccds_ls.rules import Context, Rule, all_rules
from ccds_ls.secrets import Detector, load
from ccds_ls.snapshot import File, Snapshot
from ccds_ls.text import LineIndex
from rule_examples import Example, examples

RULES = all_rules()
SECTIONS = ("## What it flags", "## Why it matters", "## Example", "## The fix", "## Options")


def docstring(rule: Rule) -> str:
    return sys.modules[rule.check.__module__].__doc__ or ""


CASES = [
    pytest.param(rule, example, id=f"{rule.code}:{example.name}")
    for rule in RULES
    for example in examples(docstring(rule))
]


@cache
def detector() -> Detector:
    return load()


def project_of(file: File) -> Project:
    """The project of an example: that of its pyproject.toml if it is one, else with the defaults."""
    if file.path != "pyproject.toml":
        return Project()
    config, problems = read(tomllib.loads(file.text or "")["tool"]["ccds-ls"])
    return Project("", config, problems)


def declared_in(text: str) -> Declared:
    """What the dependency files among a rule's examples name; the project has a package ``churn``."""
    names = {
        normal(name)
        for example in examples(text)
        if example.file.path.endswith(("requirements.txt", "environment.yml"))
        for name in names_in(example.file.name, example.file.text or "")
    }
    return Declared(frozenset(names), ("requirements.txt",), frozenset({"churn"}))


def line_of(finding: Finding, example: Example) -> int | None:
    """The 0-based line of the example's block in which a finding begins, None for one on the whole file."""
    notebook = example.file.notebook
    if finding.cell is not None and finding.cell_span is not None and notebook is not None:
        lines = LineIndex(notebook.cells[finding.cell - 1].source)
        return example.lines.index((finding.cell, lines.position(finding.cell_span.start)[0]))
    return None if finding.span is None else example.file.lines.position(finding.span.start)[0]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    file = example.file
    notebooks = tuple(path for path in example.paths or (file.path,) if path.endswith(".ipynb"))
    known = Index.of(other.file for other in examples(docstring(rule)) if other.paths == example.paths)
    snapshot = Snapshot(
        Path("/repo"),
        (file,),
        notebooks=notebooks,
        beside_models=example.paths,
        known=known,
        declared={"": declared_in(docstring(rule))},
    )
    project = project_of(file)
    findings = list(rule.check(file, Context(snapshot, project, project.config, detector().find)))
    found = Counter((line_of(finding, example), finding.kind) for finding in findings)
    assert found == Counter(example.expected)
    for finding in findings:
        assert finding.code == rule.code
        assert finding.kind in rule.kinds or rule.code == "secret", "each provider has a kind of its own"
        assert finding.path == file.path
        assert finding.state is State.STAGED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_documentation(rule: Rule) -> None:
    text = docstring(rule)
    at = [text.find(f"\n{section}\n") for section in SECTIONS]
    assert -1 not in at and at == sorted(at), "the sections, in order"
    assert rule.check.__module__.rpartition(".")[2] == rule.code.replace("-", "_")
    assert rule.summary == text.partition("\n")[0].rstrip(".")
    assert rule.kinds and all(rule.kinds.values())
