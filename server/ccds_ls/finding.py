"""What a rule says: a Finding, and its Fixes as plain data.

Nothing here knows of LSP or git. Presenters (``report/``, ``lsp/to_proto.py``) turn findings into what a
terminal, a CI log or an editor shows; ``git/act.py`` and the editor carry fixes out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum, IntEnum


class Severity(IntEnum):
    """How much a finding matters. The numbers are those of LSP's DiagnosticSeverity: smaller is worse."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4

    @property
    def label(self) -> str:
        """The name used in JSON reports and settings: ``error``, ``warning``, ``information`` or ``hint``."""
        return self.name.lower()

    def lowered(self) -> Severity:
        """One step milder; a hint stays a hint."""
        return Severity(min(self + 1, Severity.HINT))


class State(Enum):
    """How near to a commit the version of a file is in which something was found."""

    STAGED = "staged"
    WOULD_BE_ADDED = "would-be-added"  # untracked and not ignored, modified, or an editor's unsaved text
    WORK_TREE = "work-tree"  # committed and unchanged, or outside git


@dataclass(frozen=True, order=True)
class Span:
    """A half-open range of code points, ``[start, end)``, in a file's text or in a cell's source."""

    start: int
    end: int


@dataclass(frozen=True)
class TextEdit:
    """Replace ``span`` by ``text`` in a file, or in the source of cell number ``cell`` (1-based) of a notebook."""

    path: str
    span: Span
    text: str
    cell: int | None = None


@dataclass(frozen=True)
class RenameFile:
    """Move a file; both paths are relative to the snapshot's root. ``new`` must not exist."""

    old: str
    new: str


@dataclass(frozen=True)
class AppendLine:
    """Add one line to the end of a text file, which is made if it does not exist."""

    path: str
    line: str


@dataclass(frozen=True)
class Unstage:
    """Take a file's staged version out of the index again; the file itself stays as it is."""

    path: str


@dataclass(frozen=True)
class StopTracking:
    """Remove a file from the index and keep it on disk (``git rm --cached``)."""

    path: str


@dataclass(frozen=True)
class Suppress:
    """Record in the project's configuration that this finding is accepted."""

    code: str
    path: str
    fingerprint: str


@dataclass(frozen=True)
class MoveToEnv:
    """Take a secret out of Python code: its value goes into ``.env``, which git ignores, the code reads it there."""

    path: str
    fingerprint: str


@dataclass(frozen=True)
class StripStaged:
    """Clear the outputs of a notebook's cell, or of all cells, in what is staged of it; the file stays."""

    path: str
    cell: int | None = None


@dataclass(frozen=True)
class MoveToRaw:
    """Move a data file into the project's folder of raw data, which git ignores, and out of the index."""

    path: str


@dataclass(frozen=True)
class TrackWithLfs:
    """Have Git LFS keep a file, so that git holds a pointer to it alone. For where ``git lfs`` is installed."""

    path: str


@dataclass(frozen=True)
class EditSaved:
    """Clear outputs, of a cell or of all, or renumber the counts, once that is asked for.

    Of a notebook that an editor shows as cells, in the saved file; of its JSON in the editor, there.
    """

    path: str
    cell: int | None = None
    renumber: bool = False


@dataclass(frozen=True)
class PutSetting:
    """Set one of the project's or this user's settings; an empty value is asked for."""

    path: str
    key: str
    value: str = ""


@dataclass(frozen=True)
class TrackWithDvc:
    """Have DVC keep a file, so that git holds a pointer to it alone. For a project that uses DVC."""

    path: str


_OfGit = Unstage | StopTracking | StripStaged | MoveToRaw | TrackWithLfs | TrackWithDvc
Edit = TextEdit | RenameFile | AppendLine | Suppress | MoveToEnv | EditSaved | PutSetting | _OfGit


@dataclass(frozen=True)
class Fix:
    """One thing that the user can do about a finding, in one step.

    ``safe`` fixes may be applied without looking: they touch neither the index nor the meaning of the work.
    ``preferred`` marks the one that an editor's "fix this" key should take.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False
    preferred: bool = False


@dataclass(frozen=True)
class Related:
    """Another place that a finding is about: a line of a file, and in a notebook its cell and the line in that.

    Lines are 0-based, ``cell`` is 1-based.
    """

    path: str
    message: str
    line: int = 0
    cell: int | None = None
    cell_line: int = 0


@dataclass(frozen=True)
class Finding:
    """Something that a rule noticed.

    ``path`` is relative to the snapshot's root with ``/`` separators. ``span`` is in the file's raw text; it is
    None for a finding on the whole file. In a notebook ``cell`` is the 1-based number of the cell over all
    cells and ``cell_span`` the range in that cell's source. ``advice`` is a sentence of the message that is the same
    for many findings, so that a list for people says it once.
    """

    code: str
    kind: str | None
    severity: Severity
    path: str
    message: str
    state: State
    fingerprint: str
    span: Span | None = None
    cell: int | None = None
    cell_span: Span | None = None
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    advice: str = ""

    @property
    def brief(self) -> str:
        """The message without its advice, for where that was given already."""
        return self.message.replace(f" {self.advice}", "", 1) if self.advice else self.message


def plain_fingerprint(*parts: str) -> str:
    """A short, stable name for a finding that holds no secret: 16 hexadecimal digits.

    A secret's fingerprint is made by ``secrets.fingerprint``, which can't be turned back into the value.
    """
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
