"""From a real repository to the files that rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from ccds_ls.check import check
from ccds_ls.collect import index_files, make_snapshot
from ccds_ls.git import read
from ccds_ls.secrets import own_rules_only
from ccds_ls.view import look, staged_entries
from repositories import git, make, stage, write


def found(top: Path) -> list[tuple[str, str, str]]:
    repository = read.discover(top)
    view = look(top, repository)
    files = index_files(view, view.staged)
    located = check(make_snapshot(view, files), own_rules_only())
    return [(f.code, f.path, f.severity.label) for f, _ in located if f.code == "ignored-but-tracked"]


def test_a_file_that_git_tracks_although_it_is_to_be_ignored(tmp_path: Path) -> None:
    top = tmp_path / "r"
    make(top, {"local.toml": "a = 1\n", "other.toml": "a = 1\n"})
    stage(top, {".gitignore": "# mine\nlocal.toml\nforced.txt\n"})
    stage(top, {"other.toml": "a = 2\n"})
    write(top, {"local.toml": "a = 2\n", "forced.txt": "x\n"})
    git(top, "add", "--force", "local.toml", "forced.txt")
    assert found(top) == [
        ("ignored-but-tracked", "forced.txt", "information"),
        ("ignored-but-tracked", "local.toml", "information"),
    ]
    repository = read.discover(top)
    assert repository is not None
    view = look(top, repository, staged_alone=staged_entries(repository))
    (file,) = index_files(view, ["local.toml"])
    assert file.covered_by == ".gitignore:2: local.toml"


def test_what_is_staged_while_git_is_asked_is_not_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = make(tmp_path / "r")
    write(top, {"a.csv": "a\n"})
    repository = read.discover(top)
    listed = read.untracked

    def then_staged(repository: read.Repository, paths: Sequence[str] = ()) -> list[str]:
        new = listed(repository, paths)
        git(top, "add", "a.csv")
        return new

    def after(repository: read.Repository) -> list[read.Entry]:
        while not read.index_changes(repository).entries:
            pass
        return staged_entries(repository)

    monkeypatch.setattr(read, "untracked", then_staged)
    monkeypatch.setattr("ccds_ls.view.staged_entries", after)
    view = look(top, repository)
    assert (set(view.staged), view.would_add) == ({"a.csv"}, frozenset())


def test_git_is_not_asked_what_ignores_files_that_it_lists_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = make(tmp_path / "r", {"run.log": "1\n"})
    write(top, {"run.log": "2\n", "new.txt": "x\n", ".gitattributes": "*.txt filter=strip\n"})
    git(top, "config", "filter.strip.clean", "cat")
    asked: list[str] = []
    ignored_by = read.ignored_by

    def noted(
        repository: read.Repository, paths: Iterable[str], *, although_tracked: bool = False
    ) -> dict[str, read.Ignored]:
        asked.extend(paths)
        return ignored_by(repository, paths, although_tracked=although_tracked)

    monkeypatch.setattr(read, "ignored_by", noted)
    view = look(top, read.discover(top))
    assert "new.txt" in view.would_add and asked == ["run.log"]
    assert view.filters == {"new.txt": "strip"}


@pytest.mark.parametrize(("name", "asked"), [("1.0-jqp-topic", False), ("Untitled", True)])
def test_git_is_asked_who_works_here_for_a_name_that_needs_mending_alone(
    name: str, asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "r", {"README.md": "r\n"})
    stage(tmp_path / "r", {f"notebooks/{name}.ipynb": "{}"})
    settings: list[str] = []
    monkeypatch.setattr(read, "setting", lambda _, name: settings.append(name))
    view = look(tmp_path / "r", read.discover(tmp_path / "r"))
    make_snapshot(view, index_files(view, view.staged))
    assert bool(settings) is asked
