"""What stands where a secret could: an example, a reference to another value, a hash, a path.

Each table has regular expressions with an example of each, which the tests run.
"""

from __future__ import annotations

import hashlib
import re

from ccds_ls.secrets.patterns.values import is_sequence, wordiness

Table = tuple[tuple[str, str], ...]
"""Pairs of a regular expression and an example of what it matches."""

# What people write where a value goes, anywhere in it.
STAND_INS: Table = (
    (r"example|sample|dummy|placeholder", "sample-token"),
    (r"replace|change[_-]?(?:me|it|this)|insert", "changeme"),
    (r"redacted|removed|hidden", "REDACTED"),
    (r"lorem|ipsum", "lorem-ipsum"),
    (r"\Ayour", "your-token"),
    (r"\Amy(?:[-_ ]|own|super|secret|api|app|auth|db|key|pass|token|user)", "mysecret"),
    (r"not[_-]?(?:a|real|set|so)[_-]", "not-a-key"),
    (r"(?-i:x{4,}|X{4,})", "XXXX"),  # Letters of both cases come so by chance.
    (r"\*{3,}|\.{3,}|…|•|_{4,}|-{5,}|\?{3,}|#{3,}|0{6,}", "****"),
    (r"\Atiger(?:\^\w*|\d{0,4})\Z", "tiger"),  # Oracle's scott
    (r"\A-?anonymous", "anonymous@"),
    (r"(?-i:[Aa]sdf|ASDF|[Zz]xcv|ZXCV)|qwert", "qwerty"),
    (r"123456|abcdef|abc123|deadbeef|cafebabe", "abc123"),
    (r"hunter2|swordfish|correct.?horse|let_?me_?in", "letmein"),
    (r"\A(?:p[a@4][s5$]{2}[-_]?(?:w[o0]r[dt]|phrase)|s[e3][ck]r[ei13]t)[\W\d_]{0,6}\Z", "p@ssw0rd1!"),
)
# The name of a value instead of the value: a variable, a template, a call, a member.
REFERENCES: Table = (
    (r"\A\$[A-Za-z_]\w*\Z", "$TOKEN"),
    (r"\A\$[({]", "$(pass lab)"),
    (r"\A[<{\[(].*[>}\])]\Z", "<token>"),
    (r"\{\{", "a{{token}}"),
    (r"\$\{", "a${TOKEN}"),
    (r"\{[A-Za-z_][\w.\[\]'\"]*\}", "a{token}"),
    (r"\A%[A-Za-z_]+%\Z", "%TOKEN%"),
    (r"%\(\w+\)s", "%(token)s"),
    (r"%[sdr]\Z", "token-%s"),
    (r"\A\$?(?:\w+::)*\w+->", "$this->token"),
    (r"\A\$\w+(?:::\w+|\{)", "$Lab::token"),
    (r"\A\\[ux]", r"\u0041"),
    (r"\A@[A-Z_]+@\Z", "@TOKEN@"),
    (r"#\{", "a#{token}"),
    (r"<[A-Za-z_]{2,}", "a<token"),
    (r"environ|getenv|process\.env", "os.environ"),
    (r"\A[A-Za-z_][\w.]*[(\[]", "getpass()"),
    (r"\A[A-Za-z_]+\d?(?:\.[A-Za-z_]+\d?)+\Z", "settings.token"),
)
# Made to be stored: hashes of passwords and of files, public keys, encrypted values. All at the beginning.
HASHES: Table = (
    (r"\$(?:2[abxy]?|[156]|y|argon2\w*|scrypt|pbkdf2\w*|apr1)\$", "$2b$12$"),
    (r"\{?S?SHA\d*[}:-]", "{SSHA}"),
    (r"sha(?:1|256|384|512)[-:$=]", "sha256-"),
    (r"md5[:$]", "md5:"),
    (r"ssh-(?:rsa|ed25519)", "ssh-rsa"),
    (r"MFkwEwYHKoZI|MIIBIjANBgkqh|MIGfMA0GCSqG|MCowBQYDK2V", "MIIBIjANBgkqh"),
    (r"pbkdf2[_:]|bcrypt[$_]|argon2\w*[:$]|scrypt:", "pbkdf2:"),
    (r"ENC[\[(]|!vault|vault:|AQICA|arn:aws", "ENC[AES256]"),
)
# Paths, URLs, files' names and e-mail addresses.
PLACES: Table = (
    (r"[A-Za-z]:\\", "C:\\keys"),
    (r"\w+://", "s3://lab/keys"),
    (r"[\w/.-]+\.(?:py|json|ya?ml|toml|txt|pem|key|crt|csv|md|html?|js)\Z", "lab/token.json"),
    (r"[\w.+-]+@[\w-]+\.\w{2,4}\Z", "ana@lab.org"),
    (r"[\w.-]+(?:/[\w.-]+)*/[\w.-]*\.[a-z][a-z0-9]{0,7}\Z", "keys/lab.gpg"),
)


def _any_of(table: Table, flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(pattern for pattern, _ in table), flags)


_STAND_IN = _any_of(STAND_INS, re.IGNORECASE)
_REFERENCE = _any_of(REFERENCES)
_HASH = _any_of(HASHES, re.IGNORECASE)
_PLACE = _any_of(PLACES)
_PATH = re.compile(r"[~.]{0,2}/[\w./-]|[^/]+/[^/]+/")  # Base64 can look so, too.

# What a secret is called. Among other words it makes a placeholder; beside random characters it is a part of a secret.
_NOUN = re.compile(
    r"pass[-_]?(?:wor[dt]|phrase)|se[ck]ret|api[_-]?key|credentials?|(?:access|auth|bearer|id)[_-]?token",
    re.IGNORECASE,
)
_ALNUM = re.compile(r"[A-Za-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z]+|[A-Za-z]?\d+|[A-Za-z]{3,}\d{1,2}")

# Passwords that stand in every manual are made of these, with digits or signs behind them.
_MANUALS = "|".join(
    """
    test demo temp tmp user admin root guest default pass welcome monkey dragon iloveyou login foo bar abc mysql postgres
    airflow minio sa spam ham eggs hello world jupyter student developer rabbitmq elastic grafana
    """.split()
)
_COMMON = re.compile(rf"(?:{_MANUALS})+(?:ing|er|word)?[\d!@#$._-]{{0,6}}\Z", re.IGNORECASE)

# These make a placeholder when they stand alone among other words.
_FILLERS = "|".join(
    """
    your my some the fake mock test foo bar baz todo fixme none null nil true false default demo value here undefined
    empty invalid wrong bad old new abc any string str unused ignored admin root user guest secret token key pass pw pwd
    """.split()
)
_FILLER = re.compile(rf"(?<![a-z0-9])(?:{_FILLERS})(?![a-z0-9])", re.IGNORECASE)

# SHA-256 (first 16 digits) of values that are published for everyone to use: the account keys of Azurite and of the
# Cosmos DB emulator, the token shown on jwt.io, the key in FastAPI's tutorial, the key of OpenSSL's FIPS module, the
# tokens in RFC 6749, the credentials in RFC 7617.
_PUBLISHED = frozenset(
    """
    6c96130f130ab0d6 00cf4c781dc37003 ca7459e2b26776de 0011cc25eb432071 aa6547439583c3a2 7f75367e78812551
    570dad43de1af4c9 cf4d418ed3de92d7 d0720d8487947228
    """.split()
)


def is_placeholder(value: str) -> bool:
    """Whether a value stands for another: an example, a reference, a hash, a published one."""
    return bool(
        _STAND_IN.search(value)
        or _is_called(value)
        or _COMMON.match(value)
        or (_FILLER.search(value) and (len(value) < 10 or wordiness(value, shortest=3) >= 0.5))
        or _REFERENCE.search(value)
        or _HASH.match(value)
        or is_sequence(value)
        or hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16] in _PUBLISHED
    )


def _is_called(value: str) -> bool:
    """Whether a value is what a secret is called, alone or with other words: "my-secret-password"."""
    rest = _NOUN.sub(" ", value)
    if rest == value or not all(map(_PLAIN.fullmatch, _ALNUM.findall(rest))):
        return False
    return wordiness(rest, 3) >= 0.5 or sum(map(str.isalpha, rest)) < 4


def is_stub_key(value: str) -> bool:
    """Whether a private key's block, with its BEGIN line, holds no key: dots, a word, or next to nothing."""
    body = re.sub(r"-{5}[A-Z ]+-{5}|\\[nr]|[\s\"',]", "", value)
    written = len(re.sub(r"[A-Za-z0-9+/=]", "", body))
    return len(body) < 64 or len(set(body)) < 20 or written * 20 > len(body)


def is_place(value: str) -> bool:
    """Whether a value is a path, a URL, a file's name or an e-mail address."""
    return bool(_PLACE.match(value) or (_PATH.match(value) and wordiness(value) >= 0.6))
