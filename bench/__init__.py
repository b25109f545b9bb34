"""Benchmarks of ccds-ls beside its peers; see README.md in this folder."""
