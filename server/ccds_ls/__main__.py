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
    # A command ends before much could be collected, and looking for it takes a tenth of its time.
    gc.set_threshold(100_000)
    from ccds_ls.cli import run

    code = run(arguments)
    if argv is None and arguments[0] in ("check", "hook"):
        _end(code)
    return code


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
