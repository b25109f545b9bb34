"""Litter, files of environment variables, key files, and the line of .gitignore that keeps data out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccds_ls.check import check as run_rules
from ccds_ls.config import Config, Ignore
from ccds_ls.finding import (
    AppendLine,
    EditSaved,
    Finding,
    MoveToRaw,
    Severity,
    State,
    StopTracking,
    TextEdit,
    TrackWithDvc,
    TrackWithLfs,
    Unstage,
)
from ccds_ls.project import Project
from ccds_ls.rules import Context, Rule, data_file, env_file, gitignore_data, key_file, large_output, litter
from ccds_ls.secrets import own_rules_only
from ccds_ls.snapshot import File, Origin, Snapshot

STAGED, WOULD_BE_ADDED, WORK_TREE = State.STAGED, State.WOULD_BE_ADDED, State.WORK_TREE
ERROR, WARNING, INFORMATION, HINT = Severity


def made(path: str, content: str | bytes = b"", state: State = STAGED, *, tracked: bool = False) -> File:
    data = content.encode() if isinstance(content, str) else content
    text = content if isinstance(content, str) else None
    return File(path, Origin.INDEX, state, len(data), data[:4096], text, tracked=tracked)


def found(
    rule: Rule, *files: File, root: str = "", in_git: bool = True, config: Config | None = None
) -> list[Finding]:
    """What a rule says of the first file, in a snapshot with the others."""
    project = Project(root, config or Config())
    snapshot = Snapshot(Path("/r"), files, in_git=in_git)
    return list(rule.check(files[0], Context(snapshot, project, project.config, lambda *_: ())))


def kinds(findings: list[Finding]) -> list[tuple[str | None, Severity]]:
    return [(finding.kind, finding.severity) for finding in findings]


# Data


@pytest.mark.parametrize(
    ("path", "committed", "state", "offered"),
    [
        ("export.csv", False, STAGED, {MoveToRaw}),
        ("export.csv", True, STAGED, {TrackWithDvc, TrackWithLfs}),  # a move would be a deletion
        ("export.csv", False, WORK_TREE, set()),
        ("data/raw/x.csv", False, STAGED, set()),
        ("models/forest.pkl", False, STAGED, {TrackWithDvc, TrackWithLfs}),
        ("models/forest.pkl", True, WOULD_BE_ADDED, {TrackWithDvc, TrackWithLfs}),
        ("notebooks/1.0-jqp-a.ipynb", False, STAGED, set()),
    ],
)
def test_other_places_for_data(path: str, committed: bool, state: State, offered: set[type]) -> None:
    file = replace(made(path, b"\x80\x04" + b"x" * 2_000_000, state), committed=committed)
    (finding,) = found(data_file.RULE, file)
    edits = {type(edit) for fix in finding.fixes for edit in fix.edits}
    assert edits & {MoveToRaw, TrackWithDvc, TrackWithLfs} == offered


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (made("export.csv", b"a,b\n" * 1000), "would stay in the history"),
        # Of a changed one it is this version that would.
        (replace(made("export.csv", b"a,b\n" * 1000), committed=True), "would stay in the history"),
        (made("export.csv", b"a,b\n" * 1000, WORK_TREE, tracked=True), "is in the history already"),
        (made("export.csv", b"a,b\n" * 1000, WORK_TREE), "would stay in the history"),
    ],
)
def test_what_a_table_does_to_the_history_depends_on_whether_it_is_there(file: File, text: str) -> None:
    (finding,) = found(data_file.RULE, file)
    assert text in finding.message


def test_a_file_that_was_added_against_gitignore_only_leaves_the_index_again() -> None:
    file = replace(made(".env", "DB_PASS=1a2b3c\n"), covered_by=".gitignore:1: .env")
    (finding,) = found(env_file.RULE, file)
    assert [(fix.title, fix.edits) for fix in finding.fixes] == [("Unstage .env", (Unstage(".env"),))]
    (fix,) = found(env_file.RULE, replace(file, state=State.WOULD_BE_ADDED, tracked=True))[0].fixes
    assert fix.title == "Stop tracking .env (the file stays)" and fix.edits == (StopTracking(".env"),)


def test_a_file_is_told_by_its_first_bytes_where_its_name_says_little() -> None:
    (other,) = found(data_file.RULE, made("notebooks/a.dat", b"\x93NUMPY" + b"x" * 3000))
    assert other.kind == "tabular"
    assert "A data file (3 KiB, NumPy by its first bytes) would" in other.message
    (named,) = found(data_file.RULE, made("notebooks/export.csv", b"a,b\n" * 1000))
    assert "A data file (4 KiB) would" in named.message


@pytest.mark.parametrize("in_outputs", [True, False])
@pytest.mark.parametrize("state", [STAGED, WOULD_BE_ADDED, WORK_TREE])
def test_a_large_notebook_is_cleared_of_its_outputs_if_they_make_it_large(
    in_outputs: bool, state: State
) -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "x" * 400_000 * in_outputs}
    shown = {"cell_type": "markdown", "metadata": {}, "source": "y" * 800_000 * (not in_outputs)}
    code = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [printed], "source": "f()"}
    text = json.dumps({"cells": [shown, code, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    (finding,) = found(data_file.RULE, made("notebooks/a.ipynb", text, state))
    assert ("most of that is saved outputs" in finding.message) is in_outputs
    first = finding.fixes[0]
    assert (first.title == "Clear all outputs of this notebook") is in_outputs
    assert all(isinstance(edit, TextEdit) for edit in first.edits) is in_outputs
    (typed,) = found(data_file.RULE, replace(made("notebooks/a.ipynb", text, state), origin=Origin.OVERLAY))
    assert typed.message == finding.message and typed.fixes[0].title == first.title
    assert (typed.fixes[0].edits == (EditSaved("notebooks/a.ipynb"),)) is in_outputs, (
        "no edits at each keystroke"
    )
    assert not any(fix.preferred for fix in finding.fixes), "nobody wants a notebook ignored by one key"


def test_large_outputs_are_told_once() -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "x" * 400_000}
    code = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [printed], "source": "f()"}
    text = json.dumps({"cells": [code] * 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    file = made("notebooks/a.ipynb", text)

    def told(**settings: Any) -> list[str]:
        projects = (Project(config=Config(**settings)),)
        rules = (data_file.RULE, large_output.RULE)
        snapshot = Snapshot(Path("/"), (file,), projects=projects)
        return [finding.code for finding, _ in run_rules(snapshot, own_rules_only(), rules)]

    assert told() == ["large-output"]
    assert told(disable=("large-output",)) == told(ignore=(Ignore("large-output"),)) == ["data-file"]


# Litter


@pytest.mark.parametrize(
    ("path", "kind", "pattern"),
    [
        (".venv/bin/python", "environment", ".venv/"),
        ("tools/env/bin/activate.fish", "environment", "/tools/env/"),
        ("env/Scripts/python.exe", "environment", "/env/"),
        ("venv/lib/python3.12/os.py", "environment", "/venv/"),
        ("tools/my env/lib/python3.12/site-packages/numpy/a.py", "environment", "/tools/my env/"),
        ("venv/Lib/site-packages/numpy/a.py", "environment", "/venv/"),
        (".venv/lib/python3.12/site-packages/numpy/a.py", "environment", ".venv/"),
        ("site-packages/numpy/a.py", "environment", "site-packages/"),
        ("a[1]/env/pyvenv.cfg", "environment", "/a\\[1]/env/"),
        ("node_modules/x/index.js", "environment", "node_modules/"),
        ("x.pyc", "cache", "*.py[co]"),
        ("a/b/.ipynb_checkpoints/c.ipynb", "cache", ".ipynb_checkpoints/"),
        ("src/churn.egg-info/SOURCES.txt", "build", "*.egg-info/"),
        ("wandb/latest-run/files/x", "run", "wandb/"),
        ("runs/events.out.tfevents.1.host", "run", "*.tfevents.*"),
        (".idea/misc.xml", "editor", ".idea/"),
        ("notebooks/.a.ipynb.swp", "editor", "*.sw[op]"),
        ("data/Thumbs.db", "system", "Thumbs.db"),
        ("~$report.xlsx", "system", "~$*"),
        ("env/cartpole.py", None, None),
        ("src/venv/__init__.py", None, None),
        ("src/wandb/client.py", None, None),
        ("cache/x.py", None, None),
        ("build/lib/x.py", None, None),
        (".venv", None, None),
        ("DS_Store", None, None),
    ],
)
def test_litter(path: str, kind: str | None, pattern: str | None) -> None:
    shown = litter.litter_of(path)
    assert (shown and (shown.kind, shown.pattern)) == (kind and (kind, pattern))


def test_litter_by_state() -> None:
    path = "src/__pycache__/a.pyc"
    ignore = AppendLine("sub/.gitignore", "__pycache__/")
    (staged,) = found(litter.RULE, made(f"sub/{path}"), root="sub")
    assert staged.severity is WARNING and set(staged.fixes[0].edits) == {ignore, Unstage(f"sub/{path}")}
    (fresh,) = found(litter.RULE, made(path, state=WOULD_BE_ADDED))
    assert fresh.severity is INFORMATION and fresh.fixes[0].safe
    (tracked,) = found(litter.RULE, made(path, state=WORK_TREE, tracked=True))
    assert tracked.severity is INFORMATION and StopTracking(path) in tracked.fixes[0].edits
    assert not any(fix.safe for fix in (*staged.fixes, *tracked.fixes))
    assert not found(litter.RULE, made(path, state=WORK_TREE), in_git=False)
    assert not found(litter.RULE, replace(made(path), ignored=True))


# Files of environment variables


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        (".env", "A=b", "values"),
        ("app/.env.local", "export A='b c'\n", "values"),
        ("prod.env", "# x\r\nA = b\r\n", "values"),
        (".env", "DEBUG=true\nPORT=8080\nPYTHONPATH=src:lib\nLOG_LEVEL=info", "settings"),
        (".env", "DEBUG=true\nNAME=churn", "values"),
        (".env", "PIN=1234", "values"),
        (".env", "RETRIES=5", "settings"),
        (".env", "DB_PASSWORD=12345", "values"),
        (".env", "", None),
        (".env", "# A=b\n\n", None),
        (".env", 'A=\nB=""\nC=<token>\nD=${E}\nF=your-key\nG=changeme\nH=xxxx # or so', "values"),
        (".env", 'A=\nB=""\nC=<token>\nD=${E}\nF=your-key\nG=changeme\nH=xxxx', None),
        (".env.example", "A=b", None),
        ("template.env", "A=b", None),
        (".env.dist", "A=b", None),
        ("distance.env", "A=b", "values"),
        ("env", "A=b", None),
        ("env.py", "A=b", None),
        (".envrc", "A=b", None),
    ],
)
def test_env_file(path: str, text: str, kind: str | None) -> None:
    assert [finding.kind for finding in found(env_file.RULE, made(path, text))] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("state", "values", "settings"),
    [(STAGED, ERROR, INFORMATION), (WOULD_BE_ADDED, WARNING, HINT), (WORK_TREE, WARNING, INFORMATION)],
)
def test_env_file_by_state(state: State, values: Severity, settings: Severity) -> None:
    assert kinds(found(env_file.RULE, made(".env", "A=b", state))) == [("values", values)]
    assert kinds(found(env_file.RULE, made(".env", "DEBUG=1", state))) == [("settings", settings)]


def test_env_file_says_no_value_and_is_fine_in_its_place() -> None:
    (finding,) = found(env_file.RULE, made(".env", "NAME=hunter2\n"))
    assert "hunter2" not in repr(finding)
    assert not found(env_file.RULE, made(".env", "A=b", WORK_TREE), in_git=False)
    assert not found(env_file.RULE, replace(made(".env", "A=b"), ignored=True))


# Key files

PRIVATE = "PRIVATE" + " KEY"


@pytest.mark.parametrize(
    ("path", "head", "kind"),
    [
        ("deploy.pem", f"-----BEGIN {PRIVATE}-----\n", "private-key"),
        ("x.txt", f"-----BEGIN RSA {PRIVATE}-----\n", "private-key"),
        ("id_ed25519", f"-----BEGIN OPENSSH {PRIVATE}-----\n", "private-key"),
        ("k.asc", f"-----BEGIN PGP {PRIVATE} BLOCK-----\n", "private-key"),
        (
            "k.pem",
            f"Bag Attributes\n    name: x\nKey: <No Attributes>\n-----BEGIN ENCRYPTED {PRIVATE}-----\n",
            "private-key",
        ),
        ("k", "PuTTY-User-Key-File-3: ssh-ed25519\n", "private-key"),
        ("k.txt", "# created: 2026\n# public key: age1x\nAGE-SECRET-" + "KEY-1QQ\n", "private-key"),
        ("a.jks", "", "key-store"),
        ("A.PFX", "", "key-store"),
        ("a.bin", b"\xfe\xed\xfe\xed\0\0\0\2", "key-store"),
        ("cert.pem", "-----BEGIN CERTIFICATE-----\nabc\n", None),
        ("id.pub", "ssh-ed25519 AAAA\n", None),
        ("a.py", f'KEY = """-----BEGIN {PRIVATE}-----', None),
        ("notes.md", f"How to make a key\n\n    -----BEGIN {PRIVATE}-----", None),
        ("p12.py", "", None),
    ],
)
def test_key_file(path: str, head: str | bytes, kind: str | None) -> None:
    assert kinds(found(key_file.RULE, made(path, head))) == ([(kind, ERROR)] if kind else [])


def test_key_file_by_state_and_place() -> None:
    assert kinds(found(key_file.RULE, made("a.p12", state=WOULD_BE_ADDED))) == [("key-store", WARNING)]
    assert kinds(found(key_file.RULE, made("a.p12", state=WORK_TREE))) == [("key-store", WARNING)]
    assert kinds(found(key_file.RULE, made("tests/a.p12"))) == [("key-store", INFORMATION)]
    assert not found(key_file.RULE, made("a.p12", state=WORK_TREE), in_git=False)


# .gitignore

CSV = made("data/raw/a.csv", "1,2")


@pytest.mark.parametrize(
    ("text", "files", "kind"),
    [
        ("# /data/\n", [], "commented-out"),
        ("*.pyc\n#data/*\n", [], "commented-out"),
        ("## /data/**  \n", [], "commented-out"),
        ("# /data/\n*.csv\n", [], "commented-out"),
        ("# data\n", [], None),
        ("# data/\n/data/raw/\n", [], None),
        ("# all of /data/ stays here\n", [], None),
        ("# !/data/\n", [], None),
        ("# models/\n", [], None),
        ("/data/\n", [CSV], None),
        ("data/**\n!data/**/\n!.gitkeep\n", [CSV], None),
        ("/data/raw\n", [CSV], None),
        ("", [], None),
        ("", [CSV], "missing"),
        ("*.csv\n", [CSV], "missing"),
        ("", [replace(CSV, ignored=True)], None),
        ("", [replace(CSV, state=WORK_TREE)], None),
        ("", [made("data/raw/.gitkeep")], None),
        ("", [CSV, made("data/raw.dvc")], None),
        ("# /data/\n", [made(".dvc/config")], None),
    ],
)
def test_gitignore_data(text: str, files: list[File], kind: str | None) -> None:
    findings = found(gitignore_data.RULE, made(".gitignore", text), *files)
    assert kinds(findings) == ([(kind, WARNING)] if kind else [])


def test_gitignore_data_fixes() -> None:
    (finding,) = found(gitignore_data.RULE, made("sub/.gitignore", "a\r\n#  /data/ \r\nb\r\n"), root="sub")
    (edit,) = finding.fixes[0].edits
    assert isinstance(edit, TextEdit) and finding.span == edit.span
    text = "a\r\n#  /data/ \r\nb\r\n"
    assert text[: edit.span.start] + edit.text + text[edit.span.end :] == "a\r\n/data/\r\nb\r\n"
    assert not found(gitignore_data.RULE, made(".gitignore"), CSV), "what can't be read as text is not judged"
    (finding,) = found(gitignore_data.RULE, made(".gitignore", ""), CSV)
    assert finding.fixes[0].edits == (AppendLine(".gitignore", "/data/"),)


def test_gitignore_data_folders_and_nested_files() -> None:
    config = Config(data_folders=("inputs", "more data"))
    text = "#inputs/\n#/more*/\n"
    assert len(found(gitignore_data.RULE, made(".gitignore", text), config=config)) == 2
    assert not found(gitignore_data.RULE, made("src/.gitignore", "# /data/\n"))
    assert not found(gitignore_data.RULE, made(".gitignore", "# /data/\n"), in_git=False)


@pytest.mark.parametrize(
    ("before", "now", "line"),
    [
        ("# Data\n/data/\n*.log\n", "# Data\n*.log\n", "*.log"),
        ("*.log\n/data/\n", "*.log\n", ""),
        ("/data/\n", "", None),
        ("data/**\n", "*.log\n", "*.log"),
        ("# Data\n/data/\n", "# Data\n# /data/\n", "# /data/"),
    ],
)
def test_a_line_that_was_removed_is_told_where_it_stood(before: str, now: str, line: str | None) -> None:
    file = made(".gitignore", now)
    context = Context(Snapshot(Path("/r"), (file, CSV)), Project(), Config(), lambda *_: ())
    context = replace(context, snapshot=replace(context.snapshot, committed={".gitignore": before}))
    (finding,) = gitignore_data.RULE.check(file, context)
    assert finding.kind == ("commented-out" if line == "# /data/" else "removed")
    assert (finding.span and now[finding.span.start : finding.span.end]) == line
    if finding.kind == "removed":
        assert finding.fixes[0].edits == (
            AppendLine(".gitignore", "data/**" if "data/**" in before else "/data/"),
        )
    with_dvc = replace(context.snapshot, with_dvc=frozenset({""}))
    assert not list(gitignore_data.RULE.check(file, replace(context, snapshot=with_dvc)))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/data/\n", "/data/raw/\n"),
        ("/data/\n", "data/raw/*.csv\n"),
        ("*.log\n", ""),
        ("#/data/\n", ""),
        ("", "*.log\n"),
    ],
)
def test_no_line_that_kept_data_out_was_removed(before: str, now: str) -> None:
    file = made(".gitignore", now)
    snapshot = Snapshot(Path("/r"), (file,), committed={".gitignore": before})
    assert not list(gitignore_data.RULE.check(file, Context(snapshot, Project(), Config(), lambda *_: ())))
