"""The hooks for commits and pushes: written beside whatever is there, taken away without a trace."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from ccds_ls.git.command import ActError, Done, git, opened

SKIP = "CCDS_LS_SKIP_HOOK"
"""The environment variable that lets one commit or push pass, as git's own ``--no-verify`` does."""

NAMES = ("pre-commit", "pre-push")

_MARK = "# Written by 'ccds-ls hook install'; 'ccds-ls hook uninstall' takes it away again."
# A graphical client starts hooks with a bare PATH, so the interpreter is named in full. Hooks are run by a POSIX
# shell on Windows too: git brings one along. A hook that was there runs first, and what git tells a hook on its
# standard input is for both of them.
_SCRIPT = """\
#!/bin/sh
{mark}
{kept_first}
[ -z "${skip}" ] || exit 0
python={python}
if [ -x "$python" ]; then {run}"$python" -m ccds_ls hook run{name}; fi
if command -v ccds-ls >/dev/null 2>&1; then {run}ccds-ls hook run{name}; fi
echo "ccds-ls: nothing was checked: $python, with which the hook was installed, is gone." >&2
echo "Install ccds-ls again and run 'ccds-ls hook install', or pass this once: git {command} --no-verify" >&2
exit 1
"""
_PARTS = {
    "pre-commit": {
        "kept_first": 'kept="$(dirname "$0")/{kept}"\nif [ -x "$kept" ]; then "$kept" "$@" || exit $?; fi',
        "run": "exec ",
        "name": "",
        "command": "commit",
    },
    "pre-push": {
        "kept_first": 'kept="$(dirname "$0")/{kept}"\npushed="$(cat)"\n'
        'if [ -x "$kept" ]; then printf "%s\\n" "$pushed" | "$kept" "$@" || exit $?; fi',
        "run": 'printf "%s\\n" "$pushed" | ',
        "name": " pre-push; exit $?",
        "command": "push",
    },
}


def script(python: str = sys.executable, name: str = "pre-commit") -> str:
    """A hook as a shell script."""
    parts = {key: part.replace("{kept}", _kept(name)) for key, part in _PARTS[name].items()}
    quoted = shlex.quote(Path(python).as_posix())
    return _SCRIPT.format(mark=_MARK, skip=SKIP, python=quoted, **parts)


def install(folder: Path) -> Done:
    """Install the hooks in the repository around ``folder``; a hook that is there is kept and runs first."""
    hooks = _folder(folder)
    foreign = [name for name in NAMES if os.path.lexists(hooks / name) and not _is_ours(hooks, name)]
    for name in foreign:
        if os.path.lexists(hooks / _kept(name)):
            raise ActError(
                f"Nothing was changed: {hooks / name} is not ours, and {_kept(name)} is there already. Look at both."
            )
    hooks.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        half = hooks / f"{name}.{os.getpid()}.ccds-ls"
        half.write_text(script(name=name), encoding="utf-8", newline="\n")
        half.chmod(0o755)
        if name in foreign:
            (hooks / name).rename(hooks / _kept(name))
        half.replace(hooks / name)
    kept = [name for name in NAMES if os.path.lexists(hooks / _kept(name))]
    chained = f" Your own {' and '.join(kept)} is kept and runs first." if kept else ""
    paths = tuple(hooks / name for name in NAMES)
    return Done(
        f"Every commit and every push is checked now, by hooks in {hooks}.{chained}",
        paths,
        "ccds-ls hook uninstall",
    )


def uninstall(folder: Path) -> Done:
    """Take the hooks away; those that were there before are back, byte for byte."""
    hooks = _folder(folder)
    ours = [name for name in NAMES if _is_ours(hooks, name)]
    for name in NAMES:
        if name not in ours and _MARK in _text(hooks / name):
            raise ActError(
                f"Nothing was changed: {hooks / name} was changed since ccds-ls wrote it. Take our lines out by hand."
            )
    if not ours:
        raise ActError(f"Nothing was changed: there is no hook of ccds-ls in {hooks}.")
    back = [name for name in ours if os.path.lexists(hooks / _kept(name))]
    for name in ours:
        if name in back:
            (hooks / _kept(name)).replace(hooks / name)
        else:
            (hooks / name).unlink()
    told = f" Your own {' and '.join(back)} is back." if back else ""
    paths = tuple(hooks / name for name in ours)
    return Done(f"Removed the hooks of ccds-ls from {hooks}.{told}", paths, "ccds-ls hook install")


def installed(folder: Path) -> bool:
    """Whether the repository around ``folder`` has our hook for commits."""
    return _is_ours(_folder(folder, check=False), "pre-commit")


def _kept(name: str) -> str:
    return f"{name}.before-ccds-ls"


def _text(hook: Path) -> str:
    """What a hook says; empty for one that is not there or is no text."""
    try:
        return hook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _is_ours(hooks: Path, name: str) -> bool:
    """Whether a hook is just what some ``install`` wrote, for whichever interpreter."""
    text = _text(hooks / name)
    found = re.search(r"^python=(.*)$", text, re.MULTILINE)
    own = f"python={shlex.quote(Path(sys.executable).as_posix())}"
    return found is not None and text == script(name=name).replace(own, f"python={found[1]}", 1)


def _folder(folder: Path, *, check: bool = True) -> Path:
    """Where git looks for this repository's hooks. Raises ActError where others use that folder."""
    repository = opened(folder)
    hooks = Path(repository.top, git(repository.top, "rev-parse", "--git-path", "hooks").stdout)
    own = repository.common_dir / "hooks"
    if check and Path(os.path.realpath(hooks)) != Path(os.path.realpath(own)):
        shared = (
            "a tool such as husky keeps them there"
            if hooks.is_relative_to(repository.top)
            else "others use it, too"
        )
        line = f"{shlex.quote(sys.executable)} -m ccds_ls hook run || exit $?"
        raise ActError(
            f"Nothing was changed: git looks for hooks in {hooks} (core.hooksPath), and {shared}. "
            f"Add this line to the pre-commit hook there: {line}"
        )
    return hooks
