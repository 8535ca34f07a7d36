"""Series out of the database and back: exports read back to the same rows, whatever stands in them; gaps.

    python3 test_series.py ALMANAC
"""
import csv
import datetime
import io
import math
import random
import re
import struct
import subprocess
import xml.etree.ElementTree
import zoneinfo

from program import ALMANAC, Program, environment, main

HARD = [5e-324, -5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, -1.7976931348623157e308,
        0.1, 1 / 3, 100.34, 1e15, 1e16, 123456789012345680.0, 1e22, 1e23, 9007199254740993.0, 0.30000000000000004, 1e-5, 0.0001,
        22351900.0, 4.35, 2.675, 1e-300, 9.5e-310, 8.41e21, 2.0 ** 53 - 1, 2.0 ** -1074 * 3]


def any_double(rng):
    while True:
        value = struct.unpack("<d", rng.randbytes(8))[0]
        if math.isfinite(value):
            return value


def stamp(microseconds):
    return (datetime.datetime(2020, 1, 1) + datetime.timedelta(microseconds=microseconds)).isoformat() + "Z"


class Series(Program):
    def observations(self, db="almanac.db"):
        text = self.good("--db", db, "query", "select series, ts, value from v_observation order by series, ts", "--format",
                         "csv")
        return [(r["series"], r["ts"], r["value"]) for r in csv.DictReader(io.StringIO(text))]

    def reimport(self, pattern, *how, layout=None):
        """Exports to a file, imports that into another database; both must hold the same."""
        layout = ("--layout", layout) if layout else ()
        self.good("series", "export", pattern, *layout, "-o", "out.csv")
        for path in self.path.glob("again.db*"):
            path.unlink()
        self.good("--db", "again.db", "import", "out.csv", *how)
        self.assertEqual(self.observations("again.db"), self.observations())
        names = "select series, frequency, kind, n, missing, first_time, last_time from v_series order by 1"
        self.assertEqual(self.good("--db", "again.db", "query", names), self.good("query", names))
        return (self.path / "out.csv").read_text(encoding="utf-8")

    def make_random(self, names, n=2000, seed=3, header="time"):
        rng = random.Random(seed)
        rows, when = [], 0
        for i in range(n):
            when += rng.choice((1, 10, 1000, 250000, 1000000, 3600000000))
            cells = [repr(HARD[i % len(HARD)] if rng.random() < 0.1 else any_double(rng)) if rng.random() > 0.05 else ""
                     for _ in names]
            rows.append([stamp(when), *cells])
        rows[0][1:] = rows[-1][1:] = ["1.5"] * len(names)
        with open(self.path / "in.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[header, *names], *rows])
        return rows

    def test_a_single_series_reads_back(self):
        rows = self.make_random(["v"])
        self.good("import", "in.csv", "--series", "odd name, \"x\"")
        text = self.reimport('odd name, "x"', "--series", 'odd name, "x"')
        self.assertTrue(text.startswith("time,value\n"))
        for line, (time, value) in zip(text.splitlines()[1:], rows):
            got_time, got = line.split(",")
            self.assertEqual(datetime.datetime.fromisoformat(got_time[:-1]), datetime.datetime.fromisoformat(time[:-1]))
            self.assertFalse(got_time[:-1].endswith("0") and "." in got_time)
            if value:
                self.assertEqual(float(got), float(value))
                self.assertLessEqual(len(got.lstrip("-")), len(repr(float(value)).lstrip("-")) + 2, value)
            else:
                self.assertEqual(got, "")

    def test_series_side_by_side_read_back(self):
        names = [f"c{i}" for i in range(11)] + ["a b,c", "Ärger", "=x", "x.Open"]
        self.make_random(names, n=600)
        self.good("import", "in.csv", "--series", "")
        self.assertEqual({r["series"] for r in self.rows("series", "list")}, set(names))
        text = self.reimport("*", "--series", "")
        self.assertEqual(next(csv.reader(io.StringIO(text)))[0], "time")

    def test_series_one_below_the_other_read_back(self):
        self.make_random(["a", "b", "c"], n=500)
        self.good("import", "in.csv")
        self.write("other.csv", "time,v\n2021-01-01,1\n2021-01-02,\n2021-01-03,3\n2021-01-04,4\n")
        self.good("import", "other.csv", "--series", "x, y")
        self.reimport("*", "--by", "series", layout="long")

    def test_series_without_a_clock_read_back(self):
        self.write("in.csv", "v,w\n" + "".join(f"{i / 7 if i > 2 else ''},{i if i not in (5, 6) else ''}\n" for i in range(40)))
        self.good("import", "in.csv", "--index")
        text = self.reimport("in.*", "--index", "--series", "")
        self.assertTrue(text.startswith("index,in.v,in.w\n0,,0\n"), text[:60])
        self.reimport("*", "--index", "--by", "series", layout="long")

    def test_labels_read_back(self):
        states = ["on", "off", "a,b", 'say "x"', " blank ", "=1+1", "on", "Ω"]
        with open(self.path / "in.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["time", "state", "v"]] + [[f"2024-01-{d + 1:02}", s, d] for d, s in enumerate(states * 3)])
        self.good("import", "in.csv", "--category", "state")
        text = self.good("series", "export", "in.state")
        self.assertEqual([r["value"] for r in csv.DictReader(io.StringIO(text))], states * 3)
        self.reimport("*", "--series", "", "--category", "in.state")

    def test_formulas_are_guarded_when_asked(self):
        self.make_random(["=cmd|' /C calc'!A0", "+x", "-y", "@z", "plain"], n=20)
        self.good("import", "in.csv", "--series", "")
        header = next(csv.reader(io.StringIO(self.good("series", "export", "*", "--excel-safe"))))
        self.assertEqual(header, ["time", "'=cmd|' /C calc'!A0", "'+x", "'-y", "'@z", "plain"])
        rows = csv.reader(io.StringIO(self.good("series", "export", "*", "--excel-safe", "--layout", "long")))
        self.assertEqual({r[0][0] for r in list(rows)[1:]}, {"'", "p"})
        plain = self.good("series", "export", "plain", "--excel-safe")
        self.assertEqual(plain, self.good("series", "export", "plain"))
        self.assertIn("\n2020", plain)

    def test_what_does_not_fit_side_by_side_is_said(self):
        self.write("a.csv", "time,v\n2021-01-01,1\n2021-01-02,2\n2021-01-03,3\n")
        self.write("b.csv", "time,v\n2021-01-01,1\n2021-01-03,3\n2021-01-05,5\n")
        self.write("i.csv", "v\n1\n2\n3\n")
        for name in ("a", "b"):
            self.good("import", f"{name}.csv")
        text, remarks = self.run_it("series", "export", "[ab]")
        self.assertIn("1 cells", remarks)
        self.assertEqual(text.splitlines()[2], "2021-01-02T00:00:00Z,2,")
        self.good("import", "i.csv", "--index")
        self.assertIn("export them apart", self.bad(2, "series", "export", "*"))
        self.assertIn('"zzz"', self.bad(2, "series", "export", "zzz"))

    def test_a_full_disk_fails_and_a_closed_pipe_does_not(self):
        self.make_random(["v"], n=20000)
        self.good("import", "in.csv")
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.assertIn("cannot write", self.run_it("series", "export", "in", status=1, stdout=full)[1])
        self.bad(1, "series", "export", "in", "-o", "/nowhere/x.csv")
        (self.path / "target.csv").write_text("old")
        (self.path / "link.csv").symlink_to("target.csv")
        self.good("series", "export", "in", "-o", "link.csv")
        self.assertTrue((self.path / "link.csv").is_symlink())
        self.assertTrue((self.path / "target.csv").read_text().startswith("time,"))
        with subprocess.Popen([ALMANAC, "series", "export", "in"], cwd=self.path, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment()) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            process.stderr.close()
            self.assertEqual(process.wait(), 0)

    def test_other_formats_take_patterns_too(self):
        self.make_random(["a", "b"], n=30)
        self.good("import", "in.csv")
        text = self.good("series", "export", "in.*", "--format", "jsonl")
        self.assertEqual(len(text.splitlines()), 60)
        self.bad(2, "series", "export", "in.*", "--format", "json", "--excel-safe")

    @staticmethod
    def dots(picture):
        """The dots of a plot in text: a set of (column, row from below)."""
        rows = [line[re.search("[┤│]", line).end():] for line in picture.splitlines() if re.search("[┤│]", line)]
        bits = {0: (0, 0), 1: (0, 1), 2: (0, 2), 3: (1, 0), 4: (1, 1), 5: (1, 2), 6: (0, 3), 7: (1, 3)}
        found = set()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                for bit, (x, y) in bits.items():
                    if cell != " " and (ord(cell) - 0x2800) >> bit & 1:
                        found.add((2 * c + x, 4 * (len(rows) - r) - 1 - y))
        return found

    def test_a_plot_shows_what_is_there(self):
        self.write("ramp.csv", "time,v\n" + "".join(f"2024-01-01T{i // 60:02}:{i % 60:02},{i}\n" for i in range(600)))
        self.write("hole.csv", "time,v\n" + "".join(f"2024-01-01T{i // 60:02}:{i % 60:02},{1 + i % 2}\n" for i in range(600)
                                                     if not 200 <= i < 400))
        self.good("import", "ramp.csv")
        self.good("import", "hole.csv")
        picture = self.good("series", "plot", "ramp", "--width", 60, "--height", 14)
        self.assertTrue(all(len(line) <= 60 for line in picture.splitlines()[1:]), picture)
        self.assertEqual(len(picture.splitlines()), 14)
        dots = self.dots(picture)
        wide, high = max(x for x, _ in dots), max(y for _, y in dots)
        for x, y in dots:
            self.assertLessEqual(abs(x / wide - y / high), 1.5 / high, (x, y))
        self.assertEqual({x for x, _ in dots}, set(range(wide + 1)))
        picture = self.good("series", "plot", "hole", "--width", 60, "--height", 14)
        columns = {x for x, _ in self.dots(picture)}
        wide = max(columns)
        self.assertFalse(columns & set(range(wide // 3 + 2, 2 * wide // 3 - 1)), "the hole is empty")
        self.assertTrue({y for x, y in self.dots(picture) if x == wide // 6} >= set(range(3, 30)), "the least to the greatest")
        part = self.good("series", "plot", "ramp", "--from", "2024-01-01T02:00", "--to", "2024-01-01T02:59")
        self.assertIn("60 values", part)
        self.assertNotIn("\033", part)
        self.assertIn("\033[", self.good("series", "plot", "ramp", "--color", "always"))
        self.bad(2, "series", "plot", "ramp", "--format", "csv")
        self.assertIn("no values", self.bad(2, "series", "plot", "ramp", "--from", "2025-01-01"))

    def test_a_plot_as_svg_is_well_formed(self):
        self.write("in.csv", "time,v\n" + "".join(f"2024-01-{d:02},{d % 5}\n" for d in range(1, 29) if d != 12))
        self.good("import", "in.csv", "--series", "a <b> & \"c\"")
        self.good("series", "plot", 'a <b> & "c"', "--svg", "x.svg")
        root = xml.etree.ElementTree.parse(self.path / "x.svg").getroot()
        space = "{http://www.w3.org/2000/svg}"
        self.assertEqual(root.tag, space + "svg")
        self.assertEqual(root.find(space + "title").text, 'a <b> & "c"')
        line = [p.get("d") for p in root.iter(space + "path") if p.get("class") == "l"]
        self.assertEqual(len(line), 1)
        self.assertEqual((line[0].count("M"), line[0].count("L")), (2, 25))
        self.assertEqual(self.good("series", "plot", 'a <b> & "c"', "--svg", "-"), (self.path / "x.svg").read_text(encoding="utf-8"))

    def test_gaps_leave_out_nights_weekends_and_holidays(self):
        lines, zone = ["time,close"], zoneinfo.ZoneInfo("America/New_York")
        for d in range(100):
            day = datetime.datetime(2024, 1, 2) + datetime.timedelta(days=d)
            if day.weekday() > 4 or d in (13, 48):
                continue
            for m in range(390):
                if d == 20 and 60 <= m < 75:
                    continue
                when = (day + datetime.timedelta(hours=9, minutes=30 + m)).replace(tzinfo=zone)
                lines.append(f"{when.astimezone(datetime.timezone.utc):%Y-%m-%dT%H:%MZ},{m}")
        self.write("s.csv", "\n".join(lines) + "\n")
        self.assertIn("rests regularly", self.run_it("import", "s.csv")[1])
        gaps = self.rows("series", "gaps", "s")
        self.assertEqual([(g["start"], g["end"], g["missing"], g["duration"]) for g in gaps],
                         [("2024-01-22T15:30:00Z", "2024-01-22T15:44:00Z", "15", "15min")])
        self.assertIn("rests regularly", self.run_it("series", "gaps", "s")[1])

    def test_missing_values_and_missing_rows_are_one_gap(self):
        self.write("g.csv", "date,v\n" + "".join(
            f"2021-02-{d:02},{'' if d in (4, 6) else d}\n" for d in range(1, 29) if d not in (5, 10)))
        self.good("import", "g.csv")
        gaps = self.rows("series", "gaps", "g")
        self.assertEqual([(g["start"][8:10], g["end"][8:10], g["missing"]) for g in gaps], [("04", "06", "3"), ("10", "10", "1")])
        self.assertIn("2 gaps: 4 of 28 bars", self.run_it("series", "gaps", "g")[1])


if __name__ == "__main__":
    main()
