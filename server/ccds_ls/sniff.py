"""What a file is by its first bytes, whatever its name says.

A table of our own: general detectors call Parquet, NumPy, pickle and SPSS files "octet-stream", or take a Git
LFS pointer for data. A text format has no first bytes to go by and is told by its name alone.
"""

from __future__ import annotations

import re

LFS_POINTER = "Git LFS pointer"

# (offset, first bytes, name), the first match wins. Each signature is from the format's own specification.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"version https://git-lfs.github.com/spec/", LFS_POINTER),
    (0, b"PAR1", "Parquet"),
    (0, b"PARE", "Parquet"),  # with an encrypted footer
    (0, b"ARROW1\0\0", "Arrow"),
    (0, b"FEA1", "Feather"),
    (0, b"ORC", "ORC"),
    (0, b"Obj\x01", "Avro"),
    (0, b"\x93NUMPY", "NumPy"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5"),
    (0, b"CDF\x01", "NetCDF"),
    (0, b"CDF\x02", "NetCDF"),
    (0, b"CDF\x05", "NetCDF"),
    (0, b"SQLite format 3\0", "SQLite"),
    (8, b"DUCK", "DuckDB"),
    (0, b"\0\x01\0\0Standard Jet DB\0", "Access"),
    (0, b"\0\x01\0\0Standard ACE DB\0", "Access"),
    (0, b"PGDMP", "PostgreSQL dump"),
    (0, b"$FL2@(#)", "SPSS"),
    (0, b"$FL3@(#)", "SPSS"),
    (0, b"<stata_dta>", "Stata"),
    (0, b"\0" * 12 + b"\xc2\xea\x81\x60", "SAS"),
    (0, b"RDX2\n", "R data"),
    (0, b"RDX3\n", "R data"),
    (0, b"MATLAB 5.0 MAT-file", "MATLAB"),
    (128, b"DICM", "DICOM"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"GGUF", "GGUF"),
    (4, b"TFL3", "TensorFlow Lite"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (257, b"ustar", "tar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Microsoft Office"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"%PDF-", "PDF"),
)
# Protocol 2 to 5, then an opcode that a pickle can begin with: two bytes alone would match too much.
_PICKLE = re.compile(rb"\x80[\x02\x03][(\]})cCKMJNUXGB\x88-\x8a]|\x80[\x04\x05]\x95.{6}\0\0", re.DOTALL)
# No text holds these bytes: four letters such as "PAR1" are a signature only where one of them follows.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Eight bytes of header length, then the header, a JSON object.
_SAFETENSORS = re.compile(rb'[\s\S]{4}\0{4}\{\s*"')


def sniff(head: bytes) -> str | None:
    """The name of the format that a file's first bytes show (512 are enough), or None."""
    for offset, signature, name in _SIGNATURES:
        if head.startswith(signature, offset) and (len(signature) > 4 or _BINARY.search(head)):
            return name
    if _PICKLE.match(head):
        return "pickle"
    return "safetensors" if _SAFETENSORS.match(head) else None


def is_lfs_pointer(size: int, head: bytes) -> bool:
    """Whether this is what Git LFS puts in place of a file: below 1024 bytes, by its specification."""
    return size < 1024 and sniff(head) == LFS_POINTER
