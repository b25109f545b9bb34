"""Snapshot: the immutable picture of a repository that rules look at.

Whoever builds one (``ccds_ls.collect`` for the command line, ``lsp/session.py`` for an editor) does the reading;
a rule only looks. A path may occur twice, once as it is staged and once as it is in the work tree or the editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ccds_ls.finding import State
from ccds_ls.text import LineIndex

if TYPE_CHECKING:
    from ccds_ls.dependencies import Declared
    from ccds_ls.naming.folder import Folder
    from ccds_ls.notebook import Notebook
    from ccds_ls.notebook.facts import Facts, Index
    from ccds_ls.project import Project

HEAD_BYTES = 4096
"""How many first bytes of a file are kept for telling its kind."""


class Origin(Enum):
    """Which version of a file this is."""

    INDEX = "index"
    WORKTREE = "worktree"
    OVERLAY = "overlay"  # the text in an editor, saved or not


@dataclass(frozen=True)
class File:
    """One version of one file.

    ``path`` is relative to the snapshot's root, with ``/`` separators; bytes of a name that are not UTF-8 are
    kept as surrogates (``os.fsdecode``). ``text`` is None when the content is binary, too large, or was not
    asked for: ``unread`` then says why when that matters to the user. ``content_id`` names the content (a blob's
    object id, a document's version) and is None where it has no name. ``ignored`` is true for a file that git
    ignores and does not track. ``committed`` says that the last commit has another version of it, ``deleted``
    that the next one would delete it. The text of a symbolic link, ``is_link``, is its target. ``covered_by`` is the
    line of an ignore file that would keep the path out if git did not track it. ``filter`` is the one that the file
    on disk goes through on its way into git (``lfs``), so that what is committed may be something else.
    """

    path: str
    origin: Origin
    state: State
    size: int
    head: bytes = b""
    text: str | None = None
    unread: str | None = None
    content_id: str | None = None
    tracked: bool = False
    committed: bool = False
    deleted: bool = False
    ignored: bool = False
    is_link: bool = False
    covered_by: str | None = None
    filter: str | None = None
    cells: Notebook | None = None  # given when an editor shows a notebook as cells, not as JSON
    saved: Notebook | None = None  # the one on disk, where an editor shows it as a script

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @cached_property
    def lines(self) -> LineIndex:
        """Where the lines of the text start; of an empty text where there is none."""
        return LineIndex(self.text or "")

    @property
    def is_script(self) -> bool:
        """Whether an editor shows a notebook as a text that is not its JSON."""
        start = (self.text or "")[:200].lstrip("\ufeff \t\r\n")
        is_shown = self.origin is Origin.OVERLAY and self.path.endswith(".ipynb") and self.cells is None
        return is_shown and self.text is not None and not start.startswith("{")

    @cached_property
    def notebook(self) -> Notebook | None:
        """The notebook in this file, None if it is not one; one that can't be read says so in ``problem``.

        Some editors show a notebook under its own path as a script, or as its joined code cells.
        """
        if self.cells is not None:
            return self.cells
        if self.text is None or self.is_link or not self.path.endswith(".ipynb"):
            return None
        if self.is_script:
            from ccds_ls.notebook.joined_text import parse as parse_script

            return parse_script(self.text, self.saved)
        from ccds_ls.notebook import parse  # only files that are notebooks pay for the parser

        return parse(self.text)

    @cached_property
    def facts(self) -> Facts:
        """What this notebook may share with another one."""
        from ccds_ls.notebook.facts import facts_of

        return facts_of(self)


@dataclass(frozen=True)
class Snapshot:
    """Files of one repository (or one folder outside git), and what rules need to know around them.

    ``root`` is absolute. ``notebooks`` are the paths of all notebooks that git does not ignore, read or not.
    ``initials`` are the author parts known for this repository. ``author_initials`` are this user's own, and
    ``initials_certain`` says that they were kept or seen in use, not just derived from a name. The ``branch``,
    the latest commits' ``subjects`` and ``has_remote`` are given where a commit message is looked at.
    ``beside_models`` are the paths in the folders of models that are among the files. ``committed`` is the last
    commit's text of the .gitignore files among them, ``with_dvc`` are the roots of the projects that use DVC, and
    ``kept_out`` the data folders that another ignore file than their project's own covers.
    """

    root: Path
    files: tuple[File, ...]
    in_git: bool = True
    projects: tuple[Project, ...] = ()
    notebooks: tuple[str, ...] = ()
    initials: frozenset[str] = field(default_factory=frozenset)
    author_initials: str | None = None
    initials_certain: bool = False
    branch: str | None = None
    subjects: tuple[str, ...] = ()
    has_remote: bool = False
    beside_models: tuple[str, ...] = ()
    committed: Mapping[str, str] = field(default_factory=dict)
    with_dvc: frozenset[str] = frozenset()
    kept_out: frozenset[str] = frozenset()
    known: Index | None = None  # of more notebooks than are among the files
    declared: Mapping[str, Declared] = field(default_factory=dict)  # by the root of the project

    @cached_property
    def index(self) -> Index:
        """What the notebooks hold, to find what one shares with another."""
        from ccds_ls.notebook.facts import Index

        return Index.of(self.files) if self.known is None else self.known

    @cached_property
    def notebook_folders(self) -> dict[str, Folder]:
        """The notebooks by the folder they are in, for naming one of them."""
        return _folders(self.notebooks)


@lru_cache(maxsize=4)
def _folders(notebooks: tuple[str, ...]) -> dict[str, Folder]:
    """Kept for the lists seen last: thousands of notebooks are checked in small batches with the same list."""
    from ccds_ls.naming.folder import folders

    return folders(notebooks)
