"""From a message's body to a handler and back: exactly one reply to each request, whatever comes.

pygls finds the handler; this subclass adds what it lacks, each with the report that would let it go: a reply where
parameters are wrong (openlawlibrary/pygls#326), the states before `initialize` and after `shutdown`, cancellation
that stops the work (openlawlibrary/pygls#517), an exit code (openlawlibrary/pygls#118), and logs that hold no text
of a document. Work for a thread goes through `worker.in_worker`; pygls' own threads can't be cancelled.
"""

from __future__ import annotations

import asyncio
import enum
import inspect
import json
import logging
import re
import traceback
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import cattrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import lsp_method

from ccds_ls.lsp.edge.asking import Asking
from ccds_ls.lsp.edge.converter import expect, tolerable, what_is_wrong
from ccds_ls.lsp.edge.documents import Documents
from ccds_ls.lsp.edge.framing import Fault, framed

_log = logging.getLogger(__name__)

# The identifier of a request that can't be parsed as a whole, where it comes early, as all editors have it.
_EARLY_ID = re.compile(
    rb'\s*\{(?:\s*"\w+"\s*:\s*"[^"\\]*"\s*,){0,2}\s*"id"\s*:\s*(-?\d{1,18}|"[\x20-\x21\x23-\x5b\x5d-\x7e]*")\s*[,}]'
)


class State(enum.Enum):
    """Where the conversation is."""

    NEW = enum.auto()
    OPEN = enum.auto()
    SHUT = enum.auto()


def _error(code: int, message: str) -> JsonRpcException:
    return JsonRpcException(message, code)


class ServerProtocol(Asking):
    """Give it as `protocol_cls`, with `converter` as `converter_factory`; `transport.serve` connects it."""

    def __init__(self, server: Any, converter: cattrs.Converter) -> None:  # noqa: ANN401 - any server of pygls
        self.state = State.NEW  # first of all, since pygls looks at every attribute in its own __init__
        super().__init__(server, converter)
        self.answered_early: object = None  # the id of an `initialize` that has had its reply
        self.on_exit: Callable[[], None] = lambda: None
        self._running: dict[object, asyncio.Task[None]] = {}
        self._notified: set[asyncio.Task[None]] = set()
        self._told: set[str] = set()

    @property
    def exit_code(self) -> int:
        """0 after a `shutdown` request, else 1."""
        return 0 if self.state is State.SHUT else 1

    # What comes in

    def receive(self, frame: bytes | Fault) -> None:
        """Takes one frame. Never raises; handlers run after it has returned, in order of arrival."""
        message = self._parsed(frame)
        if message is None:
            return
        msg_id, method = message.get("id"), message.get("method")
        if method is None and self.is_answer(message):
            self._answered(message)
        elif message.get("jsonrpc") != "2.0" or not isinstance(method, str):
            self._refuse(_usable(msg_id), types.ErrorCodes.InvalidRequest, "this is not JSON-RPC 2.0")
        elif "id" not in message:
            self._notification(method, message.get("params"))
        elif _usable(msg_id) is None:
            self._refuse(None, types.ErrorCodes.InvalidRequest, "an id must be a string or a number")
        else:
            self._request(msg_id, method, message.get("params"))

    def _parsed(self, frame: bytes | Fault) -> dict[str, Any] | None:
        """A message, or None once a frame that is none has been refused."""
        refused, code = None, types.ErrorCodes.ParseError
        try:
            message = json.loads(expect(frame, bytes))
            if isinstance(message, dict):
                return message
            code, why = types.ErrorCodes.InvalidRequest, "a message is one object; there are no batches"
        except TypeError:
            why = f"this is no message: {frame!s}"
        except json.JSONDecodeError as error:
            why = f"this is not JSON: {error.msg}"
        except (ValueError, RecursionError) as error:
            # It may be a request all the same: not in UTF-8, nested too deeply, or with a number of 5000 digits.
            early = _EARLY_ID.match(frame)  # type: ignore[arg-type]
            refused = json.loads(early[1]) if early else None
            why = f"this can't be read ({type(error).__name__})"
        self._tell(f"A message was refused: {why}.")
        self._refuse(refused, code, why)
        return None

    def _request(self, msg_id: object, method: str, params: object) -> None:
        try:
            self._admit(msg_id, method)
            handler = self._get_handler(method)
            structured = self._structured(method, params)
        except JsonRpcException as error:
            self._refuse(msg_id, error.code, error.message)
            return
        if method == types.INITIALIZE:
            self.state = State.OPEN
            if msg_id == self.answered_early:
                self._note(method, handler, structured)
                return
        elif method == types.SHUTDOWN:
            self.state = State.SHUT
        self._running[msg_id] = self._task(self._respond(msg_id, method, handler, structured))

    def _admit(self, msg_id: object, method: str) -> None:
        """Raises what is wrong with a request at this time."""
        first = method == types.INITIALIZE
        if self.state is State.NEW and not first:
            raise _error(types.ErrorCodes.ServerNotInitialized, f"{method} came before initialize")
        if self.state is State.SHUT:
            raise _error(types.ErrorCodes.InvalidRequest, f"{method} came after shutdown")
        if first and self.state is State.OPEN:
            raise _error(types.ErrorCodes.InvalidRequest, "initialize came twice")
        if msg_id in self._running:
            raise _error(types.ErrorCodes.InvalidRequest, "a request with this id is not answered yet")
        if _kinds(method)[0] and not _kinds(method)[1]:
            raise _error(types.ErrorCodes.InvalidRequest, f"{method} is a notification and has no id")

    def _notification(self, method: str, params: object) -> None:
        if method == types.EXIT:
            params = None
        elif self.state is not State.OPEN or _kinds(method)[1]:
            _log.debug("ignored a notification out of place")
            return
        try:
            structured = self._structured(method, params)
            if method == types.CANCEL_REQUEST:
                self._cancel(structured.id)
                return
            handler = self._get_handler(method)
        except JsonRpcException as error:
            if error.code != types.ErrorCodes.MethodNotFound:
                self._tell(f"A notification was ignored: {error.message}.")
            return
        self._note(method, handler, structured)

    def _structured(self, method: str, params: object) -> Any:  # noqa: ANN401 - what the method has
        kind = _kinds(method)[2]
        if kind is None:
            return params
        try:
            if method == types.INITIALIZE:
                params = tolerable(params, self._converter, self._tell)
            return self._converter.structure({} if params is None else params, kind)
        except Exception as error:
            raise _error(types.ErrorCodes.InvalidParams, f"{method}: {what_is_wrong(error)}") from None

    # What is done with it

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work)

    async def _respond(
        self, msg_id: object, method: str, handler: Callable[..., Any], params: object
    ) -> None:
        result, failure = None, None
        try:
            result = await self._call(handler, params)
        except asyncio.CancelledError:
            failure = _error(types.LSPErrorCodes.RequestCancelled, f"{method} was cancelled")
        except JsonRpcException as error:
            failure = error
        except Exception as error:
            self._failed(method, error)
            failure = _error(types.ErrorCodes.InternalError, f"{method} failed ({type(error).__name__})")
        # Else it has been answered when it was cancelled, and the identifier may be in use again.
        if self._running.get(msg_id) is asyncio.current_task():
            del self._running[msg_id]
            if failure:
                self._refuse(msg_id, failure.code, failure.message, failure.data)
            else:
                self._reply(msg_id, method, result)

    def _note(self, method: str, handler: Callable[..., Any], params: object) -> None:
        """Runs a handler that has no reply."""
        task = self._task(self._take_note(method, handler, params))
        self._notified.add(task)
        task.add_done_callback(self._notified.discard)

    async def _take_note(self, method: str, handler: Callable[..., Any], params: object) -> None:
        try:
            await self._call(handler, params)
        except Exception as error:
            self._failed(method, error)

    async def _call(self, handler: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Runs a handler; one of pygls' own is a generator, which yields the calls of our handlers."""
        result: Any = handler(*args, **kwargs)
        if inspect.isawaitable(result):
            return await result
        if not isinstance(result, Generator):
            return result
        value = None
        while True:
            try:
                step: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any] | None] = result.send(value)
            except StopIteration as stop:
                return stop.value
            value = await self._call(step[0], *step[1], **(step[2] or {}))

    def _cancel(self, msg_id: object) -> None:
        task = self._running.pop(msg_id, None)
        if task:
            self._refuse(msg_id, types.LSPErrorCodes.RequestCancelled, "the request was cancelled")
            task.cancel()

    def stop(self) -> list[asyncio.Task[None]]:
        """Cancels all that runs, for nobody is there to answer; the tasks are for waiting for them."""
        tasks = [*self._running.values(), *self._notified]
        self._running.clear()
        for task in tasks:
            task.cancel()
        return tasks

    def _failed(self, method: str, error: Exception) -> None:
        """Logs an error of ours by its type and place; its message might quote a document."""
        self._tell(f"{method} failed with {type(error).__name__}. Please report this.")
        _log.debug("%s", "".join(traceback.format_tb(error.__traceback__)))

    def _tell(self, what: str) -> None:
        """Logs a thing once, however often it happens, and no more than a hundred things."""
        if what not in self._told and len(self._told) < 100:
            self._told.add(what)
            _log.warning("%s", what)

    # What goes out

    def _reply(self, msg_id: object, method: str, result: object) -> None:
        try:
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})
        except Exception as error:
            self._failed(method, error)
            self._refuse(msg_id, types.ErrorCodes.InternalError, f"the result of {method} can't be sent")

    def _refuse(self, msg_id: object, code: int, message: str, data: object = None) -> None:
        error = {"code": int(code), "message": message, **({} if data is None else {"data": data})}
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": error})

    def _send_data(self, data: Any) -> None:  # noqa: ANN401 - a dict or one of pygls' messages
        # In ASCII a lone surrogate stays what it is, and the length in characters is that in bytes.
        text = json.dumps(data, default=self._serialize_message, allow_nan=False, separators=(",", ":"))
        supersedes = getattr(data, "method", "") == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS
        about = data.params.uri if supersedes else None
        self.writer.put(framed(text.encode("ascii")), about)  # type: ignore[union-attr]

    # pygls' own handlers

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """pygls' own, with our documents."""
        result = yield from super().lsp_initialize(params)
        self._workspace = Documents.of(self.workspace)
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:  # noqa: ANN401 - nothing
        """pygls' own, once what runs has been cancelled."""
        for msg_id, task in list(self._running.items()):
            if task is not asyncio.current_task():
                self._cancel(msg_id)
        yield from super().lsp_shutdown(*args)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Generator[Any, Any, None]:  # noqa: ANN401 - nothing
        """Ends the server, rather than raise SystemExit in a task."""
        if handler := self.fm.features.get(types.EXIT):
            yield handler, args, None
        self.on_exit()


def _kinds(method: str) -> tuple[Any, ...]:
    """lsprotocol's types of a method: message, response or None for a notification, parameters."""
    return types.METHOD_TO_TYPES.get(method, (None, None, None))


def _usable(msg_id: object) -> object:
    """An identifier that a reply can carry, or None."""
    if isinstance(msg_id, bool) or not isinstance(msg_id, (str, int, float)):
        return None
    return None if isinstance(msg_id, float) and not abs(msg_id) < float("inf") else msg_id
