"""``ccds-ls new``: a new project from the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ccds_ls.scaffold import answers as given_answers
from ccds_ls.scaffold.ask import ask
from ccds_ls.scaffold.generate import ScaffoldError, generate


def run(options: argparse.Namespace) -> int:
    """Make the project; prints its folder and what to do next."""
    from ccds_ls.git.act import ActError
    from ccds_ls.git.read import GitError

    try:
        _take_settings(options)
        project = _make(options)
        print(f"Made {project}")
        if options.git:
            _put_under_git(project)
    except (ScaffoldError, given_answers.AnswerError, ActError, GitError) as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    except EOFError:
        print("\nccds-ls: no more answers; no project was made.", file=sys.stderr)
        return 2
    print(f"Next: cd {project}" + ("" if options.git else ", then git init"))
    return 0


def _take_settings(options: argparse.Namespace) -> None:
    """What a form says beside the answers, where the command line does not."""
    from ccds_ls.scaffold import form

    if options.answers and form.is_form(options.answers.name):
        read = form.load(options.answers)
        options.git |= read.git
        options.force_combination |= read.force_combination
        if options.out_dir is None and read.output_dir:
            options.out_dir = Path(read.output_dir).expanduser()
    options.out_dir = options.out_dir or Path()


def _make(options: argparse.Namespace) -> Path:
    given: dict[str, object] = dict(given_answers.load(options.answers)) if options.answers else {}
    given.update(given_answers.parse_set(text) for text in options.set)
    if options.template:
        return _from_template(options, given)
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    resolve = ask if at_terminal else given_answers.resolve
    return generate(resolve(given, options.force_combination), options.out_dir)


def _from_template(options: argparse.Namespace, given: dict[str, object]) -> Path:
    """A project from a template of the user's own; its code runs only after an explicit yes."""
    from ccds_ls.scaffold.custom import generate_custom

    def may_run(files: Sequence[str]) -> bool:
        if not sys.stdin.isatty():
            return False
        print(f"This template brings code of its own: {', '.join(files)}. It would run on your machine.")
        return input("Run it? Type yes to do so: ").strip().lower() == "yes"

    return generate_custom(options.template, options.checkout, given, options.out_dir, may_run)


def _put_under_git(project: Path) -> None:
    from ccds_ls.git import act

    print(act.init(project).message)
