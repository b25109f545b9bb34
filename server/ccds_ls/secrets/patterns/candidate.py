"""Where a secret could be: cheap patterns over a whole text, for our own rules to look closely at the line.

They are in what ``re`` and the secret engine's regular expressions have in common, over lower-case ASCII. The engine
runs them together with its own rules, in one pass. It finds a pattern fastest that begins with one word of its own, so
there is a pattern for each word, and not one for all of them, which takes twice the time. What they cost beyond that
is the number of hits, each file with one most of all, and the length of what follows a common word.
"""

from __future__ import annotations

from ccds_ls.secrets.patterns.tokens import PATTERNS as TOKENS

_MORE = r"[a-z0-9_.-]{0,30}"
# Not "author", "tokenizer", "passing", "keyword".
_NAMES = (
    rf"pwd{_MORE}",
    rf"psw{_MORE}",
    rf"secret{_MORE}",
    rf"cred{_MORE}",
    rf"kennwort{_MORE}",
    rf"contrase[^\s]{{1,2}}a{_MORE}",
    rf"senha{_MORE}",
    "pw",
    "psk",
    rf"passe?(?:[wcp0-9_.-]{_MORE})?",
    rf"auth(?:(?:ori[sz]|[a-np-z0-9_.-]){_MORE})?",
    rf"token(?:(?:[a-hj-z0-9_.-]|i[a-rt-y]){_MORE})?",
)
_KEY = rf"key(?:s|str(?:ing)?|val(?:ue)?|[0-9_.-]{_MORE})?"
_CLOSE = r"[\x5c\x22'`\])}]{0,4}"
_QUOTED = (
    r"[ \t]{0,8}(?:[=:,>?<|]{1,2}|<-|or|:[ a-z_.|&\[\]]{1,24}=|value=)[ \t]{0,8}"
    r"(?:[a-z.]{0,14}(?:quote(?:_plus)?|secretstr|field|option)\((?:default=)?)?[\[({rbuf\x5c@]{0,4}[\x22'`]{1,3}[^\x22'`\s]"
)
_OPERATOR = r"[\x5c\x22'`\]}]{0,4}[ \t]{0,8}(?:[=:>]|[=:-]>|:=|::)[ \t]{0,8}"
_LETTER, _SIGN = r"[a-z_+/=.~!;?-]", r"[0-9#$%^&*@]"
_FIELD = (
    r"(?:[ \t]{0,4}[,{]?\s{1,40}(?:type=str, )?[\x22']?(?:value|default)[\x22']?[ \t]{0,4}[:=]"
    r"|</(?:name>\s{0,40}<value|td>\s{0,40}<td)>)"
)
_SPACED = r"[ \t]{1,8}(?:is )?[\x22']?[a-z_+/=.~!@#$%^&*?;-]{0,40}[0-9]"

# A quoted value; one in a field of its own; one after space; a bare one, which has a digit or a sign before long.
_GIVEN = rf"(?:{_CLOSE}(?:{_QUOTED}{{6}}|{_FIELD}|{_SPACED})|{_OPERATOR}[a-z_+/=.~!;:?,-]{{0,40}}{_SIGN})"
# A key is longer than the shortest password.
_GIVEN_KEY = (
    rf"{_KEY}(?:{_CLOSE}(?:{_QUOTED}{{10}}|{_FIELD}|{_SPACED}[^\s\x22'`]{{3}})"
    rf"|{_OPERATOR}(?:{_LETTER}{{8,40}}{_SIGN}|{_LETTER}{{0,7}}{_SIGN}[^\s\x22'`]{{2}}|[a-z]{{20}}))"
)
# What ``structured`` looks for, and the words before a token in a header.
_STRUCTURED = (
    r"auth[a-z]{0,10}[\x22']?[ \t]{0,4}[:=,][ \t]{0,4}[\x22'`]?(?:basic|token|key|apikey|bearer)[ \t]{1,3}[a-z0-9]",
    r"bearer[ \t]{1,3}[a-z0-9_.-]{12}",
    r"://[^\s:@/\x22'`<>]{0,80}:[^\s@\x22'`<>]{3,200}@",
    r"(?:auth|credentials?|experiment|client|login|_key|_token|openai|fernet|census|fred|key|token|geocod[a-z]{0,8}|owm|quandl|roboflow|pinecone|groq|bot)[ =]{0,3}\(b?[\x22'][^\s\x22']{1,80}[\x22'][,)]",
    r"login\([\x22'a-z_.@]{1,40},[ ]?[\x22'][^\x22'\s]{6}|(?:mysqldb|pymysql|oracle|oracledb)\.connect\([\x22']",
    r"set_password\([\x22']|subscription=[\x22'][0-9a-f]{32}|account\.key\.|config set -n key",
    r"[?&\x22']sig=|wandb[ \t]{1,4}login|appid[\x22'\]) =:]|sshpass[ \t]|securestring[ \t]",
    r"(?:identified (?:with [^\s]{1,40} )?by|password(?: for [^\s]{1,60} =)?)[ \t]{1,4}[\x22'][^\s\x22']{4}|thin:[a-z0-9_]{1,40}/|[ ](?:-u|--user)[ =]?[\x22']?[a-z0-9_.@-]{1,60}:[^\s]{6}|(?:docker|podman) login|net use|mysql[a-z]{0,4} -|(?:twine|mongo|redis-cli|sqlcmd|cqlsh|snowsql)[^\n]{0,80}[ ]-[pa][ \t]",
    r"(?:oauthhandler|set_access_token|oauth1)\([\x22']",
)

PATTERNS = (*(name + _GIVEN for name in _NAMES), _GIVEN_KEY, *_STRUCTURED)

RULE, TOKEN_RULE = "ccds-ls.candidate", "ccds-ls.token"
"""How the ids of the engine's rules begin: for ``PATTERNS``, and for the beginnings of tokens."""


def rule_file() -> str:
    """The patterns as a rule file of the engine, in its own format."""
    named = [
        *((f"{RULE}-{number}", pattern) for number, pattern in enumerate(PATTERNS)),
        *((f"{TOKEN_RULE}-{number}", pattern) for number, pattern in enumerate(TOKENS)),
    ]
    rules = (
        f"  - name: candidate\n    id: {rule}\n    pattern: '(?im){quoted}'\n"
        "    min_entropy: 0.0\n    confidence: high\n    examples: []\n"
        for rule, quoted in ((rule, pattern.replace("'", "''")) for rule, pattern in named)
    )
    return "rules:\n" + "".join(rules)
