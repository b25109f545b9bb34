"""What a status bar shows: whether the server sees what is staged, and how many findings that has.

A client that says ``ccdsStatus: true`` among its experimental capabilities is sent ``ccds/status`` when it changes::

    {"state": "starting" | "ready" | "blind" | "paused", "message": str,
     "coming": {"error": int, "warning": int, "information": int, "hint": int}}
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from ccds_ls.finding import Severity, State
from ccds_ls.lsp.session import Session

STATUS = "ccds/status"


def status(session: Session, *, busy: bool, engine_problem: str | None) -> dict[str, Any]:
    """The parameters of ``ccds/status``; ``busy`` until the engine is there and the first look is done."""
    if session.paused:
        none = {severity.label: 0 for severity in Severity}
        return {"state": "paused", "message": "Paused: nothing is checked. Resume to go on.", "coming": none}
    problem = next(
        (folder.problem for folder in list(session.folders.by_root.values()) if folder.problem),
        engine_problem,
    )
    coming = Counter(
        finding.severity.label
        for standing in list(session.standing.values())
        for finding, _ in standing.located
        if finding.state is State.STAGED
    )
    counts = {severity.label: coming[severity.label] for severity in Severity}
    if problem:
        return {"state": "blind", "message": problem, "coming": counts}
    if busy:
        return {"state": "starting", "message": "Looking at what is staged.", "coming": counts}
    return {"state": "ready", "message": _in_words(counts), "coming": counts}


def _in_words(counts: dict[str, int]) -> str:
    told = [_counted(number, label) for label, number in counts.items() if number]
    return f"In the coming commit: {', '.join(told)}." if told else "Nothing was found in what is staged."


def _counted(number: int, label: str) -> str:
    plain = label == Severity.INFORMATION.label  # a word without a plural
    return f"{number} {label}{'' if number == 1 or plain else 's'}"
