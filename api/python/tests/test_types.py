"""The package is typed."""

import os
import shutil
import subprocess
import tempfile
import unittest


class TypeTests(unittest.TestCase):
    @unittest.skipUnless(shutil.which("mypy"), "mypy is not installed")
    def test_mypy_finds_nothing(self) -> None:
        folder = os.path.join(os.path.dirname(__file__), "..")
        with tempfile.TemporaryDirectory() as cache:
            mypy = ["mypy", "--cache-dir", cache]
            result = subprocess.run(mypy, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", check=False)
        self.assertEqual(result.returncode, 0, result.stdout)
