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
    """A running editor with one project open. Paths are absolute. Several scenarios may use it in turn.

    A verb that the editor has no way to do raises NotImplementedError; ``Driver.cannot`` then has the reason.
    """

    def open(self, path: Path) -> None:
        """Show a file, as the user does by opening it. A file that is open already is shown again."""

    def shown(self, path: Path) -> list[Shown]:
        """The findings that the editor shows for a file now, those on the cells of a notebook included."""

    def type(self, text: str) -> None:
        """Add a line of text at the end of the open file, without saving it."""

    def erase(self) -> None:
        """Delete the last line of the open file, without saving it."""

    def save(self) -> None:
        """Save every open file that has changed."""

    def front(self) -> str:
        """The name of the file that is in front."""

    def fixes(self, path: Path, shown: Shown) -> list[str]:
        """The titles of the fixes that are offered for a finding in the open file."""

    def fix(self, path: Path, shown: Shown, title: str) -> None:
        """Choose the fix of this title."""

    def command(self, name: str, *answers: str) -> None:
        """Run a palette command, ``ccds.…``, giving these answers to what it asks, in order.

        What it asks beyond them is taken as it is proposed.
        """

    def answer(self, title: str) -> None:
        """Press the button of this title in a question of the server's, where it waits for the user."""

    def said(self) -> str:
        """The messages that the editor has shown to its user."""

    def picture(self, target: Path) -> Path:
        """Keep what is on the screen, in a file of this name with the driver's own suffix."""


@dataclass(frozen=True)
class Driver:
    """One editor of the bench.

    ``page`` is its folder in ``client-config/``, where its picture is kept, too. ``install`` raises Missing.
    ``version`` is asked for after it. ``launch`` opens an editor on a project and leaves nothing running.
    ``cannot`` has the scenarios that the editor can't do, each with the reason; the reason is shown to readers.
    ``seconds`` is how long anything may take to be seen. After the scenario ``pictured`` a picture is taken.
    """

    name: str
    title: str
    page: str
    install: Callable[[], object]
    version: Callable[[], str]
    launch: Callable[[Home, Path], AbstractContextManager[Editor]]
    # Without it a driver has a hash, which pytest needs in order to see that tests share an editor.
    cannot: Mapping[str, str] = field(default_factory=dict, hash=False)
    seconds: float = 20
    pictured: str = "commit_message"
