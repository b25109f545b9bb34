"""Names for branches: proposed from what has changed, or made of words that git does not take as they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

FIRST = "initial-exploration"
"""For a repository in which nothing has changed yet (the name in the documentation of Cookiecutter Data Science)."""

_MAX_LENGTH = 50
_SAYS_NOTHING = {"__init__", "readme", "gitkeep", "gitignore", "untitled"}


def slug(words: str) -> str:
    """A name that git and every file system take: lower case, dashes for what is neither letter nor digit.

    >>> slug("Model: training script!"), slug("W07/étude"), slug("-d")
    ('model-training-script', 'w07/etude', 'd')
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    parts = (re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in plain.split("/"))
    return "/".join(part for part in parts if part)[:_MAX_LENGTH].strip("-/")


def suggested(changed: Iterable[str], branches: Collection[str]) -> str:
    """A name by the first of the changed files whose own name says something; none that there is already."""
    stems = (slug(PurePosixPath(path).stem.lstrip(".")) for path in changed)
    name = next((stem for stem in stems if stem and stem.replace("-", "_") not in _SAYS_NOTHING), FIRST)
    numbered = (f"{name}-{number}" for number in range(2, len(branches) + 3))
    return next(one for one in (name, *numbered) if one not in branches)
