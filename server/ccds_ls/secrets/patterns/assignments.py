"""A name, something like ``=``, and a value: in programs, settings, shells, JSON, YAML, XML, URLs and logs.

``find`` looks at one line. ``names`` says what a name promises, ``links`` whether a value is given to it, and
``values`` what that value is; how sure all of it together is, is told here. Every quantifier is bounded, so that the
time grows with the length of the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ccds_ls.secrets.patterns.links import LONGEST, NEAR, Link, link_at, strength
from ccds_ls.secrets.patterns.match import Match, lower
from ccds_ls.secrets.patterns.names import Meaning, meaning_of
from ccds_ls.secrets.patterns.placeholders import is_place, is_placeholder
from ccds_ls.secrets.patterns.places import is_code
from ccds_ls.secrets.patterns.providers import provider_in
from ccds_ls.secrets.patterns.values import (
    is_hex,
    is_jumble,
    is_password,
    is_random,
    is_uuid,
    wordiness,
)

_KEYWORD = re.compile(
    r"pass|kennwort|contrase(?:n|ñ)a|senha|pwd|psw|secret|token|key|auth|cred|psk|(?<![a-z])(?:bind)?pw(?![a-z])|bearer"
)

# Values without quotes.
_BARE = re.compile(r"[^\s\"'`<>,;|(){}\[\]\\]{6,600}")
_TO_LINE_END = re.compile(r"[^\s\"'`]{6,600}(?=[ \t]*(?:#.*)?\Z)")
_SETTING = re.compile(r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|ENV[ \t]+|ARG[ \t]+)?[\w.-]+\Z")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|--|\*)\s")
_ARROW = re.compile(r"->\s?[\w{\[($@]")
_CONNECTION_STRING = re.compile(
    r"(?:host(?:name)?|server|data source|user(?: ?id|name)?|uid|dbname|database|initial catalog|driver|account(?:name)?|endpoint)[ ]?=",
    re.IGNORECASE,
)

# What makes a value more likely a secret, or less.
_KEY_CONTEXT = re.compile(
    r"username|kaggle|wandb|login|comet|openai|azure|weather|api|subscription|account|using|auth|secret|access"
    r"|params[\"']?[ ]?[=:]|client\(|series\(",
    re.IGNORECASE,
)
_CHOSEN_TOKEN = re.compile(r"(?:jupyter|notebook|server)\w{0,10}[._]token", re.IGNORECASE)  # by people
_OTHER_NAME = re.compile(r"[A-Za-z_]{1,20}=[^=]")
_HASHED_NAME = re.compile(r"[\w.]+-[0-9a-f]{32,}\Z")
_SLUG = re.compile(r"[a-z]+(?:[-_][a-z]+)*\d{0,2}\Z")  # a package's name
_FOREIGN = 0.5  # the wordiness of most long words of other languages than English is above it
_NOT_ALNUM = re.compile(r"[\W_]+")


class _Value(NamedTuple):
    text: str
    start: int
    quoted: bool


def find(line: str, path: str) -> Iterator[Match]:
    """The secrets that are given to a name on one line; spans are in the line."""
    seen = -1
    for keyword in _KEYWORD.finditer(lower(line)):
        link = link_at(line, path, *keyword.span()) if keyword.start() >= seen else None
        meaning = meaning_of(link.name) if link else None
        if link is None or meaning is None:
            continue
        given = strength(link)
        value = _value(link) if given else None
        confidence = _confidence(meaning, link, value, clear=given == "clear") if value else None
        if value and confidence:
            seen = value.start + len(value.text)
            kind, title = provider_in(line[: value.start][-200:], meaning.kind)
            yield Match(value.start, seen, kind, title, confidence, generic=True)


def _value(link: Link) -> _Value | None:
    """The value that begins where the link ends, if it is one word."""
    quote, begin = link.match["quote"], link.match.end()
    if not quote:
        return _bare_value(link)
    end = link.line.find(quote, begin, begin + LONGEST)
    text = link.line[begin:end]
    return None if end < 0 or not text or " " in text or "\t" in text else _Value(text, begin, True)


def _bare_value(link: Link) -> _Value | None:
    """A value without quotes: to the end of a line of settings, elsewhere to the end of the word."""
    line, start, begin = link.line, link.start, link.match.end()
    in_code = is_code(link.path) and not (
        link.is_command or _COMMENT.search(line, max(0, start - NEAR), start)
    )
    if not in_code and link.operator in ("=", ":", ":=") and not link.match["close"]:
        setting = _SETTING.match(line, 0, link.match.end("rest"))
        whole = _TO_LINE_END.match(line, begin) if setting else None
        if whole:
            return _Value(whole[0].rstrip(",;"), begin, True)
    bare = _BARE.match(line, begin)
    if bare is None:
        return None
    behind = line[bare.end() : bare.end() + 1]
    if behind in ("(", "[") or (behind == "<" and is_code(link.path)) or _ARROW.match(line, bare.end() - 1):
        return None  # a call, an index, a type, a member of an object
    text = bare[0].rstrip(".:\\")
    if in_code and not _may_be_bare(link, text, bare.end()):
        return None
    return _Value(text.partition("&")[0] if link.is_query else text, begin, False)


def _may_be_bare(link: Link, text: str, end: int) -> bool:
    """Whether a value without quotes can be a literal in a program: inside of one of its strings or comments."""
    line, start, operator, behind = link.line, link.start, link.operator, link.line[end : end + 1]
    if link.is_option or link.is_query:
        return True
    if operator == ">" and line.startswith("</", end):
        return True
    if operator == ":" and line.endswith("${", 0, start) and behind == "}":
        return True  # what a setting is where none is given, as in Spring's "${db.password:…}"
    if operator == "=" and link.opened in ("'", '"') and behind in (";", "'", '"'):
        return True  # a piece of a connection string on a line of its own
    if operator == "=" and behind in (";", " ", '"', "'", "\\"):
        connection = _CONNECTION_STRING.search(line, max(0, start - NEAR), end + NEAR)
        if connection:
            return True
    plain = text.replace("_", "").replace("-", "").isalnum()
    return plain and is_random(text, 20) and behind not in ("(", "[", ".")


def _confidence(meaning: Meaning, link: Link, value: _Value, *, clear: bool) -> str | None:
    """How sure it is that this value is a secret, None if it is not: the first that applies."""
    text = value.text
    owner, _, rest = text.rpartition(":")  # "agent:prod:…", "user:…"
    if meaning.kind == "token" and owner.replace(":", "").isalnum() and is_random(rest, 24):
        text = rest
    # What can be told without the link.
    if meaning.kind == "secret" and value.quoted and is_jumble(text):
        return "medium"
    if _is_named(text, link.name) or is_place(text):
        return None
    if is_uuid(text):
        return "low" if meaning.sure and meaning.kind != "key" else None
    if is_placeholder(text):
        return None
    # A loose link asks for more, and so does a name that could be another's.
    if not clear:
        return "low" if meaning.sure and is_random(text, 12) and not _OTHER_NAME.match(text) else None
    if meaning.kind == "key":
        return _confidence_in_key(meaning, link, value.start, text)
    if is_random(text, 10 if meaning.sure else 16):
        return "medium"
    # What is not random may have been chosen by a person, where a person chooses.
    if meaning.kind == "password" or _CHOSEN_TOKEN.search(link.name):
        word = not link.match["quote"] and text.isalpha() and wordiness(text) >= _FOREIGN
        return "medium" if is_password(text) and not word else None
    chosen = meaning.kind == "secret" and len(text) >= 12 and is_password(text)
    return "low" if chosen and not _SLUG.match(text) else None


def _confidence_in_key(meaning: Meaning, link: Link, start: int, text: str) -> str | None:
    """A key may be any: it must be random, and more so where nothing around it speaks of a login or an API."""
    near = _KEY_CONTEXT.search(link.line, max(0, start - NEAR), start) or _KEY_CONTEXT.search(link.path)
    if not is_random(text, 16 if meaning.sure or near else 20) or _HASHED_NAME.match(text):
        return None
    return "low" if near or meaning.sure or not is_hex(text) else None


def _is_named(text: str, name: str) -> bool:
    """Whether a value repeats the name that it is given to."""
    value, own = _NOT_ALNUM.sub("", text).lower(), _NOT_ALNUM.sub("", name).lower()
    return value in own or (own in value and len(value) < 2 * len(own))
