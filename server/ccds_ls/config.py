"""Settings: one list, read from ``[tool.ccds-ls]`` in pyproject.toml and from the editor's ``ccds`` section.

In pyproject.toml the names are kebab-case (``notebook-style``), in editors camelCase (``notebookStyle``). The
editor's settings win, except over the project's suppressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Ignore:
    """One accepted finding, from ``[[tool.ccds-ls.ignore]]``. Empty fields match everything but ``code``."""

    code: str
    path: str = ""
    fingerprint: str = ""
    reason: str = ""

    def matches(self, code: str, path: str, fingerprint: str) -> bool:
        """Whether a finding is covered; ``path`` is relative to the project and may be matched by a pattern."""
        return (
            self.code == code
            and (not self.path or self.path == path or fnmatchcase(path, self.path))
            and (not self.fingerprint or self.fingerprint == fingerprint)
        )


def _setting(default: Any, help_text: str) -> Any:  # noqa: ANN401 - dataclasses.field is typed as its default
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class Config:
    """Every setting with its default; the help texts are shown by editors and ``ccds-ls config show``."""

    notebook_style: str = _setting(
        "ccds",
        "How notebooks are named: 'ccds' (1.0-jqp-topic), 'number' (1.0-topic) or a regular expression.",
    )
    notebook_folders: tuple[str, ...] = _setting(
        ("notebooks",), "The folders, relative to the project, in which notebook names are checked."
    )
    notebook_phases: tuple[str, ...] = _setting(
        (),
        "The phases of the work, from number 0 on; exploration, cleaning and features, visualization, modeling and"
        " publication when empty.",
    )
    initials: str | None = _setting(None, "Your initials or login, as they stand in your notebooks' names.")
    data_folders: tuple[str, ...] = _setting(
        ("data",), "The folders, relative to the project, whose files are data and stay out of git."
    )
    max_file_size_kib: int = _setting(
        500, "Files above this size, in KiB, are worth a warning before a commit."
    )
    enable: tuple[str, ...] = _setting((), "The codes of rules that are off by default and are switched on.")
    disable: tuple[str, ...] = _setting((), "The codes of rules that are switched off.")
    secret_engine: bool = _setting(
        True, "Search for secrets with the secret engine, and not only our own rules."
    )
    ignore: tuple[Ignore, ...] = _setting((), "Findings that are accepted, each with its reason.")

    def ignores(self, code: str, path: str, fingerprint: str) -> bool:
        """Whether the project has accepted this finding."""
        return any(entry.matches(code, path, fingerprint) for entry in self.ignore)


@dataclass(frozen=True)
class SettingProblem:
    """A setting that could not be taken: its key as written, and what is wrong with it in a sentence."""

    key: str
    message: str


_FIELDS = {setting.name: setting for setting in fields(Config)}


def kebab(name: str) -> str:
    """``notebook_style`` -> ``notebook-style``, the form in pyproject.toml."""
    return name.replace("_", "-")


def camel(name: str) -> str:
    """``notebook_style`` -> ``notebookStyle``, the form in editors."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def read(
    table: Mapping[str, object], base: Config | None = None, *, editor: bool = False
) -> tuple[Config, tuple[SettingProblem, ...]]:
    """Settings from a table, over ``base``; what can't be taken is told and left at its old value.

    With ``editor`` the keys are camelCase, a null means "not set", and ``ignore`` is not accepted: suppressions
    belong to the project, where colleagues see them.
    """
    spelled = {(camel if editor else kebab)(name): name for name in _FIELDS}
    if editor:
        del spelled["ignore"]
    values: dict[str, Any] = {}
    problems = []
    for key, value in table.items():
        if (key == "template" and not editor) or (editor and value is None):
            continue  # The scaffolded project keeps its own answers in [tool.ccds-ls.template].
        try:
            values[_known(key, spelled)] = _convert(_known(key, spelled), value)
        except ValueError as error:
            problems.append(SettingProblem(key, str(error)))
    return replace(base or Config(), **values), tuple(problems)


def _known(key: str, spelled: Mapping[str, str]) -> str:
    if key in spelled:
        return spelled[key]
    near = get_close_matches(key, spelled, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else f" The settings are: {', '.join(spelled)}."
    raise ValueError(f"There is no setting '{key}'.{hint}")


def _convert(name: str, value: object) -> object:
    if name == "ignore":
        return _ignores(value)
    if name == "notebook_style":
        return _style(value)
    default = _FIELDS[name].default
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(item.strip("/") for item in value)
        raise ValueError("This setting takes a list of strings.")
    if isinstance(default, bool) or isinstance(value, bool):
        if isinstance(default, bool) and isinstance(value, bool):
            return value
        raise ValueError(
            "This setting takes true or false." if isinstance(default, bool) else "Not true or false here."
        )
    if isinstance(default, int):
        if isinstance(value, int) and value > 0:
            return value
        raise ValueError("This setting takes a whole number above 0.")
    if isinstance(value, str):
        return value or None
    raise ValueError("This setting takes a string.")


def _style(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("This setting takes 'ccds', 'number' or a regular expression.")
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"'{value}' is not a regular expression: {error}.") from None
    return value


def _ignores(value: object) -> tuple[Ignore, ...]:
    return tuple(map(_ignore, value if isinstance(value, list) else [value]))


def _ignore(entry: object) -> Ignore:
    known = {setting.name for setting in fields(Ignore)}
    if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
        raise ValueError('Each [[tool.ccds-ls.ignore]] needs a code, such as code = "secret".')
    if unknown := set(entry) - known:
        names = ", ".join(sorted(known))
        raise ValueError(f"[[tool.ccds-ls.ignore]] has no '{sorted(unknown)[0]}'; it takes {names}.")
    if not all(isinstance(item, str) for item in entry.values()):
        raise ValueError("The values in [[tool.ccds-ls.ignore]] are strings.")
    return Ignore(**entry)
