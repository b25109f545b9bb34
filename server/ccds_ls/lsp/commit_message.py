"""Commit messages that are open in the editor: what is wrong with the commit, shown on the lines that list its files.

Two kinds of document are one: the file that git opens in an editor, and VS Code's box for the message, which lists
nothing. While git waits for an editor it has the commit's tree ready already, so that taking a file out of the index
then changes nothing for this commit: the fixes on these lines stop it first.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from lsprotocol import types

from ccds_ls import rule_page
from ccds_ls.check import Located, check
from ccds_ls.collect import index_files, make_snapshot, overlay_file
from ccds_ls.commit_message import FILE, Draft, listed, parse
from ccds_ls.finding import Finding, Severity, Span
from ccds_ls.git import read as git
from ccds_ls.lsp.from_proto import path_of
from ccds_ls.lsp.to_proto import Client, diagnostic, range_of, uri_of
from ccds_ls.project import nearest
from ccds_ls.rules import all_rules
from ccds_ls.snapshot import File
from ccds_ls.view import View, staged_entries

if TYPE_CHECKING:
    from ccds_ls.lsp.folders import Folder
    from ccds_ls.lsp.session import Session
    from ccds_ls.lsp.standing import Overlay

BATCH = 100
"""How many of the commit's files are checked in one job: less than half a second, and the list is read once."""

OWN_RULES = ("commit-message", "secret")
"""The rules for the text of the message itself."""

_NAMES = (FILE.rpartition("/")[2], "MERGE_MSG", "SQUASH_MSG")
_BOX = "vscode-scm"
_MOST_IN_BOX = 10
_FIRST_LINE = types.Range(types.Position(0, 0), types.Position(0, 1))


@dataclass(frozen=True)
class Prepared:
    """What the commit takes whose message this is, as git had it when the message was opened.

    ``view`` reads the index that is committed; ``separate`` says that it is not the usual one (``git commit -a``).
    ``key`` is what this was read for. The rest is what hints and completion build on, see ``Snapshot``.
    """

    key: object
    view: View
    separate: bool = False
    branch: str | None = None
    subjects: tuple[str, ...] = ()
    has_remote: bool = False


@dataclass(frozen=True)
class Shown:
    """One diagnostic of a message, and the findings that it stands for (in files of the commit, or in the text)."""

    diagnostic: types.Diagnostic
    located: tuple[Located, ...]


@dataclass
class Message:
    """One open message. The message loop replaces ``overlay`` and sets ``stale``; the worker does the rest."""

    key: str
    overlay: Overlay
    stale: bool = True  # what git says, the settings or the secret engine may be others by now
    prepared: Prepared | None = None
    pending: list[str] = field(default_factory=list)
    found: dict[str, list[Located]] = field(default_factory=dict)
    shown: tuple[Shown, ...] = ()
    root: Path = Path()
    draft: Draft | None = None
    hinted: bool = False  # whether hints on the message itself are wanted, and completion with them

    @property
    def in_box(self) -> bool:
        """Whether this is an editor's box for the message, where nothing has been prepared yet."""
        return self.overlay.uri.startswith(_BOX)

    @property
    def waits(self) -> bool:
        """Whether there is work left to do."""
        return self.stale or bool(self.pending)


def key_of(uri: str) -> str | None:
    """What a commit message is known by: its path, or the URI of an editor's box; None for other documents."""
    if uri.startswith(f"{_BOX}:"):
        return uri
    path = path_of(uri)
    # A file of that name in somebody's folder is not one: git's own folder has a HEAD.
    if path is None or not path.endswith(_NAMES) or not Path(path).with_name("HEAD").is_file():
        return None
    return path if Path(path).name in _NAMES else None


def folder_of(session: Session, message: Message) -> Folder | None:
    """The repository that a message is for."""
    if message.in_box:
        roots = parse_qs(urlsplit(message.overlay.uri).query).get("rootUri", [])
        root = path_of(roots[0]) if roots else None
        if root is None and len(session.folders.workspace) == 1:
            root = str(session.folders.workspace[0])
        return session.folders.of(str(Path(root, "x"))) if root else None
    git_dir = Path(os.path.realpath(Path(message.key).parent))
    for folder in list(session.folders.by_root.values()):
        if folder.repository and folder.repository.git_dir == git_dir:
            return folder
    return session.folders.of(message.key)


def check_message(session: Session, message: Message) -> tuple[Folder, Overlay, list[str]] | None:
    """Do the next piece of work for a message, after which ``shown`` holds for the overlay that is returned.

    Also returned are the folder and the paths in it that must be checked because it was looked at for the first time.
    None for a box that belongs to no repository.
    """
    folder = folder_of(session, message)
    if folder is None:
        message.stale = False
        return None
    more = session.refresh(folder) if folder.view is None and not folder.problem else []
    overlay = message.overlay
    text = overlay.text or ""
    message.draft = parse(text, "" if message.in_box else None)
    message.root = folder.shown
    try:
        shown = _looked_at(session, message, folder, text)
    except git.GitError as error:
        message.stale, message.pending = False, []
        shown = _unchecked(str(error))
    message.shown = tuple(shown)
    return folder, overlay, more


def _looked_at(session: Session, message: Message, folder: Folder, text: str) -> list[Shown]:
    view, draft = folder.view, message.draft
    if view is None or draft is None:
        raise git.GitError(folder.problem or "")
    _prepare(session, message, view, draft)
    shown = [*_own(session, message, draft, text), *_of_files(session, message, draft)]
    if message.in_box:  # All of them stand on one line, so that the worst is to come first.
        shown.sort(key=lambda item: item.diagnostic.severity or 0)
    return shown


def _prepare(session: Session, message: Message, view: View, draft: Draft) -> None:
    """Find out what is committed, if that is not known yet, and check the next of its files."""
    key: object = view if message.in_box else draft.key
    if message.prepared is None or message.prepared.key != key:
        message.prepared = _with_history(
            Prepared(key, view) if message.in_box else _prepared(view, draft, key)
        )
        message.stale, message.found = True, {}
    prepared = message.prepared
    if message.stale:
        message.stale = False
        message.pending = list(prepared.view.staged)
    now, message.pending = message.pending[:BATCH], message.pending[BATCH:]
    found: dict[str, list[Located]] = {path: [] for path in now}
    files = index_files(prepared.view, now)
    snapshot = make_snapshot(prepared.view, files, session.settings)
    for located in check(snapshot, session.detector, cache=session.cache):
        found[located[0].path].append(located)
    message.found.update(found)


def _prepared(view: View, draft: Draft, key: object) -> Prepared:
    """The files that git lists in the message, in the index that it commits."""
    repository = view.repository
    if repository is None or not draft.status:
        return Prepared(key, replace(view, staged={}))
    own = git.committing(repository)
    try:
        entries = staged_entries(own)
    except git.GitError:
        if own is repository:
            raise
        own, entries = repository, staged_entries(repository)  # the lock of a process that is still writing
    by_path = {entry.path: entry for entry in entries if not entry.is_submodule}
    names = [item.path for item in listed(draft, by_path)]
    if not names:
        by_path = {entry.path: entry for entry in git.amendable(own).entries if not entry.is_submodule}
        names = [item.path for item in listed(draft, by_path)]
    staged = {name: by_path[name] for name in names}
    return Prepared(key, replace(view, repository=own, staged=staged), own is not repository)


def _with_history(prepared: Prepared) -> Prepared:
    repository = prepared.view.repository
    if repository is None:
        return prepared
    return replace(
        prepared,
        branch=git.current_branch(repository),
        subjects=tuple(git.subjects(repository)),
        has_remote=git.has_remote(repository),
    )


# What is shown


def _unchecked(problem: str) -> list[Shown]:
    text = f"What this commit takes can't be checked. {problem}"
    return [Shown(_diagnostic(_FIRST_LINE, Severity.WARNING, "unchecked", text), ())]


def _diagnostic(
    place: types.Range,
    severity: Severity,
    code: str,
    message: str,
    related: list[types.DiagnosticRelatedInformation] | None = None,
) -> types.Diagnostic:
    return types.Diagnostic(
        place,
        message,
        types.DiagnosticSeverity(severity),
        code,
        types.CodeDescription(rule_page(code)),
        "ccds",
        related_information=related or None,
    )


def _own(session: Session, message: Message, draft: Draft, text: str) -> Iterator[Shown]:
    """Findings in the text of the message, on their places in it."""
    prepared = message.prepared
    if prepared is None:
        return
    below = [
        number for number in (draft.cut, *draft.status[:1]) if number is not None
    ]  # no part of the message
    kept = text[: draft.lines.starts[min(below)]] if below else text
    file = overlay_file(prepared.view, FILE, kept, None, ignored=False)
    snapshot = replace(
        make_snapshot(prepared.view, [file], session.settings),
        branch=prepared.branch,
        subjects=prepared.subjects,
        has_remote=prepared.has_remote,
    )
    message.hinted = "commit-message" not in nearest(snapshot.projects, FILE).config.disable
    rules = [rule for rule in all_rules() if rule.code in OWN_RULES]
    for located in check(snapshot, session.detector, rules):
        shown = diagnostic(located[0], file, as_cells=False, encoding=session.client.encoding)
        yield Shown(shown, (located,))


def _of_files(session: Session, message: Message, draft: Draft) -> Iterator[Shown]:
    """Errors and warnings in the commit's files: on their lines, or on the first line of a box."""
    bad = {
        path: worth
        for path, located in message.found.items()
        if (worth := [item for item in located if item[0].severity <= Severity.WARNING])
    }
    if message.in_box:
        end = range_of(draft.lines, Span(0, draft.lines.line_end(0)), session.client.encoding)
        worst_first = sorted(bad, key=lambda path: min(item[0].severity for item in bad[path]))
        advised: set[str] = set()
        for path in worst_first[:_MOST_IN_BOX]:
            yield from _grouped(session.client, end, message.root, bad[path], f"{path}: ", advised)
        if rest := worst_first[_MOST_IN_BOX:]:
            first = min((item[0] for item in bad[rest[0]]), key=lambda finding: finding.severity)
            count = (
                "1 more file of this commit has"
                if len(rest) == 1
                else f"{len(rest)} more files of this commit have"
            )
            text = f"{count} findings."
            yield Shown(_diagnostic(end, first.severity, first.code, text), ())
        return
    for item in listed(draft, bad):
        place = range_of(draft.lines, item.span, session.client.encoding)
        yield from _grouped(session.client, place, message.root, bad[item.path])


def _grouped(
    client: Client,
    place: types.Range,
    root: Path,
    located: Iterable[Located],
    prefix: str = "",
    advised: set[str] | None = None,
) -> Iterator[Shown]:
    """One diagnostic for each rule, with the worst of its findings in words.

    Advice that was given at the same place, ``advised``, is not repeated.
    """
    by_code: dict[str, list[Located]] = defaultdict(list)
    for item in located:
        by_code[item[0].code].append(item)
    for code, group in by_code.items():
        group.sort(key=lambda item: item[0].severity)
        finding, file = group[0]
        more = f" ({len(group) - 1} more in this file.)" if len(group) > 1 else ""
        related = None
        if client.related_information:
            related = [_related(client, root, *item) for item in group[:10]]
        said = finding.brief if advised and finding.advice in advised else finding.message
        if advised is not None:
            advised.add(finding.advice)
        text = f"{prefix}{_where(finding, file)}{said}{more}"
        yield Shown(_diagnostic(place, finding.severity, code, text, related), tuple(group))


def _where(finding: Finding, file: File) -> str:
    """The place in words, for editors that show no more than the message; empty for a whole file."""
    if finding.cell is not None:
        return f"Cell {finding.cell}: "
    return f"Line {file.lines.position(finding.span.start)[0] + 1}: " if finding.span else ""


def _related(client: Client, root: Path, finding: Finding, file: File) -> types.DiagnosticRelatedInformation:
    place = range_in_file(finding, file, client.encoding)
    return types.DiagnosticRelatedInformation(
        types.Location(uri_of(root / finding.path), place), f"{finding.path}: {finding.code}"
    )


def range_in_file(finding: Finding, file: File, encoding: str) -> types.Range:
    return diagnostic(finding, file, as_cells=False, encoding=encoding).range
