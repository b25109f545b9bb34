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
_KEY = rf"key(?:s|str(?:ing)?|val(?:ue)?|[0-9_.-]{_MORE})?"
_AUTH = rf"auth(?:(?:ori[sz]|[a-np-z0-9_.-]){_MORE})?"
_TOKEN = rf"token(?:(?:[a-hj-z0-9_.-]|i[a-rt-y]){_MORE})?"
# What is chosen by people, and what only a machine makes.
_PASSWORDS = (
    rf"pwd{_MORE}",
    rf"psw{_MORE}",
    rf"secret{_MORE}",
    rf"cred(?:[a-hj-z0-9_.-]{_MORE})?",  # not "credit"
    rf"kennwort{_MORE}",
    rf"contrase[^\s]{{1,2}}a{_MORE}",
    rf"senha{_MORE}",
    "pw",
    "psk",
    rf"passe?(?:[wcp0-9_.-]{_MORE})?",
    r"(?:jupyter|notebook|server)[a-z0-9_]{0,10}[._]token",
)
_RANDOM = (_KEY, _AUTH, _TOKEN)

_CLOSE, _QUOTES = r"[\x5c\x22'`\])}*]{0,4}", r"[\x22'`]"
# A comma gives a value to a quoted name alone.
_EQUALS = (
    rf"(?:{_CLOSE}[ \t]{{0,8}}(?:[=:>?<|]{{1,3}}|\(|<-|or|to|\?:|:[ a-z_.|&'\[\]]{{1,24}}=|value=)"
    rf"|[\x5c\x22'`\])}}]{{0,3}}{_QUOTES}[ \t]{{0,8}},)[ \t]{{0,8}}"
)
_FIELD = (
    rf"{_CLOSE}(?:[ \t]{{0,4}}[,{{]?\s{{1,40}}(?:type=str, )?[\x22']?(?:value|default(?:value)?)[\x22']?[ \t]{{0,4}}[:=][ \t]{{0,8}}"
    r"|</(?:name>\s{0,40}<value|t[dh]>\s{0,40}<td|key>\s{0,40}<string)>|\(value=)"
)
_WRAPPED = r"(?:[a-z.:]{0,14}(?:quote(?:_plus)?|secretstr|field|option|string::from|some)\((?:default=)?)?[\[({rbufn\x5c@]{0,4}"
_SPACE = rf"{_CLOSE}[ \t]{{1,8}}(?:is:? |\| +)?[\x22'`]?"
_OPERATOR = r"[\x5c\x22'`\]}]{0,4}[ \t]{0,8}(?:[=:>]|[=:-]>|[:?]=|::)[ \t]{0,8}(?:<!\[cdata\[)?"


def _given(name: str, value: str, letter: str, shortest: int) -> str:
    """A quoted value; one in a field of its own; one after space; a bare one, which has a digit or a sign before long.

    What is shorter than ``shortest`` is no value; so long a part of it need not be looked at.
    """
    rest = rf"[^\s\x22'`]{{{shortest // 2}}}"
    spaced, bare = (
        rf"(?:{chars}{{{shortest - 1},40}}{sign}|{chars}{{0,{shortest - 2}}}{sign}{rest})"
        for chars, sign in ((r"[a-z_+/=.~!@#$%^&*?;-]", "[0-9]"), (letter, "[0-9#$%^&*@]"))
    )
    return (
        rf"{name}(?:{_EQUALS}{_WRAPPED}[\x22'`\x5c]{{1,4}}{value}|{_FIELD}{_WRAPPED}{_QUOTES}{{0,3}}{value}"
        rf"|{_SPACE}{spaced}|{_OPERATOR}{bare})"
    )


# A machine's value has a digit before long, or is long itself, and is no path, markup, format or call.
_LETTER = r"[^\s\x22'`%\x5c{}<>()&]"
_MADE = rf"(?:(?:bearer|basic|token|apikey|key) {{1,3}})?(?:{_LETTER}{{0,19}}[0-9][^\s\x22'`]{{5}}|{_LETTER}{{20}})"
_GIVEN = (
    *(_given(name, r"[^\s\x22'`]{6}", r"[a-z_+/=.~!;:?,-]", 6) for name in _PASSWORDS),
    *(_given(name, _MADE, r"[a-z_+/=.~!:-]", 10) for name in _RANDOM),
    rf"{_KEY}{_OPERATOR}[a-z]{{20}}",
)
# What ``structured`` looks for, and the words before a token in a header.
_STRUCTURED = (
    r"auth[a-z]{0,10}[\x22']?[ \t]{0,4}[:=,][ \t]{0,4}[\x22'`]?(?:basic|token|key|apikey|bearer)[ \t]{1,3}[a-z0-9]",
    r"bearer[ \t]{1,3}[a-z0-9_.-]{12}",
    r"://[^\s:@/\x22'`<>]{0,80}:[^\s@\x22'`<>]{3,200}@",
    r"(?:auth|credentials?|login)[ =]{0,3}\(b?[\x22'][^\s\x22']{1,80}[\x22'],[ \t]{0,4}[\x22'][^\s\x22']{4}",
    r"(?:auth|credentials?|experiment|client|login|_key|_token|openai|fernet|census|fred|key|token|geocod[a-z]{0,8}|owm|quandl|roboflow|pinecone|groq|bot)[ =]{0,3}\(b?[\x22'][a-z0-9_=-]{20}",
    r"login\([\x22'a-z_.@]{1,40},[ ]?[\x22'][^\x22'\s]{6}|(?:mysqldb|pymysql|oracle|oracledb)\.connect\([\x22']",
    r"set_password\([\x22']|subscription=[\x22'][0-9a-f]{32}|account\.key\.|config set -n key",
    r"[?&\x22']sig=|wandb[ \t]{1,4}login|appid[\x22'\]) =:]|sshpass[ \t]|securestring[ \t]",
    r"identified (?:with [^\s]{1,40} )?by[ \t]{1,4}[\x22'][^\s\x22']{4}",
    r"password(?: for [^\s]{1,60} =)?[ \t]{1,4}[\x22'][^\s\x22']{4}",
    r"thin:[a-z0-9_]{1,40}/|[ ](?:-u|--user)[ =]?[\x22']?[a-z0-9_.@-]{1,60}:[^\s]{6}|(?:docker|podman) login|net use|mysql[a-z]{0,4} -|(?:twine|mongo|redis-cli|sqlcmd|cqlsh|snowsql)[^\n]{0,80}[ ]-[pa][ \t]",
    r"@(?:tcp|unix)\(|/t/[a-z]{2}-[0-9a-f]{8}-|\| {0,4}sudo +-s|\bmc (?:alias set|config host add) |basic_auth [\x22']|authenticate\([\x22']",
    r"jwt\.(?:encode|decode|sign|verify)\(|\)\.(?:send_keys|fill)\([\x22']|\.fill\([\x22'][^\x22']{0,40}(?:pass|pwd)|(?:getconnection|dbinterface\.connect|wifi\.begin|cosmosclient|keycredential|cdsapi\.client)\(",
    r"pass(?:w(?:or)?d)? {0,2}= {0,2}\(?[\x22'][^\s\x22']{1,80}[\x22'], ?[\x22'][^\s\x22']{6}",  # user, password = ...
    r"pwd? {0,2}= {0,2}\(?[\x22'][^\s\x22']{1,80}[\x22'], ?[\x22'][^\s\x22']{6}",
    r"(?:pass|pwd|secret|token|key|auth)[a-z0-9_]{0,30}[\x22']?(?:\){1,2}\.(?:unwrap_or|orelse)|\[[0-9]{0,4}\] ?=[^=]| ?\{ ?get;| as string =)",
    r"(?:cx_oracle|oracledb)\.connect\(|\bsqlplus |yagmail\.smtp\([\x22']|key_set_with_value\([\x22']|spotify(?:clientcredentials|oauth)\([\x22']",
    r"\) or [a-z_.]{1,30}\([^()\n]{0,60}\) or [\x22']",
    r"variable[ ]\x22[a-z0-9_-]{0,40}(?:pass|pwd|secret|token|key)[a-z0-9_-]{0,30}\x22",
    r"(?:oauthhandler|set_access_token|oauth1)\([\x22']",
)

PATTERNS = (*_GIVEN, *_STRUCTURED)

RULE, TOKEN_RULE = "ccds-ls.candidate", "ccds-ls.token"
"""How the ids of the engine's rules begin: for ``PATTERNS``, and for the beginnings of tokens."""


def rule_file() -> str:
    """The patterns as a rule file of the engine, in its own format."""
    named = [
        *((f"{RULE}-{number}", f"(?im){pattern}") for number, pattern in enumerate(PATTERNS)),
        *((f"{TOKEN_RULE}-{number}", f"(?m){pattern}") for number, pattern in enumerate(TOKENS)),
    ]
    rules = (
        f"  - name: candidate\n    id: {rule}\n    pattern: '{quoted}'\n"
        "    min_entropy: 0.0\n    confidence: high\n    examples: []\n"
        for rule, quoted in ((rule, pattern.replace("'", "''")) for rule, pattern in named)
    )
    return "rules:\n" + "".join(rules)
