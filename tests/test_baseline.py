"""Accepting all that stands, on the command line and in what it leaves behind."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest

from ccds_ls.__main__ import main
from ccds_ls.baseline import NAME, BaselineError, load, record
from ccds_ls.baseline.accept import _not_committed
from ccds_ls.finding import Finding, Severity, State
from ccds_ls.secrets import own_rules_only
from repositories import commit_all, git, make, write

pytestmark = pytest.mark.long


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that has seen better days."""
    top = make(
        tmp_path / "old",
        {
            "src/hub.py": f'login("{token()}")\n',
            "export.csv": "id\n1\n",
            "sub/pyproject.toml": "[tool.ccds-ls]\n",
            "sub/more.csv": "id\n1\n",
            "sub/names \udc80.csv".encode("utf-8", "surrogateescape").decode("latin-1"): "id\n1\n",
        },
    )
    monkeypatch.chdir(top)
    return top


def codes(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    main(["check", "--format", "json", *arguments])
    return sorted(f"{item['code']} {item['path']}" for item in json.loads(capsys.readouterr().out))


def test_an_old_repository_starts_quiet_and_what_is_new_is_shown(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(codes(capsys)) == 4
    assert main(["check", "--baseline"]) == 0
    said = capsys.readouterr().out
    assert "Accepted 4 findings" in said and "1 of them is a secret" in said and "Revoke" in said
    assert codes(capsys) == []
    assert (old / "sub" / NAME).is_file(), "each project has its own"
    assert "hf_" not in (old / NAME).read_text()
    write(
        old,
        {"src/hub.py": (old / "src" / "hub.py").read_text() + f'login("{token()}")\n', "b.csv": "id\n1\n"},
    )
    git(old, "add", ".")
    assert codes(capsys) == ["data-file b.csv", "secret src/hub.py"]
    assert codes(capsys, "--staged") == ["data-file b.csv", "secret src/hub.py"]
    assert main(["hook", "run"]) == 1


def test_it_shrinks_with_what_is_mended_and_keeps_what_is_elsewhere(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", "--baseline"])
    (old / "src" / "hub.py").write_text("login()\n")
    (old / "export.csv").unlink()
    main(["check", "--baseline", "src"])
    assert {entry[0] for entry in load(old)} == {"data-file"}
    main(["check", "--baseline"])
    assert load(old) == frozenset() and len(load(old / "sub")) == 2
    capsys.readouterr()


def test_one_that_cannot_be_read_accepts_nothing_and_is_not_overwritten(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (old / NAME).write_text("<<<<<<< HEAD")
    assert len(codes(capsys)) == 4
    assert main(["check", "--baseline"]) == 2
    assert NAME in capsys.readouterr().err
    assert (old / NAME).read_text() == "<<<<<<< HEAD"
    with pytest.raises(BaselineError):
        record(old, [("a", "b", "c")])


def test_what_no_commit_has_yet_is_not_accepted(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = "-----BEGIN " + "PRIVATE KEY-----\nabc\n"
    write(old, {"new.py": f'login("{token()}")\n', ".env": "DB_USER=ana\n", "certs/a.pem": key})
    write(old, {"src/hub.py": (old / "src/hub.py").read_text() + f'login("{token()}")\n'})
    write(old, {"staged.csv": "id\n1\n"})
    git(old, "add", "staged.csv", "certs/a.pem")
    write(old, {"export.csv": "id\n2\n", "Untitled.ipynb": "{}"})
    assert main(["check", "--baseline"]) == 0
    said = capsys.readouterr().out
    for left in ("secret in new.py", "secret in src/hub.py", "env-file in .env", "key-file in certs/a.pem"):
        assert left in said and "the last commit does not have it" in said
    expected = [
        "data-file staged.csv",
        "env-file .env",
        "key-file certs/a.pem",
        "secret new.py",
        "secret src/hub.py",
    ]
    assert codes(capsys) == expected, "what stands in the commit is quiet, and so is the name of a notebook"


def test_whatever_its_state_a_path_that_the_commit_lacks_is_refused(old: Path) -> None:
    def found(path: str) -> Finding:
        return Finding("key-file", None, Severity.WARNING, path, "", State.WORK_TREE, path)

    refused = _not_committed(old, [found("src/hub.py"), found("gone.pem")], own_rules_only(), None)
    assert [finding.path for finding in refused] == ["gone.pem"]


def test_outside_git_no_secret_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"hub.py": f'login("{token()}")\n'})
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--baseline"]) == 0
    assert "secret in hub.py" in capsys.readouterr().out and not Path(NAME).exists()


def test_nothing_to_accept_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make(tmp_path / "clean", {"src/a.py": "x = 1\n"}))
    assert main(["check", "--baseline"]) == 0
    assert not Path(NAME).exists()


def test_a_damaged_baseline_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {NAME: "{"})
    reads: list[Path] = []

    def damaged(path: Path) -> bytes:
        reads.append(path)
        return b"{"

    monkeypatch.setattr(Path, "read_bytes", damaged)
    for _ in range(2):
        with pytest.raises(BaselineError, match="not what"):
            load(tmp_path)
    assert len(reads) == 1


def test_adopting_starts_quiet_once(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "secret src/hub.py" in codes(capsys)
    assert main(["new", "--adopt", "."]) == 0
    assert "only new ones are shown from now on" in capsys.readouterr().out
    assert "secret src/hub.py" not in codes(capsys)
    (old / NAME).unlink()
    assert main(["new", "--adopt", "."]) == 0
    capsys.readouterr()
    assert not (old / NAME).exists(), "nothing was adopted, so nothing is accepted"
    assert "secret src/hub.py" in codes(capsys)


def test_a_file_that_is_told_value_by_value_is_accepted_as_a_whole(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(old, {".env": f"DB_LOGIN=summerhouse\nHF_TOKEN={token()}\n"})
    commit_all(old)
    assert "secret .env" in codes(capsys)
    main(["check", "--baseline"])
    capsys.readouterr()
    assert codes(capsys) == []
