"""Names for a project's folder and package: how they are derived from its title, and which ones are taken."""

from __future__ import annotations

import keyword
import re
import sys

from ccds_ls.scaffold import packages

MAX_LENGTH = 80
MAX_MODULE_LENGTH = 60  # Imports of the package stay within the line length of the scaffolded code.


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What stands beside the package in a project, on file systems that ignore the case of names too.
LAYOUT = _words("data docs license makefile models notebooks pipfile references reports tests")

# Folders that the project's .gitignore leaves out of commits: the package would never be committed.
IGNORED = _words(
    "build cover cython_debug develop_eggs dist downloads eggs env htmlcov instance lib lib64 manifest parts "
    "profile_default sdist site target var venv wheels"
)

# Modules that newer Pythons dropped or that sys.stdlib_module_names leaves out: importable in some version.
OTHER_STDLIB = _words(
    "annotationlib asynchat asyncore audioop cgi cgitb chunk compression crypt distutils imghdr imp lib2to3 "
    "mailcap nntplib pipes smtpd sndhdr spwd sunau telnetlib test tomllib uu xdrlib"
)

STDLIB = frozenset(name.lower() for name in sys.stdlib_module_names) | OTHER_STDLIB
PACKAGES = frozenset(packages.import_names() | {"pkg_resources", "setuptools", "wheel"})

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
WINDOWS_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [port + digit for port in ("COM", "LPT") for digit in "0123456789¹²³"]
)

KEYWORDS = frozenset(word.lower() for word in keyword.kwlist)


def is_windows_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device, whatever its extension: ``nul``, ``con.txt``."""
    return name.split(".")[0].strip().upper() in WINDOWS_DEVICES


def taken(module_name: str) -> str | None:
    """Why a package can't have this name although it is an identifier, or None when it can."""
    name = module_name.lower()
    if name in KEYWORDS:
        return "is a word of the Python language"
    if name in LAYOUT:
        return "is the name of a folder or file of the project's own layout"
    if name in STDLIB:
        return "is a module of Python's standard library, which it would hide"
    if name in PACKAGES:
        return "is a package that projects of this kind install, which it would hide"
    if name in IGNORED:
        return "is a folder that the project's .gitignore keeps out of commits"
    if is_windows_device(name):
        return "is a device on Windows"
    return None


def repo_name(project_name: str) -> str:
    """A folder name for a title: lower case, ``_`` for spaces; empty when nothing in the title can be used.

    >>> repo_name("What? A: test!"), repo_name("Étude Données"), repo_name("My Study-2")
    ('what_a_test', 'etude_donnees', 'my_study-2')
    """
    name = _ascii(project_name).lower().replace(" ", "_")
    name = re.sub(r"_*[^a-z0-9_.-]+_*", "_", name)[:MAX_LENGTH].strip("._-")
    return f"project_{name}" if is_windows_device(name) else name


def module_name(project_name: str) -> str:
    """A package name for a title: as the folder's, and an identifier that is free to use; empty as there.

    >>> module_name("2025 churn"), module_name("my-study"), module_name("json")
    ('project_2025_churn', 'my_study', 'json_project')
    """
    name = re.sub(r"[.-]+", "_", repo_name(project_name)).strip("_")
    if name[:1].isdigit():
        name = f"project_{name}"
    name = name[:MAX_MODULE_LENGTH].strip("_")
    return f"{name}_project" if name and taken(name) else name


def _ascii(text: str) -> str:
    """The text in ASCII letters: accents dropped, other scripts spelled out, symbols left out."""
    if text.isascii():
        return text
    from text_unidecode import unidecode  # type: ignore[import-untyped]

    return str(unidecode(text))
