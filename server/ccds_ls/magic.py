"""The IPython extension by its short name: ``%load_ext ccds_ls.magic``."""

from ccds_ls.cli.magic import load_ipython_extension as load_ipython_extension
