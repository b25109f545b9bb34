"""A notebook's name breaks the project's naming convention.

## What it flags

Notebooks under `notebooks/` (and its subfolders) whose name is not a number for the order, the author's
initials and a short description, joined by `-`. It makes no difference whether the rest of the project has
the Cookiecutter Data Science layout. All forms in that project's documentation are right:
`1.0-jqp-initial-data-exploration`, `0.01-pjb-data-source-1`, `0.3-bull-visualize-distributions`, and whole
numbers too. In the place of initials a login is right, with digits or `-` too, and so is a word such as `eda`,
when it is configured or an author of the repository has it: by their name, their address or their login at GitHub.

A file has one finding at most: the first thing to mend, from the worst to the least.

| kind | severity | share of 780 public notebooks |
|---|---|---|
| `untitled`, `copy`, `no-number` | warning | 52 % |
| `no-initials`, `unsafe-chars` | information | 31 % |
| `separator`, `case`, `duplicate-number` | hint | 10 % |
| `pattern` (your own regular expression) | warning | |

## Why it matters

Notebooks run in an order that their names alone can tell. Initials tell whom to ask, and keep two people from
editing the same notebook, which git can hardly merge. `Untitled3` and `analysis-Copy1` tell nothing.

## Example

```
# paths
notebooks/1.0-jqp-initial-data-exploration.ipynb
notebooks/0.01-pjb-data-source-1.ipynb
notebooks/exploratory/0.3-bull-visualize-distributions.ipynb
notebooks/.ipynb_checkpoints/Untitled-checkpoint.ipynb
docs/tutorial.ipynb
notebooks/Untitled.ipynb  # flagged: untitled
notebooks/2.0-jqp-features-Copy1.ipynb  # flagged: copy
notebooks/analysis.ipynb  # flagged: no-number
notebooks/03-data-cleaning.ipynb  # flagged: no-initials
notebooks/4.0-jqp-résumé.ipynb  # flagged: unsafe-chars
notebooks/5.0_jqp_model.ipynb  # flagged: separator
notebooks/6.0-JQP-Model.ipynb  # flagged: case
notebooks/1.0-jqp-second-look.ipynb  # flagged: duplicate-number
```

## The fix

Renames the file. A number that it has is kept, or, where another notebook has it, the next free one of its
phase is taken; otherwise its folder or the description's words choose the
phase (0 exploration, 1 cleaning and features, 2 visualization, 3 modeling, 4 publication) and the next free
number is taken, in the form that the folder's other numbers have. The initials are those in the name, those that
you keep for this repository or use in its other notebooks, the configured ones, or those of git's `user.name`;
only the last are a guess, and then the fix is not the preferred one. Where none are known there is no fix: set
`initials` once. An `Untitled` notebook is named after its first heading. A name that exists is never
proposed.

It is not applied without looking. What names the notebook follows: links, `%run`, papermill and nbconvert
calls, Makefile, mkdocs.yml, and the files that jupytext or nbautoexport keep beside it.

Two more fixes change no name. One asks for your initials and keeps them for this repository, in git's
configuration, so that they stay yours. Where four fifths of a folder of five or more follow another style, the
other sets `notebook-style` to it.

## Options

- `notebook-style`: `ccds` (the default), `number` (the same without initials), or a regular expression that
  the name without `.ipynb` has to match.
- `notebook-folders`: where names are checked, `["notebooks"]` by default.
- `notebook-phases`: the phases of the work, from number 0 on, when they are not those of the documentation; a
  word of a phase in the description or the folder chooses it.
- `initials`: yours, or your login.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccds_ls.config import Config
from ccds_ls.finding import Finding, Fix, PutSetting, RenameFile, Severity, plain_fingerprint
from ccds_ls.naming.convention import Convention, problem
from ccds_ls.naming.folder import Folder
from ccds_ls.naming.names import propose
from ccds_ls.naming.styles import style_of
from ccds_ls.project import Project
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File, Snapshot

CODE = "notebook-name"

_SEVERITIES = {
    "untitled": Severity.WARNING,
    "copy": Severity.WARNING,
    "no-number": Severity.WARNING,
    "pattern": Severity.WARNING,
    "no-initials": Severity.INFORMATION,
    "unsafe-chars": Severity.INFORMATION,
    "separator": Severity.HINT,
    "case": Severity.HINT,
    "duplicate-number": Severity.HINT,
}
_OF_STYLE = (
    "no-number",
    "no-initials",
    "unsafe-chars",
    "separator",
    "case",
)  # what the style of a whole folder may be
_KINDS = {
    "untitled": "The name does not say what the notebook is about.",
    "copy": "The name is that of a copy.",
    "no-number": "The name has no number, so the order of the notebooks can't be seen.",
    "pattern": "The name does not match the project's own pattern.",
    "no-initials": "The name does not say whose notebook this is.",
    "unsafe-chars": "The name has characters that make trouble in shells and links, or on other systems.",
    "separator": "The parts of the name are not joined by single dashes.",
    "case": "The name has capital letters.",
    "duplicate-number": "Another notebook in this folder has the same number.",
}


def check(file: File, context: Context) -> Iterator[Finding]:
    """Yield at most one finding, on the whole file; needs the path alone, and reads the heading if it is
    there."""
    if file.ignored or not in_scope(file.path, context.project):
        return
    snapshot = context.snapshot
    convention = convention_of(snapshot, context.config)
    parent, _, name = file.path.rpartition("/")
    folder = snapshot.notebook_folders.get(parent) or Folder(parent, ())
    kind = problem(name, folder, convention)
    if kind is None:
        return
    heading = file.notebook.heading if kind == "untitled" and file.notebook else None
    new = propose(name, folder, convention, heading)
    yield Finding(
        CODE,
        kind,
        _SEVERITIES[kind],
        file.path,
        f"{_KINDS[kind]} {_advice(kind, new, convention)}",
        file.state,
        plain_fingerprint(CODE, kind, file.path),
        fixes=_fixes(file.path, parent, new, certain=_is_certain(name, convention, context))
        + _settings(kind, file.path, folder, convention, context),
    )


def convention_of(snapshot: Snapshot, config: Config) -> Convention:
    """How the notebooks of a project are to be named by this user."""
    known = snapshot.initials | frozenset(filter(None, [config.initials]))
    own = snapshot.author_initials
    author = own if snapshot.initials_certain else config.initials or own
    return Convention(config.notebook_style, known, author, config.notebook_phases)


def in_scope(path: str, project: Project) -> bool:
    """Whether this is a notebook in one of the project's notebook folders, and no checkpoint or template."""
    relative = project.relative(path)
    folders = project.config.notebook_folders
    if not relative.endswith(".ipynb") or "{{" in relative or "{%" in relative:
        return False
    if any(part.startswith(".") for part in relative.split("/")):
        return False
    return any(folder in ("", ".") or relative.startswith(f"{folder}/") for folder in folders)


def _is_certain(name: str, convention: Convention, context: Context) -> bool:
    """Whether the proposal needs no guess at the author's initials."""
    if convention.style == "number" or context.config.initials or context.snapshot.initials_certain:
        return True
    return problem(name, Folder("", ()), convention) in (None, "unsafe-chars", "separator", "case", "copy")


def _advice(kind: str, new: str | None, convention: Convention) -> str:
    if new:
        return f"Rename it to {new}."
    if kind == "pattern" or convention.style not in ("ccds", "number"):
        return f"Rename it to match {convention.style}"
    if convention.style == "ccds" and not convention.author:
        return (
            "Name it like 1.0-jqp-topic.ipynb; with the setting 'initials' (yours) there is a fix for this."
        )
    return "Name it with a number, your initials and a few words in plain ASCII, like 1.0-jqp-topic.ipynb."


def _settings(
    kind: str, path: str, folder: Folder, convention: Convention, context: Context
) -> tuple[Fix, ...]:
    """The ways out that concern more than this name: this user's initials, and a style that the folder has."""
    found = []
    if convention.style == "ccds" and not (context.config.initials or context.snapshot.initials_certain):
        found.append(Fix("Say what your initials are…", (PutSetting(path, "initials"),)))
    if convention.style == "ccds" and kind in _OF_STYLE and (style := style_of(folder)):
        title = f"Name this project's notebooks like most of this folder: {style[1]}"
        found.append(Fix(title, (PutSetting(path, "notebook-style", style[0]),)))
    return tuple(found)


def _fixes(path: str, parent: str, new: str | None, *, certain: bool) -> tuple[Fix, ...]:
    if new is None:
        return ()
    target = f"{parent}/{new}" if parent else new
    return (Fix(f"Rename to {new}", (RenameFile(path, target),), preferred=certain),)


RULE = Rule(
    code=CODE,
    summary="A notebook's name breaks the project's naming convention",
    kinds=_KINDS,
    check=check,
    reads_text=False,
    local=False,
)
