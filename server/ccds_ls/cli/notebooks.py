"""``ccds-ls notebook`` and ``ccds-ls rename``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ccds_ls.check import check
from ccds_ls.collect import look, make_snapshot, worktree_file
from ccds_ls.finding import RenameFile
from ccds_ls.git.read import GitError, discover
from ccds_ls.new_notebook import NotebookError, make
from ccds_ls.rules import notebook_name
from ccds_ls.secrets import own_rules_only


def new(description: str, phase: int | None) -> int:
    """Make a notebook in the project around the current folder and print its path."""
    try:
        print(make(Path.cwd(), description, phase))
    except (NotebookError, GitError, OSError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    return 0


def rename(paths: list[Path]) -> int:
    """Rename each notebook as its finding proposes; prints ``old -> new``. A good name is left as it is."""
    from ccds_ls.git.act import ActError
    from ccds_ls.git.act import rename as move

    code = 0
    for path in paths:
        try:
            target = proposal(path)
            if target is None:
                print(f"{path}: the name is fine")
            else:
                move(Path(os.path.realpath(path)), target)
                print(f"{path} -> {target.name}")
        except (NotebookError, ActError, GitError) as error:
            print(f"ccds-ls: {path}: {error}", file=sys.stderr)
            code = 2
    return code


def proposal(path: Path) -> Path | None:
    """What a notebook should be called, or None if its name is fine. Raises NotebookError if nothing is proposed."""
    if path.suffix != ".ipynb" or not path.is_file():
        raise NotebookError("this is no notebook.")
    full = Path(os.path.realpath(path.parent), path.name)
    repository = discover(full.parent)
    root = repository.top if repository else _outermost(full)
    view = look(root, repository)
    file = worktree_file(view, full.relative_to(root).as_posix())
    snapshot = make_snapshot(view, [file] if file else [])
    found = check(snapshot, own_rules_only(), [notebook_name.RULE])
    if not found:
        return None
    edits = [edit for fix in found[0][0].fixes for edit in fix.edits if isinstance(edit, RenameFile)]
    if not edits:
        raise NotebookError(found[0][0].message)
    return root / edits[0].new


def _outermost(path: Path) -> Path:
    """Outside git: the folder above the notebook folder, so that the name is looked at in its project."""
    above = [folder.parent for folder in path.parents if folder.name == "notebooks"]
    return above[-1] if above else path.parent
