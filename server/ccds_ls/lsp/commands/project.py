"""Commands about whole projects."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
    FORCE_PAIR,
    Command,
    InRoot,
    Progress,
    Result,
    argument,
    file_of,
    folder_of,
    in_thread,
    result,
    show,
)
from ccds_ls.lsp.to_proto import uri_of
from ccds_ls.project import is_project

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server
    from ccds_ls.scaffold.answers import Answers

RUN = "Run Its Code"
"""The answer that lets a template's code run; no other does."""


@dataclass(frozen=True)
class NewProject:
    """The argument of ``ccds.newProject``."""

    root: str | None = argument("The folder, as a URI, in which the project's own folder is made.")
    answers: dict[str, Any] = argument("The answers to the options, by their keys in ccds.", {})
    git: bool = argument("Also put the project under git, with a first commit.", False)
    force_combination: bool = argument(FORCE_PAIR, False)
    describe: bool = argument("Make nothing; return the options and what is wrong with the answers.", False)
    form: str | None = argument("A filled-in form, as a URI, that says all of this instead.")
    template: str | None = argument("A cookiecutter template of your own: a folder, or a git URL to fetch.")
    checkout: str | None = argument("With a template: the branch, tag or commit to take.")


async def new_project(server: Server, given: NewProject) -> Result:
    """Make a project, describe the options to an editor that asks by itself, or open a form to be filled in."""
    from ccds_ls.scaffold.answers import AnswerError, resolve

    if given.describe:
        from ccds_ls.scaffold.describe import describe

        return result("These are the options.", **describe(given.answers, given.force_combination))
    if given.form is not None:
        return await _from_form(server, given.form)
    if given.template is not None:
        return await _from_template(server, given.template, given)
    if not given.answers:
        return await _open_form(server, given.root)
    if not given.answers.get("project_name"):
        raise JsonRpcInvalidParams("Give the project a name: answers.project_name.")
    parent = folder_of(server, given.root)
    try:
        answers = resolve(given.answers, given.force_combination)
    except AnswerError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    return await _make(server, answers, parent, git=given.git)


async def _open_form(server: Server, root: str | None) -> Result:
    """A new form, shown where the editor can be told to show it; elsewhere its path is."""
    from ccds_ls.lsp.form import new_form

    where = folder_of(server, root) if root or server.session.folders.workspace else Path.home()
    path = await in_thread(lambda _: new_form(where.parent if is_project(where) else where))
    shown = await show(server, path)
    message = f"Fill in {path}, then take its code action 'Create project'."
    if not shown and not server.session.client.drops_results:
        server.tell(message)
    return result(message, [path], uri=uri_of(path))


async def _from_form(server: Server, uri: str) -> Result:
    """The project of a form, as it stands in the editor, else on disk."""
    from ccds_ls.scaffold import form
    from ccds_ls.scaffold.answers import AnswerError, resolve

    document = server.document(uri)
    try:
        read = form.read(document.source) if document else await in_thread(lambda _: form.load(file_of(uri)))
    except AnswerError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    faults = [fault.message for fault in form.faults_of(read) if fault.blocks]
    if faults:
        raise JsonRpcInvalidParams("\n".join(faults))
    answers = resolve(read.answers, read.force_combination)
    # A code lens or a code action has no one to give the result to.
    return await _make(server, answers, Path(read.output_dir).expanduser(), git=read.git, tell=True)


async def _from_template(server: Server, source: str, given: NewProject) -> Result:
    """A project from a template of the user's own; what it brings as code runs only after an explicit yes."""
    from ccds_ls.scaffold.answers import AnswerError
    from ccds_ls.scaffold.custom import generate_custom

    parent = folder_of(server, given.root)
    left_out: list[str] = []

    async with Progress(server, "New project from a template"):
        loop = asyncio.get_running_loop()

        def make(stop: threading.Event) -> Path:
            def may_run(code: tuple[str, ...]) -> bool:
                asked = asyncio.run_coroutine_threadsafe(_may_run(server, source, code), loop)
                while not (asked.done() or stop.wait(0.1)):
                    pass
                allowed = asked.done() and asked.result()
                left_out.extend(() if allowed else code)
                return allowed

            return generate_custom(
                source, given.checkout, given.answers, parent, may_run, cancelled=stop.is_set
            )

        try:
            project = await in_thread(make)
        except AnswerError as error:
            raise JsonRpcInvalidParams(str(error)) from error
        message = f"Made the project {project}."
        if left_out:
            message = f"{message} The template's own code did not run: {', '.join(left_out)}."
        if given.git:
            message = f"{message} {await in_thread(lambda _: _init(project))}"
    server.work.look(project)
    if readme := await in_thread(lambda _: _readme(project)):
        server.start(_offer(server, readme, None))
    return result(message, [project], uri=uri_of(project))


def _readme(project: Path) -> Path | None:
    return next((path for path in sorted(project.glob("README*")) if path.is_file()), None)


async def _may_run(server: Server, source: str, code: tuple[str, ...]) -> bool:
    question = (
        f"The template {source} brings code of its own: {', '.join(code)}."
        " It would run on your machine, with all that you may do there. Run it?"
    )
    return await server.ask(question, RUN, "Make It Without") == RUN


async def _make(server: Server, answers: Answers, parent: Path, *, git: bool, tell: bool = False) -> Result:
    """Make the project and offer its README; ``tell`` says what was done where that can't be shown."""
    async with Progress(server, "New CCDS project") as progress:
        from ccds_ls.scaffold.generate import generate

        project: Path = await in_thread(lambda stop: generate(answers, parent, cancelled=stop.is_set))
        message = f"Made the project {project}."
        if git:
            progress.tell("First commit")
            message = f"{message} {await in_thread(lambda _: _put_under_git(project))}"
    server.work.look(project)
    from ccds_ls.scaffold.context import first_steps

    message = f"{message} Next, in its folder: {', '.join(first_steps(answers))}."
    server.start(_offer(server, project / "README.md", message if tell else None))
    return result(message, [project], uri=uri_of(project))


async def _offer(server: Server, path: Path, message: str | None) -> None:
    """Have the editor show a file, or else tell a message, if there is one."""
    if not await show(server, path) and message and not server.session.client.drops_results:
        server.tell(message)


def _put_under_git(project: Path) -> str:
    """A first commit of its own, unless a repository around it takes the project in already."""
    from ccds_ls.scaffold.update import keep_base

    message = _init(project)
    keep_base(project)
    return message


def _init(project: Path) -> str:
    from ccds_ls.git import act
    from ccds_ls.git.read import discover

    around = discover(project)
    return f"It belongs to the repository {around.top}." if around else act.init(project).message


async def inspect_project(server: Server, given: InRoot) -> Result:
    """The map of a project, for people in ``message`` and as data in ``folders`` and ``hints``."""
    from ccds_ls.project_map import inspect, project_at, text

    folder = folder_of(server, given.root)
    async with Progress(server, "Inspecting the project"):
        found = await in_thread(lambda stop: inspect(project_at(folder) or folder, stop.is_set))
    folders = [{**asdict(line), "kinds": dict(line.kinds)} for line in found.folders]
    return result(text(found), [found.root], folders=folders, hints=list(found.hints))


COMMANDS = {
    "ccds.newProject": Command("New Project…", NewProject, new_project, "new-folder", "anywhere"),
    "ccds.inspectProject": Command("Inspect Project", InRoot, inspect_project, "list-tree"),
}
