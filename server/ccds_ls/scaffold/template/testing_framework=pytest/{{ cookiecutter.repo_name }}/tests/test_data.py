"""Tests of the code that prepares the data.

A good first test calls one small function with a row or two that you can check by eye, and asserts
what must come out. pytest runs every function here whose name begins with test_.
"""

import pytest


def test_code_is_tested():
    pytest.fail("Nothing is tested yet: replace this test in tests/test_data.py with one of your own code.")
