"""Secrets that move from Python code to .env."""

from __future__ import annotations

import ast
import io
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.collect import worktree_file
from ccds_ls.env_move import InEnv, put_in_env
from ccds_ls.finding import Finding, Severity, Span, State
from ccds_ls.git.command import ActError
from ccds_ls.rules.secret import check as check_secret
from ccds_ls.secrets import own_rules_only
from ccds_ls.secrets.env_file import line, lines, parsed
from ccds_ls.secrets.loading import loading
from ccds_ls.secrets.move import CannotMove, applied, move
from ccds_ls.secrets.plan import plan
from ccds_ls.snapshot import File, Origin
from ccds_ls.view import View
from repositories import git, make, write
from secret_samples import SAMPLES

S = "s3cr3t" + "Value"
LOAD = "from dotenv import load_dotenv\n\nload_dotenv()\n"
NEW = f"import os\n\n{LOAD}\n"
# source with {S} for the secret, kind, what becomes of it, name
MOVES = {
    "a variable's name": (f'hf_key = "{S}"\n', "huggingface-token", f'{NEW}hf_key = os.environ["HF_KEY"]\n'),
    "a vague name": (f'token = "{S}"\n', "huggingface-token", f'{NEW}token = os.environ["HF_TOKEN"]\n'),
    "camel case": (f'dbPassword = "{S}"\n', "password", f'{NEW}dbPassword = os.environ["DB_PASSWORD"]\n'),
    "a keyword": (f'f(1, pg_pass="{S}")\n', "password", f'{NEW}f(1, pg_pass=os.environ["PG_PASS"])\n'),
    "an argument": (f'login("{S}")\n', "comet-api-key", f'{NEW}login(os.environ["COMET_API_KEY"])\n'),
    "a dictionary": (f'{{"aws-key": "{S}"}}\n', "aws-key", f'{NEW}{{"aws-key": os.environ["AWS_KEY"]}}\n'),
    "bytes": (f"k = b'{S}'\n", "api-key", f'{NEW}k = os.environ["K"].encode()\n'),
    "a part": (f'h("Bearer {S}")\n', "token", f'{NEW}h(("Bearer " + os.environ["TOKEN"]))\n'),
    "a part with more": (f'h(r"a {S} b")', "token", f'{NEW}h((r"a " + os.environ["TOKEN"] + r" b"))'),
    "an f-string": (f'h(f"B {S} {{x}}")\n', "token", f"{NEW}h(f\"B {{os.environ['TOKEN']}} {{x}}\")\n"),
    "a database": (
        f'e = create("postgresql://u:{S}@h/d")\n',
        "database-url",
        f'{NEW}e = create(os.environ["DATABASE_URL"])\n',
    ),
    "behind imports": (
        f'"""Doc."""\nfrom __future__ import annotations\n\nimport a\nimport os\n\nx = "{S}"\n',
        "token",
        f'"""Doc."""\nfrom __future__ import annotations\n\nimport a\nimport os\n{LOAD}\nx = os.environ["X"]\n',
    ),
    "loaded already": (
        f'import os\nload_dotenv()\nx = "{S}"\n',
        "token",
        'import os\nload_dotenv()\nx = os.environ["X"]\n',
    ),
    "set by the code": (
        f'import os\n\nos.environ["COMET_API_KEY"] = "{S}"  # mine\nrun()\n',
        "comet-api-key",
        f"import os\n{LOAD}\nrun()\n",
    ),
    "set in a block": (
        f'import os\n\nif x:\n    os.environ["KEY"] = "{S}"\n',
        "api-key",
        f"import os\n{LOAD}\nif x:\n    pass\n",
    ),
    "%env": (f"%env HF_TOKEN={S}\nimport a\n", "huggingface-token", f"{LOAD}\nimport a\n"),
    "beside a magic": (
        f'%matplotlib inline\nimport os\nx = "{S}"\n',
        "token",
        f'{LOAD}\n%matplotlib inline\nimport os\nx = os.environ["X"]\n',
    ),
    "Windows": (
        f'import os\r\nx = "{S}"\r\n',
        "token",
        'import os\r\nfrom dotenv import load_dotenv\r\n\r\nload_dotenv()\r\n\r\nx = os.environ["X"]\r\n',
    ),
    "other scripts": (f'é = "ü"; tön = "{S}"\n', "token", f'{NEW}é = "ü"; tön = os.environ["TÖN"]\n'),
}
REFUSED = {
    "a comment": f"# {S}\n",
    "a name": f"x = {S}\n",
    "joined strings": f'x = "a" "{S}"\n',
    "a docstring": f'"""{S}"""\n',
    "not Python": f'x = = "{S}"\n',
    "a shell's line": f"!wandb login {S}\n",
    "a part of bytes": f'x = b"Bearer {S}"\n',
}


def at(source: str) -> Span:
    start = source.index(S)
    return Span(start, start + len(S))


@pytest.mark.parametrize("literal", ['b"\\xff\\xfe{}"', '"\\ud800{}"'])
def test_a_value_that_no_file_can_hold_is_left_alone(literal: str) -> None:
    source = f"x = {literal.format(S)}\n"
    with pytest.raises(CannotMove, match="no text"):
        move(source, Span(source.index("=") + 2, len(source) - 1), "token", {})


@pytest.mark.parametrize("name", MOVES)
def test_what_becomes_of_the_code(name: str) -> None:
    source, kind, expected = MOVES[name]
    if name == "other scripts":  # an environment's names are ASCII
        expected = expected.replace("TÖN", "TOKEN")
    moved = move(source, at(source), kind, {})
    edits = (*moved.edits, *loading(source, reads="os.environ" in str(moved.edits)))
    assert applied(source, edits) == expected
    assert S in moved.value and S not in expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_changed_by_rule_is_left_alone(name: str) -> None:
    with pytest.raises(CannotMove):
        move(REFUSED[name], at(REFUSED[name]), "token", {})


def test_a_name_that_is_taken_gets_a_number_unless_it_has_this_value() -> None:
    source = f'x = "{S}"'
    assert move(source, at(source), "token", {"X": "other", "X_2": "more"}).name == "X_3"
    assert move(source, at(source), "token", {"MINE": S}).name == "MINE"
    fixed = f'os.environ["X"] = "{S}"'
    with pytest.raises(CannotMove, match="another value"):
        move(fixed, at(fixed), "token", {"X": "other"})


@pytest.mark.filterwarnings("ignore:invalid escape:DeprecationWarning", "ignore:invalid escape:SyntaxWarning")
@given(
    before=st.sampled_from(["", "import a\n", '"""d"""\n', "x = 1\n", "%pip install a\n", "# c\n\n"]),
    prefix=st.sampled_from(["", "r", "f", "b", "rb"]),
    quote=st.sampled_from(["'", '"', '"""']),
    around=st.tuples(*[st.text(alphabet="ab :/=;é{}\\'", max_size=4)] * 2),
    context=st.sampled_from(["x = {}", "f({})", "f(a={})", "x = [{}, 1]", "if {}: pass", "x['k'] = {} % 1"]),
)
def test_code_that_is_moved_stays_code(
    before: str, prefix: str, quote: str, around: tuple[str, str], context: str
) -> None:
    literal = f"{prefix}{quote}{around[0]}{S}{around[1]}{quote}"
    source = before + context.replace("{}", literal) + "\n"
    try:
        moved = move(source, at(source), "token", {})
    except CannotMove:
        return
    after = applied(source, (*moved.edits, *loading(source)))
    assert S not in after
    ast.parse(after.replace("%pip install a", ""))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1))
def test_any_value_comes_back_from_the_file(value: str) -> None:
    try:
        written = line("NAME", value)
    except CannotMove:
        assert "${" in value
        return
    text = f"# mine\nexport A='1'\n{written}\nB=2 # two\n"
    assert parsed(text) == as_dotenv_reads(text) == {"A": "1", "NAME": value, "B": "2"}


@pytest.mark.parametrize("value", ["a\rb", "a\0b", "a\udcffb"])
def test_what_no_line_can_hold_is_refused(value: str) -> None:
    with pytest.raises(CannotMove, match="can hold"):
        line("NAME", value)


def as_dotenv_reads(text: str) -> dict[str, str]:
    found = dotenv_values(stream=io.StringIO(text), interpolate=False)
    return {name: value for name, value in found.items() if value is not None}


PIECES = [
    "A",
    "é",
    "export ",
    "'",
    '"',
    "\\",
    "=",
    "#",
    " ",
    "\t",
    "\n",
    "\n",
    "'b'=",
    "C=1\n",
    "n",
    "\x0b",
    "\x85",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_file_is_read_as_python_dotenv_reads_it(text: str) -> None:
    assert parsed(text) == as_dotenv_reads(text)


def test_lines_that_would_not_be_read_are_refused(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("A='never closed")
    with pytest.raises(CannotMove, match="never closed"):
        lines(env, {"NAME": "a b"})
    assert lines(env, {"NAME": "ab"}) == "NAME=ab"
    env.write_text("A=1\n", encoding="utf-16")  # as PowerShell's > writes it
    with pytest.raises(CannotMove, match="not in UTF-8"):
        lines(env, {"NAME": "ab"})


def test_a_notebook_loads_once() -> None:
    cells = ["import os\n", f'x = "{S}"\n', f'y = "{S}"\n']
    text = json.dumps(
        {
            "cells": [
                {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell}
                for cell in cells
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
    )
    file = File("a.ipynb", Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
    found = [
        Finding(
            "secret",
            "token",
            Severity.ERROR,
            "a.ipynb",
            "",
            State.STAGED,
            "f",
            None,
            cell,
            at(cells[cell - 1]),
        )
        for cell in (2, 3)
    ]
    made = plan(file, found, {})
    assert made.variables == {"X": S}
    assert sum("load_dotenv()" in edit.text for edit in made.edits) == 1
    assert sum("import os" in edit.text for edit in made.edits) == 0
    assert [edit.text for edit in made.edits if edit.cell == 3] == ['os.environ["X"]']


def in_repository(top: Path, name: str, text: str) -> File:
    write(top, {name: text})
    found = worktree_file(View(top, None), name)
    assert found is not None
    return found


def moved(top: Path, file: File) -> InEnv:
    context = SimpleNamespace(find_secrets=own_rules_only().find)
    fingerprint = next(check_secret(file, context)).fingerprint  # type: ignore[arg-type]  # all that the rule asks for
    return put_in_env(top, file, fingerprint, own_rules_only())


@pytest.mark.parametrize("kind", ["folder", "read-only", "linked ignore file"])
def test_where_it_cannot_go_nothing_is_changed(kind: str, tmp_path: Path) -> None:
    top = make(tmp_path / "r")
    file = in_repository(top, "a.py", f"password = {SAMPLES['password']()!r}\n")
    if kind == "folder":
        (top / ".env").mkdir()
    elif kind == "read-only":
        write(top, {".env": "A=1\n"})
        (top / ".env").chmod(0o444)
        if os.access(top / ".env", os.W_OK):
            pytest.skip("this user may write to every file")
    else:
        (top / ".gitignore").symlink_to(tmp_path / "ignore")
    before = git(top, "status", "--porcelain", "--ignored")
    with pytest.raises(ActError, match=r"^Nothing was changed: .*(can't be written|symbolic link)"):
        moved(top, file)
    assert git(top, "status", "--porcelain", "--ignored") == before
    assert not (tmp_path / "ignore").exists()


def test_a_secret_that_a_cell_printed_as_well_moves_from_the_code(tmp_path: Path) -> None:
    value = SAMPLES["password"]()
    output = {"output_type": "stream", "name": "stdout", "text": [f"password = {value!r}\n"]}
    source = f"password = {value!r}\nprint(f'{{password = }}')"
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [output], "source": source}
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    top = make(tmp_path / "r")
    done = moved(top, in_repository(top, "a.ipynb", json.dumps(content)))
    assert parsed((top / ".env").read_text()) == {"PASSWORD": value}
    assert done.names == ("PASSWORD",) and done.elsewhere == 1
    assert not any(value in edit.text for edit in done.edits)


def test_outside_of_git_it_is_put_beside_the_file(tmp_path: Path) -> None:
    file = in_repository(tmp_path, "a.py", f"password = {SAMPLES['password']()!r}\n")
    assert moved(tmp_path, file).ignoring == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "a.py"]
