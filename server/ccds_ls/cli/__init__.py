"""What stands behind the command line, one module a subcommand that needs more than a few lines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ccds_ls import __version__

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def run(argv: list[str]) -> int:
    """Parse the command line and run the subcommand; a user's mistake is told on stderr with exit code 2."""
    options = parser().parse_args(argv)
    try:
        code: int = options.run(options)
        return code
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0  # The reader of our output, such as `head`, has seen enough.


def parser() -> argparse.ArgumentParser:
    """The parser of all subcommands."""
    top = argparse.ArgumentParser(
        prog="ccds-ls",
        description="A language server, and its checks without an editor, for data-science projects.",
    )
    top.add_argument("--version", action="version", version=f"ccds-ls {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_server(commands)
    _add_check(commands)
    _add_new(commands)
    _add_notebook(commands)
    _add_rename(commands)
    _add_hook(commands)
    _add_inspect(commands)
    _add_explain(commands)
    _add_config(commands)
    _add_doctor(commands)
    _add_exercise(commands)
    _add_demo(commands)
    return top


def _add_server(commands: Commands) -> None:
    server = commands.add_parser("server", help="serve the Language Server Protocol over stdin and stdout")
    server.add_argument("--stdio", action="store_true", help="accepted for editors that add it")
    server.set_defaults(run=_server)


def _server(_: argparse.Namespace) -> int:
    from ccds_ls.lsp.edge.start import main

    main()


def _add_check(commands: Commands) -> None:
    check = commands.add_parser("check", help="check files, what is staged, or what 'git add .' would take")
    check.add_argument(
        "paths", nargs="*", metavar="PATH", type=Path, help="files and folders (default: this folder)"
    )
    which = check.add_mutually_exclusive_group()
    which.add_argument("--staged", action="store_true", help="check what is staged, as it is in the index")
    which.add_argument("--would-add", action="store_true", help="check what 'git add .' would take")
    which.add_argument(
        "--unpushed",
        action="store_true",
        help="check what the commits that were not pushed yet would publish",
    )
    which.add_argument(
        "--baseline",
        action="store_true",
        help="accept the findings that stand now, in .ccds-ls-baseline.json, but no secret or data not yet committed",
    )
    check.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text")
    check.add_argument(
        "--fix",
        action="store_true",
        help="apply the fixes that are safe: add to .gitignore what tools make again by themselves, and a .env file "
        "with values, unless git has them already; never touches the index",
    )
    check.epilog = "Exit code: 0 nothing found, 1 an error or a warning, 2 it could not check."
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    _load_engine()
    from ccds_ls.cli.check import run

    return run(options)


def _add_new(commands: Commands) -> None:
    new = commands.add_parser("new", help="make a new Cookiecutter Data Science project")
    what = new.add_mutually_exclusive_group()
    what.add_argument(
        "--adopt",
        metavar="DIR",
        type=Path,
        help="bring the layout into a folder that has work in it: shows a plan, creates what is missing, "
        "overwrites nothing",
    )
    what.add_argument(
        "--update",
        metavar="DIR",
        type=Path,
        help="render a project again, with its kept answers or those that --set changes, and merge it with git",
    )
    new.add_argument("--plan", action="store_true", help="with --adopt: show the plan and change nothing")
    new.add_argument(
        "--undo", action="store_true", help="with --adopt: remove what it created, unless changed"
    )
    new.add_argument(
        "out_dir",
        nargs="?",
        metavar="OUT_DIR",
        type=Path,
        help="where to make it (default: the form's, or here)",
    )
    _add_answers(new)
    new.set_defaults(run=_new)


def _add_answers(new: argparse.ArgumentParser) -> None:
    new.add_argument(
        "--answers",
        metavar="FILE",
        type=Path,
        help="a form, a JSON object or cookiecutter's user-config YAML",
    )
    new.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="one answer; may be repeated"
    )
    new.add_argument("--git", action="store_true", help="put it under git: init on main, add, first commit")
    new.add_argument(
        "--template", metavar="SOURCE", help="another cookiecutter template: a folder or a git URL"
    )
    new.add_argument("--checkout", metavar="REF", help="with --template: the branch, tag or commit to take")
    new.add_argument(
        "--force-combination",
        action="store_true",
        help="take a pair of environment manager and dependency file that makes no sense",
    )


def _new(options: argparse.Namespace) -> int:
    from ccds_ls.cli.new import run

    return run(options)


def _add_notebook(commands: Commands) -> None:
    notebook = commands.add_parser("notebook", help="make a new, well-named notebook")
    notebook.add_argument("words", nargs="+", metavar="WORD", help="a few words on what it is about")
    notebook.add_argument(
        "--phase", metavar="N", type=int, help="0 exploration, 1 cleaning and features, 2 ..."
    )
    notebook.set_defaults(run=_notebook)


def _notebook(options: argparse.Namespace) -> int:
    from ccds_ls.cli.notebooks import new

    return new(" ".join(options.words), options.phase)


def _add_rename(commands: Commands) -> None:
    rename = commands.add_parser("rename", help="rename notebooks to the convention, and what names them")
    rename.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="notebooks, and folders of them")
    rename.add_argument(
        "--dry-run", action="store_true", help="say what would be renamed and changed, and stop"
    )
    rename.set_defaults(run=_rename)


def _rename(options: argparse.Namespace) -> int:
    from ccds_ls.cli.notebooks import rename

    return rename(options.paths, dry_run=options.dry_run)


def _add_hook(commands: Commands) -> None:
    hook = commands.add_parser("hook", help="the hooks that check every commit and every push")
    hook.add_argument("action", choices=("install", "uninstall", "run"))
    hook.add_argument("name", nargs="?", choices=("pre-commit", "pre-push"), default="pre-commit")
    hook.epilog = "Past the hooks once: git's --no-verify, or CCDS_LS_SKIP_HOOK=1 in the environment."
    hook.set_defaults(run=_hook)


def _hook(options: argparse.Namespace) -> int:
    if options.action == "run":
        _load_engine()
    from ccds_ls.cli.hook import change, run, run_push

    if options.action != "run":
        return change(options.action)
    return run_push() if options.name == "pre-push" else run()


def _load_engine() -> None:
    """Begin to load the secret engine, which takes longer than all the rest, before anything else is imported."""
    from ccds_ls.background_detector import loading

    loading()


def _add_inspect(commands: Commands) -> None:
    inspect = commands.add_parser(
        "inspect", help="the project's map: its folders, what each is for and holds"
    )
    inspect.add_argument("folder", nargs="?", metavar="DIR", type=Path, default=Path())
    inspect.set_defaults(run=_inspect)


def _inspect(options: argparse.Namespace) -> int:
    from ccds_ls.git.read import GitError
    from ccds_ls.project_map import inspect, project_at, text

    folder = options.folder.absolute()
    try:
        print(text(inspect(project_at(folder) or folder)))
    except GitError as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"ccds-ls: {folder}: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


def _add_explain(commands: Commands) -> None:
    explain = commands.add_parser("explain", help="a rule's page, or the list of rules")
    explain.add_argument("code", nargs="?", metavar="CODE")
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    from ccds_ls.rules.docs import UnknownRule, explain

    try:
        print(explain(options.code))
    except UnknownRule as error:
        print(f"ccds-ls: {error}", file=sys.stderr)
        return 2
    return 0


def _add_config(commands: Commands) -> None:
    config = commands.add_parser("config", help="the settings that hold here, and where each comes from")
    config.add_argument("action", choices=("show",))
    config.set_defaults(run=_config)


def _config(_: argparse.Namespace) -> int:
    from ccds_ls.cli.doctor import show_config

    return show_config()


def _add_doctor(commands: Commands) -> None:
    doctor = commands.add_parser(
        "doctor", help="git, secret engine, hook, project: what works and what doesn't"
    )
    doctor.set_defaults(run=_doctor)


def _doctor(_: argparse.Namespace) -> int:
    from ccds_ls.cli.doctor import doctor

    return doctor()


def _add_exercise(commands: Commands) -> None:
    exercise = commands.add_parser(
        "exercise", help="the first week in git as steps: which are done, what is next"
    )
    exercise.add_argument("folder", nargs="?", metavar="DIR", type=Path, help="the project (default: here)")
    exercise.add_argument("--steps", metavar="FILE", type=Path, help="a TOML file with other steps")
    exercise.epilog = "Changes nothing. Exit code: 0 all done, 1 not yet, 2 it could not look."
    exercise.set_defaults(run=_exercise)


def _exercise(options: argparse.Namespace) -> int:
    from ccds_ls.cli.exercise import run

    return run(options.folder, options.steps)


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser("demo", help="a guided tour on a throw-away project")
    demo.add_argument(
        "--keep", action="store_true", help="keep the project; its folder is the last line printed"
    )
    demo.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    from ccds_ls.cli.demo import run

    return run(keep=options.keep)
