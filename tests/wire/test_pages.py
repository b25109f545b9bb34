"""The pages of editors that no test drives: what is to be copied is well-formed, and starts the server as it says.

Names of settings are those of the editors' own documentation.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ccds_ls.cli import parser
from ccds_ls.lsp.commands import COMMANDS
from ccds_ls.lsp.from_proto import arguments
from notebook_blocks import from_block
from repositories import make
from wire.client import READY, Client

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGES = Path(__file__).parents[2] / "client-config"
URI = "file:///work/notebooks/Untitled.ipynb"


def read(path: str) -> str:
    return (PAGES / path).read_text(encoding="utf-8")


def quoted(page: str) -> list[str]:
    """The code on a page: its blocks, line by line, and what stands between backticks."""
    text = read(page)
    blocks = [
        line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    indented = re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)
    return blocks + indented + re.findall(r"`([^`\n]+)`", text)


def snippet(page: str, beginning: str) -> str:
    """The setting that a page shows as an example."""
    (found,) = (code for code in quoted(page) if code.startswith(beginning))
    return found


@dataclass(frozen=True)
class Configured:
    """What an editor's configuration says: the command line, and the options that it sends at the start."""

    command: list[str]
    options: dict[str, Any]


def helix() -> Configured:
    table = "[language-server.ccds-ls]\n"
    text = read("helix/languages.toml")
    assert table in text
    with_settings = text.replace(table, table + snippet("helix/README.md", "config = ") + "\n")
    server = tomllib.loads(with_settings)["language-server"]["ccds-ls"]
    assert set(server) == {"command", "args", "config"}
    return Configured([server["command"], *server["args"]], server["config"])


def sublime() -> Configured:
    # Sublime's JSON has comments.
    settings = json.loads(re.sub(r"^\s*//.*$", "", read("sublime/LSP.sublime-settings"), flags=re.MULTILINE))
    server = settings["clients"]["ccds-ls"]
    server |= json.loads("{" + snippet("sublime/README.md", '"initializationOptions"') + "}")
    assert set(server) == {"enabled", "command", "selector", "initializationOptions"} and server["enabled"]
    assert server["selector"].split(" | ") == ["source", "text"], "JSON, plain text and text.git.commit"
    return Configured(server["command"], server["initializationOptions"])


def zed() -> Configured:
    extension = tomllib.loads(read("zed/extension.toml"))
    (name,) = extension["language_servers"]
    # A notebook is plain text to Zed, or JSON.
    assert {"Plain Text", "JSON", "Git Commit", "Python"} <= set(
        extension["language_servers"][name]["languages"]
    )
    settings = json.loads("{" + snippet("zed/README.md", '"lsp"') + "}")
    code = read("zed/src/lib.rs")
    (program,), (argument,) = re.findall(r'which\("(.*?)"\)', code), re.findall(r'args: vec!\["(.*?)"', code)
    return Configured([program, argument], settings["lsp"][name]["initialization_options"])


@pytest.mark.parametrize("configured", [helix, sublime, zed])
def test_the_command_starts_the_server_with_the_settings(
    configured: Callable[[], Configured], start: Callable[..., Client], tmp_path: Path
) -> None:
    given = configured()
    program, *rest = given.command
    assert program == "ccds-ls"
    real = (str(Path(sys.executable).with_name(program)), *rest)
    assert tuple(rest) in (("server",), ("server", "--stdio"))
    client = start(real if configured is helix else READY)  # the same, without its own start
    begun = client.initialize(rootUri=tmp_path.as_uri(), initializationOptions=given.options)
    assert begun["serverInfo"]["name"] == "ccds-ls"
    text, _ = from_block("# %% [markdown]\n# Ring widths\n")
    notebook = make(tmp_path / "p", {"notebooks/Untitled.ipynb": text}) / "notebooks" / "Untitled.ipynb"
    document = {"uri": notebook.as_uri(), "languageId": "json", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": document})
    (found,) = client.wait_for("textDocument/publishDiagnostics", uri=notebook.as_uri())["params"][
        "diagnostics"
    ]
    assert found["code"] == "notebook-name"
    assert f"-{given.options['initials']}-ring-widths" in found["message"]
    assert client.shut_down() == 0


def test_helix_keeps_its_own_file_types_and_roots() -> None:
    languages = tomllib.loads(read("helix/languages.toml"))["language"]
    assert {"python", "json", "git-commit"} <= {language["name"] for language in languages}
    for language in languages:
        if language["name"] != "csv":  # Helix 25.01 knows no such language.
            assert set(language) == {"name", "language-servers"}, "other lists would replace Helix's own"
        assert language["language-servers"][0] == "ccds-ls"


def test_sublimes_palette() -> None:
    """LSP fills in an argument that is a variable as a whole, and none within an object."""
    for entry in json.loads(read("sublime/CCDS.sublime-commands")):
        assert entry["command"] == "lsp_execute" and entry["args"]["session_name"] == "ccds-ls"
        (argument,) = entry["args"]["command_args"]
        filled = {"uri": URI} if argument == "$document_id" else argument
        assert "$" not in json.dumps(filled), entry
        arguments(COMMANDS[entry["args"]["command_name"]].shape, filled)


def zed_tasks() -> Iterator[list[str]]:
    """The command lines of the tasks, and of the scripts in them."""
    for task in json.loads(read("zed/tasks.json")):
        assert set(task) <= {"label", "command", "args", "cwd"}
        words = [*shlex.split(task["command"]), *task.get("args", ())]
        yield shlex.split(words[2].partition("&& ")[2]) if words[:2] == ["sh", "-c"] else words


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """The ``ccds-ls`` command lines of all pages and of Zed's tasks, each with where it stands."""
    for page in sorted(PAGES.glob("**/README.md")):
        name = page.relative_to(PAGES).as_posix()
        for code in () if "node_modules" in name else quoted(name):
            if (line := code.removeprefix(":sh ")).startswith("ccds-ls ") and not line.endswith("..."):
                yield name, shlex.split(line)
    for words in zed_tasks():
        yield "zed/tasks.json", words


@pytest.mark.parametrize(("page", "line"), list(command_lines()))
def test_every_command_line_on_a_page_is_one(page: str, line: list[str]) -> None:
    program, command, *rest = line
    assert program == "ccds-ls"
    try:
        parser().parse_args([command, *(rest or ["--help"])])  # Without arguments, it may be only named.
    except SystemExit as ended:
        assert ended.code == 0


def test_every_command_on_a_page_is_one() -> None:
    """Those of the server; ``:Ccds…`` and ``M-x ccds-…`` are seen by the tests that drive editors."""
    for page in PAGES.glob("*/README.md"):
        named = {
            name
            for code in quoted(str(page.relative_to(PAGES)))
            for name in re.findall(r"\bccds\.[a-z]\w+[\w.]*", code)
        }
        assert named - {"ccds.lua", "ccds.vim", "ccds.el", "ccds.server.path", "ccds.trace.server"} <= set(
            COMMANDS
        ), page


@pytest.mark.parametrize("name", ["helix", "Sublime Text LSP", "Zed"])
def test_an_editor_that_drops_the_result_of_a_command_is_told_it(
    name: str, start: Callable[..., Client], tmp_path: Path
) -> None:
    client = start(READY)
    client.initialize(clientInfo={"name": name})
    root = make(tmp_path / "p", {"a.py": "\n"}).as_uri()
    told: list[str] = []

    def run(command: str, argument: object) -> None:
        client.send({"jsonrpc": "2.0", "id": 1, "method": "workspace/executeCommand",
                     "params": {"command": command, "arguments": [argument]}})  # fmt: skip
        for message in client.messages():
            if message.get("method") == "window/showMessage":
                told.append(message["params"]["message"])
            elif message.get("id") == 1:
                told.append((message.get("result") or message["error"])["message"])
                return

    run("ccds.checkCommit", {"root": root})
    assert told[0] == told[1] != ""
    run("ccds.git.push", {"root": root})
    assert told[2] == f"ccds-ls: {told[3]}"
    client.kill()
