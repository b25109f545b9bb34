"""The rules: one module each, found by discovery; the module's name, with dashes, is the rule's code.

A rule module has a docstring (its documentation, see ``rules/docs.py`` for the skeleton), one pure function
``check(file, context)`` and one ``RULE`` record. Nothing else needs to be told that a rule exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from ccds_ls.finding import Finding, Severity, plain_fingerprint

if TYPE_CHECKING:
    from ccds_ls.config import Config
    from ccds_ls.project import Project
    from ccds_ls.secrets import Secret
    from ccds_ls.snapshot import File, Snapshot

UNCHECKED = "unchecked"
"""The code of findings that say that something could not be checked."""


def unchecked(file: File, kind: str, message: str) -> Finding:
    """The finding that says that something about a file could not be checked."""
    fingerprint = plain_fingerprint(UNCHECKED, kind, file.path)
    return Finding(UNCHECKED, kind, Severity.INFORMATION, file.path, message, file.state, fingerprint)


@dataclass(frozen=True)
class Context:
    """What a rule may look at beside the file: the snapshot, the nearest project, the settings.

    ``find_secrets(text, path)`` is given from outside, so that a rule needs no engine of its own.
    """

    snapshot: Snapshot
    project: Project
    config: Config
    find_secrets: Callable[[str, str], tuple[Secret, ...]]


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``kinds`` maps each kind of finding to one line of explanation. ``reads_text`` is false for a rule that
    needs no more than a file's path, size and first bytes, ``deletions`` is true for one that has
    something to say of a file that a commit would delete. ``local`` is true when the finding depends on nothing
    but the file itself and the settings, so that it may be kept by the content's id. ``searches`` is
    true for a rule that looks for secrets: it runs last, as the engine may still be loading. An
    ``is_optional`` rule is off until the setting ``enable`` names it. ``acceptable`` is false where
    accepting a finding would not help, so that no fix offers it. ``is_about_commits`` is true where what must
    not be published is flagged; how a notebook is kept, for example, is a matter of the work tree. ``told_by``
    are for some kinds the codes of rules that tell the same of a file better: where one does, this one is silent.
    """

    code: str
    summary: str
    kinds: dict[str, str]
    check: Callable[[File, Context], Iterator[Finding]]
    reads_text: bool = True
    deletions: bool = False
    local: bool = True
    searches: bool = False
    is_optional: bool = False
    acceptable: bool = True
    is_about_commits: bool = False
    told_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return tuple(sorted((m.RULE for m in modules if hasattr(m, "RULE")), key=lambda rule: rule.code))
