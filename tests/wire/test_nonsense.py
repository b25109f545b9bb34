"""Requests and commands with parameters that are nearly right: one reply each, and no error of ours among them."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ccds_ls.lsp.capabilities import offered
from repositories import make, stage
from wire.client import READY, Client, at_home, request

pytestmark = pytest.mark.long

INTERNAL = -32603
ODD: list[Any] = [
    None, True, 0, -1, 2**40, 1.5, "", "x", "\ud800", "é\u2028", "file:///", "file:///%", "file:///etc/passwd",
    "untitled:a", "vscode-notebook-cell:/a.ipynb#W0", "vscode-scm:git/scm0/input?rootUri=%", "../..", "a\0b", "-x",
    [], [[]], {}, {"a": None}, "x" * 5_000,
]  # fmt: skip


def documents(root: Path) -> list[str]:
    paths = [
        "hub.py",
        "README.md",
        "notebooks/Untitled.ipynb",
        "broken.ipynb",
        ".git/COMMIT_EDITMSG",
        "no/such.py",
    ]
    return [(root / path).as_uri() for path in paths]


def plausible(root: Path, chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Right parameters of everything that the server offers; what an edit or a push would need is not there."""
    uri = chance.choice(documents(root))
    place = {"line": chance.randrange(4), "character": chance.randrange(4)}
    at = {"textDocument": {"uri": uri}, "position": place}
    ranged = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}}
    yield "textDocument/hover", at
    yield "textDocument/completion", at
    yield "textDocument/codeAction", {**ranged, "context": {"diagnostics": []}}
    yield "textDocument/codeLens", {"textDocument": {"uri": uri}}
    yield "workspace/willRenameFiles", {"files": [{"oldUri": uri, "newUri": uri + "2"}]}
    commands = offered({})["executeCommandProvider"]["commands"]
    for command in commands:
        argument = {
            "root": root.as_uri(), "uri": uri, "message": "x", "name": "x", "url": "x", "code": "secret",
            "fingerprint": "0" * 12, "pattern": "x", "newName": "x.ipynb", "description": "x", "answers": {},
            "paths": ["x"], "phase": 1, "describe": True,
        }  # fmt: skip
        chosen = {key: value for key, value in argument.items() if chance.random() < 0.6}
        yield "workspace/executeCommand", {"command": command, "arguments": [chosen]}


def bent(params: Any, chance: random.Random) -> Any:
    """The same with one thing in it replaced or taken out."""
    params = copy.deepcopy(params)
    inside = params
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        if not keys:
            return params
        key = chance.choice(keys)
        if isinstance(inside[key], (dict, list)) and inside[key] and chance.random() < 0.8:
            inside = inside[key]
            continue
        if chance.random() < 0.2:
            del inside[key]
        else:
            inside[key] = chance.choice(ODD)
        return params


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make(tmp_path_factory.mktemp("nonsense") / "r")
    files = {"hub.py": "x = 1\n", "README.md": "# x\n", "notebooks/Untitled.ipynb": "{}", "broken.ipynb": "{"}
    return stage(root, dict(files))


@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
@pytest.mark.parametrize("seed", range(6))
def test_nonsense_gets_one_reply_and_no_error_of_ours(root: Path, seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    home = {**at_home(tmp_path), "GIT_CONFIG_GLOBAL": "/dev/null", "TMPDIR": str(tmp_path)}
    client = Client(READY, env=home, cwd=str(tmp_path))
    client.initialize({}, workspaceFolders=[{"uri": root.as_uri(), "name": "r"}])
    for uri in documents(root):
        text = {
            "uri": uri,
            "languageId": "x",
            "version": 1,
            "text": "{" if "ipynb" in uri else "# a\n\nx = 1\n",
        }
        client.notify("textDocument/didOpen", {"textDocument": text})
    sent: dict[object, object] = {}
    for number, (method, params) in enumerate(
        (method, bent(params, chance)) for _ in range(4) for method, params in plausible(root, chance)
    ):
        sent[number] = (method, params)
        client.send(request(number, method, params))
    waiting = set(sent)
    for message in client.messages():
        if "method" in message:
            continue
        waiting.remove(message["id"])
        error = message.get("error", {})
        assert error.get("code") != INTERNAL, (sent[message["id"]], error)
        assert "Traceback" not in str(message)
        if not waiting:
            break
    assert client.shut_down() == 0
    assert b"Please report" not in client.log, client.log.decode()
