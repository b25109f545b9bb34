"""Where a text names a file that is to be renamed, and what to write there instead.

Found are paths in links, in ``make`` rules, in calls of papermill and nbconvert, in ``nav`` of mkdocs.yml, in code:
anything that spells the file's name, so far as its path leads to that file. ``%run`` and jupyter-book's table of
contents leave the ending out. Pure: nothing is read or written.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, unquote

from ccds_ls.finding import Span
from ccds_ls.text import LineIndex

_VARIABLE = r"\$\(\w+\)|\$?\{+[\w.]+\}+|\$\w+\b"
_PREFIX = re.compile(rf"(?<![\w.~$-])(?:{_VARIABLE}|[\w.~@%+:#?&=/\\-])*[/\\]$")
_LONGEST_PREFIX = 400
_BARE_ENDINGS = ("_toc.yml", "_toc.yaml")
"""jupyter-book's table of contents names its files without their ending."""

_RUN = re.compile(
    r"^[ \t]*%run[ \t]+(?:-\w+[ \t]+)*(?P<quote>[\"']?)(?P<path>[^\s\"']+)(?P=quote)", re.MULTILINE
)
_ENTRY = re.compile(
    r"^[ \t-]*(?:file|root):[ \t]*(?P<quote>[\"']?)(?P<path>[^\s\"'#]+)(?P=quote)", re.MULTILINE
)
_PLAIN = re.compile(r"[^\s\"'`$&|;<>(){}\[\]*?!#%\\]+")


@dataclass(frozen=True)
class Moves:
    """The renames to follow: old path to new path, and all ``files`` that there are, to tell same names apart.

    ``folders`` are those that are renamed with all that they hold. Paths are relative to the repository's top with
    ``/``.
    """

    new: Mapping[str, str]
    files: Collection[str]
    folders: Mapping[str, str] = field(default_factory=dict)

    def folder_after(self, folder: str, file: str) -> str:
        """Where a folder that paths in a file start from will be, or the file's own folder, which it may leave."""
        if folder == posixpath.dirname(file) and file in self.new:
            return posixpath.dirname(self.new[file])
        for old, new in self.folders.items():
            if folder == old or folder.startswith(f"{old}/"):
                return new + folder[len(old) :]
        return folder

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The old paths by file name as it may be written: plain, or with ``%20`` for a space."""
        found: dict[str, list[str]] = {}
        for old in self.new:
            name = posixpath.basename(old)
            for spelling in dict.fromkeys((name, quote(name))):
                found.setdefault(spelling, []).append(old)
        return found

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One of the names, as a whole."""
        names = "|".join(sorted(map(re.escape, self.by_name), key=len, reverse=True))
        return re.compile(rf"(?<![\w.%~-])(?:{names})(?![\w-]|\.\w)")

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """What a file's bytes hold if it names any of the files; to be asked before the text is looked at."""
        stems = {posixpath.splitext(name)[0] for name in self.by_name}
        escaped = {
            stem.encode("ascii", "backslashreplace") for stem in stems
        }  # JSON's form for other alphabets
        return tuple({*(stem.encode("utf-8", "surrogateescape") for stem in stems), *escaped})

    @cached_property
    def homes(self) -> list[str]:
        """The folders that the files are in."""
        return list(dict.fromkeys(map(posixpath.dirname, self.new)))

    @cached_property
    def counts(self) -> Counter[str]:
        """How many files there are of each name."""
        return Counter(posixpath.basename(path) for path in self.files)


@dataclass(frozen=True)
class _Place:
    """A path in a text: where its name stands, where all of it stands, and the file that it means."""

    name: Span
    whole: Span
    old: str
    base: str | None  # the folder from which the path leads to the file, None where the path is known in part


def edits(path: str, text: str, moves: Moves, bases: Iterable[str] = ()) -> list[tuple[Span, str]]:
    """The replacements in the text of the file ``path`` after which it names the files by their new paths.

    ``bases`` are folders that paths may start from, beside the file's own and the top.
    """
    if not moves.new:
        return []
    starts = list(dict.fromkeys((posixpath.dirname(path), *bases, "")))
    found: dict[Span, str] = {}
    for place in (*_paths(text, moves, starts), *_without_ending(path, text, moves, starts)):
        if edit := _edit(place, path, text, moves, is_link=path.endswith((".md", ".rst", ".qmd", ".ipynb"))):
            found.setdefault(*edit)
    return sorted(found.items())


def _paths(text: str, moves: Moves, bases: list[str]) -> Iterator[_Place]:
    places: list[tuple[_Place, bool]] = []
    for match in moves.pattern.finditer(text):
        start, end = match.span()
        found = _PREFIX.search(text, max(0, start - _LONGEST_PREFIX), start)
        written = found[0] if found else ""
        prefix = unquote(re.sub(r"\\+", "/", written))
        for old in moves.by_name[match[0]]:
            meant, base = _meant(prefix, old, moves, bases)
            if meant:
                place = _Place(Span(start, end), Span(start - len(written), end), old, base)
                places.append((place, _has_variable(prefix)))
                break
    lines = LineIndex(text)
    at = {place: lines.position(place.name.start)[0] for place, _ in places}
    certain = {(at[place], place.old) for place, is_vague in places if not is_vague}
    # "papermill notebooks/a.ipynb $(OUT)/a.ipynb" names an output that may keep its name.
    yield from (place for place, is_vague in places if not is_vague or (at[place], place.old) not in certain)


def _has_variable(prefix: str) -> bool:
    return re.search(_VARIABLE, prefix) is not None


def _meant(prefix: str, old: str, moves: Moves, bases: list[str]) -> tuple[bool, str | None]:
    """Whether a name behind ``prefix`` means the file ``old``, and the folder that the path starts from if known."""
    folder, name = posixpath.split(old)
    is_only = moves.counts[name] <= 1
    if _has_variable(prefix):
        rest = re.split(_VARIABLE, prefix)[-1].lstrip("/")
        return is_only and old.endswith(rest + name), None
    if "://" in prefix or prefix.startswith(("/", "~")) or re.match("[A-Za-z]:/", prefix):
        return bool(folder) and (prefix + name).endswith(f"/{old}"), None
    for base in bases:
        led = posixpath.normpath(posixpath.join(base, prefix, name))
        if led == old:
            return True, base
        if led in moves.files or led in moves.new:
            return False, None  # another file of this name
    inner = re.sub(r"^(?:\.{1,2}/)+", "", prefix)
    if inner or prefix:
        return is_only and bool(inner) and f"/{old}".endswith(f"/{inner}{name}"), None
    return is_only, None


def _without_ending(path: str, text: str, moves: Moves, bases: list[str]) -> Iterator[_Place]:
    patterns = [_RUN] if path.endswith((".ipynb", ".py", ".md")) else []
    if path.endswith(_BARE_ENDINGS):
        patterns.append(_ENTRY)
    for match in (match for pattern in patterns for match in pattern.finditer(text)):
        stem = match["path"]
        for old in moves.new:
            if (
                not old.endswith(".ipynb")
                or posixpath.basename(stem) != posixpath.basename(old)[: -len(".ipynb")]
            ):
                continue
            prefix = stem[: len(stem) - len(posixpath.basename(stem))]
            meant, base = _meant(prefix, old, moves, bases)
            if meant:
                start, end = match.span("path")
                yield _Place(Span(start + len(prefix), end), Span(start, end), old, base)


def _edit(place: _Place, path: str, text: str, moves: Moves, *, is_link: bool) -> tuple[Span, str] | None:
    """The replacement at a place; None where the new name could not be written there without quotes."""
    new = moves.new[place.old]
    written = text[place.name.start : place.name.end]
    old_folder, old_name = posixpath.split(place.old)
    new_folder, new_name = posixpath.split(new)
    if not written.endswith(posixpath.splitext(old_name)[1]):
        new_name = posixpath.splitext(new_name)[0]
    encoded = "%" in written and "%" not in old_name
    span, shown = place.name, new_name
    if old_folder != new_folder:
        if place.base is None:
            return None  # how this path leads to the file is not known
        before, after = (
            posixpath.relpath(folder or ".", base or ".")
            for folder, base in ((old_folder, place.base), (new_folder, moves.folder_after(place.base, path)))
        )
        if before != after:  # and not where all moves together
            span, shown = place.whole, posixpath.normpath(posixpath.join(after, new_name))
    if encoded or (
        is_link and not _PLAIN.fullmatch(shown) and text[span.start - 1 : span.start] in ("(", "/")
    ):
        shown = quote(shown)
    elif not _PLAIN.fullmatch(shown) and not _is_quoted(text, place.whole):
        return None
    return (span, shown) if shown != text[span.start : span.end] else None


def _is_quoted(text: str, span: Span) -> bool:
    around = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
    return around[0] == around[1] and around[0] in ("'", '"', "`") and around[0] != ""
