"""What a name says about the value it is given: ``openai_api_key`` holds a secret, ``key_length`` does not.

A name is split into words; the last one says what it is, and the one before it what it is for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

# A name that ends in one of these is about a secret; it does not hold one: "token_count", "password_field".
_ABOUT = frozenset(
    """
    id ids name names url uri path paths file files filename dir folder type types kind length len size count num number
    hash hashes hashed digest checksum sha sha1 sha256 md5 salt regex re pattern field fields label labels column col
    index idx prefix suffix header headers format policy expires expiry expiration expire ttl timeout lifetime age date
    time timestamp at in on endpoint host server provider method mode class cls func function callback handler error
    errors exception message msg text title description desc help hint prompt placeholder input output required
    enabled disabled valid invalid validator version status state scope scopes usage use used list map dict set store
    manager service factory generator parser reader writer ref refs reference env var variable vars alias position pos
    start end limit limits rate budget mask embedding embeddings logits loss max min weight
    """.split()
)
# Words before "key" or "token" that make it something else: "primary_key", "pad_token".
_OTHER = frozenset(
    """
    experiment run cell trial primary foreign sort partition cache hash group row column dict map lookup i18n translation locale widget
    session_state state random prng rng seed index idx sorting shard routing idempotency pad padding eos bos unk cls sep
    mask special stop start end begin image audio vision video system assistant csrf syntax lex lexer csrftoken
    keyboard shortcut hot next page continuation pagination cursor sync query react object s3 file storage_path answer
    restore dataset commit job model build artifact checkpoint snapshot digest bucket record entity node
    sheet sheets spreadsheet document worksheet metric data config param params parameter attribute attr prop property setting settings
    """.split()
)
# What a password is called, in one word.
_PASSWORD = re.compile(
    r"(?:\Abindpw|psk|password|passwd|passphrase|passcode|passwort|kennwort|motdepasse|contrasena|senha|pwd|pswd|psw"
    r"|(?:db|user|store|key|sql|pg|admin|root|mail|smtp|ftp|login|app|ldap|master|database|postgres)pass)\d{0,2}\Z"
)
# What a password is for, where that stands behind it: "PASSWORD_PROD", "password_of_zoe".
_WHERE = frozenset(
    """
    prod production dev devel development staging stage qa live db database sql mysql postgres postgresql pg mongo redis
    oracle admin root ftp sftp smtp imap mail ldap vpn ssh wifi local remote main master backup aws azure gcp
    """.split()
)
# Keys that are secrets: in one word, as in "apikey", and by the word before "key".
_KEY_IN_ONE_WORD = re.compile(
    r"(?:api|access|secret|private|auth|account|storage|subscription|license|encryption|master|signing|client|service|app|consumer|shared)keys?\d{0,2}\Z"
)
_KEY_OF = frozenset(
    """
    api access secret private auth account storage subscription license licence encryption master signing sign service
    app application fernet shared client consumer admin write ingest deploy sas crypto cipher aes hmac jwt webhook
    wandb comet kaggle openai azure weather neptune kernel rapidapi user django flask signature developer dev
    airtable algolia alphavantage anthropic assemblyai binance census claude cohere coinbase cosmos datadog deepl eia
    etherscan finnhub fixer foursquare fred gemini geocoding github gitlab gmaps google groq huggingface hf infura jina
    langchain langsmith mailgun mapbox maps mapquest mistral nasa nasdaq newsapi noaa nrel omdb opencage openweather
    openweathermap owm pinecone polygon qdrant quandl reddit replicate roboflow sendgrid sentry serpapi slack speech
    spotify stripe tavily telegram tiingo tmdb tomtom translator twilio twitter vision voyage weatherapi weaviate yelp
    youtube
    """.split()
)
# What a last word says for sure, by kind.
_SURE = (
    ("api-key", re.compile(rf"{_KEY_IN_ONE_WORD.pattern}|^api(?:key|token)\Z")),
    ("secret", re.compile(r"secret\Z|^(?:secrets|credentials?|creds?)\Z")),
    ("token", re.compile(r"^token\Z|..token\Z")),
)
# What says nothing of a secret, or that it is none.
_FORM = frozenset("value val str string plain b64 base64 base".split())
_PUBLIC = frozenset("public pub pubkey pubkeys publishable".split())
_NO_KEYS = frozenset("monkey turkey hotkey whiskey hockey jockey".split())


@dataclass(frozen=True)
class Meaning:
    """What a name promises. ``kind`` is ``password``, ``secret``, ``token``, ``api-key`` or ``key`` (the least sure)."""

    kind: str
    sure: bool


@lru_cache(maxsize=4096)
def meaning_of(name: str) -> Meaning | None:
    """What the value of a variable, key, option or field with this name is, or None if it isn't a secret."""
    name = name.replace("ñ", "n").replace("Ñ", "N")
    own = name.rpartition(".")[2]
    words = [word.lower() for word in _WORD.findall(name)]
    while words and (words[-1].isdigit() or words[-1] in _FORM):
        words.pop()
    # "token_count", "public_key"
    if not words or words[-1] in _ABOUT or not _PUBLIC.isdisjoint(words) or len(name) > 80:
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    joined = before + last
    if _is_password(words):
        return Meaning("password", sure=last != "pw")
    if (before in _OTHER and before in own.lower()) or joined in ("keyword", "keywords"):
        return None
    if last in ("key", "keys") and before == "secret":
        return Meaning("secret", sure=True)
    for kind, pattern in _SURE:
        if pattern.search(last):
            return Meaning(kind, sure=True)
    if last in ("key", "keys"):
        return Meaning("api-key", sure=True) if before in _KEY_OF else Meaning("key", sure=bool(before))
    if last in ("auth", "authorization", "bearer", "authtoken"):
        return Meaning("token", sure=False)
    is_key = last.endswith("key") and len(last) <= 12 and last not in _NO_KEYS
    return Meaning("key", sure=False) if is_key else None


def _is_password(words: list[str]) -> bool:
    """Whether a name ends in what a password is called, or says behind it where it is good or whose it is."""
    if _PASSWORD.search(words[-1]) or words[-1] in ("pass", "pw") or words[-3:] == ["mot", "de", "passe"]:
        return True
    if "".join(words[-2:]) in ("passphrase", "password", "passwd"):
        return True
    rest = words[next((n for n, word in enumerate(words, 1) if _PASSWORD.match(word)), len(words)) :]
    return bool(rest) and (rest[0] in ("of", "for", "de") if len(rest) > 1 else rest[0] in _WHERE)
