"""Backtests through the program: metrics recomputed from the stored rows, the same rows whatever the number of workers
and however often the work was broken off.

    python3 test_backtest.py ALMANAC
"""
import math
import signal
import sqlite3
import subprocess
import time

from program import ALMANAC, Program, environment, main

LSTM = "lstm:hidden=4,lookback=14,epochs=3"
ROWS = """SELECT forecaster, series, origin_time, step, time, forecast, actual, NULL AS level, NULL AS value
          FROM v_forecast WHERE run = {0}
          UNION ALL SELECT forecaster, series, origin_time, step, time, NULL, actual, level, value
          FROM v_quantile WHERE run = {0} ORDER BY 1, 2, 3, 4, 8"""


class Case(Program):
    SIZE = 300
    MODELS = ("-m", "naive", "-m", "drift", "-m", "ses", "-m", LSTM)

    def backtest(self, *arguments, status=0):
        return self.run_it("-q", "backtest", "--series", "demo", *arguments, status=status)

    def fetch(self, sql):
        connection = sqlite3.connect(self.path / "almanac.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def run_rows(self, run):
        return self.fetch(ROWS.format(run))


class Backtest(Case):
    def test_a_forecaster_that_makes_nothing_is_a_failure_with_its_reason(self):
        arguments = ("backtest", "--series", "demo", "-m", "naive", "-m", "lstm:residual=season,lookback=4", "--horizon", "2")
        out, err = self.run_it(*arguments, "--folds", "2", status=1)
        self.assertIn("lstm made no forecast at any origin; on demo: ", err)
        self.assertRegex(out, r"incomplete: no forecast in 2 of 2 cases: .*residual=season needs a lookback")
        self.assertEqual(self.fetch("SELECT status FROM v_run"), [("done",)])

    def test_a_forecaster_that_makes_some_is_none_but_it_is_said(self):
        lines = (self.path / "demo.csv").read_text().splitlines()
        lines[-10] = lines[-10].split(",")[0] + ","
        (self.path / "gap.csv").write_text("\n".join(lines) + "\n")
        self.good("-q", "import", "gap.csv", "--series", "gap", "--value", "value")
        err = self.run_it("backtest", "--series", "gap", "-m", "ses", "--horizon", "5", "--folds", "3",
                          "--missing", "refuse", "--no-intervals")[1]
        self.assertRegex(err, r"\d+ forecasts could not be made; first .* on gap: ")

    def test_without_intervals_the_points_are_the_same(self):
        points = []
        for number, arguments in enumerate(([], ["--no-intervals"]), 1):
            self.backtest("-m", "ses", "-m", LSTM, "--horizon", "4", "--folds", "2", *arguments)
            rows = self.run_rows(number)
            points.append([row for row in rows if row[7] is None])
            self.assertEqual(len(rows) > len(points[-1]), number == 1)
        self.assertEqual(len(points[0]), 3 * 2 * 4)
        self.assertEqual(points[0], points[1])
        self.backtest("-m", "ses", "--horizon", "4", "--no-intervals", "--levels", "80", status=2)

    def test_metrics_follow_from_the_forecast_rows(self):
        self.backtest(*self.MODELS, "--horizon", "5", "--folds", "12", "--step", "3", "--levels", "80,95")
        errors = {}
        for forecaster, actual, forecast in self.fetch("SELECT forecaster, actual, forecast FROM v_forecast"):
            errors.setdefault(forecaster, []).append((actual - forecast, actual, forecast))
        self.assertEqual(set(errors), {"naive", "drift", "ses", "lstm"})
        naive = math.fsum(abs(e) for e, _, _ in errors["naive"]) / 60
        board = {row["forecaster"]: row for row in self.rows("compare", "1")}
        for forecaster, rows in errors.items():
            with self.subTest(forecaster):
                self.assertEqual(len(rows), 60)
                mae = math.fsum(abs(e) for e, _, _ in rows) / 60
                wanted = {
                    "mae": mae,
                    "rmse": math.sqrt(math.fsum(e * e for e, _, _ in rows) / 60),
                    "smape": math.fsum(200 * abs(e) / (abs(a) + abs(f)) for e, a, f in rows) / 60,
                    "coverage_80": self.coverage(forecaster, 0.1, 0.9),
                    "coverage_95": self.coverage(forecaster, 0.025, 0.975),
                }
                for metric, value in wanted.items():
                    self.assertAlmostEqual(float(board[forecaster][metric]), value, delta=1e-9, msg=metric)
        order = sorted(board.values(), key=lambda row: int(row["rank"]))
        self.assertEqual([float(r["mase"]) for r in order], sorted(float(r["mase"]) for r in order))
        self.assertEqual(float(board["naive"]["skill"]), 0)
        self.assertGreater(naive, 0)

    def coverage(self, forecaster, low, high):
        """Share of actuals between two quantiles, both included."""
        rows = self.fetch(f"""SELECT a.value, a.actual, b.value FROM v_quantile a JOIN v_quantile b
                              USING (run, forecaster, series, origin_time, step)
                              WHERE forecaster = '{forecaster}' AND abs(a.level - {low}) < 1e-9
                                AND abs(b.level - {high}) < 1e-9""")
        self.assertEqual(len(rows), 60)
        return sum(a <= actual <= b for a, actual, b in rows) / len(rows)

    def test_naive_and_drift_equal_a_script(self):
        horizon, folds, step = 4, 9, 3
        self.backtest("-m", "naive", "-m", "drift", "--horizon", str(horizon), "--folds", str(folds), "--step", str(step))
        y, wanted = self.values, []
        for fold in range(folds):
            last = len(y) - 1 - horizon - step * (folds - 1 - fold)
            for h in range(1, horizon + 1):
                slope = (y[last] - y[0]) / last
                wanted.append((fold, h, "drift", y[last] + h * slope, y[last + h]))
                wanted.append((fold, h, "naive", y[last], y[last + h]))
        rows = self.fetch("SELECT fold, step, forecaster, forecast, actual FROM v_forecast ORDER BY 1, 2, 3")
        self.assertEqual(len(rows), len(wanted))
        for row, want in zip(rows, wanted):
            self.assertEqual(row[:3], want[:3])
            self.assertEqual(row[4], want[4])
            self.assertAlmostEqual(row[3], want[3], delta=0 if row[2] == "naive" else 1e-9)

    def test_workers_do_not_change_rows(self):
        for name, jobs in (("one", "1"), ("two", "2"), ("five", "5")):
            self.backtest(*self.MODELS, "--horizon", "5", "--folds", "8", "--jobs", jobs, "--name", name)
        first = self.run_rows(1)
        self.assertGreater(len(first), 4 * 8 * 5)
        self.assertEqual(first, self.run_rows(2))
        self.assertEqual(first, self.run_rows(3))

    def test_a_seed_changes_the_lstm_alone(self):
        for seed in ("1", "2"):
            self.backtest("-m", "ses", "-m", LSTM, "--horizon", "3", "--folds", "2", "--seed", seed)
        one, two = self.run_rows(1), self.run_rows(2)
        self.assertEqual([r for r in one if r[0] != "lstm"], [r for r in two if r[0] != "lstm"])
        self.assertNotEqual([r for r in one if r[0] == "lstm"], [r for r in two if r[0] == "lstm"])

    def test_a_run_is_refused_before_it_begins(self):
        for arguments, named in ((("-m", "naive", "-m", "naive", "--horizon", "2"), "naive"),
                                 (("-m", "nave", "--horizon", "2"), "naive"),
                                 (("-m", "lstm:hiden=3", "--horizon", "2"), "hidden"),
                                 (("-m", "naive"), "horizon")):
            with self.subTest(arguments):
                self.assertIn(named, self.backtest(*arguments, status=2)[1])
        self.assertEqual(self.fetch("SELECT count(*) FROM run"), [(0,)])

    def test_a_dry_run_stores_nothing(self):
        self.backtest(*self.MODELS, "--horizon", "5", "--folds", "3", "--dry-run")
        self.assertEqual(self.fetch("SELECT count(*) FROM run"), [(0,)])

    def test_what_to_be_wary_of_is_a_row_a_line_and_an_exit_status(self):
        out = self.run_it("backtest", "--series", "demo", "-m", "ses", "--horizon", "4", "--folds", "30", "--step", "1")[0]
        self.assertRegex(out.replace("\n  ", " "), r"checks: (\d+ warn, )?\d+ pass, \d+ skip")
        rows = {(row["check"], row["forecaster"]): row for row in self.rows("check", "1")}
        self.assertEqual(rows["future", "ses"]["verdict"], "pass")
        self.assertEqual(rows["audit", "ses"]["verdict"], "skip")
        self.assertEqual(float(rows["overlap", ""]["statistic"]), 30 / 4)
        stored = self.fetch('SELECT "check", coalesce(forecaster, \'\'), verdict FROM v_check WHERE run = 1')
        self.assertEqual({key: row["verdict"] for key, row in rows.items()}, {row[:2]: row[2] for row in stored})
        with sqlite3.connect(self.path / "almanac.db") as database:
            database.execute("UPDATE check_result SET verdict = 'fail' WHERE check_name = 'future'")
        self.assertRegex(self.run_it("check", "1", status=3)[1], r"run 1 fails 1 of its checks; the first: future: ")

    def test_a_run_without_checks_says_so(self):
        self.good("-q", "forecast", "--series", "demo", "-m", "naive", "--horizon", "2")
        self.assertIn("has no checks", self.run_it("check", "1", status=2)[1])

    def test_other_seeds_and_other_specs_are_remembered(self):
        for seed in "1", "2", "3":
            self.backtest("-m", LSTM, "-m", "ses", "--horizon", "2", "--folds", "12", "--seed", seed)
        tried = self.fetch("SELECT evidence FROM v_check WHERE \"check\" = 'selection' AND run = 3")
        seeds = self.fetch("SELECT verdict, evidence FROM v_check WHERE \"check\" = 'seeds' AND run = 3")
        self.assertTrue(all("best of 2 that" in evidence for evidence, in tried), tried)
        self.assertTrue(all("over 3 seeds" in evidence for _, evidence in seeds), seeds)

    def test_an_audit_finds_no_leak(self):
        self.backtest(*self.MODELS, "--horizon", "5", "--folds", "3", "--audit")
        self.assertEqual(self.fetch("SELECT DISTINCT verdict FROM v_check WHERE \"check\" = 'audit'"), [("pass",)])

    def test_a_report_stands_alone(self):
        self.backtest("-m", "drift", "--horizon", "5", "--folds", "12")
        self.run_it("-q", "report", "1", "-o", "r.html")
        text = (self.path / "r.html").read_text(encoding="utf-8")
        self.assertIn("<svg", text)
        self.assertNotRegex(text, r"(?:src|href)=\"https?:")


class Interrupted(Case):
    """Work that lasts some seconds, broken off when some of its tasks are done."""

    LONG = ("--horizon", "5", "--folds", "40", "-m", "naive", "-m", "lstm:hidden=32,lookback=28,epochs=20")

    def done(self):
        try:
            return self.fetch("SELECT count(DISTINCT forecaster || fold) FROM v_forecast WHERE run = 1")[0][0]
        except sqlite3.OperationalError:
            return 0

    def break_off(self, number):
        """Starts run 1, sends it a signal once forecasts are stored; returns its exit status."""
        with subprocess.Popen([ALMANAC, "-q", "backtest", "--series", "demo", *self.LONG, "--name", "broken"],
                              cwd=self.path, env=environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            while process.poll() is None and self.done() < 1:
                time.sleep(0.01)
            process.send_signal(number)
            process.communicate(timeout=60)
        if process.returncode == 0:
            self.skipTest("the run was over before the signal")
        return process.returncode

    def check_resume(self):
        self.assertLess(self.done(), 80)
        self.run_it("-q", "backtest", "--resume", "broken", "--jobs", "2")
        self.backtest(*self.LONG, "--name", "whole")
        rows = self.run_rows(1)
        self.assertEqual(len({r[:4] for r in rows}), 2 * 40 * 5)
        self.assertEqual(rows, self.run_rows(2))
        metrics = "SELECT forecaster, series, step, metric, value, n FROM v_metric WHERE run = {} ORDER BY 1, 2, 3, 4"
        self.assertEqual(self.fetch(metrics.format(1)), self.fetch(metrics.format(2)))

    def test_a_killed_run_is_resumed_to_the_same_rows(self):
        self.assertEqual(self.break_off(signal.SIGKILL), -signal.SIGKILL)
        self.check_resume()

    def test_an_interrupt_stores_what_is_done_and_ends_with_130(self):
        self.assertEqual(self.break_off(signal.SIGINT), 130)
        self.check_resume()

    def test_a_termination_ends_with_143(self):
        self.assertEqual(self.break_off(signal.SIGTERM), 143)
        self.assertEqual(self.run_it("-q", "db", "check")[1], "")


if __name__ == "__main__":
    main()
