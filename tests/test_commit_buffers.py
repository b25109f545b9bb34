"""Commit messages as the git of this machine writes them, in every form that it has for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ccds_ls.commit_message import Draft, listed, parse, stopped
from repositories import commit_all, git, make, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="git's editor is a shell command here")

ROWS = "id\n1\n" * 20
NAMES = [
    "a b.csv",
    "\a\b\n\v\f\r.csv",
    "été.csv",
    "tab\there.csv",
    'quo"te\\.csv',
    "x -> y.csv",
    "sub/deep/: z.csv",
    "-n.csv",
]


def buffer(repo: Path, *command: str, folder: str = ".", env: dict[str, str] | None = None) -> str:
    """What git lays before a person; the commit is given up then."""
    kept = repo.parent / "kept"
    kept.unlink(missing_ok=True)
    editor = f'f() {{ cp "$1" "{kept}"; false; }}; f'
    git(repo / folder, *command, env={"GIT_EDITOR": editor, **(env or {})}, codes=(0, 1, 128))
    return kept.read_bytes().decode("utf-8", "surrogateescape")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """New, changed, renamed and deleted files are staged; others are changed, and one of those staged is, too."""
    files = {"README.md": "start\n", "old.csv": ROWS, "gone.csv": "1\n", "tests/changed.py": "x = 1\n"}
    top = make(tmp_path / "r", {**files, "later.py": "x = 1\n"})
    write(top, {name: f"{name}\n" for name in NAMES} | {"tests/changed.py": "x = 2\n"})
    git(top, "mv", "old.csv", "sub/new.csv")
    git(top, "rm", "-q", "gone.csv")
    git(top, "add", ".")
    write(top, {"later.py": "x = 2\n", "tests/changed.py": "x = 3\n", "untracked.csv": "1\n"})
    return top


STAGED = {*NAMES, "sub/new.csv", "tests/changed.py"}


def check(text: str, staged: set[str], *, body: tuple[str, ...] | None = None) -> Draft:
    """All staged files are found, each on one line that ends in its name, and the message is what was written."""
    draft = parse(text)
    found = list(listed(draft, {*staged, "later.py", "untracked.csv", "README.md"}))
    assert sorted(item.path for item in found) == sorted(staged), text
    assert len({item.line for item in found}) == len(found)
    for item in found:
        last = item.path.rpartition("/")[2]
        shown = text[item.span.start : item.span.end]
        assert shown.endswith(last) or (shown[0] == shown[-1] == '"'), (shown, item.path)
    if body is not None:
        assert tuple(draft.lines.line(number) for number in draft.body) == body
    after = text
    for span, new in reversed(list(stopped(draft))):
        after = after[: span.start] + new + after[span.end :]
    assert parse(after, draft.comment).body == ()
    return draft


SETTINGS: dict[str, dict[str, str]] = {
    "plain": {},
    "names as they are": {"core.quotePath": "false"},
    "a comment character": {"core.commentChar": ";"},
    "chosen by git": {"core.commentChar": "auto"},
    "scissors": {"commit.cleanup": "scissors"},
    "verbatim": {"commit.cleanup": "verbatim"},
    "whitespace": {"commit.cleanup": "whitespace"},
    "paths from the top": {"status.relativePaths": "false"},
    "copies": {"status.renames": "copies"},
    "no renames": {"status.renames": "false"},
    "very verbose": {"commit.verbose": "2"},
    "submodules": {"status.submoduleSummary": "true"},
    "colours": {"color.ui": "always"},
    "all files": {"status.showUntrackedFiles": "all"},
    "scissors and a character": {"commit.cleanup": "scissors", "core.commentChar": "%"},
    "strings of comments": {"core.commentString": "//"},
    "a long string": {"core.commentString": "REM", "commit.cleanup": "scissors"},
    "a string with a blank": {"core.commentString": "-- "},
}


BELOW = [pytest.param(folder, marks=pytest.mark.long) for folder in ("sub/deep", "tests")]


@pytest.mark.parametrize("folder", [".", *BELOW])
@pytest.mark.parametrize("verbose", [(), pytest.param(("-v",), marks=pytest.mark.long)])
@pytest.mark.parametrize("name", SETTINGS)
def test_with_every_setting(name: str, verbose: tuple[str, ...], folder: str, repo: Path) -> None:
    for key, value in SETTINGS[name].items():
        git(repo, "config", key, value)
    message = ("feat: a", "# no comment" if name == "chosen by git" else "more")
    text = buffer(repo, "commit", *verbose, "-e", "-m", "\n\n".join(message), folder=folder)
    staged = STAGED | {"gone.csv"}
    check(text, staged | ({"old.csv"} if name == "no renames" else set()), body=message)


LANGUAGES = sorted(
    Path(found).parts[-3]
    for folder in ("/usr/share/locale", "/usr/local/share/locale", sys.prefix + "/share/locale")
    for found in Path(folder).glob("*/LC_MESSAGES/git.mo")
)


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "options", [(), *(pytest.param((one,), marks=pytest.mark.long) for one in ("-v", "--amend"))]
)
def test_in_every_language_of_this_git(language: str, options: tuple[str, ...], repo: Path) -> None:
    spoken = {"LC_ALL": "C.UTF-8", "LANGUAGE": language}
    text = buffer(repo, "commit", *options, "-e", "-m", "feat: a", env=spoken)
    if options == ("--amend",):  # of the first commit, so that every file is new
        check(text, {*STAGED, "README.md", "later.py"}, body=("feat: a",))
    else:
        check(text, {*STAGED, "gone.csv"}, body=("feat: a",))


def test_git_speaks_german(repo: Path) -> None:
    text = buffer(repo, "commit", env={"LC_ALL": "C.UTF-8", "LANGUAGE": "de"})
    if "neue Datei" not in text:
        pytest.skip("this git has no German, so that the tests of other languages say little here")
    assert "#\tumbenannt:" in text and "#\tgelöscht:" in text


def conflicted(repo: Path, *command: str) -> None:
    """The command stops at a conflict in both.csv, which is resolved; more.csv comes along."""
    git(repo, "reset", "-q", "--hard")
    git(repo, "clean", "-fdq")
    commit_all(write(repo, {"both.csv": "0\n"}))
    git(repo, "switch", "-q", "-c", "side")
    commit_all(write(repo, {"both.csv": "1\n", "more.csv": "1\n"}), "side")
    git(repo, "switch", "-q", "main")
    commit_all(write(repo, {"both.csv": "2\n", "others.csv": "2\n"}), "main")
    git(repo, *command, codes=(0, 1))
    git(write(repo, {"both.csv": "3\n"}), "add", "both.csv")
    write(repo, {"untracked.csv": "4\n"})


SIDE, MAIN = {"both.csv", "more.csv"}, {"both.csv", "others.csv"}
STOPPED: dict[str, tuple[tuple[str, ...], tuple[str, ...], set[str], str]] = {
    "merge": (("merge", "side"), ("commit",), SIDE, "Merge branch 'side'"),
    "merge goes on": (("merge", "side"), ("merge", "--continue"), SIDE, "Merge branch 'side'"),
    "merge, verbose": (("merge", "side"), ("commit", "-v"), SIDE, "Merge branch 'side'"),
    "squash": (("merge", "--squash", "side"), ("commit",), SIDE, "Squashed commit of the following:"),
    "cherry-pick": (("cherry-pick", "side"), ("commit",), SIDE, "side"),
    "rebase": (("rebase", "side"), ("rebase", "--continue"), MAIN, "main"),
    "revert": (("revert", "HEAD~1"), ("commit",), {"both.csv"}, "Revert "),
}


@pytest.mark.parametrize(
    "cleanup", ["strip", *(pytest.param(one, marks=pytest.mark.long) for one in ("scissors", "whitespace"))]
)
@pytest.mark.parametrize("language", ["C", "de"])
@pytest.mark.parametrize("name", STOPPED)
def test_behind_a_conflict(name: str, language: str, cleanup: str, repo: Path) -> None:
    begin, go_on, staged, subject = STOPPED[name]
    git(repo, "config", "commit.cleanup", cleanup)
    conflicted(repo, *begin)
    text = buffer(repo, *go_on, env={"LC_ALL": "C.UTF-8", "LANGUAGE": language} if language != "C" else {})
    draft = check(text, staged)
    assert draft.subject is not None and draft.lines.line(draft.subject).startswith(subject)
    assert name in ("squash", "revert") or draft.body == (draft.subject,)


WAYS: dict[str, tuple[tuple[str, ...], str, set[str], tuple[str, ...]]] = {
    "reword": (("rebase", "-i", "HEAD~2"), "1s/pick/reword/", {"one.csv"}, ("one",)),
    "squash": (("rebase", "-i", "HEAD~2"), "2s/pick/squash/", {"one.csv", "two.csv"}, ("one", "two")),
    "amend": (("commit", "--amend"), "", {"two.csv"}, ("two",)),
    "again": (("commit", "-c", "HEAD~1", "--allow-empty"), "", set(), ("one",)),
    "fixup": (("commit", "--fixup=reword:HEAD"), "", set(), ("amend! two", "two")),
    "a merge without conflict": (("merge", "--edit", "--no-ff", "side"), "", set(), ("Merge branch 'side'",)),
}


@pytest.mark.parametrize("comment", ["#", "auto", pytest.param(";", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", WAYS)
def test_every_way_to_a_message(name: str, comment: str, tmp_path: Path) -> None:
    top = make(tmp_path / "r")
    git(top, "config", "core.commentChar", comment)
    git(top, "switch", "-q", "-c", "side")
    commit_all(write(top, {"side.csv": "1\n"}), "side")
    git(top, "switch", "-q", "main")
    for each in ("one", "two"):
        commit_all(write(top, {f"{each}.csv": "1\n"}), each)
    command, todo, staged, body = WAYS[name]
    if (name, comment) == ("squash", "auto"):
        pytest.skip("git takes its own headings for the message then, since they begin with '#'")
    text = buffer(top, *command, env={"GIT_SEQUENCE_EDITOR": f"sed -i -e '{todo}'"})
    check(text, staged, body=body)


def test_a_template_is_the_users_own(repo: Path) -> None:
    template = "type: subject\n\n# Which issue?\n#\tNumber: CONTRIBUTING.md says how\n#\n"
    write(repo, {".git/template": template})
    git(repo, "config", "commit.template", ".git/template")
    check(buffer(repo, "commit"), {*STAGED, "gone.csv"}, body=("type: subject",))
