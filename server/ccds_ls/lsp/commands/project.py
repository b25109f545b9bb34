"""Commands about whole projects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from ccds_ls.lsp.commands.base import Command, Progress, Result, argument, folder_of, in_thread, result, show
from ccds_ls.lsp.to_proto import uri_of

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server


@dataclass(frozen=True)
class NewProject:
    """The argument of ``ccds.newProject``."""

    root: str | None = argument("The folder, as a URI, in which the project's own folder is made.")
    answers: dict[str, Any] = argument("The answers to the options, by their keys in ccds.", {})
    git: bool = argument("Also put the project under git, with a first commit.", False)
    force_combination: bool = argument("Take an environment and a dependency file that make no sense.", False)
    describe: bool = argument("Make nothing; return the options and what is wrong with the answers.", False)


async def new_project(server: Server, given: NewProject) -> Result:
    """Make a project from the embedded template, or describe the options to an editor's form."""
    from ccds_ls.scaffold.answers import AnswerError, resolve

    if given.describe:
        from ccds_ls.scaffold.describe import describe

        return result("These are the options.", **describe(given.answers, given.force_combination))
    parent = folder_of(server, given.root)
    if not given.answers.get("project_name"):
        raise JsonRpcInvalidParams("Give the project a name: answers.project_name.")
    try:
        answers = resolve(given.answers, given.force_combination)
    except AnswerError as error:
        raise JsonRpcInvalidParams(str(error)) from error
    async with Progress(server, "New CCDS project") as progress:
        from ccds_ls.scaffold.generate import generate

        project: Path = await in_thread(lambda stop: generate(answers, parent, cancelled=stop.is_set))
        message = f"Made the project {project}."
        if given.git:
            progress.tell("First commit")
            message = f"{message} {await in_thread(lambda _: _put_under_git(project))}"
    server.work.look(project)
    server.start(show(server, project / "README.md"))
    next_step = "Open the folder, then 'make create_environment' and 'make requirements' set it up."
    return result(f"{message} {next_step}", [project], uri=uri_of(project))


def _put_under_git(project: Path) -> str:
    """A first commit of its own, unless a repository around it takes the project in already."""
    from ccds_ls.git import act
    from ccds_ls.git.read import discover

    around = discover(project)
    return f"It belongs to the repository {around.top}." if around else act.init(project).message


COMMANDS = {"ccds.newProject": Command("New Project…", NewProject, new_project)}
