"""A file of environment variables with values in it is about to enter git.

## What it flags

`.env`, `.env.local`, `prod.env` and the like, when a variable has a value. Variables that say only how to run
(`PYTHONPATH`, `DEBUG=true`, a port, a log level) make it no more than a note. Files without values, and those
whose name says that they are an example or a template, are fine: they show which variables are needed. Where
`secret` has a finding in the file, this rule is silent; where all of those were accepted, it is not.

## Why it matters

Such a file is where secrets are kept so that they are not in the code. It is easily committed by `git add .`
while it holds nothing but a path, and then every later value goes into the history with it.

## Example

```ini
# .env  # flagged: values
DB_USER=ana
DB_PASSWORD=
```

```ini
# dev.env  # flagged: settings
PYTHONPATH=src
DEBUG=true
```

```ini
# .env
# Keep your keys here.
DB_USER=
```

```ini
# .env.example
DB_USER=ana
```

## The fix

Takes the file out of the index again, or stops tracking it, and adds it to `.gitignore`. It stays on disk. If it
held secrets in a commit that was pushed, revoke them first. While a `.env` with values is not in the index, adding it
to `.gitignore` is safe.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.data_policy import in_state
from ccds_ls.finding import Finding, Severity, State, plain_fingerprint
from ccds_ls.gitignore import ignoring_fixes, pattern_for
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

_NAME = re.compile(r"\.env(?:[.-].+)?|.+\.env")
_SHOWN_ON_PURPOSE = re.compile(r"(?<![a-z])(?:example|template|sample|dist|defaults?|tpl|dummy)(?![a-z])")
_VARIABLE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE)
# Values that are no secret whatever the variable is called.
_NO_VALUE = re.compile(
    r"(?:#.*|\$\{?\w+\}?|<.*>|\*+|x+|\.{3}|todo|change[-_ ]?me.*|your[-_ ].*|none|null)?", re.IGNORECASE
)
_HOW_TO_RUN = re.compile(
    r"(?:PYTHON\w+|DEBUG|PORT|HOST|LOG_?LEVEL|LOGLEVEL|ENV|ENVIRONMENT|TZ|LANG|LC_\w+|NUM_\w+|\w+_THREADS)"
    r"|CUDA_VISIBLE_DEVICES|COMPOSE_PROJECT_NAME"
)
_SWITCH = re.compile(r"true|false|yes|no|on|off|\d{1,5}|debug|info|warning|error", re.IGNORECASE)
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|PIN\b", re.IGNORECASE)


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding, on the whole file; none outside git, where such a file is in its place."""
    if file.ignored or not context.snapshot.in_git or not is_env_file(file.name):
        return
    kinds = {_kind(*variable) for variable in _VARIABLE.findall(file.head.decode("utf-8", "replace"))}
    kind = next((kind for kind in _SEVERITIES if kind in kinds), None)
    if kind is None:
        return
    severity, at_rest = _SEVERITIES[kind]
    path = context.project.relative(file.path)
    yield Finding(
        code=RULE.code,
        kind=kind,
        severity=in_state(severity, file.state, at_rest),
        path=file.path,
        message=_MESSAGES[kind] + (_REVOKE if kind == "values" and file.state is State.WORK_TREE else ""),
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, kind, path),
        # The template ignores every .env: whatever is in it is not for git.
        fixes=ignoring_fixes(
            file, context.project, pattern_for(path), safe=kind == "values" and file.name == ".env"
        ),
    )


def is_env_file(name: str) -> bool:
    """Whether a file of this name has environment variables in it, and not to show which are needed."""
    name = name.lower()
    return _NAME.fullmatch(name) is not None and not _SHOWN_ON_PURPOSE.search(name)


def _kind(name: str, value: str) -> str | None:
    """``values`` for a variable that may hold something private, ``settings`` for one that can't."""
    value = value.strip("'\"")
    if _NO_VALUE.fullmatch(value):
        return None
    if _HOW_TO_RUN.fullmatch(name) or (_SWITCH.fullmatch(value) and not _SECRET_NAME.search(name)):
        return "settings"
    return "values"


# Severity when staged, and at most for a file that is committed already.
_SEVERITIES = {
    "values": (Severity.ERROR, Severity.WARNING),
    "settings": (Severity.INFORMATION, Severity.INFORMATION),
}
_MESSAGES = {
    "values": "This file of environment variables has values in it. Keep it out of git; commit a copy without "
    "values, such as .env.example, to show which variables are needed.",
    "settings": "This file of environment variables differs from one person to the next, and the first secret "
    "put into it would be committed. Let .gitignore cover it.",
}
_REVOKE = " It is committed already: revoke what was secret in it."

RULE = Rule(
    code="env-file",
    summary="A file of environment variables with values in it is about to enter git",
    kinds={
        "values": "A variable has a value that may be private.",
        "settings": "The variables with a value say no more than how to run.",
    },
    check=check,
    is_about_commits=True,
    told_by=dict.fromkeys(_SEVERITIES, ("secret",)),
    reads_text=False,
)
