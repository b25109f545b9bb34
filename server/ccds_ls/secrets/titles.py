"""What the engine's rules are called: a kind for settings, and a title for people."""

from __future__ import annotations

import re

_KINDS = {
    "huggingface-access-token": "huggingface-token",
    "huggingface-organization-api-token": "huggingface-token",
    "weights-and-biases-api-key": "wandb-api-key",
}
_WORDS = {
    "api": "API",
    "aws": "AWS",
    "gcp": "GCP",
    "jwt": "JWT",
    "pat": "personal access token",
    "url": "URL",
    "uri": "URI",
    "github": "GitHub",
    "gitlab": "GitLab",
    "openai": "OpenAI",
    "huggingface": "Hugging Face",
    "pypi": "PyPI",
    "wandb": "Weights & Biases",
    "oauth": "OAuth",
    "ssh": "SSH",
    "npm": "npm",
    "id": "ID",
}


def kind_and_title(rule: str) -> tuple[str, str]:
    """The kind of what a rule of the engine finds, in kebab case, and its title."""
    name = re.split(r"[./]", rule, maxsplit=1)[-1].partition(".")[0].lower()
    kind = _KINDS.get(name, name)
    words = [_WORDS.get(word, word) for word in kind.split("-")]
    title = " ".join(words)
    return kind, title[0].upper() + title[1:]
