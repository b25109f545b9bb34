"""What the values of a notebook's JSON mean, wherever they stand."""

from __future__ import annotations

KINDS = {"code": "code", "markdown": "markdown", "heading": "heading"}
# The keys of an nbformat 3 output that are not content, and the content's short names there.
V3_TYPES = {"text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png"}
V3_TYPES |= {"jpeg": "image/jpeg", "latex": "text/latex", "json": "application/json"}
V3_TYPES |= {"javascript": "application/javascript"}
# Outputs that hold one text: the kind, where its name stands, where its text stands.
TEXTS = {"stream": ("stream", "name", "text"), "error": ("error", "ename", "traceback")}
TEXTS["pyerr"] = TEXTS["error"]  # nbformat 3


def mime_kind(mime: str) -> str:
    main, _, sub = mime.partition("/")
    if main == "image":
        return "image"
    if sub == "json" or sub.endswith("+json"):
        return "json"
    return "text" if mime == "text/plain" else sub or main


def language(metadata: object) -> str | None:
    if not isinstance(metadata, dict):
        return None
    for section, key in (("language_info", "name"), ("kernelspec", "language"), ("kernel_info", "name")):
        part = metadata.get(section)
        if isinstance(part, dict) and isinstance(part.get(key), str):
            return str(part[key]).lower()
    return None


def joined(value: object, joint: str = "") -> str:
    if isinstance(value, list):
        try:
            return joint.join(value)
        except TypeError:  # something else is among the strings
            return joint.join(strings(value))
    return value if isinstance(value, str) else ""


def strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
