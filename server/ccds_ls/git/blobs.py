"""The content of git's objects, without filters, and never more of it than asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccds_ls.git.repository import Repository
from ccds_ls.git.run import Call, GitError

HEAD = 64 << 10
"""How many first bytes are read of a blob that is larger than the limit."""


@dataclass(frozen=True)
class Blob:
    """A blob's size and content.

    ``size`` is None when git does not have the object (a partial clone, a damaged repository) or can't read
    it. ``data`` is all of it up to the limit, and the first bytes of a larger one (``cut``).
    """

    oid: str
    size: int | None
    data: bytes = b""

    @property
    def cut(self) -> bool:
        """True when there is more than ``data``."""
        return self.size is not None and self.size > len(self.data)


def sizes(repository: Repository, oids: Iterable[str]) -> dict[str, int | None]:
    """The size in bytes of each object, None for one that git does not have. Reads no content."""
    wanted = list(dict.fromkeys(oids))
    if not wanted:
        return {}
    try:
        return _asked(repository, wanted)
    except GitError as error:
        # In a partial clone git ends at an object that was never fetched, although it need not be.
        if "promisor remote" not in str(error):
            raise
        here = _local(repository)
        return dict.fromkeys(wanted) | _asked(repository, [oid for oid in wanted if oid in here])


def blobs(
    repository: Repository,
    oids: Iterable[str],
    limit: int,
    *,
    head: int = HEAD,
) -> Iterator[Blob]:
    """Each distinct blob once: whole up to ``limit`` bytes, the first ``head`` bytes of a larger one.

    One blob at a time is held in memory. Closing the iterator ends git. Raises GitError when git can't be
    asked at all; an object that can't be read is yielded with size None.
    """
    known = sizes(repository, oids)
    small = [oid for oid, size in known.items() if size is not None and size <= limit]
    yield from (Blob(oid, None) for oid, size in known.items() if size is None)
    yield from _whole(repository, small)
    for oid, size in known.items():
        if size is not None and size > limit:
            yield Blob(oid, size, _first(repository, oid, head))


def _whole(repository: Repository, oids: list[str]) -> Iterator[Blob]:
    """All of each blob. Git ends at an object that it can't read: that one is told, the rest asked again."""
    while oids:
        with repository.call(["cat-file", "--batch"], feed=_lines(oids)) as call:
            for position, oid in enumerate(oids):  # noqa: B007 - the position is used after the loop
                blob = _next(call, oid)
                if blob is None:
                    break
                yield blob
            else:
                call.finish()
                return
            if call.stopped is not None:
                call.finish()
        yield Blob(oids[position], None)
        oids = oids[position + 1 :]


def _next(call: Call, oid: str) -> Blob | None:
    size = _size(call.stdout.readline())
    if size is None:
        return None
    data = call.stdout.read(size)
    return Blob(oid, size, data) if len(data) == size and call.stdout.read(1) == b"\n" else None


def _first(repository: Repository, oid: str, count: int) -> bytes:
    with repository.call(["cat-file", "blob", oid], feed=b"") as call:
        data = call.stdout.read(count)
        if call.stopped is not None:
            call.finish()
        return data


def _asked(repository: Repository, oids: list[str]) -> dict[str, int | None]:
    _, output = repository.run(["cat-file", "--batch-check"], feed=_lines(oids))
    lines = output.split(b"\n")[:-1]
    if len(lines) != len(oids):
        raise GitError(f"git cat-file answered {len(lines)} of {len(oids)} questions about objects.")
    return {oid: _size(line) for oid, line in zip(oids, lines, strict=True)}


def _local(repository: Repository) -> set[str]:
    """The ids of all objects that are on this machine."""
    arguments = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered"]
    return set(repository.run(arguments)[1].decode("ascii").split())


def _lines(oids: list[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode("ascii")


def _size(answer: bytes) -> int | None:
    """The size in ``<oid> <type> <size>``; None for ``<oid> missing``."""
    words = answer.split()
    return int(words[2]) if len(words) == 3 else None
