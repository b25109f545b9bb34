"""A setting of ccds-ls in pyproject.toml can't be taken.

## What it flags

A name under `[tool.ccds-ls]` that is not a setting, a value that a setting does not take, and a pyproject.toml that
can't be read at all. The other settings hold; the wrong one stays at its default.

## Why it matters

A misspelled setting is silently no setting: the folder that you meant to check is not checked, the finding that you
meant to accept comes back.

## Example

```text
# pyproject.toml
[tool.ccds-ls]
initials = "jqp"
notebook-stile = "number"  # flagged: setting
max-file-size-kib = "large"  # flagged: setting
```

## The fix

None is applied for you; the message names the nearest setting or says what the value should be.
`ccds-ls config show` and your editor list all settings.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from ccds_ls.config import Config
from ccds_ls.finding import Finding, Severity, Span, plain_fingerprint
from ccds_ls.project import settings, tool_tables
from ccds_ls.rules import Context, Rule, all_rules
from ccds_ls.snapshot import File


def check(file: File, context: Context) -> Iterator[Finding]:
    """One finding for each wrong setting of the project whose pyproject.toml this is."""
    is_template = "{{" in file.path
    if file.text is None or is_template or context.project.relative(file.path) != "pyproject.toml":
        return
    tables, unreadable = tool_tables(file.text)
    for problem in settings(tables, unreadable)[1]:
        found = (
            re.search(rf"^[ \t]*({re.escape(problem.key)})[ \t]*=", file.text, re.MULTILINE)
            if problem.key
            else None
        )
        span = Span(*found.span(1)) if found else None
        yield _finding(file, "setting" if problem.key else "unreadable", problem.key, problem.message, span)
    for code in _unknown_codes(context.config):
        near = get_close_matches(code, _codes(), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else " 'ccds-ls explain' lists them."
        found = re.search(rf"[\"']({re.escape(code)})[\"']", file.text)
        span = Span(*found.span(1)) if found else None
        yield _finding(file, "setting", code, f"There is no rule '{code}'.{hint}", span)


def _finding(file: File, kind: str, key: str, message: str, span: Span | None) -> Finding:
    mark = plain_fingerprint(RULE.code, file.path, key)
    return Finding(RULE.code, kind, Severity.WARNING, file.path, message, file.state, mark, span)


def _unknown_codes(config: Config) -> list[str]:
    """The codes in the settings that no rule has."""
    named = (*config.enable, *config.disable, *(entry.code for entry in config.ignore))
    return [code for code in dict.fromkeys(named) if code not in _codes()]


def _codes() -> set[str]:
    """The codes of all rules, and the one that says that something was not checked."""
    return {"unchecked", *(rule.code for rule in all_rules())}


RULE = Rule(
    code="settings",
    summary="A setting of ccds-ls in pyproject.toml can't be taken",
    kinds={
        "setting": "There is no such setting, or it does not take this value.",
        "unreadable": "pyproject.toml can't be read, so the defaults hold.",
    },
    check=check,
    acceptable=False,
)
