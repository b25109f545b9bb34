"""The palette commands over the wire: what they do on disk and in git, and what they say when they can't."""

from __future__ import annotations

import random
import string
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccds_ls import rule_page
from ccds_ls.lsp.commands import COMMANDS, schemas
from repositories import commit_all, git, make, stage, write
from wire.client import READY, Client, ResponseError, at_home

INVALID, FAILED = -32602, -32803


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    write(home, {".gitconfig": "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"})
    client = Client(READY, env=at_home(home))
    client.initialize({"window": {"workDoneProgress": True}})
    yield client
    assert client.shut_down() == 0


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


def run(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_commit_with_a_secret_is_refused_and_nothing_changes(client: Client, tmp_path: Path) -> None:
    repo = make(tmp_path / "repo")
    stage(repo, {"hub.py": f'login("{token()}")\n'})
    before = run(repo, "rev-parse", "HEAD")
    with pytest.raises(ResponseError, match=r"1 error in it\. hub\.py:1") as refused:
        client.command("ccds.git.commit", {"root": repo.as_uri(), "message": "feat: hub"})
    assert refused.value.code == FAILED
    assert run(repo, "rev-parse", "HEAD") == before
    report = client.command("ccds.checkCommit", {"root": repo.as_uri()})
    assert [item["code"] for item in report["findings"]] == ["secret"]
    assert report["paths"] == [str(repo / "hub.py")]


def test_the_first_commit_is_guarded_too(client: Client, tmp_path: Path) -> None:
    write(tmp_path, {"hub.py": f'login("{token()}")\n'})
    with pytest.raises(ResponseError, match="everything is staged, but"):
        client.command("ccds.git.init", {"root": tmp_path.as_uri()})
    assert run(tmp_path, "diff", "--cached", "--name-only") == "hub.py"


def test_a_file_is_taken_out_and_ignored(client: Client, tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {".gitignore": "*.pyc"})
    stage(repo, {"customers.csv": "id\n1\n"})
    uri = (repo / "customers.csv").as_uri()
    client.command("ccds.ignore", {"uri": uri, "pattern": "/customers.csv", "unstage": True})
    assert (repo / ".gitignore").read_text() == "*.pyc\n/customers.csv\n"
    assert run(repo, "status", "--porcelain") == "M .gitignore"
    assert (repo / "customers.csv").read_text() == "id\n1\n"


def test_a_notebook_is_renamed_with_git_and_never_over_another(client: Client, tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {"notebooks/Untitled.ipynb": "{}", "notebooks/1.0-al-other.ipynb": "{}"})
    uri = (repo / "notebooks" / "Untitled.ipynb").as_uri()
    with pytest.raises(ResponseError, match="exists already") as refused:
        client.command("ccds.renameNotebook", {"uri": uri, "newName": "1.0-al-other.ipynb"})
    assert refused.value.code == FAILED
    client.command("ccds.renameNotebook", {"uri": uri, "newName": "0.0-al-start.ipynb"})
    assert run(repo, "status", "--porcelain") == "R  notebooks/Untitled.ipynb -> notebooks/0.0-al-start.ipynb"


def test_an_accepted_finding_is_in_the_settings(client: Client, tmp_path: Path) -> None:
    repo = make(tmp_path / "repo", {"pyproject.toml": "[project]\nname = 'x'\n", "export.csv": "id\n1\n"})
    uri = (repo / "export.csv").as_uri()
    client.command("ccds.suppress", {"uri": uri, "code": "data-file", "reason": 'a "small" table'})
    text = (repo / "pyproject.toml").read_text()
    assert text.startswith("[project]\nname = 'x'\n\n[[tool.ccds-ls.ignore]]\n")
    write(repo, {"other.csv": "id\n1\n"})
    git(repo, "add", ".")
    report = client.command("ccds.checkCommit", {"root": repo.as_uri()})
    assert [item["path"] for item in report["findings"]] == ["other.csv"]


WRONG = {
    "no folder is open": ("ccds.checkCommit", {}, INVALID, "No folder is open"),
    "not a folder": ("ccds.checkCommit", {"root": "untitled:x"}, INVALID, "not the file: URI"),
    "an unknown member": ("ccds.checkCommit", {"rooot": "x"}, INVALID, "Did you mean 'root'?"),
    "a member of another type": ("ccds.git.commit", {"message": 1}, INVALID, "'message' is a string"),
    "a member is missing": ("ccds.git.commit", {}, INVALID, "needs the argument 'message'"),
    "no object": ("ccds.git.commit", "message", INVALID, "one object"),
    "no name": (
        "ccds.newProject",
        {"root": "file:///tmp", "answers": {"docs": "none"}},
        INVALID,
        "project_name",
    ),
    "an unknown choice": (
        "ccds.newProject",
        {"root": "file:///tmp", "answers": {"project_name": "a", "docs": "sphinx"}},
        INVALID,
        "docs",
    ),
    "not a notebook's name": (
        "ccds.renameNotebook",
        {"uri": "file:///x", "newName": "../a.ipynb"},
        INVALID,
        "file name",
    ),
    "an unknown rule": ("ccds.explain", {"code": "secrets"}, INVALID, "secret"),
    "a dangerous address": (
        "ccds.git.clone",
        {"root": "file:///tmp", "url": "ext::sh -c touch%20x"},
        FAILED,
        "not the address",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_argument_is_told(client: Client, case: str) -> None:
    name, argument, code, says = WRONG[case]
    with pytest.raises(ResponseError, match=says) as refused:
        client.command(name, argument)
    assert refused.value.code == code


def test_what_git_refuses_is_told(client: Client, tmp_path: Path) -> None:
    root = {"root": tmp_path.as_uri()}
    with pytest.raises(ResponseError, match="not under git yet"):
        client.command("ccds.checkCommit", root)
    repo = make(tmp_path / "repo")
    commit_all(repo)
    with pytest.raises(ResponseError, match="nothing is staged"):
        client.command("ccds.git.commit", {"root": repo.as_uri(), "message": "feat: nothing"})
    with pytest.raises(ResponseError, match="no remote repository yet"):
        client.command("ccds.git.push", {"root": repo.as_uri()})


def test_an_occupied_folder_is_left_alone(client: Client, tmp_path: Path) -> None:
    write(tmp_path, {"churn/README.md": "mine\n"})
    with pytest.raises(ResponseError, match="not empty") as refused:
        client.command("ccds.newProject", {"root": tmp_path.as_uri(), "answers": {"project_name": "churn"}})
    assert refused.value.code == FAILED
    assert [path.name for path in tmp_path.rglob("*")] == ["churn", "README.md"]


def test_the_options_of_a_project_are_described(client: Client) -> None:
    given = {"project_name": "Étude 2025", "docs": "sphinx"}
    described = client.command("ccds.newProject", {"describe": True, "answers": given})
    assert len(described["options"]) == 15
    assert all(option["description"] for option in described["options"])
    assert [problem["key"] for problem in described["problems"]] == ["docs"]


def test_a_project_is_inspected(client: Client, tmp_path: Path) -> None:
    write(tmp_path, {"data/raw/a.csv": "1\n", "models/m.pkl": "", "notebooks/x.ipynb": "{}"})
    found = client.command("ccds.inspectProject", {"root": (tmp_path / "data").as_uri()})
    assert found["paths"] == [str(tmp_path)] and "data/raw" in found["message"]
    states = {folder["path"]: folder["state"] for folder in found["folders"]}
    assert (states["data/raw"], states["reports"]) == ("there", "missing")
    assert len(found["hints"]) == 1


def test_a_rule_is_explained(client: Client) -> None:
    assert "## The fix" in client.command("ccds.explain", {"code": "secret"})["message"]
    listed = client.command("ccds.explain")["message"]
    assert f"[`notebook-name`]({rule_page('notebook-name')})" in listed


def test_every_command_describes_its_argument() -> None:
    for name, schema in schemas().items():
        assert COMMANDS[name].title
        assert all(
            member["description"].endswith(".") for member in schema["argument"]["properties"].values()
        ), name
