"""Hover on the layout's paths: which text is such a path, and what is said over the wire is in tests/wire."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lsprotocol import types

from ccds_ls import layout
from ccds_ls.lsp.edge.documents import Document
from ccds_ls.lsp.hover import language_of, path_at, role_at

TREE = """
```
├── data               Not in git.
│   ├── processed      The final ones.
│   └── raw            The original.
└── churn              Code.
    ├── modeling       Models.
    │   └── train.py   One.
```
"""

# The cursor is at the bar; what the path there leads to in a project with the package "churn", or nothing.
CASES = [
    ("python", 'pd.read_csv("../data/r|aw/a.csv")', "data/raw"),
    ("python", 'pd.read_csv(r"data\\pro|cessed\\a.csv")', "data/processed"),
    ("python", '"df = pd.read_csv(\\"../da|ta/raw/a.csv\\")\\n",', "data/raw"),
    ("python", "config.RAW_DATA|_DIR / 'a.csv'", "data/raw"),
    ("python", "config.DATA_DIR / 'ra|w' / 'a.csv'", "data/raw"),
    ("python", 'PROJ_ROOT / "reports" / "fig|ures"', "reports/figures"),
    ("python", 'PROJ_ROOT / "rep|orts" / "figures"', "reports"),
    ("python", 'os.path.join("data", "ra|w", "a.csv")', "data/raw"),
    ("python", 'Path("mod|els")', "models"),
    ("python", 'Path("data") / "ra|w"', "data/raw"),
    ("python", 'data = load("da|ta")', None),
    ("python", "da|ta = 3", None),
    ("python", "x = 'models', 'mo|re'", None),
    ("python", '"s3://bucket/da|ta/raw"', None),
    ("python", '"https://example.org/data/ra|w"', None),
    ("python", '"/srv/data/ra|w"', None),
    ("python", '"other/data/ra|w"', None),
    ("markdown", "Put it into `data/ra|w`.", "data/raw"),
    ("markdown", "See data/inte|rim/ for more.", "data/interim"),
    ("markdown", "Look into `mod|els`.", "models"),
    ("markdown", "Look into mod|els.", None),
    ("markdown", "[the data](docs/da|ta.md)", "docs"),
    ("markdown", TREE.replace("raw  ", "r|aw  "), "data/raw"),
    ("markdown", TREE.replace("data  ", "|data  "), "data"),
    ("markdown", TREE.replace("train.py", "train|.py"), "churn/modeling/train.py"),
    ("markdown", TREE.replace("original", "orig|inal"), None),
    ("makefile", "\taws s3 sync da|ta/ s3://bucket/data/", "data"),
    ("makefile", "\taws s3 sync data/ s3://bucket/da|ta/", None),
    ("makefile", "\t$(PYTHON_INTERPRETER) churn/dat|aset.py", "churn/dataset.py"),
    ("makefile", "da|ta: requirements", None),
]


@pytest.mark.parametrize(("language", "text", "wanted"), CASES)
def test_the_path_at_the_cursor(language: str, text: str, wanted: str | None) -> None:
    offset = text.index("|")
    found = path_at(text.replace("|", "", 1), offset, language)
    role = found and layout.role(found[0], {"churn"})
    assert (role and role[0]) == wanted
    if found:
        assert found[1].start <= offset <= found[1].end


@pytest.mark.parametrize(
    ("path", "language_id", "wanted"),
    [
        ("/p/README.md", "", "markdown"),
        ("/p/Makefile", None, "makefile"),
        ("/p/a.ipynb", None, "python"),
        ("/p/a.ipynb", "markdown", "markdown"),
        ("/p/a.csv", "csv", None),
    ],
)
def test_languages(path: str, language_id: str | None, wanted: str | None) -> None:
    assert language_of(path, language_id) == wanted


@example("`J`", 0, "markdown")  # on the mark itself
@given(
    st.text(alphabet="data/raw\\`\"'├─│└ \nPROJ_ROOT(),.é🧪", max_size=40),
    st.integers(0, 40),
    st.sampled_from(["python", "markdown", "makefile"]),
)
def test_any_text_is_taken(text: str, at: int, language: str) -> None:
    offset = at % (len(text) + 1)
    found = path_at(text, offset, language)
    assert found is None or found[1].start <= offset <= found[1].end


def test_the_disk_is_looked_at_beside_the_message_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def project_at(folder: Path) -> Path:
        threads.append(threading.current_thread())
        return folder

    monkeypatch.setattr("ccds_ls.project_map.project_at", project_at)
    path = tmp_path / "README.md"
    document = Document(path.as_uri(), "data/raw/", 1, "markdown", "utf-16")
    shown = asyncio.run(role_at(document, types.Position(0, 6), str(path), "utf-16"))
    assert shown is not None and "It is not here yet" in str(shown.contents)
    assert threads and threading.main_thread() not in threads
