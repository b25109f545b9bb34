"""How many secrets ccds-ls finds, and how often it cries wolf, on material made here and on clean files.

    python bench/secrets_accuracy.py                     recall by kind and form, negatives, speed
    python bench/secrets_accuracy.py --clean FOLDER      false findings in a folder of clean files
    python bench/secrets_accuracy.py --own               our own rules alone, without the engine

All secrets are made at random at the moment of the run. ``--seed`` makes another set; ``--misses`` lists what failed.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import re
import string
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

sys.path[:0] = [str(Path(__file__).parents[1] / "server"), str(Path(__file__).parents[1] / "tests")]

from ccds_ls import secrets  # noqa: E402
from ccds_ls.finding import State  # noqa: E402
from ccds_ls.rules.secret import check  # noqa: E402
from ccds_ls.snapshot import File, Origin  # noqa: E402
from secret_samples import SAMPLES, alphanumeric, drawn, hexadecimal  # noqa: E402

Draw = Callable[[random.Random], str]
LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
WORDS = "river copper maple falcon window orchid granite velvet harbor lantern meadow saffron timber walnut".split()


def shuffled(rng: random.Random, *parts: str) -> str:
    chars = list("".join(parts))
    rng.shuffle(chars)
    return "".join(chars)


def strong(rng: random.Random) -> str:
    """As a password manager makes them, with any symbol."""
    symbols = drawn("!#%*+-_?^~=.,;", 2, rng)
    return rng.choice(LOWER) + shuffled(
        rng, drawn(LOWER, 4, rng), drawn(UPPER, 4, rng), drawn("23456789", 3, rng), symbols
    )


def human(rng: random.Random) -> str:
    """A word with capitals, digits and a sign, as people make them."""
    word = rng.choice(WORDS)
    return rng.choice(
        [
            f"{word.capitalize()}{rng.randint(1970, 2025)}{rng.choice('!?#$')}",
            f"{word.capitalize()}_{rng.choice(WORDS)}{rng.randint(10, 99)}",
            f"{word.replace('a', '4').replace('e', '3').replace('o', '0').capitalize()}{rng.randint(10, 99)}!",
            f"{rng.choice('XQZJ')}{word[:4]}{rng.randint(100, 9999)}{rng.choice(UPPER)}{rng.choice(LOWER)}",
        ]
    )


def plain(rng: random.Random) -> str:
    return drawn(LOWER + DIGITS, rng.randint(10, 16), rng)


def any_password(rng: random.Random) -> str:
    return rng.choice([strong, strong, human, plain])(rng)


def safe_password(rng: random.Random) -> str:
    """One that may stand in a URL and in every syntax without an escape."""
    return re.sub(r"[^\w-]", "_", any_password(rng)) + rng.choice(DIGITS)


def api_token(rng: random.Random) -> str:
    return rng.choice(
        [
            hexadecimal(32),
            hexadecimal(40),
            alphanumeric(32),
            alphanumeric(24),
            alphanumeric(40),
            hexadecimal(64),
        ]
    )(rng)


def base64_json(rng: random.Random) -> str:
    inner = {"api_address": "https://app.neptune.ai", "api_key": SAMPLES["uuid"](rng)}
    return base64.b64encode(json.dumps(inner).encode()).decode()


def one_line(draw: Draw) -> Draw:
    return draw


# Ways to give VALUE to NAME: form -> (path, text). Each is how people write it, none is a scanner's own sample.
FORMS: dict[str, tuple[str, str]] = {
    "py": ("src/config.py", 'NAME = "VALUE"\n'),
    "py-single": ("src/settings.py", "NAME='VALUE'\n"),
    "py-lower-annotated": ("src/a.py", 'name: str = "VALUE"\n'),
    "py-kwarg": ("src/a.py", 'client = connect(host="db1", name="VALUE", retries=3)\n'),
    "py-dict": ("src/a.py", "conf = {'name': 'VALUE', 'n': 3}\n"),
    "py-item": ("src/a.py", 'config["section"]["name"] = "VALUE"\n'),
    "py-environ": ("src/a.py", 'import os\nos.environ["NAME"] = "VALUE"\n'),
    "py-environ-tight": ("src/a.py", "import os\nos.environ['NAME']='VALUE'\n"),
    "py-setdefault": ("src/a.py", 'os.environ.setdefault("NAME", "VALUE")\n'),
    "py-getenv": ("src/a.py", 'key = os.getenv("NAME", "VALUE")\n'),
    "py-attribute": ("src/a.py", 'settings.name = "VALUE"\n'),
    "py-comment": ("src/a.py", "# NAME: VALUE\nx = 1\n"),
    "py-update": ("src/a.py", "os.environ.update({'NAME': 'VALUE'})\n"),
    "py-or": ("src/a.py", "key = os.getenv('NAME') or 'VALUE'\n"),
    "py-triple": ("src/a.py", 'name = """VALUE"""\n'),
    "py-wrapped": ("src/a.py", 'name = SecretStr("VALUE")\n'),
    "py-default": ("src/a.py", "parser.add_argument('--name', default='VALUE')\n"),
    "py-lines": ("src/a.py", "connect(\n    host='db1',\n    name='VALUE',\n)\n"),
    "terraform": ("main.tf", 'variable "name" {\n  default = "VALUE"\n}\n'),
    "r-arrow": ("analysis.R", "name <- 'VALUE'\n"),
    "workflow": (".github/workflows/ci.yml", "env:\n  NAME: VALUE\n"),
    "docker-run": ("run.sh", "docker run -e NAME=VALUE image\n"),
    "launch": (".vscode/launch.json", '"env": {"NAME": "VALUE"}\n'),
    "markdown": ("notes.md", "```\nexport NAME=VALUE\n```\n"),
    "html": ("out.ipynb", "<td>name</td><td>VALUE</td>\n"),
    "env": (".env", "NAME=VALUE\n"),
    "env-quoted": (".env", 'NAME="VALUE"\n'),
    "shell": ("run.sh", "export NAME=VALUE\npython train.py\n"),
    "shell-flag": ("run.sh", "python train.py --flag-name VALUE --epochs 3\n"),
    "yaml": ("config.yaml", "service:\n  name: VALUE\n  retries: 3\n"),
    "yaml-quoted": ("conf.yml", 'service:\n  name: "VALUE"\n'),
    "compose": ("docker-compose.yml", "environment:\n  - NAME=VALUE\n"),
    "docker": ("Dockerfile", "FROM python:3.12\nENV NAME=VALUE\n"),
    "json": ("config.json", '{\n  "name": "VALUE",\n  "n": 3\n}\n'),
    "json-line": ("conf.json", '{"user":"ana","name":"VALUE"}'),
    "toml": ("config.toml", '[service]\nname = "VALUE"\n'),
    "ini": ("config.ini", "[service]\nname = VALUE\n"),
    "properties": ("app.properties", "service.name=VALUE\n"),
    "r": ("analysis.R", 'Sys.setenv(NAME = "VALUE")\n'),
    "js": ("app.js", "const name = 'VALUE';\n"),
    "java": ("App.java", 'private static final String NAME = "VALUE";\n'),
    "notes": ("notes.txt", "the name: VALUE\n"),
    "nb-code": ("nb.ipynb", 'import os\nNAME = "VALUE"\n'),
    "nb-environ": ("nb.ipynb", 'import os\nos.environ["NAME"] = "VALUE"\n'),
    "nb-env": ("nb.ipynb", "%env NAME=VALUE\n"),
    "nb-env-space": ("nb.ipynb", "%set_env NAME VALUE\n"),
    "nb-export": ("nb.ipynb", "!export NAME=VALUE\n"),
    "nb-bash": ("nb.ipynb", "%%bash\nexport NAME=VALUE\npython x.py\n"),
    "nb-inline": ("nb.ipynb", "!NAME=VALUE python train.py\n"),
    "nb-dict": ("nb.ipynb", 'params = {"name": "VALUE"}\n'),
    "nb-output": ("out.ipynb", "{'name': 'VALUE', 'n': 1}\n"),
}


@dataclass(frozen=True)
class Kind:
    """Values, the names they are given, and forms of their own (path, text with VALUE) beside the common ones."""

    draw: Draw
    names: tuple[str, ...] = ()
    own: tuple[tuple[str, str], ...] = ()


def nb(text: str) -> tuple[str, str]:
    return "nb.ipynb", text


DATA_SCIENCE: dict[str, Kind] = {
    "huggingface": Kind(SAMPLES["huggingface-token"], ("HF_TOKEN",), (nb('login("VALUE")\n'), nb("!huggingface-cli login --token VALUE\n"))),
    "wandb": Kind(
        hexadecimal(40),
        ("WANDB_API_KEY",),
        (nb("!wandb login VALUE\n"), nb('wandb.login(key="VALUE")\n'), ("run.sh", "wandb login --relogin VALUE\n"),
         (".netrc", "machine api.wandb.ai\n  login user\n  password VALUE\n")),
    ),
    "kaggle-json": Kind(
        hexadecimal(32),
        ("KAGGLE_KEY",),
        (("kaggle.json", '{"username":"anab","key":"VALUE"}'), ("kaggle.json", '{\n  "username": "anab",\n  "key": "VALUE"\n}\n'),
         nb('token = {"username": "anab", "key": "VALUE"}\n'), nb("!echo '{\"username\":\"anab\",\"key\":\"VALUE\"}' > ~/.kaggle/kaggle.json\n"),
         nb('%%writefile kaggle.json\n{"username":"anab","key":"VALUE"}\n')),
    ),
    "kaggle-token": Kind(lambda rng: "KGAT_" + hexadecimal(32)(rng), ("KAGGLE_API_TOKEN",)),
    "openai": Kind(lambda rng: "sk-" + drawn(ALNUM, 20, rng) + "T3Blbk" + "FJ" + drawn(ALNUM, 20, rng), ("OPENAI_API_KEY", "openai.api_key")),
    "comet": Kind(alphanumeric(25), ("COMET_API_KEY",), (nb('experiment = Experiment("VALUE", project_name="x")\n'), nb('experiment = Experiment(api_key="VALUE")\n'), (".comet.config", "[comet]\napi_key=VALUE\n"))),
    "neptune": Kind(base64_json, ("NEPTUNE_API_TOKEN",), (nb('run = neptune.init_run(project="a/b", api_token="VALUE")\n'),)),
    "databricks": Kind(lambda rng: "dapi" + hexadecimal(32)(rng), ("DATABRICKS_TOKEN",), ((".databrickscfg", "[DEFAULT]\nhost = https://x.net\ntoken = VALUE\n"),)),
    "snowflake-password": Kind(
        any_password, ("SNOWFLAKE_PASSWORD",),
        (nb('ctx = snowflake.connector.connect(user="ANA", password="VALUE", account="xy12345")\n'), ("config.toml", '[connections.dev]\nuser = "ana"\npassword = "VALUE"\n'))),
    "mlflow-basic": Kind(safe_password, ("MLFLOW_TRACKING_PASSWORD",), (nb('mlflow.set_tracking_uri("https://ana:VALUE@mlflow.lab.org")\n'),)),
    "aws-secret": Kind(lambda rng: drawn(ALNUM + "+/", 40, rng), ("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"), (("credentials", "[default]\naws_secret_access_key = VALUE\n"), nb('s3 = boto3.client("s3", aws_secret_access_key="VALUE")\n'))),
    "azure-storage": Kind(
        lambda rng: base64.b64encode(rng.randbytes(64)).decode(), ("AZURE_STORAGE_KEY", "account_key"),
        (nb('conn = "DefaultEndpointsProtocol=https;AccountName=lab;AccountKey=VALUE;EndpointSuffix=core.windows.net"\n'),)),
    "azure-sas": Kind(SAMPLES["sas"], (), (nb('url = "https://lab.blob.core.windows.net/raw/a.csv?sv=2022-11-02&st=2025-01-01&se=2026-01-01&sr=b&sp=r&sig=VALUE"\n'), (".env", "SAS=?sv=2022-11-02&ss=b&srt=co&sp=rl&se=2026-01-01T00:00:00Z&sig=VALUE\n"))),
    "azure-openai": Kind(hexadecimal(32), ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_KEY"), (nb('client = AzureOpenAI(azure_endpoint=url, api_key="VALUE")\n'), nb('headers = {"Ocp-Apim-Subscription-Key": "VALUE"}\n'), nb('headers={"api-key": "VALUE"}\n'), nb('AzureKeyCredential("VALUE")\n'))),
    "weather": Kind(hexadecimal(32), ("WEATHER_KEY", "OWM_API_KEY", "appid"), (nb('url = f"https://api.openweathermap.org/data/2.5/weather?q={city}&appid=VALUE"\n'),)),
    "db-url": Kind(
        safe_password, (),
        tuple(nb(f'engine = create_engine("{scheme}://ana:VALUE@db1.lab.org:5432/sales")\n') for scheme in ("postgresql", "postgresql+psycopg2", "mysql+pymysql", "mssql+pyodbc", "snowflake", "oracle+cx_oracle", "redshift+psycopg2"))
        + ((".env", "DATABASE_URL=postgres://ana:VALUE@db1.lab.org/sales\n"), ("conf.yaml", "sql_alchemy_conn: postgresql+psycopg2://airflow:VALUE@postgres/airflow\n"), (".env", "AIRFLOW_CONN_DB=mysql://ana:VALUE@db1:3306/x\n"), ("a.py", 'client = MongoClient("mongodb+srv://ana:VALUE@cluster0.ab1cd.mongodb.net/test")\n'), ("a.py", 'r = redis.from_url("redis://:VALUE@cache.lab.org:6379/0")\n'), ("q.sh", "psql postgresql://ana:VALUE@db1/x -c 'select 1'\n"))),
    "db-kwarg": Kind(any_password, (), (nb('conn = psycopg2.connect(host="db1", dbname="x", user="ana", password="VALUE")\n'), ("a.py", "conn = pymysql.connect(host='db1', user='ana', passwd='VALUE', db='x')\n"), nb('conn = mysql.connector.connect(user="ana", password="VALUE", host="db1")\n'))),
    "dsn": Kind(safe_password, (), (nb('conn = psycopg2.connect("dbname=x user=ana password=VALUE host=db1")\n'), ("a.py", "DSN = 'host=db1 port=5432 user=ana password=VALUE'\n"), nb('cnxn = pyodbc.connect("DRIVER={ODBC Driver 18 for SQL Server};SERVER=db1;DATABASE=x;UID=ana;PWD=VALUE")\n'), ("a.py", 'c = "Driver={PostgreSQL};Server=db1;Database=x;Uid=ana;Pwd=VALUE;"\n'), ("appsettings.json", '{"Default": "Server=db1;Database=x;User Id=ana;Password=VALUE;"}\n'))),
    "netrc": Kind(safe_password, (), ((".netrc", "machine lab.org login ana password VALUE\n"), (".netrc", "machine lab.org\nlogin ana\npassword VALUE\n"), nb('!echo "machine lab.org login ana password VALUE" >> ~/.netrc\n'), nb("%%writefile /root/.netrc\nmachine lab.org\n\tlogin ana\n\tpassword VALUE\n"))),
    "pypirc": Kind(any_password, (), ((".pypirc", "[pypi]\nusername = ana\npassword = VALUE\n"), (".pypirc", "[distutils]\nindex-servers=lab\n[lab]\nrepository: https://pypi.lab.org\nusername: ana\npassword: VALUE\n"))),
    "pgpass": Kind(safe_password, (), ((".pgpass", "db1.lab.org:5432:sales:ana:VALUE\n"),)),
    "jupyter-token": Kind(hexadecimal(48), (), (("jupyter_notebook_config.py", "c.NotebookApp.token = 'VALUE'\n"), ("log.txt", "    http://localhost:8888/?token=VALUE\n"), ("run.sh", "jupyter lab --NotebookApp.token=VALUE\n"), ("out.ipynb", "http://127.0.0.1:8888/tree?token=VALUE\n"), ("jupyter_server_config.py", "c.ServerApp.token = 'VALUE'\n"))),
    "ssh-pem": Kind(SAMPLES["private-key"], (), (("id_rsa", "VALUE\n"), nb('key = """VALUE"""\n'), ("deploy.pem", "VALUE\n"))),
    "github": Kind(SAMPLES["github-token"], ("GITHUB_TOKEN",), (nb("!git clone https://VALUE@github.com/a/b.git\n"), nb("!git push https://ana:VALUE@github.com/a/b.git\n"))),
    "generic-api-key": Kind(api_token, ("API_KEY", "RAPIDAPI_KEY", "NEWS_API_KEY", "ACCESS_TOKEN", "CLIENT_SECRET"), (nb('headers = {"Authorization": "Bearer VALUE"}\n'), nb('requests.get(url, headers={"X-API-Key": "VALUE"})\n'), ("q.sh", 'curl -H "Authorization: Token VALUE" https://api.lab.org\n'))),
    "generic-password": Kind(any_password, ("PASSWORD", "DB_PASSWORD", "SMTP_PASSWORD", "ADMIN_PASSWD", "db_pwd"), (nb("requests.get(url, auth=('ana', 'VALUE'))\n"), ("q.sql", "CREATE USER ana WITH PASSWORD 'VALUE';\n"))),
    "django-secret": Kind(SAMPLES["django"], (), (("settings.py", "SECRET_KEY = 'VALUE'\n"), ("settings.py", 'SECRET_KEY = "django-insecure-VALUE"\n'), (".env", "DJANGO_SECRET_KEY='VALUE'\n"))),
    "airflow-fernet": Kind(SAMPLES["fernet"], ("AIRFLOW__CORE__FERNET_KEY",), (("airflow.cfg", "[core]\nfernet_key = VALUE\n"), ("airflow.cfg", "[webserver]\nsecret_key = VALUE\n"))),
    "dvc-remote": Kind(lambda rng: drawn(ALNUM + "+/", 40, rng), (), ((".dvc/config.local", "['remote \"s3\"']\n    secret_access_key = VALUE\n"), (".dvc/config", "['remote \"h\"']\n    password = VALUE\n"))),
    "spark-conf": Kind(lambda rng: drawn(ALNUM + "+/", 40, rng), (), (nb('spark.conf.set("fs.s3a.secret.key", "VALUE")\n'), ("spark-defaults.conf", "spark.hadoop.fs.s3a.secret.key VALUE\n"), ("core-site.xml", "<name>fs.s3a.secret.key</name>\n<value>VALUE</value>\n"))),
}  # fmt: skip

# Other people's programs and settings.
NEUTRAL: dict[str, Kind] = {
    "api-key": Kind(
        api_token,
        (
            "API_KEY",
            "apiKey",
            "ACCESS_TOKEN",
            "service_api_key",
            "x-api-key",
            "authToken",
            "app_secret",
            "signingKey",
        ),
    ),
    "password": Kind(
        any_password, ("password", "DB_PASSWORD", "adminPassword", "passwd", "userPwd", "SMTP_PASS")
    ),
    "code": Kind(
        api_token,
        (),
        (
            ("a.go", 'const apiKey = "VALUE"\n'),
            ("a.go", 'req.Header.Set("X-Api-Key", "VALUE")\n'),
            ("a.go", 'token := "VALUE"\n'),
            ("a.rb", "api_key: 'VALUE',\n"),
            ("a.rb", ":secret => 'VALUE'\n"),
            ("a.php", "define('AUTH_KEY', 'VALUE');\n"),
            ("a.php", "$apiKey = 'VALUE';\n"),
            ("a.php", "'secret' => 'VALUE',\n"),
            ("a.cs", 'var clientSecret = "VALUE";\n'),
            ("a.ts", "headers: { Authorization: `Bearer VALUE` }\n"),
            ("a.js", "axios.defaults.headers['Authorization'] = 'VALUE'\n"),
            ("a.kt", 'val apiToken = "VALUE"\n'),
            ("a.swift", 'let accessToken = "VALUE"\n'),
            ("a.ps1", '$token = "VALUE"\n'),
            ("a.ps1", '$env:API_TOKEN = "VALUE"\n'),
            ("a.bat", "set API_KEY=VALUE\n"),
            ("a.bat", "setx API_KEY VALUE\n"),
            ("a.xml", "<apiKey>VALUE</apiKey>\n"),
            ("a.config", '<add key="ApiKey" value="VALUE" />\n'),
            ("a.tf", 'access_key = "VALUE"\n'),
            ("a.gradle", "signing.password=VALUE\n"),
            (".npmrc", "//registry.lab.org/:_authToken=VALUE\n"),
            ("a.http", "X-Auth-Token: VALUE\n"),
            ("a.log", "[DEBUG] using key=VALUE\n"),
            ("a.log", "acme token: VALUE\n"),
            ("a.txt", "acme api key = VALUE\n"),
            ("a.txt", "acme secret 'VALUE'\n"),
            ("a.txt", "https://api.lab.org/v1/x?api_key=VALUE&n=1\n"),
            ("a.sh", 'curl "https://api.lab.org/x?access_token=VALUE"\n'),
            ("a.sh", "curl -H 'X-API-Key: VALUE' https://api.lab.org\n"),
            ("a.scala", 'val secretKey = "VALUE"\n'),
            ("a.pl", "my $api_key = 'VALUE';\n"),
            ("a.java", '.header("Authorization", "Bearer VALUE")\n'),
            ("k8s.yaml", "- name: API_TOKEN\n  value: VALUE\n"),
            ("a.lua", 'local api_key = "VALUE"\n'),
            ("a.yml", "secret-key-base: VALUE\n"),
            ("a.md", "Set `API_KEY=VALUE` first.\n"),
            ("a.csv", "name,api_key\nx,y\napi_key,VALUE\n"),
        ),
    ),  # fmt: skip
    "pairs": Kind(
        safe_password,
        (),
        (
            ("a.sh", "curl -u ana:VALUE https://lab.org/x\n"),
            ("a.sh", "mysql -u root --password=VALUE sales\n"),
            ("a.sh", "sshpass -p 'VALUE' ssh ana@lab.org\n"),
            ("a.ps1", 'ConvertTo-SecureString "VALUE" -AsPlainText -Force\n'),
            ("a.bat", "net use \\\\nas\\data /user:ana VALUE\n"),
            ("a.java", 'DriverManager.getConnection("jdbc:mysql://db1/x?user=ana&password=VALUE");\n'),
            ("a.cs", '"Data Source=db1;User ID=ana;Password=VALUE"\n'),
            ("a.yml", "url: amqp://ana:VALUE@mq.lab.org:5672\n"),
            ("a.py", 'URL = "ftp://ana:VALUE@ftp.lab.org/x"\n'),
            ("a.xml", "<password>VALUE</password>\n"),
            ("a.sh", "docker login -u ana -p VALUE registry.lab.org\n"),
            ("a.sql", "ALTER USER ana IDENTIFIED BY 'VALUE';\n"),
            ("a.rb", ":password => 'VALUE'\n"),
            ("a.php", "$db['password'] = 'VALUE';\n"),
            ("a.go", 'Password: "VALUE",\n'),
            ("a.txt", "user: ana\npassword: VALUE\n"),
            ("a.md", "login ana / password VALUE\n"),
            ("a.java", 'props.setProperty("password", "VALUE");\n'),
            ("a.properties", "spring.datasource.password=VALUE\n"),
            ("a.js", "auth: { user: 'ana', pass: 'VALUE' }\n"),
        ),
    ),  # fmt: skip
}

# What is no secret: text, a place for it. Drawn where a value is needed.
NEGATIVES: tuple[tuple[str, str], ...] = (
    *((path, f"{name}{op}{quote}{value}{quote}\n") for path, name, op, quote in (("a.py", "password", " = ", '"'), (".env", "API_KEY", "=", ""), ("a.yaml", "token", ": ", '"'))
      for value in ("changeme", "your-api-key", "<your-token>", "${API_KEY}", "xxxxxxxxxxxxxxxx", "password", "example-key-123456", "secret", "TODO", "********", "{{ vault_token }}", "test1234", "my_secret_password", "INSERT_YOUR_KEY_HERE", "AKIA" + "IOSFODNN7" + "EXAMPLE", "1234567890abcdef", "None", "abcdefghijklmnop", "%(password)s", "$API_KEY")),
    ("a.py", 'api_key = os.environ["API_KEY"]\n'), ("a.py", 'token = os.getenv("HF_TOKEN")\n'), ("a.py", "password = getpass.getpass()\n"), ("a.py", 'token = config["token"]\n'),
    ("a.py", 'pad_token = "<pad>"\n'), ("a.py", 'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")\n'), ("a.py", 'key = "learning_rate_scheduler_2"\n'), ("a.py", 'secret_name = "prod/db/password-v2"\n'),
    ("a.py", 'sha256 = "<hex64>"\n'), ("a.py", 'md5 = "<hex32>"\n'), ("a.yaml", "checksum: <hex64>\n"), ("a.json", '{"run_id": "<hex32>", "id": "<uuid>"}\n'), ("a.json", '{"cell_id": "<uuid>", "key": "<hex32>"}\n'),
    ("poetry.lock", '{file = "x.whl", hash = "sha256:<hex64>"}\n'), ("a.py", 'request_token_id = "<uuid>"\n'), ("a.py", 'password_hash = "$2b$12$KIXQ3l8rJt1xFq6uVd9wAeYyN0cTzB5mPgHsW7aLkRjEoUiDvXnMq"\n'),
    ("a.py", 'password = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaOm"\n'), ("a.py", 'url = "postgresql://user:password@localhost/db"\n'), ("a.py", 'url = f"postgresql://{user}:{password}@{host}/db"\n'),
    ("a.md", "git clone https://user:pass@example.com/repo.git\n"), ("a.py", 'primary_key = "customer_id_2024"\n'), ("a.py", 'commit = "<hex40>"\n'), ("a.md", "![image](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA<b62-25>)\n"),
    ("a.py", 'token_url = "https://auth.lab.org/oauth2/token"\n'), ("a.json", '{"public_key": "<token>"}\n'), ("a.py", 'cache_key = "<hex32>"\n'), ("a.py", "for key, token in zip(keys, tokens): pass\n"), ("a.py", 'key = "models/<uuid>.pkl"\n'), ("a.py", 'pubkey = "<token>"\n'), ("a.py", "x = ['PaymentToken', 'PushCredentials', 'push2Payload']\n"),
    ("a.h", "::arrow::util::SecureString kek_bytes2, int x\n"), ("a.md", "<Token id=<uuid>>\n"), ("a.json", '"test_password": 0.00495260000025155,\n'), ("a.py", 'parser.add_argument("--password", default="")\n'), ("a.yaml", "secretKeyRef:\n  name: db-secret\n  key: password\n"),
)  # fmt: skip


def notebook(source: str, output: str | None = None) -> str:
    cell = {
        "cell_type": "code",
        "id": "a1b2c3d4",
        "metadata": {},
        "execution_count": 1,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }
    if output is not None:
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": output.splitlines(keepends=True)}
        ]
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def documents(kind: Kind, rng: random.Random, repeat: int) -> Iterator[tuple[str, str, str, str]]:
    """(form, path, text, value) for every name and form of a kind."""
    common = [(form, path, text) for form, (path, text) in FORMS.items()] if kind.names else []
    for _ in range(repeat):
        for form, path, text in [*common, *(("own", path, text) for path, text in kind.own)]:
            name = rng.choice(kind.names or ("",))
            value = kind.draw(rng)
            if form in (
                "env",
                "shell",
                "shell-flag",
                "compose",
                "docker",
                "nb-env",
                "nb-env-space",
                "nb-export",
                "nb-bash",
                "nb-inline",
                "docker-run",
                "markdown",
                "workflow",
                "html",
                "properties",
                "notes",
            ) and re.search(r"[#;,~&*?^]", value):
                value = re.sub(r"[#;,~&*?^]", "_", value)
            own = name.rpartition(".")[2] if not form.startswith("py-attr") else name
            filled = (
                text.replace("flag-name", own.lower().replace("_", "-"))
                .replace("NAME", own)
                .replace("name", own.lower())
                .replace("VALUE", value)
            )
            if form == "own":
                filled = text.replace("VALUE", value)
            if path == "out.ipynb":
                yield form, "notebooks/out.ipynb", notebook("print(conf)", filled), value
            elif path == "nb.ipynb":
                yield form, "notebooks/nb.ipynb", notebook(filled), value
            else:
                yield form, path, filled, value


def findings(detector: secrets.Detector, path: str, text: str) -> list[str]:
    """The texts that are flagged in a document."""
    file = File(path, Origin.WORKTREE, State.WORK_TREE, len(text), text=text)
    context = SimpleNamespace(find_secrets=detector.find)
    return [text[f.span.start : f.span.end] if f.span else "" for f in check(file, context)]  # type: ignore[arg-type]


def recall(
    detector: secrets.Detector, kinds: dict[str, Kind], title: str, options: argparse.Namespace
) -> None:
    rng = random.Random(options.seed)
    by_form: dict[str, list[bool]] = defaultdict(list)
    total: list[bool] = []
    print(f"\n{title}: found / samples")
    for name, kind in kinds.items():
        results = []
        for form, path, text, value in documents(kind, rng, options.repeat):
            shown = value if path.endswith(".ipynb") is False else json.dumps(value)[1:-1]
            hit = any(
                found and (found in shown or shown in found or shown[:30] in found)
                for found in findings(detector, path, text)
            )
            results.append(hit)
            by_form[form].append(hit)
            if options.misses and not hit:
                print(
                    f"    missed {name} {form} {path}: {text[:300]!r}"
                    if not path.endswith("ipynb")
                    else f"    missed {name} {form} {path}: {value!r}"
                )
        total += results
        print(f"  {name:22} {sum(results):4} / {len(results)}")
    print("  by form: " + ", ".join(f"{form} {sum(hits)}/{len(hits)}" for form, hits in by_form.items()))
    print(f"  ALL {sum(total)} / {len(total)} = {100 * sum(total) / len(total):.1f} %")


def negatives(detector: secrets.Detector, options: argparse.Namespace) -> None:
    rng = random.Random(options.seed)
    flagged = 0
    for path, text in NEGATIVES:
        filled = re.sub(r"<([\w-]+)>", lambda m: SAMPLES[m[1]](rng) if m[1] in SAMPLES else m[0], text)
        if found := findings(detector, path, filled):
            flagged += 1
            print(f"    flagged {path}: {filled.strip()[:120]} {found}")
    print(f"\nnegatives flagged: {flagged} / {len(NEGATIVES)}")


def clean(detector: secrets.Detector, folder: Path) -> None:
    """Every finding in a folder of files that hold no secret. The values are shown: they are public."""
    files = size = count = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.stat().st_size > 3_000_000:
            continue
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            continue
        files, size = files + 1, size + len(text)
        for value in findings(detector, path.relative_to(folder).as_posix(), text):
            count += 1
            print(f"  {path.relative_to(folder)}: {value[:60]!r}")
    print(
        f"{count} findings in {files} files ({size / 1e6:.1f} MB): {1000 * count / max(files, 1):.2f} per 1,000 files"
    )


def speed() -> None:
    """Our own rules beside the engine alone, interleaved, on the standard library's sources."""
    from kingfisher_sdk import Rules, Scanner

    whole = secrets.load()
    scanner = Scanner(Rules(cache_dir=secrets.default_cache_dir()), base64=False)
    paths = sorted(Path(random.__file__).parent.glob("*.py"))
    texts = [path.read_text(errors="replace") for path in paths]
    megabytes = sum(map(len, texts)) / 1e6
    best = {"engine": 1e9, "whole": 1e9}
    for _ in range(5):
        for name, search in (("engine", scanner.scan), ("whole", lambda text: whole.find(text, "src/a.py"))):
            start = time.perf_counter()
            for text in texts:
                search(text)
            best[name] = min(best[name], time.perf_counter() - start)
    print(f"\nspeed on {megabytes:.1f} MB of source: engine {megabytes / best['engine']:.0f} MB/s, with our rules {megabytes / best['whole']:.0f} MB/s "
          f"({100 * (best['whole'] / best['engine'] - 1):.0f} % more time)")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clean", type=Path)
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    detector = secrets.own_rules_only() if options.own else secrets.load()
    if options.clean:
        clean(detector, options.clean)
        return
    recall(detector, DATA_SCIENCE, "data science", options)
    recall(detector, NEUTRAL, "neutral", options)
    negatives(detector, options)
    speed()


if __name__ == "__main__":
    main()
