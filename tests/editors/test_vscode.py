"""The VS Code extension beyond the scenarios: how it comes to its server and keeps it, and what it costs."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import repositories
from editors import install, projects
from editors.drivers import vscode
from editors.home import Home
from editors.scenarios import DATA, NAME, SECRET, find
from editors.test_editors import installed
from editors.waiting import until
from git_server import serving

SECONDS = vscode.SECONDS
PACKAGE_BYTES = 150_000
CUT = "texts => texts.map(text => text.scrollWidth > text.clientWidth)"
"""For each element whether something of its text is cut off."""

ACTIVATION_MS = 50
PYTHON_EXTENSION = Path(__file__).parent / "python_extension"
"""An extension that answers others as the Python extension does; it has chosen what a file says."""

pytestmark = [pytest.mark.editor, pytest.mark.xdist_group("vscode")]


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home directory from which nothing is left running."""
    installed(vscode.CURRENT)
    home = Home(tmp_path_factory.mktemp("e") / "h")
    yield home
    until(lambda: not home.processes(), lambda: f"no process is left: {home.processes()}", SECONDS)


def servers(home: Home) -> list[int]:
    """The language servers that run."""
    return [process for process, command in home.running().items() if "ccds-ls server" in command]


def another(home: Home, last: int) -> int:
    """Wait for one server to be there, and not the last one.

    The processes are counted once a look: between two counts, the last one's end would pass for another's start.
    """

    def look() -> int | None:
        now = servers(home)
        return now[0] if len(now) == 1 and now != [last] else None

    return until(look, "another server", SECONDS)


def status(editor: vscode.VSCode) -> str:
    """What the status bar says to those who hear it."""
    label = editor.page.locator("[id='ccds-ls.ccds-ls.ccds.status'] a").first.get_attribute("aria-label")
    return str(label)


def test_it_is_small_and_quick_and_starts_the_server_again_after_a_crash_and_a_changed_setting(
    home: Home,
) -> None:
    assert install.vsix().stat().st_size < PACKAGE_BYTES
    project = projects.untidy(home.path.parent / "p")
    with vscode.launch(home, project) as editor:
        until(lambda: "1 error, 2 warnings" in status(editor), lambda: f"counts in {status(editor)}", SECONDS)
        (first,) = servers(home)
        os.kill(first, signal.SIGKILL)
        second = another(home, first)
        path = str(home.path / ".local" / "bin" / "ccds-ls")
        repositories.write(project, {".vscode/settings.json": json.dumps({"ccds.server.path": path})})
        another(home, second)
        editor.open(project / "src/rings.py")
        editor.type(f'KEY = "{projects.token()}"')
        find(editor, project / "src/rings.py", SECONDS, message=SECRET)
        assert quickest_activation(editor) < ACTIVATION_MS


def quickest_activation(editor: vscode.VSCode) -> int:
    """Milliseconds, of up to three windows: the clock also counts what else the machine does meanwhile."""
    took = [activation(editor)]
    while took[-1] >= ACTIVATION_MS and len(took) < 3:
        editor.page.reload()
        editor.page.locator(".statusbar-item", has_text="CCDS").wait_for()
        until(
            lambda: "errors" in status(editor) or "error," in status(editor), "the server's status", SECONDS
        )
        took.append(activation(editor))
    return min(took)


def activation(editor: vscode.VSCode) -> int:
    """The milliseconds that VS Code has counted for our extension's activation."""
    editor.palette("Developer: Show Running Extensions")
    rows = editor.page.locator(".runtime-extensions-editor .monaco-list-row")
    rows.first.hover()
    ours = rows.filter(has_text="CCDS")

    def look() -> bool:
        editor.page.mouse.wheel(0, 200)  # the slowest stand first
        return bool(ours.count())

    until(look, "our extension in the list", SECONDS)
    took = re.search(r"Activation: (\d+)ms", ours.first.inner_text())
    assert took, ours.first.inner_text()
    return int(took[1])


def test_a_folder_that_is_not_trusted_is_looked_at_and_not_touched(home: Home) -> None:
    project = projects.untidy(home.path.parent / "p")
    trust = {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    with vscode.launch(home, project, trust) as editor:
        find(editor, project / projects.EXPORT, SECONDS, message=DATA)
        editor.open(project / projects.EXPORT)
        editor.press("Control+.")
        editor.page.locator(".monaco-editor-overlaymessage", has_text="No code actions").wait_for()
        assert editor.offers("CCDS: New Project…")
        assert not editor.offers("CCDS: Check the Coming Commit")
        find(editor, project / projects.EXPORT, SECONDS, message=DATA)


def test_the_commit_box_warns_fixes_and_completes(home: Home) -> None:
    project = projects.untidy(home.path.parent / "p")
    with vscode.launch(home, project) as editor:
        editor.press("Control+Shift+G")
        box = editor.page.locator(".scm-editor")
        box.locator(".monaco-editor").first.click()
        box.locator(
            ".squiggly-error"
        ).first.wait_for()  # It is under the empty line, and the server is there.
        editor.press("Control+Space")
        editor.page.locator(".suggest-widget .monaco-list-row", has_text="something new").first.wait_for()
        editor.press("Enter")
        editor.page.keyboard.insert_text("ring widths")
        box.locator(".view-line", has_text="feat: ring widths").first.wait_for()
        box.locator(".squiggly-error").first.wait_for()
        box.locator(".view-line").first.hover(position={"x": 20, "y": 8})
        hover = editor.page.locator(".monaco-hover:visible", has_text=SECRET)
        told = until(lambda: "".join(hover.all_inner_texts()), "the secret in the hover", SECONDS)
        assert told.index(projects.CLIENT) < told.index(projects.EXPORT), "the worst stands first"
        until(editor.menu, "a menu of fixes", SECONDS)
        title = editor.page.locator(".action-widget .monaco-list-row.action .title")
        assert title.evaluate_all(CUT) == [False], "all of it can be read, however narrow the box is"
        title.click()
        row = editor.page.locator(".quick-input-list .monaco-list-row .monaco-icon-label")
        row.first.wait_for()
        assert row.first.inner_text() == f"Unstage {projects.CLIENT}" and not any(row.evaluate_all(CUT))
        row.first.click()
        staged = lambda: repositories.git(project, "diff", "--cached", "--name-only")  # noqa: E731
        until(lambda: projects.CLIENT not in staged(), f"{projects.CLIENT} is not staged", SECONDS)
        box.locator(".squiggly-error").wait_for(state="detached")


def test_long_work_is_shown_and_stopped(home: Home) -> None:
    project = projects.tidy(home.path.parent / "p")
    before = sorted(project.iterdir())
    with serving(home.path.parent / "srv") as server, vscode.launch(home, project) as editor:
        server.stalls.set()
        editor.palette("CCDS: Git: Clone…")
        editor.page.locator(".quick-input-widget input.input").fill(server.create("slow.git"))
        editor.press("Enter")
        cancel = editor.page.locator(".notification-list-item", has_text="git clone").get_by_text("Cancel")
        cancel.click()
        until(lambda: "Stopped: Git: Clone." in editor.said(), lambda: editor.said(), SECONDS)
        running = lambda: [command for command in home.processes() if "slow.git" in command]  # noqa: E731
        until(lambda: not running(), lambda: f"git has ended: {running()}", SECONDS)
        until(lambda: sorted(project.iterdir()) == before, "nothing is left of it", SECONDS)


def test_the_server_is_the_one_beside_the_chosen_python(home: Home) -> None:
    project = projects.untidy(home.path.parent / "p")
    server = home.path / ".local" / "bin" / "ccds-ls"
    first, second = (home.path / name / "bin" for name in ("one", "two"))
    for folder in (first, second):
        folder.mkdir(parents=True)
        (folder / "ccds-ls").symlink_to(server.readlink())
    server.unlink()  # PATH has none
    chosen = home.write("chosen.txt", str(first / "python"))
    extensions = home.path / "extensions"
    shutil.copytree(PYTHON_EXTENSION, extensions / "ms-python.python-1.0.0")
    ours = next(vscode.ours().glob("ccds-ls.*"))
    (extensions / ours.name).symlink_to(ours)
    with vscode.launch(home, project, env={"CHOSEN": str(chosen)}, extensions=extensions) as editor:
        find(editor, project / projects.UNTITLED, SECONDS, message=NAME)
        assert f"{first}/ccds-ls server" in home.running()[servers(home)[0]]
        chosen.write_text(str(second / "python"))
        beside = lambda: [c for c in home.processes() if f"{second}/ccds-ls server" in c]  # noqa: E731
        until(beside, "the server beside the other Python", SECONDS)
        until(lambda: len(servers(home)) == 1, "no other server", SECONDS)


class Questions:
    """The quick pick that asks one question after the other."""

    def __init__(self, editor: vscode.VSCode) -> None:
        self.editor = editor
        self.widget = editor.page.locator(".quick-input-widget")
        self.line = self.widget.locator("input.input")

    def asked(self, title: str, text: str = "") -> None:
        """Wait for a question and for what it says."""
        self.widget.locator(".quick-input-title", has_text=title).wait_for()
        shown = self.widget.inner_text
        until(lambda: text in shown(), lambda: f"{text} in {shown()}", SECONDS)

    def accept(self, *titles: str) -> None:
        """Take what is proposed for these questions."""
        for title in titles:
            self.asked(title)
            self.editor.press("Enter")

    def answer(self, title: str, text: str) -> None:
        self.asked(title)
        self.line.fill(text)
        self.editor.press("Enter")

    def take(self, row: str) -> None:
        """Click on one of the choices."""
        self.widget.locator(".monaco-list-row", has_text=row).click()

    def back(self) -> None:
        self.widget.locator(".quick-input-left-action-bar .action-label").click()


def test_new_project_explains_its_options_checks_the_answers_and_goes_back(home: Home) -> None:
    project = projects.tidy(home.path.parent / "p")
    with vscode.launch(home, project) as editor:
        ask = Questions(editor)
        editor.palette("CCDS: New Project…")
        ask.answer("Project name", "River levels")
        ask.asked("(2/4)", "Make it with the defaults")
        ask.take("Choose each option")
        ask.asked("Repo name", "folder that is made for the project")
        ask.answer("Repo name", "river/levels")
        ask.asked("Repo name", "is a path, not the name of one folder")
        ask.answer("Repo name", "levels")
        ask.asked("Module name", "what `import` says")
        assert ask.line.input_value() == "river_levels", "what is proposed follows from the answers before"
        ask.back()
        ask.asked("Repo name")
        assert ask.line.input_value() == "levels", "the answer stands when one goes back to it"
        ask.accept("Repo name", "Module name", "Author name", "Description", "Python version")
        ask.asked("Dataset storage", "with the `aws` command")
        ask.take("Amazon S3")
        ask.answer("s3, Bucket", "levels-bucket")
        ask.accept("s3, Aws profile", "Environment manager")
        ask.asked("Dependency file", "virtualenv does not work from pixi.toml")
        ask.take("pixi.toml")
        ask.take("Choose another one")
        ask.asked("Dependency file", "pip's plain list")
        ask.take("pixi.toml")
        ask.take("all the same")
        ask.asked("Pydata packages", "Add what you need when you need it")
        ask.accept("Pydata", "Testing", "Linting", "license", "Docs", "code scaffold", "(20/21)", "(21/21)")
        made = project / "levels"
        until((made / "pixi.toml").is_file, "the project is there", SECONDS)
        assert "levels-bucket" in (made / "Makefile").read_text(encoding="utf-8")
