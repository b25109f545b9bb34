"""What every driver offers, in the same few verbs, so that a scenario is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from editors.home import Home


@dataclass(frozen=True)
class Shown:
    """One finding as the editor shows it. ``line`` is 1-based, ``severity`` error, warning, information or hint.

    What an editor does not show at all is None.
    """

    code: str | None
    message: str
    line: int | None = None
    severity: str | None = None


class Editor(Protocol):
    """A running editor with one project open. Paths are absolute."""

    def open(self, path: Path) -> None:
        """Show a file, as the user does by opening it."""

    def shown(self, path: Path) -> list[Shown]:
        """The findings that the editor shows for a file now."""

    def type(self, text: str) -> None:
        """Add text at the end of the open file, without saving it."""

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        """The titles of the fixes that are offered for a finding."""

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        """Choose the fix of this title."""

    def command(self, name: str, *answers: str) -> None:
        """Run a palette command, ``ccds.…``, giving these answers to what it asks."""

    def said(self) -> str:
        """The messages that the editor has shown to its user."""

    def picture(self, target: Path) -> Path:
        """Keep what is on the screen, in a file of this name with the driver's own suffix."""


@dataclass(frozen=True)
class Driver:
    """One editor of the bench.

    ``cannot`` has the scenarios that the editor can't do, each with the reason; a reason is shown to readers.
    ``install`` raises Missing. ``version`` is asked for after it.
    """

    name: str
    title: str
    install: Callable[[], object]
    version: Callable[[], str]
    launch: Callable[[Home, Path], AbstractContextManager[Editor]]
    cannot: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 20
