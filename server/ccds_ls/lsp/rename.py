"""Renames in an editor: what follows from them as one edit, before the file moves or together with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ccds_ls.finding import Span
from ccds_ls.lsp.from_proto import path_of
from ccds_ls.lsp.thread import in_thread
from ccds_ls.lsp.to_proto import follow, range_of, uri_of
from ccds_ls.text import LineIndex

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server
    from ccds_ls.lsp.session import Session
    from ccds_ls.lsp.standing import Overlay
    from ccds_ls.naming.renaming import Plan

ANNOTATION = "Rename notebooks"
"""The annotation, its identifier and its label, under which an edit that is to be confirmed stands."""

Change = types.TextDocumentEdit | types.RenameFile


def shown_files(session: Session) -> dict[str, Overlay]:
    """What the editor shows by the files' real paths."""
    # A file may be a link that is renamed itself, so that only its folder is resolved.
    return {
        os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)): overlay  # noqa: PTH118, PTH119, PTH120
        for path, overlay in list(session.overlays.items())
    }


def text_in(shown: dict[str, Overlay]) -> Callable[[Path], str | None]:
    """The text of open files for a plan; a notebook that is shown as cells has none, its cells come extra."""

    def text_of(path: Path) -> str | None:
        overlay = shown.get(str(path))
        return None if overlay is None else overlay.text or ""

    return text_of


async def following(
    server: Server, moves: dict[Path, Path], *, with_moves: bool
) -> types.WorkspaceEdit | None:
    """The edit that follows from renames, and with ``with_moves`` does them too; None where there is nothing."""
    from ccds_ls.naming.renaming import plan_moves

    shown = shown_files(server.session)
    plan = await in_thread(lambda _: plan_moves(moves, text_in(shown)))
    if plan is None:
        return None
    given = set() if with_moves else set(moves)
    changes = list(edit_parts(server.session, plan, shown, but=given))
    return whole(server.session, changes) if changes else None


def edit_parts(
    session: Session,
    plan: Plan,
    shown: dict[str, Overlay],
    but: Iterable[Path] = (),
    annotation: str | None = None,
) -> Iterator[Change]:
    """The parts of a plan's edit: texts first, under the old names, then the renames except those of ``but``.

    What is in a folder of ``but`` is renamed with it.
    """
    encoding = session.client.encoding
    for change in plan.changes:
        overlay = shown.get(str(plan.root / change.path))
        uri = overlay.uri if overlay else uri_of(plan.root / change.path)
        version = overlay.version if overlay else None
        yield _text_edit(uri, version, change.text, change.edits, encoding, annotation)
    yield from _in_cells(plan, shown, encoding, annotation)
    skipped = {Path(os.path.realpath(path.parent), path.name) for path in but}
    for old, new in plan.moves:
        path = plan.root / old
        if session.client.rename_file and skipped.isdisjoint((path, *path.parents)):
            overlay = shown.get(str(path))
            uri = overlay.uri if overlay else uri_of(path)
            yield types.RenameFile(uri, uri_of(plan.root / new), annotation_id=annotation)


def _in_cells(
    plan: Plan, shown: dict[str, Overlay], encoding: str, annotation: str | None
) -> Iterator[types.TextDocumentEdit]:
    """The edits of notebooks that the editor shows as cells."""
    from ccds_ls.naming.renaming import edits_of_text

    for path, overlay in shown.items():
        if overlay.notebook is None or not Path(path).is_relative_to(plan.root):
            continue
        relative = Path(path).relative_to(plan.root).as_posix()
        for uri, cell in zip(overlay.cell_uris, overlay.notebook.cells, strict=True):
            if made := edits_of_text(relative, cell.source, plan.references):
                yield _text_edit(uri, overlay.versions.get(uri), cell.source, made, encoding, annotation)


def _text_edit(
    uri: str,
    version: int | None,
    text: str,
    edits: Iterable[tuple[Span, str]],
    encoding: str,
    annotation: str | None,
) -> types.TextDocumentEdit:
    lines = LineIndex(text)
    made: list[Any] = []
    for span, new in edits:
        place = range_of(lines, span, encoding)
        made.append(
            types.AnnotatedTextEdit(annotation, place, new) if annotation else types.TextEdit(place, new)
        )
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, version), made)


def whole(session: Session, changes: list[Change], label: str | None = None) -> types.WorkspaceEdit:
    """The edit of some parts; with ``label`` the editor shows it before it is applied."""
    if not session.client.document_changes:
        texts = [change for change in changes if isinstance(change, types.TextDocumentEdit)]
        plain: dict[str, Any] = {change.text_document.uri: change.edits for change in texts}
        return types.WorkspaceEdit(changes=plain)
    annotations = {ANNOTATION: types.ChangeAnnotation(label, needs_confirmation=True)} if label else None
    return types.WorkspaceEdit(document_changes=list(changes), change_annotations=annotations)


async def followed_by_git(server: Server, moves: dict[Path, Path]) -> list[tuple[str, str]]:
    """Have git's index follow renames that the editor did for us, paired files with them; what it followed."""
    from ccds_ls.git.restage import follow_renames

    followed: list[tuple[str, str]] = []
    for folder in {path.parent for path in moves}:
        followed += await in_thread(lambda _, folder=folder: follow_renames(folder, moves))  # type: ignore[misc]
        server.work.look(folder)
    return followed


def was_renamed(old: Path, new: Path) -> bool:
    """Whether a file has the new name now, and not the old one."""
    return os.path.lexists(new) and not os.path.lexists(old)


def offered(actions: Iterable[types.CodeAction]) -> Iterator[tuple[Path, Path]]:
    """The renames that fixes would have the editor do."""
    for action in actions:
        data: Any = action.data
        changes = action.edit.document_changes or () if action.edit else ()
        pairs = [
            (change.old_uri, change.new_uri) for change in changes if isinstance(change, types.RenameFile)
        ]
        for uris in [*pairs, *([data["rename"]] if data else [])]:
            old, new = (path_of(uri) for uri in uris)
            if old and new:
                yield Path(old), Path(new)


async def will_rename(server: Server, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    """The user renames files in the editor: what names them follows."""
    moves: dict[Path, Path] = {}
    for renamed in params.files:
        old, new = path_of(renamed.old_uri), path_of(renamed.new_uri)
        if old and new and old != new:
            moves[Path(old)] = Path(new)
    return await following(server, moves, with_moves=False) if moves else None


async def resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    """The edit of a quick fix that renames, which is made only now that the user has chosen it, and its command."""
    data: Any = action.data
    pair = data.get("rename") if isinstance(data, dict) else None
    if isinstance(pair, list) and len(pair) == 2:
        old, new = (path_of(str(uri)) for uri in pair)
        if old and new:
            action.edit = await following(server, {Path(old): Path(new)}, with_moves=True)
            action.command = follow(action.title)
    return action
