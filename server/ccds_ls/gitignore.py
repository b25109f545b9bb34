"""Patterns of .gitignore: made from names, matched against paths, and the fixes that add them.

Source: git's gitignore(5). Matching serves rules that explain the lines of one file; whether git ignores a
file is always asked of git itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ccds_ls.finding import AppendLine, Edit, Fix, State, StopTracking, Unstage
from ccds_ls.project import Project
from ccds_ls.snapshot import File


def pattern_for(path: str) -> str:
    """The pattern that matches exactly this path, relative to the .gitignore file's folder.

    A pattern can't hold a line break, and bytes that are not UTF-8 would spoil the file for editors: each
    byte of those is matched by a class of everything that is not printable ASCII.
    """
    escaped = re.sub(r"[\\*?\[]", r"\\\g<0>", path)
    escaped = re.sub(r"[\x00-\x1f\x7f\udc80-\udcff]", "[^ -~]", escaped)
    stripped = escaped.rstrip(" ")
    return f"/{stripped}" + "\\ " * (len(escaped) - len(stripped))


def ignoring_fixes(file: File, project: Project, *patterns: str, safe: bool = False) -> tuple[Fix, ...]:
    """What keeps a file out of the commit, the first pattern preferred; then leaving .gitignore alone.

    A file that git would ignore if it did not know it needs no pattern.
    Patterns are for the .gitignore in the project's root. ``safe`` says that no work of the user's that is for
    git can be in such a file; only a fix that leaves the index alone is ever marked so.
    """
    ignore = f"{project.root}/.gitignore" if project.root else ".gitignore"
    first: tuple[Edit, ...] = ()
    title, alone = "Add {} to .gitignore", None
    if file.state is State.STAGED:
        first, title, alone = (
            (Unstage(file.path),),
            "Unstage, and add {} to .gitignore",
            f"Unstage {file.name}",
        )
    elif file.tracked:
        first, title = (StopTracking(file.path),), "Stop tracking, and add {} to .gitignore (the file stays)"
    if file.covered_by is not None and first:
        return (Fix(alone or f"Stop tracking {file.name} (the file stays)", first, preferred=True),)
    fixes = tuple(
        Fix(
            title.format(pattern if len(pattern) <= 60 else "this file"),
            (AppendLine(ignore, pattern), *first),
            safe=safe and not first,
            preferred=number == 0,
        )
        for number, pattern in enumerate(patterns)
    )
    return (*fixes, Fix(alone, first)) if alone else fixes


def is_ignored(patterns: Iterable[str], path: str) -> bool:
    """Whether the lines of one .gitignore file ignore a path relative to its folder.

    The last line that matches decides, a leading ``!`` takes a path back, and what lies in an ignored folder
    can't be taken back. Comments are not expected here.
    """
    lines = tuple(patterns)
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        candidate = "/".join(parts[:length]) + ("/" if length < len(parts) else "")
        if _decided(lines, candidate):
            return True
    return False


def _decided(lines: Iterable[str], candidate: str) -> bool:
    verdict = False
    for line in lines:
        pattern = _compiled(line.removeprefix("!"))
        if pattern is not None and pattern.fullmatch(candidate):
            verdict = not line.startswith("!")
    return verdict


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern as an expression for paths in which folders end in ``/``; None if it matches nothing."""
    body = re.sub(r"(?<!\\) +$", "", pattern)
    folder_only = body.endswith("/")
    body = body.removesuffix("/")
    if not body:
        return None
    anchored = "/" in body
    parts = _PART.sub(_expression, body.removeprefix("/"))
    beginning, end = "" if anchored else "(?:.*/)?", "/" if folder_only else "/?"
    try:
        return re.compile(f"{beginning}{parts}(?<!/){end}", re.DOTALL)
    except re.error:
        return None


_PART = re.compile(
    r"\\(?P<escaped>.)|(?P<folders>(?:^|(?<=/))\*{2,}/)|(?P<inside>(?:^|(?<=/))\*{2,}$)|(?P<stars>\*+)|(?P<one>\?)"
    r"|\[(?P<negation>[!^]?)(?P<members>\]?[^\]]*)\]|(?P<plain>.)",
    re.DOTALL,
)


def _expression(match: re.Match[str]) -> str:
    """One part of a pattern: ``*`` and ``?`` stop at ``/``, ``**`` as a whole part does not."""
    if match["folders"]:
        return "(?:.*/)?"
    if match["inside"]:
        return ".+"
    if match["stars"]:
        return "[^/]*"
    if match["one"]:
        return "[^/]"
    if match["members"] is not None:
        inside = re.sub(r"[\\\[\]^&|~]", r"\\\g<0>", match["members"])
        return f"(?!/)[{'^' if match['negation'] else ''}{inside}]"
    return re.escape(match["escaped"] or match["plain"])
