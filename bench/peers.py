"""The servers that are compared, and the environment in which the foreign ones are installed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from bench.measure import CACHE

PACKAGES = ("python-lsp-server", "jedi-language-server", "cookiecutter-data-science", "kingfisher-bin")
ENVIRONMENT = CACHE.parent / "bench-venv"

BARE = "bare Python loop"
PYGLS = "bare pygls"
OURS = "ccds-ls"

_BIN = "Scripts" if os.name == "nt" else "bin"


def ours(*arguments: str) -> list[str]:
    """The command of ccds-ls, from the environment that runs the bench."""
    return [str(Path(sys.executable).parent / "ccds-ls"), *arguments]


def installed(program: str) -> str:
    """A program of the peers' environment, which is made on first use (network)."""
    ready = ENVIRONMENT / ".ready"
    if not ready.exists() or ready.read_text() != " ".join(PACKAGES):
        print(f"Installing the peers into {ENVIRONMENT} (once) ...", file=sys.stderr)
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        pip = [str(ENVIRONMENT / _BIN / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
        done = subprocess.run([*pip, *PACKAGES], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"The peers could not be installed:\n{done.stderr}")
        ready.write_text(" ".join(PACKAGES))
    return str(ENVIRONMENT / _BIN / program)


def servers(*, peers: bool = True) -> dict[str, list[str]]:
    """The command of each server; without ``peers`` only the floor, bare pygls and ccds-ls."""
    here = Path(__file__).parent / "servers"
    commands = {
        BARE: [sys.executable, str(here / "bare.py")],
        PYGLS: [sys.executable, str(here / "pygls_hello.py")],
    }
    if peers:
        commands["python-lsp-server"] = [installed("pylsp")]
        commands["jedi-language-server"] = [installed("jedi-language-server")]
    return {**commands, OURS: ours("server")}


def one_phase() -> list[str]:
    """ccds-ls as it would be if it loaded everything before it answers ``initialize``."""
    load_first = "import ccds_ls.lsp.server; from ccds_ls.__main__ import main; main(['server'])"
    return [sys.executable, "-c", load_first]
