"""Origins through the program, against the same rules said again in Python: the calendar, lists in a file, limits,
gaps, embargo, sliding windows of time, series with calendars of their own.

    python3 test_origins.py ALMANAC
"""
import calendar
import contextlib
import datetime
import random
import sqlite3
import zoneinfo

from program import Program, main

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def period_of(every, day):
    return {"daily": day, "weekly": day.isocalendar()[:2], "monthly": (day.year, day.month),
            "quarterly": (day.year, (day.month - 1) // 3), "yearly": day.year}[every]


def named_day(every, which, days):
    """The day that a rule means among all days of a period; `first` and `last` are found elsewhere."""
    if every == "daily":
        return days[0]
    if every == "weekly":
        return days[WEEKDAYS.index(which)]
    return days[min(int(which), len(days)) - 1]


def rule_origins(times, rule, zone, horizon):
    """Indices of the bars that a rule makes origins, in the most literal way: every day of the calendar is looked at."""
    rule, _, clock = rule.partition("@")
    every, _, which = rule.partition(":")
    which = which or "first"
    local = [t.astimezone(zone) for t in times]
    day, periods = local[0].date() - 406 * DAY, {}
    day -= day.weekday() * DAY  # whole weeks
    while day <= local[-1].date() + 400 * DAY or day.weekday() > 0:
        periods.setdefault(period_of(every, day), []).append(day)
        day += DAY
    out = []
    for days in periods.values():
        if every != "daily" and which in ("first", "last"):
            inside = [t.date() for t in local if days[0] <= t.date() <= days[-1]]
            if not inside:
                continue
            wanted = min(inside) if which == "first" else max(inside)
        else:
            wanted = named_day(every, which, days)
        if clock:
            limit = datetime.datetime.combine(wanted, datetime.time.fromisoformat(clock), zone).astimezone(UTC)
            bars = [i for i, t in enumerate(times) if t <= limit]
        else:
            bars = [i for i, t in enumerate(local) if t.date() <= wanted]
        if bars and bars[-1] + horizon < len(times) and bars[-1] not in out:
            out.append(bars[-1])
    return out


def embargo(bars, horizon, extra):
    """Origins that are left, and how many are not: none is within extra bars after what an earlier one tests."""
    left = []
    for bar in bars:
        if not left or bar >= left[-1] + horizon + extra:
            left.append(bar)
    return left, len(bars) - len(left)


class Case(Program):
    def make(self, name, times, zone="UTC"):
        rng = random.Random(len(times))
        text = "time,value\n" + "".join(f"{t:%Y-%m-%dT%H:%M:%SZ},{rng.gauss(100, 5)!r}\n" for t in times)
        (self.path / f"{name}.csv").write_text(text)
        self.good("-q", "import", f"{name}.csv", "--series", name, "--value", "value", "--tz", zone)
        return times

    def business(self, name, n, seed, start=datetime.datetime(2019, 1, 7, tzinfo=UTC)):
        """Days from Monday to Friday, without some that are holidays."""
        rng, times, t = random.Random(seed), [], start
        while len(times) < n:
            if t.weekday() < 5 and rng.random() > 0.06:
                times.append(t)
            t += DAY
        return self.make(name, times)

    def backtest(self, series, *arguments, status=0):
        return self.run_it("-q", "backtest", "--series", series, "-m", "naive", "--no-intervals", *arguments,
                           status=status)

    def origins(self, series, run="(SELECT max(run) FROM v_run)"):
        rows = self.sql(f"SELECT origin_time FROM v_task WHERE run = {run} AND series = ? AND origin_time IS NOT NULL "
                        "ORDER BY fold", series)
        return [datetime.datetime.fromisoformat(row[0].replace("Z", "+00:00")) for row in rows]


class Rules(Case):
    RULES = ["daily", "weekly:mon", "weekly:wed", "weekly:sun", "weekly", "weekly:last", "monthly:first", "monthly:last",
             "monthly:15", "monthly:31", "quarterly", "quarterly:last", "yearly", "yearly:last"]

    def test_rules_are_the_last_bars_of_the_days_they_name(self):
        times = self.business("b", 700, 3)
        for rule in self.RULES:
            for horizon in (1, 7):
                with self.subTest(rule=rule, horizon=horizon):
                    wanted = [times[i] for i in rule_origins(times, rule, UTC, horizon)]
                    folds = min(len(wanted), 9)
                    self.backtest("b", "--horizon", str(horizon), "--origins", rule, "--folds", str(folds))
                    self.assertEqual(self.origins("b"), wanted[-folds:])
        self.backtest("b", "--horizon", "1", "--origins", "yearly", "--folds", "99", status=3)

    def test_days_are_those_of_the_series_own_zone(self):
        zone = zoneinfo.ZoneInfo("America/New_York")
        start = datetime.datetime(2021, 2, 20, 3, tzinfo=UTC)
        times = self.make("h", [start + datetime.timedelta(hours=i) for i in range(900)], "America/New_York")
        for rule in ("daily", "daily@09:00", "weekly:mon", "weekly:sun@00:00", "monthly", "monthly:last@12:00", "daily@02:30"):
            with self.subTest(rule):
                wanted = [times[i] for i in rule_origins(times, rule, zone, 6)][-20:]
                self.backtest("h", "--horizon", "6", "--origins", rule, "--folds", str(len(wanted)))
                self.assertEqual(self.origins("h"), wanted)

    def test_limits_hold(self):
        times = self.business("b", 400, 4)
        all_mondays = [times[i] for i in rule_origins(times, "weekly:mon", UTC, 5)]
        first, last = times[200], times[300]
        inside = [t for t in all_mondays if first <= t <= last]
        limits = ("--first-origin", f"{first:%Y-%m-%d}", "--last-origin", f"{last:%Y-%m-%d}")
        rule = ("--horizon", "5", "--origins", "weekly:mon")
        self.backtest("b", *rule, *limits)
        self.assertEqual(self.origins("b"), inside)
        self.backtest("b", *rule, *limits[:2], "--folds", "3")
        self.assertEqual(self.origins("b"), inside[:3])
        self.backtest("b", *rule, *limits[2:], "--folds", "3")
        self.assertEqual(self.origins("b"), inside[-3:])
        self.assertIn("give two of them", self.backtest("b", *rule, *limits, "--folds", "3", status=2)[1])
        self.assertIn("from when on", self.backtest("b", *rule, status=2)[1])
        # the same counting bars
        self.backtest("b", "--horizon", "5", "--step", "7", *limits)
        self.assertEqual(self.origins("b"), times[200:301:7])
        self.backtest("b", "--horizon", "5", "--step", "7", "--folds", "4", *limits[2:])
        self.assertEqual(self.origins("b"), [times[i] for i in (279, 286, 293, 300)])

    def test_series_have_bars_of_their_own(self):
        b = self.business("b", 300, 5)
        d = self.make("d", [b[0] + i * DAY for i in range(500)])
        self.backtest("b,d", "--horizon", "3", "--origins", "weekly:sat", "--first-origin", "2019-06-01", "--last-origin",
                      "2019-12-31")
        limit = datetime.datetime(2019, 6, 1, tzinfo=UTC), datetime.datetime(2019, 12, 31, tzinfo=UTC)
        for name, times in (("b", b), ("d", d)):
            bars = [times[i] for i in rule_origins(times, "weekly:sat", UTC, 3)]
            self.assertEqual(self.origins(name), [t for t in bars if limit[0] <= t <= limit[1]])
        weeks = self.sql("SELECT fold, count(DISTINCT strftime('%Y-%W', origin_time)) FROM v_task GROUP BY fold")
        self.assertTrue(all(n == 1 for _, n in weeks))

    def test_mistakes_are_said(self):
        self.business("b", 100, 6)
        for rule in ("weekly:funday", "monthly:32", "daily:first", "daily@25:00", "weeekly:mon", "quarterly:15"):
            with self.subTest(rule):
                self.assertIn("expected daily, weekly:mon", self.backtest("b", "--horizon", "1", "--origins", rule, "--folds", "2",
                                                                         status=2)[1])
        self.assertIn("both say", self.backtest("b", "--horizon", "1", "--origins", "daily", "--step", "2", status=2)[1])


class Lists(Case):
    def test_a_file_names_the_origins(self):
        times = self.business("b", 200, 7)
        chosen = [times[i] for i in (150, 120, 180)]
        text = "\ufeff# chosen by hand\r\n\r\n" + "".join(f"  {t:%Y-%m-%d}  # day\r\n" for t in chosen)
        (self.path / "when.txt").write_text(text, encoding="utf-8")
        self.backtest("b", "--horizon", "4", "--origins", "when.txt")
        self.assertEqual(self.origins("b"), sorted(chosen))
        self.assertIn("--origins when.txt", self.report())

    def report(self):
        self.good("-q", "report", "1", "-o", "r.md", "--format", "md")
        return (self.path / "r.md").read_text(encoding="utf-8")

    def test_mistakes_have_a_place(self):
        times = self.business("b", 60, 8)
        early = f"{times[0] - DAY:%Y-%m-%d}"
        for text, place in (("2019-02-01\n  soon\n", "when.txt:2:3: "), ("2019-02-01\n\n2019-02-01\n", "when.txt:3:1: "),
                            (f"2019-02-01\n{early}\n", "when.txt:2:1: no series can be forecast from "), ("# nothing\n", "no time"),
                            ("2019-02-01\n2030-01-01\n", "when.txt:2:1: no series")):
            with self.subTest(text):
                (self.path / "when.txt").write_text(text)
                self.assertIn(place, self.backtest("b", "--horizon", "2", "--origins", "when.txt", status=3)[1])
        self.assertIn("no rule such as", self.backtest("b", "--horizon", "2", "--origins", "absent.txt", status=2)[1])


class Windows(Case):
    def test_an_embargo_keeps_tested_bars_apart(self):
        times = self.business("b", 400, 9)
        for extra in (0, 2, 5):
            with self.subTest(extra):
                all_bars = rule_origins(times, "weekly:mon", UTC, 9)[-30:]
                left, taken = embargo(all_bars, 9, extra)
                self.backtest("b", "--horizon", "9", "--origins", "weekly:mon", "--folds", "30", "--embargo", str(extra))
                self.assertEqual(self.origins("b"), [times[i] for i in left])
                counts = self.sql("SELECT origins, embargoed FROM v_run_series ORDER BY run DESC LIMIT 1")
                self.assertEqual(counts, [(len(left), taken)])
        out = self.run_it("backtest", "--series", "b", "-m", "naive", "--horizon", "9", "--origins", "weekly:mon", "--folds",
                          "30", "--embargo", "14D")[1]
        self.assertRegex(out, r"\d+ origins were left out by the embargo")
        kept = self.origins("b")
        for one, other in zip(kept, kept[1:]):
            self.assertGreaterEqual(other, times[times.index(one) + 9] + 14 * DAY)

    def test_a_gap_of_time_purges_what_lies_in_it(self):
        times = self.business("b", 200, 10)
        for gap, days in (("10D", 10), ("2W", 14), ("0D", None), ("36H", 1.5), ("3", None)):
            with self.subTest(gap):
                if gap == "0D":
                    self.backtest("b", "--horizon", "2", "--gap", gap, status=2)
                    continue
                self.backtest("b", "--horizon", "2", "--folds", "12", "--step", "5", "--gap", gap)
                rows = self.sql("SELECT origin_time, train_last, purged FROM v_task WHERE run = (SELECT max(run) FROM v_run)")
                for origin, last, purged in rows:
                    origin, last = (datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (origin, last))
                    at = times.index(origin)
                    if days is None:
                        self.assertEqual((last, purged), (times[at - 3], 3))
                        continue
                    inside = [t for t in times[:at + 1] if t > origin - days * DAY]
                    self.assertEqual(purged, len(inside))
                    self.assertEqual(last, times[at - len(inside)])

    def test_a_window_of_time_slides(self):
        times = self.business("b", 500, 11)
        for window in ("30D", "3M", "1Y"):
            with self.subTest(window):
                self.backtest("b", "--horizon", "1", "--folds", "8", "--step", "17", "--scheme", f"sliding:{window}")
                for first, last in self.sql("SELECT train_first, train_last FROM v_task WHERE run = (SELECT max(run) FROM v_run)"):
                    first, last = (datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (first, last))
                    if window == "30D":
                        before = last - 30 * DAY
                    else:
                        months = last.year * 12 + last.month - 1 - (3 if window == "3M" else 12)
                        year, month = months // 12, months % 12 + 1
                        before = last.replace(year=year, month=month, day=min(last.day, calendar.monthrange(year, month)[1]))
                    self.assertEqual(first, min(t for t in times if t > before))
        self.backtest("b", "--horizon", "1", "--scheme", "sliding:1", status=2)

    def test_without_a_clock_only_bars_count(self):
        self.good("-q", "import", self.write("i.csv", "value\n" + "".join(f"{i % 7}\n" for i in range(80))), "--series", "i",
                  "--index")
        self.backtest("i", "--horizon", "2", "--folds", "3", "--gap", "2", "--embargo", "0")
        for arguments in (["--gap", "2D"], ["--embargo", "1W"], ["--scheme", "sliding:9D"], ["--origins", "weekly:mon", "--folds", "2"]):
            with self.subTest(arguments):
                self.assertIn("has no clock", self.backtest("i", "--horizon", "2", *arguments, status=2)[1])

    def test_an_interrupted_run_goes_on_with_the_same_origins(self):
        times = self.business("b", 300, 12)
        (self.path / "when.txt").write_text("".join(f"{times[i]:%Y-%m-%d}\n" for i in range(120, 280, 10)))
        for arguments in (["--origins", "when.txt"], ["--origins", "monthly:15", "--folds", "9", "--last-origin", "2019-12-31"],
                          ["--folds", "20", "--step", "3", "--embargo", "4D"]):
            with self.subTest(arguments):
                self.backtest("b", "--horizon", "5", "--gap", "3D", "--scheme", "sliding:4M", *arguments)
                run = self.sql("SELECT max(run) FROM v_run")[0][0]
                rows = "SELECT origin_time, step, forecast FROM v_forecast WHERE run = ? ORDER BY 1, 2"
                before = self.sql(rows, run)
                with contextlib.closing(sqlite3.connect(self.path / "almanac.db")) as database, database:
                    database.execute("PRAGMA foreign_keys = ON")
                    database.execute("DELETE FROM task WHERE run_id = ? AND task_no % 2 = 1", (run,))
                    database.execute("UPDATE run SET status = 'interrupted', finished = NULL WHERE run_id = ?", (run,))
                if (self.path / "when.txt").exists():
                    (self.path / "when.txt").unlink()
                self.run_it("-q", "backtest", "--resume", str(run))
                self.assertEqual(self.sql(rows, run), before)


if __name__ == "__main__":
    main()
