"""Hover on a path of the CCDS layout: what the folder is for. In Markdown, makefiles, Python and notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ccds_ls import layout
from ccds_ls.finding import Span
from ccds_ls.lsp.thread import in_thread
from ccds_ls.lsp.to_proto import range_of
from ccds_ls.text import LineIndex

if TYPE_CHECKING:
    from ccds_ls.lsp.edge.documents import Document

_PATH = re.compile(r"[\w.\\/-]+")
# A constant of the project's config, or a string; those with a slash between them make one path, as do a call's.
_PART = re.compile(
    rf"\b(?P<name>{'|'.join(layout.CONSTANTS)})\b|(?P<quote>['\"])(?P<text>[^'\"\n]*)(?P=quote)"
)
_SLASH = re.compile(r"\)?\s*/\s*")
_SLASH_OR_COMMA = re.compile(r"\)?\s*[/,]\s*")
_PATH_CALL = re.compile(r"\b(?:Path|join|joinpath)\(")
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_BRANCH = re.compile(r"^(?P<indent>[│|\s]*)[├└|]──\s+(?P<name>[\w.-]+)")


async def role_at(
    document: Document, position: types.Position, path: str, encoding: str
) -> types.Hover | None:
    """The answer to ``textDocument/hover``; ``path`` is the document's, or that of the cell's notebook."""
    text, language = document.source, language_of(path, document.language_id)
    found = path_at(text, document.offset_at_position(position), language) if language else None
    if found is None:
        return None
    said = await in_thread(lambda _: _said_of(found[0], Path(path).parent))
    if said is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, said)
    return types.Hover(content, range_of(LineIndex(text), found[1], encoding))


def _said_of(path: str, folder: Path) -> str | None:
    """What is said of a path in the project that ``folder`` is in; it looks at the disk."""
    from ccds_ls.project_map import packages, project_at

    root = project_at(folder)
    known = layout.role(path, packages(root)) if root else None
    if root is None or known is None:
        return None
    where, role = known
    absent = "" if (root / where).exists() else " It is not here yet."
    return f"**{where}**: {role}{absent}"


def language_of(path: str, language_id: str | None) -> str | None:
    """The language in which paths are looked for; None for a document in which there are none."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if language_id in ("python", "markdown", "makefile"):
        return language_id
    if name.endswith((".py", ".ipynb")):
        return "python"
    if name.endswith((".md", ".rst", ".txt")):
        return "markdown"
    return "makefile" if name.endswith(".mk") or name in ("makefile", "gnumakefile") else None


def path_at(text: str, offset: int, language: str) -> tuple[str, Span] | None:
    """The path, as seen from the project's root, that is written at an offset, and where it stands."""
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].partition("\n")[0]
    column = offset - start
    found = _written_out(line, column)
    if found is None and language == "python":
        found = _joined(line, column)
    if found is None and language == "markdown":
        found = _marked(line, column) or _in_tree(text[:start], line, column)
    return found and (found[0], Span(start + found[1].start, start + found[1].end))


def _written_out(line: str, column: int) -> tuple[str, Span] | None:
    """A path with a slash in it: ``data/raw/a.csv``, ``../data/raw``."""
    match = _covering(_PATH.finditer(line), column)
    if match is None:
        return None
    path = re.sub(r"^(\.\.?/)+", "", match[0].replace("\\", "/"))
    if "/" not in path or path.startswith("/") or line[: match.start()].endswith(":"):
        return None  # It is elsewhere: absolute, or the rest of an address.
    return path, Span(*match.span())


def _joined(line: str, column: int) -> tuple[str, Span] | None:
    """A path in parts: ``RAW_DATA_DIR``, ``PROJ_ROOT / "data" / "raw"``, ``join("data", "raw")``."""
    in_call = _PATH_CALL.search(line)
    between = _SLASH_OR_COMMA if in_call else _SLASH
    parts: list[str] = []
    end = -1
    for match in _PART.finditer(line):
        goes_on = bool(parts) and between.fullmatch(line[end : match.start()])
        part = layout.CONSTANTS[match["name"]] if match["name"] else match["text"]
        parts = [*parts, part] if goes_on else [part]
        end = match.end()
        if match.start() <= column <= end:
            is_path = match["name"] or len(parts) > 1 or _SLASH.match(line, end) or in_call
            return ("/".join(filter(None, parts)), Span(*match.span())) if is_path else None
    return None


def _marked(line: str, column: int) -> tuple[str, Span] | None:
    """A folder's name alone, marked as code."""
    match = _covering(_CODE_SPAN.finditer(line), column)
    inside = match is not None and match.start(1) <= column <= match.end(1)
    return (match[1], Span(*match.span(1))) if match and inside else None


def _in_tree(before: str, line: str, column: int) -> tuple[str, Span] | None:
    """A name in a drawn tree of folders, below those that it hangs from."""
    match = _BRANCH.match(line)
    if match is None or not match.start("name") <= column <= match.end("name"):
        return None
    names, depth = [match["name"]], len(match["indent"])
    for above in reversed(before.splitlines()):
        parent = _BRANCH.match(above)
        if parent is None or depth == 0:
            break
        if len(parent["indent"]) < depth:
            names.insert(0, parent["name"])
            depth = len(parent["indent"])
    return "/".join(names), Span(*match.span("name"))


def _covering(matches: Iterator[re.Match[str]], column: int) -> re.Match[str] | None:
    return next((match for match in matches if match.start() <= column <= match.end()), None)
