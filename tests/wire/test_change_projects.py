"""Adopting and updating over the wire: the plan is asked about first, and nothing happens without a yes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from repositories import commit_all, git, make, write
from wire.client import READY, Client, ResponseError, at_home

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    write(home, {".gitconfig": "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"})
    client = Client(READY, env=at_home(home))
    client.initialize({"window": {"showMessage": {}}})
    yield client
    assert client.shut_down() == 0


ANSWERS: dict[str, tuple[object, dict[str, object], bool]] = {
    "the plan alone": (None, {"describe": True}, False),
    "no answer": (None, {}, False),
    "no": ({"title": "Cancel"}, {}, False),
    "yes": ({"title": "Adopt"}, {}, True),
    "agreed before": (None, {"confirmed": True}, True),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_folder_is_adopted_after_a_yes(name: str, client: Client, tmp_path: Path) -> None:
    answer, given, adopted = ANSWERS[name]
    write(tmp_path, {"README.md": "mine\n"})
    client.answers["window/showMessageRequest"] = answer
    result = client.command("ccds.adoptProject", {"root": tmp_path.as_uri(), **given})
    assert "models/.gitkeep" in result["plan"]["create"] and result["plan"]["differ"] == ["README.md"]
    assert (tmp_path / "models").is_dir() == adopted
    assert adopted or "README.md (yours stays" in result["message"]
    assert (tmp_path / "README.md").read_text() == "mine\n"
    if adopted:
        client.command("ccds.adoptProject", {"root": tmp_path.as_uri(), "undo": True})
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_project_is_updated_and_refused_when_dirty(client: Client, tmp_path: Path) -> None:
    answers = {"project_name": "churn"}
    client.command("ccds.newProject", {"root": tmp_path.as_uri(), "answers": answers, "git": True})
    root = {"root": (tmp_path / "churn").as_uri()}
    assert "Nothing to do" in client.command("ccds.updateProject", root)["message"]
    updated = client.command("ccds.updateProject", {**root, "answers": {"open_source_license": "MIT"}})
    assert "LICENSE" in updated["changed"] and updated["conflicts"] == [] and "git reset" in updated["undo"]
    with pytest.raises(ResponseError, match=r"changes that are not committed \(LICENSE"):
        client.command("ccds.updateProject", root)
    commit_all(tmp_path / "churn")
    with pytest.raises(ResponseError, match="open_source_license") as refused:
        client.command("ccds.updateProject", {**root, "answers": {"open_source_license": "GPL"}})
    assert refused.value.code == -32602


def test_what_is_no_project_of_ours_is_not_updated(client: Client, tmp_path: Path) -> None:
    repo = make(tmp_path / "repo")
    with pytest.raises(ResponseError, match=r"has no answers of ccds-ls.*new --adopt"):
        client.command("ccds.updateProject", {"root": repo.as_uri()})
    assert git(repo, "status", "--porcelain") == ""
