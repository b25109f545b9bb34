"""Is this text a secret's value, or something that only stands where one could stand?

Everything here judges a value alone, without its surroundings, in time linear in its length.
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise

# The 220 commonest pairs of letters in English, counted over the docstrings and names of Python's standard
# library: they make up 95 % of the pairs in words, and a third of those in random letters.
_COMMON_PAIRS = frozenset(
    """
    ab ac ad ag ai ak al am an ap ar as at au av ay ba be bi bj bl bo br bu ca ce ch ci ck cl co cr ct cu da dd de di
    dl do dr ds du ea ec ed ee ef eg el em en ep eq er es et ev ew ex ey fa fe ff fi fl fo fr fu ge gi gr gs gu ha he
    hi ho ht ia ib ic id ie if ig il im in io ip ir is it iv ix iz je ke la ld le lf li ll lo ls lt lu ly ma mb me mi
    mm mo mp ms na nc nd ne nf ng ni nn no ns nt nu nv ob oc od og ok ol om on oo op or os ot ou ov ow pa pe pi pl po
    pp pr pt pu py qu ra rc rd re rg ri rm rn ro rr rs rt ru ry sa sc se sh si so sp ss st su sy ta tc te th ti tl to
    tp tr ts tt tu ty ub ue ui ul um un up ur us ut va ve vi wa wh wi wo wr xc xt yp ys yt ze
    """.split()
)
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_ALTERNATION = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_HEX = re.compile(r"(?:[0-9a-f]{16,}|[0-9A-F]{16,})\Z")
_TOKEN = re.compile(r"[A-Za-z0-9_+/=.~:|!@$%^&*-]+\Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)
_NOT_SYMBOL = re.compile(r"[\w\s./:\\-]")  # a letter of any language is no sign

# What people write where a value goes.
_PLACEHOLDER = re.compile(
    r"""
    example|sample|dummy|placeholder|replace|change[_-]?(?:me|it|this)|insert|redacted|removed|hidden|lorem|ipsum
    |\Ayour|\Amy(?:[-_ ]|own|super|secret|api|app|auth|db|key|pass|token|user)|not[_-]?(?:a|real|set|so)[_-]|(?-i:x{4,}|X{4,})|\*{3,}|\.{3,}|…|•|_{4,}|-{5,}|\?{3,}|\#{3,}|0{6,}
    |\Atiger(?:\^\w*|\d{0,4})\Z|\A-?anonymous|(?-i:[Aa]sdf|ASDF|[Zz]xcv|ZXCV)|qwert|123456|abcdef|abc123|deadbeef|cafebabe|hunter2|swordfish|correct.?horse|let_?me_?in
    |\A(?:p[a@4][s5$]{2}[-_]?(?:w[o0]r[dt]|phrase)|s[e3][ck]r[ei13]t)[\W\d_]{0,6}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What a secret is called. Among other words it makes a placeholder; beside random characters it is a part of a secret.
_NOUN = re.compile(
    r"pass[-_]?(?:wor[dt]|phrase)|se[ck]ret|api[_-]?key|credentials?|(?:access|auth|bearer|id)[_-]?token",
    re.IGNORECASE,
)
_ALNUM = re.compile(r"[A-Za-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z]+|[A-Za-z]?\d+|[A-Za-z]{3,}\d{1,2}")
# Passwords that stand in every manual.
_COMMON = re.compile(
    r"(?:test|demo|temp|tmp|user|admin|root|guest|default|pass|welcome|monkey|dragon|iloveyou|login|foo|bar|abc|mysql"
    r"|postgres|airflow|minio|sa|spam|ham|eggs|hello|world|jupyter|student|developer|rabbitmq|elastic|grafana)+"
    r"(?:ing|er|word)?[\d!@#$._-]{0,6}\Z",
    re.IGNORECASE,
)
# Words that make a placeholder when they stand alone among other words.
_FILLER = re.compile(
    r"""
    (?<![a-z0-9])(?:your|my|some|the|fake|mock|test|foo|bar|baz|todo|fixme|none|null|nil|true|false|default|demo
      |value|here|undefined|empty|invalid|wrong|bad|old|new|abc|any|string|str|unused|ignored|admin|root|user|guest
      |secret|token|key|pass|pw|pwd)(?![a-z0-9])
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Hashes of passwords, integrity hashes, public keys, encrypted values: made to be stored.
_HASHED = re.compile(
    r"\$(?:2[abxy]?|[156]|y|argon2\w*|scrypt|pbkdf2\w*|apr1)\$|\{?S?SHA\d*[}:-]|sha(?:1|256|384|512)[-:$=]|md5[:$]"
    r"|ssh-(?:rsa|ed25519)|MFkwEwYHKoZI|MIIBIjANBgkqh|MIGfMA0GCSqG|MCowBQYDK2V|pbkdf2[_:]|bcrypt[$_]|argon2\w*[:$]|scrypt:|ENC[\[(]|!vault|vault:|AQICA|arn:aws",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"""
    \A\$[A-Za-z_]\w*\Z|\A\$[({]|\A[<{\[(].*[>}\])]\Z|\{\{|\$\{|\{[A-Za-z_][\w.\[\]'"]*\}|\A%[A-Za-z_]+%\Z|%\(\w+\)s|%[sdr]\Z
    |\A\$?(?:\w+::)*\w+->|\A\$\w+(?:::\w+|\{)|\A\\[ux]|\A@[A-Z_]+@\Z|\#\{|<[A-Za-z_]{2,}|environ|getenv|process\.env|\A[A-Za-z_][\w.]*[(\[]|\A[A-Za-z_]+\d?(?:\.[A-Za-z_]+\d?)+\Z
    """,
    re.VERBOSE,
)
_PLACE = re.compile(
    r"[A-Za-z]:\\|\w+://|[\w/.-]+\.(?:py|json|ya?ml|toml|txt|pem|key|crt|csv|md|html?|js)\Z|[\w.+-]+@[\w-]+\.\w{2,4}\Z"
)
_PATH = re.compile(r"[~.]{0,2}/[\w./-]|[^/]+/[^/]+/")
_FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*/[\w.-]*\.[a-z][a-z0-9]{0,7}\Z")
# A number, a date, a version or a range of them.
_NUMBER = re.compile(r"[-+^~=<>]{0,2}[0-9][0-9.,_-]*(?:e[-+]?[0-9]+)?\Z", re.IGNORECASE)

# SHA-256 (first 16 digits) of values that are published for everyone to use: the account keys of Azurite and of the
# Cosmos DB emulator, the token shown on jwt.io, the key in FastAPI's tutorial, the key of OpenSSL's FIPS module, the tokens in RFC 6749, the credentials in RFC 7617.
_PUBLISHED = frozenset(
    {
        "6c96130f130ab0d6",
        "00cf4c781dc37003",
        "ca7459e2b26776de",
        "0011cc25eb432071",
        "aa6547439583c3a2",
        "7f75367e78812551",
        "570dad43de1af4c9",
        "cf4d418ed3de92d7",
        "d0720d8487947228",
    }
)


def is_uuid(value: str) -> bool:
    """Whether this is a UUID: sometimes a key, mostly a name."""
    return _UUID.match(value) is not None


def is_hex(value: str) -> bool:
    """Whether this is a run of hexadecimal digits of one case, with both letters and digits."""
    return _HEX.match(value) is not None and not value.isdigit() and not value.isalpha()


def wordiness(value: str, shortest: int = 2) -> float:
    """How much of a value reads like words: about 0.95 for English, 0.3 for random letters, 0 without letters.

    Runs of fewer letters than ``shortest`` do not count.
    """
    common = total = 0
    for run in _LETTERS.findall(value):
        if len(run) < shortest:
            continue
        total += len(run) - 1
        common += sum(
            (a + b).lower() in _COMMON_PAIRS for a, b in pairwise(run) if not (a.islower() and b.isupper())
        )
    return common / total if total else 0.0


def is_sequence(value: str) -> bool:
    """Whether most neighbours are equal or follow each other, or few different characters make it all."""
    if len(set(value)) < min(6, len(value) // 2 + 1):
        return True
    steps = sum(-1 <= ord(b) - ord(a) <= 1 for a, b in pairwise(value))
    return steps * 2 > len(value)


def _is_called(value: str) -> bool:
    """Whether a value is what a secret is called, alone or with other words: "my-secret-password"."""
    rest = _NOUN.sub(" ", value)
    if rest == value or not all(map(_PLAIN.fullmatch, _ALNUM.findall(rest))):
        return False
    return wordiness(rest, 3) >= 0.5 or sum(map(str.isalpha, rest)) < 4


def is_placeholder(value: str) -> bool:
    """Whether a value stands for another: an example, a reference, a hash, a published one."""
    return bool(
        _PLACEHOLDER.search(value)
        or _is_called(value)
        or _COMMON.match(value)
        or (_FILLER.search(value) and (len(value) < 10 or wordiness(value, shortest=3) >= 0.5))
        or _REFERENCE.search(value)
        or _HASHED.match(value)
        or is_sequence(value)
        or hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16] in _PUBLISHED
    )


def is_stub_key(value: str) -> bool:
    """Whether a private key's block, with its BEGIN line, holds no key: dots, a word, or next to nothing."""
    body = re.sub(r"-{5}[A-Z ]+-{5}|\\[nr]|[\s\"',]", "", value)
    written = len(re.sub(r"[A-Za-z0-9+/=]", "", body))
    return len(body) < 64 or len(set(body)) < 20 or written * 20 > len(body)


def is_place(value: str) -> bool:
    """Whether a value is a path, a URL, a file's name or an e-mail address."""
    return bool(_PLACE.match(value) or _FILE.match(value) or (_PATH.match(value) and wordiness(value) >= 0.6))


def is_random(value: str, shortest: int = 16) -> bool:
    """Whether a value looks made by a machine to be hard to guess: what keys and tokens are."""
    if not shortest <= len(value) <= 2000 or not _TOKEN.match(value) or _NUMBER.match(value):
        return False
    if is_hex(value):
        return True
    words = wordiness(value)
    if not any(char.isdigit() for char in value):
        return len(value) >= 20 and words < 0.5
    alternations = len(_ALTERNATION.findall(value))
    if words < 0.4 and len(value) >= 20 and alternations:
        return True
    return (words < 0.6 and alternations >= 2) or alternations >= max(5, len(value) // 6)


def is_password(value: str) -> bool:
    """Whether a person could have chosen this to be hard to guess: mixed characters, not plain words."""
    if not 6 <= len(value) <= 200 or any(char.isspace() for char in value):
        return False
    if not value.isdigit() and _NUMBER.match(value):
        return False
    symbols = len(_NOT_SYMBOL.sub("", value))
    digits = any(map(str.isdigit, value))
    kinds = any(map(str.islower, value)) + any(map(str.isupper, value)) + digits + bool(symbols)
    if kinds >= 3:
        return len(value) >= 7
    if kinds == 2 and (digits or symbols):
        return len(value) >= 6
    return value.isascii() and len(value) >= 8 and wordiness(value) < 0.6


def is_strong(value: str) -> bool:
    """Whether a password has letters of both cases and digits or signs: nobody writes such a one as an example."""
    others = sum(not char.isalpha() for char in value)
    return len(value) >= 8 and bool(others) and any(map(str.islower, value)) and any(map(str.isupper, value))


def is_jumble(value: str) -> bool:
    """Whether this is a long mix of letters, digits and many signs, as Django makes its SECRET_KEY."""
    value = value.removeprefix("django-insecure-")
    return (
        len(value) >= 40
        and len(_NOT_SYMBOL.sub("", value)) >= 5
        and len(set(value)) >= 18
        and wordiness(value, 4) < 0.7
    )
