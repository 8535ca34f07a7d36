"""Runs the program in a directory of its own; what the tests of cli share."""
import contextlib
import csv
import datetime
import io
import math
import os
import pty
import pathlib
import random
import sqlite3
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


def walk(n, seed):
    """A random walk with the rounding of prices."""
    rng, value, out = random.Random(seed), 100.0, []
    for _ in range(n):
        value += rng.gauss(0, 1)
        out.append(round(value, 2))
    return out


class Program(unittest.TestCase):
    """A directory for each test, with demo.csv and its series in almanac.db when SIZE is set."""

    def open_terminal(self):
        """Both ends of a pseudo-terminal; skips the test where there are none, as in a chroot without /dev/pts."""
        try:
            return pty.openpty()
        except OSError as problem:
            return self.skipTest(f"no pseudo-terminal: {problem}")

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

    def good(self, *arguments, **options):
        """Standard output of a call that succeeds."""
        return self.run_it(*map(str, arguments), **options)[0]

    def bad(self, status, *arguments, **options):
        """Standard error of a call that ends with status."""
        return self.run_it(*map(str, arguments), status=status, **options)[1]

    def sql(self, text, *parameters):
        with contextlib.closing(sqlite3.connect(self.path / "almanac.db")) as connection:
            return connection.execute(text, parameters).fetchall()

    def check_database(self):
        self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.sql("PRAGMA foreign_key_check"), [])

    def write(self, name, text):
        (self.path / name).write_text(text, encoding="utf-8")
        return name

    def write_values(self, name, values):
        """A CSV file of an index series."""
        return self.write(name, "t,value\n" + "".join(f"{i},{v!r}\n" for i, v in enumerate(values)))

    def import_walks(self, names=("a",), n=120):
        """Index series; the values of the first are walk(n, 1), of the second walk(n, 2) …"""
        for i, name in enumerate(names):
            self.good("import", self.write_values(f"{name}.csv", walk(n, i + 1)), "--index", "--value", "value")

    def rows(self, *arguments):
        """The rows of a command as dicts, read from its CSV."""
        return list(csv.DictReader(io.StringIO(self.run_it("-q", *arguments, "--format", "csv")[0])))


def main():
    unittest.main(argv=sys.argv[:1], verbosity=2)
