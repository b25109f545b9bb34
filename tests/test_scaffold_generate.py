"""Generation: the right files, all or nothing, and answers that stay text."""

from __future__ import annotations

import errno
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccds_ls.scaffold import names, quoting
from ccds_ls.scaffold.answers import Answers, resolve
from ccds_ls.scaffold.generate import (
    STALE_SECONDS,
    TEMPLATE,
    TEMPORARY_PREFIX,
    CancelledError,
    ScaffoldError,
    generate,
)
from projects.expected import (
    DATA_FOLDERS,
    FACTORS,
    answers_of,
    check_project,
    files,
    files_on_disk,
    parse_toml,
)
from repositories import git

# Since Python 3.12 a fork beside threads is warned of, and a worker of pytest-xdist has one that waits for its tests.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

SMALL = {"docs": "none", "include_code_scaffold": "No"}

# Thirteen projects in which every choice, and every pair that makes sense, occurs; pairs of choices are in projects/.
COVERING = [{key: values[i % len(values)] for key, values in FACTORS.items()} for i in range(13)]


@pytest.mark.parametrize("number", range(13))
def test_a_project_of_every_choice(tmp_path: Path, number: int) -> None:
    answers = resolve(answers_of(COVERING[number], number))
    project = generate(answers, tmp_path)
    assert project == tmp_path / f"project_{number}"
    assert list(tmp_path.iterdir()) == [project]
    check_project(project, answers)


def test_no_installer_compiles_the_template() -> None:
    """What pip compiles stands in __pycache__ beside it, and would be rendered into every project."""
    names = [path.name for path in TEMPLATE.rglob("*") if path.is_file()]
    assert len(names) > 30
    assert not [name for name in names if name.endswith((".py", ".pyc"))]


IGNORED = """
data/x data/x.csv data/raw/x.csv data/raw/sub/x.csv data/raw/sub/.gitkeep data/other/.gitkeep .env .venv/x env/x
venv/x ENV/x lib/x build/x dist/x a/__pycache__/x.pyc a.egg-info/x .ipynb_checkpoints/x .DS_Store .ruff_cache/x
.pixi/x .pypirc x.swp x.log docs/site/x .mypy_cache/x .pytest_cache/x .coverage htmlcov/x
"""
TAKEN = """
models/m.pkl reports/figures/f.png references/r.csv x.csv x.pkl .env.local .envrc key.pem id_rsa credentials.json
.idea/x .vscode/x uv.lock poetry.lock Pipfile.lock pixi.lock data/raw/.gitkeep notebooks/n.ipynb
"""


def test_the_default_project_in_git(tmp_path: Path) -> None:
    answers = resolve({})
    project = generate(answers, tmp_path)
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "Start")
    git(tmp_path, "clone", "-q", str(project), "clone")
    assert files_on_disk(tmp_path / "clone") == files(answers)
    assert {f"{folder}/.gitkeep" for folder in DATA_FOLDERS} <= files(answers)
    every = [*IGNORED.split(), *TAKEN.split()]
    # Without the index: what is tracked is never called ignored.
    answer = git(project, "check-ignore", "--no-index", "--stdin", feed="\n".join(every).encode())
    assert answer.split() == IGNORED.split()


def test_no_package_name_is_one_that_the_projects_gitignore_ignores(tmp_path: Path) -> None:
    text = (generate(resolve(SMALL), tmp_path) / ".gitignore").read_text(encoding="utf-8")
    ignored = [match[1] for match in re.finditer(r"^/?([A-Za-z]\w*)/?$", text, re.M)]
    assert len(ignored) > 10
    assert not [name for name in ignored if names.taken(name) is None]


def test_a_folder_name_with_spaces(tmp_path: Path) -> None:
    for manager in ("virtualenv", "conda"):
        answers = resolve({"repo_name": f"my {manager} é", "environment_manager": manager, **SMALL})
        project = generate(answers, tmp_path)
        assert project.name == f"my {manager} é"
        if shutil.which("make"):
            run = subprocess.run(
                ["make", "-n", "create_environment"], cwd=project, capture_output=True, text=True, check=True
            )
            assert re.search(rf"(mkvirtualenv|--name) my_{manager}_e ", run.stdout)


def test_out_dir_and_an_empty_target_may_be_missing_or_there(tmp_path: Path) -> None:
    answers = resolve(SMALL)
    assert generate(answers, tmp_path / "a" / "b").is_dir()
    (tmp_path / "project_name").mkdir()
    assert (generate(answers, tmp_path) / "Makefile").is_file()


@pytest.mark.parametrize("kind", ["file", "folder", "link", "out_dir"])
def test_what_is_there_is_never_touched(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "project_name"
    if kind == "folder":
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    elif kind == "link":
        (tmp_path / "elsewhere").mkdir()
        target.symlink_to("elsewhere")
    else:
        target.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ScaffoldError, match="project_name"):
        generate(resolve(SMALL), target if kind == "out_dir" else tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_cancelled_at_any_point_nothing_is_left(tmp_path: Path) -> None:
    answers = resolve({})
    for point in range(20):
        calls = iter(range(20))
        try:
            generate(answers, tmp_path / "new" / "folder", cancelled=lambda: next(calls) == point)  # noqa: B023
        except CancelledError:
            assert not (tmp_path / "new").exists()
        else:
            break
    assert point >= 4


def in_child(work: Callable[[], Any]) -> int:
    """Run ``work`` in a forked process and return its exit code, or minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_killed_at_any_point_the_project_is_absent_or_complete(tmp_path: Path) -> None:
    answers = resolve({})
    generate(answers, tmp_path / "first")  # So that not every child has to import and compile all.
    shutil.rmtree(tmp_path / "first")

    def killed_at(point: int) -> None:
        calls = iter(range(20))

        def cancelled() -> bool:
            if next(calls) == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return False

        generate(answers, tmp_path, cancelled=cancelled)

    for point in range(20):
        code = in_child(lambda: killed_at(point))  # noqa: B023
        if code == 0:
            break
        assert code == -signal.SIGKILL
        assert all(path.name.startswith(TEMPORARY_PREFIX) for path in tmp_path.iterdir())
    check_project(tmp_path / "project_name", answers)
    left = list(tmp_path.glob(f"{TEMPORARY_PREFIX}*"))
    assert len(left) == point >= 4
    git(tmp_path, "init", "-q")
    assert TEMPORARY_PREFIX not in git(tmp_path, "status", "--porcelain", "-unormal")


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("end", ["killed", "refused"])
def test_whatever_call_of_the_system_is_the_last(tmp_path: Path, end: str) -> None:
    """Killed at a call that opens, makes, renames or changes something in the folder; or that call fails."""
    answers = resolve({})
    generate(answers, tmp_path / "first")  # So that not every child has to import all.
    out = tmp_path / "out"

    def ended_at(point: int) -> None:
        numbers = itertools.count()

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event not in ("open", "os.mkdir", "os.rename", "os.chmod") or not str(arguments[0]).startswith(
                str(out)
            ):
                return
            number = next(numbers)
            if end == "killed" and number == point:
                os.kill(os.getpid(), signal.SIGKILL)
            if end == "refused" and number == point:
                raise OSError(errno.EIO, "the disk is broken")

        sys.addaudithook(hook)
        generate(answers, out)

    ends = []
    for point in [*range(4), *range(4, 400, 11)]:
        ends.append(in_child(lambda: ended_at(point)))  # noqa: B023
        if (out / "project_name").exists():
            break  # It was complete; what is left to do is tidying up.
        assert end == "killed" or not list(out.glob("*")), "what could not be made is gone again"
    assert len(ends) > 10 and set(ends[:-1]) == {1 if end == "refused" else -signal.SIGKILL}
    check_project(out / "project_name", answers)


@pytest.mark.skipif(sys.platform == "win32", reason="forks, and limits the size of files")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    import resource

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(ScaffoldError, match="too large"):
            generate(resolve({}), tmp_path / "out")

    assert in_child(limited) == 0
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_removed_when_it_is_old_and_ours(tmp_path: Path) -> None:
    old = time.time() - 2 * STALE_SECONDS
    for name, marker, age in [("old", "*\n", old), ("new", "*\n", None), ("theirs", "*.log\n", old)]:
        folder = tmp_path / f"{TEMPORARY_PREFIX}{name}"
        folder.mkdir()
        (folder / ".gitignore").write_text(marker)
        if age:
            os.utime(folder / ".gitignore", (age, age))
    generate(resolve(SMALL), tmp_path)
    left = [path.name.removeprefix(TEMPORARY_PREFIX) for path in tmp_path.glob(f"{TEMPORARY_PREFIX}*")]
    assert sorted(left) == ["new", "theirs"]


def test_the_current_folder_stays_and_a_relative_out_dir_is_meant_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert generate(resolve(SMALL), Path("out")) == tmp_path / "out" / "project_name"
    assert Path.cwd() == tmp_path


def test_the_same_answers_and_year_make_the_same_files(tmp_path: Path) -> None:
    first = resolve(
        {"open_source_license": "MIT", "dataset_storage": {"s3": {"aws_profile": "me"}}, "author_name": "Ä"}
    )
    one = generate(first, tmp_path / "1", year=2001)
    kept = parse_toml((one / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ccds-ls"]["template"]
    assert kept["year"] == 2001 and "2001, Ä" in (one / "LICENSE").read_text(encoding="utf-8")
    two = generate(resolve(kept["answers"]), tmp_path / "2", year=kept["year"])
    for name in files_on_disk(one) | files_on_disk(two):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


HOSTILE = [
    "{{ 7*7 }} {{ cookiecutter }} {{ undefined }}",
    "{{ cycler.__init__.__globals__.os.system('touch HACKED') }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}{# gone #}",
    "{% raw %} {{ '{{' }} {% endraw %}",
    '"); __import__("os").system("touch HACKED"); print("',
    "$(touch HACKED) `touch HACKED` $(shell touch HACKED) ${HOME} %PATH%",
    "\"\"\" ''' ]]> --> <script> \\ \" ' # ; && | \\",
    "key: value # comment, [a] {b} & *c !d %e @f `g",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_answers_are_text_and_nothing_more(tmp_path: Path, text: str) -> None:
    storage = {"s3": {"bucket": text, "aws_profile": text}}
    free = {"project_name": text, "author_name": text, "description": text, "dataset_storage": storage}
    answers = resolve({**free, "repo_name": "r", "module_name": "m", "open_source_license": "BSD-3-Clause"})
    project = generate(answers, tmp_path)
    content = parse_toml((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert content["project"]["description"] == text
    assert content["project"]["authors"] == [{"name": text}]
    assert content["tool"]["ccds-ls"]["template"]["answers"] == answers.as_dict()
    site = yaml.safe_load((project / "docs/mkdocs.yml").read_text(encoding="utf-8"))
    assert [site["site_name"], site["site_author"], site["site_description"]] == [text] * 3
    assert text.replace("<", "&lt;") in (project / "README.md").read_text(encoding="utf-8")
    assert text in (project / "LICENSE").read_text(encoding="utf-8")
    if shutil.which("make"):
        shown = said_by_make(project, tmp_path)
        assert shown == ["s3", "sync", f"s3://{text}/data/", "data/", "--profile", text]
    assert not list(tmp_path.rglob("HACKED")) and not Path("HACKED").exists()


def said_by_make(project: Path, tmp_path: Path) -> list[str]:
    """The arguments that `make sync_data_down` really gives to aws: here a script that writes them down."""
    program = tmp_path / "aws"
    program.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\n')
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["make", "-s", "sync_data_down"],
        cwd=project,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


@pytest.mark.parametrize("key", ["repo_name", "module_name", "python_version_number"])
@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_versions_take_nothing_of_the_kind(key: str, text: str) -> None:
    with pytest.raises(ValueError, match=key):
        resolve({key: text})


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


@settings(
    max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(title=TEXT, author=TEXT, description=TEXT)
@example(title="a", author="\u2028x\u2029", description="\ufeff\ufffe\U0010ffff\xad\u202e")
def test_any_text_is_read_back_from_the_project(
    tmp_path_factory: pytest.TempPathFactory, title: str, author: str, description: str
) -> None:
    given = {"project_name": title, "author_name": author, "description": description}
    answers: Answers = resolve({**given, **SMALL, "repo_name": "r", "module_name": "m"})
    project = generate(answers, tmp_path_factory.mktemp("any"))
    content = parse_toml((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert content["project"]["description"] == answers.description
    assert content["tool"]["ccds-ls"]["template"]["answers"] == answers.as_dict()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_string_is_read_alike_by_toml_yaml_and_python(text: str) -> None:
    import ast

    written = quoting.quoted(text)
    assert "\n" not in written
    assert (
        parse_toml(f"x = {written}")["x"]
        == yaml.safe_load(f"x: {written}")["x"]
        == ast.literal_eval(written)
        == text
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain *text* of `code`", "plain *text* of `code`"),
        ("# no title", "\\# no title"),
        ("1. no list", "1\\. no list"),
        ("```", "\\```"),
        ("a <!-- b", "a &lt;!-- b"),
    ],
)
def test_a_line_of_markdown_stays_a_line(text: str, written: str) -> None:
    assert quoting.markdown(text) == written
