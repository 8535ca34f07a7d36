"""Real files of others, imported without options: what the program says of them is what is there.

    python3 test_shared.py ALMANAC DATA

Skips (exit 77) when DATA is not there. Everything is counted anew here, by csv and datetime alone; what a file is
(its columns, its period) is written down below.
"""
import csv
import datetime
import json
import pathlib
import re
import sys

DATA = pathlib.Path(sys.argv[2])
if not (DATA / "README.md").exists():
    print("no data; skipped")
    sys.exit(77)

from program import Program, main  # noqa: E402

EPOCH = datetime.datetime(1970, 1, 1)
HOUR = datetime.timedelta(hours=1)
NULLS = {"", "NA"}


def iso(text):
    return datetime.datetime.fromisoformat(text)


def period(**length):
    return datetime.timedelta(**length)


# name: (columns of the time, how they are read, key column, value columns, period; None: bars without gaps)
FILES = {
    "market/GOOG.csv": ([0], iso, None, [1, 2, 3, 4, 5], None, "B"),
    "market/AAPL.csv": ([0], iso, None, [1, 2, 3, 4, 5, 6, 7, 8, 9], None, "B"),
    "market/sp500-2000.csv": ([0], iso, None, [1, 2, 3, 4, 5, 6], None, "B"),
    "market/stocks.csv": ([1], lambda t: datetime.datetime.strptime(t, "%b %d %Y"), 0, [2], "month", "M"),
    "market/dash-stock-ticker-demo.csv": ([1], iso, 14, list(range(2, 14)), None, "B"),
    "sensor/co2-concentration.csv": ([0], iso, None, [1, 2], "month", "M"),
    "sensor/daily-min-temperatures.csv": ([0], iso, None, [1], period(days=1), "D"),
    "sensor/machine_temperature.csv": ([0], iso, None, [1], period(minutes=5), "5T"),
    "sensor/nyc_taxi.csv": ([0], iso, None, [1], period(minutes=30), "30T"),
    "sensor/seattle-weather.csv": ([0], iso, None, [1, 2, 3, 4], period(days=1), "D"),
    "ett/ETTh1.csv": ([0], iso, None, [1, 2, 3, 4, 5, 6, 7], HOUR, "H"),
    "messy/PJME_hourly-30k.csv": ([0], iso, None, [1], HOUR, "H"),
    "messy/ambient_temperature.csv": ([0], iso, None, [1], HOUR, "H"),
    "messy/pollution-15k.csv": ([1, 2, 3, 4], lambda t: datetime.datetime(*map(int, t.split())), None,
                                [5, 6, 7, 8, 10, 11, 12], HOUR, "H"),
}


def next_bar(when, length):
    if length == "month":
        return when.replace(year=when.year + when.month // 12, month=when.month % 12 + 1)
    return when + length


def count(name):
    """{(key, column): {time: value}}, and the physical lines of the rows whose time was there before."""
    times, read_time, key, columns, _, _ = FILES[name]
    series, again = {}, []
    with open(DATA / name, newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        header = next(reader)
        for row in reader:
            when = read_time(" ".join(row[i] for i in times))
            k = row[key] if key is not None else None
            if when in series.get((k, columns[0]), {}):
                again.append(reader.line_num)
                continue
            for c in columns:
                series.setdefault((k, c), {})[when] = None if row[c] in NULLS else float(row[c])
    return header, series, again


def find_gaps(values, length):
    """[(first missing, last missing, how many)] between the first value and the last."""
    present = sorted(t for t, v in values.items() if v is not None)
    out = []
    for a, b in zip(present, present[1:]):
        bar, stretch = next_bar(a, length), []
        while bar < b:
            stretch.append(bar)
            bar = next_bar(bar, length)
        if stretch:
            out.append((stretch[0], stretch[-1], len(stretch)))
    return out


class Shared(Program):
    def import_it(self, name):
        """Imports without options, or with the one that the error names."""
        out, remarks = self.run_it("import", str(DATA / name), "--format", "json")
        summary = json.loads(out)[0]
        return summary, "\n".join([remarks, *summary["assumptions"], *summary["first_rejects"]])

    def match(self, stored, series):
        """Which stored series holds which counted one: by key and by their values."""
        named = {}
        for (key, column), values in series.items():
            want = {(t - EPOCH) // datetime.timedelta(microseconds=1): v for t, v in values.items() if v is not None}
            same = [n for n, have in stored.items() if have == want and (key is None or n.split(".")[0] == key)
                    and n not in named.values()]
            self.assertTrue(same, f"no stored series has the values of {key} column {column}")
            named[key, column] = same[0]
        self.assertEqual(len(named), len(stored))
        return named

    def test_every_file_is_stored_as_it_is(self):
        for name, (_, _, _, _, length, frequency) in FILES.items():
            with self.subTest(name):
                for path in self.path.glob("almanac.db*"):
                    path.unlink()
                header, series, again = count(name)
                rows = sum(len(s) for s in {id(v): v for (k, c), v in series.items() if c == FILES[name][3][0]}.values())
                summary, _ = self.import_it(name)
                self.assertEqual((summary["rows_read"], summary["rows_stored"], summary["rows_rejected"]),
                                 (rows + len(again), rows, len(again)))
                stored = {}
                for s, t, v in self.sql("select series, ts, value from v_observation where value is not null"):
                    stored.setdefault(s, {})[t] = v
                named = self.match(stored, series)
                told = {s["series"]: s for s in summary["series"]}
                for place, known in named.items():
                    self.assertEqual(told[known]["frequency"], frequency)
                    gaps = find_gaps(series[place], length) if length else []
                    self.assertEqual((told[known]["gaps"], told[known]["missing"]), (len(gaps), sum(n for _, _, n in gaps)), known)
                    if place[1] != FILES[name][3][0] and len(named) > 8:
                        continue
                    listed = [(iso(g["start"][:19]), iso(g["end"][:19]), int(g["missing"]))
                              for g in self.rows("series", "gaps", known)]
                    self.assertEqual(listed, gaps, known)
                lines = [line for (line,) in self.sql("select line from v_reject order by line")]
                self.assertEqual(lines, again)
                self.assertTrue(len(header) >= 2)

    def test_rows_without_times(self):
        for name, separator in (("market/exchange_rate.txt", None), ("m4/Hourly-train.csv", "rows"), ("m4/Hourly-test.csv", "rows")):
            with self.subTest(name):
                for path in self.path.glob("almanac.db*"):
                    path.unlink()
                summary, remarks = self.import_it(name)
                with open(DATA / name, newline="", encoding="utf-8") as file:
                    rows = list(csv.reader(file))
                if separator == "rows":
                    want = {row[0]: [float(v) for v in row[1:] if v != ""] for row in rows[1:]}
                    self.assertIn("--layout rows", remarks)
                else:
                    want = {f"exchange_rate.c{c + 1}": [float(r[c]) for r in rows] for c in range(len(rows[0]))}
                    self.assertIn("--index", remarks)
                stored = {}
                for s, t, v in self.sql("select series, ts, value from v_observation order by series, ts"):
                    self.assertEqual(len(stored.setdefault(s, [])), t)
                    stored[s].append(v)
                self.assertEqual(stored, want)
                self.assertEqual(summary["rows_rejected"], 0)

    def test_the_messy_ones_say_what_they_are(self):
        summary, _ = self.import_it("messy/PJME_hourly-30k.csv")
        _, series, again = count("messy/PJME_hourly-30k.csv")
        (values,) = series.values()
        gaps = find_gaps(values, HOUR)
        self.assertEqual(again, [], "the excerpt has no hour twice")
        # single hours lack where summer time begins and ends, by the clocks of Pennsylvania
        single = [(a.month, a.weekday(), a.hour) for a, _, n in gaps if n == 1]
        self.assertEqual(sorted(single), [(4, 6, 3)] * 3 + [(10, 6, 2)] * 4)
        with open(DATA / "messy/PJME_hourly-30k.csv", newline="", encoding="utf-8") as file:
            when = [iso(row[0]) for row in list(csv.reader(file))[1:]]
        latest, late = when[0], 0
        for t in when:
            late += t < latest
            latest = max(latest, t)
        self.assertEqual(summary["out_of_order"], late)

        summary, remarks = self.import_it("messy/pollution-15k.csv")
        self.assertRegex(remarks, r"time is column.*year.*month.*day.*hour")
        self.assertRegex(remarks, r"cbwd.*left out")
        self.assertEqual(len(summary["series"]), 7)
        _, series, _ = count("messy/pollution-15k.csv")
        na = sum(v is None for v in series[None, 5].values())
        pm = next(s for s in summary["series"] if "pm2" in s["series"])
        self.assertEqual(pm["n"] + na, summary["rows_read"])

        summary, _ = self.import_it("messy/ambient_temperature.csv")
        self.assertEqual(summary["series"][0]["gaps"], 10)

    def test_overlaps_are_named_line_by_line(self):
        _, _, again = count("sensor/machine_temperature.csv")
        _, remarks = self.import_it("sensor/machine_temperature.csv")
        self.assertEqual(len(again), 12)
        self.assertEqual([int(n) for n in re.findall(r"csv:(\d+):1: time already given", remarks)], again[:5])


if __name__ == "__main__":
    main()
