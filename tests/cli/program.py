"""Runs the program in a directory of its own; what the tests of cli share."""
import csv
import datetime
import io
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

ALMANAC = os.path.abspath(sys.argv[1])  # tests run it in other directories


def environment(**more):
    return {k: v for k, v in os.environ.items() if k not in ("ALMANAC_DB", "NO_COLOR")} | more


def make_series(path, n, seed=7):
    """Writes n days of a weekly wave with noise; returns the values as a reader of the file sees them."""
    rng = random.Random(seed)
    values = [100 + 10 * math.sin(2 * math.pi * i / 7) + rng.gauss(0, 1) for i in range(n)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("date,value\n")
        for i, value in enumerate(values):
            file.write(f"{datetime.date(2020, 1, 1) + datetime.timedelta(i)},{value!r}\n")
    return values


class Program(unittest.TestCase):
    """A directory for each test, with demo.csv and its series in almanac.db when SIZE is set."""

    SIZE = 0

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)
        if self.SIZE:
            self.values = make_series(self.path / "demo.csv", self.SIZE)
            self.run_it("-q", "import", "demo.csv", "--series", "demo", "--value", "value")

    def run_it(self, *arguments, status=0, env=None, **options):
        """Runs the program, checks its exit status; returns stdout and stderr."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        done = subprocess.run([ALMANAC, *arguments], cwd=self.path, env=env or environment(), timeout=100,
                              text=True, encoding="utf-8", check=False, **options)
        self.assertEqual(done.returncode, status, f"{arguments}: {done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def rows(self, *arguments):
        """The rows of a command as dicts, read from its CSV."""
        return list(csv.DictReader(io.StringIO(self.run_it("-q", *arguments, "--format", "csv")[0])))


def main():
    unittest.main(argv=sys.argv[:1], verbosity=2)
