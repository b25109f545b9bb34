"""Completion, hover and code lens over the wire, above all in the new-project form: as any editor uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from ccds_ls.scaffold.answers import resolve
from ccds_ls.scaffold.generate import generate
from repositories import write
from wire.client import READY, Client, ResponseError, request

CAPABILITIES = {
    "notebookDocument": {"synchronization": {}},
    "window": {"showDocument": {"support": True}, "showMessage": {}},
    "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}},
}

AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(READY, env={"TMPDIR": str(tmp_path_factory.mktemp("forms")), **AUTHOR})
    client.answers["window/showDocument"] = {"success": True}
    client.initialize(CAPABILITIES)
    yield client
    assert client.shut_down() == 0


def path_of(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


class Form:
    """A form that is open in the editor; edits replace all of its text."""

    def __init__(self, client: Client, uri: str, text: str) -> None:
        self.client, self.uri, self.text, self.version = client, uri, text, 1
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": document})

    def edit(self, old: str, new: str) -> None:
        assert self.text.count(old) == 1, old
        self.text, self.version = self.text.replace(old, new), self.version + 1
        document = {"uri": self.uri, "version": self.version}
        changes = [{"text": self.text}]
        self.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def diagnostics(self) -> list[dict[str, Any]]:
        """The diagnostics of the text as it is now."""
        method = "textDocument/publishDiagnostics"
        found = self.client.wait_for(method, uri=self.uri, version=self.version)
        return list(found["params"]["diagnostics"])

    def at(self, method: str, after: str, **more: Any) -> Any:
        """A request at the place behind some text."""
        before = self.text[: self.text.index(after) + len(after)]
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        where = {"textDocument": {"uri": self.uri}, "position": position}
        if method == "codeAction":
            where["range"] = {"start": position, "end": position}
        return self.client.request(f"textDocument/{method}", {**where, **more})

    def actions(self, after: str) -> dict[str, Any]:
        found = self.at("codeAction", after, context={"diagnostics": []})
        return {action["title"]: action for action in found}


@pytest.fixture
def form(client: Client, tmp_path: Path) -> Form:
    """A form as the command opens it, for projects in ``tmp_path``."""
    command = {"command": "ccds.newProject", "arguments": [{"root": tmp_path.as_uri()}]}
    client.send(request("form", "workspace/executeCommand", command))
    uri = client.wait_for("window/showDocument")["params"]["uri"]
    made = next(message for message in client.messages() if message.get("id") == "form")["result"]
    path = path_of(uri)
    assert made["paths"] == [str(path)] and path.name == "new-project.ccds.yaml"
    assert path.parent.stat().st_mode & 0o077 == 0
    return Form(client, uri, path.read_text("utf-8"))


def test_a_form_is_filled_in_and_becomes_a_project(form: Form, tmp_path: Path) -> None:
    assert [d["message"] for d in form.diagnostics()] == ["The project has no name yet: project_name."]
    form.edit("project_name:", 'project_name: "Customer churn é"')
    assert form.diagnostics() == []
    form.edit("environment_manager: virtualenv", "environment_manager: uv")
    form.edit('git: "No"', "git: Yes")
    (lens,) = form.client.request("textDocument/codeLens", {"textDocument": {"uri": form.uri}})
    assert lens["command"]["title"] == "Create project"
    made = form.client.command(lens["command"]["command"], *lens["command"]["arguments"])
    project = tmp_path / "customer_churn_e"
    assert made["paths"] == [str(project)] and "Made the project" in made["message"]
    assert (project / ".git").is_dir() and "uv venv" in (project / "Makefile").read_text("utf-8")
    assert list(tmp_path.iterdir()) == [project]
    shown = form.client.wait_for("window/showDocument")
    assert path_of(shown["params"]["uri"]) == project / "README.md"


def test_what_is_typed_wrongly_is_underlined_and_mended(form: Form, tmp_path: Path) -> None:
    form.edit("project_name:", "project_name: churn")
    form.edit("module_name:", "module_name: class")
    (found,) = form.diagnostics()
    assert (found["code"], found["severity"], found["source"]) == ("form-answer", 1, "ccds")
    actions = form.actions("module_name: cl")
    assert list(actions) == ["Use 'class_project'", "Create project (1 answer to mend first)"]
    with pytest.raises(ResponseError, match="word of the Python language"):
        form.client.command("ccds.newProject", {"form": form.uri})
    assert not list(tmp_path.iterdir())
    (edit,) = actions["Use 'class_project'"]["edit"]["changes"][form.uri]
    assert edit["newText"] == "class_project" and edit["range"] == found["range"]
    form.edit("module_name: class", "module_name: class_project")
    assert form.diagnostics() == []


def test_no_yaml_at_the_moment_is_told_and_completion_goes_on(form: Form) -> None:
    form.edit("  docs: mkdocs", "  doc")
    assert [(d["data"]["kind"], d["severity"]) for d in form.diagnostics()] == [("unreadable", 1)]
    items = form.at("completion", "\n  doc")["items"]
    assert [item["textEdit"]["newText"] for item in items] == ["docs: "]


def test_keys_and_choices_are_completed(form: Form) -> None:
    form.edit("environment_manager: virtualenv", "environment_manager: pipenv")
    form.edit("dependency_file:", "dependency_file: ")
    items = form.at("completion", "dependency_file: ")["items"]
    assert sorted(items, key=lambda item: item["sortText"])[0]["label"] == "Pipfile"
    assert next(item for item in items if item.get("preselect"))["label"] == "Pipfile"
    storages = form.at("completion", "dataset_storage: ")["items"]
    assert next(item for item in storages if item["label"] == "gcs")["textEdit"]["newText"] == (
        "{gcs: {bucket: bucket-name}}"
    )


def test_hover_says_what_an_option_is_for(form: Form) -> None:
    form.edit("project_name:", "project_name: Étude 1")
    said = form.at("hover", "environment_man")["contents"]["value"]
    assert "- `uv`: A .venv in the project" in said and "`virtualenv` (the default)" in said
    assert "`etude_1`" in form.at("hover", "repo_na")["contents"]["value"]
    assert form.at("hover", "# A new") is None


@pytest.mark.parametrize("method", ["completion", "hover", "codeLens"])
def test_other_documents_have_none_of_this(client: Client, tmp_path: Path, method: str) -> None:
    uri = (tmp_path / "new-project.yaml").as_uri()
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": "docs: mkdocs\n"}
    client.notify("textDocument/didOpen", {"textDocument": document})
    where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 2}}
    assert not client.request(f"textDocument/{method}", where)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(resolve({"project_name": "churn"}), tmp_path_factory.mktemp("project"))


def hover(client: Client, uri: str, line: str, word: str) -> Any:
    where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": line.index(word) + 1}}
    return client.request("textDocument/hover", where)


@pytest.mark.parametrize(
    ("name", "line", "word", "says"),
    [
        ("README.md", "🧪 `data/raw`", "raw", "**data/raw**: The original data"),
        ("Makefile", "\trm reports/figures/*", "figures", "**reports/figures**: The figures"),
        ("churn/new.py", "x = config.MODELS_DIR", "MODELS", "**models**: Trained models"),
        ("src.py", 'open("churn/dataset.py")', "churn", "**churn/dataset.py**: Step 1"),
        ("churn/new.py", 'open("churn/plans.py")', "churn", "**churn**: The project's own"),
        ("churn/new.py", "models = 3", "models", None),
        ("a.csv", "data/raw", "raw", None),
    ],
)
def test_hover_tells_the_role_of_a_folder(
    client: Client, project: Path, name: str, line: str, word: str, says: str | None
) -> None:
    uri = (project / name).as_uri()
    document = {"uri": uri, "languageId": "", "version": 1, "text": line}
    client.notify("textDocument/didOpen", {"textDocument": document})
    found = hover(client, uri, line, word)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert found["contents"]["value"].startswith(says) if says else found is None


def test_hover_in_a_notebook_and_nowhere_else(client: Client, project: Path, tmp_path: Path) -> None:
    line = 'pd.read_csv("../data/interim/a.csv")'
    for root, says in ((project, "**data/interim**: Half-way results."), (tmp_path, None)):
        uri = (root / "notebooks" / "1.0-al-start.ipynb").as_uri()
        cell: dict[str, Any] = {"kind": 2, "document": f"{uri}#c1"}
        notebook = {"uri": uri, "notebookType": "jupyter-notebook", "version": 1, "cells": [cell]}
        text = {"uri": cell["document"], "languageId": "python", "version": 1, "text": line}
        client.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": [text]})
        found = hover(client, cell["document"], line, "interim")
        assert (found and found["contents"]["value"]) == says


@pytest.mark.parametrize("answer", ["Run Its Code", "Make It Without", None])
def test_a_template_of_ones_own_runs_its_code_after_a_yes_alone(
    client: Client, tmp_path: Path, answer: str | None
) -> None:
    top = "t/{{ cookiecutter.name }}"
    options, hook = '{"name": "x", "n": ["1", "2"]}', "open('RAN', 'w').close()"
    write(
        tmp_path,
        {
            "t/cookiecutter.json": options,
            "t/hooks/post_gen_project.py": hook,
            f"{top}/README.md": "{{ cookiecutter.n }}",
        },
    )
    client.answers["window/showMessageRequest"] = answer and {"title": answer}
    argument = {
        "root": tmp_path.as_uri(),
        "template": str(tmp_path / "t"),
        "answers": {"name": "made", "n": "2"},
    }
    with pytest.raises(ResponseError, match="no such option; did you mean name"):
        client.command("ccds.newProject", {**argument, "answers": {"nam": "made"}})
    made = client.command("ccds.newProject", argument)
    assert (tmp_path / "made" / "README.md").read_text() == "2"
    assert (tmp_path / "made" / "RAN").exists() == (answer == "Run Its Code")
    assert ("did not run: hooks/post_gen_project.py" in made["message"]) == (answer != "Run Its Code")


def test_without_show_document_the_path_is_told(start: Callable[..., Client], tmp_path: Path) -> None:
    client = start(READY, env={"TMPDIR": str(tmp_path)})
    client.initialize()
    client.send(request(7, "workspace/executeCommand", {"command": "ccds.newProject"}))
    said = client.wait_for("window/showMessage", type=3)["params"]["message"]
    assert str(next(tmp_path.rglob("new-project.ccds.yaml"))) in said and "Create project" in said
