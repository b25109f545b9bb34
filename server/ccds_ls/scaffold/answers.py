"""Answers to the options: read from files and arguments, checked, and completed with the defaults."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ccds_ls.scaffold import validate
from ccds_ls.scaffold.options import BY_KEY, OPTIONS, STORAGE_KEYS, Choice, Option

MAX_FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer, for people. ``key`` is an option's, or ``dataset_storage.bucket``.

    ``would_do`` are answers that could be given instead; of a key that is no option's, keys that are.
    """

    key: str
    message: str
    would_do: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


class AnswerError(ValueError):
    """Some answers can't be used; ``problems`` has one entry for each, in the order of the options."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Answers:
    """A complete and checked set of answers. ``storage`` has the sub-answers of ``dataset_storage``."""

    project_name: str
    repo_name: str
    module_name: str
    author_name: str
    description: str
    python_version_number: str
    dataset_storage: str
    environment_manager: str
    dependency_file: str
    pydata_packages: str
    testing_framework: str
    linting_and_formatting: str
    open_source_license: str
    docs: str
    include_code_scaffold: str
    storage: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """The answers as an answers file has them; ``resolve`` gives these answers back from it."""
        flat: dict[str, object] = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "storage"}
        return {**flat, "dataset_storage": {self.dataset_storage: dict(self.storage)}}


def resolve(given: Mapping[str, object], force_combination: bool = False) -> Answers:
    """Check the given answers and complete them with defaults.

    ``given`` has text by key. ``dataset_storage`` is a kind or ``{kind: {sub-answers}}``; a sub-answer may also
    stand under ``dataset_storage.<key>``. None and blank text mean the default. ``force_combination`` accepts an
    environment manager and a dependency file that make no sense together.

    Raises AnswerError with everything that is wrong.
    """
    problems = unknown_keys(given)
    values: dict[str, str] = {}
    for option in OPTIONS:
        answer = answer_for(option, given.get(option.key), values)
        if isinstance(answer, Problem):
            problems.append(answer)
        elif answer is not None:
            values[option.key] = answer
    storage = _storage(given, values.get("dataset_storage"), problems)
    if not force_combination and {"environment_manager", "dependency_file"} <= values.keys():
        refusal = validate.pair(values["environment_manager"], values["dependency_file"])
        problems += [Problem("dependency_file", refusal.why, refusal.would_do)] if refusal else []
    if problems:
        raise AnswerError(*problems)
    return Answers(**values, storage=types.MappingProxyType(storage))


def answer_for(option: Option, given: object, before: Mapping[str, str]) -> str | Problem | None:
    """The answer to one option, or what is wrong with it, given the answers to the options before it.

    None when it depends on an answer that is itself wrong.
    """
    if isinstance(given, Mapping) and option.key == "dataset_storage":
        if len(given) != 1:
            return Problem(option.key, f"must name one kind of storage; one of {', '.join(option.values)}")
        given = next(iter(given))
    if isinstance(given, bool) and option.choice("Yes"):
        given = "Yes" if given else "No"
    if given is None or (isinstance(given, str) and not validate.fold(given)):
        return _default(option, before)
    if not isinstance(given, str):
        return Problem(option.key, f"must be text, not {given!r}; write it in quotes")
    text = validate.fold(given)
    if option.choices:
        choice = option.choice(text)
        return choice.value if choice else _no_choice(text, option)
    refusal = validate.check(option.key, text)
    return Problem(option.key, refusal.why, refusal.would_do) if refusal else text


def unknown_keys(given: Mapping[str, object]) -> list[Problem]:
    """A problem for each key that is no option's, with the nearest one that is."""
    known = [*BY_KEY, *(f"dataset_storage.{key}" for key in STORAGE_KEYS)]
    problems = []
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key).lower(), known, 1)
            hint = f"did you mean {near[0]}?" if near else f"the options are {', '.join(BY_KEY)}"
            problems.append(Problem(str(key), f"no such option; {hint}", tuple(near)))
    return problems


def _default(option: Option, before: Mapping[str, str]) -> str | Problem | None:
    try:
        default = option.default_for(before)
    except KeyError:
        return None
    if default:
        return default
    return Problem(
        option.key, f"no name can be made of the project_name {before['project_name']!r}; give one"
    )


def _storage(given: Mapping[str, object], kind: str | None, problems: list[Problem]) -> dict[str, str]:
    """The sub-answers that the kind of storage asks for; adds what is wrong to ``problems``."""
    choice = BY_KEY["dataset_storage"].choice(kind or "")
    if choice is None:
        return {}
    answers: dict[str, str] = {}
    typed = _given_storage(given)
    wanted = {sub.key: sub for sub in choice.options}
    problems += [
        Problem(f"dataset_storage.{key}", _misplaced(key, choice)) for key in typed if key not in wanted
    ]
    for key, sub in wanted.items():
        answer = answer_for(sub, typed.get(key), {})
        if isinstance(answer, Problem):
            problems.append(Problem(f"dataset_storage.{key}", answer.message, answer.would_do))
        else:
            answers[key] = str(answer)
    return answers


def _given_storage(given: Mapping[str, object]) -> dict[str, object]:
    nested = given.get("dataset_storage")
    inner = next(iter(nested.values()), None) if isinstance(nested, Mapping) else None
    found: dict[str, object] = dict(inner) if isinstance(inner, Mapping) else {}
    for key in STORAGE_KEYS:
        if given.get(f"dataset_storage.{key}") is not None:
            found[key] = given[f"dataset_storage.{key}"]
    return found


def _misplaced(key: str, chosen: Choice) -> str:
    storages = BY_KEY["dataset_storage"].choices
    owners = " or ".join(choice.value for choice in storages if any(sub.key == key for sub in choice.options))
    if not owners:
        return f"there is no such answer for {chosen.value}; leave it out"
    return f"belongs to dataset_storage {owners}, not {chosen.value}; choose that one, or leave this out"


def _no_choice(text: str, option: Option) -> Problem:
    near = difflib.get_close_matches(text, option.values, 1)
    all_of_them = ", ".join(option.values)
    hint = f"did you mean {near[0]!r}? (one of {all_of_them})" if near else f"one of {all_of_them} would do"
    return Problem(option.key, f"{text!r} is not a choice; {hint}", tuple(near) or option.values)


def parse_set(text: str) -> tuple[str, object]:
    """``KEY=VALUE`` of the command line, for ``resolve``'s mapping.

    A storage's sub-answers are set as ``dataset_storage.bucket=NAME``, or all at once in JSON:
    ``dataset_storage={"s3": {"bucket": "NAME"}}``. Raises AnswerError when there is no ``=``.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise AnswerError(Problem(text, "write it as KEY=VALUE, for example open_source_license=MIT"))
    key = key.strip()
    if key == "dataset_storage" and value.lstrip().startswith("{"):
        return key, _json(value, key)
    return key, value


def load(path: Path) -> dict[str, object]:
    """The answers in a file: a JSON object, or cookiecutter's user configuration (YAML with ``default_context``).

    Numbers stay as they are written, so that 3.10 is not 3.1. A user configuration serves other templates too:
    of keys that are no option only those are kept that look like a slip of the pen, for ``resolve`` to refuse.

    Raises AnswerError when the file can't be read or holds something else.
    """
    return of_content(_content(path), str(path))


def load_for_template(path: Path) -> tuple[dict[str, object], dict[str, object]]:
    """The answers in a file to another template's options, and wishes, which count where it has such an option.

    Those of a user configuration are wishes, as in cookiecutter. Raises AnswerError as ``load``.
    """
    content = _content(path)
    if isinstance(content, dict) and isinstance(content.get("default_context"), dict):
        return {}, content["default_context"]
    return of_content(content, str(path)), {}


def _content(path: Path) -> object:
    text = read_file(path)
    is_json = path.suffix.lower() == ".json" or (path.suffix == "" and text.lstrip().startswith("{"))
    return _json(text, str(path)) if is_json else _yaml(text, str(path))


def read_file(path: Path) -> str:
    """The text of a file of answers. Raises AnswerError when it can't be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise AnswerError(Problem(str(path), f"can't be read: {reason}")) from None
    if len(data) > MAX_FILE_BYTES:
        raise AnswerError(Problem(str(path), "is larger than 1 MiB, which no file of answers is"))
    return text


def of_content(content: object, where: str) -> dict[str, object]:
    """The answers in what JSON or YAML hold; ``where`` names that in the AnswerError for something else."""
    if isinstance(content, dict) and "default_context" in content:
        content = content["default_context"] or {}
        if isinstance(content, dict):
            return {str(key): value for key, value in content.items() if _is_ours(str(key))}
    if not isinstance(content, dict):
        raise AnswerError(Problem(where, "must hold an object of answers: a key and a value for each option"))
    return {str(key): value for key, value in content.items()}


def _is_ours(key: str) -> bool:
    return bool(difflib.get_close_matches(key.split(".")[0], BY_KEY, 1, 0.85))


def _json(text: str, where: str) -> object:
    try:
        content: object = json.loads(text, parse_float=str, parse_int=str)
        return content
    except json.JSONDecodeError as error:
        raise AnswerError(Problem(where, f"is not JSON: {error.msg} (line {error.lineno})")) from None
    except RecursionError:
        raise AnswerError(Problem(where, "is nested too deeply to be answers")) from None


def _yaml(text: str, where: str) -> object:
    import yaml

    try:
        # The base loader builds text, lists and mappings and nothing else: "Yes" and 3.10 stay as written.
        content: object = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
        return content
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise AnswerError(Problem(where, f"is not YAML: {getattr(error, 'problem', error)}{line}")) from None
    except RecursionError:
        raise AnswerError(Problem(where, "is nested too deeply to be answers")) from None
