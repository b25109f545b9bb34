"""Where a secret could be: the prefilter, cheap patterns over a whole text. The rules look closely at what it hits.

The secret engine runs the patterns together with its own rules, in one pass. They are in what its regular expressions
and ``re`` have in common, over lower-case ASCII. Those for a name and its value stand here, and mirror ``links``; those
for a form of its own stand beside the form, as a ``Pattern``'s ``prefilter``; those for tokens are made from the table
in ``tokens``.

What costs time: the engine finds a pattern fastest that begins with one word of its own, so there is one for each
word (one for all of them takes twice the time); then the number of hits, each file with one most of all, and the
length of what follows a common word.
"""

from __future__ import annotations

from typing import NamedTuple

from ccds_ls.secret_engine import CANDIDATE, TOKEN
from ccds_ls.secrets.patterns.structured import PATTERNS as STRUCTURED
from ccds_ls.secrets.patterns.tokens import PATTERNS as TOKENS


class Name(NamedTuple):
    """A name by the word in it: an example, and another word that begins alike and is left out."""

    pattern: str
    example: str
    other: str = ""


_MORE = r"[a-z0-9_.-]{0,30}"  # how a name goes on
_PASS = Name(rf"passe?(?:[wcp0-9_.-]{_MORE})?", "password", "passing")
_PWD = Name(rf"pwd{_MORE}", "pwd_prod")
PASSWORD_NAMES = (
    _PWD,
    Name(rf"psw{_MORE}", "pswd"),
    Name(rf"secret{_MORE}", "secret_key"),
    Name(rf"cred(?:[a-hj-z0-9_.-]{_MORE})?", "credentials", "credit"),
    Name(rf"kennwort{_MORE}", "kennwort"),
    Name(rf"contrase[^\s]{{1,2}}a{_MORE}", "contrasena"),  # ñ is two bytes
    Name(rf"senha{_MORE}", "senha_db"),
    Name("pw", "pw"),
    Name("psk", "psk"),
    _PASS,
    Name(r"(?:jupyter|notebook|server)[a-z0-9_]{0,10}[._]token", "notebookapp.token"),
)
"""Of values that people choose."""

_KEY = Name(rf"key(?:s|str(?:ing)?|val(?:ue)?|[0-9_.-]{_MORE})?", "key_prod", "keyword")
KEY_NAMES = (
    _KEY,
    Name(rf"auth(?:(?:ori[sz]|[a-np-z0-9_.-]){_MORE})?", "authorization", "author"),
    Name(rf"token(?:(?:[a-hj-z0-9_.-]|i[a-rt-y]){_MORE})?", "token_prod", "tokenizer"),
)
"""Of values that only a machine makes."""

# Links: what may stand between the name and the value.
_CLOSE = r"[\\\"'`\])}*]{0,4}"  # the end of the name: a quote, a bracket, Markdown's bold
_OPERATOR = (
    rf"(?:{_CLOSE}[ \t]{{0,8}}(?:[=:>?<|]{{1,3}}|\(|<-|or|to|\?:|:[ a-z_.|&'\[\]]{{1,24}}=|value=)"
    r"|[\\\"'`\])}]{0,3}[\"'`][ \t]{0,8},)[ \t]{0,8}"  # A comma gives a value to a quoted name alone.
)
_FIELD = (  # The value is in a field of its own: {"name": "api_key", "value": "..."}, <td>api_key</td><td>...</td>.
    rf"{_CLOSE}(?:"
    r"[ \t]{0,4}[,{]?\s{1,40}(?:type=str, )?[\"']?(?:value|default(?:value)?)[\"']?[ \t]{0,4}[:=][ \t]{0,8}"
    r"|</(?:name>\s{0,40}<value|t[dh]>\s{0,40}<td|key>\s{0,40}<string)>"
    r"|\(value=)"
)
_SPACE = rf"{_CLOSE}[ \t]{{1,8}}(?:is:? |\| +)?[\"'`]?"  # --password x, the password is: x, | password | x |
_BARE_OPERATOR = r"[\\\"'`\]}]{0,4}[ \t]{0,8}(?:[=:>]|[=:-]>|[:?]=|::)[ \t]{0,8}(?:<!\[cdata\[)?"
# What wraps a quoted value, and the prefixes of a string: SecretStr("x"), Field(default="x"), ["x"], rb"x".
_WRAPPER = (
    r"(?:[a-z.:]{0,14}(?:quote(?:_plus)?|secretstr|field|option|string::from|some)\((?:default=)?)?"
    r"[\[({rbufn\\@]{0,4}"
)


def _bare(letter: str, sign: str, shortest: int) -> str:
    """A value without quotes: ``letter``s with a ``sign`` before long. A word has none, and is no secret here.

    The rest of it need not be looked at further than half of ``shortest``.
    """
    rest = rf"[^\s\"'`]{{{shortest // 2}}}"
    return rf"(?:{letter}{{{shortest - 1},40}}{sign}|{letter}{{0,{shortest - 2}}}{sign}{rest})"


def _assignment(name: str, quoted: str, letter: str, shortest: int) -> str:
    """A name and its value: a ``quoted`` one, one in a field of its own, one behind a space, a bare one."""
    spaced = _bare(r"[a-z_+/=.~!@#$%^&*?;-]", "[0-9]", shortest)
    bare = _bare(letter, "[0-9#$%^&*@]", shortest)
    return (
        rf"{name}(?:{_OPERATOR}{_WRAPPER}[\"'`\\]{{1,4}}{quoted}|{_FIELD}{_WRAPPER}[\"'`]{{0,3}}{quoted}"
        rf"|{_SPACE}{spaced}|{_BARE_OPERATOR}{bare})"
    )


_CHOSEN = r"[^\s\"'`]{6}"
# A machine's value has a digit before long, or is long itself, and is no path, markup, format or call.
_LETTER = r"[^\s\"'`%\\{}<>()&]"
_MADE = (
    rf"(?:(?:bearer|basic|token|apikey|key) {{1,3}})?(?:{_LETTER}{{0,19}}[0-9][^\s\"'`]{{5}}|{_LETTER}{{20}})"
)

RARE_LINKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (rf"{_KEY.pattern}{_BARE_OPERATOR}[a-z]{{20}}", ("key: abcdefghijklmnopqrst",)),
    # Letters alone are a word or a password; they are looked at where a word would be a long one.
    (rf"{_PASS.pattern}{_BARE_OPERATOR}[a-z]{{12}}", ("password: abcdefghijkl",)),
    (rf"{_PWD.pattern}{_BARE_OPERATOR}[a-z]{{12}}", ("db_pwd=abcdefghijkl",)),
    (
        r"auth[a-z]{0,10}[\"']?[ \t]{0,4}[:=,][ \t]{0,4}[\"'`]?(?:basic|token|key|apikey|bearer)[ \t]{1,3}[a-z0-9]",
        ("Authorization: Bearer a", '"Authorization", "token a"'),
    ),
    (r"bearer[ \t]{1,3}[a-z0-9_.-]{12}", ("Bearer abcdefghijkl",)),
    (
        (
            r"(?:pass|pwd|secret|token|key|auth)[a-z0-9_]{0,30}[\"']?"
            r"(?:\){1,2}\.(?:unwrap_or|orelse)|\[[0-9]{0,4}\] ?=[^=]| ?\{ ?get;| as string =)"
        ),
        ('var("API_KEY").unwrap_or("a")', 'api_key[] = "a"', "ApiKey { get; set; }", "apiKey As String ="),
    ),
    (r"\) or [a-z_.]{1,30}\([^()\n]{0,60}\) or [\"']", ('getenv("TOKEN") or getpass("token: ") or "a"',)),
    (
        r"variable[ ]\"[a-z0-9_-]{0,40}(?:pass|pwd|secret|token|key)[a-z0-9_-]{0,30}\"",
        ('variable "db_password" {',),
    ),
)
"""Links that are too rare to be looked for behind every name, with examples."""

PATTERNS = tuple(
    dict.fromkeys(
        (
            *(_assignment(name.pattern, _CHOSEN, r"[a-z_+/=.~!;:?,-]", 6) for name in PASSWORD_NAMES),
            *(_assignment(name.pattern, _MADE, r"[a-z_+/=.~!:-]", 10) for name in KEY_NAMES),
            *(pattern for pattern, _ in RARE_LINKS),
            *(pattern for form in STRUCTURED for pattern in form.prefilter),
        )
    )
)


def rule_file() -> str:
    """The patterns as a rule file of the engine, in its own format."""
    named = [
        *((f"{CANDIDATE}-{number}", f"(?im){pattern}") for number, pattern in enumerate(PATTERNS)),
        *((f"{TOKEN}-{number}", f"(?m){pattern}") for number, pattern in enumerate(TOKENS)),
    ]
    rules = (
        f"  - name: candidate\n    id: {rule}\n    pattern: '{quoted}'\n"
        "    min_entropy: 0.0\n    confidence: high\n    examples: []\n"
        for rule, quoted in ((rule, pattern.replace("'", "''")) for rule, pattern in named)
    )
    return "rules:\n" + "".join(rules)
