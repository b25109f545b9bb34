"""Whose secret a generic match is, told by the words around it."""

from __future__ import annotations

import re

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
