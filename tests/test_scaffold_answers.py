"""Answers: defaults, derived names, every refusal with its reason, and every way in."""

from __future__ import annotations

import ast
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.scaffold import names
from ccds_ls.scaffold.answers import AnswerError, Answers, load, parse_set, resolve
from ccds_ls.scaffold.ask import Terminal, ask
from ccds_ls.scaffold.options import OPTIONS, SENSIBLE

DEFAULTS = {
    "project_name": "project_name",
    "repo_name": "project_name",
    "module_name": "project_name",
    "author_name": "Your name (or your organization/company/team)",
    "description": "A short description of the project.",
    "python_version_number": "3.10",
    "dataset_storage": {"none": {}},
    "environment_manager": "virtualenv",
    "dependency_file": "requirements.txt",
    "pydata_packages": "none",
    "testing_framework": "none",
    "linting_and_formatting": "ruff",
    "open_source_license": "No license file",
    "docs": "mkdocs",
    "include_code_scaffold": "Yes",
}


def test_without_answers_all_are_the_defaults() -> None:
    assert resolve({}).as_dict() == DEFAULTS == resolve(dict.fromkeys(DEFAULTS, None)).as_dict()
    assert resolve(dict.fromkeys(DEFAULTS, "  ")).as_dict() == DEFAULTS


def test_answers_have_the_options_of_the_table_in_its_order() -> None:
    keys = [option.key for option in OPTIONS]
    assert [field.name for field in dataclasses.fields(Answers)] == [*keys, "storage"]
    for option in OPTIONS:
        assert option.description.endswith(".")
        assert all("\n" not in choice.description and choice.description for choice in option.choices)


def test_answers_come_back_from_what_is_kept_of_them() -> None:
    answers = resolve({"project_name": "Été", "dataset_storage": {"s3": {"bucket": "b"}}, "docs": "none"})
    assert resolve(answers.as_dict()) == answers


@pytest.mark.parametrize(
    ("title", "repo_name", "module_name"),
    [
        ("My Project", "my_project", "my_project"),
        ("My-Project", "my-project", "my_project"),
        ("2025 churn", "2025_churn", "project_2025_churn"),
        ("Étude Données", "etude_donnees", "etude_donnees"),
        ("Прогноз продаж", "prognoz_prodazh", "prognoz_prodazh"),
        ("What? A: test!", "what_a_test", "what_a_test"),
        ("a/b", "a_b", "a_b"),
        ("../../etc/passwd", "etc_passwd", "etc_passwd"),
        ("v1.2 rc", "v1.2_rc", "v1_2_rc"),
        ("class", "class", "class_project"),
        ("JSON", "json", "json_project"),
        ("Data", "data", "data_project"),
        ("build", "build", "build_project"),
        ("numpy", "numpy", "numpy_project"),
        ("CON", "project_con", "project_con"),
        ("nul.txt", "project_nul.txt", "project_nul_txt"),
        ("{{ 7*7 }}", "7_7", "project_7_7"),
        ("x" * 150, "x" * 80, "x" * 60),
    ],
)
def test_names_are_made_of_the_title(title: str, repo_name: str, module_name: str) -> None:
    answers = resolve({"project_name": title})
    assert (answers.repo_name, answers.module_name, answers.project_name) == (repo_name, module_name, title)


@given(st.text(max_size=100))
def test_a_name_made_of_a_title_is_always_one_that_is_accepted(title: str) -> None:
    repo_name, module_name = names.repo_name(title), names.module_name(title)
    if repo_name:
        answers = resolve({"repo_name": repo_name, "module_name": module_name})
        assert (answers.repo_name, answers.module_name) == (repo_name, module_name)
        assert ast.parse(f"import {module_name}")


def test_no_package_hides_a_module_of_the_running_python() -> None:
    assert not [name for name in sys.stdlib_module_names if names.taken(name) is None]


ACCEPTED = [
    ("repo_name", "my repo"),
    ("repo_name", "étude-2"),
    ("repo_name", "UPPER.v2+x"),
    ("module_name", "src"),
    ("module_name", "match"),
    ("module_name", "m" * 60),
    ("python_version_number", "3.12"),
    ("python_version_number", "3.12.4"),
    ("author_name", 'O\'Neil & "Söhne" \\ {x} 🧪'),
    ("description", 'quotes " and \\ and {% x %} and 🧪 and 数据'),
    ("project_name", "🧪 tests {{ 1 }} of 2"),
    ("open_source_license", "MIT"),
    ("include_code_scaffold", "No"),
]


@pytest.mark.parametrize(("key", "value"), ACCEPTED)
def test_accepted(key: str, value: str) -> None:
    assert getattr(resolve({key: value}), key) == value


@pytest.mark.parametrize(
    ("key", "value", "folded"),
    [
        ("description", " one\ntwo\r\n\tthree ", "one two three"),
        ("author_name", "a\u2028b\x0bc\x85d", "a b c d"),
        ("open_source_license", "mit", "MIT"),
        ("include_code_scaffold", False, "No"),
    ],
)
def test_taken_as(key: str, value: object, folded: str) -> None:
    assert getattr(resolve({key: value}), key) == folded


REFUSED: list[tuple[str, object, str]] = [
    ("module_name", "1 bad module", "'project_1_bad_module' would do"),
    ("module_name", "class", "word of the Python language"),
    ("module_name", "my-mod", "'my_mod' would do"),
    ("module_name", "2fast", "'project_2fast' would do"),
    ("module_name", "json", "standard library"),
    ("module_name", "distutils", "standard library"),
    ("module_name", "Data", "layout"),
    ("module_name", "tests", "layout"),
    ("module_name", "makefile", "layout"),
    ("module_name", "lib", ".gitignore"),
    ("module_name", "pandas", "install"),
    ("module_name", "dotenv", "install"),
    ("module_name", "com1", "device"),
    ("module_name", "_x", "underscore"),
    ("module_name", "données", "'donnees' would do"),
    ("module_name", "m" * 61, "longer than 60"),
    ("module_name", "a.b", "'a_b' would do"),
    ("repo_name", "../escaped", "path"),
    ("repo_name", "/etc", "path"),
    ("repo_name", "a\\b", "path"),
    ("repo_name", "..", "dot"),
    ("repo_name", ".git", "'git' would do"),
    ("repo_name", "-rf", "'rf' would do"),
    ("repo_name", "a.", "dot"),
    ("repo_name", "con", "device"),
    ("repo_name", "NUL.txt", "device"),
    ("repo_name", "a:b", "':'"),
    ("repo_name", "a$b", "'$'"),
    ("repo_name", "{{ 7*7 }}", "'{'"),
    ("repo_name", "a\x00b", "U+0000"),
    ("repo_name", "x" * 81, "longer than 80"),
    ("repo_name", "數" * 81, "longer than 80"),
    ("project_name", "🧪", "repo_name: no name can be made"),
    ("project_name", "a\x1bb", "U+001B"),
    ("project_name", "x" * 201, "at most 200"),
    ("description", "half \ud83e", "surrogate"),
    ("description", "x" * 2001, "at most 2000"),
    ("python_version_number", ">=3.10", "3.12"),
    ("python_version_number", "3", "3.12"),
    ("python_version_number", "3.10.1.2", "3.12"),
    ("python_version_number", "2.7", "3.12"),
    ("python_version_number", "3.1", '"3.10"'),
    ("python_version_number", 3.1, "quotes"),
    ("python_version_number", "3.12 ; x", "3.12"),
    ("python_version_number", "3.1२", "3.12"),
    ("dataset_storage", "gcss", "did you mean 'gcs'"),
    ("dataset_storage", {"s3": {}, "gcs": {}}, "one kind"),
    ("dataset_storage", {"s3": {"bukket": "b"}}, "dataset_storage.bukket"),
    ("dataset_storage", {"s3": {"bucket": "s3://b/"}}, "as 'b'"),
    ("dataset_storage", {"s3": {"bucket": 7}}, "quotes"),
    ("dataset_storage", ["s3"], "text"),
    ("dataset_storage.bucket", "b", "belongs to dataset_storage s3 or gcs"),
    ("open_source_license", "GPL", "MIT, BSD-3-Clause would do"),
    ("docs", True, "text"),
    ("projct_name", "x", "did you mean project_name"),
    ("PROJECT_NAME", "x", "did you mean project_name"),
    ("zzz", "x", "the options are project_name"),
]


@pytest.mark.parametrize(("key", "value", "reason"), REFUSED)
def test_refused(key: str, value: object, reason: str) -> None:
    with pytest.raises(AnswerError) as caught:
        resolve({key: value})
    assert reason in str(caught.value)
    assert caught.value.problems


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(AnswerError) as caught:
        resolve({"module_name": "class", "docs": "sphinx", "author_name": "A"})
    assert [problem.key for problem in caught.value.problems] == ["module_name", "docs"]


def test_pairs_that_make_sense_and_the_others() -> None:
    files = [
        choice.value for option in OPTIONS if option.key == "dependency_file" for choice in option.choices
    ]
    sensible = 0
    for manager in SENSIBLE:
        for file in files:
            given = {"environment_manager": manager, "dependency_file": file}
            assert resolve(given, force_combination=True).dependency_file == file
            if file in SENSIBLE[manager]:
                sensible += 1
                assert resolve(given).environment_manager == manager
            else:
                with pytest.raises(AnswerError, match=SENSIBLE[manager][0]):
                    resolve(given)
        assert resolve({"environment_manager": manager}).dependency_file == SENSIBLE[manager][0]
    assert sensible == 13


JSON = json.dumps({"project_name": "P", "dataset_storage": {"s3": {"bucket": "b", "aws_profile": "me"}}})
FILES = [
    ("a.json", JSON, {"dataset_storage": "s3", "storage": {"bucket": "b", "aws_profile": "me"}}),
    ("a.json", '\ufeff{"python_version_number": 3.10}', {"python_version_number": "3.10"}),
    (".ccrc", '{"include_code_scaffold": false}', {"include_code_scaffold": "No"}),
    ("a.yaml", "default_context:\n  python_version_number: 3.10\n", {"python_version_number": "3.10"}),
    (
        "a.yml",
        "default_context:\n  include_code_scaffold: No\n  full_name: X\n",
        {"include_code_scaffold": "No"},
    ),
    ("rc", "default_context:\n  dataset_storage: {gcs: {bucket: b}}\n", {"storage": {"bucket": "b"}}),
    ("rc", "default_context:\n  project_name: '{{ 7*7 }} x'\n", {"project_name": "{{ 7*7 }} x"}),
    ("a.yaml", "project_name: P\n", {"project_name": "P"}),
]


@pytest.mark.parametrize(("name", "text", "wanted"), FILES)
def test_a_file_of_answers(tmp_path: Path, name: str, text: str, wanted: dict[str, object]) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    answers = resolve(load(path))
    assert {key: getattr(answers, key) for key in wanted} == wanted


BAD_FILES = [
    ("a.json", b"{", "not JSON"),
    ("a.json", b"[1]", "object of answers"),
    ("a.json", b'{"a":' * 100_000, "nested too deeply"),
    ("a.yaml", b"a: [", "not YAML"),
    ("a.yaml", b"!!python/object/apply:os.system [echo]", "object of answers"),
    ("a.yaml", b"\xff\xfe", "not UTF-8"),
    ("a.yaml", b"#" * ((1 << 20) + 1), "larger than 1 MiB"),
    ("a.yaml", b"default_context:\n  modul_name: x\n", "did you mean module_name"),
]


@pytest.mark.parametrize(("name", "content", "reason"), BAD_FILES)
def test_a_file_that_has_no_answers(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AnswerError, match=reason):
        resolve(load(tmp_path / name))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(AnswerError, match="can't be read"):
            load(path)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["docs=none"], {"docs": "none"}),
        (["description=a=b"], {"description": "a=b"}),
        (["dataset_storage=gcs", "dataset_storage.bucket=b"], {"storage": {"bucket": "b"}}),
        (["dataset_storage=s3"], {"storage": {"bucket": "bucket-name", "aws_profile": "default"}}),
        (['dataset_storage={"azure": {"container": "c"}}'], {"storage": {"container": "c"}}),
    ],
)
def test_set(texts: list[str], wanted: dict[str, object]) -> None:
    answers = resolve(dict(parse_set(text) for text in texts))
    assert {key: getattr(answers, key) for key in wanted} == wanted


@pytest.mark.parametrize("text", ["docs", "=none", 'dataset_storage={"s3'])
def test_set_that_says_nothing(text: str) -> None:
    with pytest.raises(AnswerError):
        parse_set(text)


def talk(*lines: str) -> tuple[Terminal, list[str]]:
    shown: list[str] = []
    left: Iterator[str] = iter(lines)

    def read(prompt: str) -> str:
        shown.append(prompt)
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return Terminal(read, shown.append), shown


def test_asking_takes_defaults_numbers_and_words() -> None:
    terminal, shown = talk("Churn", "", "", "", "", "3.12", "3", "b", "", "uv", "2", "", "pytest", *[""] * 4)
    answers = ask({}, terminal=terminal)
    assert (answers.project_name, answers.module_name, answers.python_version_number) == (
        "Churn",
        "churn",
        "3.12",
    )
    assert (answers.dataset_storage, answers.storage["bucket"]) == ("s3", "b")
    assert (answers.environment_manager, answers.dependency_file) == ("uv", "pyproject.toml")
    assert answers.testing_framework == "pytest"
    assert "repo_name [churn]: " in shown
    assert any("MIT: Do what you like" in line for line in shown)


def test_asking_again_after_a_wrong_answer_and_not_for_what_is_given() -> None:
    given = {key: value for key, value in DEFAULTS.items() if key not in ("module_name", "dependency_file")}
    terminal, shown = talk("class", "mine", "9", "Pipfile", "1")
    answers = ask(given, terminal=terminal)
    assert (answers.module_name, answers.dependency_file) == ("mine", "requirements.txt")
    assert sum("module_name [" in line for line in shown) == 2
    assert any("'class_project' would do" in line for line in shown)


def test_asking_offers_only_pairs_that_make_sense() -> None:
    given = {key: value for key, value in DEFAULTS.items() if key != "environment_manager"}
    terminal, shown = talk("")
    assert ask({**given, "dependency_file": "Pipfile"}, terminal=terminal).environment_manager == "pipenv"
    assert shown[-1] == "environment_manager [pipenv]: "


def test_what_is_given_wrongly_is_told_before_the_first_question() -> None:
    terminal, shown = talk()
    with pytest.raises(AnswerError, match="module_name"):
        ask({"module_name": "class"}, terminal=terminal)
    assert not shown


def test_the_end_of_input_ends_the_questions() -> None:
    with pytest.raises(EOFError):
        ask({}, terminal=talk("Churn")[0])
