"""Much at once: floods, storms, an editor that does not read or answer, and work that must not be in the way."""

from __future__ import annotations

import itertools
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from test_documents import ENCODINGS, PIECES, Editor
from wire.client import Client, framed, notification, request
from wire.forked import Forkery

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform == "win32", reason="forked processes")]

URI = "file:///a.py"
POSITION = {"line": 0, "character": 0}
SHOWS = {"window": {"showDocument": {"support": True}}}


@pytest.fixture
def client(forkery: Forkery, start: Callable[..., Client]) -> Client:
    client = start(forkery.start())
    client.initialize(SHOWS)
    return client


def hover(msg_id: int, uri: str = URI) -> dict[str, Any]:
    return request(msg_id, "textDocument/hover", {"textDocument": {"uri": uri}, "position": POSITION})


def run(msg_id: int, name: str, *arguments: object) -> dict[str, Any]:
    return request(msg_id, "workspace/executeCommand", {"command": name, "arguments": list(arguments)})


def opened(text: str) -> dict[str, Any]:
    document = {"uri": URI, "languageId": "python", "version": 0, "text": text}
    return notification("textDocument/didOpen", {"textDocument": document})


def changed(version: int, *changes: dict[str, Any]) -> dict[str, Any]:
    document = {"uri": URI, "version": version}
    return notification("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, Any]:
    positions = [{"line": line, "character": character} for line, character in (start, end)]
    return {"range": dict(zip(("start", "end"), positions, strict=True)), "text": text}


def outcomes(client: Client, count: int) -> Counter[object]:
    """How often each outcome came in the next replies, each of which must have an id of its own."""
    replies = list(itertools.islice((message for message in client.messages() if "id" in message), count))
    assert len({reply["id"] for reply in replies}) == count
    return Counter(reply["error"]["code"] if "error" in reply else "ok" for reply in replies)


def megabytes(client: Client) -> int:
    """The resident memory of a server; 0 where the system does not tell."""
    status = Path(f"/proc/{client.process.pid}/statm")
    return int(status.read_text().split()[1]) * 4096 >> 20 if status.exists() else 0


def test_1000_requests_cancelled_at_once_have_one_reply_each(client: Client) -> None:
    client.send(*(run(number, "sleep", 60) for number in range(1000)))
    client.send(*(notification("$/cancelRequest", {"id": number}) for number in range(1000)))
    client.send(hover(1000))
    assert outcomes(client, 1001) == {-32800: 1000, "ok": 1}
    assert client.shut_down() == 0


def test_10000_requests_in_a_row_are_answered_in_order(client: Client) -> None:
    # All are written before a reply is read, which neither side may wait for.
    client.send(*(hover(number) for number in range(10_000)))
    ids = [message["id"] for message in itertools.islice(client.messages(), 10_000)]
    assert ids == list(range(10_000))


def test_10000_changes_leave_the_text_of_the_editor(client: Client) -> None:
    changes = [changed(number, edit((0, number), (0, number), str(number % 10))) for number in range(10_000)]
    client.send(opened(""), *changes)
    assert client.command("text", URI) == "0123456789" * 1000


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_text_is_the_editors_after_random_edits(
    forkery: Forkery, start: Callable[..., Client], encoding: str
) -> None:
    client = start(forkery.start())
    answer = client.initialize({"general": {"positionEncodings": [encoding]}})
    assert answer["capabilities"]["positionEncoding"] == encoding
    chance, editor = random.Random(encoding), Editor("", encoding)
    client.send(opened(""))
    for version in range(1, 60):
        edits = []
        for _ in range(chance.randrange(1, 4)):
            start_at, end_at = sorted((chance.randrange(6), chance.randrange(9)) for _ in range(2))
            new = "".join(chance.choices(PIECES, k=chance.randrange(5)))
            editor.edit(start_at, end_at, new)
            edits.append(edit(start_at, end_at, new))
        client.send(changed(version, *edits))
        assert json.dumps(client.command("text", URI)) == json.dumps(editor.text)


def test_a_message_of_50_mb(client: Client) -> None:
    began = time.monotonic()
    client.send(opened("\n" + "0123456789abcdef" * (50 << 16)))
    client.send(changed(1, edit((1, 0), (1, 0), "here")))
    client.request("textDocument/hover", {"textDocument": {"uri": URI}, "position": POSITION})
    assert time.monotonic() - began < 5


def test_hover_waits_for_no_work_and_cancelled_work_ends(client: Client) -> None:
    client.send(*(run(number, "burn") for number in range(2)), run(2, "sleep", 60))
    times = []
    for _ in range(10):
        began = time.monotonic()
        client.request("textDocument/hover", {"textDocument": {"uri": URI}, "position": POSITION})
        times.append(time.monotonic() - began)
    assert client.command("burning") == 2
    assert sorted(times)[-2] < 0.1
    client.send(*(notification("$/cancelRequest", {"id": number}) for number in range(3)))
    assert outcomes(client, 3) == {-32800: 3}
    deadline = time.monotonic() + 2
    while client.command("burning"):
        assert time.monotonic() < deadline


def test_an_editor_that_does_not_read_costs_bounded_memory(client: Client) -> None:
    before = megabytes(client)
    client.pause()
    uri, count = "file:///" + "x" * 100_000, 400
    requests = b"".join(framed(hover(number, uri)) for number in range(count))
    writer = threading.Thread(target=client.send_bytes, args=(requests,), daemon=True)
    client.send(run(count, "flood", 5_000))
    writer.start()
    # The server takes some, then stops reading: 40 MB of requests can't all be on their way.
    writer.join(0.3)
    assert writer.is_alive()
    assert megabytes(client) < before + 40
    client.resume()
    assert outcomes(client, count + 1) == {"ok": count + 1}
    writer.join(5)


def test_what_has_been_superseded_is_not_sent(client: Client) -> None:
    client.pause()
    client.send(run(1, "flood", 5_000), hover(2))
    client.resume()
    versions = []
    for message in client.messages():
        if message.get("id") == 2:
            break
        if "method" in message:
            versions.append(message["params"]["version"])
    assert versions[-1] == 4_999
    assert len(versions) < 1_000


ANSWERS: list[
    tuple[Any, str]
] = [  # what the editor answers to a request of ours, and what the command gets from it
    ({"success": True}, "True"),
    ({"success": False}, "False"),
    (None, "the editor's answer is none: wrong or missing at $.result.success"),
    ([], "the editor's answer is none: wrong or missing at $.result.success"),
    ({"success": "yes"}, "the editor's answer is none: wrong or missing at $.result.success"),
    (..., "the editor did not answer window/showDocument within 0.2 s"),
]


def test_what_an_editor_answers(client: Client) -> None:
    for answer, expected in ANSWERS:
        client.answers["window/showDocument"] = answer
        assert client.command("ask") == expected
    assert client.command("text", "z") is None


def test_no_answer_is_cancelled_and_a_late_one_ignored(client: Client) -> None:
    client.answers["window/showDocument"] = ...
    client.send(run(1, "ask"))
    asked = client.wait_for("window/showDocument")["id"]
    client.wait_for("$/cancelRequest", id=asked)
    client.send({"jsonrpc": "2.0", "id": asked, "result": {"success": True}})
    client.send({"jsonrpc": "2.0", "id": asked, "error": {"code": 1, "message": "late"}})
    assert outcomes(client, 1) == {"ok": 1}
    assert client.command("text", "z") is None


def test_a_cancelled_command_asks_no_more(client: Client) -> None:
    client.answers["window/showDocument"] = ...
    client.send(run(1, "ask"))
    asked = client.wait_for("window/showDocument")["id"]
    client.notify("$/cancelRequest", {"id": 1})
    client.wait_for("$/cancelRequest", id=asked)
    assert client.command("text", "z") is None


def test_no_word_of_a_message_is_logged(client: Client) -> None:
    planted = "swordfish"
    wrong = {"textDocument": {"uri": planted, "text": [planted]}, planted: planted, "contentChanges": planted}
    client.send(opened(planted), changed(1, {"text": planted}), {"jsonrpc": "1.0", "id": 1, planted: planted})
    for method in ("didOpen", "didChange", "didSave", "didClose", "hover"):
        client.notify(f"textDocument/{method}", wrong)
        client.send(request(2, f"textDocument/{method}", wrong))
    client.send(f'{{"jsonrpc": "2.0", "{planted}" {planted}'.encode(), [planted], planted)
    client.send(request(3, "workspace/executeCommand", {"command": planted, "arguments": [planted]}))
    client.send({"jsonrpc": "2.0", "id": planted, "result": planted, "error": {"message": planted}})
    client.send(run(4, "boom"), run(5, "echo", {planted: planted}), run(6, "text", [planted]))
    client.notify("textDocument/didSave", {"textDocument": {"uri": planted}})
    assert client.shut_down() == 0
    assert b"failed with ValueError" in client.log
    assert planted.encode() not in client.log
