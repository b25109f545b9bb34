"""Makes a project from a cookiecutter template of the user's own: a folder, or a git repository."""

from __future__ import annotations

import contextlib
import difflib
import json
import logging
import os
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from ccds_ls.scaffold import names, validate
from ccds_ls.scaffold.answers import AnswerError, Problem
from ccds_ls.scaffold.generate import CancelledError, ScaffoldError, place, rendering

if TYPE_CHECKING:
    from jinja2 import Environment

HOOKS = ("pre_prompt", "pre_gen_project", "post_gen_project")


def generate_custom(
    source: str,
    checkout: str | None,
    answers: Mapping[str, object],
    out_dir: Path,
    run_code: Callable[[tuple[str, ...]], bool],
    *,
    wishes: Mapping[str, object] = types.MappingProxyType({}),
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Make a project in ``out_dir`` from the template at ``source`` and return its folder.

    ``answers`` are by the template's own keys; the others take its defaults. ``wishes`` are answers that count where
    the template has such an option. ``checkout`` is a branch, tag or commit. When the template brings code (hooks,
    extensions) ``run_code`` is asked with the names of its files; unless that returns true, none of it runs and the
    template is rendered in a sandbox. The network is used only when ``source`` is an address.

    Raises AnswerError, ScaffoldError, and what ``git.remote.clone`` raises; then nothing was made.
    """
    with _fetched(source, checkout) as folder:
        if cancelled():
            raise CancelledError("Cancelled: no project was made.")
        options = read_options(folder)
        given = {**{key: wish for key, wish in wishes.items() if key in options}, **answers}
        code = code_in(folder)
        trusted = bool(code) and run_code(code)

        def make(workspace: Path) -> Path:
            if not trusted:
                return render(folder, given, workspace, trusted=False)
            from ccds_ls.scaffold.trusted import render_in_child

            return render_in_child(folder, given, workspace, cancelled)

        return place(out_dir.absolute(), make, cancelled)


def code_in(folder: Path) -> tuple[str, ...]:
    """What of a template would run as a program: its hooks, and the extensions that it asks for."""
    hooks = [path for path in sorted(folder.glob("hooks/*")) if path.stem in HOOKS and path.is_file()]
    extensions = read_options(folder).get("_extensions") or []
    return (*(f"hooks/{path.name}" for path in hooks), *map(str, extensions))


def read_options(folder: Path) -> dict[str, Any]:
    """The template's own options, from its cookiecutter.json. Raises ScaffoldError when it has none."""
    path = folder / "cookiecutter.json"
    try:
        options = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScaffoldError(f"{folder} is not a template: it has no cookiecutter.json.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ScaffoldError(f"{path} can't be read: {error}.") from error
    if not isinstance(options, dict) or options.keys() & {"template", "templates"}:
        raise ScaffoldError(
            f"{path} holds no options; if there are several templates in it, name the folder of one."
        )
    if (folder / "ccds.json").exists():
        raise ScaffoldError(
            f"{folder} needs the ccds program. For the layout of CCDS itself leave --template out."
        )
    return options


def render(folder: Path, answers: Mapping[str, object], workspace: Path, *, trusted: bool) -> Path:
    """Render a template into ``workspace``; returns the project's folder in it.

    Not ``trusted``: in the sandbox, without hooks. Trusted: as cookiecutter does, code and all; for
    ``trusted.py``, in a process of its own.
    """
    from cookiecutter.generate import generate_files  # type: ignore[import-untyped]
    from cookiecutter.hooks import run_pre_prompt_hook  # type: ignore[import-untyped]
    from cookiecutter.utils import create_env_with_context  # type: ignore[import-untyped]

    from ccds_ls.scaffold.renderer import rendering_in
    from ccds_ls.scaffold.sandbox import environment

    # cookiecutter logs a traceback when a hook fails, and without a handler Python prints it.
    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())
    with rendering, _told(), contextlib.nullcontext() if trusted else rendering_in(environment):
        folder = Path(run_pre_prompt_hook(folder)) if trusted else folder
        options = read_options(folder)
        if options.get("_extensions") and not trusted:
            raise ScaffoldError(
                "The template needs its own code (_extensions in cookiecutter.json), and that may not run."
            )
        _check_links(folder)
        env = (create_env_with_context if trusted else environment)({"cookiecutter": options})
        context = {"cookiecutter": _answered(options, answers, env)}
        context["cookiecutter"] |= {
            "_template": str(folder),
            "_output_dir": str(workspace),
            "_repo_dir": str(folder),
        }
        _check_paths(folder, context, env)
        return Path(generate_files(folder, context, workspace, accept_hooks=trusted))


def _answered(options: Mapping[str, Any], answers: Mapping[str, object], env: Environment) -> dict[str, Any]:
    """The template's variables: answers as they were typed, and its own defaults, rendered."""
    from cookiecutter.prompt import render_variable  # type: ignore[import-untyped]

    public = [key for key in options if not key.startswith("_")]
    problems = [_no_such_option(key, public) for key in answers if key not in public]
    values: dict[str, Any] = {}
    for key, raw in options.items():
        if key.startswith("_") and not key.startswith("__"):
            values[key] = raw
            continue
        default = render_variable(env, raw, values)
        try:
            given = answers.get(key) if key in public else None
            values[key] = _value(given, default)
        except ValueError as error:
            problems.append(Problem(key, str(error)))
            values[key] = default
    if problems:
        raise AnswerError(*problems)
    return values


def _no_such_option(key: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(key, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
    return Problem(key, f"the template has no such option; {hint}")


def _value(given: object, default: object) -> object:
    """An answer of the kind that the template's default shows. Raises ValueError, saying why, for another kind."""
    if isinstance(default, list):
        if given is not None and given not in default:
            raise ValueError(f"{given!r} is not a choice; one of {', '.join(map(str, default))} would do")
        return default[0] if given is None else given
    if given is None:
        return default
    if isinstance(default, bool) and isinstance(given, str):
        given = {"yes": True, "true": True, "no": False, "false": False}.get(given.lower(), given)
    if isinstance(default, (bool, dict)) and not isinstance(given, type(default)):
        raise ValueError(
            f"must be {'yes or no' if isinstance(default, bool) else 'an object'}, not {given!r}"
        )
    if isinstance(default, (bool, dict)):
        return given
    if not isinstance(given, str):
        raise ValueError(f"must be text, not {given!r}; write it in quotes")
    if why := validate.text_fault("", given):
        raise ValueError(why)
    return given


def _check_links(folder: Path) -> None:
    """Refuse a template with links that lead out of it: they would copy files of this machine into the project."""
    top = folder.resolve()
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if path.is_symlink() and not path.resolve().is_relative_to(top):
                raise ScaffoldError(
                    f"The template's {path.relative_to(folder)} is a link that leads out of it."
                )


def _check_paths(folder: Path, context: dict[str, Any], env: Environment) -> None:
    """Refuse answers that would make a file outside the project, or in a .git folder, before anything is written."""
    from cookiecutter.find import find_template  # type: ignore[import-untyped]

    template = Path(find_template(folder, env))
    project = env.from_string(template.name).render(**context)
    if len(PurePosixPath(project).parts) != 1 or _unsafe(project) or names.is_windows_device(project):
        raise ScaffoldError(
            f"The project's folder would be {project!r}, which is not the name of one folder."
        )
    for parent, folders, files in os.walk(template):
        for name in (*folders, *files):
            path = Path(parent, name).relative_to(template).as_posix()
            rendered = env.from_string(path).render(**context)
            if _unsafe(rendered):
                raise ScaffoldError(
                    f"The template's {path} would be written to {rendered!r}, which is not allowed."
                )


def _unsafe(path: str) -> bool:
    windows = PureWindowsPath(path)
    parts = {part.rstrip(" .").lower() for part in windows.parts}
    return bool(windows.anchor) or ".." in windows.parts or ".git" in parts or "\0" in path


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """A template is somebody else's program: whatever goes wrong in it is told as that, without a traceback."""
    try:
        yield
    except (ScaffoldError, AnswerError, OSError):
        raise
    except Exception as error:
        raise ScaffoldError(f"The template failed: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _fetched(source: str, checkout: str | None) -> Iterator[Path]:
    """The template's folder: the one that ``source`` names, or a clone that is gone afterwards."""
    folder = Path(source).expanduser().absolute()
    if folder.is_dir() and checkout is None:
        yield folder
        return
    if checkout is not None and (checkout.startswith("-") or not checkout.strip()):
        raise ScaffoldError(f"{checkout!r} is not a branch, tag or commit.")
    from ccds_ls.git import command, remote

    with tempfile.TemporaryDirectory(prefix="ccds-ls-template-", ignore_cleanup_errors=True) as temporary:
        clone = Path(temporary) / "template"
        remote.clone(str(folder) if folder.is_dir() else source, clone)
        if checkout is not None:
            command.done(
                clone, "checkout", "--quiet", checkout, "--", what=f"There is no {checkout} in the template."
            )
        yield clone
