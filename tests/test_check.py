"""From snapshot to findings: order, merging of versions, suppression, and what a failing rule costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccds_ls import background_detector, check_paths
from ccds_ls.check import UNCHECKED, Cache, _merged, check
from ccds_ls.comment_place import long_strings
from ccds_ls.config import Config, Ignore
from ccds_ls.finding import (
    AppendLine,
    Finding,
    Fix,
    Severity,
    Span,
    State,
    TextEdit,
    Unstage,
    plain_fingerprint,
)
from ccds_ls.notebook import from_cells
from ccds_ls.notebook.cell_findings import in_cell
from ccds_ls.project import Project
from ccds_ls.rules import Context, Rule, data_file
from ccds_ls.secrets import Detector, own_rules_only
from ccds_ls.snapshot import File, Origin, Snapshot
from ccds_ls.suppression import is_suppressed, suppressing_fixes
from ccds_ls.text import LineIndex, matching_line

DETECTOR = own_rules_only()


def bad_words(file: File, context: Context) -> Iterator[Finding]:
    """A rule for these tests: the word ``bad`` is flagged, an error where it is staged."""
    start = -1
    while (start := (file.text or "").find("bad", start + 1)) >= 0:
        staged = file.state is State.STAGED
        severity = Severity.ERROR if staged else Severity.WARNING
        mark = plain_fingerprint("bad")
        yield Finding("bad", None, severity, file.path, "Bad.", file.state, mark, Span(start, start + 3))


def broken(file: File, context: Context) -> Iterator[Finding]:
    raise ValueError(f"the text is {file.text}")


BAD = Rule("bad", "", {}, bad_words)
BROKEN = Rule("broken", "", {}, broken)


def version(text: str, origin: Origin, path: str = "a.py") -> File:
    state = State.STAGED if origin is Origin.INDEX else State.WOULD_BE_ADDED
    return File(path, origin, state, len(text), text=text, content_id=f"{origin}{text}")


def findings(*files: File, config: Config | None = None, rules: tuple[Rule, ...] = (BAD,)) -> list[Finding]:
    snapshot = Snapshot(Path("/nowhere"), files, projects=(Project(config=config or Config()),))
    return [finding for finding, _ in check(snapshot, DETECTOR, rules)]


def test_findings_are_ordered_by_path_and_place() -> None:
    found = findings(version("bad bad", Origin.WORKTREE, "b"), version("bad", Origin.WORKTREE, "a"))
    assert [(f.path, f.span) for f in found] == [("a", Span(0, 3)), ("b", Span(0, 3)), ("b", Span(4, 7))]


MERGED = {  # staged text, present text -> (state, start of the span, said to be in the staged version)
    "the same": ("bad", "bad", [("staged", 0, False)]),
    "moved": ("bad", "\n\nbad", [("staged", 2, False)]),
    "mended but not staged": ("bad", "good", [("staged", 0, True)]),
    "mended further down": ("a\nbad", "x\ny\na\n  good", [("staged", 6, True)]),
    "mended and moved": ("key='bad'", "import os\n\nkeys = 1\nkey = env()\n", [("staged", 20, True)]),
    "gone with its lines": ("a\nbad", "", [("staged", 0, True)]),
    "one more": ("bad", "bad bad", [("staged", 0, False), ("would-be-added", 4, False)]),
    "not staged yet": ("good", "bad", [("would-be-added", 0, False)]),
}


@pytest.mark.parametrize("case", MERGED)
def test_a_partially_staged_file_has_each_finding_once(case: str) -> None:
    staged, present, expected = MERGED[case]
    found = findings(version(staged, Origin.INDEX), version(present, Origin.OVERLAY))
    shown = [(f.state.value, f.span.start if f.span else -1, "staged version" in f.message) for f in found]
    assert shown == expected
    assert all((f.severity is Severity.ERROR) == (f.state is State.STAGED) for f in found)


def test_a_finding_in_the_staged_version_alone_offers_no_edit_of_the_other_text() -> None:
    def with_fix(file: File, context: Context) -> Iterator[Finding]:
        for finding in bad_words(file, context):
            yield replace(finding, fixes=())

    (finding,) = findings(
        version("x = 'bad'", Origin.INDEX),
        version("y", Origin.OVERLAY),
        rules=(Rule("bad", "", {}, with_fix),),
    )
    assert [type(edit).__name__ for fix in finding.fixes for edit in fix.edits] == ["Suppress"]


def test_the_fixes_have_one_order_whatever_has_been_read_of_a_staged_file() -> None:
    def with_fixes(file: File, context: Context) -> Iterator[Finding]:
        for finding in bad_words(file, context):
            mend = Fix("Mend", (TextEdit(file.path, Span(0, 1), ""),))
            unstage = (Fix("Unstage", (Unstage(file.path),)),) if file.state is State.STAGED else ()
            yield replace(finding, fixes=(mend, *unstage))

    staged, present = version("x = 'bad'", Origin.INDEX), version("x = 'bad'", Origin.WORKTREE)
    for files in ((staged,), (staged, present)):
        (finding,) = findings(*files, rules=(Rule("bad", "", {}, with_fixes),))
        assert [fix.title for fix in finding.fixes][:2] == ["Mend", "Unstage"]


SUPPRESSED = {
    "x = 'bad'  # ccds-ls: ignore[bad] on purpose": 0,
    "# ccds-ls: ignore[bad] on purpose\nx = 'bad'": 0,
    "# ccds-ls: ignore-file[bad] a list of words\n\n\nx = 'bad'\ny = 'bad'": 0,
    "x = 'bad'  # ccds-ls: ignore[other, bad] both": 0,
    "x = 'bad'  # ccds-ls: ignore[other] not this one": 1,
    "x = 1  # ccds-ls: ignore[bad] this line only\nx = 'bad'": 1,
    "# ccds-ls: ignore[bad] the next line only\nx = 1\nx = 'bad'": 1,
    "x = 'bad'  # ignore[bad]": 1,
}


@pytest.mark.parametrize(("text", "left"), SUPPRESSED.items())
def test_a_comment_suppresses(text: str, left: int) -> None:
    # The comment itself says "bad" in brackets: only what stands outside of it counts here.
    found = [f for f in findings(version(text, Origin.WORKTREE)) if f.span and text[f.span.start - 1] == "'"]
    assert len(found) == left


MARK = plain_fingerprint("bad")
ACCEPTED = [
    (Ignore("bad"), True),
    (Ignore("bad", path="a.py"), True),
    (Ignore("bad", path="*.py"), True),
    (Ignore("bad", path="*.py", fingerprint=MARK), True),
    (Ignore("bad", path="b.py"), False),
    (Ignore("bad", fingerprint="0000"), False),
    (Ignore("other"), False),
]


@pytest.mark.parametrize(("entry", "accepted"), ACCEPTED)
def test_the_projects_settings_accept_findings(entry: Ignore, accepted: bool) -> None:
    assert (findings(version("bad", Origin.WORKTREE), config=Config(ignore=(entry,))) == []) is accepted


def test_the_suppressing_fix_suppresses() -> None:
    text = "x = 'bad'\ny = 1\n"
    (finding,) = findings(version(text, Origin.WORKTREE))
    edit = finding.fixes[0].edits[0]
    assert not isinstance(edit, Unstage) and hasattr(edit, "span") and hasattr(edit, "text")
    mended = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert mended.splitlines()[1] == "y = 1"
    left = [f for f in findings(version(mended, Origin.WORKTREE)) if f.span == finding.span]
    assert left == []


PLACES = [
    ("x = bad", "x = bad  #"),
    ("bad(\n    1)", "bad(  #\n    1)"),
    ("%cd bad", "#\n%cd bad"),
    ("if x:\n    !rm bad", "if x:\n    #\n    !rm bad"),
    ("files = !ls bad", "#\nfiles = !ls bad"),
    ("bad?", "#\nbad?"),
    ("x = bad + \\\n  1", "#\nx = bad + \\\n  1"),
    ('x = """\nbad \\"""\n\'\'\'"""', None),
    ("f(bad, '''\na''')", "#\nf(bad, '''\na''')"),
    ("# it's\nx = bad  # '''", "# it's\nx = bad  # '''  #"),
    ("x = 1 + \\\n  bad \\\n  + 1", None),
    ("%%time bad", None),
    ("%%time\nbad()", "%%time\nbad()  #"),
    ("%%bash\nls bad", "%%bash\nls bad  #"),
    ("%%html\n<b>bad</b>", None),
]


@pytest.mark.parametrize(("source", "after"), PLACES)
def test_a_comment_that_accepts_changes_nothing_else(source: str, after: str | None) -> None:
    def bad_name(shown: str) -> tuple[Finding, File]:
        start = shown.rindex("bad")
        file = File("a.ipynb", Origin.OVERLAY, State.WORK_TREE, 0, cells=from_cells([("code", shown, None)]))
        assert file.notebook
        span = Span(start, start + 3)
        found = in_cell("rule", "kind", Severity.WARNING, file, file.notebook.cells[0], "Bad.", span)
        return found, file

    *on_line, _ = suppressing_fixes(*bad_name(source))
    mended = []
    for edit in (edit for fix in on_line for edit in fix.edits):
        assert isinstance(edit, TextEdit)
        mended.append(source[: edit.span.start] + edit.text + source[edit.span.end :])
        assert is_suppressed(*bad_name(mended[0]))
    assert [text.replace("# ccds-ls: ignore[rule] false alarm", "#") for text in mended] == (
        [after] if after else []
    )


@pytest.mark.parametrize(
    ("path", "after"),
    [
        (".env", "a\n# ccds-ls: ignore[rule] false alarm\nKEY=bad\n"),
        ("conf/prod.env", "a\n# ccds-ls: ignore[rule] false alarm\nKEY=bad\n"),
        ("a.ini", "a\n; ccds-ls: ignore[rule] false alarm\nKEY=bad\n"),
        ("log4j.properties", "a\n# ccds-ls: ignore[rule] false alarm\nKEY=bad\n"),
        ("Dockerfile", "a\n# ccds-ls: ignore[rule] false alarm\nKEY=bad\n"),
        ("a.yaml", "a\nKEY=bad  # ccds-ls: ignore[rule] false alarm\n"),
    ],
)
def test_a_comment_that_accepts_is_no_part_of_a_setting(path: str, after: str) -> None:
    def bad(text: str) -> tuple[Finding, File]:
        start = text.index("=bad") + 1
        file = File(path, Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
        found = Finding(
            "rule", None, Severity.WARNING, path, "Bad.", State.WORK_TREE, "f", Span(start, start + 3)
        )
        return found, file

    text = "a\nKEY=bad\n"
    (edit,) = suppressing_fixes(*bad(text))[0].edits
    assert isinstance(edit, TextEdit)
    mended = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert mended == after and is_suppressed(*bad(mended))


def test_a_text_is_searched_for_strings_once_however_many_findings_it_has() -> None:
    long_strings.cache_clear()
    file = version("bad\n" * 50, Origin.WORKTREE)
    assert len(findings(file)) == 50
    assert long_strings.cache_info().misses == 1


def test_of_lines_as_long_as_a_file_only_the_beginning_is_compared() -> None:
    long = "key = " + "1" * 10_000
    old, new = LineIndex(f"{long}2\n"), LineIndex(f"{long}3\n{long}23\n")
    assert matching_line(old, new, 0) == 0


def test_a_rule_that_is_off_is_not_run() -> None:
    assert findings(version("bad", Origin.WORKTREE), config=Config(disable=("bad",))) == []


def test_an_optional_rule_runs_when_it_is_named() -> None:
    rules = (Rule("bad", "", {}, bad_words, is_optional=True),)
    assert findings(version("bad", Origin.WORKTREE), rules=rules) == []
    named = Config(enable=("bad",))
    assert len(findings(version("bad", Origin.WORKTREE), config=named, rules=rules)) == 1


def test_a_failing_rule_costs_only_itself_and_is_not_taken_for_clean(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = findings(version("bad", Origin.WORKTREE), rules=(BROKEN, BAD))
    assert [(f.code, f.kind) for f in found] == [(UNCHECKED, "broken"), ("bad", None)]
    assert "ValueError" in found[0].message
    assert "the text is" not in caplog.text + found[0].message, "the error's text may quote the file"


def test_a_rule_that_ran_out_of_time_says_so_and_is_not_taken_for_clean() -> None:
    def slow(file: File, context: Context) -> Iterator[Finding]:
        yield from bad_words(file, context)
        raise TimeoutError

    (finding,) = findings(version("bad", Origin.WORKTREE), rules=(Rule("slow", "", {}, slow),))
    assert (finding.code, finding.kind) == (UNCHECKED, "slow") and "took too long" in finding.message


def test_what_could_not_be_read_is_told() -> None:
    file = replace(version("", Origin.INDEX), text=None, unread="it is too large.")
    (finding,) = findings(file)
    assert (finding.code, finding.message) == (UNCHECKED, "Not searched: it is too large.")


def test_findings_are_kept_by_content_and_settings() -> None:
    runs = []

    def counted(file: File, context: Context) -> Iterator[Finding]:
        runs.append(file.text)
        return bad_words(file, context)

    cache, rule = Cache(), Rule("bad", "", {}, counted)
    for text, config in (
        ("bad", Config()),
        ("bad", Config()),
        ("bad!", Config()),
        ("bad", Config(initials="jqp")),
    ):
        snapshot = Snapshot(Path("/"), (version(text, Origin.INDEX),), projects=(Project(config=config),))
        assert len(check(snapshot, DETECTOR, [rule], cache)) == 1
    assert runs == ["bad", "bad!", "bad"]


def test_what_is_kept_by_content_is_found_anew_when_git_says_another_thing_of_the_file() -> None:
    cache, staged = Cache(), version("id\n1\n", Origin.INDEX, "data/raw/a.csv")
    told = []
    for file in (staged, replace(staged, covered_by=".gitignore:1: /data/")):
        ((finding, _),) = check(Snapshot(Path("/"), (file,)), DETECTOR, [data_file.RULE], cache)
        told.append(("is to be ignored" in finding.message, finding.fixes[0].edits))
    assert told[0][0] is False and AppendLine(".gitignore", "/data/") in told[0][1]
    assert told[1] == (True, (Unstage("data/raw/a.csv"),))


def test_a_cancelled_check_stops_between_files() -> None:
    asked = iter((False, True))
    files = (version("bad", Origin.WORKTREE, "a"), version("bad", Origin.WORKTREE, "b"))
    assert len(check(Snapshot(Path("/"), files), DETECTOR, [BAD], cancelled=lambda: next(asked))) == 1


def test_a_finding_in_a_staged_cell_that_is_gone_is_on_a_cell_that_is_there() -> None:
    staged = File("a.ipynb", Origin.INDEX, State.STAGED, 2, text="{}")
    cells = from_cells([("code", "x = 1\ny = 2", None)])
    present = File("a.ipynb", Origin.OVERLAY, State.WOULD_BE_ADDED, 0, cells=cells)
    finding = Finding("c", None, Severity.ERROR, "a.ipynb", "m", State.STAGED, "f", Span(0, 1), 5, Span(3, 4))
    ((moved, file),) = _merged([(finding, staged)], {"a.ipynb": present})
    assert (moved.cell, moved.cell_span, file) == (1, Span(0, 5), present)


def test_rules_that_look_for_secrets_come_last() -> None:
    """The engine may still be loading: no other rule of any file waits for it."""
    ran: list[str] = []

    def noted(name: str, *, searches: bool) -> Rule:
        def note(file: File, context: Context) -> Iterator[Finding]:
            ran.append(f"{name} {file.path}")
            yield from ()

        return Rule(name, "", {}, note, searches=searches)

    files = (version("", Origin.INDEX, "a"), version("", Origin.INDEX, "b"))
    findings(*files, rules=(noted("secret", searches=True), noted("other", searches=False)))
    assert ran == ["other a", "other b", "secret a", "secret b"]


def test_an_engine_that_fails_unforeseen_is_an_error_and_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Detector:
        raise MemoryError("no room for the rules")

    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.setattr("ccds_ls.secret_engine.load", fail)
    background_detector.loading.cache_clear()
    try:
        with pytest.raises(MemoryError):
            check_paths.check_paths([tmp_path])
    finally:
        background_detector.loading.cache_clear()
