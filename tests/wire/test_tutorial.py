"""The tutorial and the how-to are true: every command in them is run, in a terminal and from the palette."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccds_ls.lsp.commands import COMMANDS
from ccds_ls.secrets import default_cache_dir
from git_server import GitServer, serving
from repositories import git, make, write
from wire.client import SERVER, Client

pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = (DOCS / "tutorial.md").read_text(encoding="utf-8")
ADOPTING = (DOCS / "adopting.md").read_text(encoding="utf-8")
PALETTE = re.findall(r"\*\*CCDS: ([^*]+)\*\*\s*<!-- palette (\S+) (\{.*?\}) -->", TUTORIAL)
WORK = "w07-model-training-script"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with serving(tmp_path / "srv") as server:
        yield server


@pytest.fixture
def env(tmp_path: Path, server: GitServer) -> dict[str, str]:
    """A user with a name, for whom git.example.org is the server on loopback."""
    config = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"
    config += f'[url "{server.address}/"]\n\tinsteadOf = https://git.example.org/\n'
    write(tmp_path / "home", {".gitconfig": config})
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    cache = str(default_cache_dir().parents[1])  # the engine's compiled rules are in it
    return {**clean, "HOME": str(tmp_path / "home"), "PATH": programs, "XDG_CACHE_HOME": cache}


def in_terminal(page: str, folder: Path, env: dict[str, str]) -> str:
    """Run a page's commands, one after the other, until one fails; what they print."""
    lines = ["set -e"]
    for line in re.findall(r"^\$ (.*)$", page, re.MULTILINE):
        code = re.search(r"# exits with (\d)", line)
        lines.append(f"{line.partition('  #')[0]} || [ $? = {code[1]} ]" if code else line)
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_command_for_a_terminal(tmp_path: Path, server: GitServer, env: dict[str, str]) -> None:
    server.create("churn.git")
    shown = in_terminal(TUTORIAL, tmp_path, env)
    assert "8 of 8 steps done" in shown and "customers.csv" in shown
    assert (
        git(tmp_path / "srv" / "churn.git", "log", "-1", "--format=%s", WORK)
        == "feat: model training script added"
    )
    assert git(tmp_path / "customer_churn", "ls-files", "data/raw") == "data/raw/.gitkeep"


def test_an_old_repository_is_adopted(tmp_path: Path, env: dict[str, str]) -> None:
    files = {"Untitled1.ipynb": "{}", "data/x.csv": "1,2\n", "README.md": "# Old\n", ".gitignore": "*.log\n"}
    old = make(tmp_path / "old-analysis", {**files, "analysis.py": "print(1)\n"})
    shown = in_terminal(ADOPTING, tmp_path, env)
    assert "+!/data/raw/" in shown and "LICENSE" in shown and "Accepted" in shown
    assert {name: (old / name).read_text() for name in files} == files
    assert "chore: the layout" in git(old, "log", "-1", "--format=%s")


def test_every_command_of_the_palette(tmp_path: Path, server: GitServer, env: dict[str, str]) -> None:
    server.create("palette.git")
    client = Client(SERVER, env=env)
    client.initialize()
    project = tmp_path / "customer_churn"
    for title, name, argument in PALETTE:
        assert COMMANDS[name].title.rstrip("…") == title
        if name == "ccds.git.stage":
            (project / "customer_churn" / "modeling" / "train.py").write_text('print("training")\n')
        folder = project if project.exists() and name != "ccds.git.clone" else tmp_path
        result = client.command(name, {"root": folder.as_uri(), **json.loads(argument)})
    assert client.shut_down() == 0
    assert all(step["done"] for step in result["steps"])
    assert (tmp_path / "partner" / "data" / "raw").is_dir()


def test_nothing_in_them_goes_without_a_run() -> None:
    assert len(PALETTE) == TUTORIAL.count("**CCDS: ") == TUTORIAL.count("<!-- palette ")
    titles = {command.title.rstrip("…") for command in COMMANDS.values()}
    assert set(re.findall(r"\*\*CCDS: ([^*]+)\*\*", ADOPTING)) <= titles
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", TUTORIAL + ADOPTING, re.MULTILINE | re.DOTALL)
    assert {kind for kind, _ in blocks} == {"console"}
    assert all(line.startswith("$ ") for _, block in blocks for line in block.splitlines())


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target
