"""The options as plain data, for everything in an editor that shows them: a quick pick, the form's hover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccds_ls.scaffold import validate
from ccds_ls.scaffold.answers import AnswerError, answer_for, resolve
from ccds_ls.scaffold.options import BY_KEY, OPTIONS, Option


def describe(given: Mapping[str, object], force_combination: bool = False) -> dict[str, Any]:
    """Every option with its choices, its default given the answers so far, and what is wrong with those answers.

    Returns ``options`` (in the order in which to ask; a choice's ``unfit`` says why it makes no sense with the
    other answers, or is None) and ``problems`` (``key``, ``message`` and the answers that ``wouldDo``).
    """
    values: dict[str, str] = {}
    others = _half_given(given)
    options = []
    for option in OPTIONS:
        options.append(plain(option, values, {} if force_combination else {**others, **values}))
        answer = answer_for(option, given.get(option.key), values)
        # With a wrong answer the rest is still described, as if it had not been given.
        values[option.key] = answer if isinstance(answer, str) else option.default_for(values)
    return {"options": options, "problems": _problems(given, force_combination)}


def _half_given(given: Mapping[str, object]) -> dict[str, str]:
    """The dependency file, if it is chosen already: it comes after the environment manager that must fit it."""
    file = answer_for(BY_KEY["dependency_file"], given.get("dependency_file"), {})
    return {"dependency_file": file} if isinstance(file, str) else {}


def _problems(given: Mapping[str, object], force_combination: bool) -> list[dict[str, Any]]:
    try:
        resolve(given, force_combination)
    except AnswerError as error:
        return [
            {"key": problem.key, "message": problem.message, "wouldDo": list(problem.would_do)}
            for problem in error.problems
        ]
    return []


def plain(option: Option, values: Mapping[str, str], others: Mapping[str, str]) -> dict[str, Any]:
    """One option as data, given the answers before it and, for what is ``unfit``, the ``others``."""
    return {
        "key": option.key,
        "title": option.title,
        "description": option.description,
        "default": option.default_for(values),
        "choices": [
            {
                "value": choice.value,
                "description": choice.description,
                "unfit": validate.unfit(option.key, choice.value, others),
                "options": [plain(sub, values, {}) for sub in choice.options],
            }
            for choice in option.choices
        ],
    }
