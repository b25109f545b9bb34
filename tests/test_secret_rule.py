"""The rule `secret` on files and notebooks: where findings stand, how bad they are, what is offered, what untold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ccds_ls.config import Config
from ccds_ls.finding import AppendLine, Finding, MoveToEnv, Severity, State, Unstage
from ccds_ls.project import Project
from ccds_ls.rules import Context
from ccds_ls.rules.secret import RULE
from ccds_ls.secrets import own_rules_only
from ccds_ls.snapshot import File, Origin, Snapshot
from secret_samples import SAMPLES

TOKEN = SAMPLES["huggingface-token"]()
PASSWORD = SAMPLES["password"]()


def check(path: str, text: str, state: State = State.WORK_TREE, ignored: bool = False) -> list[Finding]:
    file = File(path, Origin.WORKTREE, state, len(text), text.encode()[:4096], text, ignored=ignored)
    context = Context(Snapshot(Path("/repo"), (file,)), Project(), Config(), own_rules_only().find)
    return list(RULE.check(file, context))


def notebook(*cells: dict[str, object], **metadata: object) -> str:
    common: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": [],
    }
    return json.dumps(
        {"cells": [common | cell for cell in cells], "metadata": metadata, "nbformat": 4}, indent=1
    )


def output(**content: object) -> dict[str, object]:
    return {"outputs": [{"output_type": "display_data", "metadata": {}, "data": content}]}


SOURCE = ["import os\n", f'os.environ["HF"] = "{TOKEN}"\n']
PLACES = [
    pytest.param({"source": SOURCE}, 1, 'os.environ["HF"] = "', id="source as lines"),
    pytest.param({"source": "".join(SOURCE)}, 1, 'os.environ["HF"] = "', id="source as one string"),
    pytest.param({"cell_type": "markdown", "source": [f"é✓😀 {TOKEN}\n"]}, 0, "é✓😀 ", id="markdown"),
]


@pytest.mark.parametrize(("cell", "line", "before"), PLACES)
def test_in_a_cell_it_stands_in_the_cell_and_in_the_raw_text(
    cell: dict[str, object], line: int, before: str
) -> None:
    text = notebook({"source": ["1\n"]}, cell)
    (finding,) = check("notebooks/a.ipynb", text)
    source = "".join(cell["source"])  # type: ignore[arg-type]
    assert finding.cell == 2 and finding.cell_span is not None and finding.span is not None
    assert source[finding.cell_span.start : finding.cell_span.end] == TOKEN
    assert source.splitlines()[line].startswith(before + TOKEN)
    assert text[finding.span.start : finding.span.end] == TOKEN


OUTPUTS = [
    pytest.param({"text/plain": [f"token {TOKEN}\n"]}, id="text"),
    pytest.param({"text/plain": f"{TOKEN}", "text/html": f"<b>{TOKEN}</b>"}, id="two forms of one output"),
    pytest.param({"application/json": {"a": {"token": TOKEN}}}, id="json"),
]


@pytest.mark.parametrize("content", OUTPUTS)
def test_in_an_output_it_is_told_once_and_shown_on_the_cells_first_line(content: dict[str, object]) -> None:
    text = notebook({"source": ["print(1)\n", "print(2)"], **output(**content)})
    (finding,) = check("notebooks/a.ipynb", text)
    assert finding.cell == 1 and finding.cell_span is not None and finding.span is not None
    assert (finding.cell_span.start, finding.cell_span.end) == (0, len("print(1)"))
    assert text[finding.span.start : finding.span.end] == TOKEN


def test_in_an_output_the_message_says_so() -> None:
    printed = notebook(output(**{"text/plain": f"token {TOKEN}"}))
    (finding,) = check("a.ipynb", printed)
    assert "in the output of cell 1" in finding.message
    assert finding.message.endswith("clear that output before it is committed.")
    (staged,) = check("a.ipynb", printed, State.STAGED)
    assert staged.message.endswith("clear that output in the file and the commit.")


def test_a_column_of_a_data_file_is_one_finding_and_what_is_left_out_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "".join(f"password: '{SAMPLES['password']()}'\n" for _ in range(40))
    (finding,) = check("data/a.csv", text)
    assert "40 values" in finding.message
    monkeypatch.setattr("ccds_ls.secrets._MOST", 3)
    *listed, last = check("src/a.py", text)
    assert len(listed) == 3
    assert (last.code, last.severity) == ("unchecked", Severity.INFORMATION) and "37 more" in last.message


def test_a_traceback_is_searched() -> None:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": [f"\x1b[31mE\x1b[0m: {TOKEN}"]}
    assert [finding.cell for finding in check("a.ipynb", notebook({"outputs": [error]}))] == [1]


def test_colours_between_a_name_and_its_value_are_no_matter() -> None:
    red, plain = "\x1b[0;31m", "\x1b[39m"
    line = f'{red}connect{plain}(password{red}={plain}{red}"{PASSWORD}"{plain})'
    text = notebook({"outputs": [{"output_type": "error", "ename": "E", "evalue": "", "traceback": [line]}]})
    (finding,) = check("a.ipynb", text)
    assert finding.kind == "password" and finding.span is not None
    assert text[finding.span.start : finding.span.end] == PASSWORD


def test_metadata_and_broken_notebooks_are_searched_too() -> None:
    for text in (
        notebook({}, papermill={"token": TOKEN}),
        notebook({"metadata": {"tags": [TOKEN]}}),
        f'{{"cells": [ {TOKEN}',
    ):
        (finding,) = check("a.ipynb", text)
        assert finding.cell is None and finding.span is not None
        assert text[finding.span.start : finding.span.end] == TOKEN


def test_an_image_is_not_searched() -> None:
    image = output(**{"image/png": f"iVBORw0KGgo{TOKEN}"})
    assert check("a.ipynb", notebook(image | {"attachments": {"a.png": {"image/png": TOKEN}}})) == []


SYNTAX = [
    (f"%env DB_PASSWORD={PASSWORD}", 1),
    (f"%%bash\nexport DB_PASSWORD={PASSWORD}", 1),
    (f"%%writefile .env\nDB_PASSWORD={PASSWORD}", 1),
    (f"db_password=connect({PASSWORD!r})", 0),
    ("db_password=PASSWORD_1", 0),
]


@pytest.mark.parametrize(("source", "count"), SYNTAX)
def test_a_cell_is_read_in_its_own_syntax(source: str, count: int) -> None:
    assert len(check("a.ipynb", notebook({"source": source}))) == count


def test_a_cell_that_writes_a_file_hides_no_output() -> None:
    for name in ("output.txt", "metadata.json", "cell.py"):
        text = notebook({"source": f"%%writefile {name}\n{TOKEN}"}, {"source": f"x = '{TOKEN}'"})
        printed = notebook({"source": f"%%writefile {name}\n{TOKEN}"}, output(**{"text/plain": TOKEN}))
        assert len(check("a.ipynb", text)) == len(check("a.ipynb", printed)) == 2


def test_severity_follows_the_state_and_ignored_files_are_left_alone() -> None:
    text = f'token = "{TOKEN}"\n'
    states = {state: check("src/a.py", text, state)[0].severity for state in State}
    assert states == {
        State.STAGED: Severity.ERROR,
        State.WOULD_BE_ADDED: Severity.WARNING,
        State.WORK_TREE: Severity.WARNING,
    }
    assert check("src/a.py", text, ignored=True) == []


def test_the_message_says_what_to_do_and_not_the_value() -> None:
    (finding,) = check("src/a.py", f'password = "{PASSWORD}"\n', State.STAGED)
    assert "Revoke it first" in finding.message and "commit" in finding.message
    assert PASSWORD[:6] not in repr(finding) and finding.code == "secret" and finding.kind == "password"


def test_fixes_are_edits_as_data() -> None:
    text = f"PASSWORD={PASSWORD}\n"
    (staged,) = check("conf/.env", text, State.STAGED)
    assert [fix.edits for fix in staged.fixes] == [
        (AppendLine(".gitignore", "/conf/.env"), Unstage("conf/.env")),
        (Unstage("conf/.env"),),
    ]
    (untracked,) = check("conf/.env", text, State.WOULD_BE_ADDED)
    assert [fix.edits for fix in untracked.fixes] == [(AppendLine(".gitignore", "/conf/.env"),)]
    (in_code,) = check("src/a.py", f'password = "{PASSWORD}"')
    assert [fix.edits for fix in in_code.fixes] == [(MoveToEnv("src/a.py", in_code.fingerprint),)]
    assert check("src/a.R", f'password = "{PASSWORD}"')[0].fixes == ()
    assert not any(fix.safe for fix in staged.fixes) and all(fix.safe for fix in untracked.fixes)
    assert check("conf/.env", text)[0].fixes == (), "outside git it is in its place"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", f"HF={TOKEN}"),
        ("prod.env", f"HF={TOKEN}"),
        ("kaggle.json", f'{{"key": "{TOKEN}"}}'),
        ("gcp.json", json.dumps({"type": "service_account", "token": TOKEN})),
    ],
)
def test_a_file_that_is_for_secrets_is_kept_out_whole(name: str, text: str) -> None:
    (finding,) = check(name, text, State.STAGED)
    assert finding.message.endswith(finding.advice) and "keep the whole file out of git" in finding.advice
    assert finding.fixes[0].edits == (AppendLine(".gitignore", f"/{name}"), Unstage(name))
    for other in ("env.example", "conf.yaml"):
        (finding,) = check(other, f"HF: {TOKEN}", State.STAGED)
        assert "take it out of the file" in finding.advice
        assert [fix.edits for fix in finding.fixes] == [(Unstage(other),)]
