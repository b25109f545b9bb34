"""Data that is kept out of git's objects, and raw data that is in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ccds_ls.__main__ import main
from ccds_ls.git.command import ActError
from ccds_ls.git.elsewhere import move_to_raw, track_with_dvc, track_with_lfs
from ccds_ls.git.run import has_lfs
from repositories import commit_all, git, git_identity, make, stage, write

__all__ = ["git_identity"]  # a fixture


def test_a_table_moves_to_the_raw_data_and_out_of_the_commit(tmp_path: Path) -> None:
    repo = make(tmp_path / "r", {".gitignore": "*.pyc"})
    stage(repo, {"export.csv": "id\n1\n"})
    done = move_to_raw(repo / "export.csv", repo / "data" / "raw")
    assert (repo / "data" / "raw" / "export.csv").read_text() == "id\n1\n"
    assert git(repo, "status", "--porcelain") == "M .gitignore" and "data/raw/export.csv" in done.message
    assert (repo / ".gitignore").read_text() == "*.pyc\n/data/\n"
    write(repo, {"export.csv": "id\n2\n"})
    with pytest.raises(ActError, match=r"data/raw/export\.csv already"):
        move_to_raw(repo / "export.csv", repo / "data" / "raw")
    assert (repo / "export.csv").read_text() == "id\n2\n"
    with pytest.raises(ActError, match=r"data/raw/export\.csv is there already"):
        move_to_raw(repo / "data" / "raw" / "export.csv", repo / "data" / "raw")


@pytest.mark.parametrize("reason", ["not ignored", "index locked"])
def test_a_move_that_fails_leaves_everything_as_it_was(tmp_path: Path, reason: str) -> None:
    lines = "/data/\n!/data/\n" if reason == "not ignored" else "*.pyc"
    repo = make(tmp_path / "r", {".gitignore": lines})
    stage(repo, {"export.csv": "id\n1\n"})
    write(repo, {"export.csv": "id\n2\n"})
    before = git(repo, "status", "--porcelain")
    if reason == "index locked":
        (repo / ".git" / "index.lock").touch()
    with pytest.raises(ActError, match=r"Nothing was changed"):
        move_to_raw(repo / "export.csv", repo / "data" / "raw")
    (repo / ".git" / "index.lock").unlink(missing_ok=True)
    assert (repo / ".gitignore").read_text() == lines and not (repo / "data").exists()
    assert (repo / "export.csv").read_text() == "id\n2\n"
    assert git(repo, "status", "--porcelain") == before and git(repo, "show", ":export.csv") == "id\n1"


def test_the_undo_of_a_move_stages_what_was_staged(tmp_path: Path) -> None:
    repo = make(tmp_path / "r", {"it's; $(x).csv": "1\n"})
    stage(repo, {"it's; $(x).csv": "2\n"})
    write(repo, {"it's; $(x).csv": "3\n"})
    done = move_to_raw(repo / "it's; $(x).csv", repo / "data" / "raw")
    subprocess.run(["sh", "-c", done.undo.partition(", and: ")[2]], cwd=repo, check=True)
    assert git(repo, "show", ":it's; $(x).csv") == "2"


@pytest.mark.skipif(os.name == "nt", reason="the DVC that fails is a script")
def test_a_dvc_that_fails_leaves_the_staged_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make(tmp_path / "r", {".dvc/config": ""})
    stage(repo, {"a b.pkl": "staged\n"})
    write(repo, {"a b.pkl": "later\n", "../bin/dvc": "#!/bin/sh\necho no disk >&2\nexit 1\n"})
    (tmp_path / "bin" / "dvc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    with pytest.raises(ActError, match="which says: no disk"):
        track_with_dvc(repo / "a b.pkl")
    assert git(repo, "show", ":a b.pkl") == "staged" and (repo / "a b.pkl").read_text() == "later\n"


@pytest.mark.skipif(not has_lfs(), reason="Git LFS is not installed")
def test_git_lfs_keeps_a_model(tmp_path: Path, git_identity: Path) -> None:
    repo = make(tmp_path / "r")
    data = bytes(range(256)) * 4000
    stage(repo, {"models/a b.pkl": data, "-n.pkl": data})
    track_with_lfs(repo / "-n.pkl")
    track_with_lfs(repo / "models" / "a b.pkl")
    assert git(repo, "show", ":models/a b.pkl").startswith("version https://git-lfs")
    assert (repo / "models" / "a b.pkl").read_bytes() == data
    assert sorted(git(repo, "diff", "--cached", "--name-only").splitlines()) == [
        "-n.pkl",
        ".gitattributes",
        "models/a b.pkl",
    ]


@pytest.mark.skipif(shutil.which("dvc") is None, reason="DVC is not installed")
def test_dvc_keeps_a_model(tmp_path: Path, git_identity: Path) -> None:
    repo = make(tmp_path / "r")
    stage(repo, {"models/a b.pkl": b"1" * 5000})
    with pytest.raises(ActError, match="does not use DVC"):
        track_with_dvc(repo / "models" / "a b.pkl")
    subprocess.run(["dvc", "init", "-q"], cwd=repo, check=True)
    commit_all(repo, "dvc")
    stage(repo, {"models/c d.pkl": b"2" * 5000})
    track_with_dvc(repo / "models" / "c d.pkl")
    staged = sorted(git(repo, "diff", "--cached", "--name-only").splitlines())
    assert staged == ["models/.gitignore", "models/c d.pkl.dvc"]
    assert (repo / "models" / "c d.pkl").read_bytes() == b"2" * 5000
    with pytest.raises(ActError, match="which says: "):
        (repo / ".dvc" / "config").write_text("[core")
        track_with_dvc(stage(repo, {"e.pkl": b"3"}) / "e.pkl")
    assert "e.pkl" in git(repo, "diff", "--cached", "--name-only"), "it is staged again"


def codes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, str, str]]:
    main(["check", "--format", "json", *arguments])
    return [
        (item["path"], item["kind"], item["severity"])
        for item in json.loads(capsys.readouterr().out)
        if item["code"] == "raw-data-changed"
    ]


def test_raw_data_that_git_keeps_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = make(tmp_path / "r", {"data/raw/a.csv": "1\n", "data/raw/b.csv": "2\n", "data/raw/c.csv": "3\n"})
    monkeypatch.chdir(repo)
    assert codes(capsys) == []
    write(repo, {"data/raw/a.csv": "9\n", "data/raw/new.csv": "4\n"})
    assert codes(capsys, "--would-add") == [("data/raw/a.csv", "changed", "information")]
    git(repo, "rm", "-q", "data/raw/b.csv")
    git(repo, "add", ".")
    expected = [("data/raw/a.csv", "changed", "warning"), ("data/raw/b.csv", "deleted", "warning")]
    assert codes(capsys, "--staged") == expected
    assert codes(capsys) == expected
    commit_all(repo)
    assert codes(capsys) == []
