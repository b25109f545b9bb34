"""What a client with a status bar is told, and that others are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from repositories import git, make, stage
from secret_samples import drawn
from wire.client import READY, Client

WITH_STATUS = {"experimental": {"ccdsStatus": True}}
NONE = {"error": 0, "warning": 0, "information": 0, "hint": 0}


def told(client: Client, state: str, **coming: int) -> dict[str, Any]:
    """Wait for this state with these counts."""
    for message in client.messages():
        params: dict[str, Any] = message.get("params", {})
        if message.get("method") == "ccds/status" and (params["state"], params["coming"]) == (
            state,
            {**NONE, **coming},
        ):
            return params
    raise AssertionError("the server ended")


def test_the_coming_commit_is_counted(start: Callable[..., Client], tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {"README.md": "# Start\n"})
    client = start(READY)
    client.initialize(WITH_STATUS, workspaceFolders=[{"uri": repo.as_uri(), "name": "repo"}])
    told(client, "starting")
    assert told(client, "ready")["message"] == "Nothing was found in what is staged."
    token = "h" + "f_" + drawn("abcdefghij", 34)
    stage(repo, {"hub.py": f'login("{token}")\n', "rows.csv": "year,width\n" * 300})
    params = told(client, "ready", error=1, warning=1)
    assert params["message"] == "In the coming commit: 1 error, 1 warning."
    git(repo, "rm", "-q", "--cached", "hub.py", "rows.csv")
    told(client, "ready")
    index = (repo / ".git" / "index").read_bytes()
    (repo / ".git" / "index").write_bytes(b"no index")
    assert told(client, "blind")["message"]
    (repo / ".git" / "index").write_bytes(index)
    told(client, "ready")
    assert client.shut_down() == 0


def test_a_client_that_does_not_ask_is_not_told(start: Callable[..., Client], tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {"README.md": "# Start\n"})
    client = start(READY)
    client.initialize({"experimental": {"ccdsStatus": "yes"}}, rootUri=repo.as_uri())
    stage(repo, {"rows.csv": "year,width\n" * 300})
    for message in client.messages():
        assert message.get("method") != "ccds/status"
        if message.get("method") == "textDocument/publishDiagnostics":
            break
    assert client.shut_down() == 0
