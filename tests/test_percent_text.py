"""A notebook that an editor shows as a script: joined cells, and py:percent."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.check import check
from ccds_ls.collect import make_snapshot, overlay_file
from ccds_ls.comment_place import long_strings
from ccds_ls.finding import Span
from ccds_ls.notebook.percent_text import parse
from ccds_ls.secrets import own_rules_only
from ccds_ls.view import View

SCRIPT = """# ---
# jupyter: {}
# ---

# %% [markdown]
# # Who leaves
#
# and why

# %% tags=["x"]
import os

# %%
print(numbers)

# %%
numbers = [1]
"""


def found(text: str) -> list[tuple[str, str]]:
    """The code of each finding, and the text that it stands on."""
    view = View(Path("/p"), None)
    file = overlay_file(view, "notebooks/1.0-jqp-topic.ipynb", text, None, ignored=False)
    findings = [finding for finding, _ in check(make_snapshot(view, [file]), own_rules_only())]
    return [(f.code, text[f.span.start : f.span.end] if f.span else "") for f in findings]


def test_cells_of_a_script() -> None:
    notebook = parse(SCRIPT)
    assert [cell.kind for cell in notebook.cells] == ["markdown", "code", "code", "code"], (
        "without jupytext's header"
    )
    assert notebook.heading == "Who leaves"
    assert notebook.cells[1].source == "import os"
    words = notebook.cells[0].source
    assert words == "# Who leaves\n\nand why\n"[:-1]
    raw = notebook.cells[0].raw_span(Span(words.index("and"), len(words)))
    assert raw and SCRIPT[raw.start : raw.end] == "and why"


def test_findings_stand_on_the_lines_of_the_script() -> None:
    assert found(SCRIPT) == [("undefined-name", "numbers")]
    assert found("import os\n\n\nprint(numbers)\n\n\nopen('/home/jane/x.csv')\n") == [
        ("undefined-name", "numbers"),
        ("home-path", "'/home/jane/x.csv'"),
    ]


def test_a_comment_in_a_script_accepts_a_finding() -> None:
    assert found("print(numbers)  # ccds-ls: ignore[undefined-name] set by papermill\n") == []


ESCAPED = [
    ("# %%\n# %matplotlib inline\nx = 1\n", "%matplotlib inline\nx = 1"),
    ("# %%\n# %%time\nx = 1\n", "%%time\nx = 1"),
    ("# %%\n# files = !ls\n", "files = !ls"),
    ("# %%\nfor x in y:\n    # !echo {x}\n", "for x in y:\n    !echo {x}"),
    ("# %%\n# !ls -l \\\n#   data\n", "!ls -l \\\n  data"),
    ("# %%\n# cd ..\n# table?\n# ?table\n", "cd ..\ntable?\n?table"),
    ("# %%\n# # %matplotlib\n# and so on\n", "# %matplotlib\n# and so on"),
    ("# %%\nx = '''\n# %matplotlib\n'''\n", "x = '''\n# %matplotlib\n'''"),
    ('# %% language="bash"\n# ls\n# # all\n', "%%bash\nls\n# all"),
    (
        '# %% magic_args="-o table -i \\"x\\"" language="R"\n# table <- 1\n',
        '%%R -o table -i "x"\ntable <- 1',
    ),
    ('# %% [markdown]\n"""\n# Who leaves\n\nand why\n"""\n', "# Who leaves\n\nand why"),
]


@pytest.mark.parametrize(("script", "source"), ESCAPED)
def test_what_jupytext_makes_a_comment_is_what_the_notebook_has(script: str, source: str) -> None:
    (cell,) = parse(script).cells
    assert cell.source == source
    start = source.index("\n") + 1 if source.startswith("%%") else 0
    for at in range(start, len(source)):
        raw = cell.raw_span(Span(at, at + 1))
        assert raw and script[raw.start : raw.end] == source[at]


def test_what_a_magic_brings_is_known_in_a_script() -> None:
    assert found("# %%\n# %run setup.ipynb\n\n# %%\nprint(table)\n") == []
    assert found("# %%\n# files = !ls\nprint(files)\n") == []


@given(st.text(alphabet="# %[markdown]\n\raé-x", max_size=80))
def test_no_text_is_too_much(text: str) -> None:
    for cell in parse(text).cells:
        for at in range(len(cell.source)):
            raw = cell.raw_span(Span(at, at + 1))
            assert raw and text[raw.start : raw.end] == cell.source[at]


def test_a_script_without_lines_of_ipython_is_not_searched_for_strings_at_each_keystroke() -> None:
    long_strings.cache_clear()
    parse("# %%\n" + 'def f():\n    """Say\n    it."""\n    # a comment\n' * 9)
    assert long_strings.cache_info().misses == 0
    parse("# %%\n" + "# %time f()\n" * 9)
    assert long_strings.cache_info().misses == 1
