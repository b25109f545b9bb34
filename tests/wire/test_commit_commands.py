"""Staging, committing and branching over the wire: shown first, completed, and guarded; and told."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from repositories import commit_all, git, make, write
from wire.client import READY, Client, ResponseError, at_home, request

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[Client]:
    client = Client(READY, env=at_home(home))
    client.initialize({"window": {"showMessage": {}}})
    yield client
    assert client.shut_down() == 0


@pytest.fixture(autouse=True)
def identity(home: Path) -> None:
    write(home, {".gitconfig": "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"})


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make(tmp_path / "r", {"README.md": "x\n", ".gitignore": "*.log\n/data/\n"})


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


def test_staging_shows_first_what_it_takes_and_what_is_ignored_and_why(client: Client, repo: Path) -> None:
    value = token()
    write(
        repo, {"train.py": "x = 1\n", "hub.py": f'login("{value}")\n', "a.log": "", "data/raw/x.csv": "1\n"}
    )
    root = {"root": repo.as_uri()}
    shown = client.command("ccds.git.stage", {**root, "describe": True})
    assert shown["take"] == ["hub.py", "train.py"]
    assert [(group["paths"], group["source"], group["line"]) for group in shown["ignored"]] == [
        (["a.log"], ".gitignore", 1),
        (["data/"], ".gitignore", 2),
    ]
    assert "data/ (.gitignore line 2: /data/)" in shown["message"] and "hub.py:1: " in shown["message"]
    assert value not in str(shown)
    client.answers["window/showMessageRequest"] = {"title": "Cancel"}
    assert client.command("ccds.git.stage", root)["message"].startswith("Nothing was staged.")
    assert git(repo, "diff", "--cached", "--name-only") == ""
    client.answers["window/showMessageRequest"] = {"title": "Stage"}
    staged = client.command("ccds.git.stage", {**root, "paths": ["train.py"]})
    assert staged["take"] == ["train.py"] and staged["findings"] == [] and "git restore" in staged["undo"]
    assert git(repo, "diff", "--cached", "--name-only") == "train.py"
    staged = client.command("ccds.git.stage", {**root, "confirmed": True})
    assert [item["severity"] for item in staged["findings"]] == ["error"]


def asked_meanwhile(
    client: Client, command: str, given: object, title: str, meanwhile: Callable[[], object]
) -> Any:
    """The reply to a command that asks: ``meanwhile`` happens while a person thinks."""
    client.answers["window/showMessageRequest"] = ...
    client.send(request(1, "workspace/executeCommand", {"command": command, "arguments": [given]}))
    question = client.wait_for("window/showMessageRequest")
    meanwhile()
    client.send({"jsonrpc": "2.0", "id": question["id"], "result": {"title": title}})
    return next(reply for reply in client.messages() if "method" not in reply and reply["id"] == 1)


def test_just_what_was_shown_is_staged(client: Client, repo: Path) -> None:
    (write(repo, {"train.py": "x = 1\n"}) / "README.md").unlink()
    given = {"root": repo.as_uri()}
    reply = asked_meanwhile(client, "ccds.git.stage", given, "Stage", lambda: write(repo, {"hub.py": "y\n"}))
    assert reply["result"]["take"] == ["train.py"] and reply["result"]["deleted"] == ["README.md"]
    assert git(repo, "status", "--porcelain").splitlines() == ["D  README.md", "A  train.py", "?? hub.py"]
    git(repo, "add", ".")
    nothing = client.command("ccds.git.stage", {**given, "confirmed": True})
    assert nothing["message"].startswith("There is nothing to stage.")


def test_what_is_staged_while_the_question_stands_is_checked(client: Client, repo: Path) -> None:
    git(write(repo, {"train.py": "x = 1\n", "hub.py": f'login("{token()}")\n'}), "add", "train.py")
    given = {"root": repo.as_uri(), "message": "model training"}
    reply = asked_meanwhile(client, "ccds.git.commit", given, "feat", lambda: git(repo, "add", "hub.py"))
    assert "Nothing was committed: there is 1 error" in reply["error"]["message"]
    assert git(repo, "log", "-1", "--format=%s") == "start"


ANSWERS: dict[str, tuple[object, str, str | None]] = {
    "a type is chosen": ({"title": "feat"}, "model training", "feat: model training"),
    "as it is": ({"title": "As it is"}, "model training", "model training"),
    "the question is left": (None, "model training", None),
    "there is one": (None, "feat(model): training", "feat(model): training"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_message_is_completed_by_a_type(name: str, client: Client, repo: Path) -> None:
    answer, message, committed = ANSWERS[name]
    write(repo, {"train.py": "x = 1\n"})
    git(repo, "add", ".")
    client.answers["window/showMessageRequest"] = answer
    commit = {"root": repo.as_uri(), "message": message}
    if committed is None:
        with pytest.raises(ResponseError, match="no type was chosen"):
            client.command("ccds.git.commit", commit)
    else:
        done = client.command("ccds.git.commit", commit)
        assert ("no type such as" in done["message"]) == (committed == "model training")
    assert git(repo, "log", "-1", "--format=%s") == (committed or "start")


def test_a_message_is_described_and_completed(client: Client, repo: Path) -> None:
    commit_all(write(repo, {"x": "1"}), "feat(model): one")
    described = client.command(
        "ccds.git.commit", {"root": repo.as_uri(), "message": "fix(", "describe": True}
    )
    assert [(item["label"], item["text"]) for item in described["completions"]] == [("model", "model): ")]
    assert {"feat", "fix", "docs"} <= {kind["value"] for kind in described["types"]}
    assert [hint["kind"] for hint in described["hints"]] == ["type"]
    described = client.command("ccds.git.commit", {"root": repo.as_uri(), "message": "f", "describe": True})
    assert "feat: " in [item["text"] for item in described["completions"]]


def test_work_directly_on_main_is_hinted_at(client: Client, repo: Path) -> None:
    git(repo, "remote", "add", "origin", "/nowhere")
    git(write(repo, {"a.py": "x\n"}), "add", "a.py")
    done = client.command("ccds.git.commit", {"root": repo.as_uri(), "message": "feat: a"})
    assert "Hint: This commit goes directly onto main." in done["message"]
    assert [hint["kind"] for hint in done["hints"]] == ["on-main"]


def test_a_branch_is_proposed(client: Client, repo: Path) -> None:
    write(repo, {"churn/modeling/train.py": "x = 1\n"})
    branch = {"root": repo.as_uri(), "name": ""}
    client.answers["window/showMessageRequest"] = None
    proposed = client.command("ccds.git.createBranch", branch)
    assert proposed["name"] == "train" and git(repo, "branch") == "* main"
    client.answers["window/showMessageRequest"] = {"title": "Make it"}
    assert "Made the branch train" in client.command("ccds.git.createBranch", branch)["message"]
    with pytest.raises(ResponseError, match="'w07-model-training' would do"):
        client.command("ccds.git.createBranch", {**branch, "name": "W07: Model training"})
