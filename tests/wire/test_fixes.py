"""Fixes that are more than an edit, over the wire: what is in the editor, on disk and in git afterwards."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from repositories import git, make, write
from wire.client import READY, Client, ResponseError


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    client = Client(READY)
    edit = {"documentChanges": True}
    code_action = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
    client.initialize(
        {
            "workspace": {"applyEdit": True, "workspaceEdit": edit},
            "textDocument": {"codeAction": code_action},
        }
    )
    yield client
    assert client.shut_down() == 0


@pytest.fixture
def repo(client: Client, tmp_path: Path) -> Iterator[Path]:
    yield make(tmp_path / "repo", {"README.md": "# Start\n"})
    client.close_all()


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


def open_text(client: Client, path: Path, text: str) -> None:
    document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})


def shown(client: Client, path: Path, code: str) -> dict[str, Any]:
    while True:
        published = client.wait_for("textDocument/publishDiagnostics", uri=path.as_uri())["params"]
        for diagnostic in published["diagnostics"]:
            if diagnostic["code"] == code:
                found: dict[str, Any] = diagnostic
                return found


def fix(client: Client, path: Path, diagnostic: dict[str, Any], title: str) -> dict[str, Any]:
    params = {
        "textDocument": {"uri": path.as_uri()},
        "range": diagnostic["range"],
        "context": {"diagnostics": []},
    }
    offered = {action["title"]: action for action in client.request("textDocument/codeAction", params)}
    assert title in offered, sorted(offered)
    action: dict[str, Any] = offered[title]
    return action


MOVE = "Move it to .env, and read it from os.environ"


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """The text (ASCII) after edits, as an editor makes them: of several at one place the first comes first."""
    rows = text.splitlines(keepends=True)
    starts = [sum(map(len, rows[:n])) for n in range(len(rows) + 1)]
    placed = [
        [starts[place["line"]] + place["character"] for place in (e["range"]["start"], e["range"]["end"])]
        for e in edits
    ]
    for (start, end), change in sorted(
        zip(placed, edits, strict=True), key=lambda item: item[0], reverse=True
    ):
        text = text[:start] + change["newText"] + text[end:]
    return text


@pytest.mark.parametrize("is_open", [True, False])
def test_a_secret_moves_to_env(client: Client, repo: Path, is_open: bool) -> None:
    path, value = repo / "src" / "hub.py", token()
    text = f'"""Doc."""\n\nimport hub\n\nhub.login("{value}")\n'
    write(repo, {"src/hub.py": text})
    client.answers["workspace/applyEdit"] = {"applied": True}
    if is_open:
        open_text(client, path, text)
    else:
        open_text(client, repo / "README.md", "# Start\n")
        git(repo, "add", ".")
    command = fix(client, path, shown(client, path, "secret"), MOVE)["command"]
    assert value not in json.dumps(command)
    client.send(
        request := {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand"} | {"params": command}
    )
    reply = edit = None
    for message in client.messages():
        if message.get("method") == "workspace/applyEdit":
            edit = message["params"]["edit"]["documentChanges"]
            assert value not in json.dumps(message)
        if message.get("id") == request["id"]:
            reply = message["result"]
            break
    assert reply and value not in json.dumps(reply) and "HF_TOKEN" in reply["message"]
    if is_open:
        assert edit and [change["textDocument"]["uri"] for change in edit] == [path.as_uri()]
        assert path.read_text() == text, "the editor's text is the editor's to save"
        after = applied(text, edit[0]["edits"])
    else:
        assert edit is None
        after = path.read_text()
    assert after == (
        '"""Doc."""\n\nimport os\nimport hub\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n'
        'hub.login(os.environ["HF_TOKEN"])\n'
    )
    assert (repo / ".env").read_text() == f"HF_TOKEN={value}\n"
    assert (repo / ".env").stat().st_mode & 0o077 == 0
    assert ".env" not in git(repo, "status", "--porcelain").replace(".gitignore", "")


def test_what_is_in_the_way_is_told_and_nothing_changes(client: Client, repo: Path) -> None:
    path, value = repo / "hub.py", token()
    text = f'x = "a" "{value}"\n'
    open_text(client, path, text)
    fingerprint = shown(client, path, "secret")["data"]["fingerprint"]
    argument = {"uri": path.as_uri(), "fingerprint": fingerprint}
    with pytest.raises(ResponseError, match="joined from several"):
        client.command("ccds.moveSecretToEnv", argument)
    write(repo, {".env": "A=1\n"})
    git(repo, "add", "-f", ".env")
    document = {
        "textDocument": {"uri": path.as_uri(), "version": 2},
        "contentChanges": [{"text": f'x = "{value}"\n'}],
    }
    client.notify("textDocument/didChange", document)
    with pytest.raises(ResponseError, match=r"git tracks \.env"):
        client.command("ccds.moveSecretToEnv", argument)
    with pytest.raises(ResponseError, match="that secret is not in"):
        client.command("ccds.moveSecretToEnv", {**argument, "fingerprint": "0"})
    assert (repo / ".env").read_text() == "A=1\n" and not (repo / ".gitignore").exists()


def test_an_editor_that_does_not_apply_the_edit_is_told(client: Client, repo: Path) -> None:
    path, value = repo / "hub.py", token()
    client.answers["workspace/applyEdit"] = {"applied": False}
    open_text(client, path, f'login("{value}")\n')
    fingerprint = shown(client, path, "secret")["data"]["fingerprint"]
    told = r"The editor did not change hub\.py; try again\. HF_TOKEN is in .*\.env, and stays there\."
    with pytest.raises(ResponseError, match=told):
        client.command("ccds.moveSecretToEnv", {"uri": path.as_uri(), "fingerprint": fingerprint})
    assert (repo / ".env").read_text() == f"HF_TOKEN={value}\n", "the value is safe in both places"


def notebook(value: str, outputs: str = "") -> str:
    text = json.dumps([{"name": "stdout", "output_type": "stream", "text": [f"{outputs or value}\n"]}])
    cell = f'{{"cell_type": "code", "execution_count": 1, "metadata": {{}}, "outputs": {text}, "source": ["show()"]}}'
    return f'{{\n "cells": [\n  {cell}\n ],\n "metadata": {{}},\n "nbformat": 4,\n "nbformat_minor": 4\n}}\n'


def test_outputs_are_cleared_in_what_is_staged_alone(client: Client, repo: Path) -> None:
    path, text = repo / "notebooks" / "1.0-jqp-a.ipynb", notebook(token())
    write(repo, {"notebooks/1.0-jqp-a.ipynb": text})
    git(repo, "add", ".")
    open_text(client, repo / "README.md", "# Start\n")
    command = fix(
        client, path, shown(client, path, "secret"), "Clear the outputs of cell 1 in what is staged"
    )
    client.command(command["command"]["command"], *command["command"]["arguments"])
    staged = json.loads(git(repo, "show", ":notebooks/1.0-jqp-a.ipynb"))
    assert [(c["outputs"], c["execution_count"], c["source"]) for c in staged["cells"]] == [
        ([], None, ["show()"])
    ]
    assert path.read_text() == text
    git(repo, "fsck", "--strict")
    with pytest.raises(ResponseError, match="nothing of that"):
        client.command("ccds.stripOutputs", {"uri": path.as_uri(), "staged": True})


def test_outputs_are_cleared_in_the_file(client: Client, repo: Path) -> None:
    path, text = repo / "notebooks" / "1.0-jqp-a.ipynb", notebook("fine")
    write(repo, {"notebooks/1.0-jqp-a.ipynb": text})
    client.command("ccds.stripOutputs", {"uri": path.as_uri()})
    assert path.read_text() == text.replace(
        text[text.index('[{"name"') : text.index(', "source"')], "[]"
    ).replace('"execution_count": 1', '"execution_count": null')
    with pytest.raises(ResponseError, match="no outputs"):
        client.command("ccds.stripOutputs", {"uri": path.as_uri()})
    path.write_text(text, encoding="utf-16")
    with pytest.raises(ResponseError, match="it is in UTF-16"):
        client.command("ccds.stripOutputs", {"uri": path.as_uri()})
    write(repo, {"b.ipynb": "{"})
    with pytest.raises(ResponseError, match="not a notebook"):
        client.command("ccds.stripOutputs", {"uri": (repo / "b.ipynb").as_uri()})


def test_paused_means_that_nothing_is_shown(client: Client, repo: Path) -> None:
    path = repo / "hub.py"
    open_text(client, path, f'login("{token()}")\n')
    shown(client, path, "secret")
    client.command("ccds.pause")
    document = {"uri": path.as_uri(), "version": 2}
    changed = [{"text": f'login("{token()}")\nx = 1\n'}]
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changed})
    client.command("ccds.resume")
    assert shown(client, path, "secret")["severity"] == 2


def test_a_folder_that_is_not_there_can_not_start_quiet(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ResponseError, match="There is no file or folder") as told:
        client.command("ccds.baseline", {"root": (tmp_path / "gone").as_uri()})
    assert told.value.code == -32803


def test_everything_that_stands_is_accepted(client: Client, repo: Path) -> None:
    path = repo / "hub.py"
    write(repo, {"hub.py": f'login("{token()}")\n'})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "one")
    open_text(client, path, path.read_text())
    shown(client, path, "secret")
    done = client.command("ccds.baseline", {"root": repo.as_uri()})
    assert done["paths"] == [str(repo / ".ccds-ls-baseline.json")] and "not safe" in done["message"]
    client.shown(path.as_uri(), lambda diagnostics: not diagnostics)


def test_commits_that_were_not_pushed_are_looked_at(client: Client, repo: Path) -> None:
    write(repo, {"hub.py": f'login("{token()}")\n'})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "one")
    (repo / "hub.py").write_text("login()\n")
    git(repo, "commit", "-qam", "two")
    report = client.command("ccds.checkCommit", {"root": repo.as_uri()})
    assert report["findings"] == [] and "not pushed yet: hub.py" in report["message"]
    (late,) = report["unpushed"]
    assert (late["severity"], late["fixes"]) == ("error", []) and "in commit " in late["message"]
