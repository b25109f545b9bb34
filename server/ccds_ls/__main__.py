"""The command line: one branch a subcommand, with the heavy imports inside the branch."""

from __future__ import annotations

import gc
import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["server"] and set(arguments[1:]) <= {"--stdio"}:
        # An editor waits for this one: not even the parser of the command line is loaded first.
        from ccds_ls.lsp.edge.start import main as serve

        serve()
    if sys.stdout is None or sys.stderr is None:
        _have_streams()
    # A command ends before much could be collected, and looking for it takes a tenth of its time.
    gc.set_threshold(100_000)
    from ccds_ls.cli import run

    code = run(arguments)
    if argv is None and arguments[0] in ("check", "hook"):
        _end(code)
    return code


def _have_streams() -> None:
    """Have what is printed go nowhere where who starts us has closed a stream, as programs without a console do."""
    nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8", errors="replace")
    sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere


def _end(code: int) -> None:
    """End this process at once. A commit waits for it, and to free what the secret engine has built takes long."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # The reader has gone: Python's own end knows what to do.
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
