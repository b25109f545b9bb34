"""A course's first week, walked as a client against a real git server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from editors.waiting import until
from git_server import GitServer, serving
from repositories import write
from wire.client import SERVER, Client, ResponseError, at_home, request

pytestmark = pytest.mark.long

WORK = "w07-model-training-script"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    write(home, {".gitconfig": "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"})
    client = Client(SERVER, env=at_home(home))
    client.initialize({"window": {"workDoneProgress": True}})
    yield client
    assert client.shut_down() == 0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with serving(tmp_path / "srv") as server:
        yield server


def run(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_week(client: Client, server: GitServer, tmp_path: Path) -> None:
    def does(command: str, folder: Path, **given: object) -> Any:
        result = client.command(command, {"root": folder.as_uri(), **given})
        assert result["message"]
        return result

    def steps_done() -> int:
        return sum(step["done"] for step in does("ccds.explain", ours, code="exercise")["steps"])

    answers = {"project_name": "Customer churn", "author_name": "Ada Lovelace"}
    does("ccds.newProject", tmp_path, answers=answers)
    ours, partner = tmp_path / "customer_churn", tmp_path / "partner"
    assert (ours / "customer_churn" / "config.py").is_file()
    assert "data" in does("ccds.inspectProject", ours)["message"]
    assert steps_done() == 1

    assert does("ccds.git.init", ours)["undo"]
    assert run(ours, "branch", "--show-current") == "main"
    assert run(ours, "status", "--porcelain") == ""
    assert run(ours, "for-each-ref", "refs/ccds-ls/template"), "for updates to come"
    assert steps_done() == 4, "and its message is a conventional one"

    with pytest.raises(
        ResponseError, match=r"(?s)no remote repository yet.*github\.com/new.*gitlab.*gh repo create"
    ):
        does("ccds.git.push", ours)
    address = server.create("churn.git")
    does("ccds.git.addRemote", ours, url=address)
    assert server.asked == [], "nothing is sent before it is asked for"
    assert steps_done() == 5
    assert "follows origin/main" in does("ccds.git.push", ours)["message"]
    assert run(ours, "rev-parse", "@{upstream}") == run(ours, "rev-parse", "HEAD")

    does("ccds.git.clone", tmp_path, url=address, name="partner")
    assert (partner / "data" / "raw").is_dir(), "the data folders survive a clone"

    does("ccds.git.createBranch", ours, name=WORK)
    assert steps_done() == 6
    script = ours / "customer_churn" / "modeling" / "train.py"
    script.write_text("print('training')\n")
    staged = does("ccds.git.stage", ours)
    assert staged["findings"] == []
    committed = does("ccds.git.commit", ours, message="feat: model training script added")
    assert f"on {WORK}" in committed["message"] and committed["undo"]
    assert f"follows origin/{WORK}" in does("ccds.git.push", ours)["message"]
    assert steps_done() == 8

    run(partner, "fetch", "-q")
    run(partner, "switch", "-q", WORK)
    assert (partner / script.relative_to(ours)).read_text() == "print('training')\n"
    write(ours, {"customer_churn/modeling/train.py": "print('training on')\n"})
    does("ccds.git.stage", ours)
    does("ccds.git.commit", ours, message="fix: training goes on")
    does("ccds.git.push", ours)
    assert "Took over 1 commit" in does("ccds.git.pull", partner)["message"]
    assert (partner / script.relative_to(ours)).read_text() == "print('training on')\n"
    assert run(partner, "log", "-2", "--format=%s", WORK).split("\n") == [
        "fix: training goes on",
        "feat: model training script added",
    ]


def test_a_transfer_that_stalls_shows_progress_and_is_cancelled(
    client: Client, server: GitServer, tmp_path: Path
) -> None:
    address = server.create("churn.git")
    server.stalls.set()
    argument = {"root": tmp_path.as_uri(), "url": address, "name": "partner"}
    client.send(
        request("clone", "workspace/executeCommand", {"command": "ccds.git.clone", "arguments": [argument]})
    )
    bar = client.wait_for("$/progress")["params"]
    assert bar["value"] == {"kind": "begin", "title": "git clone", "cancellable": True}
    assert server.stalled.wait(10)
    client.notify("window/workDoneProgress/cancel", {"token": bar["token"]})
    reply = next(message for message in client.messages() if message.get("id") == "clone")
    assert reply["error"]["code"] == -32800
    server.stalls.clear()
    until(lambda: [path.name for path in tmp_path.iterdir()] == ["srv"], "what was begun is gone again", 10)


def test_a_password_is_never_waited_for_or_shown(client: Client, server: GitServer, tmp_path: Path) -> None:
    address, word = server.create("churn.git"), "pass" + "word9"
    server.password = word
    folder = {"root": tmp_path.as_uri()}
    with pytest.raises(ResponseError, match="wants a name and a password or token") as refused:
        client.command(
            "ccds.git.clone", {**folder, "url": address.replace("://", "://me:wrong" + word + "@")}
        )
    assert word not in str(refused.value.error)
    with_word = address.replace("://", f"://me:{word}@")
    cloned = client.command("ccds.git.clone", {**folder, "url": with_word})
    assert word not in str(cloned) and (tmp_path / "churn" / ".git").is_dir()
