"""What the bench has seen, kept in ``client-config/`` for its table of editors and for its pages' pictures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from typing import Any

from editors.editor import Driver
from editors.install import CACHE
from editors.page import PAGES
from editors.scenarios import Scenario

OBSERVED = PAGES / "observed.json"
PICTURES = CACHE / "pictures"

Observed = dict[str, Any]
"""``features`` has each scenario's name with its row in the table; ``editors`` each driver's name with its title,
its version, the scenarios that were ``seen``, and those that it ``cannot`` do with the reason."""


def merged(
    before: Observed, scenarios: Iterable[Scenario], drivers: Iterable[Driver], seen: Mapping[str, Any]
) -> Observed:
    """What is known after a run. ``seen`` has each driver that ran: its version, and scenario -> whether it passed.

    What did not run this time holds from before.
    """
    features = {scenario.name: scenario.feature for scenario in scenarios}
    editors = {}
    for driver in drivers:
        old, new = before.get("editors", {}).get(driver.name, {}), seen.get(driver.name, {})
        passed = dict.fromkeys(old.get("seen", ()), True) | new.get("scenarios", {})
        editors[driver.name] = {
            "title": driver.title,
            "version": new.get("version") or old.get("version"),
            "page": driver.page,
            "seen": [name for name in features if passed.get(name) and name not in driver.cannot],
            "cannot": {name: driver.cannot[name] for name in features if name in driver.cannot},
        }
    return {"features": features, "editors": editors}


def load() -> Observed:
    """What is kept."""
    loaded: Observed = json.loads(OBSERVED.read_text(encoding="utf-8")) if OBSERVED.is_file() else {}
    return loaded


def keep(observed: Observed, drivers: Iterable[Driver]) -> None:
    """Keep it, and the pictures that were taken."""
    OBSERVED.write_text(json.dumps(observed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for driver in drivers:
        for picture in PICTURES.glob(f"{driver.name}.*"):
            if driver.name == driver.page:
                shutil.copyfile(picture, PAGES / driver.page / f"picture{picture.suffix}")


def same(one: Observed, other: Observed) -> bool:
    """Whether two observations say the same, whatever the versions of the editors were."""

    def without_versions(observed: Observed) -> Observed:
        editors = observed.get("editors", {})
        return {**observed, "editors": {name: {**e, "version": None} for name, e in editors.items()}}

    return without_versions(one) == without_versions(other)
