"""Renames of notebooks over the wire: what follows from them, in editors of many and of few abilities."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from repositories import git, make, write
from wire.client import READY, Client, ResponseError, request

pytestmark = pytest.mark.long

LITERALS = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
EDIT: dict[str, Any] = {"documentChanges": True, "resourceOperations": ["rename", "create"]}
ABLE = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {**EDIT, "changeAnnotationSupport": {}},
        "fileOperations": {"willRename": True},
    },
    "textDocument": {"codeAction": LITERALS},
}
PLAIN = {
    "workspace": {"applyEdit": True, "workspaceEdit": EDIT},
    "textDocument": {
        "codeAction": {**LITERALS, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
    },
    "window": {"showMessage": {}},
}
LATE = {
    **PLAIN,
    "textDocument": {"codeAction": {**LITERALS, "resolveSupport": {"properties": ["edit", "command"]}}},
}
_ids = itertools.count(10)


def started(capabilities: dict[str, Any]) -> Iterator[Client]:
    client = Client(READY)
    client.initialize(capabilities)
    yield client
    assert client.shut_down() == 0


@pytest.fixture(scope="module")
def able() -> Iterator[Client]:
    yield from started(ABLE)


@pytest.fixture(scope="module")
def plain() -> Iterator[Client]:
    yield from started(PLAIN)


@pytest.fixture(scope="module")
def late() -> Iterator[Client]:
    yield from started(LATE)


def notebook(source: str, heading: str = "# Who leaves") -> str:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {}, "source": heading},
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {
        "README.md": "See [it](notebooks/Untitled.ipynb).\n",
        "Makefile": "run:\n\tpapermill notebooks/Untitled.ipynb out.ipynb\n",
        "notebooks/Untitled.ipynb": notebook("x = 1"),
        "notebooks/3.0-jqp-next.ipynb": notebook("%run ./Untitled.ipynb\n"),
        "notebooks/Untitled.py": "# ---\n# jupyter:\n#   jupytext:\n#     formats: ipynb,py:percent\n# ---\nx = 1\n",
    }
    repo = make(tmp_path / "repo", files)
    git(repo, "config", "user.name", "Jane Q. Public")
    return repo


def texts(edit: dict[str, Any], folder: Path) -> dict[str, list[str]]:
    """The new texts of an edit by file."""
    return {
        change["textDocument"]["uri"].removeprefix(folder.as_uri() + "/"): [
            e["newText"] for e in change["edits"]
        ]
        for change in edit["documentChanges"]
        if "kind" not in change
    }


def renames(edit: dict[str, Any]) -> list[tuple[str, str]]:
    moved = [change for change in edit["documentChanges"] if change.get("kind") == "rename"]
    return [(m["oldUri"].rpartition("/")[2], m["newUri"].rpartition("/")[2]) for m in moved]


def command(
    client: Client, name: str, argument: dict[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A command's result, and what the server asked the editor meanwhile."""
    msg_id = next(_ids)
    client.send(request(msg_id, "workspace/executeCommand", {"command": name, "arguments": [argument]}))
    asked = []
    for message in client.messages():
        if "method" in message and "id" in message:
            asked.append(message)
        elif message.get("id") == msg_id and "method" not in message:
            return message["result"], asked
    raise AssertionError("the server ended")


FOLLOWS = {
    "README.md": ["2.0-jqp-end.ipynb"],
    "Makefile": ["2.0-jqp-end.ipynb"],
    "notebooks/3.0-jqp-next.ipynb": ["2.0-jqp-end.ipynb"],
}


def test_what_names_a_notebook_follows_a_rename_in_the_editor(able: Client, repo: Path) -> None:
    new = repo / "notebooks" / "2.0-jqp-end.ipynb"
    files = [{"oldUri": (repo / "notebooks" / "Untitled.ipynb").as_uri(), "newUri": new.as_uri()}]
    edit = able.request("workspace/willRenameFiles", {"files": files})
    assert texts(edit, repo) == FOLLOWS
    assert renames(edit) == [("Untitled.py", "2.0-jqp-end.py")], "the editor renames the notebook itself"
    (place,) = [e["range"]["start"] for c in edit["documentChanges"] if "edits" in c for e in c["edits"]][:1]
    assert place["line"] in (0, 1)


def test_what_names_a_notebook_follows_its_folder(able: Client, repo: Path) -> None:
    files = [{"oldUri": (repo / "notebooks").as_uri(), "newUri": (repo / "analysis").as_uri()}]
    edit = able.request("workspace/willRenameFiles", {"files": files})
    assert texts(edit, repo) == {
        "README.md": ["analysis/Untitled.ipynb"],
        "Makefile": ["analysis/Untitled.ipynb"],
    }
    assert renames(edit) == [], "the editor renames the folder with all that is in it"
    files = [{"oldUri": (repo / "data").as_uri(), "newUri": (repo / "tables").as_uri()}]
    assert able.request("workspace/willRenameFiles", {"files": files}) is None


def test_a_text_that_is_not_saved_is_what_is_edited(able: Client, repo: Path) -> None:
    uri = (repo / "README.md").as_uri()
    document = {"uri": uri, "languageId": "markdown", "version": 7, "text": "\n\nnotebooks/Untitled.ipynb"}
    able.notify("textDocument/didOpen", {"textDocument": document})
    old, new = ((repo / "notebooks" / name).as_uri() for name in ("Untitled.ipynb", "2.0-jqp-end.ipynb"))
    edit = able.request("workspace/willRenameFiles", {"files": [{"oldUri": old, "newUri": new}]})
    (change,) = [
        change for change in edit["documentChanges"] if change.get("textDocument", {}).get("uri") == uri
    ]
    assert change["edits"][0]["range"]["start"] == {"line": 2, "character": 10}
    assert change["textDocument"]["version"] == 7


def test_a_notebook_shown_as_cells_is_edited_in_its_cells(able: Client, repo: Path) -> None:
    path = repo / "notebooks" / "3.0-jqp-next.ipynb"
    cell = f"vscode-notebook-cell:{path.as_posix()}#W1"
    document = {"uri": path.as_uri(), "notebookType": "jupyter-notebook", "version": 1}
    document |= {"cells": [{"kind": 2, "document": cell}]}
    shown = [{"uri": cell, "languageId": "python", "version": 1, "text": "%run Untitled"}]
    able.notify("notebookDocument/didOpen", {"notebookDocument": document, "cellTextDocuments": shown})
    old, new = ((repo / "notebooks" / name).as_uri() for name in ("Untitled.ipynb", "2.0-jqp-end.ipynb"))
    edit = able.request("workspace/willRenameFiles", {"files": [{"oldUri": old, "newUri": new}]})
    found = {c["textDocument"]["uri"]: c["edits"] for c in edit["documentChanges"] if "edits" in c}
    assert [e["newText"] for e in found[cell]] == ["2.0-jqp-end"]
    assert path.as_uri() not in found, "the file behind the cells is left to the editor"


def rename_fix(client: Client, path: Path) -> dict[str, Any]:
    """The fix that renames a notebook, as it is offered in the open notebook."""
    document = {"uri": path.as_uri(), "languageId": "json", "version": 1, "text": path.read_text()}
    client.notify("textDocument/didOpen", {"textDocument": document})
    for message in client.messages():
        if message.get("params", {}).get("uri") == path.as_uri() and message["params"]["diagnostics"]:
            break
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    asked = {"textDocument": {"uri": path.as_uri()}, "range": where, "context": {"diagnostics": []}}
    actions = client.request("textDocument/codeAction", asked)
    (fix,) = [action for action in actions if action["title"].startswith("Rename to ")]
    assert isinstance(fix, dict)
    return fix


def test_a_fix_whose_edit_and_command_come_later_has_neither_before(late: Client, repo: Path) -> None:
    fix = rename_fix(late, repo / "notebooks" / "Untitled.ipynb")
    # lsp-mode and Eglot ask for the rest of a fix only when it has neither, and else do what there is.
    assert not {"edit", "command"} & set(fix)
    resolved = late.request("codeAction/resolve", fix)
    assert set(texts(resolved["edit"], repo)) == set(FOLLOWS)
    assert resolved["command"]["command"] == "ccds.followRename"


def test_a_fix_of_an_editor_that_does_not_tell_of_renames_brings_all_with_it(
    plain: Client, repo: Path
) -> None:
    fix = rename_fix(plain, repo / "notebooks" / "Untitled.ipynb")
    assert "edit" not in fix and "command" in fix, (
        "it says that it asks for an edit later, and for nothing else"
    )
    fix = plain.request("codeAction/resolve", fix)
    edit = fix["edit"]
    new = fix["title"].removeprefix("Rename to ")
    assert set(texts(edit, repo)) == set(FOLLOWS)
    assert renames(edit) == [("Untitled.ipynb", new), ("Untitled.py", new.replace(".ipynb", ".py"))]
    assert "kind" in edit["documentChanges"][-1], "texts are changed under their old names"
    # As an editor does it: first the edit, then the command.
    for old, target in renames(edit):
        (repo / "notebooks" / old).rename(repo / "notebooks" / target)
    done, _ = command(plain, fix["command"]["command"], {})
    assert (
        done["message"] == f"Renamed notebooks/Untitled.ipynb to notebooks/{new}; git has the rename staged."
    )
    staged = git(repo, "status", "--porcelain").splitlines()
    assert [line for line in staged if line.startswith("R  ")] == [
        f"R  notebooks/Untitled.ipynb -> notebooks/{new}",
        f"R  notebooks/Untitled.py -> notebooks/{new.replace('.ipynb', '.py')}",
    ]
    assert command(plain, fix["command"]["command"], {})[0]["message"] == ""


def test_the_command_renames_on_disk_and_changes_what_names_it(plain: Client, repo: Path) -> None:
    uri = (repo / "notebooks" / "Untitled.ipynb").as_uri()
    plain.answers["workspace/applyEdit"] = {"applied": True}
    done, asked = command(plain, "ccds.renameNotebook", {"uri": uri, "newName": "2.0-jqp-end.ipynb"})
    assert asked == [], "nothing that is open is concerned"
    assert (repo / "README.md").read_text() == "See [it](notebooks/2.0-jqp-end.ipynb).\n"
    assert "./2.0-jqp-end.ipynb" in (repo / "notebooks" / "3.0-jqp-next.ipynb").read_text()
    status = git(repo, "status", "--porcelain")
    assert "R  notebooks/Untitled.ipynb -> notebooks/2.0-jqp-end.ipynb" in status
    assert "R  notebooks/Untitled.py -> notebooks/2.0-jqp-end.py" in status
    assert done["undo"].startswith("rename notebooks/2.0-jqp-end")
    assert done["message"] == (
        "Renamed Untitled.ipynb to 2.0-jqp-end.ipynb and 1 file beside it, and changed 3 files for it."
    )


def test_no_notebook_gets_the_name_of_another_in_other_letters(plain: Client, repo: Path) -> None:
    argument = {"uri": (repo / "notebooks" / "Untitled.ipynb").as_uri(), "newName": "3.0-JQP-next.ipynb"}
    with pytest.raises(ResponseError, match=r"the same file as 3\.0-JQP-next\.ipynb on Windows"):
        plain.command("ccds.renameNotebook", argument)
    argument["newName"] = "UNTITLED.ipynb"
    assert plain.command("ccds.renameNotebook", argument)["message"].startswith(
        "Renamed Untitled.ipynb to UNT"
    )


def test_the_editor_renames_a_notebook_that_it_shows_and_is_not_believed(plain: Client, repo: Path) -> None:
    path = repo / "notebooks" / "Untitled.ipynb"
    document = {"uri": path.as_uri(), "languageId": "json", "version": 1, "text": path.read_text()}
    plain.notify("textDocument/didOpen", {"textDocument": document})
    plain.answers["workspace/applyEdit"] = {"applied": True}
    _, asked = command(plain, "ccds.renameNotebook", {"uri": path.as_uri(), "newName": "2.0-jqp-end.ipynb"})
    plain.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
    assert ("Untitled.ipynb", "2.0-jqp-end.ipynb") in renames(asked[0]["params"]["edit"])
    assert not path.exists() and path.with_name("2.0-jqp-end.ipynb").is_file(), "it did nothing"


class Renaming(dict[str, Any]):
    """Answers of an editor that renames as it is asked to."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def get(self, method: str, default: Any = None) -> Any:
        if method != "workspace/applyEdit":
            return super().get(method, default)
        (self.folder / "Untitled.ipynb").rename(self.folder / "2.0-jqp-end.ipynb")
        return {"applied": True}


def test_git_follows_what_the_editor_renames_for_a_command(plain: Client, repo: Path) -> None:
    path = repo / "notebooks" / "Untitled.ipynb"
    document = {"uri": path.as_uri(), "languageId": "json", "version": 1, "text": path.read_text()}
    plain.notify("textDocument/didOpen", {"textDocument": document})
    before, plain.answers = plain.answers, Renaming(path.parent)
    command(plain, "ccds.renameNotebook", {"uri": path.as_uri(), "newName": "2.0-jqp-end.ipynb"})
    plain.answers = before
    plain.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
    status = git(repo, "status", "--porcelain")
    assert "R  notebooks/Untitled.ipynb -> notebooks/2.0-jqp-end.ipynb" in status


def test_without_a_new_name_the_proposed_one_is_taken(plain: Client, repo: Path) -> None:
    uri = (repo / "notebooks" / "Untitled.ipynb").as_uri()
    done, _ = command(plain, "ccds.renameNotebook", {"uri": uri, "newName": ""})
    assert (
        done["message"].startswith("Renamed ") and (repo / "notebooks" / "0.0-jqp-who-leaves.ipynb").is_file()
    )


def test_all_are_renamed_after_a_preview(able: Client, repo: Path) -> None:
    write(repo, {"notebooks/02_clean data.ipynb": notebook("y = 1")})
    able.answers["workspace/applyEdit"] = {"applied": True}
    done, asked = command(able, "ccds.renameAllNotebooks", {"root": repo.as_uri()})
    (edit,) = [message["params"]["edit"] for message in asked]
    (annotation,) = edit["changeAnnotations"].items()
    assert annotation[1]["needsConfirmation"] is True
    assert all(change["annotationId"] == annotation[0] for change in edit["documentChanges"])
    assert ("Untitled.ipynb", "0.0-jqp-who-leaves.ipynb") in renames(edit)
    assert ("02_clean%20data.ipynb", "02-jqp-clean-data.ipynb") in renames(edit)
    assert {move["old"] for move in done["plan"]} >= {"notebooks/Untitled.ipynb"}
    assert (repo / "notebooks" / "Untitled.ipynb").exists(), "the editor does it, when the user agrees"


@pytest.mark.parametrize("answer", [None, {"title": "Cancel"}, {"title": "Rename"}], ids=str)
def test_without_a_preview_the_plan_is_asked_about(
    plain: Client, repo: Path, answer: dict[str, str] | None
) -> None:
    plain.answers["window/showMessageRequest"] = answer
    done, asked = command(plain, "ccds.renameAllNotebooks", {"root": repo.as_uri()})
    (question,) = [m["params"]["message"] for m in asked if m["method"] == "window/showMessageRequest"]
    assert "notebooks/Untitled.ipynb -> 0.0-jqp-who-leaves.ipynb" in question
    agreed = answer == {"title": "Rename"}
    assert (repo / "notebooks" / "Untitled.ipynb").exists() is not agreed
    assert ("0.0-jqp-who-leaves.ipynb" in (repo / "README.md").read_text()) is agreed
    assert done["references"] == ["Makefile", "README.md", "notebooks/3.0-jqp-next.ipynb"]


def test_a_phase_is_numbered_anew(plain: Client, repo: Path) -> None:
    write(repo, {"notebooks/3.1-jqp-a.ipynb": "{}", "notebooks/3.4-jqp-b.ipynb": "{}"})
    done, _ = command(plain, "ccds.renumberNotebooks", {"root": repo.as_uri(), "phase": 3, "apply": True})
    assert [move["new"] for move in done["plan"]] == ["notebooks/3.2-jqp-b.ipynb"]
    assert (repo / "notebooks" / "3.2-jqp-b.ipynb").exists()


def test_a_notebook_made_with_a_bad_name_has_its_proposal_at_once(plain: Client, repo: Path) -> None:
    path = repo / "notebooks" / "Untitled1.ipynb"
    write(repo, {"notebooks/Untitled1.ipynb": notebook("z = 1", "# Churn by region")})
    plain.notify("workspace/didCreateFiles", {"files": [{"uri": path.as_uri()}]})
    for message in plain.messages():
        if message.get("params", {}).get("uri") == path.as_uri():
            (name,) = [d for d in message["params"]["diagnostics"] if d["code"] == "notebook-name"]
            assert "Rename it to 0.0-jqp-churn-by-region.ipynb." in name["message"]
            return


def test_initials_are_asked_for_once_and_kept(plain: Client, repo: Path) -> None:
    plain.answers["window/showMessageRequest"] = {"title": "jp"}
    write(repo, {"notebooks/2.0-zz-other.ipynb": notebook("y = 1")})
    (repo / "notebooks" / "3.0-jqp-next.ipynb").unlink()
    argument = {"root": repo.as_uri(), "description": "First look", "phase": 0}
    done, asked = command(plain, "ccds.newNotebook", argument)
    assert [m["method"] for m in asked] == ["window/showMessageRequest"]
    assert done["paths"] == [str(repo / "notebooks" / "0.0-jp-first-look.ipynb")]
    assert git(repo, "config", "ccds-ls.initials") == "jp"
    done, asked = command(plain, "ccds.newNotebook", argument)
    assert asked == [] and done["paths"] == [str(repo / "notebooks" / "0.1-jp-first-look.ipynb")]


def test_initials_are_asked_for_before_all_are_renamed(plain: Client, repo: Path) -> None:
    plain.answers["window/showMessageRequest"] = {"title": "jp"}
    write(repo, {"notebooks/2.0-zz-other.ipynb": notebook("y = 1")})
    (repo / "notebooks" / "3.0-jqp-next.ipynb").unlink()
    for questions in (["Which initials stand", "ccds-ls: this does"], ["ccds-ls: this does"]):
        done, asked = command(plain, "ccds.renameAllNotebooks", {"root": repo.as_uri()})
        said = [m["params"]["message"] for m in asked if m["method"] == "window/showMessageRequest"]
        assert [text[: len(begins)] for text, begins in zip(said, questions, strict=True)] == questions
        assert done["plan"][0] == {
            "old": "notebooks/Untitled.ipynb",
            "new": "notebooks/0.0-jp-who-leaves.ipynb",
        }


def test_outside_git_initials_are_not_asked_for_since_they_could_not_be_kept(
    plain: Client, tmp_path: Path
) -> None:
    plain.answers["window/showMessageRequest"] = {"title": "jp"}
    write(tmp_path, {"pyproject.toml": '[tool.ccds-ls]\nnotebook-style = "[0-9].*"\n'})
    argument = {"root": tmp_path.as_uri(), "description": "First look", "phase": 0}
    done, asked = command(plain, "ccds.newNotebook", argument)
    assert asked == [] and len(done["paths"]) == 1


def test_a_style_that_a_folder_follows_can_be_adopted(plain: Client, repo: Path) -> None:
    for number in range(1, 8):
        write(repo, {f"notebooks/b/0{number}-topic-{number}.ipynb": notebook("x = 1")})
    path = repo / "notebooks" / "b" / "03-topic-3.ipynb"
    document = {"uri": path.as_uri(), "languageId": "json", "version": 1, "text": path.read_text()}
    plain.notify("textDocument/didOpen", {"textDocument": document})
    shown(plain, path, "notebook-name")
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    asked = {"textDocument": {"uri": path.as_uri()}, "range": where, "context": {"diagnostics": []}}
    actions = plain.request("textDocument/codeAction", asked)
    (fix,) = [action for action in actions if "like most of this folder" in action["title"]]
    command(plain, fix["command"]["command"], fix["command"]["arguments"][0])
    assert (repo / "pyproject.toml").read_text() == '[tool.ccds-ls]\nnotebook-style = "number"\n'
    shown(plain, path)


def shown(client: Client, path: Path, *codes: str) -> None:
    """Wait until a file has findings of just these codes."""
    for message in client.messages():
        params = message.get("params", {})
        found = sorted(d["code"] for d in params.get("diagnostics", ()))
        if params.get("uri") == path.as_uri() and found == sorted(codes):
            return
    raise AssertionError("the server ended")
