"""What can be done in a commit message that is open: fixes on its lines, completion of its subject."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ccds_ls.commit_message import FILE, completions, parse, stopped
from ccds_ls.finding import Finding, Fix, Suppress
from ccds_ls.lsp.commit_message import Message, range_in_file
from ccds_ls.lsp.to_proto import Client, Target, code_action, command_for, range_of, uri_of
from ccds_ls.snapshot import File

if TYPE_CHECKING:
    from ccds_ls.lsp.session import Session


def code_actions(session: Session, message: Message, wanted: types.Range) -> list[types.CodeAction]:
    """The fixes for the findings on the lines that a range touches."""
    actions: dict[str, types.CodeAction] = {}
    opens: dict[str, types.CodeAction] = {}
    for shown in message.shown:
        first, last = shown.diagnostic.range.start.line, shown.diagnostic.range.end.line
        if last < wanted.start.line or wanted.end.line < first:
            continue
        for finding, file in shown.located:
            if finding.path == FILE:
                target = Target(message.root, file, message.overlay.uri)
                made = [code_action(fix, [shown.diagnostic], target, session.client) for fix in finding.fixes]
                actions.update({action.title: action for action in made if action.edit or action.command})
                continue
            target = Target(message.root, file, uri_of(message.root / finding.path))
            for fix in finding.fixes:
                if action := _action(session.client, message, shown.diagnostic, fix, target):
                    actions.setdefault(action.title, action)
            if session.client.show_document:
                action = _open(session.client, message.root, shown.diagnostic, finding, file)
                opens.setdefault(action.title, action)
    return [*actions.values(), *opens.values()]


def _action(
    client: Client, message: Message, diagnostic: types.Diagnostic, fix: Fix, target: Target
) -> types.CodeAction | None:
    """A fix as an action; one that changes what is staged also stops the commit that git has ready."""
    command = command_for(fix, target)
    if command is None:
        return None  # An edit of a file: it is offered there.
    edit, title = None, fix.title
    if message.in_box and target.file.path not in title:
        title = f"{title} ({target.file.path})"
    if not message.in_box and not any(isinstance(item, Suppress) for item in fix.edits):
        edit = _stop(client, message)
        if edit is None:
            return None
        separate = message.prepared is None or message.prepared.separate
        if separate or not client.apply_edit:
            # Git holds the index locked, and what it took from the work tree was never staged. Or the client may run
            # the command of an action and leave its edit (ALE does), which would stop nothing.
            title, command = "Stop this commit (the message stays as comments)", None
        else:
            title = f"Stop this commit; {title[0].lower()}{title[1:]}"
    return types.CodeAction(
        title,
        types.CodeActionKind.QuickFix,
        [diagnostic],
        is_preferred=True if fix.preferred else None,
        edit=edit,
        command=_titled(command, title),
    )


def _titled(command: types.Command | None, title: str) -> types.Command | None:
    """The same command under another title."""
    return types.Command(title, command.command, arguments=command.arguments) if command else None


def _stop(client: Client, message: Message) -> types.WorkspaceEdit | None:
    """The edit that leaves no message, with which git does not commit; None where the client can't take it along."""
    # Of the text as it is now: what was checked last may be another.
    overlay = message.overlay
    draft = parse(overlay.text or "", "" if message.in_box else None)
    if not draft.comment or not client.code_action_literals:
        return None
    edits = [
        types.TextEdit(range_of(draft.lines, span, client.encoding), text) for span, text in stopped(draft)
    ]
    uri = overlay.uri
    if not client.document_changes:
        return types.WorkspaceEdit(changes={uri: edits})
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri, overlay.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, list(edits))])


def _open(
    client: Client, root: Path, diagnostic: types.Diagnostic, finding: Finding, file: File
) -> types.CodeAction:
    place = range_in_file(finding, file, client.encoding).start
    line = f" at line {place.line + 1}" if finding.span else ""
    argument = {"uri": uri_of(root / finding.path), "line": place.line, "character": place.character}
    command = types.Command(f"Open {finding.path}{line}", "ccds.openPlace", arguments=[argument])
    return types.CodeAction(command.title, types.CodeActionKind.QuickFix, [diagnostic], command=command)


def complete(message: Message, position: types.Position) -> list[types.CompletionItem]:
    """Types and known scopes for the subject; none where hints on messages are switched off."""
    draft, prepared = message.draft, message.prepared
    if draft is None or prepared is None or position.line >= len(draft.lines.starts) or not message.hinted:
        return []
    line = draft.lines.line(position.line)
    # A type and a scope are ASCII, so that the units of a position are code points where it matters.
    before = line[: position.character]
    word = re.split(r"[(,]", before)[-1]
    rest = re.match(r"\w*(?:\)?!?: ?)?", line[position.character :])
    end = position.character + (rest.end() if rest else 0)
    start = types.Position(position.line, position.character - len(word))
    place = types.Range(start, types.Position(position.line, end))
    return [
        types.CompletionItem(
            label,
            kind=types.CompletionItemKind.Keyword,
            detail=explanation,
            sort_text=f"{number:02}",
            text_edit=types.TextEdit(place, text),
        )
        for number, (label, text, explanation) in enumerate(
            completions(draft, position.line, before, prepared.subjects)
        )
    ]
