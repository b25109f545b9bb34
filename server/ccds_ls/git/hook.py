"""The pre-commit hook: written beside whatever is there, taken away without a trace."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

from ccds_ls.git.command import ActError, Done, git, opened

SKIP = "CCDS_LS_SKIP_HOOK"
"""The environment variable that lets one commit pass, as ``git commit --no-verify`` does."""

_NAME = "pre-commit"
_KEPT = "pre-commit.before-ccds-ls"
_MARK = "# Written by 'ccds-ls hook install'; 'ccds-ls hook uninstall' takes it away again."
# A graphical client starts hooks with a bare PATH, so the interpreter is named in full. Hooks are run by a POSIX
# shell on Windows too: git brings one along.
_SCRIPT = """\
#!/bin/sh
{mark}
kept="$(dirname "$0")/{kept}"
if [ -x "$kept" ]; then "$kept" "$@" || exit $?; fi
[ -z "${skip}" ] || exit 0
python={python}
if [ -x "$python" ]; then exec "$python" -m ccds_ls hook run; fi
if command -v ccds-ls >/dev/null 2>&1; then exec ccds-ls hook run; fi
echo "ccds-ls: nothing was checked: $python, with which the hook was installed, is gone." >&2
echo "Install ccds-ls again and run 'ccds-ls hook install', or pass this once: git commit --no-verify" >&2
exit 1
"""


def script(python: str = sys.executable) -> str:
    """The hook as a shell script."""
    return _SCRIPT.format(mark=_MARK, kept=_KEPT, skip=SKIP, python=shlex.quote(python))


def install(folder: Path) -> Done:
    """Install the hook in the repository around ``folder``; a hook that is there is kept and runs first."""
    hooks = _folder(folder)
    hook, kept = hooks / _NAME, hooks / _KEPT
    if os.path.lexists(hook) and not _is_ours(hook):
        if os.path.lexists(kept):
            raise ActError(
                f"Nothing was changed: {hook} is not ours, and {kept} is there already. Look at both."
            )
        hook.rename(kept)
    hooks.mkdir(parents=True, exist_ok=True)
    half = hooks / f"{_NAME}.{os.getpid()}.ccds-ls"
    half.write_text(script(), encoding="utf-8", newline="\n")
    half.chmod(0o755)
    half.replace(hook)
    chained = f" Your own hook is kept as {kept.name} and runs first." if kept.exists() else ""
    return Done(f"Every commit is checked now, by {hook}.{chained}", (hook,), "ccds-ls hook uninstall")


def uninstall(folder: Path) -> Done:
    """Take the hook away; the one that was there before is back, byte for byte."""
    hooks = _folder(folder)
    hook, kept = hooks / _NAME, hooks / _KEPT
    if not os.path.lexists(hook) or not _is_ours(hook):
        raise ActError(f"Nothing was changed: there is no hook of ccds-ls in {hooks}.")
    if os.path.lexists(kept):
        kept.replace(hook)
        return Done(f"Your own hook is back in {hook}.", (hook,), "ccds-ls hook install")
    hook.unlink()
    return Done(f"Removed {hook}.", (hook,), "ccds-ls hook install")


def installed(folder: Path) -> bool:
    """Whether the repository around ``folder`` has our hook."""
    return _is_ours(_folder(folder, check=False) / _NAME)


def _is_ours(hook: Path) -> bool:
    """Whether a hook is just what some ``install`` wrote, for whichever interpreter."""
    try:
        text = hook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    found = re.search(r"^python=(.*)$", text, re.MULTILINE)
    if found is None:
        return False
    return text == script().replace(f"python={shlex.quote(sys.executable)}", f"python={found[1]}", 1)


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
