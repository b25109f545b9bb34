"""Commit messages: findings on the lines that list the commit's files, in what git itself wrote."""

from __future__ import annotations

import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from repositories import ENVIRONMENT, commit_all, git, make, write
from wire.client import READY, Client

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="git's editor is a shell script here")

CAPABILITIES = {
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "window": {"showDocument": {"support": True}},
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
    },
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    client = Client(READY)
    client.answers["window/showDocument"] = {"success": True}
    client.initialize(CAPABILITIES)
    yield client
    assert client.shut_down() == 0


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


class Commit:
    """A ``git commit`` that waits for its editor, as it does for a person."""

    def __init__(self, folder: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.ready, self.go = folder.parent / "ready", folder.parent / "go"
        for pipe in (self.ready, self.go):
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
        editor = f'f() {{ echo "$1" >"{self.ready}"; cat "{self.go}" >/dev/null; }}; f'
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.process = subprocess.Popen(
            ["git", *options],
            cwd=folder,
            env={**clean, **ENVIRONMENT, "GIT_EDITOR": editor, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.path = Path(self.ready.read_text().strip())
        self.path = self.path if self.path.is_absolute() else folder / self.path

    def finish(self) -> int:
        self.go.write_text("go")
        self.process.communicate(timeout=15)
        return self.process.returncode


def open_message(client: Client, uri: str, text: str, language: str = "git-commit") -> None:
    document = {"uri": uri, "languageId": language, "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})


def shown(client: Client, uri: str, *codes: str) -> list[dict[str, Any]]:
    """Wait for diagnostics of just these codes on a document; hints on the message itself don't count."""
    for message in client.messages():
        if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
            found = no_hints(message["params"]["diagnostics"])
            if sorted(d["code"] for d in found) == sorted(codes):
                return sorted(found, key=lambda d: d["range"]["start"]["line"])
    raise AssertionError("the server ended")


def no_hints(diagnostics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [d for d in diagnostics if d["severity"] < 4]


def lines(text: str, diagnostics: list[dict[str, Any]]) -> list[str]:
    """What each diagnostic underlines, with its code."""
    rows = text.splitlines()
    places = [(d["range"]["start"], d["range"]["end"], d["code"]) for d in diagnostics]
    return [f"{rows[a['line']][a['character'] : b['character']]}: {code}" for a, b, code in places]


def actions(client: Client, uri: str, diagnostic: dict[str, Any]) -> dict[str, dict[str, Any]]:
    context = {"diagnostics": [diagnostic]}
    params = {"textDocument": {"uri": uri}, "range": diagnostic["range"], "context": context}
    return {action["title"]: action for action in client.request("textDocument/codeAction", params)}


def applied(text: str, edit: dict[str, Any]) -> str:
    """The text after an edit, as an editor makes it (the texts here are ASCII)."""
    rows = text.splitlines(keepends=True)
    starts = [sum(map(len, rows[:n])) for n in range(len(rows) + 1)]
    changes = edit["documentChanges"][0]["edits"]

    def at(place: dict[str, int]) -> int:
        return starts[place["line"]] + place["character"]

    for change in sorted(changes, key=lambda c: -at(c["range"]["start"])):
        start, end = at(change["range"]["start"]), at(change["range"]["end"])
        text = text[:start] + change["newText"] + text[end:]
    return text


@pytest.fixture
def repo(client: Client, tmp_path: Path) -> Iterator[Path]:
    yield make(tmp_path / "repo", {"README.md": "# Start\n", "old.py": "x = 1\n" * 20})
    client.close_all()


def messy(repo: Path) -> Path:
    """A token, a table and a clean file are staged; the token's file goes on changing, and a table is untracked."""
    write(repo, {"src/hub.py": f'login("{token()}")\n', "été 1.csv": "id\n1\n" * 9, "clean.py": "x = 1\n"})
    git(repo, "add", ".")
    write(repo, {"src/hub.py": "login()\n", "other.csv": "id\n1\n"})
    return repo


LINES = ["src/hub.py: secret", "{csv}: data-file"]
FORMATS = {
    "plain": ({}, ("commit",)),
    "verbose": ({}, ("commit", "-v")),
    "names as they are": ({"core.quotePath": "false"}, ("commit",)),
    "another comment character": ({"core.commentChar": ";"}, ("commit",)),
    "chosen by git": ({"core.commentChar": "auto"}, ("commit", "-em", "# a heading\n\n# and one more")),
    "scissors": ({"commit.cleanup": "scissors"}, ("commit", "-v")),
    "amend": ({}, ("commit", "--amend")),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_lines_of_bad_files_are_marked(client: Client, repo: Path, name: str) -> None:
    settings, command = FORMATS[name]
    for key, value in settings.items():
        git(repo, "config", key, value)
    commit = Commit(messy(repo), *command)
    text = commit.path.read_text()
    open_message(client, commit.path.as_uri(), text)
    found = shown(client, commit.path.as_uri(), "secret", "data-file")
    csv = "été 1.csv" if name == "names as they are" else r'"\303\251t\303\251 1.csv"'
    assert sorted(lines(text, found)) == sorted(line.format(csv=csv) for line in LINES)
    assert {d["code"]: d["severity"] for d in found} == {"secret": 1, "data-file": 2}
    assert "other.csv" in text
    commit.finish()


def test_paths_relative_to_a_folder(client: Client, repo: Path) -> None:
    commit = Commit(messy(repo) / "src", "commit")
    text = commit.path.read_text()
    open_message(client, commit.path.as_uri(), text)
    found = shown(client, commit.path.as_uri(), "secret", "data-file")
    assert "hub.py: secret" in lines(text, found) and "../" in "".join(lines(text, found))
    commit.finish()


@pytest.mark.parametrize("how", ["-a", "old.py"])
def test_the_index_of_that_very_commit_is_looked_at(client: Client, repo: Path, how: str) -> None:
    write(repo, {"old.py": f'login("{token()}")\n'})
    commit = Commit(repo, "commit", how)
    uri, text = commit.path.as_uri(), commit.path.read_text()
    open_message(client, uri, f"feat: x\n{text}")
    (secret,) = shown(client, uri, "secret")
    offered = actions(client, uri, secret)
    (stop,) = [title for title in offered if title.startswith("Stop this commit")]
    assert "command" not in offered[stop]
    commit.path.write_text(applied(f"feat: x\n{text}", offered[stop]["edit"]))
    assert commit.finish() == 1, "git says: empty message"
    assert git(repo, "log", "--format=%s") == "start"


def test_a_client_that_may_leave_the_edit_of_an_action_gets_no_command_with_it(repo: Path) -> None:
    client = Client(READY)
    client.initialize({**CAPABILITIES, "workspace": {"applyEdit": False}})
    commit = Commit(messy(repo), "commit")
    open_message(client, commit.path.as_uri(), "feat: more\n" + commit.path.read_text())
    found = {d["code"]: d for d in shown(client, commit.path.as_uri(), "secret", "data-file")}
    offered = actions(client, commit.path.as_uri(), found["secret"])
    commit.finish()
    (stop,) = (fix for title, fix in offered.items() if title.startswith("Stop this commit"))
    assert stop["edit"] and "command" not in stop
    assert client.shut_down() == 0


def test_the_fix_stops_the_commit_that_git_has_ready(client: Client, repo: Path) -> None:
    commit = Commit(messy(repo), "commit", "-v")
    uri = commit.path.as_uri()
    text = "feat: more\n\nBody\n" + commit.path.read_text()
    open_message(client, uri, text)
    found = {d["code"]: d for d in shown(client, uri, "secret", "data-file")}
    offered = actions(client, uri, found["secret"])
    fix = offered["Stop this commit; unstage src/hub.py"]
    stopped = applied(text, fix["edit"])
    assert stopped.startswith("# feat: more\n\n# Body\n")
    client.command(fix["command"]["command"], *fix["command"]["arguments"])
    commit.path.write_text(stopped)
    assert commit.finish() == 1
    assert git(repo, "log", "--format=%s") == "start"
    assert "src/hub.py" not in git(repo, "diff", "--cached", "--name-only")
    assert (repo / "src" / "hub.py").read_text() == "login()\n"


def test_what_git_has_ready_stays_marked_when_the_index_changes(client: Client, repo: Path) -> None:
    commit = Commit(messy(repo), "commit")
    uri, text = commit.path.as_uri(), commit.path.read_text()
    open_message(client, uri, text)
    shown(client, uri, "secret", "data-file")
    git(repo, "reset", "-q", "--", "src/hub.py")
    open_message(client, (repo / "clean.py").as_uri(), f'login("{token()}")\n', "python")
    shown(client, (repo / "clean.py").as_uri(), "secret")
    document = {"uri": uri, "version": 2}
    client.notify(
        "textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": "x" + text}]}
    )
    shown(client, uri, "secret", "data-file")
    commit.path.write_text("feat: all the same\n")
    assert commit.finish() == 0
    assert "src/hub.py" in git(repo, "show", "--name-only", "--format="), "git took it after all"


def test_a_place_is_opened(client: Client, repo: Path) -> None:
    commit = Commit(messy(repo), "commit")
    uri = commit.path.as_uri()
    open_message(client, uri, commit.path.read_text())
    found = {d["code"]: d for d in shown(client, uri, "secret", "data-file")}
    (related,) = found["secret"]["relatedInformation"]
    assert related["location"]["uri"] == (repo / "src" / "hub.py").as_uri()
    fix = actions(client, uri, found["secret"])["Open src/hub.py at line 1"]
    client.command("ccds.openPlace", *fix["command"]["arguments"])
    asked = client.wait_for("window/showDocument")["params"]
    assert asked["uri"] == (repo / "src" / "hub.py").as_uri()
    assert asked["selection"]["start"] == {"line": 0, "character": 7}
    commit.finish()


def test_a_linked_work_tree(client: Client, repo: Path) -> None:
    git(repo, "worktree", "add", "-q", "../other")
    commit = Commit(messy(repo.parent / "other"), "commit")
    open_message(client, commit.path.as_uri(), commit.path.read_text())
    assert len(shown(client, commit.path.as_uri(), "secret", "data-file")) == 2
    commit.finish()


def test_the_box_of_vs_code(client: Client, repo: Path) -> None:
    uri = f"vscode-scm:git/scm0/input?rootUri={repo.as_uri().replace(':', '%3A')}"
    open_message(client, uri, "feat: hub\n", "scminput")
    assert shown(client, uri) == []
    messy(repo)
    found = {d["code"]: d for d in shown(client, uri, "secret", "data-file")}
    assert found["secret"]["message"].startswith("src/hub.py: Line 1: ")
    assert found["secret"]["range"] == {
        "start": {"line": 0, "character": 0},
        "end": {"line": 0, "character": 9},
    }
    fix = actions(client, uri, found["secret"])["Unstage src/hub.py"]
    assert "edit" not in fix
    client.command(fix["command"]["command"], *fix["command"]["arguments"])
    client.shown(uri, lambda diagnostics: [d["code"] for d in no_hints(diagnostics)] == ["data-file"])


def test_the_box_of_vs_code_gives_the_same_advice_once(client: Client, repo: Path) -> None:
    uri = f"vscode-scm:git/scm0/input?rootUri={repo.as_uri()}"
    write(repo, {name: f'T = "{token()}"\n' for name in ("a.py", "b.py", "c.py")})
    git(repo, "add", ".")
    open_message(client, uri, "feat: hub\n", "scminput")
    told = [diagnostic["message"] for diagnostic in shown(client, uri, "secret", "secret", "secret")]
    assert ["Revoke it first" in message for message in told] == [True, False, False]


def test_a_secret_in_the_message_itself(client: Client, repo: Path) -> None:
    commit_all(repo)
    write(repo, {"b.py": "x = 1\n"})
    git(repo, "add", ".")
    commit = Commit(repo, "commit")
    uri, value = commit.path.as_uri(), token()
    open_message(client, uri, f"feat: use {value}\n" + commit.path.read_text())
    (secret,) = shown(client, uri, "secret")
    assert (secret["range"]["start"]["line"], value in secret["message"]) == (0, False)
    commit.finish()


def labels(client: Client, uri: str, line: int, character: int) -> list[str]:
    params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    return [item["label"] for item in client.request("textDocument/completion", params)["items"]]


def test_hints_and_completion_are_gentle_and_can_be_switched_off(client: Client, repo: Path) -> None:
    for subject in ("feat(model): a", "fix(data): b", "docs(model): c"):
        git(repo, "commit", "-q", "--allow-empty", "-m", subject)
    git(repo, "remote", "add", "origin", "../nowhere")
    write(repo, {"b.py": "x = 1\n"})
    git(repo, "add", ".")
    commit = Commit(repo, "commit")
    uri, text = commit.path.as_uri(), commit.path.read_text()
    open_message(client, uri, f"training script added\n{text}")
    found = {d["data"]["kind"]: d for d in client.shown(uri, bool)}
    assert {kind: d["severity"] for kind, d in found.items()} == {"type": 4, "on-main": 4}
    fix = actions(client, uri, found["type"])["Begin with 'feat: '"]
    assert applied(f"training script added\n{text}", fix["edit"]).startswith("feat: training script added\n")
    assert labels(client, uri, 0, 0)[:2] == ["feat", "fix"]
    document = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": f"feat(\n{text}"}]}
    client.notify("textDocument/didChange", document)
    client.wait_for("textDocument/publishDiagnostics", uri=uri)
    assert labels(client, uri, 0, 5) == ["model", "data"]
    write(repo, {"pyproject.toml": '[tool.ccds-ls]\ndisable = ["commit-message"]\n'})
    client.shown(uri, lambda diagnostics: not diagnostics)
    assert labels(client, uri, 0, 5) == []
    commit.finish()


def test_the_message_of_a_merge_and_what_else_is_git_s_own(client: Client, repo: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "side", "../other")
    other = repo.parent / "other"
    write(other, {"hub.py": f'login("{token()}")\n'})
    git(other, "add", ".")
    folder = repo / ".git" / "worktrees" / "other"
    write(
        folder, {"MERGE_MSG": "Merge branch 'x'\n\n#\n# Changes to be committed:\n#\tnew file:   hub.py\n#\n"}
    )
    uri = (folder / "MERGE_MSG").as_uri()
    open_message(client, (folder / "config").as_uri(), f'x = "{token()}"\n', "ini")
    open_message(client, uri, (folder / "MERGE_MSG").read_text())
    (secret,) = shown(client, uri, "secret")
    assert secret["range"]["start"]["line"] == 4
    first_line = {
        **secret,
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}},
    }
    assert actions(client, (folder / "config").as_uri(), first_line) == {}


def test_a_merge_behind_a_conflict_in_german(client: Client, repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "side")
    commit_all(write(repo, {"hub.py": f'login("{token()}")\n', "README.md": "theirs\n"}))
    git(repo, "switch", "-q", "main")
    commit_all(write(repo, {"README.md": "ours\n"}))
    git(repo, "merge", "side", codes=(1,))
    git(repo, "add", "README.md")
    commit = Commit(repo, "commit", env={"LC_ALL": "C.UTF-8", "LANGUAGE": "de"})
    text = commit.path.read_text()
    assert "git update-ref -d MERGE_HEAD" in text and "Conflicts:" in text
    open_message(client, commit.path.as_uri(), text)
    assert lines(text, shown(client, commit.path.as_uri(), "secret")) == ["hub.py: secret"]
    commit.finish()


def test_many_bad_files_in_the_box_of_vs_code(client: Client, repo: Path) -> None:
    uri = f"vscode-scm:git/scm0/input?rootUri={repo.as_uri()}"
    write(repo, {f"table{number}.csv": "id\n1\n" for number in range(40)})
    write(repo, {"use.py": f'T = "{token()}"\n'})
    git(repo, "add", ".")
    open_message(client, uri, "feat: tables\n", "scminput")
    last = "31 more files of this commit have findings."  # the files are checked a few at a time
    found = no_hints(client.shown(uri, lambda diagnostics: any(d["message"] == last for d in diagnostics)))
    assert [d["code"] for d in found[1:]] == ["data-file"] * 10
    assert found[0]["code"] == "secret", "the worst is not among those that are counted, and stands first"


def test_the_first_commit_of_all(client: Client, tmp_path: Path) -> None:
    repo = messy(make(tmp_path / "new", {}, commit=False))
    commit = Commit(repo, "commit")
    open_message(client, commit.path.as_uri(), f"start\n{commit.path.read_text()}")
    assert len(shown(client, commit.path.as_uri(), "secret", "data-file")) == 2
    commit.finish()


def test_what_cannot_be_looked_at_is_said(client: Client, repo: Path) -> None:
    commit = Commit(messy(repo), "commit")
    index = (repo / ".git" / "index").read_bytes()
    (repo / ".git" / "index").write_bytes(b"not an index")
    open_message(client, commit.path.as_uri(), commit.path.read_text())
    (diagnostic,) = shown(client, commit.path.as_uri(), "unchecked")
    assert diagnostic["severity"] == 2 and "can't be checked" in diagnostic["message"]
    (repo / ".git" / "index").write_bytes(index)
    shown(client, commit.path.as_uri(), "secret", "data-file")
    commit.finish()
