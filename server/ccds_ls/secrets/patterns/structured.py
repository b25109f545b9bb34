"""Secrets that are told by the form of what stands around them, not by a name: URLs, netrc, signatures, commands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ccds_ls.secrets.patterns import calls
from ccds_ls.secrets.patterns.match import Match, lower
from ccds_ls.secrets.patterns.pattern import Pattern, is_given_password
from ccds_ls.secrets.patterns.values import is_password, is_placeholder, is_random, is_strong

_DATABASE = (
    r"(?:postgres(?:ql)?|mysql|mariadb|mssql|oracle|mongodb|rediss?|snowflake|redshift|clickhouse|trino|presto|hive|impala"
    r"|teradata|db2|vertica|cockroachdb|databricks|awsathena|bigquery|jdbc:\w+|neo4j|bolt|cassandra|elasticsearch)"
)
_MADE_UP_USER = re.compile(r"(?:my|db|your)?_?(?:user(?:name)?|login)\Z|scott\Z|foo\Z|\Z", re.IGNORECASE)
_HERE = re.compile(
    r"localhost|127\.0\.0\.1|\[?::1|0\.0\.0\.0|(?:(?:my)?host(?:name|spec)?|server)(?![\w.-])|[\w.-]*\bexample\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")


def _url_password(match: re.Match[str]) -> bool:
    user, value = match["user"], _PERCENT.sub(lambda escape: chr(int(escape[1], 16)), match["value"])
    if value.lower() == user.lower() or is_placeholder(value) or value.isdigit():
        return False
    here = _HERE.match(match["host"])
    if here and user and _MADE_UP_USER.match(user):
        return False
    return is_random(value, 12) or (is_password(value) and (not here or is_strong(value)))


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "database-url",
        "Database URL with a password",
        ("://",),
        re.compile(
            rf"(?<![\w+]){_DATABASE}(?:\+\w{{1,20}})?://(?P<user>[^\s:@/\"'`<>]{{0,80}}):(?P<value>[^\s@\"'`<>]{{3,200}})@(?P<host>[\w.\[{{$%-]{{0,100}})",
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
        ("://",),
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
        ("password",),
        re.compile(
            r"\b(?:login|user)[ \t]{1,8}[^\s\"']{1,100}[ \t]{1,8}password[ \t]{1,8}(?P<value>[^\s\"'\\]{4,200})"
        ),
        is_given_password,
        "high",
        ("machine api.wandb.ai login user password <hex40>",),
        ("machine host login name password <password-placeholder>",),
    ),
    Pattern(
        "azure-sas-signature",
        "Azure shared access signature",
        ("sig=",),
        re.compile(
            r"[?&;\"'](?:sv|st|se|sp|sr|ss|srt|spr)=[^\s\"']{1,400}?&sig=(?P<value>[A-Za-z0-9%+/]{30,120}(?:=|%3D){0,2})"
        ),
        lambda match: is_random(match["value"].replace("%", ""), 30),
        "high",
        ("https://lab.blob.core.windows.net/raw?sv=2022-11-02&se=2026-01-01&sr=c&sp=r&sig=<sas>",),
        ("https://lab.org/?v=1&sig=low",),
        provider=True,
    ),
    Pattern(
        "wandb-api-key",
        "Weights & Biases API key",
        ("wandb",),
        re.compile(
            r"wandb[ \t]{1,4}login[ \t]{1,4}(?:--[\w-]{1,20}[ \t]{1,4}){0,4}[\"']?(?P<value>[0-9a-f]{40})\b"
        ),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("!wandb login <hex40>", "wandb login --relogin <hex40>"),
        ("wandb login --relogin",),
        provider=True,
    ),
    Pattern(
        "password",
        "Password in a PostgreSQL password file",
        (":",),
        re.compile(
            r"\A[\w.*/-]{1,100}:(?:[0-9]{1,5}|\*):[\w*-]{1,60}:[\w*.@-]{1,60}:(?P<value>[^\s:]{4,200})\Z"
        ),
        is_given_password,
        "high",
        (),
        (),
        path="pgpass",
    ),
    Pattern(
        "password",
        "Password in an SQL statement",
        ("password", "identified"),
        re.compile(
            r"(?:identified[ \t]{1,4}(?:with[ \t]{1,4}\S{1,40}[ \t]{1,4})?by"
            r"|\b(?:create|alter)[ \t]{1,4}(?:\w{1,20}[ \t]{1,4}){0,2}(?:user|role|login|group|key)\b[^\n]{0,200}?\bpassword(?:[ \t]{0,4}=)?"
            r"|\bset[ \t]{1,4}password(?:[ \t]{1,4}for[ \t]{1,4}\S{1,60})?[ \t]{0,4}="
            r"|\buser[ \t]{1,4}'[^'\n]{1,60}',?[ \t]{1,4}password"
            # A piece of a statement on a line of its own; a sentence goes on behind the quoted word.
            r"|\A[ \t]*[\"']{0,3}(?:(?:with|login|(?:un)?encrypted)[ \t]{1,4}){0,2}password(?=[ \t]{1,4}'[^\s']{4,200}'[ \t]{0,4}(?:[;)\\\"]|\Z)))"
            r"[ \t]{1,4}(?P<quote>['\"])(?P<value>[^\s'\"]{4,200})(?P=quote)",
            re.IGNORECASE,
        ),
        lambda match: is_given_password(match) and (match["quote"] == "'" or not match["value"].isalpha()),
        "high",
        (
            "CREATE USER ana WITH PASSWORD '<password>';",
            "ALTER USER ana IDENTIFIED BY '<password>';",
            "alter role ana with login encrypted password '<password>'",
            "ALTER USER ana IDENTIFIED WITH mysql_native_password BY '<password>';",
            "SET PASSWORD FOR 'ana'@'localhost' = '<password>';",
            "OPTIONS (user 'ana', password '<password>')",
            "    WITH PASSWORD '<password>';",
            "psql -c \"CREATE ROLE ana LOGIN PASSWORD '<password>'\"",
        ),
        (
            "CREATE USER ana WITH PASSWORD 'changeme';",
            '-- the same for all columns identified by "aOrderBy".',
            "echo \"wrong password '<password>' given\"",
            "logger.info(\"Password '<password>' was refused\")",
            "print(\"Enter password '<password>' to leave\")",
            "\"Password '<password>' is too short\"",
            "raise ValueError(f\"no user with password '<password>'\")",
        ),
    ),
    Pattern(
        "password",
        "Password given to a command",
        (
            "sshpass",
            "docker",
            "podman",
            "convertto-securestring",
            "/user:",
            "mysql",
            "twine",
            "mongo",
            "redis-cli",
            "sqlcmd",
            "cqlsh",
            "curl",
            "sudo",
            "mc ",
        ),
        re.compile(
            r"(?:sshpass[ \t]{1,4}-p[ \t]{0,4}|(?:docker|podman)[ \t]{1,4}login\b[^\n]{0,100}?[ \t]-p[ \t]{1,4}|convertto-securestring[ \t]{1,4}(?:-string[ \t]{1,4})?"
            r"|\becho[ \t]{1,4}(?=[\"']?[^\s\"']{4,200}[\"']?[ \t]{0,4}\|[ \t]{0,4}sudo[ \t]{1,4}-S\b)"
            r"|\bmc[ \t]{1,4}(?:alias[ \t]{1,4}set|config[ \t]{1,4}host[ \t]{1,4}add)(?:[ \t]{1,4}[^\s\"']{1,120}){3}[ \t]{1,4}"
            r"|(?<!/)/user:\S{1,60}[ \t]{1,4}|mysql(?:dump)?\b[^\n]{0,100}?[ \t]-p|\b(?:twine|mongo\w{0,8}|redis-cli|sqlcmd|cqlsh)\b[^\n]{0,100}?[ \t]-[pPa][ \t]{1,4}"
            r"|\bcurl\b[^\n]{0,160}?[ \t](?:-u|--user)[ =]?[\"']?[\w.@-]{1,60}:)[\"']?(?!(?:[\d.]{7,15}:)?\d{1,5}:\d{1,5}\b)"  # ports of a container
            r"(?P<value>[^\s\"']{4,200})",
            re.IGNORECASE,
        ),
        is_given_password,
        "high",
        (
            "sshpass -p '<password>' ssh ana@lab.org",
            "docker login -u ana -p <password> registry.lab.org",
            'ConvertTo-SecureString "<password>" -AsPlainText -Force',
            "mysql -u root -p<password> sales",
            "twine upload -u ana -p <password> dist/*",
            "echo '<password>' | sudo -S systemctl restart jupyter",
            "mc alias set lab https://minio.lab.org ana <token>",
            "curl -u ana:<password> https://lab.org/runs",
        ),
        (
            "sshpass -p $PASSWORD ssh ana@lab.org",
            "echo $PASSWORD | sudo -S reboot",
            "mc alias set lab https://minio.lab.org $USER $KEY",
            "docker run -p 8888:8888 image",
            "docker run --name mongo-dev -p 27018:27017 mongo",
            "docker run --name mysql -p127.0.0.1:33061:3306 mysql",
            "mysql -u root -p sales",
            "curl -u $USER:$PASSWORD https://lab.org",
            'proxies = ("http://user:pass@proxy:8080", "http://other:8888/@x")',
        ),
    ),
    Pattern(
        "database-url",
        "Database URL with a password",
        ("jdbc:oracle",),
        re.compile(r"jdbc:oracle:(?:thin|oci8?):[\w.-]{1,60}/(?P<value>[^\s@/\"']{4,100})@", re.IGNORECASE),
        is_given_password,
        "high",
        ("jdbc:oracle:thin:ana/<password>@db.lab.org:1521:sales",),
        ("jdbc:oracle:thin:scott/tiger@db:1521:x", "jdbc:oracle:thin:ana/${PW}@db:1521:x"),
    ),
    Pattern(
        "azure-storage-key",
        "Azure storage account key",
        ("account.key.",),
        re.compile(
            r"fs\.azure\.account\.key\.[\w.-]{3,120}[\"']?[ ]?[,=: ][ ]?[\"']?(?P<value>[A-Za-z0-9+/]{80,100}={0,2})"
        ),
        lambda match: is_random(match["value"].rstrip("="), 40),
        "high",
        ("spark.conf.set('fs.azure.account.key.lab.blob.core.windows.net', '<b64-88>')",),
        ("spark.conf.set('fs.azure.account.key.lab.dfs.core.windows.net', key)",),
        provider=True,
    ),
    Pattern(
        "azure-api-key",
        "Azure API key",
        ("subscription=",),
        re.compile(r"\bsubscription=[\"'](?P<value>[0-9a-f]{32})[\"']"),
        lambda match: not is_placeholder(match["value"]),
        "medium",
        ("SpeechConfig(subscription='<hex32>', region='westeurope')",),
        ("SpeechConfig(subscription=key, region='westeurope')",),
    ),
    Pattern(
        "kaggle-api-key",
        "Kaggle API key",
        ("kaggle",),
        re.compile(r"kaggle[ ]config[ ]set[ ]-n[ ]key[ ]-v[ ](?P<value>[0-9a-f]{32})\b"),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("!kaggle config set -n key -v <hex32>",),
        ("!kaggle config set -n username -v ana",),
        provider=True,
    ),
    Pattern(
        "weather-api-key",
        "OpenWeather API key",
        ("appid",),
        re.compile(
            r"\bappid[\"'\])]{0,3}[ \t]{0,4}[=:,][ \t]{0,4}[\"']?(?P<value>[0-9a-f]{32})\b", re.IGNORECASE
        ),
        lambda match: not is_placeholder(match["value"]),
        "medium",
        (
            "https://api.openweathermap.org/data/2.5/weather?q=Oslo&appid=<hex32>",
            "params = {'appid': '<hex32>'}",
        ),
        ("params = {'appid': API_KEY}",),
    ),
    Pattern(
        "database-url",
        "Database address with a password",
        ("@tcp(", "@unix("),
        re.compile(
            r"\b(?P<user>[\w.-]{1,60}):(?P<value>[^\s@\"'`:/]{4,100})@(?:tcp|unix)\((?P<host>[\w.\[-]{0,100})"
        ),
        _url_password,
        "high",
        ('dsn := "ana:<password>@tcp(db1.lab.org:3306)/sales"',),
        ('dsn := "user:password@tcp(127.0.0.1:3306)/sales"', 'dsn := user + ":" + pw + "@tcp(db1)/x"'),
    ),
    Pattern(
        "anaconda-token",
        "Anaconda token in a channel's URL",
        ("/t/",),
        re.compile(r"://[\w.-]{3,60}/t/(?P<value>[a-z]{2}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("  - https://conda.anaconda.org/t/co-<uuid>/lab",),
        ("  - https://conda.anaconda.org/t/<TOKEN>/lab",),
        provider=True,
    ),
    *calls.PATTERNS,
)


_HINTS = sorted({hint for pattern in PATTERNS for hint in pattern.hints})


OF_PROVIDERS = tuple(pattern for pattern in PATTERNS if pattern.provider)


def find(line: str, path: str, patterns: Iterable[Pattern]) -> Iterator[Match]:
    """The secrets on one line that have a form of their own, of ``patterns``; spans are in the line."""
    low = lower(line)
    hints = {hint for hint in _HINTS if hint in low}
    if not hints:
        return
    for pattern in patterns:
        if hints.isdisjoint(pattern.hints) or not path.endswith(pattern.path):
            continue
        for match in pattern.regex.finditer(line):
            if pattern.accepts(match):
                generic = not pattern.provider
                yield Match(*match.span("value"), pattern.kind, pattern.title, pattern.confidence, generic)
