"""Write what is made from the code: rule pages, the README's table of rules, our rules as the secret engine reads
them, parts of the VS Code extension.

``python tools/docs.py`` writes, ``python tools/docs.py --check`` tells what is stale and exits 1 if anything is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import editor_configs
import vscode_extension

from ccds_ls.rules import all_rules
from ccds_ls.rules.docs import page, table
from ccds_ls.secret_engine import OWN_RULES
from ccds_ls.secrets.patterns.candidate import rule_file

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- rules -->", "<!-- /rules -->"


def wanted(root: Path) -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    pages = {root / "docs" / "rules" / f"{rule.code}.md": page(rule) for rule in all_rules()}
    readme = root / "README.md"
    own_rules = root / OWN_RULES.relative_to(ROOT)
    texts = {**pages, readme: with_table(readme.read_text(encoding="utf-8")), own_rules: rule_file()}
    return {**texts, **editor_configs.wanted(root), **vscode_extension.wanted(root)}


def with_table(readme: str) -> str:
    """The README with the present table between its two markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(
            f"README.md has no '{BEGIN}' and '{END}' on lines of their own to put the table between."
        )
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def stale(root: Path) -> dict[Path, str | None]:
    """What has to change: files with their new text, or None for a page of a rule that is gone."""
    texts = wanted(root)
    changed: dict[Path, str | None] = {path: text for path, text in texts.items() if _read(path) != text}
    gone = set((root / "docs" / "rules").glob("*.md")) - set(texts)
    return {**changed, **dict.fromkeys(gone)}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main(arguments: list[str]) -> int:
    """Write or check, see above."""
    changes = stale(ROOT)
    for path, text in sorted(changes.items()):
        print(f"{'stale' if '--check' in arguments else 'wrote'}: {path.relative_to(ROOT)}")
        if "--check" in arguments:
            continue
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if changes and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
