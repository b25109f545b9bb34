"""What may go wrong in a conversation. Each fault gets the replies that it must get, then service goes on.

One line a fault: its name, what is sent, and the replies as (id, error code or "ok"). A request is sent after each;
all that comes before its reply is compared, so a reply too many or too few is seen, and so is a message box.
"""

# ruff: noqa: E501 - one line a fault

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from wire.client import Client, framed, notification, request

PARSE, INVALID, METHOD, PARAMS, INTERNAL, CANCELLED = -32700, -32600, -32601, -32602, -32603, -32800
URI = {"textDocument": {"uri": "file:///a"}}
ZERO = {"line": 0, "character": 0}
HOVER = {**URI, "position": ZERO}
Replies = Sequence[tuple[object, object]]
GOOD: Replies = [(1, "ok")]
LOST: Replies = [(None, PARSE)]
NONE: Replies = []

probes = itertools.count(900_000_000)


def hover(msg_id: Any = 1, **changes: object) -> dict[str, Any]:
    return {**request(msg_id, "textDocument/hover", HOVER), **changes}


def command(msg_id: object, name: str, *arguments: object) -> dict[str, Any]:
    return request(msg_id, "workspace/executeCommand", {"command": name, "arguments": list(arguments)})


def each(method: str, *all_params: Any) -> list[dict[str, Any]]:
    return [notification(method, params) for params in all_params]


def at(line: object, character: object = 0) -> dict[str, Any]:
    return request(1, "textDocument/hover", {**URI, "position": {"line": line, "character": character}})


def cancel(msg_id: object) -> dict[str, Any]:
    return notification("$/cancelRequest", {"id": msg_id})


def check(client: Client, data: bytes, expected: Replies) -> None:
    probe = next(probes)
    client.send_bytes(data + framed(hover(probe)))
    replies = []
    for message in client.messages():
        assert message.get("method") not in ("window/showMessage", "window/logMessage")
        if "method" in message:
            continue
        if message["id"] == probe:
            break
        assert ("result" in message) != ("error" in message)
        replies.append((message["id"], message["error"]["code"] if "error" in message else "ok"))
    assert [(type(msg_id), msg_id, outcome) for msg_id, outcome in replies] == [
        (type(msg_id), msg_id, outcome) for msg_id, outcome in expected
    ]


# Headers: {n} is the length of the body, {n-5} five less, {body} a request with the id 1.
HEADERS = [
    ("as specified", b"Content-Length: {n}\r\n\r\n{body}", GOOD),
    ("lower case", b"content-length: {n}\r\n\r\n{body}", GOOD),
    ("upper case", b"CONTENT-LENGTH: {n}\r\n\r\n{body}", GOOD),
    ("no blank after the colon", b"Content-Length:{n}\r\n\r\n{body}", GOOD),
    ("many blanks", b"Content-Length \t:  {n} \t\r\n\r\n{body}", GOOD),
    ("bare line feeds", b"Content-Length: {n}\n\n{body}", GOOD),
    ("mixed line ends", b"Content-Length: {n}\n\r\n{body}", GOOD),
    ("a type before", b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: {n}\r\n\r\n{body}", GOOD),
    ("a type after", b"Content-Length: {n}\r\nContent-Type: application/vscode-jsonrpc; charset=utf8\r\n\r\n{body}", GOOD),
    ("an unknown field", b"X-Editor: x\r\nContent-Length: {n}\r\nX-Other: Content-Length\r\n\r\n{body}", GOOD),
    ("blank lines before", b"\r\n\r\n\n\nContent-Length: {n}\r\n\r\n{body}", GOOD),
    ("leading zeros", b"Content-Length: 000{n}\r\n\r\n{body}", GOOD),
    ("twice the same length", b"Content-Length: {n}\r\nContent-Length: {n}\r\n\r\n{body}", GOOD),
    ("5 bytes too short", b"Content-Length: {n-5}\r\n\r\n{body}", LOST),
    ("1 byte too short", b"Content-Length: {n-1}\r\n\r\n{body}", LOST),
    ("1 byte long", b"Content-Length: 1\r\n\r\n{body}", LOST),
    ("1 byte too long", b"Content-Length: {n+1}\r\n\r\n{body}", GOOD),
    ("5 bytes too long", b"Content-Length: {n+5}\r\n\r\n{body}", GOOD),
    ("20 bytes too long, between two line ends", b"Content-Length: {n+20}\r\n\r\n{body}", GOOD),
    ("longer than the next message", b"Content-Length: {n+60}\r\n\r\n{body}", GOOD),
    ("10,000 bytes too long", b"Content-Length: {n+10000}\r\n\r\n{body}", GOOD),
    ("200 MB too long", b"Content-Length: 200000000\r\n\r\n{body}", GOOD),
    ("of no length", b"Content-Length: 0\r\n\r\n{body}", LOST),
    ("a negative length", b"Content-Length: -{n}\r\n\r\n{body}", LOST),
    ("a fraction", b"Content-Length: {n}.5\r\n\r\n{body}", LOST),
    ("a word for a length", b"Content-Length: many\r\n\r\n{body}", LOST),
    ("hexadecimal", b"Content-Length: 0x{n}\r\n\r\n{body}", LOST),
    ("no length at all", b"Content-Type: application/vscode-jsonrpc\r\n\r\n{body}", LOST),
    ("10 GB", b"Content-Length: 10000000000\r\n\r\n{body}", LOST),
    ("10^30 bytes", b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n{body}", LOST),
    ("a length of 5,000 digits", b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{body}", LOST),
    ("only a body", b"{body}", NONE),
    ("garbage and a line end", b"garbage\r\nContent-Length: {n}\r\n\r\n{body}", GOOD),
    ("garbage and a blank line", b"garbage\r\n\r\nContent-Length: {n}\r\n\r\n{body}", [*LOST, *GOOD]),
    ("100 kB of garbage", b"x" * 100_000 + b"\r\n\r\nContent-Length: {n}\r\n\r\n{body}", [*LOST, *GOOD]),
    ("binary garbage", bytes(range(256)) * 4 + b"\r\n\r\nContent-Length: {n}\r\n\r\n{body}", [*LOST, *GOOD]),
    ("a web browser", b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\nContent-Length: {n}\r\n\r\n{body}", [*LOST, *GOOD]),
    ("three faults in a row", b"a\r\n\r\nb\r\n\r\nc\r\n\r\nContent-Length: {n}\r\n\r\n{body}", [*LOST, *GOOD]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"), [case[1:] for case in HEADERS], ids=[case[0] for case in HEADERS]
)
def test_header(tiny: Client, data: bytes, expected: Replies) -> None:
    body = json.dumps(hover()).encode()

    def length(match: re.Match[bytes]) -> bytes:
        return b"%d" % (len(body) + int(match[1] or 0))

    check(tiny, re.sub(rb"\{n([+-]\d+)?\}", length, data).replace(b"{body}", body), expected)


def raw(params: bytes, msg_id: bytes = b"1") -> bytes:
    return b'{"jsonrpc": "2.0", "id": %b, "method": "textDocument/hover", "params": %b}' % (msg_id, params)


DEEP = 100_000
TEXT = json.dumps(hover()).encode()
BODIES = [
    ("nothing but blanks", b"  \n ", LOST),
    ("no JSON", b"hello there", LOST),
    ("half of a message", TEXT[: len(TEXT) // 2], LOST),
    ("a comma too many", TEXT[:-1] + b",}", LOST),
    ("single quotes", TEXT.replace(b'"', b"'"), LOST),
    ("two messages", TEXT + TEXT, LOST),
    ("a raw line end in a string", raw(b'{"textDocument": {"uri": "a\nb"}, "position": {"line": 0, "character": 0}}'), LOST),
    ("null", b"null", [(None, INVALID)]),
    ("a number", b"5", [(None, INVALID)]),
    ("a string", b'"initialize"', [(None, INVALID)]),
    ("an empty batch", b"[]", [(None, INVALID)]),
    ("a batch", b"[%b, %b]" % (TEXT, TEXT), [(None, INVALID)]),
    ("a batch of nonsense", b"[1, null, []]", [(None, INVALID)]),
    ("a byte order mark", b"\xef\xbb\xbf" + TEXT, GOOD),
    ("in UTF-16", TEXT.decode().encode("utf-16"), GOOD),
    ("invalid UTF-8", raw(b'{"textDocument": {"uri": "\xff\xfe"}}'), [(1, PARSE)]),
    ("cut UTF-8", raw(b'{"textDocument": {"uri": "\xe2\x82"}}'), [(1, PARSE)]),
    ("Latin-1 in a notification", b'{"jsonrpc": "2.0", "method": "x", "params": {"text": "\xe9"}}', LOST),
    ("arrays nested 100,000 deep", raw(b"[" * DEEP + b"]" * DEEP), [(1, PARSE)]),
    ("objects nested 100,000 deep", raw(b'{"a":' * DEEP + b"1" + b"}" * DEEP), [(1, PARSE)]),
    ("100,000 opening brackets", b"[" * DEEP, LOST),
    ("deep nesting and a string for an id", raw(b"[" * DEEP + b"]" * DEEP, b'"a-1"'), [("a-1", PARSE)]),
    ("deep nesting in a notification", b'{"jsonrpc": "2.0", "method": "x", "params": ' + b"[" * DEEP + b"]" * DEEP + b"}", LOST),
    ("nested 900 deep", raw(b'{"textDocument": {"uri": ""}, "position": {"line": 0, "character": 0}, "x": ' + b"[" * 900 + b"]" * 900 + b"}"), GOOD),
    ("a number of 5,000 digits", raw(b"[" + b"9" * 5000 + b"]"), [(1, PARSE)]),
    ("not a number", raw(b'{"textDocument": {"uri": ""}, "position": {"line": NaN, "character": 0}}'), [(1, PARAMS)]),
    ("infinity", raw(b'{"textDocument": {"uri": ""}, "position": {"line": 1e999, "character": 0}}'), [(1, PARAMS)]),
    ("a key twice", b'{"id": 5, ' + TEXT[1:], GOOD),
    ("a zero byte", TEXT + b"\0", LOST),
    ("blanks around", b" \r\n\t" + TEXT + b"\r\n\r\n ", GOOD),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES]
)
def test_body(tiny: Client, body: bytes, expected: Replies) -> None:
    check(tiny, framed(body), expected)


def notebook(**change: object) -> dict[str, object]:
    return {"notebookDocument": {"uri": "file:///no.ipynb", "version": 1}, **change}


STRAY = {"jsonrpc": "2.0", "result": None}
CHANGE = {"textDocument": {"uri": "file:///never-opened", "version": 2}, "contentChanges": [{"text": "x"}]}
WRONG: list[Any] = [None, 5, [5], [{}]]
BAD_ID: Replies = [(None, INVALID)]
MESSAGES: list[tuple[str, list[Any], Replies]] = [
    # identifiers
    ("the id null", [hover(None)], BAD_ID),
    ("the id true", [hover(True)], BAD_ID),
    ("a list for an id", [hover([1])], BAD_ID),
    ("an object for an id", [hover({"a": 1})], BAD_ID),
    ("an id that is no number", [raw(json.dumps(HOVER).encode(), b"NaN")], BAD_ID),
    ("an infinite id", [raw(json.dumps(HOVER).encode(), b"-1e999")], BAD_ID),
    ("a fraction for an id", [hover(1.5)], [(1.5, "ok")]),
    ("the id 1.0", [hover(1.0)], [(1.0, "ok")]),
    ("the id 0", [hover(0)], [(0, "ok")]),
    ("a negative id", [hover(-7)], [(-7, "ok")]),
    ("an id of 40 digits", [hover(10**40)], [(10**40, "ok")]),
    ("an empty id", [hover("")], [("", "ok")]),
    ("a number as a string", [hover("1"), hover(1)], [("1", "ok"), (1, "ok")]),
    ("an id beyond ASCII", [hover("é\u2028😀\0")], [("é\u2028😀\0", "ok")]),
    ("half a character for an id", [hover("\ud800")], [("\ud800", "ok")]),
    ("an id of 100 kB", [hover("x" * 100_000)], [("x" * 100_000, "ok")]),
    ("an id again before its reply", [command(7, "sleep", 30), hover(7), cancel(7)], [(7, INVALID), (7, CANCELLED)]),
    # envelopes
    ("no version", [{"id": 1, "method": "textDocument/hover", "params": HOVER}], [(1, INVALID)]),
    ("version 1.0", [hover(jsonrpc="1.0")], [(1, INVALID)]),
    ("version 2 as a number", [hover(jsonrpc=2.0)], [(1, INVALID)]),
    ("no method", [{"jsonrpc": "2.0", "id": 1}], [(1, INVALID)]),
    ("nothing", [{}], BAD_ID),
    ("a number for a method", [hover(method=5)], [(1, INVALID)]),
    ("null for a method", [hover(method=None)], [(1, INVALID)]),
    ("an empty method", [hover(method="")], [(1, METHOD)]),
    ("an unknown method", [hover(method="textDocument/nope")], [(1, METHOD)]),
    ("a method of lsprotocol that we lack", [hover(method="textDocument/rename")], [(1, METHOD)]),
    ("a name of pygls' own", [hover(method="__init__")], [(1, METHOD)]),
    ("an unknown $/ request", [hover(method="$/nope")], [(1, METHOD)]),
    ("an unknown $/ notification", [notification("$/nope", {"x": 1})], NONE),
    ("an unknown notification", [notification("textDocument/nope", [1, 2])], NONE),
    ("members that nobody knows", [hover(result=1, error=2, extra=3)], GOOD),
    ("a notification with an id", [request(1, "textDocument/didOpen", {})], [(1, INVALID)]),
    ("a cancellation with an id", [request(1, "$/cancelRequest", {"id": 1})], [(1, INVALID)]),
    ("an exit with an id", [request(1, "exit")], [(1, INVALID)]),
    ("a request without an id", [notification("textDocument/hover", HOVER)], NONE),
    ("a shutdown without an id", [notification("shutdown")], NONE),
    ("initialize again", [request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})], [(1, INVALID)]),
    ("initialized again", [notification("initialized", {}), notification("initialized")], NONE),
    # parameters of requests
    ("parameters null", [hover(params=None)], [(1, PARAMS)]),
    ("no parameters", [{"jsonrpc": "2.0", "id": 1, "method": "textDocument/hover"}], [(1, PARAMS)]),
    ("parameters []", [hover(params=[])], [(1, PARAMS)]),
    ("parameters [1]", [hover(params=[1])], [(1, PARAMS)]),
    ("parameters 5", [hover(params=5)], [(1, PARAMS)]),
    ("parameters true", [hover(params=True)], [(1, PARAMS)]),
    ("a text for parameters", [hover(params="textDocument position")], [(1, PARAMS)]),
    ("parameters {}", [hover(params={})], [(1, PARAMS)]),
    ("a document that is null", [hover(params={**HOVER, "textDocument": None})], [(1, PARAMS)]),
    ("a document that is a number", [hover(params={**HOVER, "textDocument": 5})], [(1, PARAMS)]),
    ("a URI that is null", [hover(params={**HOVER, "textDocument": {"uri": None}})], [(1, PARAMS)]),
    ("a URI that is a number", [hover(params={**HOVER, "textDocument": {"uri": 5}})], [(1, PARAMS)]),
    ("a URI that is none", [hover(params={**HOVER, "textDocument": {"uri": "::\0%zz ü"}})], GOOD),
    ("no position", [hover(params=URI)], [(1, PARAMS)]),
    ("a position that is a list", [hover(params={**URI, "position": [0, 0]})], [(1, PARAMS)]),
    ("a line that is a text", [at("0")], [(1, PARAMS)]),
    ("a line that is null", [at(None)], [(1, PARAMS)]),
    ("a line that is true", [at(True)], [(1, PARAMS)]),
    ("a negative line", [at(-1)], [(1, PARAMS)]),
    ("half a line", [at(0.5)], [(1, PARAMS)]),
    ("line 1.0", [at(1.0)], GOOD),
    ("a column beyond the protocol's range", [at(2**31, 2**53)], GOOD),
    ("a column of 40 digits", [at(0, 10**40)], GOOD),
    ("a command without parameters", [request(1, "workspace/executeCommand")], [(1, PARAMS)]),
    ("an unknown command", [command(1, "nope")], [(1, PARAMS)]),
    ("a command that is null", [request(1, "workspace/executeCommand", {"command": None})], [(1, PARAMS)]),
    ("arguments that are no list", [request(1, "workspace/executeCommand", {"command": "text", "arguments": 5})], [(1, PARAMS)]),
    ("an argument too few", [command(1, "text")], [(1, PARAMS)]),
    ("an argument too many", [command(1, "text", "a", "b")], [(1, PARAMS)]),
    ("an argument of a wrong type", [command(1, "text", 5)], [(1, PARAMS)]),
    # parameters of notifications
    ("didOpen of nothing", each("textDocument/didOpen", None, [], 5, "x", {}, {"textDocument": 5}), NONE),
    ("didOpen without a text", [notification("textDocument/didOpen", {"textDocument": {"uri": "file:///b", "languageId": "x", "version": 1}})], NONE),
    ("didChange of nothing", each("textDocument/didChange", None, [], {}, URI), NONE),
    ("didChange of what is not open", [notification("textDocument/didChange", CHANGE)], NONE),
    ("didChange with wrong changes", each("textDocument/didChange", *({**CHANGE, "contentChanges": changes} for changes in WRONG)), NONE),
    ("didClose of what is not open", each("textDocument/didClose", URI, None), NONE),
    ("a handler that fails", [notification("textDocument/didSave", URI)], NONE),
    ("a trace that is none", each("$/setTrace", None, {}, {"value": 5}, {"value": "loud"}), NONE),
    ("settings that are null", each("workspace/didChangeConfiguration", None, {"settings": None}), NONE),
    ("a cell in no notebook", [notification("notebookDocument/didChange", notebook(change={"cells": {"data": [{"kind": 2, "document": "c"}]}}))], NONE),
    ("a notebook's change without a change", [notification("notebookDocument/didChange", notebook())], NONE),
    ("didClose of no notebook", [notification("notebookDocument/didClose", notebook(cellTextDocuments=[]))], NONE),
    ("a notebook without cells", [notification("notebookDocument/didOpen", {"notebookDocument": {"uri": "n"}, "cellTextDocuments": None})], NONE),
    ("folders that come and go wrongly", each("workspace/didChangeWorkspaceFolders", None, {"event": None}, {"event": {"added": None, "removed": [5]}}), NONE),
    ("progress that nobody made", each("window/workDoneProgress/cancel", {"token": "x"}, {"token": 5}, {"token": None}, None), NONE),
    # responses to nothing
    ("a stray result", [{**STRAY, "id": 1}, {**STRAY, "id": "x"}, {**STRAY, "id": None}, {**STRAY, "id": [1]}, STRAY], NONE),
    ("a stray error", [{"jsonrpc": "2.0", "id": p, "error": {"code": 1, "message": "x"}} for p in (1, "x", None)], NONE),
    ("an error that is none", [{"jsonrpc": "2.0", "id": 1, "error": 5}, {"jsonrpc": "2.0", "id": 1, "error": None}], NONE),
    ("a result with a request's id", [command(7, "sleep", 30), {**STRAY, "id": 7}, cancel(7)], [(7, CANCELLED)]),
    # cancellations
    ("cancelled while it runs", [command(7, "sleep", 30), cancel(7)], [(7, CANCELLED)]),
    ("cancelled before it begins", [hover(), cancel(1)], [(1, CANCELLED)]),
    ("cancelled twice", [command(7, "sleep", 30), cancel(7), cancel(7)], [(7, CANCELLED)]),
    ("cancelled, then the same id", [command(7, "sleep", 30), cancel(7), hover(7)], [(7, CANCELLED), (7, "ok")]),
    ("a cancellation of nothing", each("$/cancelRequest", None, [], {}, {"id": None}, {"id": [1]}, {"id": 12345}), NONE),
    ("another type of id is another request", [command(7, "sleep", 30), cancel("7"), cancel(7)], [(7, CANCELLED)]),
    # handlers
    ("a command that fails", [command(1, "boom")], [(1, INTERNAL)]),
    ("a result that JSON lacks", [command(1, "nan")], [(1, INTERNAL)]),
    ("a stray print and a child that reads and writes", [command(1, "print")], GOOD),
    ("two texts in one", [command(1, "echo", {"a": "\ud800 😀 \u2028"})], GOOD),
]  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "expected"), [case[1:] for case in MESSAGES], ids=[case[0] for case in MESSAGES]
)
def test_message(tiny: Client, messages: list[Any], expected: Replies) -> None:
    check(tiny, b"".join(framed(message) for message in messages), expected)


def test_there_are_many() -> None:
    assert len(HEADERS) + len(BODIES) + len(MESSAGES) >= 90


def test_a_message_in_single_bytes(tiny: Client) -> None:
    for byte in framed(hover()):
        tiny.send_bytes(bytes([byte]))
    check(tiny, b"", GOOD)


def test_an_id_again_after_its_reply(tiny: Client) -> None:
    check(tiny, framed(hover()), GOOD)
    check(tiny, framed(hover()), GOOD)
