"""``ccds.moveSecretToEnv`` on random files, killed at random moments: no byte is lost, and tried again it is done."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repositories import git, make, write
from secret_samples import SAMPLES
from wire.client import READY, SECONDS, Client, ResponseError
from wire.test_fixes import applied, open_text

pytestmark = pytest.mark.long

VALUE = SAMPLES["password"]()
SPECIAL = f"{VALUE[:6]}#'\\{VALUE[6:]}"
CODE = {
    "a variable": "DB_PASSWORD = {!r}\n",
    "behind code": "import os\nfrom dotenv import load_dotenv\n\nload_dotenv()\nDB_PASSWORD = {!r}  # mine\nprint(1)",
    "twice": "def f():\n    db_password = {0!r}\n    return dict(db_password={0!r})\n",
    "set": 'import os\n\nos.environ["DB_PASSWORD"] = {!r}\nrun()\n',
    "in a block": 'import os\n\nif True:\n    os.environ["DB_PASSWORD"] = {!r}\n',
    "in scripts": '"""Dök."""\n\nfrom __future__ import annotations\n\né = "😀"; db_password = {!r}\n',
}
SECRETS = [VALUE, SPECIAL]
ENV: dict[str, bytes | None] = {
    "absent": None,
    "empty": b"",
    "one": b"A=1\n",
    "no newline": b"A=1 # one",
    "Windows": b"A=1\r\nB='2'\r\n",
    "export": b'export A=1\n  export B = "2" # two\n',
    "another value": b"DB_PASSWORD=other\n",
    "exported": b"export DB_PASSWORD='other'",
    "several lines": b'KEY="-----BEGIN\nDB_PASSWORD=no\n-----END"\n',
    "comments": "# DB_PASSWORD=old\n\n# é".encode(),
    "not closed": b"A='1\nB=2\n",
    "UTF-16": "A=1\n".encode("utf-16"),
}
IGNORE = {
    "absent": None,
    "others": b"*.csv\n",
    "no newline": b"*.csv",
    "Windows": b"*.csv\r\n.env\r\n",
    "taken back": b".env\n!.env\n",
    "in a folder": b"/sub\n",
}


LINKS = ("", "", "", "", "", "", "outside", "outside", "inside", "inside", "tracked", "to nowhere")
SEEN = ("closed", "text", "unsaved text", "cells", "unsaved cells")


def notebook(code: str) -> str:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# é\n"]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}],
            "source": code.splitlines(keepends=True),
        },
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


class Editor:
    """A server, and what an editor shows of one file: nothing, its text, or the cells of a notebook."""

    def __init__(self, path: Path, shows: str | None, as_cells: bool) -> None:
        self.path, self.shows, self.as_cells = path, shows, as_cells
        self.client = Client(READY)
        edit = {"documentChanges": True}
        capabilities = {"workspace": {"applyEdit": True, "workspaceEdit": edit}, "notebookDocument": {}}
        self.client.initialize({**capabilities, "general": {"positionEncodings": ["utf-32"]}})
        self.client.answers["workspace/applyEdit"] = {"applied": True}
        self.document = path.as_uri().replace("file:", "cell:") + "#c1" if as_cells else path.as_uri()
        if as_cells:
            self._open_cells(shows or "")
        else:
            open_text(self.client, path, path.read_bytes().decode() if shows is None else shows)
        self.fingerprint = self._shown()
        if shows is None:
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def _open_cells(self, code: str) -> None:
        document = {"uri": self.path.as_uri(), "notebookType": "jupyter-notebook", "version": 1}
        cell = {"uri": self.document, "languageId": "python", "version": 1, "text": code}
        params = {
            "notebookDocument": {**document, "cells": [{"kind": 2, "document": self.document}]},
            "cellTextDocuments": [cell],
        }
        self.client.notify("notebookDocument/didOpen", params)

    def _shown(self) -> str:
        while True:
            told = self.client.wait_for("textDocument/publishDiagnostics", uri=self.document)["params"]
            for diagnostic in told["diagnostics"]:
                if diagnostic["code"] == "secret":
                    return str(diagnostic["data"]["fingerprint"])

    def move(self, killed_after: float | None) -> dict[str, Any] | None:
        """The command's result; None when the server was killed first. Raises ResponseError."""
        argument = {"uri": self.path.as_uri(), "fingerprint": self.fingerprint}
        command = {"command": "ccds.moveSecretToEnv", "arguments": [argument]}
        self.client.send({"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": command})
        if killed_after is not None:
            with suppress(subprocess.TimeoutExpired):
                self.client.process.wait(killed_after)
            self.client.process.kill()
            self.client.process.wait(SECONDS)
        for message in self.client.messages():
            if message.get("method") == "workspace/applyEdit":
                (change,) = message["params"]["edit"]["documentChanges"]
                assert self.shows is not None
                assert change["textDocument"] == {"uri": self.document, "version": 1}
                self.shows = applied(self.shows, change["edits"])
            if message.get("id") == 7 and "error" in message:
                raise ResponseError(message["error"])
            if message.get("id") == 7:
                result: dict[str, Any] = message["result"]
                return result
        return None


def laid_out(top: Path, env: bytes | None, ignore: bytes | None, link: str) -> None:
    """.env and .gitignore; as a link, .env leads to a file elsewhere."""
    target = {
        "": top / ".env",
        "outside": top.parent / "all.env",
        "inside": top / "settings.txt",
        "tracked": top / "README.md",
        "to nowhere": top / "no" / "folder",
    }[link]
    if link:
        (top / ".env").symlink_to(target)
    if env is not None and link not in ("tracked", "to nowhere"):
        target.write_bytes(env)
    if ignore is not None:
        write(top, {".gitignore": ignore})


def seen_files(top: Path) -> dict[str, bytes]:
    """What is in the repository and beside it, but for git's own files."""
    files = (path for path in top.parent.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(top.parent).as_posix(): path.read_bytes() for path in files}


def as_read(data: bytes) -> dict[str, str | None]:
    return dict(dotenv_values(stream=io.TextIOWrapper(io.BytesIO(data), "utf-8"), interpolate=False))


def code_in(path: Path, shown: str | None, as_cells: bool) -> str:
    """The code of the module or of the notebook's cell, as the editor shows it, else as it is on disk."""
    text = path.read_bytes().decode() if shown is None else shown
    return (
        "".join(json.loads(text)["cells"][1]["source"]) if path.suffix == ".ipynb" and not as_cells else text
    )


def check_that_it_is_moved(top: Path, before: dict[str, bytes], code: str, value: str) -> None:
    env = (top / ".env").read_bytes()
    added = as_read(env)
    for name, old in as_read(before.get("r/.env", b"")).items():
        assert added.pop(name) == old
    assert list(added.values()) == [value]
    assert env.count(b"DB_PASSWORD") == before.get("r/.env", b"").count(b"DB_PASSWORD") + 1
    assert git(top, "check-ignore", ".env") == ".env"
    for path in {(top / ".env").resolve()} - {top / ".env"}:
        assert not path.is_relative_to(top) or git(top, "check-ignore", path.name) == path.name
    assert value not in code and repr(value) not in code
    ast.parse(code)
    read = set(re.findall(r"os\.environ\[[\"'](\w+)[\"']\]", code))
    assert read <= set(added) and code.count("load_dotenv()") == 1


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(["a.py", "n.ipynb"]),
    code=st.sampled_from(sorted(CODE)),
    value=st.sampled_from(SECRETS),
    windows=st.booleans(),
    env=st.sampled_from(sorted(ENV)),
    link=st.sampled_from(LINKS),
    ignore=st.sampled_from(sorted(IGNORE)),
    seen=st.sampled_from(SEEN),
    after=st.none() | st.floats(0, 0.1),
)
def test_nothing_is_lost_and_in_the_end_it_is_moved(
    name: str,
    code: str,
    value: str,
    windows: bool,
    env: str,
    link: str,
    ignore: str,
    seen: str,
    after: float | None,
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ccds-ls-moved-")).resolve()
    try:
        top, source = make(folder / "r"), CODE[code].format(value)
        source = source.replace("\n", "\r\n") if windows else source
        as_cells = seen.endswith("cells") and name == "n.ipynb"
        text = source if name == "a.py" else notebook(source)
        write(top, {name: text})
        git(top, "add", name)
        laid_out(top, ENV[env], IGNORE[ignore], link)
        shows = None if seen == "closed" else source if as_cells else text
        if seen.startswith("unsaved"):
            write(top, {name: "# not saved yet\n" if name == "a.py" else notebook("1")})
        check(top / name, shows, as_cells, after, value)
    finally:
        shutil.rmtree(folder)


def check(path: Path, shows: str | None, as_cells: bool, after: float | None, value: str) -> None:
    top = path.parent
    before, index = seen_files(top), git(top, "ls-files", "-s")
    for moment in [after, None] if after is not None else [None]:
        editor = Editor(path, shows, as_cells)
        refused = None
        try:
            editor.move(moment)
        except ResponseError as error:
            refused = str(error)
        finally:
            editor.client.kill()
        shows = editor.shows
        now = seen_files(top)
        assert git(top, "ls-files", "-s") == index and git(top, "fsck", "--strict") == ""
        for name, data in before.items():
            assert now[name].startswith(data) or (name.endswith(path.name) and shows is None), name
        if refused is not None:
            assert refused.startswith("Nothing was changed: ") and now == before, refused
            assert value not in refused
            return
        code = code_in(path, shows, as_cells)
        if moment is None or repr(value) not in code:
            check_that_it_is_moved(top, before, code, value)
            return
        assert shows is not None or now[f"r/{path.name}"] == before[f"r/{path.name}"]
