"""What the columns of a file become, through the program: labels, number styles, split times, layouts.

    python3 test_columns.py ALMANAC
"""
import contextlib
import gzip
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
        self.load(self.write("w.csv", "date,v\n2020-01-01,1\n2020-01-02,2\n"))
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

    # ---- split times, layouts ----

    def test_a_time_split_over_columns_needs_no_option(self):
        rows = "".join(f"{i + 1},2010,1,{i // 24 + 1},{i % 24},{'NA' if i < 3 else i},NW\n" for i in range(72))
        summary = self.load(self.write("p.csv", "No,year,month,day,hour,pm2.5,cbwd\n" + rows))
        self.assertEqual(summary["rows_stored"], 72)
        self.assertEqual(self.sql("SELECT series, frequency, first_time, n FROM v_series"), [("p", "H", "2010-01-01T03:00:00Z", 69)])

    def test_a_tsf_file_is_known_by_its_name_packed_or_not(self):
        text = ("@relation electricity\n@attribute series_name string\n@attribute start_timestamp date\n"
                "@frequency half_hourly\n@horizon 48\n@missing true\n@equallength false\n@data\n"
                "T1:2012-01-01 00-00-00:14.5,?,20.7\nT2:2012-06-01 12-30-00:0,1,2,3\n")
        self.load(self.write("e.tsf", text))
        with gzip.open(self.path / "e.tsf.gz", "wt") as file:
            file.write(text)
        self.load(self.path / "e.tsf.gz", "--series", "e")
        self.assertEqual(
            self.sql("SELECT series, frequency, first_time, last_time, n, missing FROM v_series ORDER BY 1"),
            [("T1", "30T", "2012-01-01T00:00:00Z", "2012-01-01T01:00:00Z", 2, 1),
             ("T2", "30T", "2012-06-01T12:30:00Z", "2012-06-01T14:00:00Z", 4, 0),
             ("e.T1", "30T", "2012-01-01T00:00:00Z", "2012-01-01T01:00:00Z", 2, 1),
             ("e.T2", "30T", "2012-06-01T12:30:00Z", "2012-06-01T14:00:00Z", 4, 0)])

    def test_rows_and_tsf_without_start_are_counted(self):
        self.load(self.write("m.csv", "V1,V2,V3\nH1,1,2\nH2,3,\n"), "--layout", "rows")
        self.load(self.write("n.tsf", "@attribute series_name string\n@data\nN1:1,2,3\n"))
        self.assertEqual(self.sql("SELECT series, frequency, first_time, n FROM v_series ORDER BY 1"),
                         [("H1", "index", 0, 2), ("H2", "index", 0, 1), ("N1", "index", 0, 3)])

    # ---- price bars ----

    def test_every_spelling_of_a_bar_is_a_row_of_v_bar(self):
        files = {
            "yahoo.csv": "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,1,4,0.5,2,2,9\n",
            "stooq.csv": "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nAAPL.US,60,20200102,000000,1,4,0.5,2,9,0\n",
            "quantmod.csv": "Date,MSFT.Open,MSFT.High,MSFT.Low,MSFT.Close,MSFT.Volume\n2020-01-02,1,4,0.5,2,9\n",
            "alpha.csv": "timestamp,1. open,2. high,3. low,4. close,5. volume\n2020-01-02,1,4,0.5,2,9\n",
            "mt.csv": "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n2020.01.02\t00:00:00\t1\t4\t0.5\t2\t5\t9\t1\n",
            "two.csv": "Date,Close A,Close B,High A,High B,Low A,Low B,Open A,Open B,Volume A,Volume B\n2020-01-02,2,2,4,4,0.5,0.5,1,1,9,9\n",
        }
        for name, text in files.items():
            self.load(self.write(name, text))
        bar = ("2020-01-02T00:00:00Z", 1, 4, 0.5, 2, 9)
        rows = self.sql("SELECT series, time, open, high, low, close, volume FROM v_bar ORDER BY 1")
        self.assertEqual([row[1:] for row in rows], [bar] * 7)
        self.assertEqual([row[0] for row in rows], ["A", "AAPL.US", "B", "MSFT", "alpha", "mt", "yahoo"])
        self.assertEqual(self.sql("SELECT count(*) FROM v_series WHERE series LIKE '%.per'"), [(0,)])
        self.assertEqual(self.sql("SELECT kind FROM v_series WHERE series IN ('mt.close', 'mt.volume') ORDER BY series"), [("price",), ("numeric",)])

    def test_binance_klines_need_names_only(self):
        rows = "".join(f"{1577836800000 + 60000 * i},1.5,4,1,2,9,{1577836859999 + 60000 * i},18,5,3,6,0\n" for i in range(3))
        self.load(self.write("BTCUSDT-1m-2020-01.csv", rows), "--columns", "binance", "--series", "BTCUSDT")
        self.assertEqual(self.sql("SELECT time, open, close, volume FROM v_bar WHERE series = 'BTCUSDT' LIMIT 1"),
                         [("2020-01-01T00:00:00Z", 1.5, 2, 9)])


sys.argv[1:] = []
unittest.main(verbosity=1)
