"""Secrets that are told by the form of what stands around them, not by a name: URLs, netrc, signatures, calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ccds_ls.secret_patterns.match import Match
from ccds_ls.secret_patterns.values import is_password, is_placeholder, is_random, is_uuid


@dataclass(frozen=True)
class Pattern:
    """One form. The value is the group ``value``; ``accepts`` says whether it is a secret.

    ``finds`` and ``passes`` are samples, one line each, that the tests run. ``<name>`` in them is replaced by a
    value made at that moment (see ``tests/secret_samples.py``), so that none of them looks like a live secret.
    """

    kind: str
    title: str
    regex: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool]
    confidence: str
    finds: tuple[str, ...]
    passes: tuple[str, ...]


_DATABASE = r"(?:postgres(?:ql)?|mysql|mariadb|mssql|oracle|mongodb|redis|rediss|amqps?|snowflake|redshift|clickhouse|trino|presto|hive|impala|teradata|db2|vertica|cockroachdb|databricks|duckdb|awsathena|bigquery|jdbc:\w+|neo4j|bolt|cassandra|elasticsearch|mqtt)"


def _url_password(match: re.Match[str]) -> bool:
    user, value = match["user"], match["value"]
    if value.lower() == user.lower() or is_placeholder(value) or value.isdigit():
        return False
    local = re.match(
        r"(?:localhost|127\.0\.0\.1|\[?::1|0\.0\.0\.0|host\b|hostname|server\b|example\.)",
        match["host"],
        re.IGNORECASE,
    )
    return is_random(value, 12) or (is_password(value) and not local)


def _password(match: re.Match[str]) -> bool:
    value = match["value"]
    return not is_placeholder(value) and (is_password(value) or is_random(value, 12))


def _token(match: re.Match[str]) -> bool:
    value = match["value"]
    return not is_placeholder(value) and is_random(value, 16) and not is_uuid(value)


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "database-url",
        "Database URL with a password",
        re.compile(
            rf"(?<![\w+]){_DATABASE}(?:\+\w{{1,20}})?://(?P<user>[^\s:@/\"'`<>]{{0,80}}):(?P<value>[^\s@\"'`<>]{{3,200}})@(?P<host>[\w.\[-]{{1,100}})",
            re.IGNORECASE,
        ),
        _url_password,
        "high",
        (
            "postgresql+psycopg2://ana:<password>@db.lab.org:5432/sales",
            "engine = create_engine('snowflake://ana:<password>@xy12345/db')",
        ),
        (
            "postgresql://scott:tiger@localhost/test",
            "mysql+pymysql://user:password@host/db",
            "mysql://ana:${DB_PASSWORD}@db/x",
        ),
    ),
    Pattern(
        "url-password",
        "URL with a password",
        re.compile(
            r"\b(?!postgres|mysql|mongodb|redis)[a-z][a-z0-9+.-]{1,20}://(?P<user>[^\s:@/\"'`<>?#]{1,80}):(?P<value>[^\s@/\"'`<>?#]{3,200})@(?P<host>[\w.\[-]{1,100})",
            re.IGNORECASE,
        ),
        _url_password,
        "high",
        ("https://ana:<password>@mlflow.lab.org/", "git clone https://ana:<b62-20>@git.lab.org/r.git"),
        ("https://user:pass@proxy:8080", "http://localhost:8888/@x", "https://ana:$TOKEN@git.lab.org"),
    ),
    Pattern(
        "netrc-password",
        "Password in a netrc entry",
        re.compile(
            r"\b(?:login|user)[ \t]{1,8}[^\s\"']{1,100}[ \t]{1,8}password[ \t]{1,8}(?P<value>[^\s\"'\\]{4,200})"
        ),
        _password,
        "high",
        ("machine api.wandb.ai login user password <hex40>",),
        ("machine host login name password <password-placeholder>",),
    ),
    Pattern(
        "azure-sas-signature",
        "Azure shared access signature",
        re.compile(
            r"[?&;\"'](?:sv|st|se|sp|sr|ss|srt|spr)=[^\s\"']{1,400}?&sig=(?P<value>[A-Za-z0-9%+/]{30,120}(?:=|%3D){0,2})|[?&]sig=(?P<other>\b\B)"
        ),
        lambda match: match["value"] is not None and is_random(match["value"].replace("%", ""), 30),
        "high",
        ("https://lab.blob.core.windows.net/raw?sv=2022-11-02&se=2026-01-01&sr=c&sp=r&sig=<sas>",),
        ("https://lab.org/?v=1&sig=low",),
    ),
    Pattern(
        "wandb-api-key",
        "Weights & Biases API key",
        re.compile(
            r"wandb[ \t]{1,4}login[ \t]{1,4}(?:--[\w-]{1,20}[ \t]{1,4}){0,4}[\"']?(?P<value>[0-9a-f]{40})\b"
        ),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("!wandb login <hex40>", "wandb login --relogin <hex40>"),
        ("wandb login --relogin",),
    ),
    Pattern(
        "password",
        "Password in a pair of user and password",
        re.compile(
            r"\b(?:auth|basic_auth|http_auth|credentials|HTTPBasicAuth)[\"']?[ \t]{0,4}[=:]?[ \t]{0,4}[(\[][ \t]{0,4}[\"'](?P<user>[^\s\"']{1,80})[\"'][ \t]{0,4},[ \t]{0,4}[\"'](?P<value>[^\s\"']{4,200})[\"']"
        ),
        lambda match: match["value"] != match["user"] and _password(match),
        "medium",
        ("requests.get(url, auth=('ana', '<password>'))", "HTTPBasicAuth('ana', '<password>')"),
        ("requests.get(url, auth=('user', 'pass'))",),
    ),
    Pattern(
        "api-key",
        "API key given to a call",
        re.compile(
            r"\b(?:AzureKeyCredential|AzureSasCredential|Experiment|set_api_key|set_token|login|init_api|Client|OpenAI|CometML?|APIClient|ApiKeyAuth)\([ \t]{0,4}[\"'](?P<value>[\w-]{20,200})[\"']"
        ),
        _token,
        "medium",
        (
            "credential = AzureKeyCredential('<hex32>')",
            "experiment = Experiment('<b62-25>', project_name='x')",
        ),
        ("Experiment('my-first-experiment-with-comet')",),
    ),
)


def find(line: str) -> Iterator[Match]:
    """The secrets on one line that have a form of their own; spans are in the line."""
    for pattern in PATTERNS:
        for match in pattern.regex.finditer(line):
            if pattern.accepts(match):
                yield Match(*match.span("value"), pattern.kind, pattern.title, pattern.confidence)
