"""The new-project form in an editor: completion, hover, and "Create project". Its findings are a rule's.

Everything here works on a form's text and an offset in it, and on a text that is not YAML at the moment, since it
is being typed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ccds_ls.counted import counted
from ccds_ls.finding import Span
from ccds_ls.scaffold import form
from ccds_ls.scaffold.describe import describe, plain
from ccds_ls.scaffold.options import BY_KEY, OPTIONS, Option

if TYPE_CHECKING:
    from ccds_ls.lsp.edge.documents import Document

_LINE = re.compile(
    r"(?P<indent>[ \t]*)(?P<key>[\w.+-]*)"
    r"(?:[ \t]*(?P<colon>:)[ \t]*(?P<value>(?:[^#\n]|(?<=\S)#)*?))?(?P<end>[ \t]*(?:(?<!\S)#.*)?)"
)


@dataclass(frozen=True)
class Cursor:
    """Where in a form an offset is: in a key or in a value, and below which keys."""

    parents: tuple[str, ...]
    key: str
    key_span: Span
    value: str
    value_span: Span
    has_colon: bool
    in_value: bool


def cursor(text: str, offset: int) -> Cursor | None:
    """The place of an offset, found line by line; None in a comment."""
    start = text.rfind("\n", 0, offset) + 1
    match = _LINE.fullmatch(text[start:].partition("\n")[0].rstrip("\r"))
    if match is None or offset > start + (match.end("value") if match["colon"] else match.end("key")) + _gap(
        match
    ):
        return None
    key, has_colon = Span(start + match.start("key"), start + match.end("key")), match["colon"] is not None
    at = start + (match.start("value") if has_colon else match.end("key"))
    in_value = has_colon and offset > start + match.start("colon")
    value = match["value"] or ""
    parents = tuple(_parents(text[:start], len(match["indent"])))
    return Cursor(parents, match["key"], key, value, Span(at, at + len(value)), has_colon, in_value)


def _gap(match: re.Match[str]) -> int:
    """How far behind the last word an offset still belongs to it: over blanks, not into a comment."""
    return len(match["end"]) - len(match["end"].lstrip(" \t"))


def _parents(before: str, indent: int) -> list[str]:
    found: list[str] = []
    for line in reversed(before.splitlines()):
        match = re.match(r"([ \t]*)([\w.+-]+)[ \t]*:", line)
        if match and len(match[1]) < indent:
            found.insert(0, match[2])
            indent = len(match[1])
    return found


def options_below(parents: tuple[str, ...], text: str) -> tuple[Option, ...]:
    """What may be written as a key below these keys."""
    storage = BY_KEY["dataset_storage"]
    if not parents:
        has_context = re.search(rf"^{form.CONTEXT}\s*:", text, re.MULTILINE)
        return (*form.SETTINGS.values(), *(() if has_context else OPTIONS))
    if parents == (form.CONTEXT,):
        return OPTIONS
    if parents == (form.CONTEXT, storage.key):
        return tuple(
            Option(choice.value, choice.description, "") for choice in storage.choices if choice.options
        )
    if (
        parents[:2] == (form.CONTEXT, storage.key)
        and len(parents) == 3
        and (choice := storage.choice(parents[2]))
    ):
        return choice.options
    return ()


def _described(text: str, option: Option) -> dict[str, Any]:
    """An option as a quick pick is told it too, given the form's other answers."""
    if BY_KEY.get(option.key) is not option:
        return plain(option, {}, {})
    read = form.read(text)
    described = describe(read.answers, read.force_combination)["options"]
    return next(found for found in described if found["key"] == option.key)


def _without_line(text: str, offset: int) -> str:
    """The text with the line of an offset blank: what is half typed there must not hide the other answers."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", start)
    return text[:start] + text[end if end >= 0 else len(text) :]


# Completion


def completion(text: str, offset: int) -> list[tuple[types.CompletionItem, Span]]:
    """What can be written at an offset, each with the range that it replaces."""
    at = cursor(text, offset)
    if at is None:
        return []
    options = options_below(at.parents, text)
    if at.in_value:
        option = next((option for option in options if option.key == at.key), None)
        return list(_values(text, offset, at, option)) if option else []
    there = form.read(_without_line(text, offset)).places
    return list(_keys(at, [option for option in options if option.key not in there]))


def _keys(at: Cursor, options: list[Option]) -> Iterator[tuple[types.CompletionItem, Span]]:
    for number, option in enumerate(options):
        yield (
            types.CompletionItem(
                label=option.key,
                kind=types.CompletionItemKind.Property,
                detail=option.description,
                sort_text=f"{number:02}",
                insert_text=option.key if at.has_colon else f"{option.key}: ",
            ),
            at.key_span,
        )


def _values(
    text: str, offset: int, at: Cursor, option: Option
) -> Iterator[tuple[types.CompletionItem, Span]]:
    described = _described(_without_line(text, offset), option)
    gap = " " if text[at.value_span.start - 1] == ":" else ""
    choices = described["choices"] or [
        {"value": described["default"], "description": "The default.", "unfit": None}
    ]
    for number, choice in enumerate(choices):
        found = option.choice(choice["value"])
        written = form.with_sub_answers(found) if found else form.in_yaml(choice["value"])
        if not written:
            continue
        is_default = choice["value"] == described["default"]
        item = types.CompletionItem(
            label=choice["value"],
            kind=types.CompletionItemKind.EnumMember,
            detail=choice["unfit"] or choice["description"],
            sort_text=f"{bool(choice['unfit']):d}{number:02}",
            filter_text=f"{gap}{choice['value']}",
            insert_text=f"{gap}{written}",
            preselect=is_default or None,
        )
        yield item, at.value_span


# Hover


def hover(text: str, offset: int) -> tuple[str, Span] | None:
    """What an option is for, with its choices, in Markdown; for the key and for the value."""
    at = cursor(text, offset)
    if at is None:
        return None
    option = next((option for option in options_below(at.parents, text) if option.key == at.key), None)
    if option is None:
        return None
    described = _described(text, option)
    lines = [f"**{described['title']}**: {described['description']}", ""]
    for choice in described["choices"]:
        mark = " (the default)" if choice["value"] == described["default"] else ""
        unfit = f" *Not here: {choice['unfit']}.*" if choice["unfit"] else ""
        lines.append(f"- `{choice['value']}`{mark}: {choice['description']}{unfit}")
    if not described["choices"] and described["default"]:
        lines.append(f"Left empty: `{described['default']}`")
    return "\n".join(lines).strip(), Span(at.key_span.start, max(at.key_span.end, at.value_span.end))


# "Create project"


def create(uri: str, text: str) -> types.Command:
    """The command that makes the project, for a code lens and a code action; its title says what stops it."""
    blocking = sum(fault.blocks for fault in form.faults_of(form.read(text)))
    answers = counted(blocking, "answer")
    return types.Command(
        title=f"Create project ({answers} to mend first)" if blocking else "Create project",
        command="ccds.newProject",
        arguments=[{"form": uri}],
    )


def new_form(output_dir: Path) -> Path:
    """A form in a private folder of its own, in which nobody else can read it."""
    path = Path(tempfile.mkdtemp(prefix="ccds-ls-")) / form.NAME
    path.write_text(form.write(str(output_dir)), encoding="utf-8")
    return path


# In the protocol's terms


def completion_at(document: Document, position: types.Position) -> types.CompletionList:
    """The answer to ``textDocument/completion``."""
    items = []
    for item, span in completion(document.source, document.offset_at_position(position)):
        item.text_edit = types.TextEdit(_range(document, span), item.insert_text or item.label)
        items.append(item)
    return types.CompletionList(is_incomplete=False, items=items)


def hover_at(document: Document, position: types.Position) -> types.Hover | None:
    """The answer to ``textDocument/hover``."""
    found = hover(document.source, document.offset_at_position(position))
    if found is None:
        return None
    text, span = found
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), _range(document, span))


def code_lenses(document: Document) -> list[types.CodeLens]:
    """The answer to ``textDocument/codeLens``."""
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    return [types.CodeLens(top, create(document.uri, document.source))]


def code_actions(document: Document) -> list[types.CodeAction]:
    """What ``textDocument/codeAction`` has beside the fixes, anywhere in a form."""
    command = create(document.uri, document.source)
    return [types.CodeAction(command.title, types.CodeActionKind.QuickFix, command=command)]


def _range(document: Document, span: Span) -> types.Range:
    start, end = map(document.client_position_at_offset, (span.start, span.end))
    return types.Range(start, end)
