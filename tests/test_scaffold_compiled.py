"""The kept compiled template: used when it is whole, made again when it is not, and never in the way."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from ccds_ls.scaffold.compiled import Compiled


def rendered(folder: Path, compiled: Compiled) -> str:
    environment = jinja2.Environment(
        autoescape=False, loader=jinja2.FileSystemLoader(folder), bytecode_cache=compiled
    )
    text = environment.get_template("a").render(x=1)
    compiled.save()
    return text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a").write_text("x = {{ x }}")
    return tmp_path


def test_what_was_compiled_is_used_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "cache" / "compiled.bin"
    assert rendered(folder, Compiled(file)) == "x = 1" and file.is_file()
    monkeypatch.setattr(jinja2.Environment, "_generate", None)  # Compiling would fail from here on.
    assert rendered(folder, Compiled(file)) == "x = 1"


def test_a_changed_source_is_compiled_again(folder: Path) -> None:
    file = folder / "compiled.bin"
    rendered(folder, Compiled(file))
    (folder / "a").write_text("y = {{ x }}")
    assert rendered(folder, Compiled(file)) == "y = 1"


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 500])
def test_a_damaged_file_is_made_again(folder: Path, damage: bytes) -> None:
    file = folder / "compiled.bin"
    rendered(folder, Compiled(file))
    whole = file.read_bytes()
    file.write_bytes(damage or whole[:-1])
    assert rendered(folder, Compiled(file)) == "x = 1"
    assert len(file.read_bytes()) == len(whole)


def test_where_nothing_can_be_written_it_works_without(folder: Path) -> None:
    assert rendered(folder, Compiled(folder / "a" / "compiled.bin")) == "x = 1"
