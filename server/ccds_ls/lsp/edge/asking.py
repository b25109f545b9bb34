"""What the server asks the editor, for a limited time, and whatever the editor answers.

pygls waits without end, keeps what it waits for (openlawlibrary/pygls#608), and fails on an answer that comes too
late (openlawlibrary/pygls#621). Some editors never answer, some answer null where the protocol has an object.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from ccds_ls.lsp.edge.converter import what_is_wrong

_log = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0
"""How long the editor may take to answer a request of ours, where no person is asked."""

PERSON_SECONDS = 600.0
"""How long it may take where a person is asked."""

_ASKS_A_PERSON = {types.WINDOW_SHOW_MESSAGE_REQUEST, types.WORKSPACE_APPLY_EDIT}


class NoAnswer(JsonRpcException):
    """The editor did not answer a request of ours in time, or with something that is no answer."""


class Asking(LanguageServerProtocol):
    """pygls' protocol with a limit to its patience."""

    def send_request(
        self,
        method: str,
        params: object = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: str | int | None = None,
    ) -> Future[Any]:
        """Asks the editor, for a limited time; a JsonRpcException, such as NoAnswer, says that there is no result."""
        # From the message loop only: its timers are not for other threads.
        msg_id = msg_id or str(uuid.uuid4())
        future: Future[Any] = super().send_request(method, params, callback, msg_id)
        asyncio.get_running_loop().call_soon(self._limit, msg_id, method, future)
        return future

    def _limit(self, msg_id: str | int, method: str, future: Future[Any]) -> None:
        seconds = PERSON_SECONDS if method in _ASKS_A_PERSON else ANSWER_SECONDS
        too_late = NoAnswer(f"the editor did not answer {method} within {seconds:g} s")
        timer = asyncio.get_running_loop().call_later(seconds, _give_up, future, too_late)

        def done(_: Future[Any]) -> None:
            timer.cancel()
            self._result_types.pop(msg_id, None)
            if self._request_futures.pop(msg_id, None):
                self.notify(types.CANCEL_REQUEST, types.CancelParams(msg_id))

        future.add_done_callback(done)

    def is_answer(self, message: dict[str, Any]) -> bool:
        """Whether a message without a method is an answer; editors in JavaScript leave an undefined result out."""
        asked = isinstance(message.get("id"), str) and message["id"] in self._request_futures
        return asked or "result" in message or "error" in message

    def _answered(self, message: dict[str, Any]) -> None:
        """Gives an answer of the editor to whoever asked."""
        msg_id, error = str(message.get("id")), message.get("error")
        future = self._request_futures.pop(msg_id, None)
        kind = self._result_types.pop(msg_id, None)
        if future is None or future.done():
            _log.debug("ignored an answer to no request of ours")
        elif error is not None:
            told = error if isinstance(error, dict) else {}
            code = told.get("code") if isinstance(told.get("code"), int) else None
            future.set_exception(JsonRpcException(str(told.get("message", "")), code))
        else:
            try:
                answer = {**message, "result": message.get("result")}
                result = self._converter.structure(answer, kind).result if kind else answer["result"]
            except Exception as wrong:
                future.set_exception(NoAnswer(f"the editor's answer is none: {what_is_wrong(wrong)}"))
            else:
                future.set_result(result)


def _give_up(future: Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
