"""Commit messages as git writes them: which line is about which file, and what is the message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.commit_message import listed, parse, stopped
from ccds_ls.git import read
from repositories import git, make, write

FRENCH = """\

# Veuillez saisir le message de validation pour vos modifications.
#
# Sur la branche main
# Modifications qui seront validées :
#\tnouveau fichier : données 2.csv
#\trenommé :         vieux.py -> src/neuf.py
#
# Modifications qui ne seront pas validées :
#\tmodifié :         src/neuf.py
#
"""
JAPANESE = """\
# Changes
# コミット予定の変更点:
#\t新しいファイル: data/表.csv
#\t変更:           README.md
"""
CUT = """\
subject
; ------------------------ >8 ------------------------
; Do not modify or remove the line above.
; Everything below it will be ignored.
;
; Changes to be committed:
;\tnew file:   Makefile
;
diff --git a/Makefile b/Makefile
+all:
+\tMakefile
"""
# text, paths of the commit -> (line, path), lines of the body, comment
CASES = {
    "French": (
        FRENCH,
        ["données 2.csv", "src/neuf.py"],
        [(5, "données 2.csv"), (6, "src/neuf.py")],
        (),
        "#",
    ),
    "Japanese": (JAPANESE, ["data/表.csv", "README.md"], [(2, "data/表.csv"), (3, "README.md")], (), "#"),
    "below the cut": (CUT, ["Makefile"], [(6, "Makefile")], (0,), ";"),
    "longest name": ("#\tnew file:   my a.csv\n#\n", ["a.csv", "my a.csv"], [(0, "my a.csv")], (), "#"),
    "nothing of ours": ("#\tnew file:   a.csv\n#\n", ["b.csv"], [], (), "#"),
    "a comment string": ("fix\n//\n//\tnew file:   a\n", ["a"], [(2, "a")], (0,), "//"),
    "above that folder": (
        "#\tnew file:   ../../.env\n#\tnew file:   ../b/.env\n#\n",
        [".env", "a/b/.env", "a/x/y"],
        [(0, ".env"), (1, "a/b/.env")],
        (),
        "#",
    ),
    "quoted": ('#\tnew file:   "a\\tb\\"\\\\.csv"\n#\n', ['a\tb"\\.csv'], [(0, 'a\tb"\\.csv')], (), "#"),
    "bytes": ('#\tnew file:   "\\377.csv"\n#\n', ["\udcff.csv"], [(0, "\udcff.csv")], (), "#"),
    "the user's tabs": (
        "a:\n\tb.csv\nx\tb.csv\n#\n#\tnew file:   b.csv\n",
        ["b.csv"],
        [(4, "b.csv")],
        (0, 1, 2),
        "#",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_lines_are(name: str) -> None:
    text, paths, expected, body, comment = CASES[name]
    draft = parse(text)
    assert [(item.line, item.path) for item in listed(draft, paths)] == expected
    assert (draft.body, draft.comment) == (body, comment)


def test_the_text_of_a_box_is_all_message() -> None:
    draft = parse("#12 is fixed\n\nBody", "")
    assert draft.body == (0, 2) and draft.subject == 0


def test_a_stopped_message_has_no_body_and_keeps_every_word() -> None:
    for text in (f"feat: a\n\nbody\n{FRENCH}", CUT):
        draft, after = parse(text), text
        for span, new in reversed(list(stopped(draft))):
            after = after[: span.start] + new + after[span.end :]
        assert parse(after).body == ()
        assert all(text.splitlines()[number] in after for number in draft.body)


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0/", exclude_categories=["Zs"]), min_size=1),
    min_size=1,
    max_size=4,
    unique=True,
).filter(lambda names: not {".", "..", ".git"} & set(names))


@given(NAMES)
def test_any_name_is_found_in_what_git_quotes(names: list[str]) -> None:
    def quoted(name: str) -> str:
        return '"' + "".join(f"\\{byte:03o}" for byte in name.encode()) + '"'

    text = "".join(f"#\tnew file:   {quoted(name)}\n" for name in names) + "#\n"
    assert [item.path for item in listed(parse(text), names)] == names


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    draft = parse(text)
    list(listed(draft, ["a", "b/c"]))
    list(stopped(draft))


def test_a_lock_that_is_being_written_is_not_the_commit(tmp_path: Path) -> None:
    repo = make(tmp_path / "r")
    write(repo, {"a": "1", ".git/index.lock": ""})
    repository = read.discover(repo)
    assert repository is not None
    with pytest.raises(read.GitError):
        read.staged(read.committing(repository))
    (repo / ".git" / "index.lock").unlink()
    assert read.committing(repository) == repository
    git(repo, "add", "a")
    assert [entry.path for entry in read.amendable(repository).entries] == ["README.md", "a"]
