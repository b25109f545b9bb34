"""What an editor shows, what was found in it, and what is to be shown of that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from ccds_ls.check import Located
from ccds_ls.notebook import Notebook


@dataclass(frozen=True)
class Overlay:
    """One version of what an editor shows for a file: its text, or its cells with their own URIs."""

    uri: str
    version: int | None
    text: str | None = None
    notebook: Notebook | None = None
    cell_uris: tuple[str, ...] = ()
    cell_versions: tuple[int | None, ...] = ()

    @property
    def versions(self) -> dict[str, int | None]:
        """The version of each text in which the editor shows the file."""
        return dict(zip(self.shown_as, self.cell_versions or (self.version,), strict=True))

    @property
    def as_cells(self) -> bool:
        """Whether the editor shows a notebook as cells; one without any cell has its findings on itself."""
        return bool(self.cell_uris)

    @property
    def shown_as(self) -> tuple[str, ...]:
        """The URIs of the texts in which the editor shows the file."""
        return self.cell_uris or (self.uri,)


@dataclass(frozen=True)
class Publication:
    """The diagnostics that now hold for one URI."""

    uri: str
    version: int | None
    diagnostics: tuple[types.Diagnostic, ...] = ()
    is_open: bool = False  # an open document is told that it has none; a closed file only if it had some
    path: str = ""
    overlay: Overlay | None = (
        None  # what was looked at; superseded when the editor shows something else by now
    )


@dataclass
class Standing:
    """What holds for one file: its findings, where its folder is, and the URI that it is known by.

    ``made`` are the diagnostics of the findings, ``overlay`` is what the editor showed when they were found.
    """

    located: list[Located]
    made: list[types.Diagnostic]
    root: Path
    uri: str
    overlay: Overlay | None = None
