"""A name, something like ``=``, and a value: in programs, settings, shells, JSON, YAML, XML, URLs and logs.

``find`` looks at one line. Every quantifier is bounded, so that the time grows with the length of the text and
no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ccds_ls.secrets.patterns.match import Match, lower
from ccds_ls.secrets.patterns.names import Meaning, meaning
from ccds_ls.secrets.patterns.places import is_code
from ccds_ls.secrets.patterns.providers import provider_in
from ccds_ls.secrets.patterns.values import (
    is_hex,
    is_jumble,
    is_password,
    is_place,
    is_placeholder,
    is_random,
    is_uuid,
)

_KEYWORD = re.compile(
    r"pass|kennwort|contrase(?:n|ñ)a|senha|pwd|psw|secret|token|key|auth|cred|psk|(?<![a-z])(?:bind)?pw(?![a-z])|bearer"
)
_NAME_CHARACTERS = re.compile(r"[\w.$-]{0,50}")
_WORD_BEFORE = re.compile(
    r"\b(?:api|access|secret|private|auth|subscription|account|encryption|license|client|signing|storage|page|pagination|csrf)[ ]\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"""
    (?P<rest>[\w.-]{0,40})
    (?P<close>[\\"'`\])}*]{0,6})
    (?:[ ]or[ ][\w.]{1,30}\([^()\n]{0,60}\)|\[\d{0,4}\]|[ ]?\{[ ]?get;[^{}\n]{0,30}\}|[ ]As[ ]\w{1,20})?
    (?:
      (?P<pair>[ \t]{0,4}[,{]?\s{1,40}(?:type=str,[ ]|(?:(?:type|description|sensitive|nullable)[ ]{0,12}=[^\n]{0,120}\n\s{0,20}){1,3})?
        ["']?(?i:value|default(?:value)?)["']?[ \t]{0,4}[:=][ \t]{0,8}
        |</(?:name\s{0,2}>\s{0,40}<value|t[dh]>\s{0,40}<td|key>\s{0,40}<string)>
        |\(value=|\.(?:unwrap_or(?:_else)?|orElse)\((?:\|_?\|[ ]?)?)
      | (?P<call>\()
      | [ \t]{0,20}(?P<op>=>|:=|\?=|<-|==?|::?(?:[ \t]?[A-Za-z_&][\w\[\]. |&']{0,30}[ \t]?=)?|,|>|(?:\|\||\?\?)=?|\?:|(?:or|to)(?=[ ]["']))[ \t]{0,20}
      | (?P<space>[ \t]{1,20}(?:is:?[ \t]{1,4}|\|[ \t]{1,20})?)
    )
    (?:<!\[CDATA\[)?
    (?:(?:[\[({]|[\w.:]{0,14}(?:quote(?:_plus)?|SecretStr|[Ff]ield|Option|String::from|Some)\((?:default=)?)?[ \t]?[rbufRBUFN@]{0,2}(?:"(?=\\)|'(?="))?(?P<quote>\\{0,3}(?:"{3}|'{3}|["'`])))?
    (?P<scheme>(?i:bearer|basic|token|apikey|key)[ ]{1,3})?
    """,
    re.VERBOSE,
)
_BARE = re.compile(r"[^\s\"'`<>,;|(){}\[\]\\]{6,600}")
_IS = re.compile(r"is:?[ \t]+\Z")
_ARROW = re.compile(r"->\s?[\w{\[($@]")
_TO_LINE_END = re.compile(r"[^\s\"'`]{6,600}(?=[ \t]*(?:#.*)?\Z)")
_SETTING = re.compile(r"[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+|ENV[ \t]+|ARG[ \t]+)?[\w.-]+\Z")
_COMMAND = re.compile(r"\s*(?:[%!$>]|export\s|setx?\s|\$env:|set_env|ENV\s)")
_DEFINE = re.compile(r"\s*#\s{0,4}define\s")
# A call that takes what it is called for: "client.setApiKey(", ".password(", "std::string api_key(".
_SETS = re.compile(
    r"(?:[\w$-]*\.)*(?:(?:set|with|use)(?=[A-Z_])\w+|(?<=\.)(?!(?:get|find|fetch|load|read|check|verify|validate|is|has|hash|encode|decode"
    r"|parse|match|compare|create|generate|make|by|to|from|of|delete|remove|translate|resolve|look|lex|next|peek|expect|test"
    r"|reset|forgot|revoke|refresh|request|require|assert|contains|sign|encrypt|decrypt)(?![a-z]))[A-Za-z]\w*)\Z"
)
# A call that gives a value to the name before it: "config.set('api', 'token', ", "setattr(client, 'token', ".
_SETS_ONE = re.compile(r"\b(?:set(?:attr)?|Map\.of|get(?=\(ENV,))\([^()\n]{1,60},[ ]?[\"']\Z")
_DECLARES = re.compile(r"\bQ?[Ss]tring[ ]\Z")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|--|\*)\s")
_SPACED = re.compile(r"(?:netrc|\.conf|\.properties|\.ovpn)\Z")
_PUBLIC_LINK = re.compile(
    r"zoom\.us/|\.svg\?|://(?:[\w-]{1,40}\.){0,4}example(?:\.\w{2,10})?[:/?]"
    r"|[?&](?:casa_token|sharing_token|guestAccessKey)\Z"  # of publishers, for whoever is given the article's link
)
_OTHER_NAME = re.compile(r"[A-Za-z_]{1,20}=[^=]")
_HASHED_NAME = re.compile(r"[\w.]+-[0-9a-f]{32,}\Z")
_CONNECTION = re.compile(
    r"(?:host(?:name)?|server|data source|user(?: ?id|name)?|uid|dbname|database|initial catalog|driver|account(?:name)?|endpoint)[ ]?=",
    re.IGNORECASE,
)
_KEY_CONTEXT = re.compile(
    r"username|kaggle|wandb|login|comet|openai|azure|weather|api|subscription|account|using|auth|secret|access"
    r"|params[\"']?[ ]?[=:]|client\(|series\(",
    re.IGNORECASE,
)
_JUPYTER = re.compile(
    r"(?:jupyter|notebook|server)\w{0,10}[._]token", re.IGNORECASE
)  # chosen as passwords are
_NEAR = 160  # How far from a name its surroundings reach, on a line that may be a whole file.
_SLUG = re.compile(r"[a-z]+(?:[-_][a-z]+)*\d{0,2}\Z")  # a package's name
_NOT_ALNUM = re.compile(r"[\W_]+")


class _Value(NamedTuple):
    text: str
    start: int
    quoted: bool


def find(line: str, path: str) -> Iterator[Match]:
    """The secrets that are given to a name on one line; spans are in the line."""
    seen = -1
    for hit in _KEYWORD.finditer(lower(line)):
        after = _AFTER.match(line, hit.end()) if hit.start() >= seen else None
        if after is None:
            continue
        start = _name_start(line, hit.start())
        name = line[start : after.end("rest")]
        promise = meaning(name)
        link = _link(line, start, after, path) if promise else None
        value = _value(line, start, after, path) if link else None
        if promise is None or value is None:
            continue
        confidence = _judge(promise, name, value, line, path, clear=link == "clear")
        if confidence is not None:
            seen = value.start + len(value.text)
            kind, title = provider_in(line[: value.start][-200:], promise.kind)
            yield Match(value.start, seen, kind, title, confidence, generic=True)


def _name_start(line: str, hit: int) -> int:
    """Where the name begins that has a keyword at ``hit``; "API key" is one name."""
    before = line[max(0, hit - 50) : hit][::-1]
    match = _NAME_CHARACTERS.match(before)
    start = hit - match.end() if match else hit
    word = _WORD_BEFORE.search(line, max(0, start - 16), start) if line[start - 1 : start] == " " else None
    return word.start() if word else start


def _link(line: str, start: int, after: re.Match[str], path: str) -> str | None:
    """How what stands between the name and the value gives the one to the other: ``clear``, ``loose`` or not."""
    op, close, quote = after["op"], after["close"], after["quote"]
    opened = line[start - 1 : start]
    if quote and opened == quote and quote not in close:
        return None  # The name is the end of a string, and this quote closes it.
    if after["call"]:
        return "clear" if quote and not close and _takes_it(line, start, after) else None
    if op is None and not after["pair"]:
        spaced = line[start] == "-" or after["scheme"] or _COMMAND.match(line) or _SPACED.search(path)
        if spaced or (quote and _DEFINE.match(line)) or _IS.search(after["space"] or ""):
            return "clear"
        return None if is_code(path) else "loose"
    op = (op or "").strip()
    if op == ":" and opened == ":":
        return None  # a piece of an ARN or a URN
    if op == "," and not (_is_argument(line, start) and close and close[-1] in "\"'`" and quote is not None):
        return None
    if op == "to" and close[-1:] not in ("'", '"'):
        return None
    if op == "or" and ")" not in close:
        return None
    if op == ">" and not (opened in ("<", "/") or close):
        return None
    # What stands in the link of a meeting, a badge or an article is for whoever may read the page.
    public = opened in ("?", "&") and _PUBLIC_LINK.search(line, max(0, start - _NEAR), after.end("rest"))
    return None if public else "clear"


def _takes_it(line: str, start: int, after: re.Match[str]) -> bool:
    """Whether a call with one text takes a secret, and does not look one up by its name or check one."""
    name = line[start : after.end("rest")]
    end = line.find(after["quote"], after.end(), after.end() + 600)
    promise = meaning(name)
    sure = promise is not None and promise.sure and promise.kind != "key"
    return (
        sure
        and line[end + 1 : end + 2] == ")"
        and bool(_SETS.match(name) or _DECLARES.search(line, max(0, start - 12), start))
    )


def _is_argument(line: str, start: int) -> bool:
    """Whether a quoted name may be followed by its value: the first argument of a call, or an option's name."""
    if line[start] == "-":
        return True
    before = line[max(0, start - 12) : start].rstrip("\\")
    if before[-1:] not in ("'", '"', "`"):
        return False
    opened = before.rstrip("\"'`\\rbuf ").endswith(("(", "{", 'String",'))
    return opened or _SETS_ONE.search(line, max(0, start - 90), start) is not None


def _value(line: str, start: int, after: re.Match[str], path: str) -> _Value | None:
    begin = after.end()
    quote = after["quote"]
    if quote:
        end = line.find(quote, begin, begin + 600)
        text = line[begin:end]
        if end < 0 or not text or " " in text or "\t" in text:
            return None
        return _Value(text, begin, True)
    in_code = (
        is_code(path) and not _COMMAND.match(line) and not _COMMENT.search(line, max(0, start - _NEAR), start)
    )
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
    behind = line[bare.end() : bare.end() + 1]
    if behind in ("(", "[") or (behind == "<" and is_code(path)) or _ARROW.match(line, bare.end() - 1):
        return None  # a call, an index, a type, a member of an object
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
    if op == ">" and line[end : end + 2] == "</":
        return True
    if op == ":" and line[start - 2 : start] == "${" and line[end : end + 1] == "}":
        return True  # what a setting is where none is given, as in Spring's "${db.password:…}"
    if op == "=" and line[start - 1 : start] in ("'", '"') and line[end : end + 1] in (";", "'", '"'):
        return True  # a piece of a connection string on a line of its own
    if (
        op == "="
        and line[end : end + 1] in (";", " ", '"', "'", "\\")
        and _CONNECTION.search(line, max(0, start - _NEAR), end + _NEAR)
    ):
        return True
    return (
        is_random(text, 20)
        and text.replace("_", "").replace("-", "").isalnum()
        and line[end : end + 1] not in ("(", "[", ".")
    )


def _judge(promise: Meaning, name: str, value: _Value, line: str, path: str, *, clear: bool) -> str | None:
    """How sure it is that this value is a secret, None if it is not."""
    text = value.text
    owner, _, rest = text.rpartition(":")  # "agent:prod:…", "user:…"
    if promise.kind == "token" and owner.replace(":", "").isalnum() and is_random(rest, 24):
        text = rest
    if promise.kind == "secret" and value.quoted and is_jumble(text):
        return "medium"
    if _is_named(text, name) or is_place(text):
        return None
    if is_uuid(text):
        return "low" if promise.sure and promise.kind != "key" else None
    if is_placeholder(text):
        return None
    if not clear:
        return "low" if promise.sure and is_random(text, 12) and not _OTHER_NAME.match(text) else None
    if promise.kind == "key":
        near = _KEY_CONTEXT.search(line, max(0, value.start - _NEAR), value.start) or _KEY_CONTEXT.search(
            path
        )
        strong = is_random(text, 16 if promise.sure or near else 20) and not _HASHED_NAME.match(text)
        return "low" if strong and (near or promise.sure or not is_hex(text)) else None
    if is_random(text, 10 if promise.sure else 16):
        return "medium"
    if promise.kind == "password" or _JUPYTER.search(name):
        return "medium" if is_password(text) else None
    chosen = promise.kind == "secret" and len(text) >= 12 and is_password(text)
    return "low" if chosen and not _SLUG.match(text) else None


def _is_named(text: str, name: str) -> bool:
    value, own = _NOT_ALNUM.sub("", text).lower(), _NOT_ALNUM.sub("", name).lower()
    return value in own or (own in value and len(value) < 2 * len(own))
