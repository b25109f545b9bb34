"""Commands about whole projects."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import (
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


@dataclass(frozen=True)
class NewProject:
    """The argument of ``ccds.newProject``."""

    root: str | None = argument("The folder, as a URI, in which the project's own folder is made.")
    answers: dict[str, Any] = argument("The answers to the options, by their keys in ccds.", {})
    git: bool = argument("Also put the project under git, with a first commit.", False)
    force_combination: bool = argument("Take an environment and a dependency file that make no sense.", False)
    describe: bool = argument("Make nothing; return the options and what is wrong with the answers.", False)
    form: str | None = argument("A filled-in form, as a URI, that says all of this instead.")


async def new_project(server: Server, given: NewProject) -> Result:
    """Make a project, describe the options to an editor that asks by itself, or open a form to be filled in."""
    from ccds_ls.scaffold.answers import AnswerError, resolve

    if given.describe:
        from ccds_ls.scaffold.describe import describe

        return result("These are the options.", **describe(given.answers, given.force_combination))
    if given.form is not None:
        return await _from_form(server, given.form)
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

    where = folder_of(server, root) if root or server.session.workspace else Path.home()
    path = await in_thread(lambda _: new_form(where.parent if is_project(where) else where))
    shown = await show(server, path)
    message = f"Fill in {path}, then take its code action 'Create project'."
    if not shown:
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
    if not await show(server, path) and message:
        server.tell(message)


def _put_under_git(project: Path) -> str:
    """A first commit of its own, unless a repository around it takes the project in already."""
    from ccds_ls.git import act
    from ccds_ls.git.read import discover
    from ccds_ls.scaffold.update import keep_base

    around = discover(project)
    message = f"It belongs to the repository {around.top}." if around else act.init(project).message
    keep_base(project)
    return message


async def inspect_project(server: Server, given: InRoot) -> Result:
    """The map of a project, for people in ``message`` and as data in ``folders`` and ``hints``."""
    from ccds_ls.project_map import inspect, project_at, text

    folder = folder_of(server, given.root)
    found = await in_thread(lambda _: inspect(project_at(folder) or folder))
    folders = [{**asdict(line), "kinds": dict(line.kinds)} for line in found.folders]
    return result(text(found), [found.root], folders=folders, hints=list(found.hints))


COMMANDS = {
    "ccds.newProject": Command("New Project…", NewProject, new_project, "new-folder", "anywhere"),
    "ccds.inspectProject": Command("Inspect Project", InRoot, inspect_project, "list-tree"),
}
