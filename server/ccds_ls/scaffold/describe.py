"""The options as plain data, for a form in an editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccds_ls.scaffold.answers import AnswerError, Problem, answer_for, resolve
from ccds_ls.scaffold.options import OPTIONS, Option


def describe(given: Mapping[str, object], force_combination: bool = False) -> dict[str, Any]:
    """Every option with its choices, its default given the answers so far, and what is wrong with those answers.

    Returns ``options`` (in the order in which to ask) and ``problems`` (``key`` and ``message``).
    """
    values: dict[str, str] = {}
    options = []
    for option in OPTIONS:
        options.append(_plain(option, values))
        answer = answer_for(option, given.get(option.key), values)
        # With a wrong answer the rest is still described, as if it had not been given.
        values[option.key] = (
            option.default_for(values) if isinstance(answer, Problem) or answer is None else answer
        )
    try:
        resolve(given, force_combination)
    except AnswerError as error:
        problems = [{"key": problem.key, "message": problem.message} for problem in error.problems]
    else:
        problems = []
    return {"options": options, "problems": problems}


def _plain(option: Option, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": option.key,
        "title": option.key.replace("_", " ").capitalize(),
        "description": option.description,
        "default": option.default_for(values),
        "choices": [
            {
                "value": choice.value,
                "description": choice.description,
                "options": [_plain(sub, values) for sub in choice.options],
            }
            for choice in option.choices
        ],
    }
