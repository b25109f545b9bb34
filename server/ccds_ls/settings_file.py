"""Writing the project's settings: an accepted finding becomes an entry in pyproject.toml."""

from __future__ import annotations

import json
from pathlib import Path

from ccds_ls.files import append_line
from ccds_ls.git.read import discover
from ccds_ls.project import find_projects, nearest


def accept(path: Path, code: str, fingerprint: str, reason: str) -> Path:
    """Add an ``[[tool.ccds-ls.ignore]]`` for a finding to the nearest project's pyproject.toml; that file's path.

    An array of tables may stand anywhere in a TOML file, so that it is appended and nothing else is touched.
    """
    repository = discover(path.parent)
    root = repository.top if repository else path.parent
    relative = (repository.relative(path) if repository else None) or path.name
    project = nearest(find_projects(root, [relative]), relative)
    entry = [
        "[[tool.ccds-ls.ignore]]",
        f"code = {_toml(code)}",
        f"path = {_toml(project.relative(relative))}",
        *([f"fingerprint = {_toml(fingerprint)}"] if fingerprint else []),
        f"reason = {_toml(reason)}",
    ]
    settings = root / project.root / "pyproject.toml"
    gap = "\n" if settings.exists() else ""
    append_line(settings, gap + "\n".join(entry))
    return settings


def _toml(text: str) -> str:
    """A TOML string. JSON's escapes are TOML's, but for characters beyond the basic plane, which stay as they are."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007F")
