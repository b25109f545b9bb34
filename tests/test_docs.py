"""The rules' pages, the README's table and ``explain`` come from the rules' own docstrings."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from ccds_ls.rules import Rule, all_rules
from ccds_ls.rules.docs import UnknownRule, explain, page, table

ROOT = Path(__file__).parents[1]
TOOL = runpy.run_path(str(ROOT / "tools" / "docs.py"))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_page(rule: Rule) -> None:
    text = page(rule)
    assert text.startswith(f"# {rule.code}\n\n") and "\n\n## What it flags\n" in text
    assert all(f"- `{kind}`: " in text for kind in rule.kinds)
    assert explain(rule.code) == text.rstrip("\n")
    assert f"[`{rule.code}`](docs/rules/{rule.code}.md)" in table()
    assert rule.code in explain()


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("datafile", "'data-file'"),
        ("notebook", "'notebook-name'"),
        ("SECRET", "Did you mean 'secret'"),
        ("zzz", "The rules are: "),
        ("", "The rules are: "),
    ],
)
def test_unknown_rule(code: str, hint: str) -> None:
    with pytest.raises(UnknownRule, match=hint):
        explain(code)


def test_what_is_generated_is_current() -> None:
    assert list(TOOL["stale"](ROOT)) == [], "run: python tools/docs.py"


def test_stale_files_are_told_and_mended(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# x\n<!-- rules -->\nold\n<!-- /rules -->\nrest\n")
    extension = tmp_path / "client-config" / "vscode"
    extension.mkdir(parents=True)
    manifest = (ROOT / "client-config" / "vscode" / "package.json").read_text(encoding="utf-8")
    (extension / "package.json").write_text(manifest.replace("ccds.initials", "ccds.initial"))
    old = tmp_path / "docs" / "rules" / "gone.md"
    old.parent.mkdir(parents=True)
    old.write_text("x")
    changes = TOOL["stale"](tmp_path)
    assert changes.pop(old) is None
    assert len(changes) == len(all_rules()) + 4
    for path, text in changes.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    old.unlink()
    assert TOOL["stale"](tmp_path) == {}
    assert (extension / "package.json").read_text(encoding="utf-8") == manifest
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert readme == f"# x\n<!-- rules -->\n{table()}\n<!-- /rules -->\nrest\n"


def test_a_readme_without_markers_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# x\n<!-- rules -->\n")
    with pytest.raises(SystemExit, match="<!-- /rules -->"):
        TOOL["stale"](tmp_path)


def same_for_every_run(text: str) -> str:
    """The tour's output without what differs from run to run: folders, ids of commits, sizes and times."""
    text = re.sub(r"\S*/work/", "~/work/", text)
    text = re.sub(r"\b[0-9a-f]{7}\b", "ID", text)
    return re.sub(r"[\d,.]+ (?=bytes of history|seconds and)", "N ", text).strip()


@pytest.mark.long
def test_the_tour_in_the_readme_is_what_it_prints() -> None:
    command = [sys.executable, "-m", "ccds_ls", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    assert same_for_every_run(shown) == same_for_every_run(done.stdout)


def test_editors_ask_for_each_argument_once() -> None:
    for entry in runpy.run_path(str(ROOT / "tools" / "editor_configs.py"))["entries"]():
        keys = [key for key, _ in entry.ask]
        assert len(keys) == len(set(keys)), entry.command
