"""Tests of the code that prepares the data.

A good first test calls one small function with a row or two that you can check by eye, and asserts
what must come out. unittest runs every method here whose name begins with test_.
"""

import unittest


class TestData(unittest.TestCase):
    def test_code_is_tested(self):
        self.fail(
            "Nothing is tested yet: replace this test in tests/test_data.py with one of your own code."
        )


if __name__ == "__main__":
    unittest.main()
