"""Kept models, forecasts, scores; runs by name; series that are too short.

    python3 test_forecast.py ALMANAC
"""
import csv
import io
import json

from program import Program, main, walk

LSTM = "lstm:hidden=4,lookback=8,epochs=2,steps=5"


class Forecast(Program):
    def test_a_kept_model_forecasts_what_it_forecast_when_fitted(self):
        self.import_walks()
        for spec, name in (("ses", "s"), (LSTM, "l")):
            self.good("train", "-m", spec, "--series", "a", "--horizon", "3", "--name", name, "--seed", "5")
            kept = self.good("forecast", name, "--format", "csv")
            self.assertEqual(self.good("forecast", name, "--format", "csv"), kept)
            at_once = self.good("forecast", "-m", spec, "--series", "a", "--horizon", "3", "--seed", "5", "--format", "csv")
            self.assertEqual(kept, at_once)
        rows = list(csv.DictReader(io.StringIO(kept)))
        self.assertEqual(list(rows[0])[:5], ["series", "origin_time", "step", "time", "forecast"])
        self.assertIn("q0.025", rows[0])
        self.assertEqual([(r["origin_time"], r["step"], r["time"]) for r in rows], [("119", str(s), str(119 + s)) for s in (1, 2, 3)])
        for row in rows:
            quantiles = [float(row[q]) for q in ("q0.025", "q0.1", "q0.9", "q0.975")]
            self.assertEqual(quantiles, sorted(quantiles))
        self.assertEqual({m["model"] for m in json.loads(self.good("models", "list", "--format", "json"))}, {"s", "l"})
        self.bad(2, "train", "-m", "ses", "--series", "a", "--name", "s")
        self.good("models", "show", "s")
        self.good("models", "drop", "s")
        self.assertIn('"s"', self.bad(2, "forecast", "s"))

    def test_scores_come_when_data_have_come(self):
        y = walk(63, 1)
        self.write_values("a.csv", y[:60])
        self.good("import", "a.csv", "--index", "--value", "value")
        self.good("forecast", "-m", "naive", "--series", "a", "--horizon", "3")
        self.assertIn("no forecast waits", self.run_it("score")[1])
        self.write_values("more.csv", y[60:])
        self.good("import", "more.csv", "--index", "--value", "value", "--series", "a", "--append")
        self.good("score")
        rows = self.sql("select step, actual, error from v_forecast where forecaster = 'naive' order by step")
        self.assertEqual([actual for _, actual, _ in rows], y[60:])
        mae = self.sql("select value from v_metric where forecaster = 'naive' and metric = 'mae' and series is null and step is null")
        self.assertAlmostEqual(mae[0][0], sum(abs(v - y[59]) for v in y[60:]) / 3, delta=1e-9)

    def test_a_run_name_is_taken_once(self):
        self.import_walks()
        request = ("backtest", "--series", "a", "-m", "naive", "--horizon", "1", "--name", "x")
        self.good(*request)
        self.assertIn("x", self.bad(2, *request))
        self.good("runs", "drop", "x")
        self.assertEqual(self.sql("select count(*) from v_forecast"), [(0,)])
        self.good(*request)

    def test_too_short_a_series_fails_in_words_and_the_others_go_on(self):
        self.import_walks(("a",), 100)
        self.write_values("short.csv", walk(12, 5))
        self.good("import", "short.csv", "--index", "--value", "value")
        self.good("backtest", "--series", "a,short", "-m", "lstm:hidden=4,lookback=16,epochs=1,steps=2", "--horizon", "2")
        failures = json.loads(self.good("query", "failures", "run=1", "--format", "json"))
        self.assertEqual({row["series"] for row in failures}, {"short"})
        self.assertTrue(all(row["reason"] for row in failures))


if __name__ == "__main__":
    main()
