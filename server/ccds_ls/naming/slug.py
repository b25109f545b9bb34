"""The words of a heading or of a name, written as a part of a notebook's name."""

from __future__ import annotations

import re
import unicodedata

# The letters that Unicode does not decompose into a Latin one and a mark.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})
# Where a word begins in a name: not in 3D, KPIs, pH, 2nd or Word2Vec.
_CAPITALS = re.compile(
    r"(?<=[a-z])(?=[A-Z])(?<!(?<![A-Za-z])[a-z](?=[A-Z](?![A-Za-z])))"
    r"|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))"
    r"|(?<=[0-9])(?=[A-Z][a-z]|[A-Z]{2}(?![a-z]))(?!(?i:st|nd|rd|th|vec|seq)(?![a-z]))"
)
_ONE_WORD = re.compile(
    "(?:XG|Cat|Ada)Boost|LightGBM|PyTorch|TensorFlow|MLflow|NumPy|SciPy|PySpark|BigQuery|GitHub|YouTube|OpenAI|LaTeX"
)
_MAX_DESCRIPTION = 60
_LAST_LATIN = "\u024f"


def slug(text: str) -> str:
    """Lower-case ASCII words joined by ``-``, cut at a word's end; empty without Latin letters or digits.

    Capitals part the words of a name such as ``ChurnModel``. In a text with spaces they don't: ``PyTorch``, ``KPIs``.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    if not re.search(r"\s", text.strip()):
        plain = _CAPITALS.sub("-", _ONE_WORD.sub(lambda word: f"-{word[0].lower()}", plain))
    words = re.sub(r"[^a-z0-9.]+|\.(?![0-9])|(?<![0-9])\.", "-", plain.lower().replace("'", ""))
    words = re.sub("-+", "-", words).strip("-")
    if len(words) <= _MAX_DESCRIPTION:
        return words
    return words[: _MAX_DESCRIPTION + 1].rpartition("-")[0] or words[:_MAX_DESCRIPTION].rstrip(".")


def latin(text: str) -> str:
    """A text in which the letters of other alphabets are written in Latin ones."""
    if text.isascii():
        return text
    from text_unidecode import unidecode  # type: ignore[import-untyped]  # and only now: it reads a table

    return "".join(
        unidecode(letter) if letter.isalpha() and letter > _LAST_LATIN else letter for letter in text
    )
