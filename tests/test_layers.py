"""The architecture's invariants about imports; ARCHITECTURE.md has them in words."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "server" / "ccds_ls"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "template" not in path.parts)

# Who alone may import what: a folder (with a slash) or a module of the package.
OWNERS = {
    "pygls": "lsp/",
    "lsprotocol": "lsp/",
    "git": "git/",
    "cookiecutter": "scaffold/",
    "jinja2": "scaffold/",
    "kingfisher_sdk": "secret_engine.py",
    "watchfiles": "lsp/watch.py",
}
IO = {
    "os",
    "io",
    "pathlib",
    "shutil",
    "subprocess",
    "socket",
    "tempfile",
    "time",
    "datetime",
    "urllib",
    "random",
}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The full names of all modules that a module imports, anywhere in it."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_by_its_owner_alone(library: str) -> None:
    owner = OWNERS[library]
    users = {
        name_of(path) for path in MODULES if library in {name.partition(".")[0] for name in imports(path)}
    }
    assert users, f"{owner} no longer uses {library}: the table above is out of date"
    assert {user for user in users if not user.startswith(owner)} == set()


@pytest.mark.parametrize(
    ("one", "other"), [("cli", "lsp"), ("lsp", "cli"), ("report", "lsp"), ("report", "cli")]
)
def test_a_presenter_uses_no_other(one: str, other: str) -> None:
    """But for the command that starts the server."""
    users = {
        name_of(path)
        for path in MODULES
        if name_of(path).startswith(f"{one}/")
        and any(f"{name}.".startswith(f"ccds_ls.{other}.") for name in imports(path))
    }
    assert users == ({"cli/__init__.py"} if one == "cli" else set())


@pytest.mark.parametrize("path", sorted((PACKAGE / "rules").glob("*.py")), ids=name_of)
def test_rules_do_no_input_or_output(path: Path) -> None:
    if path.stem in ("__init__", "docs"):
        return
    used = {name.partition(".")[0] for name in imports(path)}
    assert used & IO == set()
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    calls = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls & {"open", "input", "print", "exec", "eval"} == set()


def test_git_is_only_started_by_the_git_package() -> None:
    # The demo plays the user; a magic is the command line in a process of its own; a template hook is a process.
    allowed = ("git/", "cli/demo/", "cli/magic.py", "scaffold/")
    users = {name_of(path) for path in MODULES if "subprocess" in imports(path)}
    assert {user for user in users if not user.startswith(allowed)} == set()


def test_detection_does_not_use_gitpython() -> None:
    """Nothing that `git/read.py` imports, however far off, is GitPython."""
    seen: set[str] = set()
    todo = ["ccds_ls.git.read"]
    while todo:
        name = todo.pop()
        place = PACKAGE.parent / name.replace(".", "/")
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if name in seen or not path.exists():
            continue
        seen.add(name)
        found = list(imports(path))
        assert "git" not in {other.partition(".")[0] for other in found}, name
        todo += [other for other in found if other.startswith("ccds_ls.")]
    assert "ccds_ls.git.run" in seen


def test_checking_what_is_staged_loads_nothing_heavy(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "a.py").write_text("x = 1\n")
    subprocess.run(["git", "-C", str(tmp_path), "add", "a.py"], check=True)
    code = (
        "import sys; from ccds_ls.__main__ import main; code = main(['check', '--staged']); "
        "heavy = {'pygls', 'lsprotocol', 'cookiecutter', 'jinja2', 'git', 'attrs', 'cattrs', 'nbformat', 'yaml'}; "
        "print(sorted(heavy & set(sys.modules)), code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_making_a_project_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    code = (
        "import sys; from ccds_ls.__main__ import main; code = main(['new', 'out', '--set', 'project_name=x']); "
        "heavy = {'pygls', 'lsprotocol', 'git', 'attrs', 'cattrs', 'yaml', 'arrow', 'slugify', 'requests', "
        "'ccds_ls.git.read', 'ccds_ls.finding'}; print(sorted(heavy & set(sys.modules)), code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_the_current_directory_is_only_asked_by_the_command_line() -> None:
    """A server's current directory is an accident: no module below it may depend on it."""
    for path in MODULES:
        if not name_of(path).startswith(("cli/", "scaffold/ask")):
            source = path.read_text(encoding="utf-8")
            assert "getcwd" not in source and "Path.cwd" not in source, name_of(path)


def test_every_module_of_the_protocol_can_be_imported_first() -> None:
    """Each on its own, so that no cycle hides behind the order in which the server imports them."""
    paths = (
        path.relative_to(PACKAGE.parent).with_suffix("")
        for path in MODULES
        if PACKAGE / "lsp" in path.parents
    )
    names = [".".join(path.parts).removesuffix(".__init__") for path in paths]
    assert "ccds_ls.lsp.rename" in names
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    for loaded in [m for m in sys.modules if m.startswith('ccds_ls.lsp.')]:\n"
        "        del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
