"""``git commit`` in a terminal, with Neovim for its editor: the commit that git has ready is seen, and stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

import repositories
from editors import projects
from editors.drivers.neovim import CURRENT, DEBIAN, Neovim
from editors.editor import Driver
from editors.home import Home
from editors.scenarios import SECRET, find
from editors.terminal import Terminal
from editors.test_editors import installed
from editors.waiting import until

pytestmark = pytest.mark.editor


class Committing(Neovim):
    """Neovim as git starts it."""

    def __init__(self, program: Path, home: Home, project: Path) -> None:
        self.program, self.env, self.project = program, home.env, project
        self.socket = home.path / "run" / "nvim"
        env = {**home.env, "GIT_EDITOR": f"'{program}' --listen '{self.socket}'"}
        self.terminal = Terminal(["git", "commit", "--verbose"], project, env)


@pytest.mark.parametrize("driver", [CURRENT, DEBIAN], ids=lambda driver: driver.name)
def test_the_commit_is_stopped_and_the_message_is_kept(
    driver: Driver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    installed(driver)
    folder = Path(tmp_path_factory.mktemp("c"))
    home, project = Home(folder / "h"), projects.untidy(folder / "p")
    home.follow("neovim")
    program = driver.install()
    assert isinstance(program, Path)
    editor = Committing(program, home, project)
    try:
        editor.start()
        message = project / ".git" / "COMMIT_EDITMSG"
        shown = find(editor, message, driver.seconds, message=SECRET, severity="error")
        editor.remote("setline(1, 'feat: ring widths')")
        title = next(t for t in editor.fixes(message, shown) if t.startswith("Stop this commit; unstage"))
        editor.fix(message, shown, title)
        until(lambda: editor.remote("getline(1)") == "# feat: ring widths", "the message is a comment", 10)
        staged = lambda: repositories.git(project, "diff", "--cached", "--name-only")  # noqa: E731
        until(lambda: projects.CLIENT not in staged(), f"{projects.CLIENT} is not staged", 10)
        editor.remote("execute('wqa')")
        until(lambda: editor.terminal.process.poll() is not None, "git has ended", 10)
        assert editor.terminal.process.returncode == 1
    finally:
        editor.terminal.close()
    assert repositories.git(project, "log", "--format=%s") == "start"
    assert (project / projects.CLIENT).is_file()
