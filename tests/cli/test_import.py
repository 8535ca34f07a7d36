"""Imports files through the program and compares every stored value with what Python's own csv module reads.

    python3 test_import.py ALMANAC DATA DATASETS

DATA holds real files of others, not part of this project; its cases are left out when it is not there.
"""
import contextlib
import csv
import datetime
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ALMANAC, DATA, DATASETS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
EPOCH = datetime.datetime(1970, 1, 1)


def microseconds(text, form=None):
    when = datetime.datetime.strptime(text, form) if form else datetime.datetime.fromisoformat(text)
    return (when - EPOCH) // datetime.timedelta(microseconds=1)


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def number(text):
    return None if text in ("", "NA") else float(text)


def wide(path, name, columns, at=0, form=None):
    """{(series, ts): value}; the first of two rows with one time counts. columns: {series suffix: index}."""
    out = {}
    for row in read(path)[1:]:
        ts = microseconds(row[at], form)
        for suffix, index in columns.items():
            out.setdefault((name + suffix, ts), number(row[index]))
    return out


def long(path, key, at, columns, form=None, prefix=""):
    out = {}
    for row in read(path)[1:]:
        for suffix, index in columns.items():
            out.setdefault((prefix + row[key] + suffix, microseconds(row[at], form)), number(row[index]))
    return out


class Import(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)
        self.db = self.path / "a.db"

    def tearDown(self):
        self.directory.cleanup()

    def run_almanac(self, *arguments, **more):
        return subprocess.run(
            [ALMANAC, "import", "--db", str(self.db), *map(str, arguments)], capture_output=True, text=True, **more
        )

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def stored(self):
        """What v_observation shows; missing values inside a series are rows of NULL."""
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            return {(series, ts): value for series, ts, value in db.execute("select series, ts, value from v_observation")}

    def sql(self, query):
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            return db.execute(query).fetchall()

    def check(self, arguments, expected):
        done = self.run_almanac(*arguments, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = json.loads(done.stdout)[0]
        stored = self.stored()
        self.assertEqual({k: v for k, v in stored.items() if v is not None}, {k: v for k, v in expected.items() if v is not None})
        self.assertEqual(sum(series["added"] for series in summary["series"]), sum(v is not None for v in expected.values()))
        return summary

    # ---- the project's own datasets ----

    def test_every_dataset_imports_without_options(self):
        for path in sorted(DATASETS.glob("*.csv")):
            with self.subTest(path.name):
                done = self.run_almanac(path, "--format", "json")
                self.assertEqual(done.returncode, 0, done.stderr)
                summary = json.loads(done.stdout)[0]
                rows = [row for row in read(path)[1:] if row]
                self.assertEqual(summary["rows_stored"], len(rows))
                self.assertEqual(summary["rows_rejected"], 0)

    # ---- how it speaks ----

    def test_exit_status_says_how_it_went(self):
        good = self.write("good.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n")
        bad = self.write("bad.csv", "date,v\n2020-01-01,1\n2020-01-02,x\n2020-01-03,1\n2020-01-04,1\n2020-01-05,1\n")
        self.assertEqual(self.run_almanac(good).returncode, 0)
        self.assertEqual(self.run_almanac(bad).returncode, 0)
        refused = self.run_almanac("--strict", "--series", "y", bad)
        self.assertEqual(refused.returncode, 3)
        self.assertIn('bad.csv:3:12: v: expected a number, got "x" (try --null x)', refused.stderr)
        self.assertEqual(self.run_almanac("--time", "dat", good).returncode, 2)
        self.assertEqual(self.run_almanac(self.path / "absent.csv").returncode, 2)
        self.assertEqual(self.run_almanac().returncode, 2)
        self.assertEqual(self.run_almanac("--value", "v", "--tz", "Europe/Pariss", good).returncode, 2)

    def test_standard_input_needs_a_name(self):
        text = "date,v\n2020-01-01,1\n2020-01-02,2\n"
        self.assertEqual(self.run_almanac("-", input=text).returncode, 2)
        self.assertEqual(self.run_almanac("-", "--series", "x", input=text).returncode, 0)
        self.assertEqual(self.sql("select series, n from v_series"), [("x", 2)])

    def test_a_dry_run_makes_no_database(self):
        done = self.run_almanac("--dry-run", self.write("x.csv", "date,v\n2020-01-01,1\n"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2020-01-01", done.stdout)
        self.assertEqual(sorted(os.listdir(self.path)), ["x.csv"])

    def test_a_missing_by_is_suggested(self):
        path = self.write("s.csv", "k,date,v\n" + "".join(f"{k},2020-01-{d:02},1\n" for k in "ab" for d in range(1, 28)))
        done = self.run_almanac(path, "--layout", "wide")
        self.assertEqual(done.returncode, 3)
        self.assertIn("--by k", done.stderr)
        path = self.write("t.csv", "shop,item,date,v\n" + "".join(f"{s},{i},2020-01-{d:02},1\n" for s in (1, 2) for i in (3, 4) for d in range(1, 28)))
        done = self.run_almanac(path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("say --by shop,item", done.stderr)

    def test_a_column_that_must_be_the_key_is_taken_and_said(self):
        path = self.write("s.csv", "place,date,v\n" + "".join(f"{k},2020-01-{d:02},{d}\n" for k in "ab" for d in range(1, 28)))
        done = self.run_almanac(path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("each place is a series of its own, as with --by place", done.stderr)
        self.assertEqual(self.sql("select series, n from v_series order by 1"), [("a", 27), ("b", 27)])

    def test_results_are_data_in_every_format(self):
        path = self.write("x.csv", "date,a,b\n2020-01-01,1,2\n2020-01-02,3,x\n2020-01-03,3,4\n2020-01-04,3,4\n2020-01-05,3,4\n2020-01-06,3,4\n")
        rows = list(csv.DictReader(self.run_almanac("--dry-run", "--format", "csv", path).stdout.splitlines()))
        self.assertEqual([row["series"] for row in rows], ["x.a", "x.b"])
        for line in self.run_almanac("--dry-run", "--format", "jsonl", path).stdout.splitlines():
            self.assertEqual(json.loads(line)["n"], 5)
        summary = json.loads(self.run_almanac("--format", "json", path).stdout)[0]
        self.assertEqual(summary["rejected"], {"not a number": 1})
        self.assertEqual(self.sql('select line, "column", text from v_reject'), [(3, 14, "x")])

    def test_several_files_are_several_transactions(self):
        good = self.write("good.csv", "date,v\n2020-01-01,1\n")
        bad = self.write("bad.csv", "date,v\n2020-01-01,x\n")
        done = self.run_almanac(good, bad, good)
        self.assertEqual(done.returncode, 3)
        self.assertIn("1 of 3 files were imported; ", done.stderr)
        self.assertEqual(self.sql("select series from v_series"), [("good",)])

    def test_an_interrupt_leaves_nothing_and_says_so(self):
        self.write("small.csv", "date,v\n2020-01-01,1\n")
        self.assertEqual(self.run_almanac(self.path / "small.csv").returncode, 0)
        source = subprocess.Popen(
            [ALMANAC, "import", "--db", self.db, "-", "--series", "big"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            # threads that a library starts before main must not swallow the signal
            env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
        )
        # more than the program reads ahead, and then no end of the file
        source.stdin.write("ts,v\n" + "".join(f"{1600000000 + i},{i}\n" for i in range(60000)))
        source.stdin.flush()
        time.sleep(0.3)
        source.send_signal(signal.SIGINT)
        with contextlib.suppress(BrokenPipeError):
            source.stdin.write("".join(f"{1700000000 + i},{i}\n" for i in range(60000)))
        with contextlib.suppress(BrokenPipeError):
            source.stdin.close()
        words = source.stderr.read()
        self.assertEqual(source.wait(), 130, words)
        self.assertIn("import it again", words)
        source.stderr.close()
        self.assertEqual(self.sql("select series from v_series"), [("small",)])

    # ---- real files ----

    def need(self, name):
        if not (DATA / name).exists():
            self.skipTest(f"{name} is not there")
        return DATA / name

    BAR = {".open": 1, ".high": 2, ".low": 3, ".close": 4}

    def test_goog(self):
        path = self.need("market/GOOG.csv")
        self.check([path], wide(path, "GOOG", {**self.BAR, ".volume": 5}))

    def test_aapl(self):
        path = self.need("market/AAPL.csv")
        self.check([path], wide(path, "AAPL", {**self.BAR, ".volume": 5, ".adjusted": 6, ".dn": 7, ".mavg": 8, ".up": 9}))

    def test_sp500(self):
        path = self.need("market/sp500-2000.csv")
        self.check([path], wide(path, "sp500-2000", {**self.BAR, ".adjusted": 5, ".volume": 6}))

    def test_stocks(self):
        path = self.need("market/stocks.csv")
        self.check([path, "--by", "symbol"], long(path, 0, 1, {"": 2}, "%b %d %Y"))

    def test_dash(self):
        path = self.need("market/dash-stock-ticker-demo.csv")
        header = read(path)[0]
        columns = {"." + header[i].lower(): i for i in range(2, 14)}
        self.check([path, "--by", "Stock"], long(path, 14, 1, columns))

    def test_exchange_rates(self):
        path = self.need("market/exchange_rate.txt")
        expected = {(f"exchange_rate.c{c + 1}", i): float(v) for i, row in enumerate(read(path)) for c, v in enumerate(row)}
        self.check([path, "--index"], expected)

    def test_sensors(self):
        for name, columns, gaps in [
            ("sensor/co2-concentration", {".co2": 1, ".adjusted_co2": 2}, 3),
            ("sensor/daily-min-temperatures", {"": 1}, 2),
            ("sensor/machine_temperature", {"": 1}, 0),
            ("sensor/nyc_taxi", {"": 1}, 0),
            ("sensor/seattle-weather", {".precipitation": 1, ".temp_max": 2, ".temp_min": 3, ".wind": 4}, 0),
            ("messy/ambient_temperature", {"": 1}, 10),
            ("messy/PJME_hourly-30k", {"": 1}, 9),
        ]:
            with self.subTest(name):
                path = self.need(name + ".csv")
                self.db = self.path / (path.stem + ".db")
                summary = self.check([path], wide(path, path.stem, columns))
                self.assertEqual(summary["series"][0]["gaps"], gaps)
                self.assertEqual(summary["rows_rejected"], 12 if "machine" in name else 0)

    def test_ett(self):
        path = self.need("ett/ETTh1.csv")
        self.check([path], wide(path, "ETTh1", {"." + h.lower(): i for i, h in enumerate(read(path)[0]) if i > 0}))

    def test_m4(self):
        train, test = self.need("m4/Hourly-train.csv"), self.need("m4/Hourly-test.csv")
        expected, length = {}, {}
        for row in read(train)[1:]:
            values = [float(v) for v in row[1:] if v != ""]
            length[row[0]] = len(values)
            expected.update({(row[0], i): v for i, v in enumerate(values)})
        self.check([train, "--layout", "rows", "--index"], expected)
        for row in read(test)[1:]:
            expected.update({(row[0], length[row[0]] + i): float(v) for i, v in enumerate(row[1:]) if v != ""})
        done = self.run_almanac(test, "--layout", "rows", "--index", "--append")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.stored(), expected)
        again = self.run_almanac(test, "--layout", "rows", "--index", "--append")
        self.assertIn("nothing changed", again.stderr)
        self.assertEqual(self.stored(), expected)
        self.assertEqual(self.sql("select count(*), min(n), max(n) from v_series"), [(414, 748, 1008)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
