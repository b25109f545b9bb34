"""Settings: where they come from, which win, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccds_ls.config import Config, Ignore, read
from ccds_ls.finding import Span, State
from ccds_ls.project import Project, find_projects, nearest
from ccds_ls.rules import Context
from ccds_ls.rules import settings as settings_rule
from ccds_ls.snapshot import File, Origin, Snapshot

TAKEN = [
    ({"notebook-style": "number"}, Config(notebook_style="number")),
    ({"notebook-folders": ["analysis/", "notebooks"]}, Config(notebook_folders=("analysis", "notebooks"))),
    ({"initials": "jqp"}, Config(initials="jqp")),
    ({"max-file-size-kib": 2000}, Config(max_file_size_kib=2000)),
    ({"disable": ["secret"]}, Config(disable=("secret",))),
    ({"secret-engine": False}, Config(secret_engine=False)),
    ({"ignore": [{"code": "secret", "path": "a.py"}]}, Config(ignore=(Ignore("secret", "a.py"),))),
    ({"template": {"version": "1"}}, Config()),
]


@pytest.mark.parametrize(("table", "config"), TAKEN)
def test_a_setting_is_taken(table: dict[str, object], config: Config) -> None:
    assert read(table) == (config, ())


WRONG = [
    ({"notebook-stile": "ccds"}, "Did you mean 'notebook-style'?"),
    ({"colour": True}, "The settings are: notebook-style"),
    ({"notebook-style": "["}, "not a regular expression"),
    ({"notebook-style": 3}, "regular expression"),
    ({"max-file-size-kib": "many"}, "whole number"),
    ({"max-file-size-kib": 0}, "above 0"),
    ({"max-file-size-kib": True}, "Not true or false"),
    ({"secret-engine": "yes"}, "true or false"),
    ({"disable": "secret"}, "list of strings"),
    ({"initials": 3}, "takes a string"),
    ({"ignore": [{"path": "a.py"}]}, "needs a code"),
    ({"ignore": [{"code": "secret", "file": "a.py"}]}, "no 'file'"),
    ({"ignore": [{"code": "secret", "reason": 1}]}, "are strings"),
]


@pytest.mark.parametrize(("table", "says"), WRONG)
def test_a_wrong_setting_is_told_and_the_rest_holds(table: dict[str, object], says: str) -> None:
    config, problems = read({**table, "data-folders": ["d"]})
    assert config == Config(data_folders=("d",))
    assert [problem.key for problem in problems] == list(table)
    assert says in problems[0].message


def test_the_editors_settings_win_except_over_suppressions() -> None:
    project, _ = read({"initials": "abc", "ignore": [{"code": "secret"}]})
    config, problems = read({"initials": "jqp", "ignore": [], "notebookStyle": None}, project, editor=True)
    assert (config.initials, config.ignore) == ("jqp", (Ignore("secret"),))
    assert [problem.key for problem in problems] == ["ignore"]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_nearest_project_counts(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.ccds-ls]\ninitials = 'top'\n")
    write(tmp_path / "churn" / "pyproject.toml", "[tool.ccds-ls]\ninitials = 'inner'\n")
    for folder in ("data", "notebooks", "models"):
        (tmp_path / "plain" / folder).mkdir(parents=True)
    paths = ["a.py", "churn/notebooks/x.ipynb", "plain/notebooks/deep/y.ipynb", "other/z.py"]
    projects = find_projects(tmp_path, paths)
    assert [nearest(projects, path).root for path in paths] == ["", "churn", "plain", ""]
    assert [nearest(projects, path).config.initials for path in paths] == ["top", "inner", None, "top"]
    assert nearest(projects, paths[1]).relative(paths[1]) == "notebooks/x.ipynb"


BROKEN = [
    b"[tool.ccds-ls\n",
    b"\xff\xfe",
    b"[tool]\nccds-ls = 3\n",
    b"[tool.ccds-ls]\nnope = 1\n",
    b"tool = 1\n",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_pyproject_leaves_the_defaults(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    (project,) = find_projects(tmp_path, ["a.py"])
    assert project.config == Config()
    assert bool(project.problems) is (text != b"tool = 1\n")


def test_there_is_always_a_project() -> None:
    assert nearest((), "a/b.py") == Project()


def test_a_code_that_no_rule_has_is_told_with_its_place() -> None:
    text = '[tool.ccds-ls]\ndisable = ["notebok-name", "secret"]\n\n[[tool.ccds-ls.ignore]]\ncode = "nope"\n'
    file = File("pyproject.toml", Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
    config = Config(disable=("notebok-name", "secret"), ignore=(Ignore("nope"),))
    context = Context(Snapshot(Path("/"), (file,)), Project(config=config), config, lambda *_: ())
    found = {finding.message: finding.span for finding in settings_rule.check(file, context)}
    assert found == {
        "There is no rule 'notebok-name'. Did you mean 'notebook-name'?": Span(27, 39),
        "There is no rule 'nope'. 'ccds-ls explain' lists them.": Span(
            text.index("nope"), text.index("nope") + 4
        ),
    }
