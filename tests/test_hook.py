"""The pre-commit hook, in real commits."""

from __future__ import annotations

import io
import json
import os
import random
import string
import subprocess
from pathlib import Path

import pytest

from ccds_ls.__main__ import main
from ccds_ls.cli.hook import run_push
from ccds_ls.git.command import ActError
from ccds_ls.git.hook import SKIP, install, installed, script, uninstall
from repositories import ENVIRONMENT, git, make, stage, write

pytestmark = pytest.mark.long


def token() -> str:
    return "hf_" + "".join(random.choices(string.ascii_letters, k=34))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make(tmp_path / "repo")


def commit(repo: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A commit as a graphical client makes it: with a bare PATH."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", "commit", "-m", "feat: more", *options],
        cwd=repo,
        env={**clean, **ENVIRONMENT, "PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_error_stops_the_commit_and_the_ways_past_it_work(repo: Path) -> None:
    install(repo)
    value = token()
    stage(repo, {"hub.py": f'login("{value}")\n'})
    stopped = commit(repo)
    assert stopped.returncode == 1 and "error[secret]" in stopped.stdout + stopped.stderr
    assert stopped.stderr.index("error[secret]") < stopped.stderr.index("Nothing was committed")
    assert value not in stopped.stdout + stopped.stderr
    assert commit(repo, **{SKIP: "1"}).returncode == 0
    stage(repo, {"hub2.py": f'login("{value}")\n'})
    assert commit(repo, "--no-verify").returncode == 0


def pushable(repo: Path) -> Path:
    """The repository with a remote that has its first commit, and our hooks."""
    git(repo, "init", "-q", "--bare", "../remote.git")
    git(repo, "remote", "add", "origin", "../remote.git")
    git(repo, "push", "-q", "--no-verify", "-u", "origin", "main")
    install(repo)
    return repo


def push(repo: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", "push", *options],
        cwd=repo,
        env={**clean, **ENVIRONMENT, "PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_what_got_into_a_commit_is_stopped_at_the_push(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pushable(repo)
    value = token()
    stage(repo, {"src/hub.py": f'login("{value}")\n'})
    assert commit(repo, "--no-verify").returncode == 0
    stage(repo, {"src/hub.py": "login()\n"})
    assert commit(repo).returncode == 0, "what is staged is clean"
    stopped = push(repo)
    oid = git(repo, "rev-parse", "HEAD^")[:10]
    assert stopped.returncode == 1, "the history is not"
    said = stopped.stdout + stopped.stderr
    assert f"in commit {oid}" in said and "src/hub.py:1:8" in said
    assert value not in said and "git push --no-verify" in said and "git commit -a --amend" in said
    assert push(repo, **{SKIP: "1"}).returncode == 0
    stage(repo, {"src/a.py": "x = 1\n"})
    assert commit(repo).returncode == 0
    assert push(repo).returncode == 0, "what the remote has is not new"
    assert push(repo).returncode == 0, "nothing to push"
    monkeypatch.chdir(repo)
    assert main(["check", "--unpushed"]) == 0
    assert capsys.readouterr().out == "Nothing to check: a push would bring no new content of a file.\n"


def test_the_command_line_says_what_a_push_would_publish(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo)
    assert main(["check", "--unpushed"]) == 0
    assert capsys.readouterr().out == "Nothing found in 1 file.\n"
    stage(repo, {"src/hub.py": f'login("{token()}")\n'})
    assert main(["check", "--unpushed"]) == 0, "what is staged is not committed"
    commit(repo)
    git(repo, "mv", "src/hub.py", "src/moved.py")
    commit(repo)
    capsys.readouterr()
    assert main(["check", "--unpushed", "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert found["code"] == "secret", "each content once, though it had two names"
    monkeypatch.chdir(repo.parent)
    assert main(["check", "--unpushed"]) == 2


def test_a_name_counts_although_another_file_has_its_content(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo)
    stage(repo, {".env": "DB_USER=ana\n", "a.txt": "DB_USER=ana\n", "z.csv": "DB_USER=ana\n"})
    commit(repo)
    main(["check", "--unpushed", "--format", "json"])
    found = {(item["code"], item["path"]) for item in json.loads(capsys.readouterr().out)}
    assert found == {("env-file", ".env"), ("data-file", "z.csv")}


def test_a_push_prints_warnings_and_what_could_not_be_searched(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo)
    monkeypatch.setattr("ccds_ls.collect.MAX_TEXT_BYTES", 1000)
    stage(repo, {"export.csv": "id\n1\n", "long.txt": "a line\n" * 500})
    commit(repo)
    oid = git(repo, "rev-parse", "HEAD")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"refs/heads/main {oid} refs/heads/main {'0' * 40}\n"))
    assert run_push() == 0
    said = capsys.readouterr().out
    assert "warning[data-file]" in said and "long.txt:1:1: information[unchecked]" in said
    assert "in 3 files. 1 thing could not be checked." in said


@pytest.mark.long
def test_an_own_hook_gets_what_git_says_of_the_push(repo: Path) -> None:
    hook = repo / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncat >"$OUT"\necho "$@" >>"$OUT"\n')
    hook.chmod(0o755)
    pushable(repo)
    stage(repo, {"a.py": "x = 1\n"})
    commit(repo)
    out = repo.parent / "out"
    assert push(repo, OUT=str(out)).returncode == 0
    told, arguments = out.read_text().splitlines()
    assert told.startswith("refs/heads/main ") and arguments == "origin ../remote.git"
    uninstall(repo)
    assert [path.name for path in hook.parent.iterdir()] == ["pre-push"]


@pytest.mark.parametrize("how", ["-a", "hub.py"])
def test_the_index_of_that_very_commit_is_checked(repo: Path, how: str) -> None:
    write(repo, {"hub.py": "x = 1\n"})
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "one")
    install(repo)
    write(repo, {"hub.py": f'login("{token()}")\n'})
    assert commit(repo, how).returncode == 1


def test_a_warning_is_printed_and_lets_the_commit_pass(repo: Path) -> None:
    install(repo)
    stage(repo, {"export.csv": "id\n1\n"})
    passed = commit(repo)
    assert passed.returncode == 0 and "warning[data-file]" in passed.stdout + passed.stderr


OWN = b"#!/bin/sh\r\necho mine\nexit ${MINE:-0}\n"


def test_a_hook_that_is_there_runs_first_and_comes_back(repo: Path) -> None:
    hook = repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(OWN.replace(b"\r", b""))
    hook.chmod(0o750)
    done = install(repo)
    assert "Your own pre-commit is kept and runs first." in done.message and installed(repo)
    install(repo)
    stage(repo, {"a.py": "x = 1\n"})
    assert commit(repo, MINE="3").returncode != 0
    passed = commit(repo)
    assert passed.returncode == 0 and "mine" in passed.stdout + passed.stderr
    uninstall(repo)
    assert (hook.read_bytes(), hook.stat().st_mode & 0o777) == (OWN.replace(b"\r", b""), 0o750)
    assert sorted(path.name for path in hook.parent.iterdir()) == ["pre-commit"]
    with pytest.raises(ActError, match="no hook of ccds-ls"):
        uninstall(repo)


@pytest.mark.long
def test_it_works_in_a_worktree_and_leaves_nothing(repo: Path) -> None:
    git(repo, "worktree", "add", "-q", "../other")
    install(repo.parent / "other")
    stage(repo.parent / "other", {"hub.py": f'login("{token()}")\n'})
    assert commit(repo.parent / "other").returncode == 1
    uninstall(repo)
    assert list((repo / ".git" / "hooks").iterdir()) == []


def test_hooks_that_another_tool_keeps_are_left_alone(repo: Path) -> None:
    write(repo, {".husky/pre-commit": "npm test\n"})
    git(repo, "config", "core.hooksPath", ".husky")
    with pytest.raises(ActError, match=r"husky keeps .*/\.husky/pre-commit: ccds-ls hook run"):
        install(repo)
    assert [path.name for path in (repo / ".husky").iterdir()] == ["pre-commit"]
    write(repo, {".husky/_/pre-commit": "#!/bin/sh\n"})
    git(repo, "config", "core.hooksPath", ".husky/_")
    with pytest.raises(ActError, match=r"/\.husky/pre-commit: ccds-ls hook run"):
        install(repo)
    shared = repo.parent / "hooks"
    shared.mkdir()
    git(repo, "config", "core.hooksPath", str(shared))
    with pytest.raises(ActError, match="other repositories use it"):
        install(repo)
    assert list(shared.iterdir()) == []


def test_the_hook_of_the_pre_commit_framework_is_recognised(repo: Path) -> None:
    hook = repo / ".git" / "hooks" / "pre-commit"
    write(
        repo, {".git/hooks/pre-commit": "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n"}
    )
    hook.chmod(0o755)
    assert "of the pre-commit framework) is kept and runs first" in install(repo).message


def test_a_hook_that_somebody_changed_is_not_taken_for_ours(repo: Path) -> None:
    hook = install(repo).paths[0]
    hook.write_text(hook.read_text() + "make test\n")
    assert not installed(repo)
    with pytest.raises(ActError, match="was changed since"):
        uninstall(repo)


def test_it_says_what_to_do_when_its_python_has_gone(repo: Path) -> None:
    hook = install(repo).paths[0]
    hook.write_text(script("/nowhere/python"))
    stage(repo, {"a.py": "x = 1\n"})
    stopped = commit(repo)
    assert stopped.returncode == 1 and "ccds-ls hook install" in stopped.stderr
