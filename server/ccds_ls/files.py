"""Careful writing: whole files or nothing, and never over somebody else's; and the place for caches."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_dir() -> Path:
    """Our folder in the one where the platform keeps what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "ccds-ls")


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content in one step, keeping its permissions; a symbolic link stays one."""
    target = Path(os.path.realpath(path))
    half = target.with_name(f".{target.name}.{os.getpid()}.ccds-ls")
    try:
        with half.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            half.chmod(target.stat().st_mode & 0o7777)
        half.replace(target)
    except FileExistsError:
        raise  # Another writer is at work on this file; its half is not ours to remove.
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def create(path: Path, data: bytes) -> bool:
    """Make a file that is not there yet, complete or not at all; False when something has its name by now."""
    half = path.with_name(f".{path.name}.{os.getpid()}.ccds-ls")
    try:
        with half.open("xb") as stream:
            stream.write(data)
        try:
            os.link(half, path)
        except FileExistsError:
            return False
        except OSError:  # No hard links here: the name is taken first, then filled.
            with path.open("xb") as stream:
                stream.write(data)
    except FileExistsError:
        return False
    finally:
        half.unlink(missing_ok=True)
    return True


def append_line(path: Path, line: str) -> bool:
    """Add a line to the end of a text file, made if need be; False when the file has that line already.

    Nothing that is there is touched: the file keeps its bytes, owner and mode. The line separator that it uses is
    kept, and a last line without one gets it. The line may itself have several lines.
    """
    before = path.read_bytes() if path.exists() else b""
    new = line.encode("utf-8", "surrogateescape")
    if new in before.splitlines():
        return False
    end = b"\r\n" if b"\r\n" in before else b"\n"
    gap = end if before and not before.endswith((b"\n", b"\r")) else b""
    with path.open("ab") as stream:
        stream.write(gap + new.replace(b"\n", end) + end)
    return True
