"""The one-step way out of a false alarm: comments in the file, entries in the project's settings.

``# ccds-ls: ignore[secret] reason`` accepts a finding on its own line or lines, or, alone on a line, on the next one;
``ignore-file[...]`` accepts a rule's findings in the whole file. The comment is in the file's own syntax.
"""

from __future__ import annotations

import re

from ccds_ls.comment_place import place_of_comment
from ccds_ls.finding import Finding, Fix, Span, Suppress, TextEdit
from ccds_ls.snapshot import File
from ccds_ls.text import LineIndex

_MARK = re.compile(r"ccds-ls:\s*ignore(-file)?\[([\w\s,-]*)\]")

# What opens and closes a comment, by the ending of the file's name. Data formats without comments are not here.
_SYNTAXES = {
    ("#", ""): "py pyi toml yaml yml sh bash zsh r rb jl mk cfg env conf properties tf",
    ("//", ""): "js ts jsx tsx java c h cpp hpp cs go rs scala kt swift php",
    ("--", ""): "sql lua hs",
    ("<!--", " -->"): "md html xml htm",
    (";", ""): "ini",
}
_COMMENTS = {ending: syntax for syntax, endings in _SYNTAXES.items() for ending in endings.split()}
# Files of settings, in which what stands behind a value is a part of it, for some programs at least.
_ABOVE = re.compile(r"\.env.*|.*\.(?:env|ini|cfg|conf|properties|mk)|(?:docker|make)file")
_REASON = "false alarm"
ACCEPTS = "Ignore this "
"""How the titles of the fixes begin that accept a finding and mend nothing."""


def is_suppressed(finding: Finding, file: File) -> bool:
    """Whether a comment in the file accepts this finding."""
    text, span = _text_of(finding, file)
    if text is None or "ccds-ls:" not in text:
        return False
    lines = LineIndex(text)
    first, last = (lines.position(at)[0] for at in _ends(span)) if span else (0, 0)
    for match in _MARK.finditer(text):
        if finding.code not in re.split(r"[\s,]+", match[2]):
            continue
        line = lines.position(match.start())[0]
        alone = not re.search(r"\w", text[lines.starts[line] : match.start()])
        if match[1] or first <= line <= last or (alone and line + 1 == first):
            return True
    return False


def suppressing_fixes(finding: Finding, file: File) -> tuple[Fix, ...]:
    """The fixes that accept a finding: on its line, where the file has comments, and in the project's settings."""
    in_settings = Fix(
        f"{ACCEPTS}{finding.code} finding in the project's settings",
        (Suppress(finding.code, finding.path, finding.fingerprint),),
    )
    text, span = _text_of(finding, file)
    comment = _comment_syntax(finding, file)
    if text is None or span is None or comment is None:
        return (in_settings,)
    edit = _edit(finding, text, span, comment)
    if edit is None:
        return (in_settings,)
    return (Fix(f"{ACCEPTS}{finding.code} finding on this line", (edit,)), in_settings)


def _edit(finding: Finding, text: str, span: Span, comment: tuple[str, str]) -> TextEdit | None:
    """The comment at a place where it changes nothing else; None where there is no such place."""
    lines = LineIndex(text)
    first, last = (lines.position(at)[0] for at in _ends(span))
    mark = f"{comment[0]} ccds-ls: ignore[{finding.code}] {_REASON}{comment[1]}"
    if comment == ("#", "") and (
        finding.cell is not None or finding.path.endswith((".py", ".pyi", ".ipynb"))
    ):
        place = place_of_comment(text, first, in_cell=finding.cell is not None)
        if place is None:
            return None
        at, is_above = place
    elif last > first or lines.line(first).rstrip().endswith("\\"):
        return None  # Behind a line continuation, or in a text of several lines, it would be a part of that.
    elif _ABOVE.fullmatch(finding.path.rpartition("/")[2].lower()):
        at, is_above = lines.starts[first], True
    else:
        at, is_above = lines.line_end(first), False
    written = lines.line(first)
    indent = written[: len(written) - len(written.lstrip())]
    return TextEdit(
        finding.path, Span(at, at), f"{indent}{mark}\n" if is_above else f"  {mark}", finding.cell
    )


def _ends(span: Span) -> tuple[int, int]:
    """The offsets of a range's first and last character."""
    return span.start, max(span.start, span.end - 1)


def _text_of(finding: Finding, file: File) -> tuple[str | None, Span | None]:
    """The text in which a comment would stand, and the finding's range in it."""
    if finding.cell is None:
        return (file.text if file.is_script or not file.notebook else None), finding.span
    notebook = file.notebook
    if notebook is None or not 0 < finding.cell <= len(notebook.cells):
        return None, None
    return notebook.cells[finding.cell - 1].source, finding.cell_span


def _comment_syntax(finding: Finding, file: File) -> tuple[str, str] | None:
    if finding.cell is not None and file.notebook is not None:
        return ("#", "") if file.notebook.cells[finding.cell - 1].kind == "code" else ("<!--", " -->")
    name = file.name.lower()
    if name in ("makefile", "dockerfile") or name.startswith(".env"):
        return ("#", "")
    return _COMMENTS.get(name.rpartition(".")[2])
