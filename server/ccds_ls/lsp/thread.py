"""Blocking work beside the message loop, for requests: what goes wrong for the user is the request's plain error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from pygls.exceptions import JsonRpcException

from ccds_ls.lsp.edge.worker import in_worker

T = TypeVar("T")

REQUEST_FAILED = -32803
"""LSP's code for a request that was right and could not be carried out."""


async def in_thread(work: Callable[[threading.Event], T]) -> T:
    """Run blocking work beside the message loop. What went wrong for the user becomes a plain error.

    ``work`` is given an event that is set when the client no longer wants the result.
    """
    from ccds_ls.git.act import ActError
    from ccds_ls.git.read import GitError
    from ccds_ls.scaffold.generate import ScaffoldError

    try:
        return await in_worker(work)
    except (ActError, GitError, ScaffoldError) as error:
        raise JsonRpcException(str(error), REQUEST_FAILED) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise JsonRpcException(f"{where}{error.strerror or error}.", REQUEST_FAILED) from error
