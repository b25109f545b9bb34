"""``ccds-ls demo``: a guided tour on a throw-away project.

It does what an editor does and nothing else: it starts the server as a child process, speaks the protocol to it
over stdin and stdout, and applies the edits that come back. git is run the way that a user runs it in a terminal.
What the tour promises is checked at each step; the first promise that does not hold ends it with exit code 1.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ccds_ls.cli.demo.editor import BrokenPromiseError, Editor, promise


def run(*, keep: bool) -> int:
    """The whole tour. Returns 0 when every promise held."""
    started = time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="ccds-ls-demo-")).resolve()
    editor: Editor | None = None
    try:
        environment = _environment(place / "home")
        workspace = place / "work"
        workspace.mkdir()
        editor = Editor(workspace, environment)
        project = _tour(editor, workspace, environment)
        promise(editor.quit() == 0, "the server ends with exit code 0")
    except BrokenPromiseError as broken:
        print(f"\nThe tour stops here. It promises that {broken}, and that did not happen.", file=sys.stderr)
        return 1
    finally:
        if editor is not None and editor.server.poll() is None:
            editor.server.kill()
            editor.server.wait()
        if not keep:
            shutil.rmtree(place, ignore_errors=True)
    print(f"\nAll of this took {time.monotonic() - started:.1f} seconds and never touched the network.")
    if keep:
        print("The project is kept here:")
        print(project)
    return 0


def _environment(home: Path) -> dict[str, str]:
    """An environment with an author of its own: the tour works where git knows nobody, and changes nothing."""
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n", encoding="utf-8"
    )
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": cache}


def _tour(editor: Editor, workspace: Path, environment: dict[str, str]) -> Path:
    project = _scaffold(editor, workspace)
    notebook, settings, table, token = _work_carelessly(project)
    _step("In a terminal: git add .   (the editor is not told; the server notices by itself)")
    _git(project, environment, "add", ".")
    wanted = {notebook: "notebook-name", settings: "secret", table: "data-file"}
    editor.wait_for(
        "the three findings", lambda: all(code in editor.staged(path) for path, code in wanted.items())
    )
    _step("What the editor now shows")
    for path in wanted:
        _show(editor, project, path, token)
    _step("Trying to commit all the same: ccds.git.commit")
    refused = editor.request(
        "workspace/executeCommand",
        {
            "command": "ccds.git.commit",
            "arguments": [{"root": project.as_uri(), "message": "feat: first model"}],
        },
    )
    promise("error" in refused, "a commit with a token in it is refused")
    print(f"    {refused['error']['message']}")
    _mend(editor, project, notebook, settings, table, environment)
    _prove(project, environment, token)
    return project


def _step(text: str) -> None:
    print(f"\n{text}")


def _scaffold(editor: Editor, workspace: Path) -> Path:
    _step("A new project: ccds.newProject")
    answers = {
        "project_name": "Customer churn",
        "author_name": "Ada Lovelace",
        "description": "Who leaves, and why.",
    }
    made = editor.command("ccds.newProject", root=workspace.as_uri(), answers=answers, git=True)
    print(f"    {made['message']}")
    project = workspace / "customer_churn"
    promise((project / "customer_churn" / "config.py").is_file(), "the project has its module")
    return project


def _work_carelessly(project: Path) -> tuple[Path, Path, Path, str]:
    """What happens in a first week: an unnamed notebook, a token in the code, a table beside it."""
    letters = random.SystemRandom()
    token = "hf_" + "".join(letters.choice(string.ascii_letters) for _ in range(34))
    _step("An hour later there are three new files")
    notebook = project / "notebooks" / "Untitled3.ipynb"
    heading = {"cell_type": "markdown", "metadata": {}, "source": ["# First look at churn\n"]}
    notebook.write_text(
        json.dumps({"cells": [heading], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1),
        encoding="utf-8",
    )
    settings = project / "customer_churn" / "hub.py"
    settings.write_text(f'from huggingface_hub import login\n\nlogin(token="{token}")\n', encoding="utf-8")
    table = project / "customers.csv"
    rows = "".join(f"{number},{letters.randint(18, 90)},{number % 3 == 0}\n" for number in range(2000))
    table.write_text(f"customer,age,left\n{rows}", encoding="utf-8")
    for path in (notebook, settings, table):
        print(f"    {path.relative_to(project).as_posix()}")
    return notebook, settings, table, token


def _show(editor: Editor, project: Path, path: Path, token: str) -> None:
    for diagnostic in editor.diagnostics[path.as_uri()]:
        start = diagnostic["range"]["start"]
        severity = ("", "error", "warning", "information", "hint")[diagnostic["severity"]]
        where = f"{path.relative_to(project).as_posix()}:{start['line'] + 1}:{start['character'] + 1}"
        print(f"    {where}: {severity}[{diagnostic['code']}]\n        {diagnostic['message']}")
        promise(token not in json.dumps(diagnostic), "no diagnostic holds the token")
    for action in editor.fixes(path):
        print(f"        fix: {action['title']}")


def _mend(
    editor: Editor, project: Path, notebook: Path, settings: Path, table: Path, environment: dict[str, str]
) -> None:
    _step("Applying the first fix of each, through the protocol")
    for path, wanted in ((notebook, "rename"), (table, "gitignore"), (settings, "unstage")):
        action = editor.offered(path, wanted)
        print(f"    {action['title']}   {editor.apply(action)}".rstrip())
    promise(
        not notebook.exists() and len(list(notebook.parent.glob("*.ipynb"))) == 1, "the notebook is renamed"
    )
    _step("And taking the token out of the code, in the editor")
    editor.open(settings, "python", settings.read_text(encoding="utf-8"))
    clean = 'import os\n\nfrom huggingface_hub import login\n\nlogin(token=os.environ["HF_TOKEN"])\n'
    editor.type(settings, 2, clean)
    editor.wait_for("the finding goes before the file is saved", lambda: not editor.codes(settings))
    settings.write_text(clean, encoding="utf-8")
    _git(project, environment, "add", ".")
    editor.wait_for(
        "no finding is left", lambda: not any(editor.codes(path) for path in (notebook, settings, table))
    )
    left = [uri for uri, found in editor.diagnostics.items() if any(d["severity"] <= 2 for d in found)]
    promise(not left, f"nothing is left to mend ({left})")
    print("    No finding is left.")
    _step("Committing: ccds.git.commit")
    print(
        f"    {editor.command('ccds.git.commit', root=project.as_uri(), message='feat: first model')['message']}"
    )


def _prove(project: Path, environment: dict[str, str], token: str) -> None:
    _step("The proof: every byte of every commit, searched for the token")
    history = _git(project, environment, "log", "--all", "--patch", "--text")
    promise(token.encode() not in history, "the token entered no commit")
    names = _git(project, environment, "ls-tree", "-r", "--name-only", "HEAD").decode().split("\n")
    promise(
        "customers.csv" not in names and "customer_churn/hub.py" in names,
        "the code is committed, the data is not",
    )
    print(f"    {len(history):,} bytes of history, no token; hub.py is committed, customers.csv is not.")


def _git(project: Path, environment: dict[str, str], *arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=project, env=environment, capture_output=True, check=False)
    promise(done.returncode == 0, f"git {arguments[0]} works: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
