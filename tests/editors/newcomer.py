"""A newcomer: a home directory with nothing in it, in which a page is followed to the letter.

The package and its repository may be nowhere yet but here, so pip, pipx and uv are told by their environment where its wheel
lies, and curl by its settings who answers for GitHub. The commands themselves are the page's.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from editors import install, page
from editors.home import Home

NETWORK = ("pip_", "uv_", "ssl_cert", "http_proxy", "https_proxy", "no_proxy")
"""How names begin of what this machine may need to reach a package index."""

HOST, BELOW = str(urlsplit(page.RAW).hostname), urlsplit(page.RAW).path


@dataclass(frozen=True)
class Published:
    """What will be on PyPI and GitHub: a folder with the wheel, and who answers for GitHub, with a certificate."""

    wheels: Path
    address: str
    certificate: Path


class Newcomer(Home):
    """The home of somebody who has an editor, pipx and uv, and nothing else."""

    def __init__(self, path: Path, published: Published) -> None:
        self.published = published
        super().__init__(path)
        names = f'connect-to = "{HOST}:443:{published.address}"\ncacert = "{published.certificate}"\n'
        self.write(".curlrc", names)

    def install_server(self) -> None:
        for name in ("pipx", "uv"):
            (self.programs / name).symlink_to(install.package_tools() / name)
        for name in ("uv", "pip"):
            self.share_cache(name)  # Only a first run waits for the network.

    @property
    def env(self) -> dict[str, str]:
        machine = {name: value for name, value in os.environ.items() if name.lower().startswith(NETWORK)}
        wheels = str(self.published.wheels)
        found = {"PIP_FIND_LINKS": f"{wheels} {machine.get('PIP_FIND_LINKS', '')}", "UV_FIND_LINKS": wheels}
        return machine | super().env | found

    def follow(self, name: str) -> None:
        read = page.read(name)
        install.run("sh", "-exc", read.shell, folder=self.path, env=self.env)
        self.fill_in(read)

    def jupyter(self) -> Path:
        """An environment with JupyterLab alone, in which its page is followed."""
        folder = self.path / "jupyter"
        uv = (self.programs / "uv", "--quiet")
        install.run(*uv, "venv", "--seed", folder, env=self.env)
        alone = [package for package in install.JUPYTER if "lsp" not in package]
        install.run(*uv, "pip", "install", "--python", folder, *alone, env=self.env)
        activated = self.env | {"PATH": f"{folder / 'bin'}:{self.env['PATH']}"}
        install.run("sh", "-exc", page.read("jupyterlab").shell, folder=self.path, env=activated)
        return folder / "bin"


@contextmanager
def published(folder: Path) -> Iterator[Published]:
    """The package's wheel, built from this repository, and a server for the repository's files."""
    install.wheel(folder / "wheels")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    name = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    install.run("openssl", "req", "-x509", "-nodes", *name, "-keyout", key, "-out", certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(install.ROOT)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Published(folder / "wheels", f"127.0.0.1:{server.server_port}", certificate)
    finally:
        server.shutdown()
        server.server_close()


class _Files(SimpleHTTPRequestHandler):
    """The files of this repository, where GitHub has those of its main branch."""

    def translate_path(self, path: str) -> str:
        return (
            super().translate_path(path.removeprefix(BELOW)) if path.startswith(BELOW) else os.devnull + "/x"
        )

    def log_message(self, *_: object) -> None:
        """Say nothing."""
