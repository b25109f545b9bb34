"""The findings that stood when ccds-ls came to a repository, accepted all at once: an old project starts quiet.

They are kept in a file of their own in the project's root, one line each, to be committed with the project. A finding
is known by its rule, file and fingerprint, from which no secret can be read. What is new is shown as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from ccds_ls.files import write_atomically

NAME = ".ccds-ls-baseline.json"
Entry = tuple[str, str, str]
"""(code, path relative to the project, fingerprint)"""

_ABOUT = "Findings that stood when this was written by 'ccds-ls check --baseline'. New ones are shown."
_MOST_BYTES = 20_000_000


class BaselineError(Exception):
    """A baseline can't be read or written. ``str`` says which and why, for people."""


def load(folder: Path) -> frozenset[Entry]:
    """What a project's baseline accepts; nothing where there is none. Raises BaselineError."""
    path = folder / NAME
    try:
        status = path.stat()
    except OSError:
        return frozenset()
    accepted = _parsed(path, status.st_mtime_ns, status.st_size)
    if isinstance(accepted, str):
        raise BaselineError(accepted)
    return accepted


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed: int, size: int) -> frozenset[Entry] | str:
    """The file as it is at this time and size, or what is wrong with it, for people.

    It is asked for at every keystroke and parsed once, whether it can be read or not: no exception is kept.
    """
    import json  # where there is a baseline alone

    what = f"{NAME} can't be read, so nothing in it is accepted"
    try:
        if size > _MOST_BYTES:
            return f"{what}: it is too large."
        entries = json.loads(path.read_bytes())["accepted"]
        return frozenset((str(e["code"]), str(e["path"]), str(e["fingerprint"])) for e in entries)
    except OSError as error:
        return f"{what}: {error.strerror}."
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"{what}: it is not what 'ccds-ls check --baseline' writes."


def record(
    folder: Path, entries: Iterable[Entry], replaces: Callable[[str], bool] = lambda _: True
) -> Path | None:
    """Write a project's baseline: ``entries``, and of the present one those whose path it does not replace.

    Returns the file, or None where nothing is to be accepted and none is there. Raises BaselineError.
    """
    import json

    kept = {entry for entry in load(folder) if not replaces(entry[1])}
    wanted = sorted(kept | set(entries))
    path = folder / NAME
    if not wanted and not path.exists():
        return None
    keys = ("code", "path", "fingerprint")
    lines = [json.dumps(dict(zip(keys, entry, strict=True))) for entry in wanted]
    text = f'{{\n "about": {json.dumps(_ABOUT)},\n "accepted": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"
    write_atomically(path, (text if lines else text.replace("[\n  \n ]", "[]")).encode())
    return path
