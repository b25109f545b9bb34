"""``ccds-ls new``: a new project from the terminal, or CCDS in a folder that is there, or a newer template."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ccds_ls.scaffold import FORM_SUFFIX
from ccds_ls.scaffold import answers as given_answers
from ccds_ls.scaffold.generate import ScaffoldError, generate


def run(options: argparse.Namespace) -> int:
    """Make, adopt or update a project; prints what was done and what to do next."""
    try:
        _refuse_misplaced(options)
        _take_settings(options)
        if options.adopt is not None:
            return _adopt(options)
        if options.update is not None:
            return _update(options)
        return _new(options)
    except (ScaffoldError, given_answers.AnswerError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    except EOFError:
        print("\nccds-ls: no more answers; nothing was made.", file=sys.stderr)
        return 2


def _refuse_misplaced(options: argparse.Namespace) -> None:
    """An option that would be passed over in silence is a mistake."""
    of_adopt = {"--plan": options.plan, "--undo": options.undo}
    of_new = {"--git": options.git, "--template": options.template, "OUT_DIR": options.out_dir}
    if options.adopt is None and any(of_adopt.values()):
        raise ScaffoldError(f"Nothing was changed: {_first(of_adopt)} goes with --adopt DIR.")
    if (options.adopt or options.update) is not None and any(of_new.values()):
        raise ScaffoldError(f"Nothing was changed: {_first(of_new)} is for a new project alone.")


def _first(given: Mapping[str, object]) -> str:
    return next(name for name, value in given.items() if value)


@contextlib.contextmanager
def _git_at_work() -> Iterator[None]:
    """What git can't do is told like everything else; only what needs git loads it."""
    from ccds_ls.git.act import ActError
    from ccds_ls.git.read import GitError

    try:
        yield
    except (ActError, GitError) as error:
        raise ScaffoldError(str(error)) from error


def _take_settings(options: argparse.Namespace) -> None:
    """What a form says beside the answers, where the command line does not."""
    if options.answers and options.answers.name.endswith(FORM_SUFFIX):
        from ccds_ls.scaffold import form

        read = form.load(options.answers)
        options.git |= read.git
        options.force_combination |= read.force_combination
        if options.out_dir is None and read.output_dir:
            options.out_dir = Path(read.output_dir).expanduser()
    options.out_dir = options.out_dir or Path()


def _new(options: argparse.Namespace) -> int:
    project, steps = _make(options)
    print(f"Made {project}")
    if options.git:
        _put_under_git(project)
    print("Next:")
    for step in (f"cd {shlex.quote(str(project))}", *(() if options.git else ("git init",)), *steps):
        print(f"  {step}")
    return 0


def _adopt(options: argparse.Namespace) -> int:
    from ccds_ls.cli import adopt

    folder = options.adopt.absolute()
    force = options.force_combination
    with _git_at_work():
        return adopt.run(folder, _given(options), force=force, only_plan=options.plan, back=options.undo)


def _update(options: argparse.Namespace) -> int:
    from ccds_ls.scaffold.update import update

    with _git_at_work():
        updated = update(options.update.absolute(), _given(options), options.force_combination)
    print(updated.done.message)
    print(f"Undo: {updated.done.undo}")
    return 1 if updated.merged.conflicts else 0


def _given(options: argparse.Namespace) -> dict[str, object]:
    """The answers of ``--answers`` and ``--set``, unchecked."""
    answers: dict[str, object] = dict(given_answers.load(options.answers)) if options.answers else {}
    answers.update(given_answers.parse_set(text) for text in options.set)
    return answers


def _make(options: argparse.Namespace) -> tuple[Path, list[str]]:
    """The project that was made, and the commands that set it up."""
    if options.template:
        return _from_template(options), []
    given = _given(options)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from ccds_ls.scaffold.ask import ask

        answers = ask(given, options.force_combination)
    else:
        answers = given_answers.resolve(given, options.force_combination)
    project = generate(answers, options.out_dir)
    from ccds_ls.scaffold.context import first_steps

    return project, first_steps(answers)


def _from_template(options: argparse.Namespace) -> Path:
    """A project from a template of the user's own; its code runs only after an explicit yes."""
    from ccds_ls.scaffold.custom import generate_custom

    def may_run(files: Sequence[str]) -> bool:
        if not sys.stdin.isatty():
            return False
        print(f"This template brings code of its own: {', '.join(files)}. It would run on your machine.")
        return input("Run it? Type yes to do so: ").strip().lower() == "yes"

    answers, wishes = given_answers.load_for_template(options.answers) if options.answers else ({}, {})
    answers.update(given_answers.parse_set(text) for text in options.set)
    with _git_at_work():
        return generate_custom(
            options.template, options.checkout, answers, options.out_dir, may_run, wishes=wishes
        )


def _put_under_git(project: Path) -> None:
    from ccds_ls.git import act
    from ccds_ls.scaffold.update import keep_base

    with _git_at_work():
        print(act.init(project).message)
        keep_base(project)
