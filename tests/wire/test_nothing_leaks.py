"""No value of a secret leaves the repository: not into a message, a log, a report, a cache or a temporary file."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest

from ccds_ls.secrets import default_cache_dir
from repositories import make, stage, write
from wire.client import SERVER, Client, ResponseError


def planted() -> dict[str, str]:
    """Values that nobody was ever given, by the file that they are put into."""
    letters, hexadecimal = string.ascii_letters, "0123456789abcdef"
    return {
        "hub.py": "hf_" + "".join(random.choices(letters, k=34)),
        "settings.toml": "".join(random.choices(letters + string.digits, k=24)),
        "a.ipynb": "ghp_" + "".join(random.choices(letters + string.digits, k=36)),
        ".env": "".join(random.choices(hexadecimal, k=40)),
    }


def content(name: str, value: str) -> str:
    if name.endswith(".ipynb"):
        cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": [f'token = "{value}"']}
        output = {"output_type": "stream", "name": "stdout", "text": [f"using {value}\n"]}
        return json.dumps(
            {"cells": [{**cell, "outputs": [output]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        )
    return {"hub.py": f'login("{value}")\n', "settings.toml": f'password = "{value}"\n'}.get(
        name, f"WANDB_API_KEY={value}\n"
    )


@pytest.mark.long
def test_a_whole_session_at_the_highest_verbosity(tmp_path: Path) -> None:
    values = planted()
    repo = make(tmp_path / "repo")
    stage(repo, {name: content(name, value) for name, value in values.items()})
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    client = Client(SERVER, env={"CCDS_LS_LOG": "debug", "TMPDIR": str(temporary)})
    heard: list[str] = []
    client.initialize(
        {"window": {"workDoneProgress": True}}, workspaceFolders=[{"uri": repo.as_uri(), "name": "r"}]
    )
    for name in values:
        document = {
            "uri": (repo / name).as_uri(),
            "languageId": "python",
            "version": 1,
            "text": (repo / name).read_text(),
        }
        client.notify("textDocument/didOpen", {"textDocument": document})
    wanted = {(repo / name).as_uri() for name in values}
    for message in client.messages():
        heard.append(json.dumps(message))
        params = message.get("params") or {}
        if "secret" in [diagnostic["code"] for diagnostic in params.get("diagnostics", [])]:
            wanted.discard(params["uri"])
        if not wanted:
            break
    # A broken rename and a refused commit are told in words of ours, too.
    for name, more in (("ccds.checkCommit", {}), ("ccds.git.commit", {"message": "feat: all"})):
        try:
            heard.append(json.dumps(client.command(name, {"root": repo.as_uri(), **more})))
        except ResponseError as error:
            heard.append(json.dumps(error.error))
    client.notify("textDocument/didChange", {"textDocument": {"uri": 3}, "contentChanges": values["hub.py"]})
    assert client.shut_down() == 0
    heard.append(client.log.decode())
    for style in ("text", "json", "sarif", "github"):
        command = [sys.executable, "-m", "ccds_ls", "check", "--format", style]
        done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        heard.append(done.stdout + done.stderr)
    kept = [
        path for folder in (temporary, default_cache_dir()) for path in folder.rglob("*") if path.is_file()
    ]
    for name, value in values.items():
        assert not any(value in text for text in heard), name
        assert not any(value.encode() in path.read_bytes() for path in kept), name
        half = value[: len(value) // 2]
        assert not any(half in text for text in heard), f"half of the value in {name} is enough to start with"


def test_an_ignored_env_file_is_not_even_opened(tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {".gitignore": ".env\n"})
    write(repo, {".env": "A=1\n"})
    os.chmod(repo / ".env", 0)  # noqa: PTH101 - the mode is what is tested
    done = subprocess.run(
        [sys.executable, "-m", "ccds_ls", "check"], cwd=repo, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
