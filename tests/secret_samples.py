"""Made-up secrets, built at the moment they are needed: nothing in the repository looks like a live credential."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable

_LETTERS = string.ascii_letters
_ALNUM = string.ascii_letters + string.digits
_SHARED = random.Random(20251)


def drawn(alphabet: str, length: int, rng: random.Random = _SHARED) -> str:
    """Random characters; of letters and digits there are at least two digits and one letter."""
    mixed = "0" in alphabet and "a" in alphabet
    while True:
        value = "".join(rng.choice(alphabet) for _ in range(length))
        if not mixed or (sum(map(str.isdigit, value)) >= 2 and not value.isdigit()):
            return value


def hexadecimal(length: int) -> Callable[..., str]:
    return lambda rng=_SHARED: drawn("0123456789abcdef", length, rng)


def alphanumeric(length: int, prefix: str = "") -> Callable[..., str]:
    return lambda rng=_SHARED: prefix + drawn(_ALNUM, length, rng)


def password(rng: random.Random = _SHARED) -> str:
    """Twelve characters as a password manager would choose them, safe within quotes, URLs and settings."""
    parts = (
        drawn(string.ascii_lowercase, 4, rng),
        drawn(string.ascii_uppercase, 3, rng),
        drawn("23456789", 3, rng),
    )
    mixed = list("".join(parts) + rng.choice("!*_-+") + rng.choice("!*+"))
    rng.shuffle(mixed)
    return rng.choice(_LETTERS) + "".join(mixed)


def sas_signature(rng: random.Random = _SHARED) -> str:
    return (
        base64.b64encode(rng.randbytes(32))
        .decode()
        .replace("+", "%2B")
        .replace("/", "%2F")
        .replace("=", "%3D")
    )


def private_key(rng: random.Random = _SHARED) -> str:
    kind = "PRIVATE" + " KEY-----"
    body = base64.b64encode(rng.randbytes(600)).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN RSA {kind}\n{lines}\n-----END RSA {kind}"


def uuid(rng: random.Random = _SHARED) -> str:
    digits = drawn("0123456789abcdef", 32, rng)
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))


SAMPLES: dict[str, Callable[..., str]] = {
    "huggingface-token": lambda rng=_SHARED: "hf_" + drawn(_LETTERS, 34, rng),
    "github-token": alphanumeric(36, "ghp_"),
    "aws-key-id": lambda rng=_SHARED: "AKIA" + drawn(string.ascii_uppercase + "234567", 16, rng),
    "private-key": private_key,
    "password": password,
    "api-key": alphanumeric(32),
    "token": alphanumeric(40),
    "b62-20": alphanumeric(20),
    "b62-25": alphanumeric(25),
    "hex16": hexadecimal(16),
    "hex32": hexadecimal(32),
    "hex33": hexadecimal(33),
    "hex40": hexadecimal(40),
    "hex48": hexadecimal(48),
    "hex64": hexadecimal(64),
    "uuid": uuid,
    "sas": sas_signature,
    "django": lambda rng=_SHARED: drawn("abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)", 50, rng),
    "b64-88": lambda rng=_SHARED: base64.b64encode(rng.randbytes(64)).decode(),
    "fernet": lambda rng=_SHARED: base64.urlsafe_b64encode(rng.randbytes(32)).decode(),
}
"""What a placeholder such as ``<password>`` in an example stands for."""
