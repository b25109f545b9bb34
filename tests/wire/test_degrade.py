"""Clients that lack something: each optional ability has a fallback, and what is lacking is not asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import secret_samples
from repositories import git, make, stage
from wire.client import READY, Client, Message, ResponseError, request

pytestmark = pytest.mark.long

LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
LACKING: dict[str, Message] = {
    "everything": {},
    "RenameFile": {
        "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
        "textDocument": {"codeAction": LITERALS},
    },
    "document changes": {
        "workspace": {"applyEdit": True, "workspaceEdit": {"resourceOperations": ["rename"]}},
        "textDocument": {"codeAction": LITERALS},
    },
}
ABLE: Message = {
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["rename", "create"],
            "changeAnnotationSupport": {},
        },
    },
    "textDocument": {"codeAction": LITERALS},
}
KATE: Message = {"textDocument": {"codeAction": LITERALS}, "window": {"workDoneProgress": True}}
"""Kate 22.12, which carries out every fix that it is given for the finding that it names."""
NAME = "0.0-jqp-who-leaves.ipynb"


def notebook() -> str:
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Who leaves"}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make(tmp_path / "repo", {"README.md": "x\n", "notebooks/3.0-jqp-next.ipynb": notebook()})
    stage(repo, {"notebooks/Untitled.ipynb": notebook(), "customers.csv": "id,age\n1,44\n" * 50})
    git(repo, "config", "user.name", "Jane Q. Public")
    return repo


@pytest.fixture(scope="module")
def bare() -> Iterator[Client]:
    client = Client(READY)
    client.initialize({})
    yield client
    assert client.shut_down() == 0


@pytest.fixture(scope="module")
def able() -> Iterator[Client]:
    client = Client(READY)
    client.initialize(ABLE)
    yield client
    assert client.shut_down() == 0


def opened(client: Client, uri: str, text: str, language: str = "json") -> None:
    document = {"uri": uri, "languageId": language, "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})


def shown(client: Client, uri: str, code: str) -> Message:
    """The finding of this code in a document, once there is one."""
    for message in client.messages():
        if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
            for found in message["params"]["diagnostics"]:
                if found["code"] == code:
                    result: Message = found
                    return result
    raise AssertionError("the server ended")


def command(client: Client, name: str, argument: Message) -> tuple[Message, list[str]]:
    """A command's result, and what the server asked the client meanwhile."""
    client.send(request(7, "workspace/executeCommand", {"command": name, "arguments": [argument]}))
    asked = []
    for message in client.messages():
        if "method" in message and "id" in message:
            asked.append(message["method"])
        elif message.get("id") == 7:
            assert "result" in message, message
            return message["result"], asked
    raise AssertionError("the server ended")


COMMANDS = [
    # the client lacks; the command; what its message says all the same; the file that there is then
    ("showDocument", "ccds.newNotebook", {"description": "Compare rings"}, "Made ",
     "notebooks/0.0-jqp-compare-rings.ipynb"),
    ("progress", "ccds.checkCommit", {}, "to look at in what is staged", "notebooks/Untitled.ipynb"),
    ("showMessageRequest and change annotations", "ccds.renameAllNotebooks", {}, f"Untitled.ipynb -> {NAME}",
     "notebooks/Untitled.ipynb"),
    ("applyEdit", "ccds.renameAllNotebooks", {"apply": True}, "Renamed ", f"notebooks/{NAME}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lacks", "name", "argument", "says", "path"), COMMANDS, ids=[c[0] for c in COMMANDS]
)
def test_commands(
    bare: Client, repo: Path, lacks: str, name: str, argument: Message, says: str, path: str
) -> None:
    done, asked = command(bare, name, {"root": repo.as_uri(), **argument})
    assert says in done["message"], done["message"]
    assert (repo / path).is_file() and asked == []


@pytest.mark.parametrize("lacks", LACKING)
def test_the_fix_that_renames_is_a_command(repo: Path, lacks: str) -> None:
    client = Client(READY)
    client.initialize(LACKING[lacks])
    path = repo / "notebooks" / "Untitled.ipynb"
    opened(client, path.as_uri(), notebook())
    found = shown(client, path.as_uri(), "notebook-name")
    params = {
        "textDocument": {"uri": path.as_uri()},
        "range": found["range"],
        "context": {"diagnostics": [found]},
    }
    [fix] = [a for a in client.request("textDocument/codeAction", params) if a["title"].startswith("Rename")]
    assert "edit" not in fix
    if lacks == "everything":
        assert isinstance(fix["command"], str), "a command itself, for a client that knows no code actions"
    run = fix if isinstance(fix["command"], str) else fix["command"]
    done, asked = command(client, run["command"], run["arguments"][0])
    assert (repo / "notebooks" / NAME).is_file() and not path.exists(), done
    assert asked == []
    assert client.shut_down() == 0


QUICK = [
    # the file; its text; the finding; the one fix for it
    ("src/hub.py", "login('{token}')\n" * 2, "secret", "Unstage src/hub.py"),
    ("notebooks/Untitled.ipynb", notebook(), "notebook-name", f"Rename to {NAME}"),
    ("README.md", "login('{token}')\n", "secret", None),
    (".git/COMMIT_EDITMSG", "feat: x\n#\n# Changes to be committed:\n#\tnew file:   customers.csv\n#\n",
     "data-file", "Stop this commit (the message stays as comments)"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "code", "fix"), QUICK, ids=[case[0] for case in QUICK])
def test_a_client_that_carries_out_all_fixes_of_a_finding_gets_one(
    repo: Path, name: str, text: str, code: str, fix: str | None
) -> None:
    text = text.replace("{token}", "h" + "f_" + secret_samples.drawn(secret_samples._LETTERS, 34))
    if name.startswith("src/"):
        stage(repo, {name: text})
    client = Client(READY)
    client.initialize(KATE)
    uri = (repo / name).as_uri()
    opened(client, uri, text, "plaintext")
    found = shown(client, uri, code)
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": text.count("\n"), "character": 0}}
    params = {"textDocument": {"uri": uri}, "range": whole, "context": {"diagnostics": [found]}}
    given = client.request("textDocument/codeAction", params)
    assert [action["title"] for action in given] == ([fix] if fix else [])
    every = client.request("textDocument/codeAction", {**params, "context": {"diagnostics": []}})
    assert len(every) > 1, "its menu of code actions names no finding"
    assert client.shut_down() == 0


def test_a_client_that_says_it_renamed_and_did_not(able: Client, repo: Path) -> None:
    able.answers["workspace/applyEdit"] = {"applied": True}
    done, asked = command(able, "ccds.renameAllNotebooks", {"root": repo.as_uri()})
    assert "workspace/applyEdit" in asked
    assert done["message"].startswith("Nothing was renamed.") and (repo / "notebooks/Untitled.ipynb").exists()


FOLDERS = [
    # the parameters of initialize; what a command without a root answers
    ("one", lambda root: {"workspaceFolders": [{"uri": root, "name": "x"}]}, "1 file to look at|2 files to look at"),
    ("a root alone", lambda root: {"rootUri": root}, "1 file to look at|2 files to look at"),
    ("none", lambda _: {"workspaceFolders": []}, "No folder is open"),
    ("null", lambda _: {"workspaceFolders": None}, "No folder is open"),
    ("several", lambda root: {"workspaceFolders": [{"uri": u, "name": u} for u in (root, root + "/src")]},
     "There are several workspace folders"),
]  # fmt: skip


@pytest.mark.parametrize(("folders", "params", "says"), FOLDERS, ids=[case[0] for case in FOLDERS])
def test_workspace_folders(repo: Path, folders: str, params: Any, says: str) -> None:
    client = Client(READY)
    client.initialize({}, **params(repo.as_uri()))
    try:
        told = client.command("ccds.checkCommit")["message"]
    except ResponseError as error:
        assert error.code == -32602
        told = str(error)
    assert any(part in told for part in says.split("|")), told
    assert client.shut_down() == 0


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "vscode-scm:git/scm0/input?rootUri=x", "vscode-notebook-cell:/a.ipynb#W0"]
)
def test_documents_that_are_no_files(bare: Client, repo: Path, uri: str) -> None:
    opened(bare, uri, f'x = "{"h" + "f_" + secret_samples.drawn(secret_samples._LETTERS, 34)}"\n', "python")
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    params = {"textDocument": {"uri": uri}, "range": whole, "context": {"diagnostics": []}}
    assert bare.request("textDocument/codeAction", params) == []
    bare.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert command(bare, "ccds.checkCommit", {"root": repo.as_uri()})[1] == []


def test_a_notebook_that_comes_as_its_joined_code_cells(bare: Client, repo: Path) -> None:
    """JupyterLab's client sends the code cells, two blank lines between them, under the notebook's own URI."""
    uri = (repo / "notebooks" / "Untitled.ipynb").as_uri()
    token = "h" + "f_" + secret_samples.drawn(secret_samples._LETTERS, 34)
    opened(bare, uri, f'rings = [1, 2, 3]\n\n\nlogin("{token}")\n', "python")
    assert shown(bare, uri, "notebook-name")["range"]["start"]["line"] == 0
    bare.notify(
        "textDocument/didChange",
        {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": f'\n\nlogin("{token}")\n'}]},
    )
    secret = shown(bare, uri, "secret")
    assert secret["range"]["start"]["line"] in (2, 3) and token not in secret["message"]
    bare.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


SETTINGS = [
    # abilities; given at the start; answered to workspace/configuration; told later; the initials that hold
    ("asked", ABLE, {}, [{"initials": "zz"}], ..., "zz"),
    ("asked, and it has none", ABLE, {"initials": "aa"}, [None], ..., "aa"),
    ("told that something changed", ABLE, {"initials": "aa"}, [{"initials": "zz"}], None, "zz"),
    ("told nothing with it", {}, {"initials": "aa"}, ..., {}, "aa"),
    ("told", {}, {"initials": "aa"}, ..., {"ccds": {"initials": "zz"}}, "zz"),
]


@pytest.mark.parametrize(
    ("case", "abilities", "options", "answer", "told", "initials"),
    SETTINGS,
    ids=[case[0] for case in SETTINGS],
)
def test_settings(
    repo: Path, case: str, abilities: Message, options: Message, answer: Any, told: Any, initials: str
) -> None:
    git(repo, "config", "--unset", "user.name")
    client = Client(READY)
    client.answers["workspace/configuration"] = answer
    client.initialize(abilities, initializationOptions=options)
    if abilities is ABLE:
        client.wait_for("workspace/configuration")
    if told is not ...:
        client.notify("workspace/didChangeConfiguration", {"settings": told})
    if abilities is ABLE and told is not ...:
        client.wait_for("workspace/configuration")
    client.command("ccds.checkCommit", {"root": repo.as_uri()})  # The answer is taken in meanwhile.
    done, asked = command(client, "ccds.newNotebook", {"root": repo.as_uri(), "description": "Compare rings"})
    assert f"-{initials}-compare-rings" in done["message"]
    assert "workspace/configuration" not in asked
    assert client.shut_down() == 0
