"""What is settled once about notebooks: initials, the style of names, the filter that keeps outputs out of git."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ccds_ls.check import check
from ccds_ls.collect import make_snapshot, worktree_file
from ccds_ls.finding import PutSetting
from ccds_ls.git import act, output_filter
from ccds_ls.git.act import ActError
from ccds_ls.git.read import discover
from ccds_ls.naming.folder import Folder
from ccds_ls.naming.styles import style_of
from ccds_ls.project import settings, tool_tables
from ccds_ls.rules import notebook_name
from ccds_ls.secrets import own_rules_only
from ccds_ls.settings_file import NotWritten, accept, put
from ccds_ls.view import initials_to_choose, look
from repositories import git, make, write

# (the names of a folder's notebooks without their ending, the style that they follow)
STYLES = [
    (["01-clean", "02-train", "03-plot", "04-report", "05-final"], "number"),
    (["01_clean", "02_train", "03_plot", "04_report", "Untitled"], r"\d+(\.\d+)*_\w+"),
    (["1.0_ab_clean", "1.1_cd_train", "2_ab_plot", "3_cd_x", "4_ab_y"], r"\d+(\.\d+)*_[a-z]{2,4}_\w+"),
    (["01-Clean", "02-Train_it", "03-Plot", "04-Report", "05-Final"], r"\d+(\.\d+)*-[\w-]+"),
    (["01-clean", "02-train", "03-plot", "x", "y"], None),
    (["01-clean", "02-train", "03-plot", "04-report"], None),
    (
        ["2024-01-05-a", "2024-01-06 b", "20240107_c", "2024-01-08-d", "2024-01-09-e"],
        r"\d{4}-?\d\d-?\d\d[-_ ]\w[\w -]*",
    ),
    (["01. Clean", "02. Train it", "03 Plot", "04. Report", "05. Final"], r"\d+(\.\d+)*\.? \w[\w -]*"),
    (["clean_data", "train", "plot_all", "report", "Untitled"], r"[a-z][a-z0-9]*(_[a-z0-9]+)*"),
    (["clean-data", "train", "plot-all", "report", "x-y"], r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
    (["A1_clean", "A2_train", "B1_plot", "B2_Report", "B3-x"], r"[A-Za-z]\d+(\.\d+)*[-_ ]\w[\w -]*"),
    (["Clean data", "train", "plot-all", "report", "x_y"], None),
]


@pytest.mark.parametrize(("stems", "style"), STYLES)
def test_the_style_of_a_folder(stems: list[str], style: str | None) -> None:
    found = style_of(Folder("notebooks", [f"{stem}.ipynb" for stem in stems]))
    assert (found[0] if found else None) == style


def test_a_style_without_numbers_can_be_adopted(tmp_path: Path) -> None:
    names = ["clean_data", "train", "plot_all", "report", "Copy of x"]
    repo = make(tmp_path / "r", {f"notebooks/{name}.ipynb": "{}" for name in names})
    view = look(repo, discover(repo))
    files = [file for path in view.notebooks if (file := worktree_file(view, path))]
    found = check(make_snapshot(view, files), own_rules_only(), [notebook_name.RULE])
    offered = {
        f.path: [edit for fix in f.fixes for edit in fix.edits if isinstance(edit, PutSetting)]
        for f, _ in found
    }
    assert any(edit.value == r"[a-z][a-z0-9]*(_[a-z0-9]+)*" for edit in offered["notebooks/train.ipynb"])
    assert all(edit.key == "initials" for edit in offered["notebooks/Copy of x.ipynb"])


# (the text of pyproject.toml, the text with the style set)
SETTINGS = [
    ("", '[tool.ccds-ls]\nnotebook-style = "number"\n'),
    ("[project]\nname = 'x'", "[project]\nname = 'x'\n\n[tool.ccds-ls]\nnotebook-style = \"number\"\n"),
    (
        "[tool.ccds-ls]\r\ninitials = 'x'\r\n",
        "[tool.ccds-ls]\r\nnotebook-style = \"number\"\r\ninitials = 'x'\r\n",
    ),
    (
        "[tool.ccds-ls] # é\nnotebook-style = 'ccds'\n[a]\n",
        '[tool.ccds-ls] # é\nnotebook-style = "number"\n[a]\n',
    ),
    ("[[tool.ccds-ls.ignore]]\ncode = 'x'\n", None),
]


@pytest.mark.parametrize(("before", "after"), SETTINGS)
def test_a_setting_is_put_and_nothing_else_changes(tmp_path: Path, before: str, after: str | None) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(before.encode())
    assert put(tmp_path, "notebook-style", "number") == path
    assert path.read_bytes().decode() == (after or f'{before}\n[tool.ccds-ls]\nnotebook-style = "number"\n')


def test_a_file_that_is_not_understood_is_left_alone(tmp_path: Path) -> None:
    text = "tool = {ccds-ls = {initials = 'x'}}\n"
    write(tmp_path, {"pyproject.toml": text})
    with pytest.raises(NotWritten, match="by hand"):
        put(tmp_path, "notebook-style", "number")
    assert (tmp_path / "pyproject.toml").read_text() == text


def test_a_finding_is_accepted_once(tmp_path: Path) -> None:
    before = "[project]\r\nname = 'é'"
    write(tmp_path, {"pyproject.toml": before, "a.py": ""})
    for _ in range(2):
        assert accept(tmp_path / "a.py", "secret", "abc", 'a "test" account') == tmp_path / "pyproject.toml"
    accept(tmp_path / "a.py", "data-file", "", "small")
    text = (tmp_path / "pyproject.toml").read_bytes().decode()
    assert text.startswith(f"{before}\r\n\r\n[[tool.ccds-ls.ignore]]\r\n") and text.count("[[") == 2
    config, problems = settings(*tool_tables(text))
    assert (
        problems == ()
        and config.ignores("secret", "a.py", "abc")
        and config.ignores("data-file", "a.py", "x")
    )


@pytest.mark.parametrize("text", ["[tool.ccds-ls]\nignore = [{code = 'x', path = 'y'}]\n", "[tool\n"])
def test_a_list_that_cannot_be_added_to_is_left_alone(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": text, "a.py": ""})
    with pytest.raises(NotWritten, match=r'by hand: code = "secret", path = "a\.py", fingerprint'):
        accept(tmp_path / "a.py", "secret", "abc", "mine")
    assert (tmp_path / "pyproject.toml").read_text() == text


def test_initials_are_kept_for_this_user_in_this_repository(tmp_path: Path) -> None:
    repo = make(tmp_path / "r", {"notebooks/1.0-zz-x.ipynb": "{}", "notebooks/1.1-yy-y.ipynb": "{}"})
    git(repo, "config", "user.name", "Ada Lovelace")
    assert look(repo, discover(repo)).own_initials == ("al", False)
    assert initials_to_choose(repo)[0] == "al"
    act.keep_initials(repo, "ada1815")
    assert look(repo, discover(repo)).own_initials == ("ada1815", True)
    assert git(repo, "status", "--porcelain") == ""


def committed(repo: Path, files: list[str], name: str, email: str) -> None:
    write(repo, dict.fromkeys(files, "{}"))
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "more", f"--author={name} <{email}>")


def names_to_mend(repo: Path) -> list[str]:
    view = look(repo, discover(repo))
    files = [file for path in view.notebooks if (file := worktree_file(view, path))]
    return [
        finding.path
        for finding, _ in check(make_snapshot(view, files), own_rules_only(), [notebook_name.RULE])
    ]


def test_the_logins_of_those_who_work_here_are_right_in_names(tmp_path: Path) -> None:
    repo = make(tmp_path / "r", {"notebooks/1.0-jqp-x.ipynb": "{}"})
    for path in ("notebooks/2.0-mike2-x.ipynb", "notebooks/3.0-eda-x.ipynb"):
        committed(repo, [path], "Jane Q. Public", "jane@example.org")
    assert names_to_mend(repo) == ["notebooks/2.0-mike2-x.ipynb", "notebooks/3.0-eda-x.ipynb"]
    committed(repo, ["notebooks/4.0-mike2-y.ipynb"], "Mike Tyson", "99+mike2@users.noreply.github.com")
    assert names_to_mend(repo) == ["notebooks/3.0-eda-x.ipynb"]
    committed(repo, ["a.py"], "Ed D. Adams", "ed@example.org")
    assert names_to_mend(repo) == []


def test_the_initials_are_those_that_this_user_uses_here(tmp_path: Path) -> None:
    repo = make(tmp_path / "r", {"a.py": ""})
    git(repo, "config", "user.name", "Peter Bull")
    committed(repo, ["notebooks/1.0-pjb-a.ipynb", "notebooks/2.0-pjb-b.ipynb"], "Peter Bull", "p@example.org")
    committed(repo, ["notebooks/3.0-ims-c.ipynb"], "Isaac Slavitt", "i@example.org")
    view = look(repo, discover(repo))
    assert view.own_initials == ("pjb", True)
    assert view.author("other") == ("pjb", True), (
        "what is used here counts more than what is configured for all"
    )
    git(repo, "config", "user.name", "Jane Q. Public")
    assert look(repo, discover(repo)).author("other") == ("other", True)
    assert look(repo, discover(repo)).author(None) == ("jqp", False)
    committed(repo, ["notebooks/4.0-jp-d.ipynb"], "John Paul", "j@example.org")
    assert look(repo, discover(repo)).author(None) == ("jqp", False), (
        "whose letters are jp is not known by them"
    )


PROGRAM = '#!/bin/sh\nsed \'s/"secret output"/""/\'\n'


@pytest.mark.parametrize("shared", [True, False])
def test_git_stores_no_outputs_while_the_filter_is_there(tmp_path: Path, shared: bool) -> None:
    attributes = {".gitattributes": "*.csv -text\n"} if shared else {}
    repo = make(tmp_path / "r", {"README.md": "x\n", **attributes})
    program = repo / ".venv" / "bin" / "nbstripout"
    write(repo, {".venv/bin/nbstripout": PROGRAM, "a.ipynb": '{"cells": ["secret output"]}'})
    program.chmod(0o755)
    done = output_filter.install(repo, shared=shared)
    output_filter.install(repo, shared=shared)
    assert done.paths[0].read_text().count("filter=nbstripout") == 2, "twice is once"
    git(repo, "add", "a.ipynb")
    assert git(repo, "show", ":a.ipynb") == '{"cells": [""]}'
    assert "secret output" in (repo / "a.ipynb").read_text()
    output_filter.remove(repo)
    git(repo, "add", "--renormalize", "a.ipynb")
    assert "secret output" in git(repo, "show", ":a.ipynb")
    assert git(repo, "config", "--get-regexp", "nbstripout|ipynb", codes=(1,)) == ""
    if shared:
        assert (repo / ".gitattributes").read_text() == "*.csv -text\n"


def test_without_nbstripout_nothing_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make(tmp_path / "r")
    which = shutil.which
    monkeypatch.setattr("shutil.which", lambda name: None if name == "nbstripout" else which(name))
    with pytest.raises(ActError, match="pip install nbstripout"):
        output_filter.install(repo)
    assert git(repo, "config", "--get-regexp", "nbstripout", codes=(1,)) == ""


@pytest.mark.parametrize("linked", [False, True])
def test_a_program_that_came_with_the_repository_is_no_filter(tmp_path: Path, linked: bool) -> None:
    repo = make(tmp_path / "r")
    place = tmp_path / "elsewhere" if linked else repo / ".venv"
    write(place, {"bin/nbstripout": PROGRAM})
    (place / "bin" / "nbstripout").chmod(0o755)
    if linked:
        (repo / ".venv").symlink_to(place)
    git(repo, "add", ".")
    with pytest.raises(ActError, match="came with the repository"):
        output_filter.install(repo)
    assert git(repo, "config", "--get-regexp", "nbstripout", codes=(1,)) == ""


def test_the_filters_path_is_no_shell_text(tmp_path: Path) -> None:
    repo = make(tmp_path / "a $(touch ran) 'b")
    write(repo, {".venv/bin/nbstripout": PROGRAM, "a.ipynb": '{"cells": ["secret output"]}'})
    (repo / ".venv" / "bin" / "nbstripout").chmod(0o755)
    output_filter.install(repo)
    git(repo, "add", "a.ipynb")
    assert git(repo, "show", ":a.ipynb") == '{"cells": [""]}'
    assert not (repo / "ran").exists()
