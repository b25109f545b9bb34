"""The new-project form: what is written is read back, faults stand where they are, and any text is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.lsp.form import completion, hover
from ccds_ls.scaffold import form
from ccds_ls.scaffold.answers import load, resolve
from ccds_ls.scaffold.options import OPTIONS

NAMED = form.write("/projects", {"project_name": "Churn"})


def test_a_form_has_every_option_with_its_choices_and_defaults(tmp_path: Path) -> None:
    text = form.write("/projects")
    read = form.read(text)
    assert [*read.settings, *read.answers] == ["output_dir", "git", *(option.key for option in OPTIONS)]
    assert resolve(read.answers) == resolve({})
    for option in OPTIONS:
        assert option.description in text
        assert all(choice.value in text and choice.description in text for choice in option.choices)
    assert [fault.message for fault in form.faults_of(read)] == ["The project has no name yet: project_name."]
    assert not list(form.faults_of(form.read(NAMED)))
    (tmp_path / form.NAME).write_text(NAMED, encoding="utf-8")
    assert load(tmp_path / form.NAME)["project_name"] == "Churn", "a form is a file of answers, too"


def test_cookiecutter_reads_every_answer_as_text() -> None:
    answers = yaml.safe_load(NAMED)["default_context"]
    assert {type(answer) for answer in answers.values()} == {str, type(None)}


@given(st.dictionaries(st.sampled_from(["author_name", "description", "project_name"]), st.text(max_size=30)))
def test_what_is_given_is_read_back(given_answers: dict[str, str]) -> None:
    read = form.read(form.write("/a dir: {x} # é", given_answers))
    assert {key: read.answers[key] for key in given_answers} == given_answers
    assert (read.output_dir, read.faults) == ("/a dir: {x} # é", ())


WRONG = [
    ("module_name:", "module_name: class", "class", "Use 'class_project'"),
    ("repo_name:", "repo_name: ../x  # a comment", "../x", "Use 'x'"),
    ("docs: mkdocs", "docs: mkdcs", "mkdcs", "Use 'mkdocs'"),
    ("docs: mkdocs", "docs: [a]", "[a]", None),
    ("docs: mkdocs", "dcs: mkdocs", "dcs", "Write docs"),
    ('version_number: "3.10"', "version_number: 3.1", "3.1", "Use '3.10'"),
    ("dependency_file:", "dependency_file: Pipfile", "Pipfile", "Use 'requirements.txt'"),
    ("storage: none", "storage: {s3: {bukket: b}}", "bukket", None),
    ("storage: none", "storage: {gcs: {bucket: gs://b}}", "gs://b", "Use 'b'"),
    ("storage: none", "storage:\n    gcs:\n      bucket: gs://b", "gs://b", "Use 'b'"),
    ("storage: none", "storage: s3", "s3", "Write where the bucket is named"),
    ("storage: none", "storage: {s3: {aws_profile: me}}", "s3", None),
    ("output_dir: /projects", "output_dir: projects", "projects", None),
    ("output_dir: /projects", "output_dir:", "output_dir", None),
    ('git: "No"', "git: maybe", "maybe", "Use 'Yes'"),
    ("docs: mkdocs", "docs: mkdocs\n  docs: none", "docs", None),
    ("project_name: Churn", 'project_name: "🧪"', "repo_name", None),
]


@pytest.mark.parametrize(("old", "new", "underlined", "title"), WRONG)
def test_a_fault_stands_where_it_is_with_a_way_out(
    old: str, new: str, underlined: str, title: str | None
) -> None:
    assert NAMED.count(old) == 1
    text = NAMED.replace(old, new)
    fault = next(iter(form.faults_of(form.read(text))))
    assert text[fault.span.start : fault.span.end] == underlined
    assert [edit[0] for edit in fault.edits][:1] == ([title] if title else [])
    for _, span, replacement in fault.edits:
        mended = text[: span.start] + replacement + text[span.end :]
        left = [left.message for left in form.faults_of(form.read(mended))]
        assert (fault.message in left) == (fault.kind == "placeholder"), (
            "a bucket's name is still to be typed"
        )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "not YAML"),
        ("just text", "key and a value"),
        ("- a\n", "key and a value"),
        ("default_context: 3\n", "object of answers"),
        ("a: \x07", "not YAML"),
        ("[" * 1_000, "nested too deeply"),
        ("a: &a [*a]", "not YAML"),
        ("!!python/object/apply:os.system [echo]", "key and a value"),
    ],
)
def test_a_text_that_is_no_form(text: str, reason: str) -> None:
    (fault,) = form.faults_of(form.read(text))
    assert fault.kind == "unreadable" and reason in fault.message


def typed() -> Iterator[str]:
    """Forms that are being written, each up to some character, and lines that are not YAML in between."""
    yield "default_context:\n  docs"
    yield "default_context:\n  docs:\n  dataset_storage:\n    s3:\n      buc"
    yield "default_context:\n\tdocs: x\n"


@given(
    st.sampled_from([NAMED, *typed()]),
    st.integers(0, 4000),
    st.text(alphabet=" :{}[]#\"'\n\té🧪&*!|>ab-", max_size=6),
)
def test_any_text_is_taken(text: str, at: int, noise: str) -> None:
    offset = at % (len(text) + 1)
    changed = text[:offset] + noise + text[offset:]
    for fault in form.faults_of(form.read(changed)):
        assert 0 <= fault.span.start <= fault.span.end <= len(changed)
    for _, span in completion(changed, offset + len(noise)):
        assert 0 <= span.start <= span.end <= len(changed)
    hover(changed, offset)


# Keys are offered unless they are there already; the editor narrows them down to what is typed.
COMPLETED_KEYS = [
    ("default_context:\n  do|", "docs project_name", "git"),
    ("default_context:\n  docs: mkdocs\n  doc|", "project_name", "docs"),
    ("default_context:\n  dataset_storage:\n    |", "azure s3 gcs", "none docs"),
    ("default_context:\n  dataset_storage:\n    s3:\n      |", "bucket aws_profile", "container"),
    ("gi|\ndefault_context:\n", "output_dir git force_combination", "docs"),
    ("docs: none\ngi|", "output_dir git project_name", "docs"),
]
COMPLETED_VALUES = [
    ("docs: |", "mkdocs none"),
    ("docs:|", "mkdocs none"),
    ("docs: m|  # why", "mkdocs none"),
    ("docs: mkdocs  # w|", ""),
    ("project_name: My Study\n  repo_name: |", "my_study"),
    ("dataset_storage:\n    s3:\n      aws_profile: |", "default"),
    ("include_code_scaffold: |", "Yes No"),
    ("what: |", ""),
]


def completed(text: str) -> list[str]:
    offset = text.index("|")
    return [item.label for item, _ in completion(text.replace("|", ""), offset)]


@pytest.mark.parametrize(("text", "offered", "left_out"), COMPLETED_KEYS)
def test_completion_of_keys(text: str, offered: str, left_out: str) -> None:
    labels = set(completed(text))
    assert labels >= set(offered.split()) and not labels & set(left_out.split())


@pytest.mark.parametrize(("line", "offered"), COMPLETED_VALUES)
def test_completion_of_values(line: str, offered: str) -> None:
    assert completed(f"default_context:\n  {line}") == offered.split()
