"""A language server for data-science repositories in the Cookiecutter Data Science (CCDS) layout."""

__version__ = "0.1.0"

HOMEPAGE = "https://github.com/ccds-ls/ccds-ls"


def rule_page(code: str) -> str:
    """The address of a rule's documentation page."""
    return f"{HOMEPAGE}/blob/main/docs/rules/{code}.md"
