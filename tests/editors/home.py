"""A clean home directory for an editor: nothing of the machine's own, and ``ccds-ls`` on the path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from editors.install import CACHE, ROOT

PAGES = ROOT / "client-config"
SILENT = Path(__file__).parent / "silent_server.py"


class Home:
    """A home directory. ``silent`` puts a server that never publishes anything in the place of ours."""

    def __init__(self, path: Path, *, silent: bool = False) -> None:
        self.path, self.silent = path, silent
        programs = path / ".local" / "bin"
        programs.mkdir(parents=True)
        (path / "run").mkdir(mode=0o700)
        server = programs / "ccds-ls"
        if silent:
            server.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{SILENT}"\n')
            server.chmod(0o755)
        else:
            server.symlink_to(Path(sys.executable).with_name("ccds-ls"))
        # The engine's rules are compiled once for the whole bench, not once for each home.
        rules = CACHE / "rules"
        rules.mkdir(parents=True, exist_ok=True, mode=0o700)
        (path / ".cache").mkdir()
        (path / ".cache" / "ccds-ls").symlink_to(rules)
        self.write(".gitconfig", "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")

    def write(self, name: str, text: str) -> Path:
        """Write a file below the home directory."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def page(self, name: str, target: str) -> Path:
        """Put a file of ``client-config/`` where its page says that it goes."""
        return self.write(target, (PAGES / name).read_text(encoding="utf-8"))

    @property
    def env(self) -> dict[str, str]:
        """The environment of a fresh login."""
        usual = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
        return usual | {
            "HOME": str(self.path),
            "PATH": f"{self.path / '.local' / 'bin'}:/usr/local/bin:/usr/bin:/bin:/usr/games",
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
