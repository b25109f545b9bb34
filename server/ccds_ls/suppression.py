"""The one-step way out of a false alarm: comments in the file, entries in the project's settings.

``# ccds-ls: ignore[secret] reason`` accepts the finding on its own line, or, alone on a line, on the next one;
``ignore-file[...]`` accepts a rule's findings in the whole file. The comment is in the file's own syntax.
"""

from __future__ import annotations

import re

from ccds_ls.finding import Finding, Fix, Span, Suppress, TextEdit
from ccds_ls.snapshot import File
from ccds_ls.text import LineIndex

_MARK = re.compile(r"ccds-ls:\s*ignore(-file)?\[([\w\s,-]*)\]")

# What opens and closes a comment, by the ending of the file's name. Data formats without comments are not here.
_SYNTAXES = {
    ("#", ""): "py pyi toml yaml yml sh bash zsh r rb jl mk cfg env conf tf",
    ("//", ""): "js ts jsx tsx java c h cpp hpp cs go rs scala kt swift php",
    ("--", ""): "sql lua hs",
    ("<!--", " -->"): "md html xml htm",
    (";", ""): "ini properties",
}
_COMMENTS = {ending: syntax for syntax, endings in _SYNTAXES.items() for ending in endings.split()}
_REASON = "false alarm"
ACCEPTS = "Ignore this "
"""How the titles of the fixes begin that accept a finding and mend nothing."""


def is_suppressed(finding: Finding, file: File) -> bool:
    """Whether a comment in the file accepts this finding."""
    text, span = _text_of(finding, file)
    if text is None or "ccds-ls:" not in text:
        return False
    lines = LineIndex(text)
    first = lines.position(span.start)[0] if span else 0
    for match in _MARK.finditer(text):
        if finding.code not in re.split(r"[\s,]+", match[2]):
            continue
        line = lines.position(match.start())[0]
        alone = not re.search(r"\w", text[lines.starts[line] : match.start()])
        if match[1] or line == first or (alone and line + 1 == first):
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
    lines = LineIndex(text)
    line = lines.position(max(span.start, span.end - 1))[0]
    if lines.line(line).rstrip().endswith("\\"):
        return (in_settings,)  # A comment behind a line continuation would break the code.
    end = lines.line_end(line)
    mark = f"  {comment[0]} ccds-ls: ignore[{finding.code}] {_REASON}{comment[1]}"
    edit = TextEdit(finding.path, Span(end, end), mark, finding.cell)
    return (Fix(f"{ACCEPTS}{finding.code} finding on this line", (edit,)), in_settings)


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
