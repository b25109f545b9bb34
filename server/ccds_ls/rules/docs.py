"""The rules' documentation, made from their modules' docstrings: pages, the table, ``ccds-ls explain``.

A docstring's first line is the summary; the sections ``What it flags``, ``Why it matters``, ``Example``,
``The fix`` and ``Options`` follow. A placeholder ``<name>`` in an example stands for a generated value.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from difflib import get_close_matches

from ccds_ls.rules import Rule, all_rules


class UnknownRule(LookupError):
    """There is no rule of that code; the text is for people."""


def source(rule: Rule) -> str:
    """The Markdown in a rule's module."""
    return inspect.cleandoc(sys.modules[rule.check.__module__].__doc__ or "")


def page(rule: Rule) -> str:
    """The page ``docs/rules/<code>.md``."""
    summary, _, sections = source(rule).partition("\n")
    kinds = "\n".join(f"- `{kind}`: {_sentence(line)}" for kind, line in rule.kinds.items())
    return f"# {rule.code}\n\n{_sentence(summary)}\n\n{sections.strip()}\n\n## Kinds\n\n{kinds}\n"


def table(address: Callable[[str], str] = "docs/rules/{}.md".format) -> str:
    """The table of all rules in Markdown, with a link to the page of each; by default as the README has it."""
    rows = [f"| [`{rule.code}`]({address(rule.code)}) | {_sentence(rule.summary)} |" for rule in all_rules()]
    return "\n".join(["| rule | what it flags |", "|---|---|", *rows])


def explain(code: str | None = None) -> str:
    """A rule's page, or without a code the list of all; raises UnknownRule with the nearest code."""
    rules = {rule.code: rule for rule in all_rules()}
    if code is None:
        width = max(map(len, rules))
        return "\n".join(f"{rule.code:{width}}  {_sentence(rule.summary)}" for rule in rules.values())
    if code in rules:
        return page(rules[code]).rstrip("\n")
    near = get_close_matches(code.lower(), rules, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"The rules are: {', '.join(rules)}."
    raise UnknownRule(f"There is no rule '{code}'. {hint}")


def _sentence(line: str) -> str:
    return f"{line.strip().rstrip('.')}."
