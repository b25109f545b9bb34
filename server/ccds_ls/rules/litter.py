"""A file that a tool made for itself is about to enter git.

## What it flags

Virtual environments and installed packages, caches and checkpoints, built packages and pages, the run folders
of experiment trackers, what editors and file managers leave behind. A folder that may be an environment or
not, such as `env/`, is told by the files in it.

## Why it matters

Such files are made again by themselves, differ on every machine and make every diff and clone larger. A
notebook's checkpoint keeps outputs that were cleared in the notebook itself; a run folder may hold a copy of
the data, or of the environment's variables.

## Example

```text
# paths
.venv/lib/python3.12/site-packages/numpy/version.py  # flagged: environment
env/bin/activate  # flagged: environment
env/cartpole.py
src/__pycache__/features.cpython-312.pyc  # flagged: cache
notebooks/.ipynb_checkpoints/1.0-jqp-eda-checkpoint.ipynb  # flagged: cache
docs/_build/html/index.html  # flagged: build
churn.egg-info/PKG-INFO  # flagged: build
mlruns/0/meta.yaml  # flagged: run
wandb/run-20260102_120000-abcdef/files/config.yaml  # flagged: run
logs/events.out.tfevents.1700000000.host  # flagged: run
.idea/workspace.xml  # flagged: editor
.vscode/settings.json
data/.DS_Store  # flagged: system
src/wandb/client.py
```

## The fix

Adds the usual pattern, such as `__pycache__/`, to `.gitignore`, and takes the file out of the index or stops
tracking it; it stays on disk. While the file is not in the index the fix is safe: such a file holds no work.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ccds_ls.data_policy import in_state
from ccds_ls.finding import Finding, Severity, plain_fingerprint
from ccds_ls.gitignore import ignoring_fixes, pattern_for
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File


@dataclass(frozen=True)
class Litter:
    """What kind of litter a file is, and the pattern of .gitignore that covers it."""

    kind: str
    pattern: str


_SEVERITIES = {
    "environment": Severity.WARNING,
    "cache": Severity.WARNING,
    "run": Severity.WARNING,
    "system": Severity.WARNING,
    "build": Severity.INFORMATION,  # some projects publish their built pages from git
    "editor": Severity.INFORMATION,  # and some teams share an editor's settings
}
# A folder of this name, anywhere in the path.
_FOLDERS = {
    **dict.fromkeys((".venv", ".conda", ".pixi", "site-packages", "node_modules"), "environment"),
    **dict.fromkeys(("__pycache__", ".ipynb_checkpoints", ".virtual_documents", ".jupyter_cache"), "cache"),
    **dict.fromkeys((".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox"), "cache"),
    **dict.fromkeys(("htmlcov", ".Rproj.user"), "cache"),
    **dict.fromkeys((".eggs", "_build"), "build"),
    **dict.fromkeys(("mlruns", "mlartifacts", "catboost_info", "lightning_logs"), "run"),
    **dict.fromkeys((".idea", ".spyproject", ".spyderproject"), "editor"),
    **dict.fromkeys(("__MACOSX", "$RECYCLE.BIN", ".Trashes"), "system"),
}
# An environment of any name, by where its packages are.
_INSTALLED = re.compile(r"(.+?)/(?:lib/python[\d.]+|Lib)/site-packages/")
# Files of this shape: (kind, pattern, expression); without a pattern the first group is the folder to ignore.
_SHAPES = tuple(
    (kind, pattern, re.compile(rf"(?:.*/)?{expression}", re.DOTALL))
    for kind, pattern, expression in (
        ("environment", None, r"((?:v?env|ENV))/(?:pyvenv\.cfg|conda-meta/.*|lib/python\d.*)"),
        ("environment", None, r"((?:v?env|ENV))/(?:bin|Scripts)/(?:activate|python|pip).*"),
        ("cache", "*.py[co]", r"[^/]+\.py[co]"),
        ("cache", ".coverage", r"\.coverage"),
        ("build", "*.egg-info/", r"[^/]+\.egg-info/.*"),
        ("run", "wandb/", r"wandb/(?:run-|offline-run-|latest-run|debug|settings).*"),
        ("run", "*.tfevents.*", r"[^/]+\.tfevents\.[^/]+"),
        ("editor", "*.sw[op]", r"\.[^/]+\.sw[op]"),
        ("editor", ".Rhistory", r"\.Rhistory"),
        ("system", ".DS_Store", r"\.DS_Store"),
        ("system", "Thumbs.db", r"Thumbs\.db"),
        ("system", "[Dd]esktop.ini", r"[Dd]esktop\.ini"),
        ("system", "._*", r"\._[^/]+"),
        ("system", "~$*", r"~\$[^/]+"),
    )
)


def litter_of(path: str) -> Litter | None:
    """What kind of litter a file is by its path in the project; None for one that a person made."""
    for folder in path.split("/")[:-1]:
        if folder == "site-packages" and (match := _INSTALLED.match(path)):
            return Litter("environment", pattern_for(match[1]) + "/")
        if folder in _FOLDERS:
            return Litter(_FOLDERS[folder], f"{folder}/")
    for kind, pattern, expression in _SHAPES:
        if match := expression.fullmatch(path):
            return Litter(kind, pattern or pattern_for(path[: match.end(1)]) + "/")
    return None


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding, on the whole file; none outside git, where such files are in nobody's way."""
    path = context.project.relative(file.path)
    litter = litter_of(path)
    if litter is None or file.ignored or not context.snapshot.in_git:
        return
    yield Finding(
        code=RULE.code,
        kind=litter.kind,
        severity=in_state(_SEVERITIES[litter.kind], file.state),
        path=file.path,
        message=f"{RULE.kinds[litter.kind]} It is made again by itself and differs on every machine. "
        f"Let .gitignore cover it: {litter.pattern}",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, litter.kind, path),
        fixes=ignoring_fixes(file, context.project, litter.pattern, safe=True),
    )


RULE = Rule(
    code="litter",
    summary="A file that a tool made for itself is about to enter git",
    kinds={
        "environment": "A part of an environment or of installed packages.",
        "cache": "A cache or a checkpoint.",
        "build": "A built package or page.",
        "run": "A file in a run folder of an experiment tracker.",
        "editor": "An editor's own state.",
        "system": "Left behind by a file manager or an office program.",
    },
    check=check,
    reads_text=False,
)
