"""Whatever fixes follow each other, and whenever they are killed: no byte is lost and the repository stays whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from editors.waiting import until
from fix_sequence import FIXES
from repositories import ENVIRONMENT, git, loose_object, make, stage, write
from secret_samples import SAMPLES

pytestmark = pytest.mark.long

NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": 1,
                "metadata": {},
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["é\n"]}],
                "source": ["x = 1"],
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    },
    ensure_ascii=False,
)
NAMES = ("a.py", "b.csv", "c d.ipynb", "é.ipynb", ".gitignore", "pyproject.toml", ".env")
SECRET = SAMPLES["password"]()
CONTENTS = {name: NOTEBOOK if name.endswith(".ipynb") else f"# {name}\n# without an end" for name in NAMES}
CONTENTS["a.py"] = f"# é\nPASSWORD = {SECRET!r}\n# without an end"
HOOK = b"#!/bin/sh\nexit 0\n"
STATES = ("absent", "untracked", "committed", "modified", "staged", "staged and modified", "deleted")


def built(folder: Path, states: dict[str, str], own_hook: bool) -> Path:
    """A repository with each file in its state."""
    top = make(folder / "r")
    begun = {name: f"# first\n{CONTENTS[name]}" for name, state in states.items() if state in STATES[2:4]}
    begun |= {name: f"# first\n{CONTENTS[name]}" for name, state in states.items() if state == "deleted"}
    stage(top, begun)
    git(top, "commit", "-q", "--allow-empty", "--no-verify", "-m", "two")
    stage(top, {n: CONTENTS[n] for n, state in states.items() if state.startswith("staged")})
    write(top, {n: CONTENTS[n] for n, state in states.items() if state in ("untracked", "modified")})
    write(top, {n: f"{CONTENTS[n]}\n" for n, state in states.items() if state == "staged and modified"})
    for name, state in states.items():
        if state == "deleted":
            git(top, "rm", "-q", "--", name)
    if own_hook:
        write(top, {".git/hooks/pre-commit": HOOK})
    return top


def killed(steps: list[tuple[str, str]], after: float) -> None:
    """Run the steps and end them ``after`` so many seconds; git's own processes may finish, as they do in life."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    program = Path(__file__).with_name("fix_sequence.py")
    process = subprocess.Popen(
        [sys.executable, str(program), json.dumps(steps)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**clean, **ENVIRONMENT},
    )
    assert process.stdout and process.stdout.readline() == b"ready\n", process.communicate()[1].decode()
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    _, errors = process.communicate()
    assert b"Traceback" not in errors, errors.decode()


def texts(top: Path) -> dict[str, bytes]:
    files = (path for path in top.rglob("*") if path.is_file() and ".git" not in path.relative_to(top).parts)
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


def blobs(top: Path) -> set[str]:
    return {line.split()[1] for line in git(top, "ls-files", "-s", "-z").split("\0") if line}


def assert_whole(top: Path, before: dict[str, bytes], staged: set[str], head: str, own_hook: bool) -> None:
    lock = top / ".git" / "index.lock"
    until(lambda: not lock.exists(), "git, which was not killed, is at its end", 10)
    assert git(top, "rev-parse", "HEAD") == head
    git(top, "fsck", "--strict")
    git(top, "ls-files", "-s")
    for oid in staged:
        git(top, "cat-file", "-e", oid)
    now = texts(top)
    for name, data in before.items():
        found = [
            text for other, text in now.items() if other.endswith(name)
        ]  # "new-" stands before a renamed one
        kept = is_kept if name.endswith(".ipynb") else bytes.startswith
        moved = name == "a.py" and any(is_moved(text, now.get(".env", b"")) for text in found)
        assert moved or any(map(kept, found, [data] * len(found))), name
    if own_hook:
        hooks = {path.name: path.read_bytes() for path in (top / ".git" / "hooks").iterdir()}
        assert HOOK in hooks.values(), hooks


def is_moved(module: bytes, env: bytes) -> bool:
    """Whether the secret of a.py is in .env instead, which comes first, and all the rest is where it was."""
    whole = (
        b'PASSWORD = os.environ["PASSWORD"]\n# without an end' in module
        and module.count("# é\n".encode()) == 1
    )
    return whole and SECRET.encode() in env


def is_kept(notebook: bytes, before: bytes) -> bool:
    """Whether a notebook is as it was, but for outputs that were cleared."""
    return notebook == before or (b'"outputs": []' in notebook and b'"source": ["x = 1"]' in notebook)


CASES = given(
    states=st.fixed_dictionaries({name: st.sampled_from(STATES) for name in NAMES}),
    own_hook=st.booleans(),
    steps=st.lists(st.tuples(st.sampled_from(sorted(FIXES)), st.sampled_from(NAMES)), min_size=1, max_size=6),
    after=st.floats(0, 0.4) | st.just(30.0),
)


def check(states: dict[str, str], own_hook: bool, steps: list[tuple[str, str]], after: float) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ccds-ls-lost-"))
    try:
        top = built(folder, states, own_hook)
        before, staged, head = texts(top), blobs(top), git(top, "rev-parse", "HEAD")
        killed([(name, str(top / path)) for name, path in steps], after)
        assert_whole(top, before, staged, head, own_hook)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@settings(max_examples=150, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@CASES
def test_nothing_is_lost_in_many_cases(
    states: dict[str, str], own_hook: bool, steps: list[tuple[str, str]], after: float
) -> None:
    check(states, own_hook, steps, after)


def test_a_loss_would_be_noticed(tmp_path: Path) -> None:
    top = built(tmp_path, dict.fromkeys(NAMES, "staged"), own_hook=True)
    before, staged, head = texts(top), blobs(top), git(top, "rev-parse", "HEAD")
    assert_whole(top, before, staged, head, own_hook=True)
    for name, data in (("a.py", b"# a"), ("c d.ipynb", b"{}"), (".git/hooks/pre-commit", b"")):
        path = top / name
        kept = path.read_bytes()
        path.write_bytes(data)
        with pytest.raises(AssertionError):
            assert_whole(top, before, staged, head, own_hook=True)
        path.write_bytes(kept)
    oid = next(iter(staged))
    loose_object(top, oid).unlink()
    with pytest.raises(AssertionError):
        assert_whole(top, before, staged, head, own_hook=True)


def test_a_secret_that_is_moved_is_in_env_alone(tmp_path: Path) -> None:
    top = built(tmp_path, {**dict.fromkeys(NAMES, "absent"), "a.py": "staged"}, own_hook=False)
    killed([("move secrets", str(top / "a.py"))], 30.0)
    assert SECRET.encode() not in (top / "a.py").read_bytes()
    assert is_moved((top / "a.py").read_bytes(), (top / ".env").read_bytes())
    assert git(top, "check-ignore", ".env") == ".env"
