"""The new-project form: a file with every option in it, for an editor in which nothing else can ask.

It is cookiecutter's user configuration (YAML with ``default_context``), so it is also a file of answers, and it
holds two settings more: where the project is made, and whether it is put under git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccds_ls.finding import Span
from ccds_ls.scaffold.answers import AnswerError, Answers, Problem, answer_for, of_content, read_file, resolve
from ccds_ls.scaffold.options import BY_KEY, OPTIONS, STORAGE_KEYS, Choice, Option
from ccds_ls.scaffold.quoting import quoted

NAME = "new-project.ccds.yaml"
CONTEXT = "default_context"

OUTPUT_DIR = Option("output_dir", "The folder in which the project's own folder is made.", "")
GIT = Option(
    "git",
    "Whether to put the project under git at once.",
    "No",
    (
        Choice("Yes", "Make a repository on the branch main, with a first commit."),
        Choice("No", "Leave that for later."),
    ),
)
FORCE = Option(
    "force_combination",
    "Whether to take an environment manager and a dependency file that make no sense together.",
    "No",
    (Choice("Yes", "Take them: you know what you do."), Choice("No", "Say what would make sense.")),
)
SETTINGS = {option.key: option for option in (OUTPUT_DIR, GIT, FORCE)}

_HEAD = """\
# A new Cookiecutter Data Science project.
#
# Fill this in, then take the code action "Create project" (a code lens shows it above the first line).
# What is left empty takes its default. From a terminal: save this file, then ccds-ls new --answers FILE
"""

# Plain in YAML, and the same text whoever reads it: cookiecutter's own reader takes Yes for true and 3.10 for 3.1.
_PLAIN = re.compile(
    r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z/][\w+/-]*(?:[ .][\w+/-]+)*", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class Place:
    """Where an answer stands: its key, and its value, which is empty behind the colon where there is none."""

    key: Span
    value: Span

    @property
    def shown(self) -> Span:
        """What to underline."""
        return self.value if self.value.start < self.value.end else self.key


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of a form. ``edits`` are ways out of it: a title, what to replace, by what.

    ``kind`` is one of the rule ``form-answer``.
    """

    kind: str
    message: str
    span: Span
    edits: tuple[tuple[str, Span, str], ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether no project can be made as long as this is so."""
        return self.kind in ("answer", "missing", "unreadable")


@dataclass(frozen=True)
class Form:
    """What a form's text says. ``faults`` are those of the text; ``faults_of`` adds those of the answers.

    ``settings`` are the form's own keys; ``places`` is by key, ``dataset_storage.bucket`` for a sub-answer.
    """

    answers: dict[str, object] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def output_dir(self) -> str:
        """The folder in which the project's own is made; empty when the form does not say."""
        return str(self.settings.get("output_dir") or "").strip()

    @property
    def git(self) -> bool:
        """Whether the project is put under git."""
        return answer_for(GIT, self.settings.get("git"), {}) == "Yes"

    @property
    def force_combination(self) -> bool:
        """Whether a senseless pair is taken."""
        return answer_for(FORCE, self.settings.get("force_combination"), {}) == "Yes"


def write(output_dir: str, given: Mapping[str, object] | None = None) -> str:
    """The text of a form: every option with its description, its choices and its default, or what is given."""
    given = given or {}
    settings = f"{_entry(OUTPUT_DIR, output_dir, '')}\n{_entry(GIT, None, '')}"
    entries = "\n".join(_entry(option, given.get(option.key), "  ") for option in OPTIONS)
    return f"{_HEAD}\n{settings}\n{CONTEXT}:\n{entries}"


def _entry(option: Option, given: object, indent: str) -> str:
    width = max(map(len, option.values), default=0)
    empty = "" if isinstance(option.default, str) else " Left empty, it follows from the answers above."
    lines = [f"# {option.description}{empty}"]
    lines += [
        f"#   {choice.value:{width}}  {choice.description}{_written(choice)}" for choice in option.choices
    ]
    if given is None and isinstance(option.default, str) and option.key != "project_name":
        given = option.default
    lines.append(f"{option.key}: {in_yaml(given)}".rstrip())
    return "".join(f"{indent}{line}\n" for line in lines)


def _written(choice: Choice) -> str:
    return f" Write {with_sub_answers(choice)}" if choice.options else ""


def with_sub_answers(choice: Choice) -> str:
    """A choice as it is written in a form, with the defaults of its sub-answers."""
    subs = {sub.key: sub.default for sub in choice.options}
    return in_yaml({choice.value: subs} if subs else choice.value)


def in_yaml(value: object) -> str:
    """A value in YAML, on one line; empty for none."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{in_yaml(key)}: {in_yaml(item)}" for key, item in value.items()) + "}"
    text = "" if value is None else str(value)
    return text if not text or _PLAIN.fullmatch(text) else quoted(text)


def load(path: Path) -> Form:
    """The form in a file. Raises AnswerError when the file can't be read."""
    return read(read_file(path))


def read(text: str) -> Form:
    """What a form says. One that is not to be read has the reason as its only fault."""
    import yaml

    try:
        loader = yaml.BaseLoader(text)
        node = loader.get_single_node()
        content = loader.construct_document(node) if node else {}
        places: dict[str, Place] = {}
        twice = tuple(_find_places(node, places)) if node else ()
        if not isinstance(content, dict):
            return _unreadable("A form has a key and a value on each line", 0)
        settings = {key: content.pop(key) for key in list(content) if key in SETTINGS}
        return Form(of_content(content, CONTEXT), settings, places, twice)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = mark.index if mark else getattr(error, "position", 0)
        return _unreadable(
            f"This is not YAML: {getattr(error, 'problem', None) or error}", min(at, len(text))
        )
    except AnswerError as error:
        return _unreadable(str(error), 0)
    except RecursionError:
        return _unreadable("This is nested too deeply to be a form", 0)


def _unreadable(why: str, at: int) -> Form:
    return Form(faults=(Fault("unreadable", f"{why}.", Span(at, at)),))


def _find_places(node: Any, places: dict[str, Place]) -> Iterator[Fault]:  # noqa: ANN401 - PyYAML has no types here
    """Fill ``places`` from YAML's nodes; yields a fault for each key that is there twice."""
    for key, value in _pairs(node):
        if key.value == CONTEXT:
            yield from _find_places(value, places)
            continue
        if key.value in places:
            message = f"{key.value} is there twice; the last one counts. Take one out."
            yield Fault("twice", message, _span(key))
        places[key.value] = Place(_span(key), _span(value))
        for kind, subs in _pairs(value) if key.value == "dataset_storage" else ():
            places[key.value] = Place(_span(key), _span(kind))
            for sub, answer in _pairs(subs):
                places[f"{key.value}.{sub.value}"] = Place(_span(sub), _span(answer))


def _pairs(node: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - PyYAML has no types here
    pairs = node.value if node.id == "mapping" else []
    return [(key, value) for key, value in pairs if key.id == "scalar"]


def _span(node: Any) -> Span:  # noqa: ANN401 - PyYAML has no types here
    return Span(node.start_mark.index, node.end_mark.index)


def faults_of(form: Form) -> Iterator[Fault]:
    """All that is wrong with a form, with ways out."""
    yield from form.faults
    if any(fault.kind == "unreadable" for fault in form.faults):
        return
    yield from _faults_of_settings(form)
    if not str(form.answers.get("project_name") or "").strip():
        yield Fault(
            "missing", "The project has no name yet: project_name.", _place(form, "project_name").shown
        )
    try:
        answers = resolve(form.answers, form.force_combination)
    except AnswerError as error:
        yield from (_fault(form, problem) for problem in error.problems)
    else:
        yield from _placeholders(form, answers)


def _faults_of_settings(form: Form) -> Iterator[Fault]:
    for option in (GIT, FORCE):
        answer = answer_for(option, form.settings.get(option.key), {})
        if isinstance(answer, Problem):
            yield _fault(form, answer)
    if not form.output_dir:
        message = "Say where the project is made: output_dir, with the path of a folder."
        yield Fault("missing", message, _place(form, "output_dir").shown)
    elif not os.path.isabs(os.path.expanduser(form.output_dir)):  # noqa: PTH117, PTH111 - it is text of the user's
        message = f"output_dir: {form.output_dir!r} begins nowhere; write the whole path, from / or ~"
        yield Fault("answer", message, _place(form, "output_dir").shown)


def _placeholders(form: Form, answers: Answers) -> Iterator[Fault]:
    """A kind of storage that is chosen without saying where in it."""
    choice = BY_KEY["dataset_storage"].choice(answers.dataset_storage)
    if choice is None or not choice.options:
        return
    sub, place = choice.options[0], _place(form, "dataset_storage")
    if answers.storage[sub.key] == sub.default:
        message = f"The {sub.key} has no name yet: the project would say {sub.default!r}."
        is_bare = not isinstance(form.answers.get("dataset_storage"), Mapping)
        edits = ((f"Write where the {sub.key} is named", place.value, with_sub_answers(choice)),)
        yield Fault("placeholder", message, place.shown, edits if is_bare else ())


def _place(form: Form, key: str) -> Place:
    """Where a key stands; where it does not, the key that stands in for it."""
    for other in (key, key.partition(".")[0], "project_name", "output_dir"):
        if other in form.places:
            return form.places[other]
    return Place(Span(0, 0), Span(0, 0))


def _fault(form: Form, problem: Problem) -> Fault:
    place = _place(form, problem.key)
    if problem.key not in form.places:
        return Fault("answer", str(problem), place.shown)
    if problem.key not in (*BY_KEY, *SETTINGS, *(f"dataset_storage.{key}" for key in STORAGE_KEYS)):
        edits = tuple((f"Write {key}", place.key, key) for key in problem.would_do)
        return Fault("answer", str(problem), place.key, edits)
    gap = " " if place.value.start == place.value.end else ""
    edits = tuple((f"Use {value!r}", place.value, gap + in_yaml(value)) for value in problem.would_do)
    if (
        problem.key == "dependency_file"
        and "environment_manager" in form.places
        and "force" in problem.message
    ):
        edits += (("Take this combination all the same", Span(0, 0), f'{FORCE.key}: "Yes"\n'),)
    return Fault("answer", str(problem), place.shown, edits)
