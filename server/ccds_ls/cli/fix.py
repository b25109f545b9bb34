"""``ccds-ls check --fix``: the fixes that are safe, carried out in the work tree and never in the index."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ccds_ls.check import Located
from ccds_ls.check_paths import Checked, check_paths
from ccds_ls.edits import raw, write_edits
from ccds_ls.files import append_line
from ccds_ls.finding import AppendLine, Fix, RenameFile, TextEdit
from ccds_ls.snapshot import File

COVERS = (
    "--fix adds to .gitignore what tools make again by themselves and a .env file with values, unless git has them "
    "already. It renames nothing, clears nothing and never touches the index."
)
"""What the safe fixes of all rules come to, for people."""


def check_and_fix(paths: list[Path], *, staged: bool, would_add: bool) -> Checked:
    """What is left after the safe fixes, which are told on stderr. Raises UsageError or GitError."""
    fixed: list[str] = []
    added: dict[Path, set[AppendLine]] = defaultdict(set)

    def mend(root: Path, located: list[Located]) -> list[Located]:
        left, made = apply_safe_fixes(root, located, added[root])
        for line in made:
            print(f"fixed {line}", file=sys.stderr)
        fixed.extend(made)
        return left

    checked = check_paths(paths, staged=staged, would_add=would_add, mend=mend)
    if checked.located and not fixed:
        print(f"ccds-ls: none of these findings has a fix that is safe unseen. {COVERS}", file=sys.stderr)
    return checked


def apply_safe_fixes(
    root: Path, located: Iterable[Located], added: set[AppendLine]
) -> tuple[list[Located], list[str]]:
    """Carry out the first safe fix of each finding; what is left over, and a line for each fix that was made.

    A file that has changed since it was checked, a name that is taken and edits that overlap are left alone.
    ``added`` are the lines of ignore files that were added for findings before these; more are put there.
    """
    left: list[Located] = []
    done: list[str] = []
    edits: dict[str, list[tuple[Fix, Located]]] = {}
    for item in located:
        fix = next((fix for fix in item[0].fixes if fix.safe), None)
        if fix is None:
            left.append(item)
        elif all(isinstance(edit, TextEdit) for edit in fix.edits):
            edits.setdefault(item[0].path, []).append((fix, item))
        elif len(fix.edits) == 1 and isinstance(fix.edits[0], AppendLine):
            line = fix.edits[0]
            if line not in added and _append(root, line):
                added.add(line)
                done.append(f"{line.path}: added {line.line}")
            if line not in added:
                left.append(item)
        elif _rename(root, fix):
            done.append(f"{item[0].path}: {fix.title}")
        else:
            left.append(item)
    for path, chosen in edits.items():
        made = _edit(root / path, [fix for fix, _ in chosen], chosen[0][1][1])
        done += [f"{path}: {fix.title}" for fix in made]
        left += [item for fix, item in chosen if fix not in made]
    return left, done


def _append(root: Path, edit: AppendLine) -> bool:
    """Add a line to an ignore file; False where it can't be added, or is there and did not help."""
    path = root / edit.path
    if PurePosixPath(edit.path).name != ".gitignore" or path.is_symlink():
        return False
    try:
        return append_line(path, edit.line)
    except OSError:
        return False


def _rename(root: Path, fix: Fix) -> bool:
    if len(fix.edits) != 1 or not isinstance(fix.edits[0], RenameFile):
        return False
    old, new = root / fix.edits[0].old, root / fix.edits[0].new
    if new.exists() or not old.is_file():
        return False
    old.rename(new)
    return True


def _edit(path: Path, fixes: list[Fix], file: File) -> list[Fix]:
    """Apply text edits to one file, from its end to its start; the fixes that were carried out."""
    limit, made = len(file.text or ""), []
    for fix in sorted(fixes, key=lambda fix: -_first(fix)):
        places = [raw(edit, file) for edit in fix.edits if isinstance(edit, TextEdit)]
        if any(place is None or place[0].end > limit for place in places):
            continue
        limit = min(place[0].start for place in places if place)
        made.append(fix)
    edits = [edit for fix in made for edit in fix.edits if isinstance(edit, TextEdit)]
    try:
        return made if made and write_edits(path, file, edits) else []
    except OSError:
        return []


def _first(fix: Fix) -> int:
    return max(edit.span.start for edit in fix.edits if isinstance(edit, TextEdit))
