"""What Emacs alone does."""

from __future__ import annotations

from pathlib import Path

import pytest

from editors import projects
from editors.drivers.emacs import DRIVER, Emacs
from editors.scenarios import said
from editors.test_editors import installed, launched
from editors.waiting import until

pytestmark = [pytest.mark.editor, pytest.mark.xdist_group("emacs")]


def test_a_list_is_shown_from_its_beginning(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its window stays where it was scrolled to otherwise, which is not where the next text begins."""
    installed(DRIVER)
    folder = Path(tmp_path_factory.mktemp("e"))
    with launched(DRIVER, folder, projects.tidy(folder / "p")) as editor:
        assert isinstance(editor, Emacs)
        screen = editor.terminal.text
        editor.open(folder / "p" / projects.README)
        for code, begins in (("secret", "# secret"), ("data-file", "# data-file")):
            editor.command("ccds.explain", code)
            until(lambda begins=begins: f"\n{begins}\n" in screen(), screen, DRIVER.seconds)  # type: ignore[misc]
            editor.terminal.send("\x18o\x1b>\x18o")  # the other window's end, and back


def test_the_list_of_findings_is_gone_through_from_its_first(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    installed(DRIVER)
    folder = Path(tmp_path_factory.mktemp("e"))
    project = projects.untidy(folder / "p")
    with launched(DRIVER, folder, project) as editor:
        assert isinstance(editor, Emacs)
        editor.open(project / projects.README)
        editor.command("ccds.checkCommit")
        said(editor, DRIVER.seconds, projects.CLIENT)
        for path in (projects.EXPORT, projects.UNTITLED, projects.CLIENT):
            editor.terminal.send("\x1bgn")
            name = path.rpartition("/")[2]
            until(lambda: editor.front() == name, lambda: f"{name}, not {editor.front()}", DRIVER.seconds)  # noqa: B023
