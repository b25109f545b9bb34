"""Asks at a terminal for the answers that are not given yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ccds_ls.scaffold import validate
from ccds_ls.scaffold.answers import AnswerError, Answers, answer_for, resolve
from ccds_ls.scaffold.options import BY_KEY, OPTIONS, Choice, Option


@dataclass(frozen=True)
class Terminal:
    """How a line is read, after a prompt, and written."""

    read: Callable[[str], str] = input
    write: Callable[[str], None] = print


def ask(
    given: Mapping[str, object], force_combination: bool = False, terminal: Terminal | None = None
) -> Answers:
    """Ask for each option that ``given`` leaves open, in the table's order, and again after a wrong answer.

    Raises AnswerError when something given is wrong, before the first question; EOFError and KeyboardInterrupt
    pass through. Nothing is written to disk.
    """
    terminal = terminal or Terminal()
    _refuse_wrong(given, force_combination)
    answers: dict[str, object] = dict(given)
    values: dict[str, str] = {}
    for option in OPTIONS:
        if given.get(option.key) is None:
            answers[option.key] = _ask_one(
                option, _fitting(option, given, values, force_combination), values, terminal
            )
        values[option.key] = str(answer_for(option, answers[option.key], values))
        if option.key == "dataset_storage":
            _ask_storage(answers, values[option.key], terminal)
    return resolve(answers, force_combination)


def _refuse_wrong(given: Mapping[str, object], force_combination: bool) -> None:
    half_a_pair = given.get("environment_manager") is None or given.get("dependency_file") is None
    try:
        resolve(given, force_combination or half_a_pair)
    except AnswerError as error:
        wrong = [problem for problem in error.problems if problem.key in given or "." in problem.key]
        if wrong:
            raise AnswerError(*wrong) from None


def _fitting(
    option: Option, given: Mapping[str, object], values: Mapping[str, str], force_combination: bool
) -> tuple[Choice, ...]:
    """The choices that go with the other half of an environment manager and a dependency file."""
    if force_combination:
        return option.choices
    file = answer_for(BY_KEY["dependency_file"], given.get("dependency_file"), {})
    known = {**({"dependency_file": file} if isinstance(file, str) else {}), **values}
    return tuple(choice for choice in option.choices if not validate.unfit(option.key, choice.value, known))


def _ask_storage(answers: dict[str, object], kind: str, terminal: Terminal) -> None:
    given = answers["dataset_storage"]
    nested = given.get(kind) if isinstance(given, Mapping) else None
    known = nested if isinstance(nested, Mapping) else {}
    choice = BY_KEY["dataset_storage"].choice(kind)
    for sub in choice.options if choice else ():
        key = f"dataset_storage.{sub.key}"
        if answers.get(key) is None and sub.key not in known:
            answers[key] = _ask_one(sub, (), {}, terminal)


def _ask_one(
    option: Option, choices: tuple[Choice, ...], before: Mapping[str, str], terminal: Terminal
) -> str:
    option = replace(option, choices=choices)
    default = answer_for(option, None, before)
    if choices and default not in option.values:
        default = choices[0].value
    terminal.write(f"\n{option.description}")
    for number, choice in enumerate(choices, 1):
        terminal.write(f"  {number}  {choice.value}: {choice.description}")
    prompt = f"{option.key} [{default}]: " if isinstance(default, str) else f"{option.key}: "
    while True:
        text = terminal.read(prompt).strip() or (default if isinstance(default, str) else "")
        if choices and text.isdecimal() and 1 <= int(text) <= len(choices):
            return choices[int(text) - 1].value
        answer = answer_for(option, text, before)
        if isinstance(answer, str):
            return answer
        terminal.write(f"  {answer.message}" if answer else "  Please give an answer.")
