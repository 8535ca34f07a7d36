"""Rows gathered into bars at import, against the same done with dictionaries and zoneinfo.

    python3 test_resample.py ALMANAC
"""
import datetime as dt
import math
import random
import zoneinfo

from program import Program, main

UTC = dt.timezone.utc
DAY = 86400


def bar_start(when, frequency, zone):
    """The start of the bar of an aware time."""
    local = when.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    day = midnight.date()
    multiple, unit = int(frequency[:-1] or 1), frequency[-1]
    if unit in "STH":
        length = multiple * {"S": 1, "T": 60, "H": 3600}[unit]
        wall = local.replace(tzinfo=None, fold=0)
        since = (wall - dt.datetime(1970, 1, 1)) // dt.timedelta(seconds=1)
        start = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=since - since % length)
        same = (start - local.utcoffset()).replace(tzinfo=UTC)
        return same if same.astimezone(zone).utcoffset() == local.utcoffset() else start.replace(tzinfo=zone).astimezone(UTC)
    if unit == "D":
        number = (day - dt.date(1970, 1, 1)).days
        day -= dt.timedelta(days=number % multiple)
    elif unit == "B":
        day -= dt.timedelta(days=max(day.weekday() - 4, 0))
    elif unit == "W":
        day -= dt.timedelta(days=day.weekday())
    elif unit in "MQY":
        months = {"M": 1, "Q": 3, "Y": 12}[unit] * multiple
        number = (day.year * 12 + day.month - 1) // months * months
        day = dt.date(number // 12, number % 12 + 1, 1)
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


HOW = {"mean": lambda v: math.fsum(v) / len(v), "sum": math.fsum, "first": lambda v: v[0], "last": lambda v: v[-1],
       "min": min, "max": max, "count": len}


class Resample(Program):
    def import_it(self, rows, spec, *more, header="time,v", name="s"):
        self.write("r.csv", header + "\n" + "".join(",".join(row) + "\n" for row in rows))
        for path in self.path.glob("r.db*"):
            path.unlink()
        return self.run_it("--db", "r.db", "import", "r.csv", "--series", name, "--resample", spec, *more)[1]

    def export(self, name="s"):
        rows = list(self.rows("--db", "r.db", "series", "export", name))
        return [(dt.datetime.fromisoformat(r["time"].replace("Z", "+00:00")), r["value"]) for r in rows]

    def test_bars_equal_those_made_by_hand(self):
        rng = random.Random(11)
        spans = {"30S": 40, "T": 50, "15T": 500, "H": 900, "4H": 9000, "7H": 9000, "D": 20000, "3D": 80000, "B": 20000,
                 "W": 90000, "M": 200000, "2M": 300000, "Q": 500000, "Y": 900000}
        for frequency, span in spans.items():
            for place in rng.sample(("UTC", "America/New_York", "Asia/Kolkata"), 2):
                zone, how = zoneinfo.ZoneInfo(place), rng.choice(list(HOW))
                when = dt.datetime(2021, rng.choice((3, 10)), rng.randint(1, 20), tzinfo=UTC)
                rows = []
                for _ in range(300):
                    when += dt.timedelta(seconds=1 + int(rng.expovariate(1 / span) * (30 if rng.random() < 0.05 else 1)))
                    rows.append((when, None if rng.random() < 0.1 else round(rng.gauss(100, 10), 3)))
                bars = {}
                for when, value in rows:
                    if value is not None:
                        bars.setdefault(bar_start(when, frequency, zone), []).append(value)
                if rng.random() < 0.3:
                    rng.shuffle(rows)
                self.import_it([(f"{t:%Y-%m-%dT%H:%M:%SZ}", "" if v is None else repr(v)) for t, v in rows],
                               f"{frequency}={how}", "--tz", place)
                got = [(t, float(v)) for t, v in self.export() if v != ""]
                want = [(t, HOW[how](v)) for t, v in sorted(bars.items())]
                self.assertEqual([t for t, _ in got], [t for t, _ in want], (frequency, place, how))
                for (_, a), (t, b) in zip(got, want):
                    self.assertTrue(math.isclose(a, b, rel_tol=1e-14), (frequency, place, how, t, a, b))

    def test_ticks_become_bars_and_bars_longer_bars(self):
        ticks = [("2024-01-02T10:00:01Z", "10", "5"), ("2024-01-02T10:00:20Z", "12", "1"), ("2024-01-02T10:00:40Z", "9", "2"),
                 ("2024-01-02T10:02:00Z", "11", "4")]
        remarks = self.import_it(ticks, "T=ohlc", header="time,price,size", name="X")
        self.assertIn("gathered into bars of T", remarks)
        values = {name: [v for _, v in self.export(f"X.{name}")] for name in ("open", "high", "low", "close", "volume")}
        self.assertEqual(values, {"open": ["10", "11"], "high": ["12", "11"], "low": ["9", "11"], "close": ["9", "11"],
                                  "volume": ["8", "4"]})
        self.import_it([t[:2] for t in ticks], "T=ohlc", header="time,price", name="Y")
        self.assertEqual([v for _, v in self.export("Y.high")], ["12", "11"])
        bars = [("2024-01-02", "1", "5", "0.5", "2", "2", "10"), ("2024-01-03", "2", "3", "1", "2.5", "2.5", "20"),
                ("2024-02-01", "9", "9", "8", "8.5", "8", "30")]
        self.import_it(bars, "M=ohlc", header="Date,Open,High,Low,Close,Adj Close,Volume", name="Z")
        out = {r["series"]: r for r in self.rows("--db", "r.db", "series", "list")}
        self.assertEqual({r["frequency"] for r in out.values()}, {"M"})
        january = {name: self.export(f"Z.{name}")[0][1] for name in ("open", "high", "low", "close", "adjusted", "volume")}
        self.assertEqual(january, {"open": "1", "high": "5", "low": "0.5", "close": "2.5", "adjusted": "2.5", "volume": "30"})

    def test_keys_are_gathered_apart_and_bars_without_values_are_gaps(self):
        rows = [(f"2024-01-{d:02}T{h:02}:00:00Z", k, "" if d == 3 else str(d * h)) for d in (1, 2, 3, 5) for h in range(24)
                for k in ("a", "b")]
        self.write("k.csv", "time,k,v\n" + "".join(",".join(r) + "\n" for r in rows))
        self.good("--db", "r.db", "import", "k.csv", "--by", "k", "--resample", "D=max")
        for key in ("a", "b"):
            self.assertEqual([v for _, v in self.export(key)], ["23", "46", "115"])
        gaps = self.rows("--db", "r.db", "series", "gaps", "a")
        self.assertEqual([(g["start"][:10], g["missing"]) for g in gaps], [("2024-01-03", "2")])

    def test_what_cannot_be_gathered_is_refused(self):
        self.write("r.csv", "time,v\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n")
        for spec, words in (("H", "FREQUENCY=HOW"), ("H=avg", "FREQUENCY=HOW"), ("H=maen", "did you mean mean"),
                            ("X=mean", "frequency"), ("index=sum", "no bars"), ("2B=sum", "one by one")):
            self.assertIn(words, self.bad(2, "import", "r.csv", "--resample", spec), spec)
        self.assertIn("--freq", self.bad(2, "import", "r.csv", "--resample", "W=sum", "--freq", "W"))
        self.write("i.csv", "v\n1\n2\n3\n")
        self.assertIn("times", self.bad(2, "import", "i.csv", "--index", "--resample", "W=sum"))


if __name__ == "__main__":
    main()
