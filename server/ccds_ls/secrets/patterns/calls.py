"""Secrets that a call is given as an argument without a name."""

from __future__ import annotations

import re

from ccds_ls.secrets.patterns.pattern import Pattern, is_given_password, is_given_token
from ccds_ls.secrets.patterns.values import is_placeholder

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "password",
        "Password in a pair of user and password",
        ("auth", "credential"),
        re.compile(
            r"\b(?:(?:auth|basic_auth|http_auth|credentials|HTTPBasicAuth|authenticate|SetBasicAuth|NetworkCredential)"
            r"[\"']?[ \t]{0,4}[=:]?[ \t]{0,4}[(\[]|basic_auth[ ])[ \t]{0,4}[\"'](?P<user>[^\s\"']{1,80})[\"'][ \t]{0,4},[ \t]{0,4}[\"'](?P<value>[^\s\"']{4,200})[\"']"
        ),
        lambda match: match["value"] != match["user"] and is_given_password(match),
        "medium",
        (
            "requests.get(url, auth=('ana', '<password>'))",
            "HTTPBasicAuth('ana', '<password>')",
            'GET(url, authenticate("ana", "<password>"))',
            'req.SetBasicAuth("ana", "<password>")',
            "req.basic_auth 'ana', '<password>'",
            'new NetworkCredential("ana", "<password>")',
        ),
        ("requests.get(url, auth=('user', 'pass'))",),
    ),
    Pattern(
        "password",
        "Password given to a call",
        (
            "login(",
            ".connect(",
            "set_password(",
            "key_set_with_value(",
            "yagmail.smtp(",
            "getconnection(",
            "wifi.begin(",
        ),
        re.compile(
            r"(?:\.login\((?:[\"'][^\s\"']{1,60}[\"']|[\w.]{1,40}),|(?:keyring\.set_password|key_set_with_value)\([\"'][^\"']{1,60}[\"'],[ ]?[\"'][^\"']{1,60}[\"'],"
            r"|(?:MySQLdb|pymysql)\.connect\([\"'][^\"']{1,60}[\"'],[ ]?[\"'][^\"']{1,60}[\"'],"
            r"|DBInterface\.connect\([\w.]{1,40},[ ]?[\"'][^\"']{1,90}[\"'],[ ]?[\"'][^\"']{1,60}[\"'],"
            r"|getConnection\([^\n]{1,160}?,[ ]?[\"'][^\"']{1,60}[\"'],|(?:WiFi\.begin|yagmail\.SMTP)\([\"'][^\"']{1,60}[\"'],"
            r"|(?:cx_Oracle|oracledb)\.connect\([\"'][^\"']{1,60}[\"'],)[ ]{0,2}[\"'](?P<value>[^\s\"']{6,200})[\"']"
        ),
        is_given_password,
        "medium",
        (
            "smtp.login('ana@lab.org', '<password>')",
            "server.login(sender, '<password>')",
            "keyring.set_password('lab', 'ana', '<password>')",
            'DBInterface.connect(MySQL.Connection, "db1", "ana", "<password>")',
            'DriverManager.getConnection("jdbc:postgresql://db1/x", "ana", "<password>")',
            'WiFi.begin("lab", "<password>")',
            "yagmail.SMTP('ana@lab.org', '<password>')",
            'key_set_with_value("lab", "ana", "<password>")',
            "MySQLdb.connect('db1', 'ana', '<password>', 'sales')",
            "cx_Oracle.connect('ana', '<password>', dsn)",
        ),
        ("smtp.login(sender, password)", "client.login(username='ana', force=True)"),
    ),
    Pattern(
        "api-key",
        "API key given to a call",
        ('("', "('", "( ", '(b"', "(b'"),
        re.compile(
            r"\b(?:AzureKeyCredential|AzureSasCredential|CognitiveServicesCredentials|Experiment|set_api_key|set_token|\w{1,20}_token"
            r"|login|init_api|\w{0,20}Client|OpenAI|CometML?|ApiKeyAuth|Fernet|Census|OAuthHandler|\w{0,12}OAuth1\w{0,12}"
            r"|census_api_key|fredr_set_key|api_key|Fred|OWM|OpenCageGeocode|Pinecone|Groq|Roboflow|Bot)"
            r"\([ \t]{0,4}b?[\"'](?P<value>[\w=-]{20,200})[\"']"
        ),
        is_given_token,
        "medium",
        (
            "credential = AzureKeyCredential('<hex32>')",
            "experiment = Experiment('<b62-25>', project_name='x')",
            "wandb.login('<hex40>')",
            "news = NewsApiClient('<hex32>')",
            "auth = tweepy.OAuthHandler('<b62-25>', secret)",
            'census_api_key("<hex40>")',
        ),
        ("Experiment('my-first-experiment-with-comet')",),
    ),
    Pattern(
        "secret",
        "Key that signs tokens",
        ("jwt.",),
        re.compile(
            r"\bjwt\.(?:encode|decode|sign|verify)\([^\n]{1,120}?,[ ]?b?[\"'](?P<value>[^\s\"']{8,200})[\"'][,)]"
        ),
        is_given_password,
        "medium",
        (
            "token = jwt.encode({'sub': 'ana'}, '<password>', algorithm='HS256')",
            "jwt.sign(payload, '<token>')",
        ),
        ("jwt.encode(payload, key, 'HS256')", "jwt.decode(token, 'your-secret-key', ['HS256'])"),
    ),
    Pattern(
        "password",
        "Password typed into a form",
        ("send_keys(", ".fill("),
        re.compile(
            r"(?i:pass|pwd)[\w\]-]{0,20}[\"']{1,2}(?:\)\.(?:send_keys|fill)\(|,)[ ]?[\"'](?P<value>[^\s\"']{6,200})[\"']\)"
        ),
        is_given_password,
        "medium",
        (
            "driver.find_element(By.ID, 'password').send_keys('<password>')",
            "page.fill('#password', '<password>')",
            'page.locator("input[name=pwd]").fill("<password>")',
        ),
        ("driver.find_element(By.ID, 'password').send_keys(password)", "page.fill('#password', 'secret')"),
    ),
    Pattern(
        "password",
        "Password given to a name together with another",
        ("pass", "pwd", "pw"),
        re.compile(
            r"(?i:user\w{0,10}|login|email),[ ]?\w{0,20}(?i:password|passwd|pwd|pass|pw)[ ]{0,2}=[ ]{0,2}\(?[\"'][^\s\"']{1,80}[\"'],[ ]?[\"'](?P<value>[^\s\"']{6,200})[\"']"
        ),
        is_given_password,
        "medium",
        ("USER, PASSWORD = 'ana', '<password>'",),
        ("user, password = 'user', 'password'", "user, password = sys.argv[1], sys.argv[2]"),
    ),
    Pattern(
        "azure-account-key",
        "Azure account key",
        ("cosmosclient(", "keycredential("),
        re.compile(
            r"\b(?:CosmosClient|StorageSharedKeyCredential|AzureNamedKeyCredential)\([\"'][^\s\"']{1,200}[\"'],[ ]?[\"'](?P<value>[A-Za-z0-9+/]{86}==)[\"']"
        ),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("CosmosClient('https://lab.documents.azure.com:443/', '<b64-88>')",),
        ("CosmosClient('https://lab.documents.azure.com:443/', key)",),
        provider=True,
    ),
    Pattern(
        "copernicus-api-key",
        "Copernicus Climate Data Store key",
        ("cdsapi.client(",),
        re.compile(
            r"\bcdsapi\.Client\([^()\n]{0,120}?\bkey=[\"'](?P<value>(?:\d{1,7}:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[\"']"
        ),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("c = cdsapi.Client(url='https://cds.climate.copernicus.eu/api', key='<uuid>')",),
        ("c = cdsapi.Client(url=url, key=key)",),
        provider=True,
    ),
    Pattern(
        "database-url",
        "Database address with a password",
        ("oracle", "sqlplus"),
        re.compile(
            r"(?:\b(?:cx_Oracle|oracledb)\.connect\([\"']|\bsqlplus[ ](?:-\w[ ]){0,2}[\"']?)\w{1,40}/(?P<value>[^\s@/\"']{4,100})@"
        ),
        is_given_password,
        "high",
        ("cx_Oracle.connect('ana/<password>@db1.lab.org:1521/x')", "sqlplus ana/<password>@db1"),
        ("cx_Oracle.connect('scott/tiger@db1')", "sqlplus ana/$PW@db1"),
    ),
    Pattern(
        "spotify-client-secret",
        "Spotify client secret",
        ("spotify",),
        re.compile(
            r"\bSpotify(?:ClientCredentials|OAuth)\([\"'][0-9a-f]{32}[\"'],[ ]?[\"'](?P<value>[0-9a-f]{32})[\"']"
        ),
        lambda match: not is_placeholder(match["value"]),
        "high",
        ("SpotifyClientCredentials('<hex32>', '<hex32>')",),
        ("SpotifyClientCredentials(client, secret)",),
        provider=True,
    ),
)
