"""The fixes of what stands in a file, as code actions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from ccds_ls.finding import Finding, Fix, TextEdit
from ccds_ls.lsp.session import Session
from ccds_ls.lsp.standing import Overlay
from ccds_ls.lsp.to_proto import Target, code_action
from ccds_ls.snapshot import File
from ccds_ls.suppression import ACCEPTS


def code_actions(
    session: Session, path: str, uri: str, wanted: types.Range, named: Iterable[types.Diagnostic] = ()
) -> list[types.CodeAction]:
    """The fixes of the findings that touch a range of a document, and of those that the editor names.

    Neovim names all of the cursor's line, wherever in it the cursor is.
    """
    standing = session.standing.get(path)
    if standing is None:
        return []
    meant = {(_key(item.range.start), item.code) for item in named}
    overlay = standing.overlay
    shown = (overlay.cell_uris, overlay.versions) if overlay else ()
    actions: dict[str, types.CodeAction] = {}
    for (finding, file), made in zip(standing.located, standing.made, strict=True):
        asked_for = _touches(made.range, wanted) or (_key(made.range.start), made.code) in meant
        if asked_for and _is_in(finding, overlay, uri):
            target = Target(standing.root, file, standing.uri, *shown)
            for fix in _possible(finding, file):
                actions.setdefault(fix.title, code_action(fix, [made], target, session.client))
    return [action for action in actions.values() if action.edit or action.command or action.data]


def _is_in(finding: Finding, overlay: Overlay | None, uri: str) -> bool:
    """Whether the editor shows a finding in this document: in a cell's, only if it is about that cell."""
    if overlay is None or not overlay.as_cells or uri == overlay.uri:
        return True
    return overlay.cell_uris[(finding.cell or 1) - 1] == uri


def _possible(finding: Finding, file: File) -> Iterator[Fix]:
    """The fixes of a finding, without edits of a text that is known only once the file was looked at as open."""
    has_text = file.text is not None or file.cells is not None
    for fix in finding.fixes:
        if has_text or not any(isinstance(edit, TextEdit) for edit in fix.edits):
            yield fix


def best(actions: Iterable[types.CodeAction], named: types.Diagnostic) -> list[types.CodeAction]:
    """The one fix of a finding to be carried out unseen: the preferred one, else the first that mends something."""
    mending = [
        action
        for action in actions
        if any(item.code == named.code for item in action.diagnostics or ())
        and not action.title.startswith(ACCEPTS)
    ]
    return sorted(mending, key=lambda action: not action.is_preferred)[:1]


def _touches(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
