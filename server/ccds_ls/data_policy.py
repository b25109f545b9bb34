"""What should not enter a commit by accident, as tables: place x content x size -> kind and severity.

The rows and exemptions were measured on the 17,944 files of 148 public repositories in the CCDS layout: a row
stands where what it flags was data in nearly all of them, an exemption where a plainer rule was often wrong
(placeholders and notes in ``data/`` alone stood in 56 of those repositories).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from ccds_ls.finding import Severity, State
from ccds_ls.sniff import is_lfs_pointer, sniff

if TYPE_CHECKING:
    from ccds_ls.config import Config
    from ccds_ls.snapshot import File

_Meaning = TypeVar("_Meaning")

MIB = 1024 * 1024
GITHUB_WARNS = 50 * MIB
GITHUB_REJECTS = 100 * MIB
"""GitHub's limits for one file: "About large files on GitHub" in its documentation."""


class Place(Enum):
    """What a folder is for, told by its path in the project."""

    DATA = "data"  # the folders of the setting data-folders
    ROOT = "root"
    NOTEBOOKS = "notebooks"
    MODELS = "models"
    REPORTS = "reports"
    DOCS = "docs"
    TESTS = "tests"
    CODE = "code"  # every other folder


class Content(Enum):
    """What a file is for, told by its name and, where that says little, by its first bytes."""

    NOTE = "note"  # placeholders, READMEs, DVC and LFS pointers: they stand in for data or explain it
    CODE = "code"
    NOTEBOOK = "notebook"
    DATA = "data"
    MODEL = "model"
    ARCHIVE = "archive"
    FIGURE = "figure"  # images, pages, documents
    OTHER = "other"


def _words(meaning: _Meaning, words: str) -> dict[str, _Meaning]:
    return dict.fromkeys(words.split(), meaning)


_PLACES = {
    **_words(Place.NOTEBOOKS, "notebooks"),
    **_words(Place.MODELS, "models"),
    **_words(Place.REPORTS, "reports outputs output results figures images img assets"),
    **_words(Place.DOCS, "docs doc references"),
}
_TEST_FOLDERS = frozenset({"tests", "test", "testing", "testdata", "fixtures", "examples", "example"})

_CONTENT_OF_SUFFIX = {
    **_words(Content.NOTE, "md rst dvc gitkeep keep gitignore gitattributes dvcignore"),
    **_words(Content.CODE, "py pyi pyx r rmd qmd sql sh bash zsh fish ps1 bat jl scala java kt c h cc cpp"),
    **_words(Content.CODE, "hpp rs go rb lua js ts jsx tsx css scss tex bib sty cls do sas m"),
    **_words(Content.CODE, "yaml yml toml cfg ini mk cmake dockerfile lock"),
    **_words(Content.NOTEBOOK, "ipynb"),
    **_words(Content.DATA, "csv tsv psv xls xlsx xlsm xlsb ods parquet pq feather arrow ipc orc avro"),
    **_words(Content.DATA, "jsonl ndjson dta sas7bdat xpt por zsav rds rda rdata mat npy hdf hdf4 hdf5"),
    **_words(Content.DATA, "nc nc4 arff tfrecord db db3 sqlite sqlite3 duckdb mdb accdb dump"),
    **_words(Content.DATA, "dbf shp shx gpkg geojson fits dcm nii bam"),
    **_words(Content.MODEL, "pkl pickle dill cloudpickle joblib skops npz pth pt ckpt h5 keras onnx pb"),
    **_words(Content.MODEL, "tflite safetensors gguf ggml lgbm xgb cbm pmml mlmodel"),
    **_words(Content.ARCHIVE, "zip tar gz tgz bz2 tbz2 xz txz zst lz4 7z rar z"),
    **_words(Content.FIGURE, "png jpg jpeg gif svg webp bmp ico tif tiff eps mp4 mov webm"),
    **_words(Content.FIGURE, "pdf html htm doc docx ppt pptx odt odp"),
}
_CONTENT_OF_FORMAT = {
    **dict.fromkeys(("pickle", "safetensors", "GGUF", "TensorFlow Lite"), Content.MODEL),
    **dict.fromkeys(("zip", "gzip", "bzip2", "xz", "zstd", "lz4", "7-Zip", "RAR", "tar"), Content.ARCHIVE),
    **dict.fromkeys(("PNG", "JPEG", "GIF", "WebP", "TIFF", "PDF", "Microsoft Office"), Content.FIGURE),
}
_COMPRESSION = frozenset({"gz", "gzip", "bz2", "xz", "zst", "lz4", "z"})
# Fonts, packages and programs are compressed or binary by nature: they are told by their size alone.
_PACKAGED = _words(True, "whl jar egg apk epub woff woff2 ttf otf vsix pyz crx nupkg so dll dylib exe")
_NOTE_NAME = re.compile(r"(readme|licen[cs]e|citation|notice|changelog)([ ._-].*)?")
_NOTE_SUFFIXES = frozenset({"", "txt", "md", "rst", "org", "html", "pdf", "docx", "cff", "adoc"})
_CODE_NAMES = frozenset({"makefile", "dockerfile", "justfile", "snakefile", "pipfile", "jenkinsfile"})
_LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json", "conda-lock.yml", "pnpm-lock.yaml"})

_EVERYWHERE = frozenset(Place)
_EVERYTHING = frozenset(Content)
LIMIT = None
"""Stands in a row for the setting max-file-size-kib."""


@dataclass(frozen=True)
class Row:
    """Files of ``contents`` in ``places`` and of more than ``above`` bytes are findings of ``kind``."""

    kind: str
    severity: Severity
    places: frozenset[Place] = _EVERYWHERE
    contents: frozenset[Content] = _EVERYTHING
    above: int | None = -1


_SHOWN = frozenset((Place.REPORTS, Place.DOCS))
_SMALL_IS_FINE = frozenset((Place.TESTS, Place.DOCS))
_FIGURE = frozenset((Content.FIGURE,))
_MODEL = frozenset((Content.MODEL,))
_DATA = frozenset((Content.DATA,))
_ARCHIVE = frozenset((Content.ARCHIVE,))
_NOTEBOOK = frozenset((Content.NOTEBOOK,))
_TEXT = frozenset((Content.CODE, Content.OTHER))

# The first row that fits decides; a file that fits none is fine.
POLICY: tuple[Row, ...] = (
    Row("too-large-for-github", Severity.ERROR, above=GITHUB_REJECTS),
    Row("too-large-for-github", Severity.WARNING, above=GITHUB_WARNS),
    Row("large-notebook", Severity.WARNING, contents=_NOTEBOOK, above=MIB),
    Row("large-notebook", Severity.INFORMATION, contents=_NOTEBOOK, above=LIMIT),
    Row(
        "data-folder",
        Severity.WARNING,
        frozenset((Place.DATA,)),
        _EVERYTHING - {Content.NOTE, Content.CODE, Content.NOTEBOOK},
    ),
    Row("model", Severity.WARNING, _EVERYWHERE - _SMALL_IS_FINE - {Place.MODELS}, _MODEL),
    Row("model", Severity.WARNING, _EVERYWHERE, _MODEL, above=LIMIT),
    Row("model", Severity.INFORMATION, frozenset((Place.MODELS,)), _MODEL),
    Row("tabular", Severity.WARNING, frozenset((Place.ROOT, Place.NOTEBOOKS)), _DATA),
    Row("tabular", Severity.WARNING, _EVERYWHERE - {Place.DOCS}, _DATA, above=LIMIT),
    Row("tabular", Severity.INFORMATION, frozenset((Place.CODE,)), _DATA),
    Row("archive", Severity.WARNING, _EVERYWHERE - _SMALL_IS_FINE, _ARCHIVE),
    Row("archive", Severity.WARNING, _EVERYWHERE, _ARCHIVE, above=LIMIT),
    Row("large", Severity.WARNING, _SHOWN, _FIGURE, above=5 * MIB),
    Row("large", Severity.WARNING, _EVERYWHERE - _SHOWN, _FIGURE, above=4 * MIB),
    Row("large", Severity.INFORMATION, _EVERYWHERE - _SHOWN, _FIGURE, above=LIMIT),
    Row("large", Severity.WARNING, contents=_EVERYTHING - _FIGURE, above=4 * MIB),
    Row("large", Severity.WARNING, _EVERYWHERE - {Place.DOCS}, _TEXT, above=LIMIT),
)


@dataclass(frozen=True)
class Verdict:
    """The row that fits a file, and what led there. ``format`` is what the first bytes show, if anything."""

    row: Row
    place: Place
    content: Content
    format: str | None


def judge(path: str, size: int, head: bytes, data_folders: Sequence[str], limit: int) -> Verdict | None:
    """The policy on one file, or None when it is fine.

    ``path`` is relative to the project's root; ``size`` and ``limit`` (the setting max-file-size-kib) are in
    bytes; ``head`` are the file's first bytes, empty when they are not known.
    """
    if is_lfs_pointer(size, head):
        return None
    place, content, shown = place_of(path, data_folders), content_of(path, head), sniff(head)
    for row in POLICY:
        above = limit if row.above is LIMIT else row.above
        if place in row.places and content in row.contents and size > above:
            if row.above is LIMIT and _is_lock(path):
                return None  # Lock files grow with the number of packages and belong in git.
            return Verdict(row, place, content, shown)
    return None


def judge_file(file: File, path: str, config: Config) -> Verdict | None:
    """The policy on a version of a file, whose ``path`` is relative to its project; git has no more than a pointer to
    what Git LFS keeps.
    """
    if file.filter == "lfs":
        return None
    return judge(path, file.size, file.head, config.data_folders, config.max_file_size_kib * 1024)


def probes_in(folder: str) -> list[str]:
    """Paths in a data folder of which an ignore file matches one, if it keeps some of the data out."""
    return [f"{folder}/{place}any-file" for place in ("", "raw/", "interim/", "processed/", "external/")]


def place_of(path: str, data_folders: Sequence[str]) -> Place:
    """What the folder of a file is for. ``path`` is relative to the project's root."""
    if data_folder(path, data_folders) is not None:
        return Place.DATA
    folders = path.lower().split("/")[:-1]
    if not folders:
        return Place.ROOT
    if folders[0] in _PLACES:
        return _PLACES[folders[0]]
    return Place.TESTS if _TEST_FOLDERS.intersection(folders) else Place.CODE


def data_folder(path: str, data_folders: Sequence[str]) -> str | None:
    """The one of ``data_folders`` that a file lies in, or None."""
    return next((folder for folder in data_folders if path.startswith(f"{folder}/")), None)


def content_of(path: str, head: bytes) -> Content:
    """What a file is for, by its name; a binary format under the name of a text counts as what it is."""
    name = path.rpartition("/")[2].lower()
    by_name = _content_of_name(name)
    if by_name not in (None, Content.CODE):
        return by_name
    shown = sniff(head)
    if shown is None or _suffix(name) in _PACKAGED:
        return by_name or Content.OTHER
    return _CONTENT_OF_FORMAT.get(shown, Content.DATA)


def _content_of_name(name: str) -> Content | None:
    suffix = _suffix(name)
    stem = name.removesuffix(f".{suffix}")
    if _NOTE_NAME.fullmatch(stem) and suffix in _NOTE_SUFFIXES:
        return Content.NOTE
    if name in _CODE_NAMES or name in _LOCKS:
        return Content.CODE
    if suffix in _COMPRESSION and _suffix(stem) in _CONTENT_OF_SUFFIX:
        inner = _CONTENT_OF_SUFFIX[_suffix(stem)]  # sales.csv.gz is data, not an archive.
        return inner if inner in (Content.DATA, Content.MODEL) else Content.ARCHIVE
    return _CONTENT_OF_SUFFIX.get(suffix)


def _suffix(name: str) -> str:
    """``csv`` for ``a.csv``, ``gitkeep`` for ``.gitkeep``, empty when there is no dot."""
    return name.rpartition(".")[2] if "." in name else ""


def _is_lock(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name in _LOCKS or name.endswith(".lock")


def in_state(staged: Severity, state: State, at_rest: Severity = Severity.INFORMATION) -> Severity:
    """How much it matters that a file may get into git: one step less before it is staged.

    ``at_rest`` bounds it for what is committed already or lies outside git, which is worth knowing and no more.
    """
    if state is State.STAGED:
        return staged
    return staged.lowered() if state is State.WOULD_BE_ADDED else max(at_rest, staged)
