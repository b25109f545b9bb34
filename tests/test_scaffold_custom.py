"""Templates of the user's own: they render, they can't run code without a yes, and answers can't leave the target."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ccds_ls.git.command import ActError
from ccds_ls.scaffold.answers import AnswerError
from ccds_ls.scaffold.custom import generate_custom
from ccds_ls.scaffold.generate import CancelledError, ScaffoldError
from repositories import git

TOP = "{{ cookiecutter.name }}"
OPTIONS: dict[str, Any] = {
    "title": "A Title",
    "name": "{{ cookiecutter.title | lower | replace(' ', '-') }}",
    "licence": ["MIT", "{{ cookiecutter.title }} licence"],
    "tests": True,
    "extra": {"a": "b"},
    "_copy_without_render": ["raw.txt"],
}
FILES = {
    f"{TOP}/README.md": "# {{ cookiecutter.title }} {{ cookiecutter.licence }} {{ cookiecutter.tests }}\n",
    f"{TOP}/raw.txt": "{{ not.rendered }}\n",
    f"{TOP}/{{% if cookiecutter.tests %}}tests.py{{% endif %}}": "",
}
WRITE_RAN = (
    "import pathlib; pathlib.Path('RAN').write_text('{{ cookiecutter.title }}')\nprint('hook output')\n"
)


def template(folder: Path, options: Mapping[str, Any] = OPTIONS, files: Mapping[str, str] = FILES) -> str:
    for name, text in {"cookiecutter.json": json.dumps(options), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(folder)


def make(
    source: str, out: Path, answers: Mapping[str, object] | None = None, checkout: str | None = None
) -> Path:
    def never(code: tuple[str, ...]) -> bool:
        raise AssertionError(f"asked to run {code}")

    return generate_custom(source, checkout, answers or {}, out, never)


def test_defaults_and_answers(tmp_path: Path) -> None:
    source = template(tmp_path / "t")
    project = make(source, tmp_path / "out")
    assert project == tmp_path / "out" / "a-title"
    assert (project / "README.md").read_text() == "# A Title MIT True\n"
    assert (project / "raw.txt").read_text() == FILES[f"{TOP}/raw.txt"]
    answers = {"title": "{{ 7*7 }}", "name": "mine", "licence": "{{ 7*7 }} licence", "tests": "no"}
    project = make(source, tmp_path / "out", answers)
    assert (project / "README.md").read_text() == "# {{ 7*7 }} {{ 7*7 }} licence False\n"
    assert sorted(path.name for path in project.iterdir()) == ["README.md", "raw.txt"]


BAD_ANSWERS: list[tuple[dict[str, object], str]] = [
    ({"titel": "x"}, "did you mean title"),
    ({"licence": "GPL"}, "MIT, A Title licence"),
    ({"tests": "perhaps"}, "yes or no"),
    ({"extra": "text"}, "an object"),
    ({"title": 3}, "quotes"),
    ({"title": "a\x00b"}, r"U\+0000"),
    ({"_copy_without_render": "x"}, "no such option"),
    ({"name": "../escaped"}, "not the name of one folder"),
    ({"name": "/tmp/escaped"}, "not the name of one folder"),
    ({"name": "a/b"}, "not the name of one folder"),
    ({"name": ""}, "not the name of one folder"),
    ({"name": ".."}, "not the name of one folder"),
    ({"name": ".git"}, "not the name of one folder"),
    ({"name": "nul"}, "not the name of one folder"),
    ({"title": "../../x"}, "not allowed"),
    ({"title": "/x"}, "not allowed"),
    ({"title": "C:\\x"}, "not allowed"),
    ({"title": ".git/hooks"}, "not allowed"),
]


@pytest.mark.parametrize(("answers", "reason"), BAD_ANSWERS)
def test_answers_that_are_refused_leave_nothing(
    tmp_path: Path, answers: dict[str, object], reason: str
) -> None:
    files = {**FILES, f"{TOP}/{{{{ cookiecutter.title }}}}/a.txt": "a"} if reason == "not allowed" else FILES
    source = template(tmp_path / "t", files=files)
    with pytest.raises((AnswerError, ScaffoldError), match=reason):
        make(source, tmp_path / "deep" / "out", {"name": "x", **answers})
    assert [path.name for path in tmp_path.iterdir()] == ["t"]


HOSTILE = [
    "{{ cycler.__init__.__globals__.os.system('touch HACKED') }}",
    "{% for c in ''.__class__.__mro__[1].__subclasses__() %}{{ c }}{% endfor %}",
    "{{ lipsum.__globals__['os'].popen('touch HACKED').read() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ ''.format_map.__self__ | attr('__class__') | attr('mro') }}{{ 1 / 0 }}",
    "{% include '/etc/passwd' %}",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["file", "path", "default"])
def test_a_template_is_rendered_in_a_sandbox(tmp_path: Path, text: str, where: str) -> None:
    options = {**OPTIONS, "title": text} if where == "default" else OPTIONS
    hostile = {"file": f"{TOP}/a.txt", "path": f"{TOP}/" + text.replace("/", "")}.get(where, f"{TOP}/a.txt")
    source = template(tmp_path / "t", options, {**FILES, hostile: text})
    with pytest.raises(ScaffoldError):
        make(source, tmp_path / "out", {"name": "x"})
    assert not list(tmp_path.rglob("HACKED")) and not Path("HACKED").exists()
    assert not (tmp_path / "out").exists()


BAD_TEMPLATES: list[tuple[dict[str, str], str]] = [
    ({"cookiecutter.json": "["}, "can't be read"),
    ({"cookiecutter.json": '{"templates": {}}'}, "several templates"),
    ({"cookiecutter.json": "[]"}, "no options"),
    ({"ccds.json": "{}"}, "leave --template out"),
    ({"cookiecutter.json": '{"name": "x", "_extensions": ["os.path"]}'}, "its own code"),
    ({"cookiecutter.json": '{"name": "{{ cookiecutter.missing }}"}'}, "missing"),
    ({f"{TOP}/a.txt": "{% if %}"}, "TemplateSyntaxError"),
]


@pytest.mark.parametrize(("files", "reason"), BAD_TEMPLATES)
def test_templates_that_are_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    source = template(tmp_path / "t", files={**FILES, **files})
    with pytest.raises(ScaffoldError, match=reason):
        generate_custom(source, None, {}, tmp_path / "out", lambda _: False)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_template(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match=r"no cookiecutter\.json"):
        make(str(tmp_path), tmp_path / "out")
    template(tmp_path / "t", files={"README.md": ""})
    with pytest.raises(ScaffoldError, match="The template failed"):
        make(str(tmp_path / "t"), tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_template_is_refused(tmp_path: Path) -> None:
    source = template(tmp_path / "t")
    (tmp_path / "private").write_text("private")
    (tmp_path / "t" / TOP / "link").symlink_to(tmp_path / "private")
    with pytest.raises(ScaffoldError, match="leads out"):
        make(source, tmp_path / "out")


def test_hooks_run_only_after_a_yes_and_their_output_goes_to_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    source = template(
        tmp_path / "t", files={**FILES, "hooks/post_gen_project.py": WRITE_RAN, "hooks/notes.txt": ""}
    )
    asked: list[tuple[str, ...]] = []

    def no(code: tuple[str, ...]) -> bool:
        asked.append(code)
        return False

    project = generate_custom(source, None, {"name": "no"}, tmp_path, no)
    assert asked == [("hooks/post_gen_project.py",)]
    assert not (project / "RAN").exists()
    project = generate_custom(source, None, {"name": "yes"}, tmp_path, lambda _: True)
    assert (project / "RAN").read_text() == "A Title"
    output = capfd.readouterr()
    assert (output.out, output.err) == ("", "hook output\n")
    assert list(temporary.iterdir()) == []


def test_a_hook_that_fails_or_is_stopped_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = template(tmp_path / "f", files={**FILES, "hooks/pre_gen_project.py": "raise SystemExit(3)\n"})
    with pytest.raises(ScaffoldError, match="3"):
        generate_custom(failing, None, {}, tmp_path / "out", lambda _: True)
    assert "Traceback" not in capfd.readouterr().err
    running = tmp_path / "running"
    hook = f"import pathlib, threading\npathlib.Path({str(running)!r}).touch()\nthreading.Event().wait(60)\n"
    slow = template(tmp_path / "s", files={**FILES, "hooks/pre_gen_project.py": hook})
    began = time.monotonic()
    with pytest.raises(CancelledError):
        generate_custom(slow, None, {}, tmp_path / "out", lambda _: True, cancelled=running.exists)
    assert running.exists()
    assert time.monotonic() < began + 30
    assert not (tmp_path / "out").exists()


def test_a_git_repository_and_one_of_its_versions(tmp_path: Path) -> None:
    source = template(tmp_path / "t")
    git(tmp_path / "t", "init", "-q", "-b", "main")
    git(tmp_path / "t", "add", ".")
    git(tmp_path / "t", "commit", "-qm", "One")
    git(tmp_path / "t", "tag", "v1")
    (tmp_path / "t" / TOP / "README.md").write_text("two\n")
    git(tmp_path / "t", "commit", "-qam", "Two")
    address = (tmp_path / "t").as_uri()
    assert (make(address, tmp_path / "1") / "README.md").read_text() == "two\n"
    assert (make(address, tmp_path / "2", checkout="v1") / "README.md").read_text() == "# A Title MIT True\n"
    assert (make(source, tmp_path / "3", checkout="v1") / "README.md").read_text() == "# A Title MIT True\n"
    for bad in ("v2", "--orphan"):
        with pytest.raises((ScaffoldError, ActError), match=bad):
            make(address, tmp_path / "4", checkout=bad)
    for nowhere in ("ext::sh -c touch% HACKED", "--upload-pack=x", str(tmp_path / "none")):
        with pytest.raises(ActError):
            make(nowhere, tmp_path / "4")
    assert not (tmp_path / "4").exists()
