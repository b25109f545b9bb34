"""A name, something like ``=``, and a value: in programs, settings, shells, JSON, YAML, XML, URLs and logs.

``find`` looks at one line. Every quantifier is bounded, so that the time grows with the length of the text and
no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ccds_ls.secret_patterns.match import Match
from ccds_ls.secret_patterns.names import Meaning, meaning
from ccds_ls.secret_patterns.places import is_code
from ccds_ls.secret_patterns.providers import provider_in
from ccds_ls.secret_patterns.values import is_hex, is_password, is_place, is_placeholder, is_random, is_uuid

_KEYWORD = re.compile(
    r"pass|pwd|psw|secret|token|key|auth|cred|(?<![A-Za-z])pw(?![A-Za-z])|bearer", re.IGNORECASE
)
_NAME_START = re.compile(
    r"(?:(?:api|access|secret|private|auth|subscription|account|encryption|license|client|signing|storage)[ ])?[\w.$-]{0,50}\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"""
    (?P<rest>[\w.-]{0,40})
    (?P<close>[\\"'`\])}]{0,6})
    (?:
      [ \t]{0,20}(?P<op>=>|:=|\?=|<-|==?|::?(?:[ \t]?[A-Za-z_][\w\[\]. |]{0,30}[ \t]?=)?|,|>|\|\||[ \t]value[ \t]?=)[ \t]{0,20}
      | (?P<space>[ \t]{1,20}(?:is[ \t]{1,4})?)
    )
    (?:[\[({]?[ \t]?[rbufRBUF@]{0,2}(?P<quote>\\{0,3}["'`]))?
    (?P<scheme>(?:bearer|basic|token|apikey|key)[ ]{1,3})?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BARE = re.compile(r"[^\s\"'`<>,;|(){}\[\]\\]{6,600}")
_TO_LINE_END = re.compile(r"[^\s\"'`]{6,600}(?=[ \t]*(?:#.*)?\Z)")
_SETTING = re.compile(r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|ENV[ \t]+|ARG[ \t]+)?[\w.-]+\Z")
_COMMAND = re.compile(r"\s*(?:[%!$>]|export\s|setx?\s|\$env:|set_env)")
_CONNECTION = re.compile(
    r"(?:host|server|data source|user(?: ?id|name)?|uid|dbname|database|initial catalog|driver|account(?:name)?|endpoint)[ ]?=",
    re.IGNORECASE,
)
_KEY_CONTEXT = re.compile(
    r"username|kaggle|wandb|login|comet|openai|azure|weather|api|subscription|account", re.IGNORECASE
)
_NOT_ALNUM = re.compile(r"[\W_]+")


class _Value(NamedTuple):
    text: str
    start: int
    quoted: bool


def find(line: str, path: str) -> Iterator[Match]:
    """The secrets that are given to a name on one line; spans are in the line."""
    seen = -1
    for hit in _KEYWORD.finditer(line):
        if hit.start() < seen:
            continue
        after = _AFTER.match(line, hit.end())
        if after is None:
            continue
        before = _NAME_START.search(line, max(0, hit.start() - 64), hit.start())
        start = before.start() if before else hit.start()
        name = line[start : after.end("rest")]
        promise = meaning(name)
        if promise is None or not _is_assignment(line, start, after, path):
            continue
        value = _value(line, start, after, path)
        if value is None:
            continue
        confidence = _judge(promise, name, value, line, after)
        if confidence is not None:
            seen = value.start + len(value.text)
            kind, title = provider_in(line[: value.start][-200:], promise.kind)
            yield Match(value.start, seen, kind, title, confidence, generic=True)


def _is_assignment(line: str, start: int, after: re.Match[str], path: str) -> bool:
    """Whether what stands between the name and the value gives the one to the other."""
    op, close = after["op"], after["close"]
    if op is None:
        if line[start] == "-" or after[0].endswith("is ") or after["scheme"]:
            return True
        return _COMMAND.match(line) is not None or path.endswith("netrc")
    op = op.strip()
    if op == ",":
        return bool(close) and close[-1] in "\"'`" and after["quote"] is not None
    if op == ">":
        return (start > 0 and line[start - 1] in "</") or close != ""
    return True


def _value(line: str, start: int, after: re.Match[str], path: str) -> _Value | None:
    begin = after.end()
    quote = after["quote"]
    if quote:
        end = line.find(quote, begin, begin + 600)
        text = line[begin:end]
        if end < 0 or not text or " " in text or "\t" in text:
            return None
        return _Value(text, begin, True)
    in_code = is_code(path) and not _COMMAND.match(line)
    op = (after["op"] or "").strip()
    if (
        not in_code
        and op in ("=", ":", ":=")
        and not after["close"]
        and _SETTING.match(line, 0, after.end("rest"))
    ):
        whole = _TO_LINE_END.match(line, begin)
        if whole:
            return _Value(whole[0].rstrip(",;"), begin, True)
    bare = _BARE.match(line, begin)
    if bare is None:
        return None
    text = bare[0].rstrip(".:\\")
    if in_code and not _may_be_bare(line, start, op, text, bare.end()):
        return None
    if line[start - 1 : start] in ("?", "&"):
        text = text.partition("&")[0]
    return _Value(text, begin, False)


def _may_be_bare(line: str, start: int, op: str, text: str, end: int) -> bool:
    """Whether a value without quotes can be a literal in a program: inside of one of its strings or comments."""
    if line[start] == "-" or line[start - 1 : start] in ("?", "&"):
        return True
    if op == "=" and line[end : end + 1] in (";", " ", '"', "'", "\\") and _CONNECTION.search(line):
        return True
    return (
        is_random(text, 20)
        and text.replace("_", "").replace("-", "").isalnum()
        and line[end : end + 1] not in ("(", "[", ".")
    )


def _judge(promise: Meaning, name: str, value: _Value, line: str, after: re.Match[str]) -> str | None:
    """How sure it is that this value is a secret, None if it is not."""
    text = value.text
    if _is_named(text, name) or is_place(text):
        return None
    if is_uuid(text):
        return "low" if promise.sure and promise.kind in ("api-key", "secret") else None
    if is_placeholder(text):
        return None
    if promise.kind == "password":
        if is_random(text, 12):
            return "medium"
        return "medium" if is_password(text) and (value.quoted or after["op"]) else None
    if promise.kind == "key":
        strong = is_random(text, 20) and (not is_hex(text) or _KEY_CONTEXT.search(line) is not None)
        return "low" if strong else None
    if after["scheme"] and is_random(text, 12):
        return "medium"
    if is_random(text, 12 if promise.sure else 16):
        return "medium"
    return "low" if promise.kind == "secret" and len(text) >= 12 and is_password(text) else None


def _is_named(text: str, name: str) -> bool:
    value, own = _NOT_ALNUM.sub("", text).lower(), _NOT_ALNUM.sub("", name).lower()
    return value in own or (own in value and len(value) < 2 * len(own))
