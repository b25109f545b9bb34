"""Passwords and keys that stand in commands, in SQL statements and in the password files of programs."""

from __future__ import annotations

from ccds_ls.secrets.patterns.pattern import Pattern, is_given_password, is_no_placeholder

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        kind="password",
        title="Password given to a command",
        confidence="high",
        prefilter=(
            r"sshpass[ \t]",
            r"securestring[ \t]",
            r"[ ](?:-u|--user)[ =]?[\"']?[a-z0-9_.@-]{1,60}:[^\s]{6}",
            r"(?:docker|podman) login",
            r"net use",
            r"mysql[a-z]{0,4} -",
            r"(?:twine|mongo|redis-cli|sqlcmd|cqlsh|snowsql)[^\n]{0,80}[ ]-[pa][ \t]",
            r"\| {0,4}sudo +-s",
            r"\bmc (?:alias set|config host add) ",
        ),
        keywords=(
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
        regex=r"""(?ix)
            (?:
                sshpass[ \t]{1,4}-p[ \t]{0,4}
                | (?:docker|podman)[ \t]{1,4}login\b[^\n]{0,100}?[ \t]-p[ \t]{1,4}
                | convertto-securestring[ \t]{1,4}(?:-string[ \t]{1,4})?
                | \becho[ \t]{1,4}(?=["']?[^\s"']{4,200}["']?[ \t]{0,4}\|[ \t]{0,4}sudo[ \t]{1,4}-S\b)
                | \bmc[ \t]{1,4}(?:alias[ \t]{1,4}set|config[ \t]{1,4}host[ \t]{1,4}add)
                  (?:[ \t]{1,4}[^\s"']{1,120}){3}[ \t]{1,4}
                | (?<!/)/user:[\w.@\\$-]{1,60}[ \t]{1,4}                                # net use
                | mysql(?:dump)?\b[^\n]{0,100}?[ \t]-p
                | \b(?:twine|mongo\w{0,8}|redis-cli|sqlcmd|cqlsh)\b[^\n]{0,100}?[ \t]-[pPa][ \t]{1,4}
                | \bcurl\b[^\n]{0,160}?[ \t](?:-u|--user)[ =]?["']?[\w.@-]{1,60}:
            )
            ["']?
            (?!(?:[\d.]{7,15}:)?\d{1,5}:\d{1,5}\b)                                      # a container's ports
            (?P<value>[^\s"']{4,200})
        """,
        accepts=is_given_password,
        finds=(
            "sshpass -p '<password>' ssh ana@lab.org",
            "docker login -u ana -p <password> registry.lab.org",
            'ConvertTo-SecureString "<password>" -AsPlainText -Force',
            "mysql -u root -p<password> sales",
            "twine upload -u ana -p <password> dist/*",
            "echo '<password>' | sudo -S systemctl restart jupyter",
            "mc alias set lab https://minio.lab.org ana <token>",
            "curl -u ana:<password> https://lab.org/runs",
        ),
        passes=(
            "sshpass -p $PASSWORD ssh ana@lab.org",
            "echo $PASSWORD | sudo -S reboot",
            "mc alias set lab https://minio.lab.org $USER $KEY",
            "docker run -p 8888:8888 image",
            "docker run --name mongo-dev -p 27018:27017 mongo",
            "docker run --name mysql -p127.0.0.1:33061:3306 mysql",
            "mysql -u root -p sales",
            r"/user:\S{1,60}[ \t]{1,4}",
            "curl -u $USER:$PASSWORD https://lab.org",
            'proxies = ("http://user:pass@proxy:8080", "http://other:8888/@x")',
        ),
    ),
    Pattern(
        kind="wandb-api-key",
        title="Weights & Biases API key",
        confidence="high",
        prefilter=(r"wandb[ \t]{1,4}login",),
        keywords=("wandb",),
        regex=(
            r"wandb[ \t]{1,4}login[ \t]{1,4}(?:--[\w-]{1,20}[ \t]{1,4}){0,4}[\"']?(?P<value>[0-9a-f]{40})\b"
        ),
        accepts=is_no_placeholder,
        finds=("!wandb login <hex40>", "wandb login --relogin <hex40>"),
        passes=("wandb login --relogin",),
        provider=True,
    ),
    Pattern(
        kind="kaggle-api-key",
        title="Kaggle API key",
        confidence="high",
        keywords=("username",),
        regex=r"""(?x)
            \\?["']username\\?["'][ ]?:[ ]?\\?["'][\w-]{1,40}\\?["'],[ ]?
            \\?["']key\\?["'][ ]?:[ ]?\\?["'](?P<value>[0-9a-f]{32})\\?["']
        """,
        accepts=is_no_placeholder,
        finds=(
            '{"username":"ana","key":"<hex32>"}',
            "creds = {'username': 'ana', 'key': '<hex32>'}",
            'os.system("echo {\\"username\\":\\"ana\\",\\"key\\":\\"<hex32>\\"} > kaggle.json")',
        ),
        passes=('{"username": "ana", "key": "00000000000000000000000000000000"}',),
    ),
    Pattern(
        kind="kaggle-api-key",
        title="Kaggle API key",
        confidence="high",
        keywords=("key",),
        regex=r'"key"[ ]?:[ ]?"(?P<value>[0-9a-f]{32})"',
        accepts=is_no_placeholder,
        path="kaggle.json",
    ),
    Pattern(
        kind="kaggle-api-key",
        title="Kaggle API key",
        confidence="high",
        prefilter=(r"config set -n key",),
        keywords=("kaggle",),
        regex=r"kaggle[ ]config[ ]set[ ]-n[ ]key[ ]-v[ ](?P<value>[0-9a-f]{32})\b",
        accepts=is_no_placeholder,
        finds=("!kaggle config set -n key -v <hex32>",),
        passes=("!kaggle config set -n username -v ana",),
        provider=True,
    ),
    Pattern(
        kind="netrc-password",
        title="Password in a netrc entry",
        confidence="high",
        keywords=("password",),
        regex=(
            r"\b(?:login|user)[ \t]{1,8}[^\s\"']{1,100}[ \t]{1,8}password[ \t]{1,8}(?P<value>[^\s\"'\\]{4,200})"
        ),
        accepts=is_given_password,
        finds=("machine api.wandb.ai login user password <hex40>",),
        passes=("machine host login name password <password-placeholder>",),
    ),
    Pattern(
        kind="password",
        title="Password in a PostgreSQL password file",
        confidence="high",
        keywords=(":",),
        regex=r"\A[\w.*/-]{1,100}:(?:[0-9]{1,5}|\*):[\w*-]{1,60}:[\w*.@-]{1,60}:(?P<value>[^\s:]{4,200})\Z",
        accepts=is_given_password,
        path="pgpass",
    ),
    Pattern(
        kind="password",
        title="Password in an SQL statement",
        confidence="high",
        prefilter=(
            r"identified (?:with [^\s]{1,40} )?by[ \t]{1,4}[\"'][^\s\"']{4}",
            r"password(?: for [^\s]{1,60} =)?[ \t]{1,4}[\"'][^\s\"']{4}",
        ),
        keywords=("password", "identified"),
        regex=r"""(?ix)
            (?:
                identified[ \t]{1,4}(?:with[ \t]{1,4}\S{1,40}[ \t]{1,4})?by
                | \b(?:create|alter)[ \t]{1,4}(?:\w{1,20}[ \t]{1,4}){0,2}(?:user|role|login|group|key)\b
                  [^\n]{0,200}?\bpassword(?:[ \t]{0,4}=)?
                | \bset[ \t]{1,4}password(?:[ \t]{1,4}for[ \t]{1,4}\S{1,60})?[ \t]{0,4}=
                | \buser[ \t]{1,4}'[^'\n]{1,60}',?[ \t]{1,4}password
                # A piece of a statement on a line of its own; a sentence goes on behind the quoted word.
                | \A[ \t]*["']{0,3}(?:(?:with|login|(?:un)?encrypted)[ \t]{1,4}){0,2}
                  password(?=[ \t]{1,4}'[^\s']{4,200}'[ \t]{0,4}(?:[;)\\"]|\Z))
            )
            [ \t]{1,4}(?P<quote>['"])(?P<value>[^\s'"]{4,200})(?P=quote)
        """,
        accepts=lambda match: (
            is_given_password(match) and (match["quote"] == "'" or not match["value"].isalpha())
        ),
        finds=(
            "CREATE USER ana WITH PASSWORD '<password>';",
            "ALTER USER ana IDENTIFIED BY '<password>';",
            "alter role ana with login encrypted password '<password>'",
            "ALTER USER ana IDENTIFIED WITH mysql_native_password BY '<password>';",
            "SET PASSWORD FOR 'ana'@'localhost' = '<password>';",
            "OPTIONS (user 'ana', password '<password>')",
            "    WITH PASSWORD '<password>';",
            "psql -c \"CREATE ROLE ana LOGIN PASSWORD '<password>'\"",
        ),
        passes=(
            "CREATE USER ana WITH PASSWORD 'changeme';",
            '-- the same for all columns identified by "aOrderBy".',
            "echo \"wrong password '<password>' given\"",
            "logger.info(\"Password '<password>' was refused\")",
            "print(\"Enter password '<password>' to leave\")",
            "\"Password '<password>' is too short\"",
            "raise ValueError(f\"no user with password '<password>'\")",
        ),
    ),
)
