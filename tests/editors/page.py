"""An editor's page, as a newcomer follows it: what is typed in a shell, and what goes into which file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from editors.install import ROOT

PAGES = ROOT / "client-config"
RAW = "https://raw.githubusercontent.com/ccds-ls/ccds-ls/main/"
"""Where the pages take files of this repository from."""

_SHELL = re.compile(r"(?:^ {4}\S.*\n)+", re.MULTILINE)
_FENCED = re.compile(r"`(?P<file>~/[^`]+)`:\n\n```\w+\n(?P<text>.*?)```$", re.DOTALL | re.MULTILINE)
_COPIED = re.compile(r"\[(?P<name>[\w.]+)\]\((?P=name)\)\s(?:as|to)\s`(?P<file>~/[^`]+)`")
_ADDED = re.compile(r"\badd\s`(?P<text>[^`]+)`\sto\s`(?P<file>~/[^`]+)`")
_FETCHED = re.compile(rf"^curl .*?(?P<file>~/\S+) {re.escape(RAW)}(?P<name>\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """The installation on a page. ``shell`` is its lines to be typed, as they stand there.

    ``files`` are the files below the home directory, each with the text to add to it, that it asks for in words.
    ``fetched`` has those that its shell lines download: where to, and which file of this repository.
    """

    shell: str
    files: tuple[tuple[str, str], ...]
    fetched: tuple[tuple[str, str], ...]


def read(name: str) -> Page:
    """The page of an editor in ``client-config/``."""
    folder = PAGES / name
    text, heading, _ = (folder / "README.md").read_text(encoding="utf-8").partition("\n## What shows where")
    assert heading, f"{name}: what comes before 'What shows where' is the installation"
    shell = "".join(re.sub("^    ", "", block, flags=re.MULTILINE) for block in _SHELL.findall(text))
    files = [(found["file"], found["text"]) for found in _FENCED.finditer(text)]
    files += [(found["file"], found["text"] + "\n") for found in _ADDED.finditer(text)]
    files += [
        (found["file"], (folder / found["name"]).read_text("utf-8")) for found in _COPIED.finditer(text)
    ]
    return Page(shell, tuple(files), tuple((f["file"], f["name"]) for f in _FETCHED.finditer(shell)))
