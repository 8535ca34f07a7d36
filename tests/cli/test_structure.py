"""Where the table stands in a file, and what import says about it: dry runs, rejects, refused files.

    python3 test_structure.py ALMANAC
"""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time

from program import ALMANAC, Program, environment, main

ROWS = "".join(f"2020-01-{day:02},{day}.5,{day * 2}\n" for day in range(1, 10))


class Structure(Program):
    def load(self, text, *options):
        return json.loads(self.good("import", self.write("t.csv", text), *options, "--format", "json"))[0]

    def said(self, text, *options):
        return self.run_it("import", self.write("t.csv", text), *options)[1]

    def refused(self, text, *options, status=3):
        return self.bad(status, "import", self.write("t.csv", text), *options)

    def dump(self):
        with contextlib.closing(sqlite3.connect(self.path / "almanac.db")) as db:
            return list(db.iterdump())

    # ---- the table ----

    def test_preamble_and_header_rows_are_said(self):
        facts = self.load("Report\nfor somebody\n\ntime,load,wind\n,MW,m/s\n" + ROWS)
        self.assertEqual([facts[k] for k in ("preamble", "header_line", "header_rows", "rows_stored")], [3, 4, 2, 9])
        self.assertEqual([s["series"] for s in facts["series"]], ["t.load", "t.wind"])
        self.assertEqual(self.sql("select series, unit from v_series order by 1"), [("t.load", "MW"), ("t.wind", "m/s")])
        self.assertIn("lines 1 to 3 were passed over: the table begins at line 4", facts["assumptions"])
        self.assertIn("line 5 holds units, not names", facts["assumptions"])

    def test_headers_of_three_rows_as_market_data_have_them(self):
        facts = self.load("Price,Close,Volume\nTicker,AAPL,AAPL\nDate,,\n" + ROWS)
        self.assertEqual([s["series"] for s in facts["series"]], ["AAPL.close", "AAPL.volume"])

    def test_the_start_can_be_stated(self):
        text = "since,lon,height\n2019-01-01,13.4,38\n\ndate,a,b\n" + ROWS
        self.assertIn("t.csv:4: a second table starts here (date,a,b)", self.refused(text))
        self.assertEqual(self.load(text, "--skip", "3")["rows_stored"], 9)
        self.assertEqual(self.load("\n" + ROWS, "--header", "no", "--series", "n")["rows_stored"], 9)

    def test_a_header_that_must_be_there_is_looked_for(self):
        want = ("--header", "foo,bar,baz", "--index")
        self.assertIn('t.csv:1: column 1 of the header: expected "foo", got "qux"', self.refused("qux,quux,quuz\n1,2,3\n", *want))
        self.assertIn("t.csv:1: the header has 2 columns", self.refused("foo,bar\n1,2\n", *want))
        self.assertIn("t.csv:1: the header has 4 columns, expected 3", self.refused("foo,bar,baz,qux\n1,2,3,4\n", *want))
        self.assertIn('got "1"', self.refused("1,2,3\n4,5,6\n", *want))
        self.assertIn("t.csv is empty", self.refused("", *want))
        self.assertEqual(self.load("foo,bar,baz\n1,2,3\n", *want)["rows_stored"], 1)

    def test_notes_below_are_said(self):
        facts = self.load("date,a,b\n" + ROWS + "\nSource: somebody\n")
        self.assertEqual([facts[k] for k in ("rows_read", "rows_stored", "rows_rejected", "notes")], [9, 9, 0, 1])
        said = self.said("date,a,b\n" + ROWS + "\nSource: somebody\n", "--series", "u")
        self.assertIn("t.csv: 1 line from line 12 on stands below the table and was taken as notes", said)

    def test_rows_of_another_width(self):
        text = "date,a,b\n" + ROWS + "2020-01-10,1\n2020-01-11,1,2,3\n2020-01-12,1,2\n"
        facts = self.load(text, "--series", "e")
        self.assertEqual(facts["rejected"], {"wrong number of fields": 2})
        self.assertIn("t.csv:11:1: wrong number of fields: \"2020-01-10,1\" (expected 3 fields, got 2)", facts["first_rejects"])
        facts = self.load(text, "--series", "p", "--ragged", "pad")
        self.assertEqual([facts[k] for k in ("rows_stored", "rows_padded", "rows_rejected")], [12, 2, 0])
        facts = self.load(text, "--series", "s", "--ragged", "skip")
        self.assertEqual([facts[k] for k in ("rows_stored", "rows_skipped", "rows_rejected")], [10, 2, 0])
        said = self.said(text, "--series", "q", "--ragged", "pad")
        self.assertIn("12 rows read, 12 stored, 2 filled or cut to the header's width", said)

    # ---- refused files ----

    def test_a_refused_file_leaves_the_database_as_it_was(self):
        self.load("date,a,b\n" + ROWS)
        before = self.dump()
        self.refused("date,a,b\n" + ROWS + "\nname,x\n2020-01-01,3\n")
        self.refused("date,a,b\n" + ROWS.replace(".5", "bad"), "--value", "a")
        self.refused("date,a,b\n" + ROWS + "2020-02-01,1,bad\n", "--strict")
        self.refused("date,c,d\n" + ROWS, "--header", "date,a,b")
        self.refused("date,a,b\n" + ROWS.replace("1.5", "100"))
        self.assertEqual(self.dump(), before)

    def test_a_first_file_that_is_refused_leaves_no_database(self):
        name = self.write("t.csv", "date,a,b\n" + ROWS + "2020-02-01,1,bad\n")
        self.assertIn("removed the database", self.bad(2, "import", name, "--time", "nothing"))
        self.bad(3, "import", name, "--strict")
        self.bad(3, "import", name, "--strict", "--db", "other.db")
        self.bad(2, "import", "absent.csv")
        self.assertEqual(os.listdir(self.path), ["t.csv"])
        self.assertNotIn("removed", self.bad(2, "import", name, "absent.csv"))
        self.bad(3, "import", self.write("u.csv", "date,a,b\n2020-01-01,7,7\n"), "--series", "t")
        self.assertEqual(self.sql("select count(*) from v_import"), [(1,)])

    def test_rejects_are_shown_counted_and_kept(self):
        text = "date,a,b\n" + "".join(f"20{day // 28 + 20}-01-{day % 28 + 1:02},{'x' if day % 5 == 2 else day},1\n" for day in range(50))
        said = self.said(text)
        self.assertIn('t.csv:4:12: a: expected a number, got "x" (try --null x)', said)
        self.assertIn("... and 5 more", said)
        self.assertIn("50 rows read, 40 stored, 10 rejected (not a number)", said)
        self.assertEqual(self.sql("select file, line, \"column\", text from v_reject order by line")[0], ("t.csv", 4, 12, "x"))
        self.assertEqual(self.sql("select count(*) from v_reject"), [(10,)])

    # ---- dry runs ----

    def test_a_dry_run_shows_how_a_file_is_read_and_writes_nothing(self):
        shown = self.good("import", self.write("t.csv", "date;a;name\n2020-01-01;1;x\n2020-01-02;2.5;y\n"), "--dry-run")
        for part in ("delimiter semicolon", "UTF-8", "header        line 1", "ISO 8601", "left out", "not numeric",
                     "2020-01-02  2.5"):
            self.assertIn(part, shown)
        self.assertFalse(os.path.exists(self.path / "almanac.db"))
        self.load("date,a,b\n" + ROWS)
        before = self.dump()
        self.good("import", self.write("t.csv", "date,a,b\n2021-01-01,1,2\n"), "--dry-run")
        self.assertEqual(self.dump(), before)

    def test_a_dry_run_as_json_has_all_of_it(self):
        facts = self.load("date;a;name\n2020-01-01;1;x\n2020-01-02;;y\n", "--dry-run", "--category", "name")
        self.assertEqual(facts["encoding"], "UTF-8")
        self.assertEqual(facts["dialect"]["delimiter"], ";")
        self.assertEqual([(c["name"], c["role"], c["type"]) for c in facts["columns"]],
                         [("date", "time", "ISO 8601"), ("a", "value", "number"), ("name", "category", "label")])
        self.assertEqual(facts["preview"], [{"time": "2020-01-01", "values": {"t.a": 1, "t.name": "x"}},
                                            {"time": "2020-01-02", "values": {"t.a": None, "t.name": "y"}}])
        self.assertEqual([s["n"] for s in facts["series"]], [1, 2])

    def test_a_dry_run_of_a_refused_file_still_shows_its_dialect(self):
        shown, _ = self.run_it("import", self.write("t.csv", "name|kind\nx|y\n"), "--dry-run", "--format", "json", status=2)
        facts = json.loads(shown)[0]
        self.assertEqual(facts["dialect"]["delimiter"], "|")
        self.assertIn("no column holds times", facts["error"])
        self.assertIn("delimiter pipe", self.run_it("import", "t.csv", "--dry-run", status=2)[0])

    def test_verbose_imports_show_the_same(self):
        shown = self.good("import", self.write("t.csv", "date,a\n2020-01-01,1\n"), "-v")
        self.assertIn("delimiter comma", shown)
        self.assertEqual(self.sql("select count(*) from v_observation"), [(1,)])

    # ---- interrupts ----

    def test_an_interrupted_import_says_that_nothing_was_stored(self):
        reader, writer = os.pipe()
        process = subprocess.Popen([ALMANAC, "import", "-", "--series", "s"], cwd=self.path, env=environment(),
                                   stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        os.close(reader)
        os.write(writer, b"date,v\n" + b"".join(b"2020-01-%02d,%d\n" % (1 + i % 28, i) for i in range(2000)))
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        os.close(writer)
        _, text = process.communicate()
        self.assertEqual(process.returncode, 130, text)
        self.assertIn("nothing of it was stored", text)
        self.assertEqual(os.listdir(self.path), [])


if __name__ == "__main__":
    main()
