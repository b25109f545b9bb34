"""What a path says: whether the file shows made-up values, and whether values in it stand without quotes."""

from __future__ import annotations

import re
from functools import lru_cache

_MADE_UP_FOLDERS = "|".join(
    """
    tests? t testing testdata test[_-]data unit_?tests? __tests__ specs? fixtures? __fixtures__ mocks? __mocks__ cassettes
    snapshots __snapshots__ docs? documentation examples? samples? stubs e2e integration
    """.split()
)
_MADE_UP = re.compile(
    rf"""
    (?:^|/)(?:{_MADE_UP_FOLDERS})/
    | (?:^|/)(?:
        test_[^/]*
        | [^/]*_tests?\.\w+
        | [^/]*[.-](?:test|spec)\.\w+
        | conftest\.py
        | [^/]*Tests?\.(?:java|kt|scala|cs|swift|php)
    )$
    | (?:^|/)[^/]*\.(?:example|sample|template|dist|tmpl)$
    | (?:^|/)\.env\.(?:example|sample|template|dist|test)
    | (?:^|/)examples?[-_]?\d*\.(?:json|ya?ml)$
    | (?:^|/)(?:changelog|changes|history|news|contributing)[^/]*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_README = re.compile(r"(?:^|/)readme[^/]*$", re.IGNORECASE)

_LOCK_FILES = "|".join(
    r"""
    package-lock\.json npm-shrinkwrap\.json yarn\.lock pnpm-lock\.yaml poetry\.lock pipfile\.lock uv\.lock pdm\.lock
    pixi\.lock cargo\.lock composer\.lock gemfile\.lock go\.sum conda-lock\.ya?ml renv\.lock packages\.lock\.json
    flake\.lock bun\.lock
    """.split()
)
_GENERATED = re.compile(
    rf"""
    (?:^|/)(?:
        {_LOCK_FILES}
        | (?:tokenizer|vocab|added_tokens|special_tokens_map|merges)[^/]*\.(?:json|txt)
        | \.secrets\.baseline
    )$
    | \.(?:svg|map|min\.js|min\.css|po|pot|ipynb_checkpoints|sum|sha256|md5|asc|sig|crt|cer|snap|tfevents)$
    | (?:^|/)(?:node_modules|site-packages|\.venv|venv|dist-info|\.git)/
    | (?:^|/)RECORD$
    """,
    re.IGNORECASE | re.VERBOSE,
)

_CODE_ENDINGS = "|".join(
    """
    py pyi pyx pxd js jsx ts tsx mjs cjs java kt scala go rs c h cc cpp hpp cu cs swift php rb r jl lua pl pm t m sql vue
    dart ex hs
    """.split()
)
_CODE = re.compile(rf"\.(?:{_CODE_ENDINGS})$", re.IGNORECASE)
_DATA = re.compile(
    r"\.(?:csv|tsv|psv|json|jsonl|ndjson|geojson|xml|html?|sql|dump|log|txt|dat)$", re.IGNORECASE
)


_TABLE = re.compile(r"\.(?:csv|tsv|psv)$", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_made_up(path: str) -> bool:
    """Whether this is a test, a fixture, a template or documentation: secrets in it are seldom someone's."""
    return _MADE_UP.search(path) is not None


@lru_cache(maxsize=1024)
def is_readme(path: str) -> bool:
    """Whether this is a README, which shows made-up values, and real ones by accident."""
    return _README.search(path) is not None


@lru_cache(maxsize=1024)
def is_generated(path: str) -> bool:
    """Whether a program wrote this file full of hashes or vocabulary, such as a lock file."""
    return _GENERATED.search(path) is not None


@lru_cache(maxsize=1024)
def is_data(path: str) -> bool:
    """Whether files of this kind hold rows of data, in which a name may stand on every row."""
    return _DATA.search(path) is not None


@lru_cache(maxsize=1024)
def is_table(path: str) -> bool:
    """Whether rows stand below a header in this file, and none of them is made up."""
    return _TABLE.search(path) is not None and not is_made_up(path) and not is_readme(path)


@lru_cache(maxsize=1024)
def is_code(path: str) -> bool:
    """Whether a literal value is quoted in this file: a program, not a configuration, a log or a page of text."""
    return _CODE.search(path) is not None
