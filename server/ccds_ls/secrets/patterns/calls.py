"""Passwords and keys that a call is given as an argument without a name."""

from __future__ import annotations

from ccds_ls.secrets.patterns.pattern import Pattern, is_given_password, is_given_token, is_no_placeholder
from ccds_ls.secrets.patterns.values import is_random

# Calls whose first argument is a key, as they are written; in the prefilter by the ends of their names.
_TAKES_KEY = "|".join(
    r"""
    AzureKeyCredential AzureSasCredential CognitiveServicesCredentials Experiment set_api_key set_token \w{1,20}_token
    login init_api \w{0,20}Client OpenAI CometML? ApiKeyAuth Fernet Census OAuthHandler \w{0,12}OAuth1\w{0,12}
    census_api_key fredr_set_key api_key Fred OWM OpenCageGeocode Pinecone Groq Roboflow Bot
    """.split()
)
_TAKES_KEY_ENDS = "|".join(
    """
    auth credentials? experiment client login _key _token openai fernet census fred key token geocod[a-z]{0,8} owm quandl
    roboflow pinecone groq bot
    """.split()
)

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        kind="password",
        title="Password in a pair of user and password",
        confidence="medium",
        prefilter=(
            r"(?:auth|credentials?)[ =]{0,3}\(b?[\"'][^\s\"']{1,80}[\"'],[ \t]{0,4}[\"'][^\s\"']{4}",
            r"basic_auth [\"']",
            r"authenticate\([\"']",
        ),
        keywords=("auth", "credential"),
        regex=r"""(?x)
            \b(?:
                (?:auth|basic_auth|http_auth|credentials|HTTPBasicAuth|authenticate|SetBasicAuth|NetworkCredential)
                ["']?[ \t]{0,4}[=:]?[ \t]{0,4}[(\[]
                | basic_auth[ ]
            )
            [ \t]{0,4}["'](?P<user>[^\s"']{1,80})["'][ \t]{0,4},[ \t]{0,4}["'](?P<value>[^\s"']{4,200})["']
        """,
        accepts=lambda match: match["value"] != match["user"] and is_given_password(match),
        finds=(
            "requests.get(url, auth=('ana', '<password>'))",
            "HTTPBasicAuth('ana', '<password>')",
            'GET(url, authenticate("ana", "<password>"))',
            'req.SetBasicAuth("ana", "<password>")',
            "req.basic_auth 'ana', '<password>'",
            'new NetworkCredential("ana", "<password>")',
        ),
        passes=("requests.get(url, auth=('user', 'pass'))",),
    ),
    Pattern(
        kind="password",
        title="Password given to a call",
        confidence="medium",
        prefilter=(
            r"login[ =]{0,3}\(b?[\"'][^\s\"']{1,80}[\"'],[ \t]{0,4}[\"'][^\s\"']{4}",
            r"login\([\"'a-z_.@]{1,40},[ ]?[\"'][^\"'\s]{6}",
            r"(?:mysqldb|pymysql|oracle|oracledb)\.connect\([\"']",
            r"set_password\([\"']",
            r"key_set_with_value\([\"']",
            r"yagmail\.smtp\([\"']",
            r"(?:getconnection|dbinterface\.connect|wifi\.begin)\(",
        ),
        keywords=(
            "login(",
            ".connect(",
            "set_password(",
            "key_set_with_value(",
            "yagmail.smtp(",
            "getconnection(",
            "wifi.begin(",
        ),
        regex=r"""(?x)
            (?:
                \.login\((?:["'][^\s"']{1,60}["']|[\w.]{1,40}),
                | (?:keyring\.set_password|key_set_with_value)\(["'][^"']{1,60}["'],[ ]?["'][^"']{1,60}["'],
                | (?:MySQLdb|pymysql)\.connect\(["'][^"']{1,60}["'],[ ]?["'][^"']{1,60}["'],
                | DBInterface\.connect\([\w.]{1,40},[ ]?["'][^"']{1,90}["'],[ ]?["'][^"']{1,60}["'],
                | getConnection\([^\n]{1,160}?,[ ]?["'][^"']{1,60}["'],
                | (?:WiFi\.begin|yagmail\.SMTP)\(["'][^"']{1,60}["'],
                | (?:cx_Oracle|oracledb)\.connect\(["'][^"']{1,60}["'],
            )
            [ ]{0,2}["'](?P<value>[^\s"']{6,200})["']
        """,
        accepts=is_given_password,
        finds=(
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
        passes=("smtp.login(sender, password)", "client.login(username='ana', force=True)"),
    ),
    Pattern(
        kind="api-key",
        title="API key given to a call",
        confidence="medium",
        prefilter=(
            rf"(?:{_TAKES_KEY_ENDS})[ =]{{0,3}}\(b?[\"'][a-z0-9_=-]{{20}}",
            r"(?:oauthhandler|set_access_token|oauth1)\([\"']",
        ),
        keywords=('("', "('", "( ", '(b"', "(b'"),
        regex=rf"\b(?:{_TAKES_KEY})\([ \t]{{0,4}}b?[\"'](?P<value>[\w=-]{{20,200}})[\"']",
        accepts=is_given_token,
        finds=(
            "credential = AzureKeyCredential('<hex32>')",
            "experiment = Experiment('<b62-25>', project_name='x')",
            "wandb.login('<hex40>')",
            "news = NewsApiClient('<hex32>')",
            "auth = tweepy.OAuthHandler('<b62-25>', secret)",
            'census_api_key("<hex40>")',
        ),
        passes=("Experiment('my-first-experiment-with-comet')",),
    ),
    Pattern(
        kind="secret",
        title="Key that signs tokens",
        confidence="medium",
        prefilter=(r"jwt\.(?:encode|decode|sign|verify)\(",),
        keywords=("jwt.",),
        regex=(
            r"\bjwt\.(?:encode|decode|sign|verify)\([^\n]{1,120}?,[ ]?b?[\"'](?P<value>[^\s\"']{8,200})[\"'][,)]"
        ),
        accepts=is_given_password,
        finds=(
            "token = jwt.encode({'sub': 'ana'}, '<password>', algorithm='HS256')",
            "jwt.sign(payload, '<token>')",
        ),
        passes=("jwt.encode(payload, key, 'HS256')", "jwt.decode(token, 'your-secret-key', ['HS256'])"),
    ),
    Pattern(
        kind="password",
        title="Password typed into a form",
        confidence="medium",
        prefilter=(r"\)\.(?:send_keys|fill)\([\"']", r"\.fill\([\"'][^\"']{0,40}(?:pass|pwd)"),
        keywords=("send_keys(", ".fill("),
        regex=(
            r"(?i:pass|pwd)[\w\]-]{0,20}[\"']{1,2}(?:\)\.(?:send_keys|fill)\(|,)"
            r"[ ]?[\"'](?P<value>[^\s\"']{6,200})[\"']\)"
        ),
        accepts=is_given_password,
        finds=(
            "driver.find_element(By.ID, 'password').send_keys('<password>')",
            "page.fill('#password', '<password>')",
            'page.locator("input[name=pwd]").fill("<password>")',
        ),
        passes=(
            "driver.find_element(By.ID, 'password').send_keys(password)",
            "page.fill('#password', 'secret')",
        ),
    ),
    Pattern(
        kind="password",
        title="Password given to a name together with another",
        confidence="medium",
        prefilter=(
            r"pass(?:w(?:or)?d)? {0,2}= {0,2}\(?[\"'][^\s\"']{1,80}[\"'], ?[\"'][^\s\"']{6}",
            r"pwd? {0,2}= {0,2}\(?[\"'][^\s\"']{1,80}[\"'], ?[\"'][^\s\"']{6}",
        ),
        keywords=("pass", "pwd", "pw"),
        regex=(
            r"(?i:user\w{0,10}|login|email),[ ]?\w{0,20}(?i:password|passwd|pwd|pass|pw)[ ]{0,2}=[ ]{0,2}"
            r"\(?[\"'][^\s\"']{1,80}[\"'],[ ]?[\"'](?P<value>[^\s\"']{6,200})[\"']"
        ),
        accepts=is_given_password,
        finds=("USER, PASSWORD = 'ana', '<password>'",),
        passes=("user, password = 'user', 'password'", "user, password = sys.argv[1], sys.argv[2]"),
    ),
    Pattern(
        kind="azure-storage-key",
        title="Azure storage account key",
        confidence="high",
        prefilter=(r"account\.key\.",),
        keywords=("account.key.",),
        regex=(
            r"fs\.azure\.account\.key\.[\w.-]{3,120}[\"']?[ ]?[,=: ][ ]?[\"']?"
            r"(?P<value>[A-Za-z0-9+/]{80,100}={0,2})"
        ),
        accepts=lambda match: is_random(match["value"].rstrip("="), 40),
        finds=("spark.conf.set('fs.azure.account.key.lab.blob.core.windows.net', '<b64-88>')",),
        passes=("spark.conf.set('fs.azure.account.key.lab.dfs.core.windows.net', key)",),
        provider=True,
    ),
    Pattern(
        kind="azure-account-key",
        title="Azure account key",
        confidence="high",
        prefilter=(r"(?:cosmosclient|keycredential)\(",),
        keywords=("cosmosclient(", "keycredential("),
        regex=(
            r"\b(?:CosmosClient|StorageSharedKeyCredential|AzureNamedKeyCredential)"
            r"\([\"'][^\s\"']{1,200}[\"'],[ ]?[\"'](?P<value>[A-Za-z0-9+/]{86}==)[\"']"
        ),
        accepts=is_no_placeholder,
        finds=("CosmosClient('https://lab.documents.azure.com:443/', '<b64-88>')",),
        passes=("CosmosClient('https://lab.documents.azure.com:443/', key)",),
        provider=True,
    ),
    Pattern(
        kind="azure-api-key",
        title="Azure API key",
        confidence="medium",
        prefilter=(r"subscription=[\"'][0-9a-f]{32}",),
        keywords=("subscription=",),
        regex=r"\bsubscription=[\"'](?P<value>[0-9a-f]{32})[\"']",
        accepts=is_no_placeholder,
        finds=("SpeechConfig(subscription='<hex32>', region='westeurope')",),
        passes=("SpeechConfig(subscription=key, region='westeurope')",),
    ),
    Pattern(
        kind="copernicus-api-key",
        title="Copernicus Climate Data Store key",
        confidence="high",
        prefilter=(r"cdsapi\.client\(",),
        keywords=("cdsapi.client(",),
        regex=(
            r"\bcdsapi\.Client\([^()\n]{0,120}?\bkey=[\"']"
            r"(?P<value>(?:\d{1,7}:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[\"']"
        ),
        accepts=is_no_placeholder,
        finds=("c = cdsapi.Client(url='https://cds.climate.copernicus.eu/api', key='<uuid>')",),
        passes=("c = cdsapi.Client(url=url, key=key)",),
        provider=True,
    ),
    Pattern(
        kind="spotify-client-secret",
        title="Spotify client secret",
        confidence="high",
        prefilter=(r"spotify(?:clientcredentials|oauth)\([\"']",),
        keywords=("spotify",),
        regex=r"\bSpotify(?:ClientCredentials|OAuth)\([\"'][0-9a-f]{32}[\"'],[ ]?[\"'](?P<value>[0-9a-f]{32})[\"']",
        accepts=is_no_placeholder,
        finds=("SpotifyClientCredentials('<hex32>', '<hex32>')",),
        passes=("SpotifyClientCredentials(client, secret)",),
        provider=True,
    ),
)
