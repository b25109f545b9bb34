"""Writing the project's settings: an accepted finding, or one setting, in pyproject.toml."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ccds_ls.files import append_line, write_atomically
from ccds_ls.git.read import discover
from ccds_ls.project import find_projects, nearest, tool_tables


class NotWritten(OSError):
    """A setting could not be put into the file; nothing was changed, and the text is for people."""


def accept(path: Path, code: str, fingerprint: str, reason: str) -> Path:
    """Add an ``[[tool.ccds-ls.ignore]]`` for a finding to the nearest project's pyproject.toml; that file's path.

    An array of tables may stand anywhere in a TOML file, so that it is appended and nothing else is touched. Raises
    NotWritten where it may not: the file is broken, or has the list in another form.
    """
    settings, relative = _settings_of(path)
    what = {"code": code, "path": relative, **({"fingerprint": fingerprint} if fingerprint else {})}
    before = settings.read_bytes().decode("utf-8", "surrogateescape") if settings.exists() else ""
    if any({**entry, "reason": ""} == {**what, "reason": ""} for entry in _accepted(before)):
        return settings
    lines = [f"{key} = {_toml(value)}" for key, value in {**what, "reason": reason}.items()]
    entry = "\n".join(["[[tool.ccds-ls.ignore]]", *lines])
    if not _accepted(f"{before}\n{entry}\n"):
        raise NotWritten(f"{settings} was left as it is. Add to what it ignores by hand: {', '.join(lines)}")
    append_line(settings, ("\n" if settings.exists() else "") + entry)
    return settings


def _accepted(text: str) -> list[dict[str, object]]:
    """The entries of ``ignore`` in the text of a pyproject.toml; none where it can't be read."""
    table = tool_tables(text)[0].get("ccds-ls")
    entries = table.get("ignore") if isinstance(table, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def put(path: Path, key: str, value: str) -> Path:
    """Set one setting of the project that holds a file or folder, in its pyproject.toml; that file's path.

    Everything else in the file stays as it is, byte for byte. Raises NotWritten where that can't be done.
    """
    settings = _settings_of(path)[0]
    before = settings.read_bytes().decode("utf-8", "surrogateescape") if settings.exists() else ""
    after = _with(before, key, value)
    table = tool_tables(after)[0].get("ccds-ls")
    if not isinstance(table, dict) or table.get(key) != value:
        raise NotWritten(
            f"{settings} was left as it is: set {key} = {_toml(value)} under [tool.ccds-ls] by hand."
        )
    write_atomically(settings, after.encode("utf-8", "surrogateescape"))
    return settings


def _settings_of(path: Path) -> tuple[Path, str]:
    """The nearest project's pyproject.toml, and the path relative to that project."""
    folder = path if path.is_dir() else path.parent
    repository = discover(folder)
    root = repository.top if repository else folder
    relative = (repository.relative(path) if repository else None) or path.name
    project = nearest(find_projects(root, [f"{relative}/x" if path.is_dir() else relative]), relative)
    return root / project.root / "pyproject.toml", project.relative(relative)


def _with(text: str, key: str, value: str) -> str:
    """The text of a pyproject.toml with one setting set, in the table that is there or in a new one."""
    end = "\r\n" if "\r\n" in text else "\n"
    line = f"{key} = {_toml(value)}"
    table = re.search(r"^\[tool\.ccds-ls\][ \t]*(?:#[^\r\n]*)?(?:\r?\n|\Z)", text, re.MULTILINE)
    if table is None:
        gap = "" if not text else end if text.endswith("\n") else end * 2
        return f"{text}{gap}[tool.ccds-ls]{end}{line}{end}"
    below = re.compile(r"^\[", re.MULTILINE).search(text, table.end())
    stop = below.start() if below else len(text)
    old = re.compile(rf"^{re.escape(key)}[ \t]*=[^\r\n]*", re.MULTILINE).search(text, table.end(), stop)
    if old:
        return text[: old.start()] + line + text[old.end() :]
    gap = "" if table[0].endswith("\n") else end
    return text[: table.end()] + gap + line + end + text[table.end() :]


def _toml(text: str) -> str:
    """A TOML string. JSON's escapes are TOML's, but for characters beyond the basic plane, which stay as they are."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007F")
