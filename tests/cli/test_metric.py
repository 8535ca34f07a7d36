"""Every metric of a run over several series, computed again from its stored forecasts and from the data.

    python3 test_metric.py ALMANAC
"""
import csv
import io
import json
import math

from program import Program, main, walk

TOLERANCE = 1e-9
LSTM = "lstm:hidden=4,lookback=8,epochs=2,steps=5"


def mean(values):
    values = list(values)
    return sum(values) / len(values)


class Metric(Program):
    def forecasts(self, run, forecaster):
        """{series: [(origin index, step, forecast, actual)]} of an index series."""
        out = {}
        for series, origin, step, forecast, actual in self.sql(
            "select series, origin_time, step, forecast, actual from v_forecast where run = ? and forecaster = ?",
            run,
            forecaster,
        ):
            out.setdefault(series, []).append((origin, step, forecast, actual))
        return out

    def metric(self, run, forecaster, metric):
        return self.sql(
            "select value from v_metric where run = ? and forecaster = ? and metric = ? and series is null and step is null",
            run,
            forecaster,
            metric,
        )[0][0]

    def near(self, a, b):
        self.assertTrue(math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE), (a, b))

    def test_metrics_are_those_of_the_stored_rows(self):
        values = {"a": walk(150, 1), "b": walk(150, 2)}
        self.import_walks(("a", "b"), 150)
        self.good("backtest", "-q", "--series", "a", "--series", "b", "-m", "drift", "-m", "ses", "-m", LSTM,
                  "--horizon", "4", "--folds", "11", "--season", "3", "--seed", "7")
        for label in ("naive", "drift", "ses", "lstm"):
            rows = self.forecasts(1, label)
            self.assertEqual({k: len(v) for k, v in rows.items()}, {"a": 44, "b": 44})
            every = [row for series in rows.values() for row in series]
            errors = [actual - forecast for _, _, forecast, actual in every]
            self.near(self.metric(1, label, "me"), mean(errors))
            self.near(self.metric(1, label, "mae"), mean(map(abs, errors)))
            self.near(self.metric(1, label, "rmse"), math.sqrt(mean(e * e for e in errors)))
            relative = {name: [] for name in ("mape", "smape", "mase", "rmsse", "r2")}
            for name, series in rows.items():
                y = values[name]
                scale, square = {}, {}
                for origin in {row[0] for row in series}:
                    seasonal = [y[i] - y[i - 3] for i in range(3, origin + 1)]
                    scale[origin], square[origin] = mean(map(abs, seasonal)), mean(d * d for d in seasonal)
                centre = mean(a for *_, a in series)
                relative["mape"].append(mean(100 * abs((a - f) / a) for _, _, f, a in series))
                relative["smape"].append(mean(200 * abs(a - f) / (abs(a) + abs(f)) for _, _, f, a in series))
                relative["mase"].append(mean(abs(a - f) / scale[o] for o, _, f, a in series))
                relative["rmsse"].append(math.sqrt(mean((a - f) ** 2 / square[o] for o, _, f, a in series)))
                relative["r2"].append(1 - sum((a - f) ** 2 for _, _, f, a in series) / sum((a - centre) ** 2 for *_, a in series))
            for name, by_series in relative.items():
                self.near(self.metric(1, label, name), mean(by_series))

    def test_the_leaderboard_is_data_in_every_format_and_words_for_people(self):
        self.import_walks()
        table = self.good("backtest", "-q", "--series", "a", "-m", "drift", "--horizon", "2", "--folds", "15", "--name", "first")
        verdict, checks = table.splitlines()[-2:]
        self.assertIn("naive", verdict)
        self.assertRegex(checks, r"^checks: \d+ pass")
        rows = json.loads(self.good("compare", "first", "--format", "json"))
        self.assertEqual({row["forecaster"] for row in rows}, {"naive", "drift"})
        drift = next(row for row in rows if row["forecaster"] == "drift")
        self.near(drift["mae"], self.metric(1, "drift", "mae"))
        self.near(drift["skill"], 1 - drift["mae"] / self.metric(1, "naive", "mae"))
        self.good("backtest", "-q", "--series", "a", "-m", "mean", "--horizon", "2", "--folds", "3")
        both = list(csv.DictReader(io.StringIO(self.good("compare", "1", "2", "--format", "csv"))))
        self.assertEqual([row["run"] for row in both], ["1", "1", "2", "2"])
        steps = json.loads(self.good("compare", "1", "--steps", "--format", "json"))
        self.assertEqual(sorted((r["forecaster"], r["step"]) for r in steps), [("drift", 1), ("drift", 2), ("naive", 1), ("naive", 2)])


if __name__ == "__main__":
    main()
