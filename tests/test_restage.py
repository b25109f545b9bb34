"""The index follows a rename on disk, as with ``git mv``, and never loses what is staged."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ccds_ls.git.command import ActError
from ccds_ls.git.restage import follow_renames, restage
from repositories import git, git_identity, loose_object, make, stage, write

__all__ = ["git_identity"]  # a fixture

pytestmark = pytest.mark.usefixtures("git_identity")

OLD, NEW = "n/Untitled.ipynb", "n/1.0-al-start.ipynb"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    top = make(tmp_path / "r", {OLD: "committed", "n/Untitled.py": "twin", "n/Other.py": "other"})
    (top / OLD).chmod(0o755)
    return stage(top, {OLD: "staged"})


def moved(top: Path, old: str = OLD, new: str = NEW) -> list[tuple[str, str]]:
    """What the index followed after a rename on disk."""
    (top / old).rename(top / new)
    return follow_renames(top / "n", {top / old: top / new})


def index(top: Path) -> dict[str, str]:
    lines = git(top, "ls-files", "-s", "-z").split("\0")
    return {line.partition("\t")[2]: line.partition("\t")[0] for line in lines if line}


def test_what_is_staged_has_the_new_name_and_no_file_is_touched(top: Path) -> None:
    before = index(top)
    write(top, {OLD: "edited since"})
    assert moved(top) == [(OLD, NEW)]
    assert index(top) == {NEW if name == OLD else name: entry for name, entry in before.items()}
    assert before[OLD].startswith("100755") and git(top, "show", f":{NEW}") == "staged"
    assert (top / NEW).read_text() == "edited since"


def test_a_file_that_is_not_changed_is_known_by_its_stat(top: Path) -> None:
    moved(top)
    assert git(top, "diff-files", "--", NEW) == ""


def test_a_file_beside_it_follows_when_it_was_renamed_alike(top: Path) -> None:
    (top / "n/Untitled.py").rename(top / "n/1.0-al-start.py")
    assert moved(top) == [(OLD, NEW), ("n/Untitled.py", "n/1.0-al-start.py")]
    assert "n/Other.py" in index(top)


@pytest.mark.skipif("os.name == 'nt'", reason="Windows has no such names")
def test_any_name_is_followed(top: Path) -> None:
    assert moved(top, new="n/*\n?.ipynb") == [(OLD, "n/*\n?.ipynb")]
    assert "n/*\n?.ipynb" in index(top)


LEFT: dict[str, Callable[[Path], object]] = {
    "the old one is still there": lambda top: write(top, {NEW: "x"}),
    "the new one is not there": lambda top: (top / OLD).rename(top / "elsewhere"),
    "the new one is tracked": lambda top: (stage(top, {NEW: "x"}), (top / OLD).rename(top / "elsewhere")),
    "the old one is not tracked": lambda top: (
        git(top, "rm", "-q", "--cached", OLD),
        (top / OLD).rename(top / NEW),
    ),
    "it is only announced": lambda top: (
        git(top, "rm", "-q", "--cached", OLD),
        git(top, "commit", "-qm", "gone"),
        git(top, "add", "-N", OLD),
        (top / OLD).rename(top / NEW),
    ),
}


@pytest.mark.parametrize("why", LEFT)
def test_the_index_is_left_alone_where(top: Path, why: str) -> None:
    LEFT[why](top)
    before = index(top)
    assert follow_renames(top / "n", {top / OLD: top / NEW}) == []
    assert index(top) == before


def test_a_locked_index_is_told_and_nothing_changes(top: Path) -> None:
    before = index(top)
    write(top, {".git/index.lock": ""})
    with pytest.raises(ActError, match="Renamed on disk, and git still has the old name"):
        moved(top)
    assert index(top) == before


def test_outside_git_there_is_nothing_to_follow(tmp_path: Path) -> None:
    write(tmp_path, {"n/a.ipynb": "x"})
    assert follow_renames(tmp_path / "n", {tmp_path / "n/b.ipynb": tmp_path / "n/a.ipynb"}) == []


def changed(data: bytes) -> bytes | None:
    return data.upper() if data.islower() else None


def test_what_is_staged_is_changed_and_comes_back(top: Path) -> None:
    before = index(top)
    done = restage(top / OLD, changed, "Done.")
    assert git(top, "show", f":{OLD}") == "STAGED" and (top / OLD).read_text() == "staged"
    assert index(top)[OLD].startswith("100755 ") and index(top) | {OLD: ""} == before | {OLD: ""}
    assert done.message == "Done. The file is as it was."
    subprocess.run(["sh", "-c", done.undo], cwd=top, check=True)
    assert index(top) == before


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
@pytest.mark.parametrize("name", ["it's; $(x) é.ipynb", os.fsdecode(b"\xff.ipynb")])
def test_any_name_is_changed_in_what_is_staged(name: str, top: Path) -> None:
    stage(top, {name: "low"})
    done = restage(top / name, changed, "Done.")
    assert git(top, "show", f":{name}") == "LOW"
    subprocess.run(["sh", "-c", os.fsencode(done.undo)], cwd=top, check=True)
    assert git(top, "show", f":{name}") == "low"


def a_link(top: Path) -> None:
    (top / "a.ipynb").symlink_to("nowhere")
    git(top, "add", "a.ipynb")


NOT_CHANGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a.ipynb": (lambda top: write(top, {"a.ipynb": "not staged"}), "is not staged"),
    "n": (lambda top: write(top, {"n/more.ipynb": "x"}), "is not staged"),
    "a.ipynb -> nowhere": (a_link, "is not staged"),
    OLD: (lambda top: stage(top, {OLD: "UPPER"}), "there is nothing of that"),
    "large.ipynb": (lambda top: stage(top, {"large.ipynb": "x" * 99_999}), "is too large"),
    "lost.ipynb": (
        lambda top: loose_object(
            stage(top, {"lost.ipynb": "lost"}), git(top, "rev-parse", ":lost.ipynb")
        ).unlink(),
        "can't be read",
    ),
}


@pytest.mark.parametrize("name", NOT_CHANGED)
def test_nothing_is_changed_where(name: str, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccds_ls.git.restage._MOST_BYTES", 50)
    prepare, why = NOT_CHANGED[name]
    prepare(top)
    before = index(top)
    with pytest.raises(ActError, match=f"^Nothing was changed: .*{why}"):
        restage(top / name.partition(" ")[0], changed, "Done.")
    assert index(top) == before
