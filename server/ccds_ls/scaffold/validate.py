"""What each free-text answer may hold. A check returns why not, and what would do, or None when all is well."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ccds_ls.scaffold import names
from ccds_ls.scaffold.options import SENSIBLE

MAX_TEXT = {"description": 2000}
MAX_TEXT_OTHER = 200
MAX_NAME_BYTES = 240  # File systems take 255; a name in a script of three bytes a letter stays below.

OLDEST_MINOR = 7  # The oldest Python 3 that today's linters still read a project's settings for.

# Everything that str.splitlines takes for the end of a line, and the tab.
_LINE_ENDS = re.compile("[ ]*[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+[ ]*")


@dataclass(frozen=True)
class Refusal:
    """Why an answer can't be used, for people; ``would_do`` are answers that could stand in its place."""

    why: str
    would_do: tuple[str, ...] = ()


def fold(text: str) -> str:
    """The text in one line: line ends and tabs become one space, and none are left around it."""
    return _LINE_ENDS.sub(" ", text).strip(" ")


def check(key: str, value: str) -> Refusal | None:
    """Why ``value``, already folded and not empty, can't be the answer to ``key``."""
    if why := text_fault(key, value):
        return Refusal(why)
    return CHECKS[key](value) if key in CHECKS else None


def pair(environment_manager: str, dependency_file: str) -> Refusal | None:
    """Why these two make no sense together, with the dependency files that would."""
    why = _mismatch(environment_manager, dependency_file)
    if why is None:
        return None
    sensible = SENSIBLE[environment_manager]
    others = [manager for manager, files in SENSIBLE.items() if dependency_file in files]
    return Refusal(
        f"{why}; use dependency_file {sensible[0]!r}, or keep {dependency_file} with environment_manager "
        f"{others[0]!r}, or force the combination (--force-combination)",
        sensible,
    )


def _mismatch(environment_manager: str, dependency_file: str) -> str | None:
    if dependency_file in SENSIBLE[environment_manager]:
        return None
    manager = "no environment manager" if environment_manager == "none" else environment_manager
    return f"{manager} does not work from {dependency_file}"


def unfit(key: str, choice: str, others: Mapping[str, str]) -> str | None:
    """Why a choice makes no sense beside the other answers; None as long as the other half of a pair is open."""
    half = {"environment_manager": "dependency_file", "dependency_file": "environment_manager"}.get(key)
    if half is None or half not in others:
        return None
    both = {key: choice, half: others[half]}
    return _mismatch(both["environment_manager"], both["dependency_file"])


def text_fault(key: str, value: str) -> str | None:
    """Why ``value`` can't be any answer at all, whatever is asked."""
    if any(unicodedata.category(char) == "Cs" for char in value):
        return "holds half a character (a lone surrogate), which no file can hold; type it again"
    control = next((char for char in value if unicodedata.category(char) == "Cc"), None)
    if control is not None:
        return f"holds the control character U+{ord(control):04X}; take it out"
    limit = MAX_TEXT.get(key, MAX_TEXT_OTHER)
    if len(value) > limit:
        return f"has {len(value)} characters; at most {limit} would do"
    return None


def _repo_name(value: str) -> Refusal | None:
    why = _repo_name_fault(value)
    return _named(value, why, names.repo_name(value), "letters and digits") if why else None


def _repo_name_fault(value: str) -> str | None:
    if "/" in value or "\\" in value:
        return "is a path, not the name of one folder"
    strange = next(
        (char for char in value if not (char in " _-.+" or unicodedata.category(char)[0] in "LMN")), None
    )
    if strange is not None:
        return f"holds {strange!r}, which shells, make or some systems don't take in a folder's name"
    if value[0] in ".-" or value[-1] == ".":
        return "begins with a dot or a dash, or ends with a dot, which tools misread"
    if names.is_windows_device(value):
        return "is a device on Windows"
    if len(value) > names.MAX_LENGTH or len(value.encode()) > MAX_NAME_BYTES:
        return f"is longer than {names.MAX_LENGTH} characters"
    return None


def _module_name(value: str) -> Refusal | None:
    why = _module_name_fault(value)
    return _named(value, why, names.module_name(value), "letters, digits and underscores") if why else None


def _named(value: str, why: str, better: str, made_of: str) -> Refusal:
    if better:
        return Refusal(f"{value!r} {why}; {better!r} would do", (better,))
    return Refusal(f"{value!r} {why}; use {made_of}")


def _module_name_fault(value: str) -> str | None:
    if not (value.isascii() and value.isidentifier()):
        return "can't be imported: a package's name has letters a to z, digits and underscores, and no digit first"
    if value[0] == "_" or value[-1] == "_":
        return "begins or ends with an underscore, which the name of a distribution must not"
    if len(value) > names.MAX_MODULE_LENGTH:
        return f"is longer than {names.MAX_MODULE_LENGTH} characters"
    return names.taken(value)


def _python_version(value: str) -> Refusal | None:
    match = re.fullmatch(r"3\.(0|[1-9][0-9]?)(?:\.(?:0|[1-9][0-9]?))?", value)
    if match is None:
        return Refusal(f"{value!r} is not a Python version; write one as 3.12, or exactly as 3.12.4")
    if int(match[1]) < OLDEST_MINOR:
        more = ' (3.10 must be in quotes in JSON and YAML: "3.10")' if value == "3.1" else ""
        why = f"Python {value} is too old for today's tools{more}; 3.{OLDEST_MINOR} and later would do"
        return Refusal(why, ("3.10",) if more else ())
    return None


def _bucket(value: str) -> Refusal | None:
    if "://" not in value:
        return None
    name = value.split("://", 1)[1].strip("/")
    return Refusal(f"{value!r} is an address; give the name alone, as {name!r}", (name,))


CHECKS: dict[str, Callable[[str], Refusal | None]] = {
    "repo_name": _repo_name,
    "module_name": _module_name,
    "python_version_number": _python_version,
    "bucket": _bucket,
    "container": _bucket,
}
