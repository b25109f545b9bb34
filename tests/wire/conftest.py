"""Servers for the tests of the wire: one shared by a module where its state allows, else one of a test's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wire.client import TINY, Client
from wire.forked import Forkery, the_forkery


@pytest.fixture(scope="module")
def tiny() -> Iterator[Client]:
    """The tiny server, initialized, shared by the tests of a module."""
    client = Client(TINY if sys.platform == "win32" else the_forkery().start())
    client.initialize(
        {"window": {"showDocument": {"support": True}}, "general": {"positionEncodings": ["utf-16"]}}
    )
    yield client
    assert client.shut_down() == 0


@pytest.fixture(scope="session")
def forkery() -> Forkery:
    """Starts tiny servers quickly, on systems that can fork."""
    return the_forkery()


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Starts servers that end with the test, `start(command, env=...)`."""
    clients: list[Client] = []

    def started(*args: Any, **kwargs: Any) -> Client:
        clients.append(Client(*args, **kwargs))
        return clients[-1]

    yield started
    for client in clients:
        client.kill()
