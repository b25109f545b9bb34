"""What the server knows of its folders: not knowing is never shown as clean."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from lsprotocol import types

import ccds_ls.lsp.commands  # noqa: F401 - first, since lsp.rename and the commands need each other
import repositories
from ccds_ls.finding import State
from ccds_ls.git.read import GitError, Repository
from ccds_ls.lsp import lifecycle
from ccds_ls.lsp import session as module
from ccds_ls.lsp import work as work_module
from ccds_ls.lsp.file_actions import code_actions
from ccds_ls.lsp.folders import Folder
from ccds_ls.lsp.rename import edit_parts, shown_files, text_in
from ccds_ls.lsp.server import Server
from ccds_ls.lsp.session import Session
from ccds_ls.lsp.standing import Overlay, Publication
from ccds_ls.lsp.to_proto import Client
from ccds_ls.lsp.work import Work
from ccds_ls.naming.renaming import plan_moves
from ccds_ls.notebook import Notebook, parse
from ccds_ls.secrets import Detector, EngineUnavailable, Secret, own_rules_only, while_the_engine_loads
from ccds_ls.view import View
from notebook_blocks import from_block
from secret_samples import SAMPLES

TABLE = "customers.csv"


def test_a_moment_without_git_leaves_the_findings_of_closed_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repositories.make(tmp_path / "r")
    repositories.write(root, {TABLE: "customer,age\n" + "1,30\n" * 2000})
    repositories.git(root, "add", ".")
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    paths = session.refresh(folder)
    assert any(publication.diagnostics for publication in session.check(folder, paths))

    def fails(root: Path, repository: Repository | None) -> View:
        raise GitError("git did not answer")

    with monkeypatch.context() as broken:
        broken.setattr(module, "look", fails)
        assert TABLE not in session.refresh(folder)
    assert session.check(folder, [TABLE]) == []
    assert str(root / TABLE) in session.standing
    assert TABLE in session.refresh(folder)
    repositories.git(root, "rm", "--cached", "-q", TABLE)
    (root / TABLE).unlink()
    session.check(folder, session.refresh(folder))
    assert not session.standing


def test_what_was_just_staged_is_told_with_the_fixes_that_last(tmp_path: Path) -> None:
    root = repositories.make(tmp_path / "r")
    repositories.write(root, {TABLE: "customer,age\n" + "1,30\n" * 2000})
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    session.check(folder, session.refresh(folder))
    repositories.git(root, "add", ".")

    def fixes() -> list[str]:
        return [
            fix.title for finding, _ in session.standing[str(root / TABLE)].located for fix in finding.fixes
        ]

    session.check(folder, session.just_staged(folder, 9))
    at_once = fixes()
    session.check(folder, session.refresh(folder))
    assert at_once == fixes() and f"Unstage {TABLE}" in at_once


def look_at_all(session: Session) -> None:
    """Look at folders, as the poll does, until none of them is stale."""
    while stale := session.folders.stale():
        for folder in stale:
            session.check(folder, session.refresh(folder))


def test_a_repository_in_a_folder_outside_git_answers_for_its_own_files(tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    root = repositories.make(workspace / "churn")
    repositories.write(root, {TABLE: "customer,age\n" + "1,30\n" * 2000, "notebooks/Untitled.ipynb": "{}"})
    repositories.git(root, "add", ".")
    session = Session(Client(), own_rules_only())
    session.folders.workspace = [workspace]
    outer = session.folders.at(workspace)
    look_at_all(session)
    assert {finding.state for standing in session.standing.values() for finding, _ in standing.located} == {
        State.STAGED
    }
    # Looking at the outer folder again, as after any change in it, leaves what the repository said.
    before = dict(session.standing)
    assert session.check(outer, session.refresh(outer)) == []
    assert session.standing == before


def test_a_repository_made_around_an_open_file_is_noticed(tmp_path: Path) -> None:
    workspace, root = tmp_path / "work", tmp_path / "work" / "churn"
    repositories.write(root, {TABLE: "customer,age\n" + "1,30\n" * 2000})
    session = Session(Client(), own_rules_only())
    session.folders.workspace = [workspace]
    path = str(root / TABLE)
    session.overlays[path] = Overlay((root / TABLE).as_uri(), 1, (root / TABLE).read_text())
    outer = session.folders.of(path)
    look_at_all(session)
    assert outer.root == workspace
    repositories.make(root, commit=False)
    repositories.git(root, "add", ".")
    look_at_all(session)
    assert session.folders.of(path).root == root
    assert {finding.state for finding, _ in session.standing[path].located} == {State.STAGED}


FUNCTION = "def share(table):\n    total = table.sum()\n    return table / total\n"


def test_a_function_is_found_in_another_notebook_and_its_going_is_noticed(tmp_path: Path) -> None:
    files: dict[str, repositories.Content] = {
        f"notebooks/{number}.0-al-topic.ipynb": from_block(f"# %% execution_count=1\n{FUNCTION}")[0]
        for number in (1, 2)
    }
    root = repositories.make(tmp_path / "r", files)
    first, second = files
    session = Session(Client(related_information=True), own_rules_only())
    folder = session.folders.at(root)
    session.refresh(folder)
    session.check(folder, [second])
    session.check(folder, [first])
    assert folder.again == {second}, "the second was looked at when the first was not known"
    (publication,) = session.check(folder, [second])
    assert not folder.again
    (diagnostic,) = publication.diagnostics
    (place,) = diagnostic.related_information or ()
    assert diagnostic.code == "repeated-function" and place.location.uri == (root / first).as_uri()
    line = place.location.range.start.line
    assert "def share" in (root / first).read_text().splitlines()[line]
    changed = from_block("# %% execution_count=1\nx = 1\n")[0]
    session.overlays[str(root / first)] = Overlay((root / first).as_uri(), 1, changed)
    session.check(folder, [first])
    assert folder.again == {second}
    (publication,) = session.check(folder, [second])
    assert publication.diagnostics == ()


def test_counts_of_a_notebook_that_is_shown_joined_come_from_its_file(tmp_path: Path) -> None:
    saved = "# %% [markdown]\n# Shares\n# %% execution_count=2\nx = 1\n# %% execution_count=1\ny = 2\n"
    root = repositories.make(tmp_path / "r", {"1.0-al-shares.ipynb": from_block(saved)[0]})
    path = root / "1.0-al-shares.ipynb"
    session = Session(Client(), own_rules_only())
    folder = session.folders.of(str(path))
    session.refresh(folder)

    def shown(last: str) -> list[tuple[str | int | None, int]]:
        text = f"\n\n\nx = 1\n\n\n{last}\n"  # as JupyterLab has it
        session.overlays[str(path)] = Overlay(path.as_uri(), 1, text)
        (published,) = session.check(folder, [path.name])
        return [(made.code, made.range.start.line) for made in published.diagnostics]

    assert shown("y = 2") == [("execution-order", 6)]
    assert shown("y = 3") == []
    path.write_text(from_block(saved.replace("y = 2", "y = 3"))[0])
    assert shown("y = 3") == [("execution-order", 6)]


def test_findings_are_of_the_text_that_was_looked_at(tmp_path: Path) -> None:
    root = repositories.make(tmp_path / "r")
    path = root / "a.py"
    before = Overlay(path.as_uri(), 1, 'PASSWORD = "' + "ho3x9Wq2" * 2 + '"\n')
    session = Session(Client(), own_rules_only())
    session.overlays[str(path)] = before

    def typed_meanwhile(text: str, where: str) -> tuple[Secret, ...]:
        session.overlays[str(path)] = Overlay(path.as_uri(), 2, "")
        return own_rules_only().find(text, where)

    session.detector = cast("Any", SimpleNamespace(find=typed_meanwhile))
    folder = session.folders.of(str(path))
    session.refresh(folder)
    (published,) = session.check(folder, ["a.py"])
    assert len(published.diagnostics) == 1
    assert (published.version, published.overlay) == (1, before)


def test_a_removed_cell_is_cleared_though_the_editor_was_quicker_than_a_check(tmp_path: Path) -> None:
    published: list[Publication] = []
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(tmp_path)
    path = str(tmp_path / "1.0-al-topic.ipynb")
    secret = types.Diagnostic(types.Range(types.Position(0, 0), types.Position(0, 1)), "a secret")
    first, second, third = (Overlay(f"file://{path}", version) for version in (1, 2, 3))

    async def do() -> None:
        work = Work(session, published.append, lambda _: None)
        session.overlays[path] = first
        await work._do(lambda: (folder, [Publication("cell:2", 1, (secret,), True, path, first)], []))
        session.overlays[path] = (
            third  # The second text, in which the cell was mended, was there too shortly.
        )
        await work._do(lambda: (folder, [Publication("cell:2", 2, (), True, path, second)], []))
        await work._do(lambda: (folder, [Publication("cell:1", 3, (), True, path, third)], []))
        work.stop()

    asyncio.run(do())
    assert [(item.uri, len(item.diagnostics)) for item in published] == [
        ("cell:2", 1),
        ("cell:2", 0),
        ("cell:1", 0),
    ]


def test_a_folder_that_the_editor_closes_is_left(tmp_path: Path) -> None:
    published: list[Publication] = []
    kept, left = (repositories.make(tmp_path / name) for name in ("kept", "left"))
    session = Session(Client(), own_rules_only())
    session.folders.workspace = [kept, left]
    for root in (kept, left):
        repositories.write(root, {TABLE: "customer,age\n" + "1,30\n" * 2000})
        repositories.git(root, "add", ".")

    async def do() -> None:
        work = Work(session, published.append, lambda _: None)
        for root in (kept, left):
            folder = session.folders.at(root)
            paths = session.refresh(folder)
            await work._do(lambda folder=folder, paths=paths: (folder, session.check(folder, paths), []))  # type: ignore[misc]
        session.folders.workspace = [kept]
        await work.leave()
        work.stop()

    asyncio.run(do())
    uris = [(left / TABLE).as_uri(), (kept / TABLE).as_uri()]
    assert [sum(1 for item in published if item.uri == uri) for uri in uris] == [2, 1]
    assert published[-1].uri == uris[0] and not published[-1].diagnostics
    assert [folder.root for folder in session.folders.by_root.values()] == [kept]
    assert list(session.standing) == [str(kept / TABLE)]


def test_the_poll_survives_a_look_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Client(), own_rules_only())
    monkeypatch.setattr(work_module, "POLL_SECONDS", 0.01)
    looks: Iterator[Exception | list[Folder]] = iter([PermissionError("unreachable"), *[[]] * 100])
    seen = threading.Event()

    def stale() -> list[Folder]:
        look = next(looks)
        if isinstance(look, Exception):
            raise look
        seen.set()
        return look

    monkeypatch.setattr(session.folders, "stale", stale)

    async def do() -> None:
        work = Work(session, lambda _: None, lambda _: None)
        poll = asyncio.ensure_future(work._watch())
        assert await asyncio.get_running_loop().run_in_executor(None, seen.wait, 10)
        poll.cancel()
        work.stop()

    asyncio.run(do())


def test_an_unchanged_notebook_is_not_read_again(tmp_path: Path) -> None:
    text = from_block("# %% execution_count=1\nx = 1\n")[0]
    root = repositories.make(tmp_path / "r", {"notebooks/Untitled.ipynb": text, "notebooks/b/a.ipynb": text})
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    session.check(folder, session.refresh(folder))
    assert len(session.standing) == 2
    repositories.stage(root, {"README.md": "changed\n"})
    assert session.refresh(folder) == ["README.md"]
    (root / "notebooks" / "Untitled.ipynb").write_text(text.replace("x = 1", "x = 2"))
    assert session.refresh(folder) == ["notebooks/Untitled.ipynb"]
    (root / "notebooks" / "b" / "a.ipynb").rename(root / "notebooks" / "b" / "1.0-al-a.ipynb")
    assert set(session.refresh(folder)) >= {"notebooks/b/a.ipynb", "notebooks/b/1.0-al-a.ipynb"}
    session.check(folder, ["notebooks/b/a.ipynb"])
    assert str(root / "notebooks" / "b" / "a.ipynb") not in session.standing


def test_a_siblings_rename_is_noticed_beside_a_folder_between_them(tmp_path: Path) -> None:
    text = from_block("# %% execution_count=1\nx = 1\n")[0]
    names = ("1.0-ab-one", "1.0-ab-two", "exploratory/1.0-ab-x", "zz")
    root = repositories.make(tmp_path / "r", {f"notebooks/{name}.ipynb": text for name in names})
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    two = root / "notebooks" / "1.0-ab-two.ipynb"

    def kinds() -> set[str | None]:
        session.check(folder, session.refresh(folder))
        standing = session.standing.get(str(two))
        return {finding.kind for finding, _ in standing.located} if standing else set()

    assert "duplicate-number" in kinds()
    (two.parent / "1.0-ab-one.ipynb").rename(two.parent / "2.0-ab-one.ipynb")
    assert "duplicate-number" not in kinds()


def test_an_edit_of_a_cell_is_of_the_version_that_was_looked_at(tmp_path: Path) -> None:
    text = from_block("# %% execution_count=1\n%run 1.0-ab-x.ipynb\n")[0]
    root = repositories.make(
        tmp_path / "r", {"notebooks/1.0-ab-x.ipynb": "{}", "notebooks/2.0-ab-y.ipynb": text}
    )
    old, shown = root / "notebooks" / "1.0-ab-x.ipynb", root / "notebooks" / "2.0-ab-y.ipynb"
    session = Session(Client(), own_rules_only())
    session.overlays[str(shown)] = Overlay(shown.as_uri(), 3, None, parse(text), ("cell:1",), (7,))
    plan = plan_moves({old: old.with_name("1.0-ab-z.ipynb")}, text_in(shown_files(session)))
    assert plan is not None
    parts = edit_parts(session, plan, shown_files(session))
    edits = [part for part in parts if isinstance(part, types.TextDocumentEdit)]
    assert [(edit.text_document.uri, edit.text_document.version) for edit in edits] == [("cell:1", 7)]


def test_fixes_are_offered_for_the_findings_that_the_editor_names(tmp_path: Path) -> None:
    text = from_block("# %% execution_count=2\nx = 1\n# %% execution_count=1\ny = 1\n")[0]
    root = repositories.make(tmp_path / "r", {"notebooks/1.0-ab-x.ipynb": text})
    path = str(root / "notebooks" / "1.0-ab-x.ipynb")
    session = Session(Client(), own_rules_only())
    session.overlays[path] = overlay = Overlay(Path(path).as_uri(), 1, text)
    session.check(session.folders.at(root), ["notebooks/1.0-ab-x.ipynb"])
    (order,) = (made for made in session.standing[path].made if made.code == "execution-order")
    line_start = types.Position(order.range.start.line, 0)
    assert order.range.start > line_start
    cursor = types.Range(line_start, line_start)
    assert code_actions(session, path, overlay.uri, cursor) == []
    titles = [action.title for action in code_actions(session, path, overlay.uri, cursor, [order])]
    assert titles[0].startswith("Renumber")


def test_a_notebook_that_was_only_touched_is_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = from_block("# %% execution_count=1\nx = 1\n")[0]
    root = repositories.make(tmp_path / "r", {f"notebooks/Untitled{n}.ipynb": text for n in range(3)})
    parsed: list[str] = []

    def counted(text: str) -> Notebook:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr("ccds_ls.notebook.parse", counted)
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)

    def parses() -> int:
        parsed.clear()
        session.check(folder, session.changed(folder, session.refresh(folder)))
        assert len(session.standing) == 3
        return len(parsed)

    one, other = root / "notebooks" / "Untitled0.ipynb", root / "notebooks" / "Untitled1.ipynb"
    assert parses() == 3
    os.utime(one)
    one.with_suffix(".new").write_text(text)
    one.with_suffix(".new").replace(one)
    assert parses() == 0
    other.write_text(text.replace("x = 1", "x = 2"))
    assert parses() == 1
    repositories.git(root, "checkout", "-q", ".")
    assert parses() == 1
    session.settings = {"initials": "zz"}
    os.utime(one)
    assert parses() == 3


def test_a_touched_notebook_that_waits_for_its_check_is_checked(tmp_path: Path) -> None:
    text = from_block("# %% execution_count=1\nx = 1\n")[0]
    root = repositories.make(tmp_path / "r", {"notebooks/Untitled.ipynb": text})
    path = root / "notebooks" / "Untitled.ipynb"
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    session.check(folder, session.changed(folder, session.refresh(folder)))
    session.settings = {"initials": "zz"}
    waiting = session.refresh(folder)
    os.utime(path)
    assert session.refresh(folder) == waiting == ["notebooks/Untitled.ipynb"]
    assert session.changed(folder, waiting) == waiting


def test_a_library_that_is_declared_by_now_is_no_finding_of_a_closed_notebook(tmp_path: Path) -> None:
    text = from_block("# %%\nimport pandas as pd\n")[0]
    files = {"notebooks/1.0-jqp-first-look.ipynb": text, "requirements.txt": "numpy\n"}
    root = repositories.make(tmp_path / "r", files)
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)

    def codes() -> dict[str, list[object]]:
        """Those that are published, for each file that is checked again."""
        found = session.check(folder, session.changed(folder, session.refresh(folder)))
        return {Path(each.uri).suffix: [d.code for d in each.diagnostics] for each in found}

    assert codes()[".ipynb"] == ["undeclared-import"]
    assert codes() == {}
    (root / "requirements.txt").write_text("numpy\npandas\n")
    assert codes()[".ipynb"] == []


@pytest.mark.parametrize("installed", [False, True])
def test_a_diagnostic_names_fixes_whose_program_is_installed(
    installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repositories.make(tmp_path / "r", {".dvc/config": ""})
    repositories.stage(root, {"model.pkl": b"\x80\x04" + b"x" * 20_000})
    which, place = shutil.which, "/bin/true" if installed else None
    monkeypatch.setattr("shutil.which", lambda name: place if name in ("git-lfs", "dvc") else which(name))
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    shown = [made for one in session.check(folder, session.refresh(folder)) for made in one.diagnostics]
    fixes = {fix for made in shown for fix in cast(dict[str, Any], made.data)["fixes"]}
    assert "Unstage model.pkl" in fixes
    assert {fix for fix in fixes if "DVC" in fix or "LFS" in fix} == (
        {"Track it with DVC", "Track it with Git LFS"} if installed else set()
    )


def test_a_file_that_is_newer_than_the_last_look_is_not_taken_for_tracked(tmp_path: Path) -> None:
    root = repositories.make(tmp_path / "r", {"old/.env": "DB_USER=ana\n"})
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    session.refresh(folder)
    repositories.write(root, {"new/.env": "DB_USER=ana\n"})  # as a terminal beside the editor makes it

    def first_fix(name: str) -> str:
        path = root / name
        session.overlays[str(path)] = Overlay(path.as_uri(), 1, path.read_text())
        (published,) = session.check(folder, [name])
        (made,) = published.diagnostics
        return str(cast(dict[str, Any], made.data)["fixes"][0])

    assert first_fix("new/.env") == "Add /new/.env to .gitignore"
    assert first_fix("old/.env") == "Stop tracking, and add /old/.env to .gitignore (the file stays)"


def test_an_open_file_that_git_tracks_although_it_is_to_be_ignored(tmp_path: Path) -> None:
    root = repositories.make(tmp_path / "r", {"run.log": "1\n"})
    repositories.stage(root, {".gitignore": "*.log\n"})
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)
    session.refresh(folder)
    path = root / "run.log"
    session.overlays[str(path)] = Overlay(path.as_uri(), 1, "1\n")
    (published,) = session.check(folder, ["run.log"])
    assert [made.code for made in published.diagnostics] == ["ignored-but-tracked"]


def test_where_the_engine_cannot_be_had_our_own_rules_search_long_texts_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_engine() -> None:
        raise EngineUnavailable("There is no engine.")

    monkeypatch.setattr(lifecycle, "load", no_engine)
    monkeypatch.setattr("gc.freeze", lambda: None)
    said: list[str] = []
    session = Session(Client(), while_the_engine_loads())
    work = SimpleNamespace(everything=lambda: said.append("again"))
    server = SimpleNamespace(session=session, warn=said.append, work=work, engine_loaded=threading.Event())
    text = f"password = '{SAMPLES['password']()}'\n" + "x = 1\n" * 100_000
    assert not session.detector.find(text, "a.py")
    asyncio.run(lifecycle._load_engine(cast(Any, server)))
    assert len(session.detector.find(text, "a.py")) == 1
    assert said == ["There is no engine. Only our own rules look for secrets.", "again"]


def test_what_enters_a_commit_waits_for_the_engine() -> None:
    server, whole = Server(), own_rules_only()
    long = f'login("{SAMPLES["huggingface-token"]()}")\n' + "x = 1\n" * 100_000
    assert not server.session.detector.find(long, "a.py"), "left for when the engine is there"
    found: list[Detector] = []
    waiting = threading.Thread(target=lambda: found.append(server.whole_detector()))
    waiting.start()
    server.session.detector = whole
    server.engine_loaded.set()
    waiting.join()
    assert found == [whole] and found[0].find(long, "a.py")


def test_what_git_lfs_is_to_keep_is_no_data_file_as_soon_as_it_is_told_so(tmp_path: Path) -> None:
    root = repositories.make(tmp_path / "r", {".gitattributes": "\n"})
    repositories.write(root, {"data/raw/a.csv": "a\n1\n"})
    for name in ("clean", "process"):
        repositories.git(root, "config", f"filter.lfs.{name}", "")
    session = Session(Client(), own_rules_only())
    folder = session.folders.at(root)

    def shown() -> list[str]:
        session.check(folder, session.refresh(folder))
        return [finding.code for item in session.standing.values() for finding, _ in item.located]

    assert shown() == ["data-file"] and session.folders.stale() == []
    repositories.write(root, {".gitattributes": "*.csv filter=lfs\n"})
    assert session.folders.stale() == [folder] and shown() == ["data-file"], "no filter is at work"
    repositories.git(root, "config", "filter.lfs.clean", "echo version https://git-lfs.github.com/spec/v1")
    assert session.folders.stale() == [folder] and shown() == []
    repositories.write(root, {".gitattributes": "*.txt filter=lfs\n"})
    assert session.folders.stale() == [folder] and shown() == ["data-file"]
