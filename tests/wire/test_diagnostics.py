"""What the server publishes, and when: over the wire, on real repositories, one server for all."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from repositories import commit_all, git, make, write
from wire.client import SERVER, Client

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["rename", "create"]}},
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
    },
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    client = Client(SERVER)
    client.initialize(CAPABILITIES)
    yield client
    assert client.shut_down() == 0


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make(tmp_path / "repo", {"README.md": "# Start\n", ".gitignore": ".env\n/data/\n"})
    git(repo, "config", "user.name", "Jane Q. Public")
    return repo


def token() -> str:
    """A Hugging Face token that nobody was ever given."""
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


def notebook(*sources: str) -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)


def open_text(client: Client, path: Path, text: str, language: str = "python") -> None:
    document = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})


def change(client: Client, path: Path, version: int, text: str) -> None:
    document = {"uri": path.as_uri(), "version": version}
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})


def close(client: Client, path: Path) -> None:
    client.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})


def shown(client: Client, path: Path | str, *codes: str) -> list[dict[str, Any]]:
    """Wait until a file (or a URI) has diagnostics of just these codes."""
    uri = path if isinstance(path, str) else path.as_uri()
    for message in client.messages():
        if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
            diagnostics: list[dict[str, Any]] = message["params"]["diagnostics"]
            if sorted(d["code"] for d in diagnostics) == sorted(codes):
                return diagnostics
    raise AssertionError("the server ended")


def actions(client: Client, uri: str, diagnostic: dict[str, Any]) -> dict[str, dict[str, Any]]:
    params = {
        "textDocument": {"uri": uri},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    }
    return {action["title"]: action for action in client.request("textDocument/codeAction", params)}


def test_a_secret_is_shown_while_it_is_typed_and_cleared_when_it_is_gone(client: Client, repo: Path) -> None:
    path, value = repo / "train.py", token()
    open_text(client, path, "x = 1\n")
    assert shown(client, path) == []
    change(client, path, 2, f'x = 1\nlogin("{value}")  # 🤗\n')
    (diagnostic,) = shown(client, path, "secret")
    assert diagnostic["range"] == {"start": {"line": 1, "character": 7}, "end": {"line": 1, "character": 44}}
    assert (diagnostic["source"], diagnostic["severity"]) == ("ccds", 2)
    assert diagnostic["data"]["state"] == "would-be-added"
    assert diagnostic["codeDescription"]["href"].endswith("/secret.md")
    assert value not in json.dumps(diagnostic)
    change(client, path, 3, "x = 1\n")
    assert shown(client, path) == []


def test_positions_are_in_utf16_units_beyond_the_basic_plane(client: Client, repo: Path) -> None:
    path, value = repo / "a.py", token()
    open_text(client, path, f'"🤗🤗é"; login("{value}")\n')
    (diagnostic,) = shown(client, path, "secret")
    assert diagnostic["range"]["start"]["character"] == 2 + 4 + 1 + 9


def test_git_add_in_a_terminal_is_noticed(client: Client, repo: Path) -> None:
    open_text(client, repo / "README.md", "# Start\n", "markdown")
    write(repo, {"hub.py": f'login("{token()}")\n', "customers.csv": "id,age\n1,44\n" * 50})
    git(repo, "add", ".")
    secret: dict[str, Any] = {"data": {"state": "would-be-added"}}
    while secret["data"]["state"] == "would-be-added":  # it may be seen before git has it
        (secret,) = shown(client, repo / "hub.py", "secret")
    assert (secret["severity"], secret["data"]["state"]) == (1, "staged")
    git(repo, "rm", "-q", "--cached", "hub.py")
    (repo / "hub.py").unlink()
    assert shown(client, repo / "hub.py") == []


def test_git_add_in_a_worktree_is_noticed(client: Client, repo: Path) -> None:
    commit_all(repo)
    git(repo, "worktree", "add", "-q", "../other")
    other = repo.parent / "other"
    open_text(client, other / "README.md", "# Start\n", "markdown")
    shown(client, other / "README.md")
    write(other, {"hub.py": f'login("{token()}")\n'})
    git(other, "add", "hub.py")
    assert shown(client, other / "hub.py", "secret")[0]["severity"] == 1


def test_what_is_staged_counts_and_not_the_work_tree(client: Client, repo: Path) -> None:
    path = repo / "hub.py"
    write(repo, {"hub.py": f'login("{token()}")\n'})
    git(repo, "add", "hub.py")
    write(repo, {"hub.py": "login()\n"})
    open_text(client, path, "login()\n")
    (diagnostic,) = shown(client, path, "secret")
    assert (diagnostic["severity"], "staged version" in diagnostic["message"]) == (1, True)


def test_ignored_files_are_left_alone(client: Client, repo: Path) -> None:
    write(repo, {".env": "A=1\n"})
    open_text(client, repo / ".env", f"HF_TOKEN={token()}\n", "dotenv")
    open_text(client, repo / "train.py", f'login("{token()}")\n')
    shown(client, repo / "train.py", "secret")
    assert shown_so_far(client, repo / ".env") == set()


def shown_so_far(client: Client, path: Path) -> set[str]:
    """The codes that a file has after the server has answered one more request."""
    params = {"textDocument": {"uri": path.as_uri()}, "range": WHOLE, "context": {"diagnostics": []}}
    return {fix["diagnostics"][0]["code"] for fix in client.request("textDocument/codeAction", params)}


WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}}


def test_a_notebook_is_renamed_by_an_edit(client: Client, repo: Path) -> None:
    path = repo / "notebooks" / "Untitled.ipynb"
    write(repo, {"notebooks/Untitled.ipynb": notebook("x = 1")})
    open_text(client, path, path.read_text(), "json")
    (diagnostic,) = shown(client, path, "notebook-name")
    fixes = actions(client, path.as_uri(), diagnostic)
    (rename,) = [fix for title, fix in fixes.items() if title.startswith("Rename to ")]
    (operation,) = rename["edit"]["documentChanges"]
    assert operation["kind"] == "rename" and operation["oldUri"] == path.as_uri()
    assert "options" not in operation, "Neovim 0.7 skips a rename with options"


def test_a_notebook_document_has_its_findings_on_cells(client: Client, repo: Path) -> None:
    path, value = repo / "notebooks" / "Untitled.ipynb", token()
    write(repo, {"notebooks/Untitled.ipynb": notebook("import os", f'print("{value}")')})
    cells: list[dict[str, Any]] = [
        {"kind": 2, "document": f"vscode-notebook-cell:{path}#W{n}"} for n in range(2)
    ]
    texts = [
        {"uri": cell["document"], "languageId": "python", "version": 1, "text": text}
        for cell, text in zip(cells, ("import os", f'print("{value}")'), strict=True)
    ]
    document = {"uri": path.as_uri(), "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
    client.notify("notebookDocument/didOpen", {"notebookDocument": document, "cellTextDocuments": texts})
    (name,) = shown(client, str(cells[0]["document"]), "notebook-name")
    (secret,) = shown(client, str(cells[1]["document"]), "secret")
    assert secret["range"]["start"] == {"line": 0, "character": 7}
    fixes = actions(client, str(cells[0]["document"]), name)
    assert any(
        fix.get("edit", {}).get("documentChanges", [{}])[0].get("kind") == "rename" for fix in fixes.values()
    )
    changed = {"uri": cells[1]["document"], "version": 2}
    edit = {"cells": {"textContent": [{"document": changed, "changes": [{"text": "print()"}]}]}}
    client.notify(
        "notebookDocument/didChange",
        {"notebookDocument": {"uri": path.as_uri(), "version": 2}, "change": edit},
    )
    assert shown(client, str(cells[1]["document"])) == []
    client.notify(
        "notebookDocument/didClose",
        {
            "notebookDocument": {"uri": path.as_uri()},
            "cellTextDocuments": [{"uri": c["document"]} for c in cells],
        },
    )
    assert shown(client, str(cells[0]["document"])) == [], "no squiggle is left on a cell that is gone"


def test_the_json_of_a_notebook_has_its_findings_on_its_lines(client: Client, repo: Path) -> None:
    path, value = repo / "notebooks" / "1.0-jqp-start.ipynb", token()
    text = notebook("import os", f'print("{value}")')
    write(repo, {"notebooks/1.0-jqp-start.ipynb": text})
    open_text(client, path, text, "json")
    (diagnostic,) = shown(client, path, "secret")
    line = next(number for number, line in enumerate(text.splitlines()) if value in line)
    assert diagnostic["range"]["start"] == {"line": line, "character": text.splitlines()[line].index(value)}


def test_joined_cells_under_the_notebooks_own_uri(client: Client, repo: Path) -> None:
    path = repo / "notebooks" / "Untitled1.ipynb"
    write(repo, {"notebooks/Untitled1.ipynb": notebook("import os")})
    open_text(client, path, f'import os\n\n\nprint("{token()}")\n', "python")
    diagnostics = {d["code"]: d for d in shown(client, path, "notebook-name", "secret")}
    assert diagnostics["secret"]["range"]["start"]["line"] == 3


def test_a_closed_file_keeps_what_is_true_of_it(client: Client, repo: Path) -> None:
    path = repo / "hub.py"
    write(repo, {"hub.py": "login()\n"})
    commit_all(repo)
    open_text(client, path, f'login("{token()}")\n')
    shown(client, path, "secret")
    close(client, path)
    assert shown(client, path) == [], "the unsaved text is gone"
    write(repo, {"hub.py": f'login("{token()}")\n'})
    git(repo, "add", "hub.py")
    shown(client, path, "secret")
    open_text(client, path, path.read_text())
    close(client, path)
    assert shown(client, path, "secret")[0]["data"]["state"] == "staged"


def test_a_comment_accepts_a_finding(client: Client, repo: Path) -> None:
    path, value = repo / "a.py", token()
    open_text(client, path, f'login("{value}")\n')
    (diagnostic,) = shown(client, path, "secret")
    fixes = actions(client, path.as_uri(), diagnostic)
    edit = fixes["Ignore this secret finding on this line"]["edit"]["documentChanges"][0]["edits"][0]
    change(client, path, 2, f'login("{value}"){edit["newText"]}\n')
    assert shown(client, path) == []


def test_outside_git_an_open_file_is_checked(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "alone.py"
    open_text(client, path, f'login("{token()}")\n')
    assert shown(client, path, "secret")[0]["severity"] == 2


def test_what_cannot_be_checked_says_so_and_recovers(client: Client, repo: Path) -> None:
    path = repo / "a.py"
    write(repo, {"a.py": "x = 1\n"})
    git(repo, "add", "a.py")
    index = (repo / ".git" / "index").read_bytes()
    (repo / ".git" / "index").write_bytes(b"not an index")
    open_text(client, path, "x = 1\n")
    (diagnostic,) = shown(client, path, "unchecked")
    assert "index" in diagnostic["message"]
    (repo / ".git" / "index").write_bytes(index)
    assert shown(client, path) == []


def test_documents_that_are_no_files_are_left_alone(client: Client, repo: Path) -> None:
    document = {
        "uri": "untitled:Untitled-1",
        "languageId": "python",
        "version": 1,
        "text": f'login("{token()}")',
    }
    client.notify("textDocument/didOpen", {"textDocument": document})
    open_text(client, repo / "a.py", "x = 1\n")
    assert shown(client, repo / "a.py") == []


def test_what_is_gits_own_is_left_alone(client: Client, repo: Path) -> None:
    inside, text = repo / ".git" / "hook.py", f'login("{token()}")\n'
    write(repo, {".git/hook.py": text})
    for version, path in enumerate((inside, repo / "a.py", inside, repo / "b.py")):
        open_text(client, path, text) if version != 2 else change(client, path, version, f"{text}# more\n")
    waiting = {(repo / name).as_uri() for name in ("a.py", "b.py")}
    for message in client.messages():
        told = message.get("params", {})
        if message.get("method") == "textDocument/publishDiagnostics" and told["diagnostics"]:
            assert told["uri"] != inside.as_uri()
            waiting.discard(told["uri"])
        if not waiting:
            return


def test_findings_stay_while_the_json_of_a_notebook_is_broken(client: Client, repo: Path) -> None:
    path = repo / "notebooks" / "1.0-jqp-start.ipynb"
    text = notebook("print(one)", "x = 1\nprint(two)")
    open_text(client, path, text, "json")
    shown(client, path, "undefined-name", "undefined-name")
    broken = text.replace('"x = 1', '"\n\nx = 1')
    change(client, path, 2, broken)
    found = shown(client, path, "notebook-unreadable", "undefined-name", "undefined-name")
    lines = broken.splitlines()
    for diagnostic in found:
        start = diagnostic["range"]["start"]
        if diagnostic["code"] == "undefined-name":
            assert lines[start["line"]][start["character"] :].startswith(("one", "two"))
    change(client, path, 3, text.replace("print(one)", "print(1)"))
    shown(client, path, "undefined-name")


def test_outputs_of_a_notebook_shown_as_cells_are_those_on_disk(client: Client, repo: Path) -> None:
    path = repo / "notebooks" / "1.0-jqp-start.ipynb"
    saved = json.loads(notebook("1 / 0", "x = 1"))
    error = {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "", "traceback": []}
    saved["cells"][0] |= {"execution_count": 2, "outputs": [error]}
    saved["cells"][1]["execution_count"] = 1
    write(repo, {"notebooks/1.0-jqp-start.ipynb": json.dumps(saved)})
    uris = [f"vscode-notebook-cell:{path}#S{n}" for n in range(2)]
    document = {"uri": path.as_uri(), "notebookType": "jupyter-notebook", "version": 1}
    document |= {"cells": [{"kind": 2, "document": uri} for uri in uris]}
    sources = zip(uris, ("1 / 0", "x = 1"), strict=True)
    texts = [{"uri": uri, "languageId": "python", "version": 1, "text": text} for uri, text in sources]
    client.notify("notebookDocument/didOpen", {"notebookDocument": document, "cellTextDocuments": texts})
    (error_in,) = shown(client, uris[0], "saved-error")
    (order,) = shown(client, uris[1], "execution-order")
    for uri, diagnostic, title in (
        (uris[1], order, "Renumber the execution counts (runs nothing)"),
        (uris[0], error_in, "Clear the output of this cell"),
    ):
        made = actions(client, uri, diagnostic)[title]["command"]
        client.command(made["command"], *made["arguments"])
    now = [(cell["execution_count"], cell["outputs"]) for cell in json.loads(path.read_text())["cells"]]
    assert now == [(None, []), (2, [])], "the saved file was changed, which the editor reads anew"
    saved["cells"][0] |= {"execution_count": 1, "outputs": []}
    saved["cells"][1] |= {"execution_count": 2, "outputs": [error]}
    write(repo, {"notebooks/1.0-jqp-start.ipynb": json.dumps(saved)})
    client.notify("notebookDocument/didSave", {"notebookDocument": {"uri": path.as_uri()}})
    shown(client, uris[1], "saved-error")
