"""The phases of a project's work, and which of them a folder's name or a notebook's description speaks for."""

from __future__ import annotations

from collections.abc import Sequence

from ccds_ls.naming.slug import slug

# The phases of CCDS's documentation and the beginnings of words that speak for one.
PHASES = ("exploration", "cleaning and features", "visualization", "modeling", "publication")
_PHASE_WORDS = (
    ("eda", "explor", "initial", "look"),
    ("clean", "feature", "prep", "wrangl", "merg", "transform"),
    ("plot", "visual", "viz", "figure", "chart", "dashboard"),
    ("model", "train", "predict", "tun", "evaluat", "classif", "regress", "forecast", "cluster"),
    ("report", "final", "publi", "paper", "present"),
)
_PHASE_FOLDERS = {"exploratory": 0, "exploration": 0, "report": 4, "reports": 4}
_BEGINNING = 5  # letters of a phase's word, so that "modeling" is found in "models"


def phase_of(folder: str, description: str, phases: Sequence[str] = ()) -> int:
    """The phase that a folder's name or a description speaks for, else 0.

    It is an index into ``PHASES``, or into a project's own ``phases``: there the beginnings of their own words count.
    """
    if phases:
        own = [
            tuple(word[:_BEGINNING] for word in slug(phase).split("-") if word != "and") for phase in phases
        ]
        words = [*description.split("-"), *reversed(slug(folder).split("-"))]
        return next((n for word in words for n, begins in enumerate(own) if word.startswith(begins)), 0)
    for part in reversed(folder.lower().split("/")):
        if part in _PHASE_FOLDERS:
            return _PHASE_FOLDERS[part]
    for word in description.split("-"):
        for phase, beginnings in enumerate(_PHASE_WORDS):
            if word.startswith(beginnings):
                return phase
    return 0
