"""What the operating system tells of a repository: the index at once, the rest not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import repositories
from ccds_ls.lsp.watch import Watcher

SECONDS = 15.0
QUIET = 0.25
"""Longer than the watcher gathers what belongs together."""


class Told(threading.Event):
    """How often something was told, for waiting."""


@pytest.fixture
def watched() -> Iterator[tuple[Watcher, Told]]:
    told = Told()
    watcher = Watcher(told.set)
    yield watcher, told
    watcher.stop()


def settled(folder: Path, told: Told) -> None:
    """Change a file that counts until the first change is told: only then is the folder watched."""
    for number in range(200):
        (folder / ".gitignore").write_text(f"{number}\n")
        if told.wait(0.1):
            break
    assert told.is_set()
    while told.wait(QUIET):
        told.clear()


def test_git_add_is_told(tmp_path: Path, watched: tuple[Watcher, Told]) -> None:
    watcher, told = watched
    root = repositories.make(tmp_path / "r")
    watcher.follow(frozenset({root, root / ".git"}))
    settled(root, told)
    repositories.write(root, {"a.py": "x = 1\n", "deep/.gitignore": "x\n"})
    assert not told.wait(QUIET)
    repositories.git(root, "add", "a.py")
    assert told.wait(SECONDS)


def test_what_is_no_longer_followed_is_not_told(tmp_path: Path, watched: tuple[Watcher, Told]) -> None:
    watcher, told = watched
    first, second = repositories.make(tmp_path / "first"), repositories.make(tmp_path / "second")
    watcher.follow(frozenset({first}))
    settled(first, told)
    watcher.follow(frozenset({second}))
    settled(second, told)
    repositories.write(first, {"pyproject.toml": ""})
    assert not told.wait(QUIET)


def test_a_folder_that_is_gone_is_left_to_the_poll(tmp_path: Path, watched: tuple[Watcher, Told]) -> None:
    watcher, told = watched
    watcher.follow(frozenset({tmp_path / "gone"}))
    watcher.follow(frozenset({tmp_path}))
    settled(tmp_path, told)
