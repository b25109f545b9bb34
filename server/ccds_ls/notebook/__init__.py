"""Jupyter notebooks: the text of an ``.ipynb`` file to cells that know where they stand in it.

``parse`` never raises. Most notebooks are asked for no place at all, so ``quick`` reads their values alone, and the
places when the first one is asked for; ``placed`` reads both, and what is no plain notebook.
"""

from __future__ import annotations

from ccds_ls.notebook import placed, quick
from ccds_ls.notebook.model import Cell as Cell
from ccds_ls.notebook.model import InText as InText
from ccds_ls.notebook.model import Notebook as Notebook
from ccds_ls.notebook.model import Output as Output
from ccds_ls.notebook.model import from_cells as from_cells
from ccds_ls.notebook.model import with_saved as with_saved


def parse(text: str) -> Notebook:
    """Read the text of an ``.ipynb`` file. Never raises."""
    return quick.parse(text) or placed.parse(text)
