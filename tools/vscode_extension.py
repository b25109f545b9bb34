"""The parts of the VS Code extension that come from the server: its commands, menus, settings and version."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from ccds_ls import __version__
from ccds_ls.config import Config, camel
from ccds_ls.lsp.commands import schemas

FOLDER = Path("client-config") / "vscode"
OF_THE_CLIENT = ("ccds.client.", "ccds.server.", "ccds.trace.")
"""What begins like this is the extension's own and is written by hand in package.json."""

WHEN = {
    "folder": "isWorkspaceTrusted && workspaceFolderCount != 0",
    "file": "isWorkspaceTrusted && resourceScheme == file",
    "notebook": "isWorkspaceTrusted && resourceExtname == .ipynb",
    "nowhere": "false",
}
"""When the palette shows a command that makes sense there; one that makes sense anywhere is always shown."""

NOTEBOOK_MENUS = ("explorer/context", "editor/title/context")
"""Where a command about a notebook is offered beside the palette."""


def wanted(root: Path) -> dict[Path, str]:
    """The generated files with the text that they should have."""
    manifest = root / FOLDER / "package.json"
    given: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    contributes = given["contributes"]
    table = schemas()
    given["version"] = __version__
    own = [command for command in contributes["commands"] if command["command"].startswith(OF_THE_CLIENT)]
    contributes["commands"] = [_command(name, table[name]) for name in table] + own
    contributes["menus"].update(_menus(table, contributes["menus"]))
    properties = contributes["configuration"]["properties"]
    kept = {key: value for key, value in properties.items() if key.startswith(OF_THE_CLIENT)}
    contributes["configuration"]["properties"] = {**_settings(), **kept}
    return {
        manifest: _text(given),
        root / FOLDER / "src" / "commands.json": _text(_for_the_bundle(table)),
    }


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _command(name: str, command: dict[str, Any]) -> dict[str, str]:
    return {
        "command": name,
        "title": command["title"],
        "category": "CCDS",
        "icon": f"$({command['icon']})",
    }


def _menus(table: dict[str, Any], present: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """The palette's conditions and the notebooks' menus; entries of other groups there are kept."""
    palette = [
        {"command": name, "when": WHEN[command["where"]]}
        for name, command in table.items()
        if command["where"] in WHEN
    ]
    menus = {"commandPalette": palette}
    for menu in NOTEBOOK_MENUS:
        kept = [entry for entry in present.get(menu, []) if not entry["group"].startswith("ccds@")]
        menus[menu] = kept + [
            {"command": name, "when": WHEN["notebook"], "group": f"ccds@{place}"}
            for place, name in enumerate(table, 1)
            if table[name]["where"] == "notebook"
        ]
    return menus


def _for_the_bundle(table: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: command[key] for key in ("title", "where", "argument")} for name, command in table.items()
    }


def _settings() -> dict[str, Any]:
    """The server's settings; suppressions belong to the project and are left out."""
    properties = {}
    for setting in fields(Config):
        if setting.name == "ignore":
            continue
        default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        shape: dict[str, Any] = {"type": "string", "default": default or ""}
        if isinstance(default, bool):
            shape = {"type": "boolean", "default": default}
        elif isinstance(default, int):
            shape = {"type": "integer", "minimum": 1, "default": default}
        elif isinstance(default, list):
            shape = {"type": "array", "items": {"type": "string"}, "default": default}
        properties[f"ccds.{camel(setting.name)}"] = {
            **shape,
            "scope": "window",
            "description": setting.metadata["help"],
        }
    return properties
