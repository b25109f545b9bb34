"""What stands between a name and its value, and whether it gives the one to the other.

``link_at`` reads a link from the keyword in a name to the place where a value begins; ``strength`` says what it is
worth. ``candidate`` looks for the same links in a cheaper form.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ccds_ls.secrets.patterns.names import meaning_of
from ccds_ls.secrets.patterns.places import is_code

NEAR = 160
"""How far from a name its surroundings reach, on a line that may be a whole file."""

LONGEST = 600
"""A value is no longer than that."""

_QUOTES = ('"', "'", "`")

# The name, before its keyword. "API key" is one name, and so is "page token", which is none of a secret.
_NAME_REVERSED = re.compile(r"[\w.$-]{0,50}")
_WORD_BEFORE = re.compile(
    r"\b(?:api|access|secret|private|auth|subscription|account|encryption|license|client|signing|storage|page|pagination|csrf)[ ]\Z",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"""
    (?P<rest>[\w.-]{0,40})                            # the name, behind its keyword
    (?P<close>[\\"'`\])}*]{0,6})                      # what closes it: a quote, a bracket, Markdown's bold
    (?:
        [ ]or[ ][\w.]{1,30}\([^()\n]{0,60}\)          # getenv("TOKEN") or getpass("token: ") or "..."
        | \[\d{0,4}\]                                 # char api_key[] = "..."
        | [ ]?\{[ ]?get;[^{}\n]{0,30}\}               # string ApiKey { get; set; } = "..."
        | [ ]As[ ]\w{1,20}                            # Dim apiKey As String = "..."
    )?
    (?:
        (?P<field>                                    # The value is in a field of its own.
            [ \t]{0,4}[,{]?\s{1,40}                   # {"name": "api_key", "value": "..."}
            (?:
                type=str,[ ]                          # ("--api-key", type=str, default="...")
                | (?:(?:type|description|sensitive|nullable)[ ]{0,12}=[^\n]{0,120}\n\s{0,20}){1,3}    # Terraform
            )?
            ["']?(?i:value|default(?:value)?)["']?[ \t]{0,4}[:=][ \t]{0,8}
            | </(?:
                name\s{0,2}>\s{0,40}<value            # <name>api_key</name> <value>...
                | t[dh]>\s{0,40}<td
                | key>\s{0,40}<string
            )>
            | \(value=                                # Secret(value="...")
            | \.(?:unwrap_or(?:_else)?|orElse)\((?:\|_?\|[ ]?)?    # var("API_KEY").unwrap_or_else(|_| "...")
        )
        | (?P<call>\()                                # setApiKey("...")
        | [ \t]{0,20}
          (?P<operator>
            => | := | \?= | <- | ==?
            | ::?(?:[ \t]?[A-Za-z_&][\w\[\]. |&']{0,30}[ \t]?=)?    # with a type: "api_key: str = ..."
            | , | >
            | (?:\|\||\?\?)=? | \?:
            | (?:or|to)(?=[ ]["'])
          )
          [ \t]{0,20}
        | (?P<space>[ \t]{1,20}(?:is:?[ \t]{1,4}|\|[ \t]{1,20})?)    # --password x, the password is: x, | password | x |
    )
    (?:<!\[CDATA\[)?
    (?:
        (?:
            [\[({]
            | [\w.:]{0,14}(?:quote(?:_plus)?|SecretStr|[Ff]ield|Option|String::from|Some)\((?:default=)?
        )?
        [ \t]?[rbufRBUFN@]{0,2}                       # the prefix of a string
        (?:"(?=\\)|'(?="))?                           # a quote within quotes
        (?P<quote>\\{0,3}(?:"{3}|'{3}|["'`]))
    )?
    (?P<scheme>(?i:bearer|basic|token|apikey|key)[ ]{1,3})?
    """,
    re.VERBOSE,
)

# A shell's line, an IPython magic, a Dockerfile's: the value is behind a space, and without quotes.
_COMMAND = re.compile(r"\s*(?:[%!$>]|export\s|setx?\s|\$env:|set_env|ENV\s)")
_DEFINE = re.compile(r"\s*#\s{0,4}define\s")
_SPACED_FILE = re.compile(r"(?:netrc|\.conf|\.properties|\.ovpn)\Z")
_IS = re.compile(r"is:?[ \t]+\Z")

# What stands in the link of a meeting, a badge or an article is for whoever may read the page.
_PUBLIC_URL = re.compile(
    r"zoom\.us/|\.svg\?|://(?:[\w-]{1,40}\.){0,4}example(?:\.\w{2,10})?[:/?]"
    r"|[?&](?:casa_token|sharing_token|guestAccessKey)\Z"
)

# A method takes what it is called for, as in "client.setApiKey('...')" and ".password('...')", unless its name begins
# with what looks a secret up, checks it or makes another of it.
_NO_SETTERS = "|".join(
    """
    get find fetch load read check verify validate is has hash encode decode parse match compare create generate make by
    to from of delete remove translate resolve look lex next peek expect test reset forgot revoke refresh request require
    assert contains sign encrypt decrypt
    """.split()
)
_SETTER = re.compile(
    rf"(?:[\w$-]*\.)*(?:(?:set|with|use)(?=[A-Z_])\w+|(?<=\.)(?!(?:{_NO_SETTERS})(?![a-z]))[A-Za-z]\w*)\Z"
)
_DECLARATION = re.compile(r"\bQ?[Ss]tring[ ]\Z")  # std::string api_key("...")
# A call that gives a value to the name before it: "config.set('api', 'token', ", "setattr(client, 'token', ".
_SETS_NEXT = re.compile(r"\b(?:set(?:attr)?|Map\.of|get(?=\(ENV,))\([^()\n]{1,60},[ ]?[\"']\Z")


class Link(NamedTuple):
    """What stands on a line from the beginning of a name, ``start``, to where a value begins."""

    line: str
    path: str
    start: int
    match: re.Match[str]

    @property
    def name(self) -> str:
        """The whole name."""
        return self.line[self.start : self.match.end("rest")]

    @property
    def opened(self) -> str:
        """The character before the name: "" where the line begins with it."""
        return self.line[self.start - 1 : self.start]

    @property
    def operator(self) -> str:
        """``=``, ``:`` or another; "" for a space, a call or a field."""
        return (self.match["operator"] or "").strip()

    @property
    def is_option(self) -> bool:
        """Whether the name is an option's, such as ``--token``."""
        return self.line[self.start] == "-"

    @property
    def is_query(self) -> bool:
        """Whether the name is a parameter in a URL."""
        return self.opened in ("?", "&")

    @property
    def is_command(self) -> bool:
        """Whether the line is a command's, with values as a shell takes them."""
        return _COMMAND.match(self.line) is not None


def link_at(line: str, path: str, start: int, end: int) -> Link | None:
    """The link behind the name that has a keyword at ``[start, end)``."""
    match = _LINK.match(line, end)
    return Link(line, path, _name_start(line, start), match) if match else None


def _name_start(line: str, keyword: int) -> int:
    name = _NAME_REVERSED.match(line[max(0, keyword - 50) : keyword][::-1])
    start = keyword - name.end() if name else keyword
    word = _WORD_BEFORE.search(line, max(0, start - 16), start) if line[start - 1 : start] == " " else None
    return word.start() if word else start


def strength(link: Link) -> str | None:
    """``clear`` where the link gives a value to the name, ``loose`` where it could, None where it does not."""
    close, quote = link.match["close"], link.match["quote"]
    if quote and link.opened == quote and quote not in close:
        return None  # The name is the end of a string, and this quote closes it.
    if link.match["call"]:
        return "clear" if quote and not close and _takes_it(link) else None
    if link.match["operator"] is None and not link.match["field"]:
        if _is_spaced(link):
            return "clear"
        return None if is_code(link.path) else "loose"
    public = link.is_query and _PUBLIC_URL.search(
        link.line, max(0, link.start - NEAR), link.match.end("rest")
    )
    return "clear" if _fits(link) and not public else None


def _is_spaced(link: Link) -> bool:
    """Whether a space alone gives a value to the name here."""
    return bool(
        link.is_option
        or link.match["scheme"]
        or link.is_command
        or _SPACED_FILE.search(link.path)
        or (link.match["quote"] and _DEFINE.match(link.line))
        or _IS.search(link.match["space"] or "")
    )


def _fits(link: Link) -> bool:
    """Whether an operator means what it says, beside what closes the name."""
    close = link.match["close"]
    match link.operator:
        case ":":
            return link.opened != ":"  # a piece of an ARN or a URN
        case ",":
            return link.match["quote"] is not None and close.endswith(_QUOTES) and _is_argument(link)
        case "to":
            return close.endswith(("'", '"'))
        case "or":
            return ")" in close
        case ">":
            return link.opened in ("<", "/") or bool(close)
    return True


def _takes_it(link: Link) -> bool:
    """Whether a call with one text takes a secret, and does not look one up by its name or check one."""
    quote, begin = link.match["quote"], link.match.end()
    end = link.line.find(quote, begin, begin + LONGEST)
    meaning = meaning_of(link.name)
    if meaning is None or not meaning.sure or meaning.kind == "key" or link.line[end + 1 : end + 2] != ")":
        return False
    declared = _DECLARATION.search(link.line, max(0, link.start - 12), link.start)
    return bool(declared or _SETTER.match(link.name))


def _is_argument(link: Link) -> bool:
    """Whether a comma gives a value to the name: the first argument of a call, an option's name, ``setattr``'s."""
    if link.is_option:
        return True
    before = link.line[max(0, link.start - 12) : link.start].rstrip("\\")
    if not before.endswith(_QUOTES):
        return False
    first = before.rstrip("\"'`\\rbuf ").endswith(("(", "{", 'String",'))
    return first or _SETS_NEXT.search(link.line, max(0, link.start - 90), link.start) is not None
