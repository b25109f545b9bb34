"""From what the protocol sends to our own data: paths and the arguments of commands.

A command takes one object. Its shape is a frozen dataclass, from which the check of what arrives and the JSON
schema that clients may read are both made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import unquote_to_bytes, urlsplit

from pygls.exceptions import JsonRpcInvalidParams

from ccds_ls.config import camel

T = TypeVar("T")

_JSON_TYPES: dict[type, tuple[str, str]] = {
    str: ("string", "a string"),
    bool: ("boolean", "true or false"),
    int: ("integer", "a whole number"),
    list: ("array", "a list of strings"),
    dict: ("object", "an object"),
}


def path_of(uri: str) -> str | None:
    """The absolute path behind a ``file:`` URI; None for a document that is not a file."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or "\0" in uri or "%00" in uri:
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if os.name == "nt":
        path = path.lstrip("/") if not parts.netloc else f"//{parts.netloc}{path}"
    return os.path.normpath(path) if path.strip("/") else path or None


def arguments(shape: type[T], value: object) -> T:
    """A command's argument as its dataclass; raises JsonRpcInvalidParams (-32602) saying what is wrong."""
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        raise JsonRpcInvalidParams("The argument of this command is one object.")
    hints = get_type_hints(shape)
    names = {camel(f.name): f for f in fields(shape)}  # type: ignore[arg-type]  # every shape is a dataclass
    for key in value:
        if key not in names:
            near = get_close_matches(str(key), names, n=1)
            raise JsonRpcInvalidParams(
                f"This command has no argument '{key}'."
                + (f" Did you mean '{near[0]}'?" if near else f" It takes {', '.join(names)}.")
            )
    taken = {}
    for key, field in names.items():
        given = value.get(key)
        if given is not None:
            taken[field.name] = _checked(key, given, hints[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise JsonRpcInvalidParams(f"This command needs the argument '{key}'.")
    return shape(**taken)


def _plain(hint: Any) -> type:  # noqa: ANN401 - a type hint is any object
    options = [option for option in get_args(hint) if option is not type(None)] or [hint]
    if get_origin(hint) in (list, dict):
        options = [hint]
    plain: type = get_origin(options[0]) or options[0]
    return plain


def _checked(key: str, given: object, hint: object) -> object:
    wanted = _plain(hint)
    right = isinstance(given, wanted) and (wanted is not int or not isinstance(given, bool))
    if right and isinstance(given, list):
        right = all(isinstance(item, str) for item in given)
    if not right:
        raise JsonRpcInvalidParams(f"The argument '{key}' is {_JSON_TYPES[wanted][1]}.")
    return given


def schema(shape: type) -> dict[str, object]:
    """The JSON schema of a command's argument."""
    hints = get_type_hints(shape)
    properties: dict[str, object] = {}
    required = []
    for field in fields(shape):
        wanted = _plain(hints[field.name])
        properties[camel(field.name)] = {
            "type": _JSON_TYPES[wanted][0],
            "description": field.metadata.get("help", ""),
            **({"items": {"type": "string"}} if wanted is list else {}),
            **({"enum": field.metadata["choices"]()} if "choices" in field.metadata else {}),
            **({"startsAs": field.metadata["starts_as"]} if "starts_as" in field.metadata else {}),
            **({"ask": True} if field.metadata.get("ask") else {}),
        }
        if field.default is MISSING and field.default_factory is MISSING:
            required.append(camel(field.name))
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def folder_argument(uri: str | None, workspace: list[Path]) -> Path:
    """The folder that a command's ``root`` names; it may be left out where there is one workspace folder."""
    if uri is not None:
        path = path_of(uri)
        if path is None:
            raise JsonRpcInvalidParams(f"'{uri}' is not the file: URI of a folder.")
        return Path(path)
    if len(workspace) == 1:
        return workspace[0]
    several = "There are several workspace folders" if workspace else "No folder is open"
    raise JsonRpcInvalidParams(f"{several}: say which one with the argument 'root', a folder's URI.")
