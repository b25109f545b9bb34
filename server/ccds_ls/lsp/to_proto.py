"""From findings to what the protocol sends: positions, diagnostics, workspace edits, code actions."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from lsprotocol import types

from ccds_ls import rule_page
from ccds_ls.edits import raw
from ccds_ls.finding import (
    AppendLine,
    EditSaved,
    Finding,
    Fix,
    MoveToEnv,
    MoveToRaw,
    PutSetting,
    RenameFile,
    Span,
    StopTracking,
    StripStaged,
    Suppress,
    TextEdit,
    TrackWithDvc,
    TrackWithLfs,
    Unstage,
)
from ccds_ls.snapshot import File
from ccds_ls.text import LineIndex

# A finding on a whole file is drawn on the first character, so that every editor has something to underline.
_WHOLE_FILE = types.Range(types.Position(0, 0), types.Position(0, 1))


@dataclass(frozen=True)
class Client:
    """What the client can do, as far as it changes what we send.

    ``takes_all``: it carries out, unseen, every fix that it is given for a finding that it names.
    """

    encoding: str = types.PositionEncodingKind.Utf16
    document_changes: bool = False
    rename_file: bool = False
    create_file: bool = False
    code_action_literals: bool = False
    takes_all: bool = False
    show_document: bool = False
    show_message_request: bool = False
    progress: bool = False
    watch_files: bool = False
    apply_edit: bool = False
    related_information: bool = False
    will_rename: bool = False
    resolves_edit: bool = False
    resolves_command: bool = False
    change_annotations: bool = False
    status: bool = False
    configuration: bool = False
    drops_results: bool = False


DROP_RESULTS = ("helix", "Sublime Text LSP", "Zed")
"""How clients call themselves that show nothing of a command's result, and little or nothing of its error."""


def client_of(capabilities: types.ClientCapabilities, encoding: str, name: str = "") -> Client:
    """Every optional capability that we use, read in one place; what a client leaves out is off."""
    workspace = capabilities.workspace or types.WorkspaceClientCapabilities()
    edit = workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
    window = capabilities.window or types.WindowClientCapabilities()
    document = capabilities.text_document or types.TextDocumentClientCapabilities()
    operations = edit.resource_operations or ()
    actions = document.code_action or types.CodeActionClientCapabilities()
    resolved = actions.resolve_support.properties if actions.resolve_support else ()
    files = workspace.file_operations or types.FileOperationClientCapabilities()
    watching = workspace.did_change_watched_files
    experimental: object = capabilities.experimental
    return Client(
        encoding=encoding,
        document_changes=bool(edit.document_changes),
        rename_file=bool(edit.document_changes) and types.ResourceOperationKind.Rename in operations,
        create_file=bool(edit.document_changes) and types.ResourceOperationKind.Create in operations,
        code_action_literals=bool(actions.code_action_literal_support),
        takes_all=_is_old_kate(workspace, window) and bool(actions.code_action_literal_support),
        show_document=bool(window.show_document and window.show_document.support),
        show_message_request=window.show_message is not None,
        progress=bool(window.work_done_progress),
        watch_files=bool(watching and watching.dynamic_registration),
        apply_edit=bool(workspace.apply_edit),
        related_information=bool(
            document.publish_diagnostics and document.publish_diagnostics.related_information
        ),
        will_rename=bool(files.will_rename),
        resolves_edit="edit" in resolved,
        resolves_command="command" in resolved,
        change_annotations=edit.change_annotation_support is not None,
        configuration=bool(workspace.configuration),
        status=isinstance(experimental, dict) and experimental.get("ccdsStatus") is True,
        drops_results=name.startswith(DROP_RESULTS),
    )


def _is_old_kate(
    workspace: types.WorkspaceClientCapabilities, window: types.WindowClientCapabilities
) -> bool:
    """Whether this looks like Kate up to 22.12, which does not say its name and announces little.

    Its Quick Fix asks for the whole document's fixes, naming one finding, and does them all: ``autoApply`` in
    ``triggerCodeActionItem`` of KDE/kate's addons/lspclient/lspclientpluginview.cpp. Its successors show a menu.
    """
    little = types.WorkspaceClientCapabilities(workspace_folders=workspace.workspace_folders)
    return workspace == little and window.show_message is None and bool(window.work_done_progress)


def uri_of(path: Path) -> str:
    """The ``file:`` URI of an absolute path, whatever bytes its name holds."""
    raw = os.fsencode(path)
    if os.name == "nt":
        raw = b"/" + raw.replace(b"\\", b"/")
    return f"file://{quote_from_bytes(raw, safe='/~')}"


def units(text: str, encoding: str) -> int:
    """The length of a text in the units of a position encoding."""
    if encoding == types.PositionEncodingKind.Utf32 or text.isascii():
        return len(text)
    if encoding == types.PositionEncodingKind.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def range_of(lines: LineIndex, span: Span, encoding: str) -> types.Range:
    """A span of a text as a range in the client's units."""
    return types.Range(_position(lines, span.start, encoding), _position(lines, span.end, encoding))


def _position(lines: LineIndex, offset: int, encoding: str) -> types.Position:
    line, column = lines.position(offset)
    start = lines.starts[line]
    return types.Position(line, units(lines.text[start : start + column], encoding))


def diagnostic(finding: Finding, file: File, *, as_cells: bool, encoding: str) -> types.Diagnostic:
    """The diagnostic of a finding: in its cell where the editor shows cells, else in the file's raw text."""
    return types.Diagnostic(
        range=_place(finding, file, as_cells=as_cells, encoding=encoding),
        severity=types.DiagnosticSeverity(finding.severity),
        code=finding.code,
        code_description=types.CodeDescription(rule_page(finding.code)),
        source="ccds",
        message=finding.message,
        data={
            "kind": finding.kind,
            "fingerprint": finding.fingerprint,
            "state": finding.state.value,
            "fixes": [fix.title for fix in finding.fixes],
        },
    )


def _place(finding: Finding, file: File, *, as_cells: bool, encoding: str) -> types.Range:
    if not as_cells:
        has_text = finding.span is not None and file.text is not None
        return range_of(file.lines, finding.span, encoding) if has_text and finding.span else _WHOLE_FILE
    if finding.cell is None or finding.cell_span is None or file.notebook is None:
        return _WHOLE_FILE
    return range_of(LineIndex(file.notebook.cells[finding.cell - 1].source), finding.cell_span, encoding)


@dataclass(frozen=True)
class Target:
    """Where the paths of a finding's edits are: the snapshot's root, and the URIs that the editor uses for it.

    ``versions`` are those of the texts that were looked at: an editor drops an edit of a text that it changed since.
    """

    root: Path
    file: File
    uri: str
    cell_uris: Sequence[str] = ()
    versions: Mapping[str, int | None] = field(default_factory=dict)

    def uri_for(self, path: str) -> str:
        """The URI of a path of the snapshot; the editor's own spelling for the file that it has open."""
        return self.uri if path == self.file.path else uri_of(self.root / path)


def code_action(
    fix: Fix, diagnostics: list[types.Diagnostic], target: Target, client: Client
) -> types.CodeAction:
    """A fix as a quick fix: an edit where the client can apply it, else one of our commands.

    What follows from a rename is asked for by a client that tells of renames, its own and those of edits (the
    specification has it so); in others it becomes part of the edit when the user has chosen the fix.
    """
    action = types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=diagnostics or None,
        is_preferred=True if fix.preferred else None,
        edit=workspace_edit(fix, target, client),
    )
    renames = [part for part in fix.edits if isinstance(part, RenameFile)]
    if renames and action.edit:
        # A client does the edit first and then the command, so that this one tells that the user took the fix. It has
        # no argument: VS Code forgets those of an action on a document that the edit closes.
        action.command = follow(fix.title)
        if client.resolves_edit and not client.will_rename:
            pair = [target.uri_for(renames[0].old), uri_of(target.root / renames[0].new)]
            action.edit, action.data = None, {"rename": pair}
            if client.resolves_command:  # lsp-mode and Eglot ask for what is missing only where both are.
                action.command = None
    elif not action.edit:
        action.command = command_for(fix, target)
    return action


def follow(title: str) -> types.Command:
    """The command that tells that the editor has renamed what a fix of this title renames."""
    return types.Command(title, "ccds.followRename")


def workspace_edit(fix: Fix, target: Target, client: Client) -> types.WorkspaceEdit | None:
    """The edit that carries out a fix, or None where the client can't apply it or it is not about texts."""
    changes: list[Any] = []
    texts: dict[str, types.TextDocumentEdit] = {}
    for edit in fix.edits:
        if isinstance(edit, TextEdit) and (placed := _text_edit(edit, target, client)):
            uri, change = placed
            if uri not in texts:
                identifier = types.OptionalVersionedTextDocumentIdentifier(uri, target.versions.get(uri))
                texts[uri] = types.TextDocumentEdit(identifier, [])
                changes.append(texts[uri])
            texts[uri].edits = [*texts[uri].edits, change]
        elif isinstance(edit, RenameFile) and client.rename_file:
            changes.append(types.RenameFile(target.uri_for(edit.old), uri_of(target.root / edit.new)))
        else:
            return None
    if client.document_changes:
        return types.WorkspaceEdit(document_changes=changes)
    return types.WorkspaceEdit(changes={c.text_document.uri: c.edits for c in changes})


def _text_edit(edit: TextEdit, target: Target, client: Client) -> tuple[str, types.TextEdit] | None:
    notebook = target.file.notebook
    if edit.cell is not None and notebook is not None and target.cell_uris:
        uri, lines = target.cell_uris[edit.cell - 1], LineIndex(notebook.cells[edit.cell - 1].source)
        placed: tuple[Span, str] | None = (edit.span, edit.text)
    else:
        uri, lines, placed = target.uri_for(edit.path), target.file.lines, raw(edit, target.file)
    if placed is None:
        return None
    return uri, types.TextEdit(range_of(lines, placed[0], client.encoding), placed[1])


_ON_ONE_FILE: dict[type, str] = {
    MoveToRaw: "ccds.moveToRaw",
    TrackWithLfs: "ccds.trackWithLfs",
    TrackWithDvc: "ccds.trackWithDvc",
}


def command_for(fix: Fix, target: Target) -> types.Command | None:
    """The command that carries out a fix on disk and in the index, with all that it needs in its argument."""
    renames = [edit for edit in fix.edits if isinstance(edit, RenameFile)]
    if renames:
        new_name = renames[0].new.rpartition("/")[2]
        return _command(fix, "ccds.renameNotebook", {"uri": target.uri, "newName": new_name})
    if about_notebook := _about_notebook(fix, target):
        return about_notebook
    suppressed = [edit for edit in fix.edits if isinstance(edit, Suppress)]
    if suppressed:
        accepted = {"code": suppressed[0].code, "fingerprint": suppressed[0].fingerprint}
        return _command(fix, "ccds.suppress", {"uri": target.uri, **accepted})
    moved = [edit for edit in fix.edits if isinstance(edit, MoveToEnv)]
    if moved:
        return _command(fix, "ccds.moveSecretToEnv", {"uri": target.uri, "fingerprint": moved[0].fingerprint})
    for kind, name in _ON_ONE_FILE.items():
        if any(isinstance(edit, kind) for edit in fix.edits):
            return _command(fix, name, {"uri": target.uri})
    lines = [edit for edit in fix.edits if isinstance(edit, AppendLine)]
    takes_out = any(isinstance(edit, Unstage) for edit in fix.edits)
    if lines:
        stops = any(isinstance(edit, StopTracking) for edit in fix.edits)
        argument = {"uri": target.uri, "pattern": lines[0].line, "file": lines[0].path}
        return _command(fix, "ccds.ignore", {**argument, "unstage": takes_out, "stopTracking": stops})
    return _command(fix, "ccds.unstage", {"uri": target.uri}) if takes_out else None


def _about_notebook(fix: Fix, target: Target) -> types.Command | None:
    """The command for a fix of a notebook's outputs or of a setting about its name."""
    uri = {"uri": target.uri}
    match fix.edits:
        case (PutSetting(key="initials"), *_):
            return _command(fix, "ccds.setInitials", {**uri})
        case (PutSetting(value=style), *_):
            return _command(fix, "ccds.setNotebookStyle", {**uri, "style": style})
        case (EditSaved(renumber=True), *_):
            return _command(fix, "ccds.stripOutputs", {**uri, "renumber": True})
        case (EditSaved(cell=cell), *_):
            return _command(fix, "ccds.stripOutputs", {**uri, "cell": cell})
        case (StripStaged(cell=cell), *_):
            return _command(fix, "ccds.stripOutputs", {**uri, "cell": cell, "staged": True})
    return None


def _command(fix: Fix, name: str, argument: dict[str, object]) -> types.Command:
    return types.Command(title=fix.title, command=name, arguments=[argument])
