"""Passwords, keys and signatures in URLs and in databases' addresses."""

from __future__ import annotations

import re

from ccds_ls.secrets.patterns.pattern import Pattern, is_given_password, is_no_placeholder
from ccds_ls.secrets.patterns.placeholders import is_placeholder
from ccds_ls.secrets.patterns.values import is_password, is_random, is_strong

_DATABASES = "|".join(
    r"""
    postgres(?:ql)? mysql mariadb mssql oracle mongodb rediss? snowflake redshift clickhouse trino presto hive impala
    teradata db2 vertica cockroachdb databricks awsathena bigquery jdbc:\w+ neo4j bolt cassandra elasticsearch
    """.split()
)
_URL_WITH_USER = r"://[^\s:@/\"'`<>]{0,80}:[^\s@\"'`<>]{3,200}@"

# Users and hosts of examples: "user:...@localhost", "scott:...@hostname".
_MADE_UP_USER = re.compile(r"(?:my|db|your)?_?(?:user(?:name)?|login)\Z|scott\Z|foo\Z|\Z", re.IGNORECASE)
_MADE_UP_HOST = re.compile(
    r"localhost|127\.0\.0\.1|\[?::1|0\.0\.0\.0"
    r"|(?:(?:my)?host(?:name|spec)?|server)(?![\w.-])"
    r"|[\w.-]*\bexample\b",
    re.IGNORECASE,
)
_PERCENT_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def _is_url_password(match: re.Match[str]) -> bool:
    """Whether what stands between a URL's user and its host is a password, and not an example or a port."""
    user = match["user"]
    value = _PERCENT_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), match["value"])
    if value.lower() == user.lower() or is_placeholder(value) or value.isdigit():
        return False
    made_up = _MADE_UP_HOST.match(match["host"])
    if made_up and user and _MADE_UP_USER.match(user):
        return False
    return is_random(value, 12) or (is_password(value) and (not made_up or is_strong(value)))


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        kind="database-url",
        title="Database URL with a password",
        confidence="high",
        prefilter=(_URL_WITH_USER,),
        keywords=("://",),
        regex=(
            rf"(?i)(?<![\w+])(?:{_DATABASES})(?:\+\w{{1,20}})?"
            r"://(?P<user>[^\s:@/\"'`<>]{0,80}):(?P<value>[^\s@\"'`<>]{3,200})@(?P<host>[\w.\[{$%-]{0,100})"
        ),
        accepts=_is_url_password,
        finds=(
            "postgresql+psycopg2://ana:<password>@db.lab.org:5432/sales",
            "engine = create_engine('snowflake://ana:<password>@xy12345/db')",
        ),
        passes=(
            "postgresql://scott:tiger@localhost/test",
            "mysql+pymysql://user:password@host/db",
            "mysql://ana:${DB_PASSWORD}@db/x",
        ),
    ),
    Pattern(
        kind="url-password",
        title="URL with a password",
        confidence="high",
        prefilter=(_URL_WITH_USER,),
        keywords=("://",),
        regex=(
            r"(?i)\b(?!postgres|mysql|mongodb|redis)[a-z][a-z0-9+.-]{1,20}"
            r"://(?P<user>[^\s:@/\"'`<>?#]{1,80}):(?P<value>[^\s@/\"'`<>?#]{3,200})@(?P<host>[\w.\[-]{1,100})"
        ),
        accepts=_is_url_password,
        finds=(
            "https://ana:<password>@mlflow.lab.org/",
            "git clone https://ana:<b62-20>@git.lab.org/r.git",
        ),
        passes=(
            "https://user:pass@proxy:8080",
            "http://localhost:8888/@x",
            "https://ana:$TOKEN@git.lab.org",
        ),
    ),
    Pattern(
        kind="database-url",
        title="Database URL with a password",
        confidence="high",
        prefilter=(r"thin:[a-z0-9_]{1,40}/",),
        keywords=("jdbc:oracle",),
        regex=r"(?i)jdbc:oracle:(?:thin|oci8?):[\w.-]{1,60}/(?P<value>[^\s@/\"']{4,100})@",
        accepts=is_given_password,
        finds=("jdbc:oracle:thin:ana/<password>@db.lab.org:1521:sales",),
        passes=("jdbc:oracle:thin:scott/tiger@db:1521:x", "jdbc:oracle:thin:ana/${PW}@db:1521:x"),
    ),
    Pattern(
        kind="database-url",
        title="Database address with a password",
        confidence="high",
        prefilter=(r"@(?:tcp|unix)\(",),
        keywords=("@tcp(", "@unix("),
        regex=r"\b(?P<user>[\w.-]{1,60}):(?P<value>[^\s@\"'`:/]{4,100})@(?:tcp|unix)\((?P<host>[\w.\[-]{0,100})",
        accepts=_is_url_password,
        finds=('dsn := "ana:<password>@tcp(db1.lab.org:3306)/sales"',),
        passes=('dsn := "user:password@tcp(127.0.0.1:3306)/sales"', 'dsn := user + ":" + pw + "@tcp(db1)/x"'),
    ),
    Pattern(
        kind="database-url",
        title="Database address with a password",
        confidence="high",
        prefilter=(r"(?:cx_oracle|oracledb)\.connect\(|\bsqlplus ",),
        keywords=("oracle", "sqlplus"),
        regex=(
            r"(?:\b(?:cx_Oracle|oracledb)\.connect\([\"']|\bsqlplus[ ](?:-\w[ ]){0,2}[\"']?)"
            r"\w{1,40}/(?P<value>[^\s@/\"']{4,100})@"
        ),
        accepts=is_given_password,
        finds=("cx_Oracle.connect('ana/<password>@db1.lab.org:1521/x')", "sqlplus ana/<password>@db1"),
        passes=("cx_Oracle.connect('scott/tiger@db1')", "sqlplus ana/$PW@db1"),
    ),
    Pattern(
        kind="azure-sas-signature",
        title="Azure shared access signature",
        confidence="high",
        prefilter=(r"[?&\"']sig=",),
        keywords=("sig=",),
        regex=(
            r"[?&;\"'](?:sv|st|se|sp|sr|ss|srt|spr)=[^\s\"']{1,400}?"
            r"&sig=(?P<value>[A-Za-z0-9%+/]{30,120}(?:=|%3D){0,2})"
        ),
        accepts=lambda match: is_random(match["value"].replace("%", ""), 30),
        finds=("https://lab.blob.core.windows.net/raw?sv=2022-11-02&se=2026-01-01&sr=c&sp=r&sig=<sas>",),
        passes=("https://lab.org/?v=1&sig=low",),
        provider=True,
    ),
    Pattern(
        kind="weather-api-key",
        title="OpenWeather API key",
        confidence="medium",
        prefilter=(r"appid[\"'\]) =:]",),
        keywords=("appid",),
        regex=r"(?i)\bappid[\"'\])]{0,3}[ \t]{0,4}[=:,][ \t]{0,4}[\"']?(?P<value>[0-9a-f]{32})\b",
        accepts=is_no_placeholder,
        finds=(
            "https://api.openweathermap.org/data/2.5/weather?q=Oslo&appid=<hex32>",
            "params = {'appid': '<hex32>'}",
        ),
        passes=("params = {'appid': API_KEY}",),
    ),
    Pattern(
        kind="anaconda-token",
        title="Anaconda token in a channel's URL",
        confidence="high",
        prefilter=(r"/t/[a-z]{2}-[0-9a-f]{8}-",),
        keywords=("/t/",),
        regex=r"://[\w.-]{3,60}/t/(?P<value>[a-z]{2}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/",
        accepts=is_no_placeholder,
        finds=("  - https://conda.anaconda.org/t/co-<uuid>/lab",),
        passes=("  - https://conda.anaconda.org/t/<TOKEN>/lab",),
        provider=True,
    ),
)
