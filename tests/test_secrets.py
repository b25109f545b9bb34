"""Secret detection: the samples that stand beside the patterns, what is no secret, and properties of every match."""

from __future__ import annotations

import os
import random
import re
import string
from functools import cache, partial
from pathlib import Path
from time import time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quick_secrets
from ccds_ls import secret_engine
from ccds_ls.finding import Span
from ccds_ls.secrets import Detector, fingerprint, load, own_rules_only, redact, while_the_engine_loads
from ccds_ls.secrets.patterns import candidate, placeholders
from ccds_ls.secrets.patterns.structured import PATTERNS
from secret_samples import SAMPLES, drawn


@cache
def engine() -> Detector:
    return load()


def filled(sample: str) -> str:
    return re.sub(
        r"<([a-z0-9-]+)>", lambda match: SAMPLES[match[1]]() if match[1] in SAMPLES else match[0], sample
    )


FINDS = [(pattern.kind, sample) for pattern in PATTERNS for sample in pattern.finds]
PASSES = [(pattern.kind, sample) for pattern in PATTERNS for sample in pattern.passes]


@pytest.mark.parametrize(("kind", "sample"), FINDS)
def test_a_pattern_finds_its_samples(kind: str, sample: str) -> None:
    assert kind in {secret.kind for secret in own_rules_only().find(filled(sample), "src/a.py")}


PREFILTERED = [
    (pattern.prefilter, sample) for pattern in PATTERNS if pattern.prefilter for sample in pattern.finds
]


@pytest.mark.parametrize(("prefilter", "sample"), PREFILTERED)
def test_a_patterns_prefilter_hits_its_samples(prefilter: tuple[str, ...], sample: str) -> None:
    assert any(re.search(cheap, filled(sample).lower()) for cheap in prefilter)


@pytest.mark.parametrize(("kind", "sample"), PASSES)
def test_a_pattern_lets_pass_what_is_none(kind: str, sample: str) -> None:
    assert kind not in {secret.kind for secret in own_rules_only().find(filled(sample), "src/a.py")}


IDIOMS = [
    ("os.environ['WANDB_API_KEY'] = '<hex40>'", "src/a.py"),
    ('os.environ["OPENAI_API_KEY"]="<api-key>"', "src/a.py"),
    ("%env API_KEY=<api-key>", "a.ipynb/cell.py"),
    ("!export API_KEY=<api-key>", "a.ipynb/cell.py"),
    ("export DB_PASSWORD=<password>", "run.sh"),
    ('conn = psycopg2.connect(host="db1", user="ana", password="<password>")', "src/a.py"),
    ('{"username": "ana", "key": "<hex32>"}', "kaggle.json"),
    ("    password: <password>", "conf/local.yml"),
    ("SECRET_KEY = '<token>'", "settings.py"),
    ("mysql+pymysql://ana:<password>@db1.lab.org/x", "src/a.py"),
    ("machine lab.org login ana password <password>", ".netrc"),
    ("c.NotebookApp.token = '<hex48>'", "jupyter_notebook_config.py"),
    ('headers = {"Authorization": "Bearer <token>"}', "src/a.py"),
    ('login("<huggingface-token>")', "src/a.py"),
    ("<private-key>", "deploy.pem"),
    ("db1.lab.org:5432:sales:ana:<password>", ".pgpass"),
    ('parser.add_argument("--password", default="<password>")', "src/a.py"),
    ('token = os.getenv("TOKEN") or "<token>"', "src/a.py"),
    ('password = """<password>"""', "src/a.py"),
    ('api_key = SecretStr("<api-key>")', "src/a.py"),
    ("mysqlpass = '<password>'", "src/a.py"),
    ("pw: <password>", "conf/local.yml"),
    ("db_password <- '<password>'", "analysis.R"),
    ('cohere_key = "<hex40>"', "src/a.py"),
    ('TIDEWATCH_KEY = "<hex32>"', "src/a.py"),
    ('gmaps = googlemaps.Client(key="<hex32>")', "src/a.py"),
    ("<name>fs.s3a.secret.key</name>\n<value><token></value>", "core-site.xml"),
    ('variable "db_password" {\n  default = "<password>"\n}', "main.tf"),
    ("    'PWD=<password>;'", "src/a.py"),
    ("ENV ROOT_PW <password>", "Dockerfile"),
    ('f = Fernet(b"<fernet>")', "src/a.py"),
    ('SECRET_KEY = "django-insecure-<django>"', "settings.py"),
    ('client_secret = "myFo<token>"', "src/a.py"),
    ("Start with `API_KEY=<token>`.", "README.md"),
    ('password = "S3kr3t' + 'Qx97"', "src/a.py"),
    ('password = "Qx97' + 'S3kr3t"', "src/a.py"),
    ('password = "passw0rd' + 'Q97"', "src/a.py"),
    ('password = "S3kr3t' + 'Passw0rd!"', "src/a.py"),
    ("postgresql://zoe:S3kr3t" + "Passw0rd!@db.lab.org/verkauf", "src/a.py"),
    ("PASSWORD_PROD = '<password>'", "src/a.py"),
    ("PASSWORD_DB=<password>", ".env"),
    ("password_of_zoe: <password>", "conf/local.yml"),
    ("mot_de_passe = '<password>'", "src/a.py"),
    ("contrasena = '<password>'", "src/a.py"),
    ("contraseña = '<password>'", "src/a.py"),
    ("senha = '<password>'", "src/a.py"),
    ('api_key: str = Field(default="<api-key>", description="x")', "src/a.py"),
    ('let service_key: &str = "<token>";', "a.rs"),
    ("wandb.login('<hex40>')", "src/a.py"),
    ("comet_ml.login('<b62-25>')", "src/a.py"),
    ("requests.get('https://lab.org/runs?sharing=1&token=<token>')", "src/a.py"),
    ("ALTER ROLE etl LOGIN PASSWORD 'qWxkRjvPbTzn';", "init.sql"),
    ('url = f"postgresql://etl:<password>@{host}:{port}/x"', "src/a.py"),
    ("DATABASE_URL=postgresql://etl:River39" + "92!@localhost/x", ".env"),
    ("postgresql://etl:<password>@host.lab.org/x", "src/a.py"),
    ("auth_token: '<uuid>'", "conf/local.yml"),
    ("bindpw <password>", "ldap.conf"),
    ('psk="<password>"', "wpa.conf"),
    ("self.password = 'tiger-river-copper-" + "55'", "src/a.py"),
    ("f(<huggingface-token>)", "notes.txt"),
    ("DAGSTER_CLOUD_API_TOKEN=agent:prod:<hex32>", ".env"),
    ('DAGSTER_CLOUD_API_TOKEN = "user:<hex32>"', "src/a.py"),
    ("c.ServerApp.token = '<password>'", "jupyter_server_config.py"),
    ("JUPYTER_TOKEN: '<password>'", "compose.yaml"),
    ("ts = TimeSeries(key='QX7RZ" + "2K9WTB4MV81', output_format='pandas')", "src/a.py"),
    ('{\n  "username": "ana",\n  "key": "<hex32>"\n}', "creds.json"),
    ('#define API_KEY "<token>"', "src/config.h"),
    ('std::string db_password("<password>");', "src/a.cpp"),
    ('client.setApiKey("<token>");', "src/A.java"),
    ('    .password("<password>")', "src/a.kt"),
    ('const key = process.env["API_KEY"] ?? "<token>";', "src/a.ts"),
    ('ENV["DB_PASSWORD"] ||= "<password>"', "config/a.rb"),
    ('Client { api_key: String::from("<token>") }', "src/a.rs"),
    ('@Value("${app.db-password:<password>}")', "src/A.java"),
    ('buildConfigField("String", "API_KEY", "\\"<token>\\"")', "build.gradle.kts"),
    ('buildConfigField "String", "API_KEY", \'"<token>"\'', "build.gradle"),
    ("<key>ApiKey</key>\n<string><token></string>", "Info.plist"),
    ("<tr><th>account_key</th><td><token></td>", "a.ipynb/output.txt"),
    ('variable "db_password" {\n  type    = string\n  default = "<password>"\n}', "main.tf"),
    ('token = os.getenv("TOKEN") or getpass("token: ") or "<token>"', "src/a.py"),
    ("The api_key is `<token>`, ask Ana.", "notes.md"),
    ("your new password is: <password>", "mail.txt"),
    ("requests.get('https://api.telegram.org/bot7012345678:AA<hex33>/getMe')", "src/a.py"),
    ("keytool -list -storepass <password>", "run.sh"),
    ("API_KEY ?= <token>", "Makefile"),
    ("**API_KEY**: `<token>`", "a.ipynb/cell.md"),
    ('Optional.ofNullable(System.getenv("API_KEY")).orElse("<token>");', "src/A.java"),
    ('key = get(ENV, "API_KEY", "<token>")', "src/a.jl"),
    ("String.fromEnvironment('API_KEY', defaultValue: '<token>');", "lib/a.dart"),
    ("config.set('api', 'api_key', '<token>')", "src/a.py"),
    ("setattr(client, 'api_key', '<token>')", "src/a.py"),
    ('Map.of("host", "db1", "apiKey", "<token>")', "src/A.java"),
    ('mapOf("api_key" to "<token>")', "src/a.kt"),
    ('    .dbPassword("<password>")', "src/A.java"),
    ('char api_key[] = "<token>";', "src/a.c"),
    ('public string ApiKey { get; set; } = "<token>";', "src/A.cs"),
    ('Dim apiKey As String = "<token>"', "src/a.vb"),
    ("$key = getenv('API_KEY') ?: '<token>';", "src/a.php"),
    ('let k = env::var("API_KEY").unwrap_or("<token>".into());', "src/a.rs"),
    ('static API_KEY: &\'static str = "<token>";', "src/a.rs"),
    ("<api_key><![CDATA[<token>]]></api_key>", "conf.xml"),
    ('api_key: str = field(default="<token>", repr=False)', "src/a.py"),
    ('Secret(value="<token>").save("lab")', "src/a.py"),
    ("| api_key | <token> |", "notes.md"),
    ("Auth.from_key('PLAK<hex32>')", "src/a.py"),
    ("{'mapbox': 'sk.eyJ<b62-25><b62-25>.<b62-25>'}", "src/a.py"),
    ('token = "access_token$production$<hex16>$<hex32>"', "src/a.py"),
    ("CREATE LOGIN etl WITH PASSWORD = N'<password>';", "init.sql"),
    ("'HostName=hub.lab.org;DeviceId=d1;SharedAccessKey=<token>='", "src/a.py"),
]


@pytest.mark.parametrize("name", (*candidate.PASSWORD_NAMES, *candidate.KEY_NAMES))
def test_a_names_pattern_takes_its_example_and_leaves_out_what_begins_alike(name: candidate.Name) -> None:
    assert re.fullmatch(name.pattern, name.example)
    assert not re.fullmatch(name.pattern, name.other)


@pytest.mark.parametrize(
    ("pattern", "example"), [(pattern, one) for pattern, examples in candidate.RARE_LINKS for one in examples]
)
def test_a_rare_links_pattern_hits_its_examples(pattern: str, example: str) -> None:
    assert re.search(pattern, example.lower())


STANDS_FOR_ANOTHER = {
    (table, *row): judge
    for table, judge in {
        "STAND_INS": placeholders.is_placeholder,
        "REFERENCES": placeholders.is_placeholder,
        "HASHES": placeholders.is_placeholder,
        "PLACES": placeholders.is_place,
    }.items()
    for row in getattr(placeholders, table)
}


@pytest.mark.parametrize(("table", "pattern", "example"), STANDS_FOR_ANOTHER)
def test_an_example_of_what_stands_for_a_secret_is_known(table: str, pattern: str, example: str) -> None:
    assert re.search(pattern, example, re.IGNORECASE)
    assert STANDS_FOR_ANOTHER[table, pattern, example](example)


NO_PLACES = [
    "def get(self, key, default=None):",
    "self.assertEqual(word.token_type, 'quoted-string')",
    "max_tokens = 5000",
    "token, value = get_token(value)",
    "key = 'experiment_id'",
    "rule_key_inverse = r**-1",
    "{'key1': 42, 'key2': 43}",
    "@unittest.skipUnless(hasattr(pwd, 'getpwuid'), 'needs it')",
    "we must pass 2-d input",
    "client = boto3.client('ecr')",
    "main = msg.get_content_maintype_of_parts()",  # no token that begins with SG.
]


@pytest.mark.parametrize("line", NO_PLACES)
def test_ordinary_code_is_no_place_to_look_closely_at(line: str) -> None:
    """Each place costs as much as searching thousands of characters."""
    assert engine().scan(f"import os\n{line}\nx = 1\n".encode(), "src/a.py") == []
    assert own_rules_only().scan(line.encode(), "src/a.py") == []


@pytest.mark.parametrize(("sample", "path"), IDIOMS)
def test_what_data_scientists_leak_is_found(sample: str, path: str) -> None:
    text = f"import os\n{filled(sample)}\nx = 1\n"
    found = engine().find(text, path)
    assert len(found) == 1 and found[0].span.start >= text.index("\n")


NOT_SECRET = [
    'token = os.environ["HF_TOKEN"]',
    'password = getpass("Password: ")',
    'api_key = "your-api-key"',
    'api_key = "<your-token>"',
    "API_KEY=${API_KEY}",
    'pad_token = "<pad>"',
    'eos_token = "</s>"',
    'password = "changeme"',
    'password = "password"',
    'secret = "xxxxxxxxxxxxxxxxxxxx"',
    'key = "customer_id"',
    'primary_key = "order_line_number"',
    'token_type = "bearer"',
    "sha256 = '<hex64>'",
    'dataset_key = "<hex32>"',
    "restore-key: <hex40>",
    "s3://tables/key-<hex32>/part.parquet",
    "cached in key-<hex32>.parquet",
    "id = '<uuid>'",
    'password_hash = "$2b$12$' + "a" * 53 + '"',
    "aws_access_key_id = " + "AKIA" + "IOSFODNN7" + "EXAMPLE",
    "postgresql://user:password@localhost/db",
    'key = "models/<uuid>.pkl"',
    "<Token id=<uuid>>",
    'pubkey256 = "<token>"',
    'public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE<token>"',
    '"test_ask_password": 0.00495260000025155,',
    "password: 'contraseña',",
    "password: 'Lösenord',",
    "names = ['PaymentToken', 'PushCredentials', 'pushPayload2x']",
    "scripts: {prepack: 'run \"$(pwd)\"', 'build:cli+hook': 'run'}",
    "::arrow::util::SecureString kek_bytes2, std::string kek_id",
    'parser.add_argument("--token", default=None)',
    'token = os.getenv("TOKEN") or "not-set"',
    'password = "my-secret-password"',
    'password = "P@ssw0rd123"',
    'password = "' + "S3cr3t" + '!"',
    'url = "https://example.com/protected?access_token=<token>"',
    'url = "https://api.example.com/x?access_token=<token>"',
    "Next page token: <b62-20>",
    "https://onlinelibrary.wiley.com/doi/10.1002/x?casa_token=<b62-20>:<token>",
    "url = {https://journals.sagepub.com/doi/full/10.1177/0049?casa_token=<b62-20>%3A<token>},",
    "https://link.springer.com/article/10.1007/s1?sharing_token=<token>",
    "https://academic.oup.com/article/1?guestAccessKey=<uuid>",
    "postgresql://scott:tiger@db.lab.org/test",
    "sheet_key = '<token>'",
    "c.ServerApp.password = 'argon2:$argon2id$v=19$m=10240,t=10,p=8$<b62-20>$<token>'",
    "c.NotebookApp.password = 'sha1:1234abcd9876:<hex40>'",
    "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2Ft" + "ZQ==",
    '{\n  "name": "ana",\n  "key": "<hex32>"\n}',
    "token: Optional[str] = None  # see https://lab.org:8888/tokens",
    "class = 'sk-estimator-doc-link sk-toggleable__label-arrow-of-the-page'",
    "token = 'hf_" + "x" * 34 + "'",
    "postgresql://user:Password1@localhost/db",
    '"ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:MyDatabaseSecret-a1b2c3"',
    "spwd: 3.0-3.12",
    '"rule-1password": "^10.2.2",',
    '"win32cred": "types-pywin32",',
    "declare type ClientCredential = OAuth2TokenCredential<OAuth2Flow>",
    'check_password("<password>")',
    'cache.setKey("<hex32>")',
    '#define TOKEN_NAME "<b62-20>"',
    'def f():\n    """Log in.\n\n    >>> f(passwd=\'<password>\')\n    """',
]


@pytest.mark.parametrize("sample", NOT_SECRET)
def test_what_is_no_secret_is_left_alone(sample: str) -> None:
    assert engine().find(f"{filled(sample)}\n", "src/a.py") == ()


PERL = [
    "$self->{+PASS} = $self->{+PASS} ? 1 : 0;",
    "my $pass = $self->is_passing();",
    '$PASSWORD = $CPAN::Config->{password} || "";',
]


@pytest.mark.parametrize("path", ["lib/A.pm", "bin/tool"])
@pytest.mark.parametrize("line", PERL)
def test_an_expression_is_no_value(line: str, path: str) -> None:
    assert engine().find(f"{line}\n", path) == ()


MANY = 30


@pytest.mark.parametrize(
    ("path", "found"), [("src/a.py", MANY), ("conf/a.yml", MANY), (".env", MANY), ("a.csv", 1)]
)
def test_many_passwords_are_never_lost(path: str, found: int) -> None:
    values = [SAMPLES["password"]() for _ in range(MANY)]
    names = (f"password_{number}" for number in range(MANY))
    form = {"src/a.py": "{} = '{}'", ".env": "{}={}"}.get(path, "{}: '{}'")
    text = "\n".join(map(form.format, names, values)) + "\n"
    secrets = own_rules_only().find(text, path)
    assert (len(secrets), sum(secret.values for secret in secrets)) == (found, MANY)
    first = secrets[0].span
    assert text[first.start : first.end] == values[0] and not secrets.untold


def test_what_is_not_searched_or_listed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccds_ls.secrets._MOST", 2)
    monkeypatch.setattr("ccds_ls.secrets._MOST_LINES", 3)
    text = filled("password = '<password>'\n" * 4)
    secrets = own_rules_only().find(text, "src/a.py")
    assert len(secrets) == 2
    assert "1 more" in secrets.untold and "from line 4" in secrets.untold
    assert not own_rules_only().find(text[: len(text) // 2], "src/a.py").untold


def test_our_own_rules_look_at_the_end_of_a_large_text() -> None:
    text = filled("x = 1\n" * 400_000 + "password = '<password>'\n")
    assert len(engine().find(text, "src/a.py")) == 1


def test_an_aws_secret_access_key_is_called_so() -> None:
    (secret,) = engine().find(filled('AWS_SECRET_ACCESS_KEY = "<token>"\n'), "src/a.py")
    assert (secret.kind, secret.title) == ("aws-secret-access-key", "AWS secret access key")


def _told(hits: list[secret_engine.Hit], *_: object) -> list[secret_engine.Hit]:
    return hits


@pytest.mark.parametrize(
    ("name", "kind"), [("OPENAI_API_KEY", "openai"), ("x", "openai"), ("MOONSHOT_API_KEY", "kimi")]
)
def test_whose_key_it_is_does_not_depend_on_the_order_in_which_the_engine_tells_it(
    name: str, kind: str
) -> None:
    first, last = ("".join(random.choices(string.ascii_letters + string.digits, k=20)) for _ in range(2))
    text = f'{name} = "sk-{first}T3Blbk' + f'FJ{last}"\n'
    hits = engine().scan(text.encode(), "a.py")
    for order in (hits, hits[::-1]):
        (found,) = Detector(partial(_told, order)).find(text, "a.py")
        assert found.kind == f"{kind}-api-key"


def test_in_tests_generic_matches_are_silent_and_providers_are_not() -> None:
    text = filled('password = "<password>"\nlogin("<huggingface-token>")\n')
    assert [secret.kind for secret in engine().find(text, "tests/test_hub.py")] == ["huggingface-token"]
    assert len(engine().find(text, "src/hub.py")) == 2


MARKS = ["gitleaks:allow", "pragma: allowlist secret", "kingfisher:ignore", "betterleaks:allow"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("sample", ['login("<huggingface-token>")', 'password = "<password>"'])
def test_other_scanners_marks_are_honoured(mark: str, sample: str) -> None:
    assert engine().find(filled(f"{sample}  # {mark}\n"), "src/a.py") == ()


def test_a_mark_for_the_next_line_is_honoured() -> None:
    marked = "# pragma: allowlist nextline secret\nlogin('<huggingface-token>')\n"
    assert engine().find(filled(marked), "src/a.py") == ()
    assert len(engine().find(filled(f"{marked}login('<huggingface-token>')\n"), "src/a.py")) == 1


PROVIDERS = {
    "huggingface-token": "<huggingface-token>",
    "github-token": "<github-token>",
    "aws-access-key-id": "<aws-key-id>",
}


@pytest.mark.parametrize("chance", ["xXxX", "aSdf", "zxCV"])
def test_what_looks_like_a_placeholder_by_chance_hides_no_token(chance: str) -> None:
    text = f'login("hf_{drawn("bcdghjkqvwBCDGHJKQVW", 30)}{chance}")\n'
    assert [secret.kind for secret in engine().find(text, "src/a.py")] == ["huggingface-token"]


@pytest.mark.parametrize("body", ["ROGUBBBAYN3BO47O", "YTCULUTPVGFPOBPZ"])
def test_a_key_id_of_aws_may_look_like_words(body: str) -> None:
    text = "AK" + "IA" + body + "\n"
    assert [secret.kind for secret in engine().find(text, "notes.txt")] == ["aws-access-key-id"]


@pytest.mark.parametrize("kind", PROVIDERS)
def test_without_the_engine_the_commonest_tokens_are_still_found(kind: str) -> None:
    text = filled(f'print("{PROVIDERS[kind]}")\n')
    assert [secret.kind for secret in own_rules_only().find(text, "src/a.py")] == [kind]


TOKENS = {
    "notion-token": ("secret_", 43),
    "google-oauth-secret": ("GOCSPX-", 28),
    "mailgun-api-key": ("key-", 32),
    "telegram-token": ("7" + "012345678:AA", 33),
    "discord-webhook": ("https://discord.com/api/webhooks/" + "123456789012345678/", 68),
}


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("around", ["{}", "f({})", "x = '{}'", "see {}."])
def test_a_token_is_told_by_its_beginning(kind: str, around: str) -> None:
    beginning, length = TOKENS[kind]
    text = around.format(beginning + drawn("0123456789abcdef", length))
    assert [secret.kind for secret in own_rules_only().find(text, "a.txt")] == [kind]
    assert len(engine().find(text, "a.txt")) == 1
    assert not own_rules_only().find(
        f"x{text}y" if around == "{}" else text.replace(beginning[-3:], ""), "a.txt"
    )


@given(st.text(max_size=200), st.sampled_from(sorted(SAMPLES)), st.text(max_size=60))
def test_spans_are_in_the_text_and_nothing_gives_the_value_away(before: str, name: str, after: str) -> None:
    value = SAMPLES[name]()
    text = f'{before}\napi_key = "{value}"\n{after}'
    for secret in (*own_rules_only().find(text, "a.py"), *engine().find(text, "a.py")):
        found = text[secret.span.start : secret.span.end]
        assert 0 <= secret.span.start < secret.span.end <= len(text) and found
        told = f"{secret.redacted} {secret.fingerprint} {secret.title}"
        assert not any(found[i : i + 8] in told for i in range(len(found) - 7)) or "PRIVATE KEY" in found


@given(st.text(alphabet=st.characters(), max_size=400), st.text(max_size=20))
def test_any_text_is_searched(text: str, path: str) -> None:
    assert all(isinstance(secret.span, Span) for secret in engine().find(text, path))


def test_positions_are_code_points_behind_wide_characters() -> None:
    value = SAMPLES["huggingface-token"]()
    text = f'é✓😀\u2028 "{value}"'
    (secret,) = engine().find(text, "a.py")
    assert text[secret.span.start : secret.span.end] == value


@pytest.mark.parametrize("place", [(1 << 20) - 20, 1 << 20, (1 << 20) + (1 << 14) - 20, 3 << 20])
def test_a_secret_anywhere_in_a_large_text_is_found_once(place: int) -> None:
    value = SAMPLES["huggingface-token"]()
    text = "1,2,3,4\n" * (place // 8) + f'token = "{value}"\n' + "1,2,3,4\n" * 4096
    (secret,) = engine().find(text, "a.csv")
    assert text[secret.span.start : secret.span.end] == value


def test_a_fingerprint_is_stable_and_tells_values_apart() -> None:
    one, other = (drawn(string.ascii_letters, 30, random.Random(seed)) for seed in (1, 2))
    assert fingerprint(one) == fingerprint(one) != fingerprint(other)
    assert one not in redact(one)


def test_a_fingerprint_is_slow_and_the_same_in_every_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Baselines and accepted findings in people's projects hold it."""
    assert quick_secrets.ROUNDS == 20_000
    monkeypatch.setattr("ccds_ls.secrets.secret.ROUNDS", quick_secrets.ROUNDS)
    assert fingerprint("a value of no other test") == "5f42fce76cb7"


SLOW = ["key=", "://a:", "hf_"]
SLOW_TOO = ["password: ", "'token': \"", "a" * 50 + "=", "curl -u a:", "twine -p ", "sk-", "7:AA"]


@pytest.mark.parametrize("piece", [*SLOW, *(pytest.param(one, marks=pytest.mark.long) for one in SLOW_TOO)])
def test_a_line_made_to_be_slow_is_not(piece: str) -> None:
    """Twice the text is about twice the work: counted in the lines that are looked at, not in seconds."""
    text = piece * (200_000 // len(piece))
    assert len(own_rules_only().find(text, "a.py")) <= 200


def test_rules_that_were_compiled_long_ago_are_removed_by_a_new_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kingfisher_sdk.Rules", lambda *_, **__: SimpleNamespace(cache_status="stored"))
    for name, age in {"old.vscdb": 91, "young.vscdb": 89}.items():
        (tmp_path / name).touch()
        made = time() - age * 24 * 3600
        os.utime(tmp_path / name, (made, made))
    secret_engine._rules(tmp_path)
    assert not (tmp_path / "old.vscdb").exists() and (tmp_path / "young.vscdb").exists()


@pytest.mark.parametrize(
    ("header", "row", "found"),
    [
        ("user,token,created", "ana,<token>,2026-01-02", ["token"]),
        ("User name,Password,Access key ID,Secret access key", "ana,,AKIA,<token>", ["api-key"]),
        ('"url","username","password"', '"https://x.org, a","ana","<password>"', ["password"]),
        ("service;apiKey;", "weather;<hex32>;", ["api-key"]),
        ("service\tclient_secret", "weather\t<b62-25>", ["secret"]),
        ("openai_api_key", "<token>", ["openai-api-key"]),
        ("password", "<password>", ["password"]),
        # Identifiers, hashes, addresses, words and numbers are no secrets, whatever the header says.
        ("token,scene", "<hex32>,a", []),
        ("token,name", "0x<hex40>,a", []),
        ("token,label", "walking,VERB", []),
        ("user,password", "ana,<hex32>", []),
        ("user,password", "ana,20260102", []),
        ("user,password", "ana,", []),
        ("customer_key,account_key", "<hex32>,<hex32>", []),
        ("password_hash,public_api_key", "<hex32>,<token>", []),
        ("is_secret,secret", "1,True", []),
        ("a,password", "1,2,<password>", []),
        ("name,api_key", "ana,<uuid>", []),
        ("page,next_page_token,continuation_token", "1,<b62-25>,<b62-25>", []),
    ],
)
@pytest.mark.parametrize("rows", [1, 40])
def test_a_column_of_secrets_is_told_by_its_header(
    header: str, row: str, found: list[str], rows: int
) -> None:
    text = "\n".join([header, *(filled(row) for _ in range(rows)), ""])
    secrets = own_rules_only().find(text, "data/x.tsv")
    assert [(secret.kind, secret.values) for secret in secrets] == [(kind, rows) for kind in found]
    assert not own_rules_only().find(text, "tests/data/x.csv")


@pytest.mark.parametrize(
    "text", ['{"username": "ana", "key": "<hex32>"}', '{\n "username": "ana",\n "key": "<hex32>"\n}']
)
def test_a_kaggle_json_is_called_so(text: str) -> None:
    (secret,) = own_rules_only().find(filled(text), "conf/kaggle.json")
    assert (secret.kind, secret.confidence) == ("kaggle-api-key", "high")


def test_a_random_password_of_letters_alone_needs_no_quotes() -> None:
    letters = "".join(random.choices("bcdfgjkpqvwxzBCDFGJKPQVWXZ", k=20))
    for line, path in ((f"  POSTGRES_PASSWORD: {letters}", "compose.yaml"), (f"DB_PWD={letters}", ".env")):
        assert [secret.kind for secret in own_rules_only().find(line, path)] == ["password"]
    # What a translation has in the place of the word.
    for word in (
        "PasswordFieldWidget",
        "documentation",
        "bladwijzerwerkbalk",
        "predstavljaju",
        "menjalankannya",
    ):
        assert not own_rules_only().find(f"password: {word}\n", "a.yaml")


def test_a_column_in_which_few_values_are_secrets_is_none() -> None:
    rows = [filled("<token>"), "none", "n/a", "later", "yes"]
    assert not own_rules_only().find("\n".join(["api_key", *rows]), "x.csv")
    assert own_rules_only().find("\n".join(["api_key", *[rows[0]] * 3, *rows[:2]]), "x.csv")


def test_a_column_of_which_half_looks_like_secrets_is_none_and_what_is_far_below_is_not_looked_at() -> None:
    rows = [filled("<token>"), "none"]
    assert not own_rules_only().find("\n".join(["api_key", *rows * 9]), "x.csv")
    (secret,) = own_rules_only().find("\n".join(["api_key", *rows[:1] * 2000]), "x.csv")
    assert (secret.values, secret.confidence) == (1000, "medium")


@pytest.mark.parametrize(("number", "told"), [(25, 25), (26, 1)])
def test_many_values_that_are_told_by_their_name_are_one_finding(number: int, told: int) -> None:
    rows = "\n".join(filled('{"token": "<b62-25>"}') for _ in range(number))
    assert [s.values for s in own_rules_only().find(rows, "x.jsonl")] == (
        [1] * told if told > 1 else [number]
    )


def test_a_column_of_few_values_that_come_again_and_again_holds_no_passwords() -> None:
    categories = "\n".join(["county,pwd", *(f"{n},Class-{n % 3}" for n in range(20))])
    assert not own_rules_only().find(categories, "x.csv")


def test_while_the_engine_loads_a_long_text_waits_for_it() -> None:
    line = filled("password = '<password>'\n")
    assert len(while_the_engine_loads().find(line, "a.py")) == 1
    assert not while_the_engine_loads().find(line + "x = 1\n" * 100_000, "a.py")
