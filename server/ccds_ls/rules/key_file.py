"""A private key or a key store is about to enter git.

## What it flags

Files that are a private key by their first bytes, whatever they are called (PEM, OpenSSH, PGP, PuTTY, age), and key
stores by their name or first bytes (PKCS#12, Java, KeePass). In tests and examples, where keys are made up, it
is only a note. Public keys and certificates are fine, and a private key that `secret` finds is not told twice.

## Why it matters

Whoever has the key is taken for you. A password on it delays that, and only if it is a good one.

## Example

```text
# paths
certs/server.p12  # flagged: key-store
passwords.kdbx  # flagged: key-store
tests/fixtures/server.p12  # flagged: key-store
id_ed25519.pub
certs/ca.crt
```

## The fix

Takes the file out of the index again, or stops tracking it, and adds it to `.gitignore`. It stays on disk, though
`~/.ssh` or a secret store is a better place. A key that was pushed must be replaced.

## Options

None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.data_policy import Place, in_state, place_of
from ccds_ls.finding import Finding, Severity, State, plain_fingerprint
from ccds_ls.gitignore import ignoring_fixes, pattern_for
from ccds_ls.rules import Context, Rule
from ccds_ls.snapshot import File

# Comments and attributes ("Bag Attributes" of OpenSSL) may stand before the key, other objects may not.
_PRIVATE_KEY = re.compile(
    rb"(?:(?!-----)[^\n]*\n){0,20}-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    rb"|PuTTY-User-Key-File-\d"
    rb"|(?:#[^\n]*\n)*AGE-SECRET-KEY-1"
)
_STORE_NAME = re.compile(r".+\.(?:p12|pfx|jks|jceks|keystore|bks|kdbx?|ppk)", re.IGNORECASE)
_STORE_HEAD = re.compile(rb"\xfe\xed\xfe\xed|\xce\xce\xce\xce|\x03\xd9\xa2\x9a")


def check(file: File, context: Context) -> Iterator[Finding]:
    """At most one finding, on the whole file; none outside git."""
    kind = _kind(file)
    if kind is None or file.ignored or not context.snapshot.in_git:
        return
    path = context.project.relative(file.path)
    made_up = place_of(path, context.config.data_folders) is Place.TESTS
    severity = Severity.INFORMATION if made_up else Severity.ERROR
    committed = " It is committed already: replace it." if file.state is State.WORK_TREE else ""
    yield Finding(
        code=RULE.code,
        kind=kind,
        severity=in_state(severity, file.state, Severity.WARNING),
        path=file.path,
        message=f"{RULE.kinds[kind]} Whoever gets it is taken for its owner: keep it out of git.{committed}",
        state=file.state,
        fingerprint=plain_fingerprint(RULE.code, kind, path),
        fixes=ignoring_fixes(file, context.project, pattern_for(path)),
    )


def is_private_key(head: bytes) -> bool:
    """Whether a file that begins so is a private key."""
    return _PRIVATE_KEY.match(head) is not None


def _kind(file: File) -> str | None:
    if is_private_key(file.head):
        return "private-key"
    return "key-store" if _STORE_NAME.fullmatch(file.name) or _STORE_HEAD.match(file.head) else None


RULE = Rule(
    code="key-file",
    summary="A private key or a key store is about to enter git",
    kinds={
        "private-key": "The file is a private key.",
        "key-store": "The file is a store of keys or passwords.",
    },
    check=check,
    is_about_commits=True,
    told_by={"private-key": ("secret",)},
    reads_text=False,
)
