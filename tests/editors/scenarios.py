"""What a user does and sees, described once for every editor."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import repositories
from editors import projects
from editors.committing import committing
from editors.editor import Editor, Shown
from editors.waiting import until
from git_server import serving


@dataclass(frozen=True)
class Scenario:
    """``feature`` is the row of the table of editors; ``run`` raises NotSeen where an editor does not do it.

    A scenario that ``alters`` its project has an editor and a project of its own; the others share one.
    """

    name: str
    feature: str
    run: Callable[[Editor, Path, float], None]
    project: Callable[[Path], Path] = projects.untidy
    alters: bool = False


def find(editor: Editor, path: Path, limit: float, *, message: str, severity: str | None = None) -> Shown:
    """The finding in ``path`` with this in its message, once it is shown (with this severity, if one is shown)."""

    def look() -> Shown | None:
        for shown in editor.shown(path):
            if re.search(message, shown.message) and severity in (None, shown.severity or severity):
                return shown
        return None

    what = f"{path.name}: a finding that says /{message}/" + (f", {severity}" if severity else "")
    return until(look, what, limit)


def gone(editor: Editor, path: Path, limit: float, *, message: str) -> None:
    """Wait until no finding in ``path`` has this in its message any more."""
    what = f"{path.name}: no finding that says /{message}/"
    until(lambda: not any(re.search(message, shown.message) for shown in editor.shown(path)), what, limit)


# What the messages of the findings say
NAME = r"does not say what the notebook is about"
SECRET = r"Hugging Face token"
DATA = r"stay in the history for good"
LATE = r"^This cell, \[2\], ran before cell 2, \[4\]"
BROKEN = r"can't be opened"


def said(editor: Editor, limit: float, words: str) -> None:
    """Wait until the editor has told its user something with these words."""
    told = lambda: f"a message with {words!r} instead of {editor.said()!r}"  # noqa: E731
    until(lambda: words in editor.said(), told, limit)


def notebook_name(editor: Editor, project: Path, limit: float) -> None:
    """A badly named notebook is flagged in the open notebook."""
    path = project / projects.UNTITLED
    editor.open(path)
    shown = find(editor, path, limit, message=NAME)
    assert shown.code in ("notebook-name", None)
    assert shown.line in (1, None)


def secret(editor: Editor, project: Path, limit: float) -> None:
    """A staged token is an error on its line, and is not repeated in the message."""
    path = project / projects.CLIENT
    editor.open(path)
    shown = find(editor, path, limit, message=SECRET, severity="error")
    assert shown.code in ("secret", None)
    assert shown.line in (3, None)
    assert path.read_text().split('"')[-2] not in shown.message


def data_file(editor: Editor, project: Path, limit: float) -> None:
    """A staged table is flagged."""
    path = project / projects.EXPORT
    editor.open(path)
    shown = find(editor, path, limit, message=DATA, severity="warning")
    assert shown.code in ("data-file", None)


def closed_files(editor: Editor, project: Path, limit: float) -> None:
    """Findings are shown for files that are not open."""
    editor.open(project / projects.README)
    find(editor, project / projects.EXPORT, limit, message=DATA)
    find(editor, project / projects.UNTITLED, limit, message=NAME)


def typing(editor: Editor, project: Path, limit: float) -> None:
    """A token is flagged while it is being typed, before the file is saved, and no more once it is deleted."""
    path = project / "src/rings.py"
    editor.open(path)
    before = path.read_text()
    editor.type(f'KEY = "{projects.token()}"')
    find(editor, path, limit, message=SECRET)
    editor.erase()
    gone(editor, path, limit, message=SECRET)
    assert path.read_text() == before


def staged_beside(editor: Editor, project: Path, limit: float) -> None:
    """A ``git add`` in a terminal beside the editor turns the open file's warning into an error."""
    path = project / projects.CLIENT
    repositories.write(project, {projects.CLIENT: projects.client_code()})
    editor.open(path)
    find(editor, path, limit, message=SECRET, severity="warning")
    repositories.git(project, "add", projects.CLIENT)
    find(editor, path, limit, message=SECRET, severity="error")


def rename(editor: Editor, project: Path, limit: float) -> None:
    """The fix renames the notebook on disk, and what git has staged of it."""
    path = project / projects.UNTITLED
    editor.open(path)
    shown = find(editor, path, limit, message=NAME)
    title = apply_fix(editor, path, shown, "Rename", limit)
    until(lambda: not path.exists(), f"{path.name} has another name", limit)
    renamed = [item.name for item in path.parent.glob("[0-9]*ring-widths.ipynb")]
    assert renamed, sorted(path.parent.iterdir())
    assert renamed[0] in title
    staged = lambda: repositories.git(project, "diff", "--cached", "--name-only")  # noqa: E731
    until(lambda: renamed[0] in staged(), f"{renamed[0]} is staged", limit)
    assert projects.UNTITLED not in staged()


def apply_fix(editor: Editor, path: Path, shown: Shown, beginning: str, limit: float) -> str:
    """Take the first fix whose title begins so, as soon as it is offered; gives the whole title."""
    titles = until(
        lambda: [title for title in editor.fixes(path, shown) if title.startswith(beginning)],
        f"a fix '{beginning}…'",
        limit,
    )
    editor.fix(path, shown, titles[0])
    return titles[0]


def unstage(editor: Editor, project: Path, limit: float) -> None:
    """The fix takes a table out of the commit again; the file stays."""
    path = project / projects.EXPORT
    editor.open(path)
    shown = find(editor, path, limit, message=DATA, severity="warning")
    apply_fix(editor, path, shown, "Unstage", limit)
    staged = lambda: repositories.git(project, "diff", "--cached", "--name-only")  # noqa: E731
    until(lambda: projects.EXPORT not in staged(), f"{projects.EXPORT} is not staged", limit)
    assert path.is_file()


def commit_message(editor: Editor, project: Path, limit: float) -> None:
    """In the commit message, the line that lists a file with a secret says so."""
    repositories.git(project, "commit", env={"GIT_EDITOR": "false"}, codes=(1,))
    path = project / ".git/COMMIT_EDITMSG"
    editor.open(path)
    shown = find(editor, path, limit, message=SECRET, severity="error")
    assert shown.line in (*listed_in(path), None)


def listed_in(message: Path) -> list[int]:
    """The lines of a commit message that list the file with the token."""
    return [
        number for number, line in enumerate(message.read_text().splitlines(), 1) if projects.CLIENT in line
    ]


def line_of(path: Path, words: str) -> int:
    """The line of a file that has these words in it."""
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if words in line)


def late_cell(editor: Editor, project: Path, limit: float) -> Shown:
    """The finding on the cell that was run too early, in the notebook that is then open; it has a line."""
    path = project / projects.DISORDERED
    editor.open(path)
    shown = find(editor, path, limit, message=LATE)
    return replace(shown, line=shown.line or line_of(path, projects.LATE))


def cell_order(editor: Editor, project: Path, limit: float) -> None:
    """A cell that was run out of order is flagged on its own line: of the JSON, of the cell, of the joined cells."""
    shown = late_cell(editor, project, limit)
    assert shown.code in ("execution-order", None)
    assert shown.line in (line_of(project / projects.DISORDERED, projects.LATE), 1, 4)


def renumber(editor: Editor, project: Path, limit: float) -> None:
    """The fix numbers the cells in their order and changes nothing else in the file."""
    path = project / projects.DISORDERED
    before = path.read_bytes()
    shown = late_cell(editor, project, limit)
    apply_fix(editor, path, shown, "Renumber", limit)
    gone(editor, path, limit, message=LATE)
    editor.save()
    numbered = before.replace(b'"execution_count": 4', b'"execution_count": 1')
    assert numbered != before
    until(lambda: path.read_bytes() == numbered, lambda: f"numbered cells: {path.read_text()}", limit)


def broken_notebook(editor: Editor, project: Path, limit: float) -> None:
    """A notebook's JSON that is broken while it is typed in: it says where, and what was found before stays."""
    path = project / projects.DISORDERED
    lines = len(path.read_text().splitlines())
    late_cell(editor, project, limit)
    editor.type("]")
    broken = find(editor, path, limit, message=BROKEN)
    assert broken.line in (None, lines, lines + 1)
    find(editor, path, limit, message=LATE)


def references(editor: Editor, project: Path, limit: float) -> None:
    """With a notebook's new name, the link to it in the README is changed."""
    rename(editor, project, limit)
    (renamed,) = (project / "notebooks").glob("[0-9]*ring-widths.ipynb")
    readme = project / projects.README

    def changed() -> bool:
        editor.save()
        return f"(notebooks/{renamed.name})" in readme.read_text()

    until(changed, lambda: f"a link to {renamed.name} in {readme.read_text()}", limit)


def stop_commit(editor: Editor, project: Path, limit: float) -> None:
    """While git waits for the message, the fix stops the commit and keeps the message; most take the file out, too."""
    path, subject = project / ".git" / "COMMIT_EDITMSG", "feat: ring widths"
    with committing(project, subject) as git:
        editor.open(path)
        shown = find(editor, path, limit, message=SECRET, severity="error")
        shown = replace(shown, line=shown.line or listed_in(path)[0])
        title = apply_fix(editor, path, shown, "Stop this commit", limit)
        staged = lambda: repositories.git(project, "diff", "--cached", "--name-only")  # noqa: E731
        if "unstage" in title:
            until(lambda: projects.CLIENT not in staged(), f"{projects.CLIENT} is not staged", limit)

        def kept() -> bool:
            editor.save()
            return path.read_text().startswith(f"# {subject}\n")

        until(kept, "the message is a comment", limit)
    assert git.returncode == 1
    assert repositories.git(project, "log", "--format=%s") == "start"
    assert (project / projects.CLIENT).is_file()


def new_notebook(editor: Editor, project: Path, limit: float) -> None:
    """The palette's command makes a well-named notebook from a few words."""
    editor.open(project / projects.README)
    editor.command("ccds.newNotebook", "Compare ring widths")
    made = lambda: list((project / "notebooks").glob("*-abl-compare-ring-widths.ipynb"))  # noqa: E731
    until(made, "a notebook that is called compare-ring-widths", limit)


def opened_notebook(editor: Editor, project: Path, limit: float) -> None:
    """The notebook that the palette's command makes is opened."""
    new_notebook(editor, project, limit)
    (made,) = (project / "notebooks").glob("*-abl-compare-ring-widths.ipynb")
    until(lambda: editor.front() == made.name, lambda: f"{made.name} is open, not {editor.front()}", limit)


def rename_command(editor: Editor, project: Path, limit: float) -> None:
    """The palette's command gives the open notebook the name that is typed."""
    path = project / projects.UNTITLED
    editor.open(path)
    find(editor, path, limit, message=NAME)
    editor.command("ccds.renameNotebook", "2.0-abl-widths.ipynb")
    until((path.parent / "2.0-abl-widths.ipynb").is_file, "the notebook has the new name", limit)
    assert not path.exists()


def check_commit(editor: Editor, project: Path, limit: float) -> None:
    """The palette's command tells what is wrong with the coming commit."""
    editor.open(project / projects.README)
    editor.command("ccds.checkCommit")
    said(editor, limit, projects.CLIENT)


def new_project(editor: Editor, project: Path, limit: float) -> None:
    """The palette's command makes a project from a title and the defaults."""
    editor.open(project / projects.README)
    editor.command("ccds.newProject", "River levels")
    made = project / "river_levels"
    until(made.is_dir, f"{made} is there", limit)
    assert (made / "data" / "raw" / ".gitkeep").is_file()
    assert not (made / ".git").exists(), "the repository around it takes it in"


def course(editor: Editor, project: Path, limit: float) -> None:
    """A course's first week: git, a remote, a branch, a commit that says its kind, and a partner who gets it."""
    branch, script = "w07-model-training-script", "churn/modeling/train.py"
    editor.open(project / projects.README)

    def git(*arguments: str) -> str:
        return repositories.git(project, *arguments, codes=(0, 1, 128))

    def does(command: str, *answers: str, so_that: Callable[[], object], answered: str = "") -> None:
        editor.command(f"ccds.git.{command}", *answers)
        if answered:
            editor.answer(answered)
        until(so_that, lambda: f"ccds.git.{command} has an effect; {editor.said()!r}", limit)

    with serving(project.parent / "srv") as server:
        address = server.create("churn.git")
        does("init", so_that=lambda: git("rev-list", "--count", "HEAD") == "1")
        does("addRemote", address, so_that=lambda: git("remote") == "origin")
        does("push", so_that=lambda: git("rev-parse", "--abbrev-ref", "main@{upstream}") == "origin/main")
        does("createBranch", branch, so_that=lambda: git("branch", "--show-current") == branch)
        repositories.write(project, {script: 'print("training")\n'})
        does("stage", answered="Stage", so_that=lambda: git("diff", "--cached", "--name-only") == script)
        message = "feat: model training script added"
        does("commit", message, so_that=lambda: git("log", "-1", "--format=%s") == message)
        does("push", so_that=lambda: f"origin/{branch}" in git("branch", "--remotes"))
        partner = project.parent / "partner"
        repositories.git(project.parent, "clone", "-q", "-b", branch, address, partner.name)
        assert (partner / script).read_text() == 'print("training")\n'


CONTROL = Scenario("secret", "A staged secret is an error on its line", secret)
"""The scenario that must fail where there is nothing to find."""

SCENARIOS = (
    Scenario("notebook_name", "A notebook's name is flagged where you look", notebook_name),
    CONTROL,
    Scenario("data_file", "A staged data file is flagged", data_file),
    Scenario("closed_files", "Findings in files that are not open", closed_files),
    Scenario("commit_message", "The commit message shows what is wrong with the commit", commit_message),
    Scenario("check_commit", "Command: check the coming commit", check_commit),
    Scenario("stop_commit", "The fix in the commit message stops the commit", stop_commit, alters=True),
    Scenario(
        "typing",
        "A secret is flagged while you type, before saving, until you delete it",
        typing,
        projects.tidy,
        alters=True,
    ),
    Scenario(
        "staged_beside", "`git add` in a terminal is noticed", staged_beside, projects.tidy, alters=True
    ),
    Scenario("rename", "The fix renames the notebook", rename, alters=True),
    Scenario("unstage", "The fix takes a file out of the commit", unstage, alters=True),
    Scenario("new_project", "Command: new project", new_project, projects.tidy, alters=True),
    Scenario("new_notebook", "Command: new notebook", new_notebook, projects.tidy, alters=True),
    Scenario("opened_notebook", "The new notebook is opened", opened_notebook, projects.tidy, alters=True),
    Scenario("cell_order", "Cells run out of order are flagged on the cell", cell_order, projects.disordered),
    Scenario(
        "renumber", "The fix numbers the cells, and no byte more", renumber, projects.disordered, alters=True
    ),
    Scenario(
        "broken_notebook",
        "Broken JSON keeps what was found and says where",
        broken_notebook,
        projects.disordered,
        alters=True,
    ),
    Scenario("references", "A renamed notebook's links follow", references, projects.referred, alters=True),
    Scenario(
        "course", "A course's first week in git, by commands alone", course, projects.scaffolded, alters=True
    ),
    Scenario("rename_command", "Command: rename the notebook", rename_command, alters=True),
)
