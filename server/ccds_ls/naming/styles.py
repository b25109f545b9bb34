"""Styles of names other than the documented one: which of them the notebooks of a folder follow."""

from __future__ import annotations

import re
from functools import lru_cache

from ccds_ls.naming.convention import Convention, problem
from ccds_ls.naming.folder import Folder, stem

_FOLLOWED = 0.8
_MIN_FOLLOWERS = 5
_LOOKED_AT = 200
_OTHER_STYLES = (
    (r"\d{4}-?\d\d-?\d\d[-_ ]\w[\w -]*", "a date and a description"),
    (r"\d+(\.\d+)*_[a-z]{2,4}_\w+", "number, initials and description joined by '_'"),
    (r"\d+(\.\d+)*_\w+", "a number and a description joined by '_'"),
    (r"\d+(\.\d+)*-[\w-]+", "a number and a description, also with capitals and '_'"),
    (r"\d+(\.\d+)*\.? \w[\w -]*", "a number and a description with blanks"),
    (r"[A-Za-z]\d+(\.\d+)*[-_ ]\w[\w -]*", "a letter and a number before the description"),
    (r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "words in small letters joined by '_', without a number"),
    (r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "words in small letters joined by '-', without a number"),
)


@lru_cache(maxsize=64)
def style_of(folder: Folder) -> tuple[str, str] | None:
    """The style, other than the documented one, that nearly all of a folder's notebooks follow, and what to call it.

    At least four fifths of five notebooks or more: in public repositories the rest is what nobody got round to.
    """
    names = folder.names[:_LOOKED_AT]
    if len(names) < _MIN_FOLLOWERS:
        return None
    number = Convention("number")
    for style, called in (("number", "a number and a description, as in 1.0-topic"), *_OTHER_STYLES):
        fits = re.compile(style).fullmatch if style != "number" else None
        following = [
            name
            for name in names
            if (fits(stem(name)) if fits else problem(name, folder, number) in (None, "duplicate-number"))
        ]
        if len(following) >= _FOLLOWED * len(names):
            return style, called
    return None
