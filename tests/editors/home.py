"""A clean home directory for an editor: nothing of the machine's own, and ``ccds-ls`` on the path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from editors import install, page

SILENT = Path(__file__).parent / "silent_server.py"


class Home:
    """A home directory. ``silent`` puts a server that never publishes anything in the place of ours."""

    def __init__(self, path: Path, *, silent: bool = False) -> None:
        self.path, self.silent = path, silent
        self.programs = path / ".local" / "bin"
        self.programs.mkdir(parents=True)
        (path / "run").mkdir(mode=0o700)
        self.install_server()
        # The engine's rules are compiled once for the whole bench, not once for each home.
        self.share_cache("ccds-ls")
        self.write(".gitconfig", "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")

    def install_server(self) -> None:
        """Have the server of this repository, or the silent one, where pipx puts programs."""
        server = self.programs / "ccds-ls"
        if self.silent:
            server.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{SILENT}"\n')
            server.chmod(0o755)
        else:
            server.symlink_to(Path(sys.executable).with_name("ccds-ls"))

    def share_cache(self, name: str) -> None:
        """A folder in ``~/.cache`` that all homes have together."""
        shared = install.CACHE / "caches" / name
        shared.mkdir(parents=True, exist_ok=True, mode=0o700)
        link = self.path / ".cache" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(shared)

    def write(self, name: str, text: str) -> Path:
        """Write a file below the home directory."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def add(self, name: str, text: str) -> None:
        """Write a text behind what is in a file already."""
        path = self.path / name
        self.write(name, (path.read_text(encoding="utf-8") if path.exists() else "") + text)

    def follow(self, name: str) -> None:
        """Do what an editor's page says, with what is installed already and with the files of this repository."""
        read = page.read(name)
        for target, source in read.fetched:
            self.write(target.removeprefix("~/"), (install.ROOT / source).read_text(encoding="utf-8"))
        self.fill_in(read)

    def fill_in(self, read: page.Page) -> None:
        """Write what a page asks for in words."""
        for target, text in read.files:
            self.add(target.removeprefix("~/"), text)

    def jupyter(self) -> Path:
        """The programs of an environment with JupyterLab, jupyterlab-lsp and the server, as its page has it."""
        return install.jupyter()

    @property
    def env(self) -> dict[str, str]:
        """The environment of a fresh login."""
        usual = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
        return usual | {
            "HOME": str(self.path),
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin:/usr/games",
            "LANG": "C.UTF-8",
            "SHELL": "/bin/sh",
            "XDG_RUNTIME_DIR": str(self.path / "run"),
        }

    def processes(self) -> list[str]:
        """The processes that were started from this home and still run, by their command lines."""
        return list(self.running().values())

    def running(self) -> dict[int, str]:
        """The same by their ids."""
        mark = f"HOME={self.path}\0".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes() + b"\0":
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(folder.name)] = command
            except OSError:
                continue  # It has ended since, or is not ours.
        return {process: command for process, command in found.items() if command}
