"""Brings a project up to date with the template, or with changed answers, by a three-way merge through git.

The base of the merge is what the template rendered for the answers that the project keeps: from a ref of ours, or
rendered again while the template is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccds_ls.git import read, template
from ccds_ls.git.command import Done, opened
from ccds_ls.git.template import Merged
from ccds_ls.scaffold import kept as kept_answers
from ccds_ls.scaffold.answers import AnswerError, resolve
from ccds_ls.scaffold.context import TEMPLATE_VERSION
from ccds_ls.scaffold.generate import ScaffoldError
from ccds_ls.scaffold.kept import Kept

UNDO = "git reset --merge"


@dataclass(frozen=True)
class Updated:
    """What an update did: ``done`` for people, and the paths (relative to the project's repository)."""

    done: Done
    merged: Merged


def keep_base(project: Path) -> None:
    """Keep what a new project was rendered with, for the merges to come; nothing where there are no answers.

    Only what this version renders can be kept. The project's files and branches stay as they are.
    """
    kept = kept_answers.in_folder(project)
    if kept is None or not kept.is_current:
        return
    try:
        files = kept.files()
    except AnswerError:
        return  # Answers that were changed by hand and don't do: nothing was rendered with them.
    template.keep(project, template.ref_of(kept.key), files)


def update(project: Path, changed: Mapping[str, object], force_combination: bool = False) -> Updated:
    """Render the template again, with the kept answers and the ``changed`` ones, and merge what that changes.

    A file that is the user's own, since the template did not bring it, stays as it is although the template has one
    of that name. The result is staged, not committed; conflicts are marked in the files as git marks them. Raises
    AnswerError for answers that don't do, ScaffoldError or ActError when there is nothing to go by or the work tree
    is not clean; then nothing was changed.
    """
    repository = opened(project)
    template.require_clean(repository)
    kept, base = _base(project)
    given = {**kept.answers, **changed}
    pair = ("environment_manager", "dependency_file")
    same_pair = all(given.get(key) == kept.answers.get(key) for key in pair)
    answers = resolve(given, force_combination or same_pair)
    files = kept_answers.tracked_files(answers, kept.year)
    new = Kept(TEMPLATE_VERSION, kept.year, answers.as_dict())
    own = _own(project, base)
    theirs = {path: data for path, data in files.items() if path not in own}
    commit = template.keep(project, template.ref_of(new.key), theirs)
    if base == commit:
        return _nothing(project)
    return _told(project, repository, template.merge(project, base, commit), sorted(own & set(files)))


def _own(project: Path, base: str | None) -> set[str]:
    """Files that the project has and the template did not bring; without a base there is no telling."""
    if base is None:
        return set()
    repository = opened(project)
    return template.paths(repository, "HEAD", project) - template.paths(repository, base, project)


def _base(project: Path) -> tuple[Kept, str | None]:
    """The kept answers and the commit of what they rendered to, if that can be had."""
    repository = opened(project)
    kept = kept_answers.in_folder(project)
    if kept is None:
        return _adopted(project)
    commit = template.kept(repository, template.ref_of(kept.key))
    if commit is None and kept.is_current:
        commit = template.keep(project, template.ref_of(kept.key), kept.files())
    return kept, commit


def _adopted(project: Path) -> tuple[Kept, str | None]:
    """The answers that an old project was adopted with, whose own pyproject.toml was left alone."""
    repository = opened(project)
    commit = template.kept(repository, template.adopted_ref(project))
    name = repository.relative(project / "pyproject.toml")
    text = template.content(repository, commit, name) if commit and name else None
    kept = kept_answers.in_text(text.decode("utf-8", "replace")) if text is not None else None
    if kept is not None:
        return kept, template.kept(repository, template.ref_of(kept.key))
    raise ScaffoldError(
        f"Nothing was updated: {project / 'pyproject.toml'} has no answers of ccds-ls "
        "([tool.ccds-ls.template]), so it is not known what the project was made with. 'ccds-ls new --adopt "
        f"{project}' (ccds.adoptProject) brings the layout into it."
    )


def _nothing(project: Path) -> Updated:
    message = f"Nothing to do: {project} is up to date with the template and its answers."
    return Updated(Done(message, (), "There is nothing to undo."), Merged((), ()))


def _told(project: Path, repository: read.Repository, merged: Merged, own: list[str]) -> Updated:
    if not merged.changed and not merged.conflicts:
        return _nothing(project)
    parts = []
    if merged.changed:
        parts.append(f"Updated {_listed(merged.changed)}; it is staged. 'git diff --cached' shows it.")
    if merged.conflicts:
        parts.append(
            f"In {_listed(merged.conflicts)} your changes and the template's meet: keep what you want between the "
            "marks '<<<<<<<' and '>>>>>>>', then 'git add' the file."
        )
    if own:
        parts.append(f"Your own {_listed(own)} stayed as they were.")
    parts.append("Then commit.")
    paths = tuple(repository.top / path for path in (*merged.changed, *merged.conflicts))
    return Updated(Done(" ".join(parts), paths, f"'{UNDO}' takes all of it back, before the commit."), merged)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
