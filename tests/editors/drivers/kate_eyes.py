"""Runs Kate in a session of its own and says what it shows, as assistive technology is told it (AT-SPI).

Debian's own Python runs this, for its bindings of AT-SPI. Each line of the input is a question, ``[verb, argument…]``,
which is answered with a line on the file descriptor that is given, in JSON; Kate ends with the input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import gi  # type: ignore[import-not-found]  # Debian has it, PyPI has it as source alone

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # type: ignore[import-not-found]  # noqa: E402

# Programs that the bus starts share our standard output.
answers = os.fdopen(int(sys.argv[1]), "w")
kate = subprocess.Popen(["kate", "--startanon", "--new", "--block"], stdin=subprocess.DEVNULL)
service = f"org.kde.kate-{kate.pid}"


def call(path: str, interface: str, method: str, *arguments: str | int) -> Any:
    """Call a method on the bus of the session; None while nobody is there to answer."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    given = GLib.Variant(f"({''.join('i' if isinstance(a, int) else 's' for a in arguments)})", arguments)
    try:
        return bus.call_sync(
            service, path, interface, method, given, None, Gio.DBusCallFlags.NONE, 5000, None
        )
    except GLib.Error:
        return None


def below(thing: Any) -> Iterator[Any]:
    """A thing on the screen and all that is in it, but no menus; what goes away meanwhile is left out."""
    yield thing
    try:
        for number in range(thing.get_child_count()):
            child = thing.get_child_at_index(number)
            if child and child.get_role_name() != "menu bar":
                yield from below(child)
            elif child:
                yield child
    except GLib.Error:
        return


def kates() -> list[Any]:
    desktop = Atspi.get_desktop(0)
    there = (desktop.get_child_at_index(number) for number in range(desktop.get_child_count()))
    return [program for program in there if program and program.get_process_id() == kate.pid]


def everything(role: str) -> Iterator[Any]:
    for program in kates():
        for thing in below(program):
            try:
                if thing.get_role_name() == role:
                    yield thing
            except GLib.Error:
                continue


def ready() -> bool:
    """Whether Kate runs."""
    return call("/MainApplication", "org.freedesktop.DBus.Peer", "Ping") is not None


def seen() -> bool:
    """Whether Kate can be seen. The first look starts the bus of AT-SPI; Qt 5 says nothing on one that was there first."""
    return bool(kates())


def open_file(url: str) -> bool:
    return call("/MainApplication", "org.kde.Kate.Application", "openUrl", url, "") is not None


def move(line: int) -> bool:
    return call("/MainApplication", "org.kde.Kate.Application", "setCursor", line - 1, 0) is not None


def title() -> str:
    return next((frame.get_name() for frame in everything("frame") if frame.get_name()), "")


def rows() -> list[str]:
    """The rows of the list of diagnostics: a file, then its findings."""
    for tree in everything("tree"):
        cells = [cell.get_name() for cell in below(tree) if cell.get_role_name() == "table cell"]
        if any(cell.startswith("[ccds]") for cell in cells):
            return cells
    return []


def items() -> Iterator[Any]:
    """The items of all menus, open or not."""
    for bar in everything("menu bar"):
        for menu in (bar.get_child_at_index(number) for number in range(bar.get_child_count())):
            yield from (item for item in below(menu) if item.get_role_name() == "menu item")


def press(name: str) -> bool:
    """Choose a menu item or press a button, wherever it is."""
    for item in (*items(), *everything("push button")):
        if item.get_name() == name:
            return bool(item.get_action_iface().do_action(0))
    return False


def asked() -> bool:
    """Whether a question is open that is answered with yes or no."""
    try:
        buttons = [button for button in everything("push button") if button.get_name() == "Yes"]
        return any(button.get_state_set().contains(Atspi.StateType.SHOWING) for button in buttons)
    except GLib.Error:
        return True  # It is just being closed.


def fixes() -> list[str]:
    """What the open menu of fixes offers."""
    offered = (item for item in items() if item.get_name().startswith("[quickfix] "))
    return [item.get_name() for item in offered if item.get_state_set().contains(Atspi.StateType.SHOWING)]


VERBS: dict[str, Callable[..., Any]] = {
    "ready": ready, "seen": seen, "open": open_file, "move": move, "title": title, "rows": rows, "press": press,
    "asked": asked, "fixes": fixes,
}  # fmt: skip

for line in sys.stdin:
    verb, *arguments = json.loads(line)
    print(json.dumps(VERBS[verb](*arguments)), file=answers, flush=True)
kate.kill()  # It would ask what becomes of a file that is not saved.
kate.wait()
