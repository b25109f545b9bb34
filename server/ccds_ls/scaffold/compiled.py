"""The embedded template as jinja2 has compiled it, kept from one run to the next: half the time of a rendering.

It is kept like the secret engine's compiled rules, in the user's cache folder, and is as expendable: what can't be
read or does not fit is compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2.bccache import BytecodeCache

from ccds_ls import __version__
from ccds_ls.files import cache_dir, write_atomically

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """jinja2's cache of compiled files, in memory and, after ``save``, in one file.

    jinja2 checks by itself that a file's source is still the one that was compiled.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._code: dict[str, bytes] | None = None
        self._is_new = False

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled, if any."""
        if self._code is None:
            self._code = _read(self.file or _default_file())
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        self._code = self._code or {}
        self._code[bucket.key] = bucket.bytecode_to_string()
        self._is_new = True

    def save(self) -> None:
        """Write down what is new. Where nothing can be written, the next run compiles again."""
        if not self._is_new:
            return
        self._is_new = False
        data = marshal.dumps(self._code)
        with contextlib.suppress(OSError):
            file = self.file or _default_file()
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(file, hashlib.sha256(data).digest() + data)


def _default_file() -> Path:
    return cache_dir() / f"template-{__version__}-{sys.implementation.cache_tag}.bin"


def _read(file: Path) -> dict[str, bytes]:
    """What a file holds; nothing when it is not whole."""
    try:
        content = file.read_bytes()
    except OSError:
        return {}
    checksum, data = content[:32], content[32:]
    if hashlib.sha256(data).digest() != checksum:
        return {}
    code: dict[str, bytes] = marshal.loads(data)  # noqa: S302 - our own file, in a folder of the user's alone
    return code


COMPILED = Compiled()
