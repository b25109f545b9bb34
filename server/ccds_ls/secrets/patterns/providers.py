"""Whose secret a generic match is, told by the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ccds_ls.secrets.patterns.match import Match
from ccds_ls.secrets.patterns.values import is_placeholder

_NOUNS = {"password": "password", "secret": "secret", "token": "token", "api-key": "API key", "key": "key"}
_PROVIDERS: dict[str, tuple[str, str]] = {
    "wandb": ("wandb", "Weights & Biases"),
    "kaggle": ("kaggle", "Kaggle"),
    "comet": ("comet", "Comet"),
    "neptune": ("neptune", "Neptune"),
    "snowflake": ("snowflake", "Snowflake"),
    "databricks": ("databricks", "Databricks"),
    "mlflow": ("mlflow", "MLflow"),
    "airflow": ("airflow", "Airflow"),
    "fernet": ("airflow", "Airflow"),
    "jupyter": ("jupyter", "Jupyter"),
    "notebookapp": ("jupyter", "Jupyter"),
    "serverapp": ("jupyter", "Jupyter"),
    "azure": ("azure", "Azure"),
    "openai": ("openai", "OpenAI"),
    "django": ("django", "Django"),
    "aws": ("aws", "AWS"),
    "hugging": ("huggingface", "Hugging Face"),
    "weather": ("weather", "weather service"),
}
_PROVIDER = re.compile("|".join(_PROVIDERS), re.IGNORECASE)
_SECRET_ACCESS_KEY = re.compile(r"secret[ _.-]?access[ _.-]?key\W{0,20}\Z", re.IGNORECASE)


def provider_in(text: str, kind: str) -> tuple[str, str]:
    """The kind and title of a secret of a generic ``kind`` that follows ``text``."""
    noun = _NOUNS[kind]
    found = _PROVIDER.findall(text)
    if not found:
        return ("api-key" if kind == "key" else kind), noun[0].upper() + noun[1:]
    prefix, owner = _PROVIDERS[found[-1].lower()]
    if prefix == "aws" and _SECRET_ACCESS_KEY.search(text):
        return "aws-secret-access-key", "AWS secret access key"
    return f"{prefix}-{'api-key' if kind == 'key' else kind}", f"{owner} {noun}"


# The tokens that a data scientist has most often, for where the secret engine, which knows them all, is missing:
# kind, title, how they begin, what follows. The forms are those that the providers document.
_PREFIXED = (
    ("huggingface-token", "Hugging Face token", r"hf_", r"[A-Za-z]{30,40}"),
    ("github-token", "GitHub token", r"gh[pousr]_|github_pat_", r"[A-Za-z0-9_]{36,251}"),
    ("gitlab-token", "GitLab token", r"glpat-", r"[A-Za-z0-9_-]{20,60}"),
    ("openai-api-key", "OpenAI API key", r"sk-(?:proj-|svcacct-)?", r"[A-Za-z0-9_-]{40,200}"),
    ("anthropic-api-key", "Anthropic API key", r"sk-ant-", r"[A-Za-z0-9_-]{40,200}"),
    ("aws-access-key-id", "AWS access key id", r"AKIA|ASIA", r"[A-Z2-7]{16}"),
    ("slack-token", "Slack token", r"xox[abpr]-", r"[A-Za-z0-9-]{24,120}"),
    ("databricks-token", "Databricks token", r"dapi", r"[0-9a-f]{32}"),
)
_BY_PREFIX = [
    (kind, title, re.compile(rf"(?<![A-Za-z0-9_-])(?:{prefix}){body}(?![A-Za-z0-9_])"))
    for kind, title, prefix, body in _PREFIXED
]
PREFIX = "|".join(f"(?:{prefix})".lower() for _, _, prefix, _ in _PREFIXED)
"""Where one of these may begin, over lower-case text."""


def find(line: str) -> Iterator[Match]:
    """The providers' tokens on one line, told by how they begin."""
    for kind, title, regex in _BY_PREFIX:
        for match in regex.finditer(line):
            if not is_placeholder(match[0]):
                yield Match(*match.span(), kind, title, "high")
