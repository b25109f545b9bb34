"""The examples in the rules' documentation, as test cases.

An ``## Example`` section has fenced blocks. The first line of a block says what it is:

- ``# paths``: each line is a path, optionally with a size such as ``(2 MB)``, ``(committed)`` where the last
  commit has another version of it, or ``(covered)`` where a line of .gitignore would keep it out.
- ``# <path>``, with a dot or a slash in it: the rest is the content of a file of that path. A flag on this
  first line is one on the whole file.
- ``# <path>.ipynb``: the rest is a notebook, written as ``notebook_blocks`` reads it.

What must be flagged ends in ``# flagged: <kind>``, several kinds separated by commas. ``<placeholder>`` stands
for a generated value: no sample in the repository looks like a live credential.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ccds_ls.finding import State
from ccds_ls.snapshot import HEAD_BYTES, File, Origin

_SECTION = re.compile(r"^## Example.*?$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FLAG = re.compile(r"\s*# flagged: *([\w-]+(?: *, *[\w-]+)*)$")
_SIZE = re.compile(r"\s+\(([\d.]+) ?([kKMG]?i?)B\)$")
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9-]*)>")
_UNITS = {"": 1, "k": 1000, "K": 1000, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


@dataclass(frozen=True)
class Example:
    """One file and what a rule must say of it: (0-based line or None for the whole file, kind).

    In a notebook the line is in its block's text; ``lines`` maps each to its cell (1-based) and line in it.
    """

    name: str
    file: File
    expected: tuple[tuple[int | None, str], ...]
    lines: tuple[tuple[int, int] | None, ...] = ()
    paths: tuple[str, ...] = ()  # every path of the block, which stand together in one project


def examples(docstring: str) -> list[Example]:
    """All examples of a rule's documentation; a block that says not what it is raises ValueError."""
    section = _SECTION.search(docstring)
    if section is None:
        raise ValueError("There is no '## Example' section.")
    return [example for block in _BLOCK.findall(section[1]) for example in _examples(block)]


def _examples(block: str) -> list[Example]:
    first, _, body = block.partition("\n")
    if first == "# paths":
        found = [_path_example(line) for line in body.splitlines() if line.strip()]
        return [replace(example, paths=tuple(other.file.path for other in found)) for example in found]
    if first.startswith("# ") and re.search(r"[./]", first):
        return [_text_example(*_unflagged(first[2:].strip()), body)]
    raise ValueError(f"An example begins with '# paths' or '# <path>', not with {first!r}.")


def _path_example(line: str) -> Example:
    line, kinds = _unflagged(line)
    size, committed = 100, line.endswith(" (committed)")
    covered = ".gitignore:1: *" if line.endswith(" (covered)") else None
    line = line.removesuffix(" (committed)").removesuffix(" (covered)")
    if match := _SIZE.search(line):
        line, size = line[: match.start()], int(float(match[1]) * _UNITS[match[2]])
    file = File(line, Origin.INDEX, State.STAGED, size, tracked=True, committed=committed, covered_by=covered)
    return Example(line, file, tuple((None, kind) for kind in kinds))


def _text_example(path: str, kinds: list[str], body: str) -> Example:
    lines: list[str] = []
    expected: list[tuple[int | None, str]] = [(None, kind) for kind in kinds]
    for number, line in enumerate(body.splitlines()):
        line, kinds = _unflagged(line)
        lines.append(line)
        expected += [(number, kind) for kind in kinds]
    text = _filled("\n".join(lines) + "\n")
    places: tuple[tuple[int, int] | None, ...] = ()
    if path.endswith(".ipynb"):
        from notebook_blocks import from_block

        text, places = from_block(text)
    data = text.encode("utf-8", "surrogateescape")
    file = File(path, Origin.INDEX, State.STAGED, len(data), data[:HEAD_BYTES], text, tracked=True)
    return Example(path, file, tuple(expected), places)


def _unflagged(line: str) -> tuple[str, list[str]]:
    match = _FLAG.search(line)
    return (line[: match.start()], re.split(r" *, *", match[1])) if match else (line.rstrip(), [])


def _filled(text: str) -> str:
    if not _PLACEHOLDER.search(text):
        return text
    from secret_samples import SAMPLES

    return _PLACEHOLDER.sub(lambda match: SAMPLES[match[1]]() if match[1] in SAMPLES else match[0], text)
