"""JupyterLab: how jupyterlab-lsp starts the server, by the entry point ``jupyter_lsp_spec_v1`` of this package."""

from __future__ import annotations

import sys
from typing import Any

SPEC_VERSION = 2
"""The version of jupyter-lsp's schema that the specification below follows."""

# JupyterLab's own name for Markdown is ipythongfm.
LANGUAGES = [
    "python",
    "r",
    "julia",
    "json",
    "yaml",
    "toml",
    "markdown",
    "ipythongfm",
    "text",
    "dockerfile",
    "bash",
    "sql",
]


def language_server(_: object) -> dict[str, dict[str, Any]]:
    """The specification of the server, for the Python that JupyterLab itself runs in."""
    return {
        "ccds-ls": {
            "version": SPEC_VERSION,
            "display_name": "ccds-ls",
            "argv": [sys.executable, "-m", "ccds_ls", "server"],
            "languages": LANGUAGES,
            "mime_types": [
                "text/x-python",
                "text/x-ipython",
                "text/x-rsrc",
                "text/x-julia",
                "application/json",
            ],
            # What is open comes with the protocol; nothing is written beside the user's files.
            "requires_documents_on_disk": False,
            "urls": {"home": "https://github.com/ccds-ls/ccds-ls"},
        }
    }
