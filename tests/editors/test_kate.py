"""What Kate alone does."""

from __future__ import annotations

from pathlib import Path

import pytest

import repositories
from editors import projects
from editors.drivers.kate import DRIVER, Kate
from editors.scenarios import SECRET, find
from editors.test_editors import installed, launched
from editors.waiting import until

pytestmark = [pytest.mark.editor, pytest.mark.xdist_group("kate")]


def test_quick_fix_carries_out_one_fix(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Kate 22.12 carries out all that it is given; the fixes of other findings and of this one are not among it."""
    installed(DRIVER)
    folder = Path(tmp_path_factory.mktemp("e"))
    project = projects.untidy(folder / "p")
    path = project / projects.CLIENT
    with launched(DRIVER, folder, project) as editor:
        assert isinstance(editor, Kate)
        editor.open(path)
        find(editor, path, DRIVER.seconds, message=SECRET, severity="error")
        editor.ask("move", 3)
        editor.xdotool("key", "ctrl+period")
        staged = lambda: repositories.git(project, "diff", "--cached", "--name-only")  # noqa: E731
        until(lambda: projects.CLIENT not in staged(), f"{projects.CLIENT} is not staged", DRIVER.seconds)
        find(editor, path, DRIVER.seconds, message=SECRET, severity="warning")
        changed = repositories.git(project, "status", "--porcelain", "--untracked-files=all").splitlines()
    assert sorted(changed) == sorted(
        [f"A  {projects.EXPORT}", f"A  {projects.UNTITLED}", f"?? {projects.CLIENT}"]
    ), "no other fix: .gitignore and the settings are as they were, the token is in the file"
