"""Emacs with lsp-mode, otherwise as with Eglot."""

from __future__ import annotations

import re
import subprocess
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from editors import install
from editors.drivers import emacs
from editors.editor import Driver, Shown
from editors.home import Home

ASKS = "==>Import project root"
LISTED = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+):\d+: (?P<severity>\w+): (?P<message>.*?) \[(?P<code>[\w-]+)\]$",
    re.MULTILINE | re.DOTALL,
)


class LspMode(emacs.Emacs):
    lists_fixes = "lsp-execute-code-action"
    was_asked = False

    @staticmethod
    def choose(home: Home) -> None:
        init = home.path / ".emacs.d" / "init.el"
        eglot, lsp_mode = (f"(add-hook 'find-file-hook #'{name})" for name in ("ccds-ensure", "lsp-deferred"))
        text = init.read_text(encoding="utf-8")
        assert eglot in text and f";; {lsp_mode}" in text
        init.write_text(text.replace(eglot, "").replace(f";; {lsp_mode}", lsp_mode), encoding="utf-8")

    def visits(self, path: Path) -> bool | None:
        if not self.was_asked and ASKS in self.terminal.text():
            self.terminal.send("i")  # The project's folder is what it proposes; it remembers that.
            self.was_asked = True
        return super().visits(path)

    def shown(self, path: Path) -> list[Shown]:
        return super().shown(path) or self.listed(path)

    def listed(self, path: Path) -> list[Shown]:
        """The findings of a file in the list of the whole project's, where it is not open."""
        if self.ask(f'(and (find-buffer-visiting "{path}") t)'):
            return []
        self.terminal.send("\x1bxccds-list-findings\r")
        found = LISTED.finditer(str(self.ask("(bench-listed)") or ""))
        return [
            Shown(item["code"], item["message"], int(item["line"]), item["severity"])
            for item in found
            if str(path).endswith(f"/{item['path']}")
        ]


def launch(home: Home, project: Path) -> AbstractContextManager[emacs.Emacs]:
    return emacs.launch(home, project, LspMode)


def program() -> Path:
    return install.debian("/usr/bin/emacs", "emacs-nox", "elpa-lsp-mode")


@cache
def version() -> str:
    asked = ["dpkg-query", "--show", "--showformat=${source:Upstream-Version}", "elpa-lsp-mode"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


DRIVER = Driver("lsp-mode", "Emacs with lsp-mode", "emacs", program, version, launch, pictured="")
