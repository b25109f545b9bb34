"""Patterns of .gitignore, compared with what git makes of them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccds_ls.gitignore import is_ignored, pattern_for


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignore")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / ".git" / "info" / "exclude").unlink(missing_ok=True)
    return root


def ignored(root: Path, patterns: Iterable[str], paths: Iterable[str]) -> set[str]:
    """Which paths (they need not exist) git ignores with these patterns."""
    (root / ".gitignore").write_bytes("".join(f"{pattern}\n" for pattern in patterns).encode())
    done = subprocess.run(
        [
            "git",
            "-c",
            "core.excludesFile=",
            "check-ignore",
            "--no-index",
            "-z",
            "--stdin",
        ],
        cwd=root,
        input=b"".join(b"./" + os.fsencode(path) + b"\0" for path in paths),  # a colon in front is magic
        capture_output=True,
    )
    assert done.returncode in (0, 1), done.stderr
    return {os.fsdecode(path.removeprefix(b"./")) for path in done.stdout.split(b"\0") if path}


# Names that hurt: what gitignore or a shell gives a meaning to, spaces, controls, bytes that are no UTF-8.
NAMES = st.one_of(
    st.text(st.sampled_from("ab#!*?[]\\ ~$-^.\t\n\ré😀\udcff\udc80"), min_size=1, max_size=6),
    st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=6),
).filter(lambda name: name not in (".", "..") and name.lower() != ".git")
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=st.lists(PATHS, min_size=1, max_size=8, unique=True))
def test_a_patterns_path_is_ignored(repository: Path, paths: list[str]) -> None:
    assert ignored(repository, map(pattern_for, paths), paths) == set(paths)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=PATHS, others=st.lists(PATHS, max_size=8, unique=True))
def test_nothing_else_is_ignored(repository: Path, path: str, others: list[str]) -> None:
    """Apart from what lies under it, and names that differ in bytes that a pattern can't hold."""
    exact = not any(character < " " or character >= "\x7f" for character in path)
    expected = {other for other in others if other == path or other.startswith(f"{path}/")}
    found = ignored(repository, [pattern_for(path)], others)
    assert found == expected if exact else found >= expected


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("data/raw/a b.csv", "/data/raw/a b.csv"),
        ("#x", "/#x"),
        ("!x", "/!x"),
        ("a*[1]?\\", "/a\\*\\[1]\\?\\\\"),
        ("a  ", "/a\\ \\ "),
        ("a\nb", "/a[^ -~]b"),
        ("a\udcff", "/a[^ -~]"),
        ("é.csv", "/é.csv"),
    ],
)
def test_pattern(path: str, pattern: str) -> None:
    assert pattern_for(path) == pattern


WRITTEN = """
    /data/ data/ data /data data/* /data/* data/** data/**/* **/data/ **/data *.csv data/*.csv /data/**/*.csv raw
    raw/ data/raw/ data/raw/* **/raw/** [Dd]ata/ d?ta /d*/ *a/ */raw data/[!r]aw data/[^x]*/ *
    ** / // data//raw \\data
"""
PATTERNS = st.one_of(
    st.sampled_from(["", *WRITTEN.split()]),
    # Git takes "d**/" for "**/" behind "d", an accident of how it compares the literal beginning first.
    st.text(st.sampled_from("dat*/rw.cs?!x\\-"), min_size=1, max_size=8).filter(
        lambda text: text[0] not in "!#" and not re.search(r"[^/*]\*\*", text)
    ),
)
PROBES = ["data/raw/a.csv", "data/a.csv", "raw/a.csv", "a.csv", "x/data/raw/deep/a.txt", "dat/rw", "data/x"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patterns=st.lists(
        st.tuples(st.sampled_from(["", "", "!"]), PATTERNS).map("".join), min_size=1, max_size=4
    )
)
@example(patterns=["data/", "!/**"])
def test_matching_agrees_with_git(repository: Path, patterns: list[str]) -> None:
    assert {path for path in PROBES if is_ignored(patterns, path)} == ignored(repository, patterns, PROBES)
