"""The text that git lays before a person who commits: the message, and the files that it lists as comments.

Git writes one line a file below the place for the message, ``#<tab>new file:   path``, in the user's language, with
``core.commentString`` in place of ``#``, with paths relative to the folder in which it was run
(``status.relativePaths``), and quoted as ``core.quotePath`` says (git-commit(1), git-status(1)). None of that is
asked for here: whatever it looks like, a line that ends in the path of a file that git says is staged is about it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from posixpath import normpath

from ccds_ls.finding import Span
from ccds_ls.text import LineIndex

# A short comment string, then what `git commit --verbose` and `commit.cleanup=scissors` put under their cut.
_MARK = r"(\S.{0,19}?)"
_SCISSORS = re.compile(rf"{_MARK} -{{4,}} >8 -{{4,}}\s*$")
_LISTED = re.compile(rf"{_MARK}\t(.*\S)\s*$")
# "new file:   a.csv" in any language, some of which have a colon of their own; a path alone has no label before it.
_LABELLED = re.compile(rf"{_MARK}\t\S[^\t]{{0,60}}?[:\uff1a][^\S\t]")
_QUOTED = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
# What git may choose for core.commentChar=auto: its own list, in git's builtin/commit.c.
_COMMENT_CHARS = "#;@!$%^&|:"
FILE = ".git/COMMIT_EDITMSG"
"""The path under which rules see the text of a commit message, wherever it is."""

BRANCHES = ("main", "master")
"""The branches that others build on."""

TYPES = {
    "feat": "something new for whoever uses the project",
    "fix": "a fault less",
    "docs": "words alone: README, notebooks' texts, docstrings",
    "refactor": "other code that does the same",
    "test": "tests alone",
    "perf": "the same, faster",
    "build": "dependencies, packaging, environments",
    "ci": "what runs on the server after a push",
    "style": "formatting alone",
    "chore": "upkeep that touches neither code nor tests",
    "revert": "takes an earlier commit back",
}
"""The types of conventional commits (conventionalcommits.org, with Angular's list), and what each is for."""

CONVENTIONAL = re.compile(rf"({'|'.join(TYPES)})(?:\(([^()\n]+)\))?!?: \S", re.IGNORECASE)
"""A subject with a type; its groups are the type and the scope."""

_MOST_VOTERS = 50  # Lines that are enough to find out in which folder git was run.


@dataclass(frozen=True)
class Listed:
    """A line that names a file of the commit: its 0-based number, and the path's range in the whole text."""

    line: int
    span: Span
    path: str


@dataclass(frozen=True)
class Draft:
    """A commit message that is being written, as lines of ``text`` by what they are for.

    ``comment`` is what comment lines begin with. ``body`` are the numbers of the lines that git takes for the
    message, blank ones left out. ``status`` are the lines of the first list of files, as text: git's word on what the
    commit holds. ``cut`` is the first line of what git drops, with ``comment`` or not, and ``cut_above`` says that
    the list of files stands below that, so that a comment above it would be kept (``commit.cleanup=scissors``).
    """

    lines: LineIndex
    comment: str
    body: tuple[int, ...]
    status: tuple[int, ...]
    cut: int | None = None

    @property
    def cut_above(self) -> bool:
        """Whether the list of files stands below the cut."""
        return self.cut is not None and bool(self.status) and self.cut < self.status[0]

    @property
    def subject(self) -> int | None:
        """The line of the message's subject, None while there is none."""
        return self.body[0] if self.body else None

    @property
    def key(self) -> tuple[str, ...]:
        """What git wrote about the files, which stays the same while somebody types the message."""
        return tuple(self.lines.line(number) for number in self.status)


def parse(text: str, comment: str | None = None) -> Draft:
    """Sort the lines of a commit message; ``comment`` is what comments begin with, None to have it told from the
    text.

    Text without a list of files, such as that of an editor's box for the message, is all body.
    """
    lines = LineIndex(text)
    count = len(lines.starts)
    cut = next((n for n in range(count) if _SCISSORS.match(lines.line(n))), None)
    mark = _comment_of(lines, cut) if comment is None else comment
    status = _status(lines, mark, cut)
    end = count if cut is None else cut
    body = [n for n in range(end) if (line := lines.line(n)).strip() and not (mark and line.startswith(mark))]
    return Draft(lines, mark, tuple(body), status, cut)


def _status(lines: LineIndex, mark: str, cut: int | None) -> tuple[int, ...]:
    """The lines of the list of what is committed: the first in git's own block that says what happened to each file.

    That block comes last, behind a blank line. Before it may come a user's template, a list of conflicts and a
    command that git proposes; in it, behind this list, come lists of what is not committed.
    """
    start, end = _own_block(lines, mark, cut)
    runs = _runs(lines, mark, start, end) or _runs(lines, mark, 0, end)
    told = (run for run in runs if all(_LABELLED.match(lines.line(number)) for number in run))
    return tuple(next(told, runs[0] if runs else ()))


def _own_block(lines: LineIndex, mark: str, cut: int | None) -> tuple[int, int]:
    """Where git's own lines begin and end; below the cut, the difference comes behind them."""
    end = len(lines.starts)
    if cut is not None:
        below = (
            n for n in range(cut + 1, end) if (line := lines.line(n)).strip() and not line.startswith(mark)
        )
        end = next(below, end)
    start = end
    while start and not lines.line(start - 1).strip():
        start -= 1
    while start and lines.line(start - 1).strip():
        start -= 1
    return start, end


def _runs(lines: LineIndex, mark: str, start: int, end: int) -> list[list[int]]:
    """The lists in a range of lines, each as the numbers of its lines."""
    runs: list[list[int]] = []
    last = start - 2
    for number in range(start, end):
        match = _LISTED.match(lines.line(number))
        if match and match[1] == mark:
            if number != last + 1:
                runs.append([])
            runs[-1].append(number)
            last = number
    return runs


def _comment_of(lines: LineIndex, cut: int | None) -> str:
    """What comments begin with, as the text itself shows; empty where it shows nothing."""
    if cut is not None:
        match = _SCISSORS.match(lines.line(cut))
        return match[1] if match else ""
    # Git's comments come last, and its lists of files are indented by a tab.
    seen = Counter(
        match[1] for n in range(len(lines.starts)) if (match := _LISTED.match(lines.line(n)))
    ).most_common()
    for mark, _ in seen:
        if any(lines.line(n).rstrip() == mark.rstrip() for n in range(len(lines.starts))):
            return mark
    last = next((line for n in reversed(range(len(lines.starts))) if (line := lines.line(n).strip())), "")
    return last[0] if last and last[0] in _COMMENT_CHARS else ""


def listed(draft: Draft, paths: Collection[str]) -> Iterator[Listed]:
    """The lines that name one of ``paths``, which are relative to the repository's top."""
    folder, known = _folder(draft, paths), set(paths)
    for number in draft.status:
        for start, written in _candidates(draft.lines.line(number)):
            path = _joined(folder, written)
            if path in known:
                offset = draft.lines.starts[number]
                yield Listed(
                    number, Span(offset + start, offset + len(draft.lines.line(number).rstrip())), path
                )
                break


def _folder(draft: Draft, paths: Collection[str]) -> str:
    """The folder that the listed paths are relative to: the one with which most lines name a file."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        by_name[path.rpartition("/")[2]].append(path)
    lines = [
        [written for _, written in _candidates(draft.lines.line(number))]
        for number in draft.status[:_MOST_VOTERS]
    ]
    folders = {folder for line in lines for written in line for folder in _folders(written, by_name)}
    known = set(paths)

    def fits(folder: str) -> int:
        return sum(any(_joined(folder, written) in known for written in line) for line in lines)

    return max(sorted(folders, key=len), key=fits, default="")


def _folders(written: str, by_name: dict[str, list[str]]) -> Iterator[str]:
    """Folders from which a path would be written so. Each ``../`` leaves a folder whose name does not matter."""
    rest = re.sub(r"^(\.\./)+", "", written)
    below = "/?" * written[: len(written) - len(rest)].count("../")
    for path in by_name.get(rest.rpartition("/")[2], ()):
        if path == rest or path.endswith(f"/{rest}"):
            yield f"{path[: len(path) - len(rest)].rstrip('/')}{below}".lstrip("/")


def _joined(folder: str, written: str) -> str:
    return normpath(f"{folder}/{written}") if folder else written


def _candidates(line: str) -> Iterator[tuple[int, str]]:
    """What may be the path at the end of a listed line, with its column: longest first."""
    for match in re.finditer(r"(?<=\s)\S", line.rstrip()):
        written = line[match.start() :].rstrip()
        yield match.start(), _unquoted(written)


def _unquoted(written: str) -> str:
    r"""A path as git quotes it in C's way: ``"\303\251t\303\251.csv"``."""
    if len(written) < 2 or not (written.startswith('"') and written.endswith('"')):
        return written
    raw = written[1:-1].encode("utf-8", "replace")
    value = _QUOTED.sub(lambda m: bytes([_ESCAPES.get(m[1]) or int(m[1], 8) & 255]), raw)
    return value.decode("utf-8", "surrogateescape")


def completions(
    draft: Draft, line: int, before: str, subjects: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """What the beginning of a subject, ``before`` the cursor, may become: (label, text to insert, explanation).

    Types at its start; behind an opening parenthesis the scopes of earlier ``subjects``, the most frequent first.
    """
    if line != (0 if draft.subject is None else draft.subject):
        return
    if re.fullmatch(r"\w*", before):
        for name, explanation in TYPES.items():
            yield name, f"{name}: ", explanation
    elif re.fullmatch(r"\w+\([^()]*", before):
        scopes = Counter(
            match[2] for subject in subjects if (match := CONVENTIONAL.match(subject)) and match[2]
        )
        for scope, count in scopes.most_common():
            yield scope, f"{scope}): ", f"in {count} earlier commit{'s' if count > 1 else ''}"


def stopped(draft: Draft) -> Iterable[tuple[Span, str]]:
    """Edits of the text that leave no message, upon which git does not commit; what was written stays as comments."""
    lines = draft.lines
    if not draft.cut_above:
        for number in draft.body:
            yield Span(lines.starts[number], lines.starts[number]), f"{draft.comment} "
        return
    kept = "\n".join(lines.line(number) for number in draft.body)
    if draft.body and draft.cut is not None:
        yield Span(0, lines.starts[draft.cut]), ""
        yield Span(len(lines.text), len(lines.text)), f"{kept}\n"
