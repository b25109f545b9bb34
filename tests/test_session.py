"""What the server knows of its folders: not knowing is never shown as clean."""

from __future__ import annotations

from pathlib import Path

import pytest

import repositories
from ccds_ls.collect import View
from ccds_ls.git.read import GitError, Repository
from ccds_ls.lsp import session as module
from ccds_ls.lsp.session import Session
from ccds_ls.lsp.to_proto import Client
from ccds_ls.secrets import own_rules_only

TABLE = "customers.csv"


def test_a_moment_without_git_leaves_the_findings_of_closed_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repositories.make(tmp_path / "r")
    repositories.write(root, {TABLE: "customer,age\n" + "1,30\n" * 2000})
    repositories.git(root, "add", ".")
    session = Session(Client(), own_rules_only())
    folder = session.folder_at(root)
    paths = session.refresh(folder)
    assert any(publication.diagnostics for publication in session.check(folder, paths))

    def fails(root: Path, repository: Repository | None) -> View:
        raise GitError("git did not answer")

    with monkeypatch.context() as broken:
        broken.setattr(module, "look", fails)
        assert TABLE not in session.refresh(folder)
    assert session.check(folder, [TABLE]) == []
    assert str(root / TABLE) in session.standing
    assert TABLE in session.refresh(folder)
    repositories.git(root, "rm", "--cached", "-q", TABLE)
    (root / TABLE).unlink()
    session.check(folder, session.refresh(folder))
    assert not session.standing
