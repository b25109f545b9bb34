"""A new project: ``ccds-ls new`` beside ``ccds``, and the server's command when all is loaded."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bench.client import Client, folder
from bench.measure import Promise, Table, interleaved, median, milliseconds, summary
from bench.peers import installed, ours

HOOK = """\
import shutil
from pathlib import Path

from ccds.hook_utils.dependencies import packages  # as upstream's hook does, which then edits the files

unwanted = {{ cookiecutter._unwanted.splitlines() }}
for path in map(Path, unwanted):
    shutil.rmtree(path) if path.is_dir() else path.unlink()
"""
UNWANTED = ("tests", "LICENSE", "setup.cfg")


def run(*, quick: bool) -> Iterator[Table]:
    """The processes in turn, then the command in one server."""
    with folder("scaffold") as root:
        yield _processes(root, 2 if quick else 11)
        yield _command(root, 3 if quick else 25)


def _processes(root: Path, rounds: int) -> Table:
    model = _generate(root / "model")
    plain, hooked = _template(root / "plain", model), _template(root / "hooked", model, hook=True)
    numbers = count()

    def time_ccds(template: Path) -> float:
        out = root / f"out-{next(numbers)}"
        out.mkdir()
        command = [installed("ccds"), "--no-input", "--checkout", "", "--output-dir", str(out), str(template)]
        environ = {"HOME": str(root), "PATH": f"{Path(installed('python')).parent}:/usr/bin:/bin"}
        return milliseconds(lambda: subprocess.run(command, check=True, capture_output=True, env=environ))

    measures = {
        "ccds-ls new": lambda: milliseconds(lambda: _generate(root / f"out-{next(numbers)}")),
        "ccds, the same files": lambda: time_ccds(plain),
        "ccds, the same files and hooks": lambda: time_ccds(hooked),
    }
    figures = interleaved(measures, rounds)
    fastest = median(figures["ccds-ls new"])
    rows = {name: {**summary(taken), "x ccds-ls": median(taken) / fastest} for name, taken in figures.items()}
    peer = median(figures["ccds, the same files and hooks"])
    promise = Promise("beside ccds on a template with hooks, as upstream's", fastest / peer, 0.5, "times")
    note = (
        "Milliseconds of whole processes. Upstream's template is not at hand offline, so ccds renders a local"
        " template made of a project of ours: the same files, with its names as placeholders. Upstream's own also"
        " has two hooks, which other Pythons run before the questions and after the rendering; so has the third row,"
        " where the first does nothing and the second removes what was not chosen."
    )
    return Table("scaffold: a project from the command line", rows, [promise], note)


def _generate(out: Path) -> Path:
    subprocess.run(
        ours("new", str(out), "--set", "project_name=model project"), check=True, capture_output=True
    )
    return out / "model_project"


def _template(where: Path, project: Path, *, hook: bool = False) -> Path:
    """A local cookiecutter template that renders what ``project`` holds."""
    body = where / "{{ cookiecutter.repo_name }}"
    shutil.copytree(project, body)
    for file in [path for path in body.rglob("*") if path.is_file()]:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("model_project", "{{ cookiecutter.repo_name }}"), encoding="utf-8")
    (body / "model_project").rename(body / "{{ cookiecutter.module_name }}")
    name = "{{ cookiecutter.project_name.lower().replace(' ', '_') }}"
    context = {
        "project_name": "model project",
        "repo_name": name,
        "module_name": name,
        "_unwanted": "\n".join(UNWANTED),
    }
    if hook:
        (where / "hooks").mkdir()
        (where / "hooks" / "post_gen_project.py").write_text(HOOK, encoding="utf-8")
        (where / "hooks" / "pre_prompt.py").write_text("# nothing to do\n", encoding="utf-8")
        for path in UNWANTED:
            (body / path).write_text("not chosen\n", encoding="utf-8")
    for config in ("ccds.json", "cookiecutter.json"):
        (where / config).write_text(json.dumps(context), encoding="utf-8")
    return where


def _command(root: Path, rounds: int) -> Table:
    client = Client(ours("server"), root).start()
    numbers = count()

    def make() -> float:
        argument = {"root": root.as_uri(), "answers": {"project_name": f"served {next(numbers)}"}}
        sent = time.perf_counter()
        arrived, reply = client.request(
            "workspace/executeCommand", {"command": "ccds.newProject", "arguments": [argument]}
        )
        if "error" in reply:
            raise RuntimeError(f"ccds.newProject failed: {reply['error']['message']}")
        return (arrived - sent) * 1000

    try:
        time.sleep(2)
        figures = interleaved({"ccds.newProject": make}, rounds, warmup=2)
    finally:
        client.close()
    rows = {name: summary(taken) for name, taken in figures.items()}
    promise = Promise("a project by a warm server", median(figures["ccds.newProject"]), 150)
    return Table(
        "scaffold: the server's command", rows, [promise], "Milliseconds from the request to its reply."
    )
