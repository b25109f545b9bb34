"""The data-file policy: places, contents told by name and by first bytes, sizes, states, fixes."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccds_ls.config import Config
from ccds_ls.data_policy import GITHUB_REJECTS, GITHUB_WARNS, MIB, Content, Place, content_of, judge, place_of
from ccds_ls.finding import AppendLine, Finding, MoveToRaw, Severity, State, StopTracking, Unstage
from ccds_ls.project import Project
from ccds_ls.rules import Context
from ccds_ls.rules.data_file import check, readable
from ccds_ls.snapshot import File, Origin, Snapshot
from ccds_ls.sniff import is_lfs_pointer, sniff

KIB = 1024
ERROR, WARNING, INFORMATION = Severity.ERROR, Severity.WARNING, Severity.INFORMATION
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("path", "size", "severity", "kind"),
    [
        # The data folder: everything but what stands in for data or explains it.
        ("data/raw/a.csv", 1, WARNING, "data-folder"),
        ("data/raw/a.csv", 0, WARNING, "data-folder"),
        ("data/x.txt", 10, WARNING, "data-folder"),
        ("data/processed/model.pkl", 10, WARNING, "data-folder"),
        ("data/raw/.gitkeep", 0, None, None),
        ("data/.gitignore", 20, None, None),
        ("data/raw/README", 20, None, None),
        ("data/raw/ReadMe.txt", 20, None, None),
        ("data/raw/README.csv", 20, WARNING, "data-folder"),
        ("data/raw/LICENSE", 20, None, None),
        ("data/raw/notes.md", 20, None, None),
        ("data/raw.dvc", 20, None, None),
        ("data/make_dataset.py", 20, None, None),
        ("data/query.sql", 20, None, None),
        ("data/query.sql", 2 * MIB, WARNING, "large"),
        ("data/look.ipynb", 20, None, None),
        ("database/schema.txt", 20, None, None),
        # Tables elsewhere.
        ("export.csv", 1, WARNING, "tabular"),
        ("EXPORT.CSV", 1, WARNING, "tabular"),
        ("export.csv.gz", 1, WARNING, "tabular"),
        ("notebooks/deep/export.parquet", 1, WARNING, "tabular"),
        ("churn/countries.csv", 20 * KIB, INFORMATION, "tabular"),
        ("churn/countries.csv", 501 * KIB, WARNING, "tabular"),
        ("reports/scores.csv", 20 * KIB, None, None),
        ("reports/scores.csv", 501 * KIB, WARNING, "tabular"),
        ("references/codes.csv", 501 * KIB, None, None),
        ("references/codes.csv", 5 * MIB, WARNING, "large"),
        ("tests/data/small.csv", 20 * KIB, None, None),
        ("churn/tests/fixtures/small.csv", 501 * KIB, WARNING, "tabular"),
        # Models, archives, figures, notebooks.
        ("models/a.pkl", 500 * KIB, INFORMATION, "model"),
        ("models/a.pkl", 500 * KIB + 1, WARNING, "model"),
        ("a.onnx", 1, WARNING, "model"),
        ("models/scores.json", 2 * KIB, None, None),
        ("a.zip", 1, WARNING, "archive"),
        ("a.tar.gz", 1, WARNING, "archive"),
        ("docs/a.zip", 1, None, None),
        ("reports/figures/a.png", 5 * MIB, None, None),
        ("reports/figures/a.png", 5 * MIB + 1, WARNING, "large"),
        ("churn/a.png", 501 * KIB, INFORMATION, "large"),
        ("churn/a.png", 4 * MIB + 1, WARNING, "large"),
        ("notebooks/a.ipynb", 500 * KIB, None, None),
        ("notebooks/a.ipynb", 501 * KIB, INFORMATION, "large-notebook"),
        ("notebooks/a.ipynb", 2 * MIB, WARNING, "large-notebook"),
        # Anything by its size.
        ("churn/words.json", 500 * KIB, None, None),
        ("churn/words.json", 501 * KIB, WARNING, "large"),
        ("churn/words.py", 501 * KIB, WARNING, "large"),
        ("uv.lock", 2 * MIB, None, None),
        ("package-lock.json", 2 * MIB, None, None),
        ("uv.lock", 5 * MIB, WARNING, "large"),
        ("README.md", 3 * MIB, None, None),
        ("README.md", 5 * MIB, WARNING, "large"),
        ("data/raw/a.csv", GITHUB_WARNS, WARNING, "data-folder"),
        ("data/raw/a.csv", GITHUB_WARNS + 1, WARNING, "too-large-for-github"),
        ("a.md", GITHUB_REJECTS + 1, ERROR, "too-large-for-github"),
        # Never.
        ("main.py", 10, None, None),
        ("no-suffix", 10, None, None),
        ("requirements.txt", 10, None, None),
        ("dir.csv/main.py", 10, None, None),
    ],
)
def test_policy(path: str, size: int, severity: Severity | None, kind: str | None) -> None:
    verdict = judge(path, size, b"", ("data",), 500 * KIB)
    assert (verdict and (verdict.row.severity, verdict.row.kind)) == (severity and (severity, kind))


@pytest.mark.parametrize(
    ("path", "head", "content", "shown"),
    [
        ("a.txt", b"PAR1\x15\x04", Content.DATA, "Parquet"),
        ("a.py", pickle.dumps([1, 2, 3], 4), Content.MODEL, "pickle"),
        ("a.sav", pickle.dumps({"a": 1}, 2), Content.MODEL, "pickle"),
        ("a.sav", b"$FL2@(#) SPSS DATA FILE", Content.DATA, "SPSS"),
        ("a.bin", b"\x93NUMPY\x01\0v\0{'descr'", Content.DATA, "NumPy"),
        ("a.dat", b"\x89HDF\r\n\x1a\n", Content.DATA, "HDF5"),
        ("a", b"SQLite format 3\0", Content.DATA, "SQLite"),
        ("a", b"\x1f\x8b\x08\0", Content.ARCHIVE, "gzip"),
        ("a", b"(\xb5/\xfd\x04", Content.ARCHIVE, "zstd"),
        ("a", b"\xfd7zXZ\0\0", Content.ARCHIVE, "xz"),
        ("a", b"7z\xbc\xaf\x27\x1c", Content.ARCHIVE, "7-Zip"),
        ("a", b"x" * 257 + b"ustar\x0000", Content.ARCHIVE, "tar"),
        ("a", b"\x89PNG\r\n\x1a\n", Content.FIGURE, "PNG"),
        ("a", b"%PDF-1.7", Content.FIGURE, "PDF"),
        ("a.weights", b'\x40\0\0\0\0\0\0\0{"a":{"dtype"', Content.MODEL, "safetensors"),
        ("a.book", zipped(), Content.ARCHIVE, "zip"),
        ("a.docx", zipped(), Content.FIGURE, "zip"),
        ("a.xlsx", zipped(), Content.DATA, "zip"),
        ("a.whl", zipped(), Content.OTHER, "zip"),
        ("a.csv", b"PK", Content.DATA, None),
        ("a.txt", b"Parquet is a format", Content.OTHER, None),
        ("a.txt", b"\x80 euro in another code page", Content.OTHER, None),
        ("a.txt", "ORCéane".encode(), Content.OTHER, None),
        ("a.txt", b"ORChestra, and more", Content.OTHER, None),
        ("a.py", b"BZh = 1", Content.CODE, None),
        ("a", b"", Content.OTHER, None),
    ],
)
def test_content_by_first_bytes(path: str, head: bytes, content: Content, shown: str | None) -> None:
    assert (content_of(path, head), sniff(head)) == (content, shown)


def test_lfs_pointer_is_fine_everywhere() -> None:
    assert is_lfs_pointer(len(POINTER), POINTER)
    for path in ("data/raw/a.parquet", "models/a.pkl", "a.zip", "export.csv"):
        assert judge(path, len(POINTER), POINTER, ("data",), 500 * KIB) is None
    assert judge("data/raw/a.csv", 2 * KIB, POINTER, ("data",), 500 * KIB), "too long to be a pointer"


@given(st.binary(max_size=300))
def test_sniff_takes_any_bytes(head: bytes) -> None:
    assert sniff(head) is None or isinstance(sniff(head), str)


@pytest.mark.parametrize(
    ("path", "folders", "place"),
    [
        ("data/a", ("data",), Place.DATA),
        ("data", ("data",), Place.ROOT),
        ("inputs/raw/a", ("data", "inputs/raw"), Place.DATA),
        ("inputs/a", ("data", "inputs/raw"), Place.CODE),
        ("data/a", (), Place.CODE),
        ("Notebooks/a", (), Place.NOTEBOOKS),
        ("notebooks/examples/a", (), Place.NOTEBOOKS),
        ("churn/notebooks/a", (), Place.CODE),
        ("tests/models/a", (), Place.TESTS),
        ("churn/Tests/a", (), Place.TESTS),
    ],
)
def test_place(path: str, folders: tuple[str, ...], place: Place) -> None:
    assert place_of(path, folders) is place


def found(file: File, root: str = "", config: Config | None = None) -> list[Finding]:
    project = Project(root, config or Config())
    return list(check(file, Context(Snapshot(Path("/r"), (file,)), project, project.config, lambda *_: ())))


@pytest.mark.parametrize(
    ("state", "size", "severity"),
    [
        (State.STAGED, 10, Severity.WARNING),
        (State.WOULD_BE_ADDED, 10, Severity.INFORMATION),
        (State.WORK_TREE, 10, Severity.INFORMATION),
        (State.STAGED, 200 * MIB, Severity.ERROR),
        (State.WOULD_BE_ADDED, 200 * MIB, Severity.WARNING),
        (State.WORK_TREE, 200 * MIB, Severity.INFORMATION),
    ],
)
def test_severity_follows_the_state(state: State, size: int, severity: Severity) -> None:
    assert [f.severity for f in found(File("data/a.csv", Origin.WORKTREE, state, size))] == [severity]


def test_ignored_files_and_litter_are_silent() -> None:
    assert not found(File("data/a.csv", Origin.WORKTREE, State.WORK_TREE, 10, ignored=True))
    assert not found(File("data/.DS_Store", Origin.INDEX, State.STAGED, 10))


def test_settings_and_project_root() -> None:
    config = Config(data_folders=("inputs",), max_file_size_kib=10)
    (finding,) = found(File("sub/inputs/a b.csv", Origin.INDEX, State.STAGED, 10), "sub", config)
    assert finding.path == "sub/inputs/a b.csv"
    assert finding.fixes[0].edits[0] == AppendLine("sub/.gitignore", "/inputs/")
    assert [
        f.kind for f in found(File("sub/data/a.txt", Origin.INDEX, State.STAGED, 11 * KIB), "sub", config)
    ] == ["large"]


def test_fixes_by_state() -> None:
    staged = found(File("data/raw/a.csv", Origin.INDEX, State.STAGED, 10, tracked=True))[0].fixes
    assert [fix.title for fix in staged] == [
        "Unstage, and add /data/ to .gitignore",
        "Unstage, and add /data/raw/a.csv to .gitignore",
        "Unstage a.csv",
    ]
    assert [fix.preferred for fix in staged] == [True, False, False]
    assert set(staged[0].edits) == {AppendLine(".gitignore", "/data/"), Unstage("data/raw/a.csv")}
    fresh = found(File("a.csv", Origin.WORKTREE, State.WOULD_BE_ADDED, 10))[0].fixes
    assert [fix.edits for fix in fresh] == [(AppendLine(".gitignore", "/a.csv"),), (MoveToRaw("a.csv"),)]
    tracked = found(File("a.csv", Origin.WORKTREE, State.WORK_TREE, 10, tracked=True))[0].fixes
    assert [set(fix.edits) for fix in tracked] == [
        {AppendLine(".gitignore", "/a.csv"), StopTracking("a.csv")}
    ]
    assert not any(fix.safe for fix in (*staged, *fresh, *tracked))


def test_messages_are_one_paragraph() -> None:
    for path, size in [
        ("data/a", 1),
        ("a.csv", 9),
        ("a.pt", 9),
        ("a.zip", 9),
        ("a.ipynb", 2 * MIB),
        ("a", 6 * MIB),
        ("a", 10**9),
    ]:
        (finding,) = found(File(path, Origin.INDEX, State.STAGED, size))
        assert "\n" not in finding.message and "{" not in finding.message and finding.message.endswith(".")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (612 * KIB, "612 KiB"),
        (MIB, "1.0 MiB"),
        (3 * 1024 * MIB, "3.0 GiB"),
    ],
)
def test_readable(size: int, text: str) -> None:
    assert readable(size) == text
