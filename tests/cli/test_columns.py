"""What the columns of a file become, through the program: labels, number styles, split times, layouts.

    python3 test_columns.py ALMANAC
"""
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ALMANAC = sys.argv[1]


class Columns(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)
        self.db = self.path / "a.db"

    def tearDown(self):
        self.directory.cleanup()

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def almanac(self, *arguments):
        return subprocess.run([ALMANAC, "--db", str(self.db), *map(str, arguments)], capture_output=True, text=True)

    def load(self, *arguments):
        done = self.almanac("import", *arguments, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)[0]

    def sql(self, query):
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            return db.execute(query).fetchall()

    # ---- labels ----

    def test_labels_are_stored_and_go_on_with_the_next_file(self):
        first = self.write("w.csv", "date,temp,weather\n2020-01-01,1,sun\n2020-01-02,2,rain\n2020-01-03,3,\n2020-01-04,4,sun\n")
        then = self.write("next.csv", "date,temp,weather\n2020-01-05,5,fog\n2020-01-06,6,rain\n")
        self.load(first, "--category", "weather")
        self.load(then, "--category", "weather", "--series", "w")
        self.assertEqual(self.sql("SELECT series, kind FROM v_series ORDER BY 1"), [("w.temp", "numeric"), ("w.weather", "categorical")])
        self.assertEqual(self.sql("SELECT * FROM v_label ORDER BY code"), [("w.weather", 0, "sun"), ("w.weather", 1, "rain"), ("w.weather", 2, "fog")])
        self.assertEqual(
            self.sql("SELECT label FROM v_observation AS o LEFT JOIN v_label AS l ON l.series = o.series AND l.code = o.value "
                     "WHERE o.series = 'w.weather' ORDER BY ts"),
            [("sun",), ("rain",), (None,), ("sun",), ("fog",), ("rain",)])

    def test_labels_and_numbers_do_not_mix(self):
        labels = self.write("m.csv", "date,state\n2020-01-01,on\n2020-01-02,off\n")
        numbers = self.write("n.csv", "date,state\n2020-01-03,1\n2020-01-04,2\n")
        self.load(labels, "--category", "state")
        done = self.almanac("import", numbers, "--series", "m")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("--category", done.stderr)
        self.load(numbers)
        done = self.almanac("import", labels, "--series", "n", "--category", "state")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("stored as numbers", done.stderr)

    def test_a_category_has_a_limit_and_leaves_nothing_behind(self):
        rows = "".join(f"{i},label{i}\n" for i in range(65537))
        done = self.almanac("import", self.write("c.csv", "n,l\n" + rows), "--index", "--category", "l", "--value", "n")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("c.l: there are more than 65536 different labels", done.stderr)
        self.assertEqual(self.sql("SELECT count(*) FROM v_label"), [(0,)])

    def test_a_dry_run_with_labels_stores_nothing(self):
        path = self.write("w.csv", "date,weather\n2020-01-01,sun\n2020-01-02,rain\n")
        done = self.almanac("import", path, "--category", "weather", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.db.exists())


sys.argv[1:] = []
unittest.main(verbosity=1)
