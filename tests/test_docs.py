"""The rules' pages, the README's table and ``explain`` come from the rules' own docstrings."""

from __future__ import annotations

import runpy
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
    assert len(changes) == len(all_rules()) + 3
    for path, text in changes.items():
        path.parent.mkdir(exist_ok=True)
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
