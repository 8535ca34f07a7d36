"""Covariates: --past, --future and --static of train, forecast and backtest.

    python3 test_covariates.py ALMANAC
"""
import csv
import datetime
import io
import random

from program import Program, main

N, HORIZON = 400, 6
LSTM = "lstm:hidden=8,lookback=12,epochs=40,patience=0,rate=0.01,scale=standard"


class Covariates(Program):
    def setUp(self):
        """shop.sales follows shop.promo, which nothing else foretells; plan.promo is known 10 hours longer."""
        super().setUp()
        rng = random.Random(3)
        self.promo = [rng.randint(0, 1) for _ in range(N + 10)]
        start = datetime.datetime(2024, 1, 1)
        time = [(start + datetime.timedelta(hours=i)).isoformat() for i in range(N + 10)]
        with open(self.path / "shop.csv", "w", encoding="utf-8") as file:
            file.write("time,sales,promo,size\n")
            for i in range(N):
                file.write(f"{time[i]},{20 + 5 * self.promo[i]},{self.promo[i]},{7 if i else 4}\n")
        with open(self.path / "plan.csv", "w", encoding="utf-8") as file:
            file.write("time,promo\n")
            for i in range(N + 10):
                file.write(f"{time[i]},{self.promo[i]}\n")
        self.good("import", "shop.csv")
        self.good("import", "plan.csv", "--series", "plan.promo")

    def mae(self, run):
        rows = self.sql("select forecaster, value from v_metric where run = ? and metric = 'mae' and series is null and step is null", run)
        return dict(rows)

    def backtest(self, *more):
        self.good("backtest", "--series", "shop.sales", "-m", LSTM, "--horizon", HORIZON, "--folds", 4, *more)
        return self.sql("select max(run_id) from run")[0][0]

    def test_a_known_future_tells_what_the_series_does_not(self):
        alone = self.mae(self.backtest())
        run = self.backtest("--future", "@.promo", "--static", "@.size", "--audit", "--name", "f")
        told = self.mae(run)
        self.assertLess(told["lstm"], alone["lstm"] / 3)
        spec = self.sql("select spec from run where run_id = ?", run)[0][0]
        self.assertIn('"covariates":[{"role":"future","name":"@.promo"},{"role":"static","name":"@.size"}]', spec)
        self.good("backtest", "--resume", "f")

    def write_states(self, states, name="states"):
        start = datetime.datetime(2024, 1, 1)
        lines = [f"{(start + datetime.timedelta(hours=i)).isoformat()},{state}" for i, state in enumerate(states)]
        (self.path / f"{name}.csv").write_text("time,state\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return self.good("import", f"{name}.csv", "--category", "state", "--series", name)

    def test_labels_are_an_input_each(self):
        rng = random.Random(5)  # the second of three labels means a promotion: no line through their numbers tells it
        self.write_states(["on" if promo else rng.choice(("before", "l@te")) for promo in self.promo])
        run = self.backtest("--future", "states", "--audit")
        spec = self.sql("select spec from run where run_id = ?", run)[0][0]
        for label in ("before", "on", "l@te"):
            self.assertIn(f'{{"role":"future","name":"states={label}"}}', spec)
        self.assertLess(self.mae(run)["lstm"], self.mae(self.backtest())["lstm"] / 3)
        self.good("train", "-m", LSTM, "--series", "shop.sales", "--future", "states", "--horizon", HORIZON, "--name", "m")
        self.assertEqual(len(self.good("forecast", "m", "--format", "csv").splitlines()), HORIZON + 1)
        self.write_states([f"s{i % 65}" for i in range(N)], "many")
        error = self.bad(3, "train", "-m", LSTM, "--series", "shop.sales", "--past", "many", "--horizon", HORIZON)
        self.assertIn("many has 65 labels; a covariate may have 64", error)

    def test_a_pattern_is_every_series_that_matches(self):
        run = self.backtest("--past", "*.promo")
        spec = self.sql("select spec from run where run_id = ?", run)[0][0]
        self.assertIn('[{"role":"past","name":"plan.promo"},{"role":"past","name":"shop.promo"}]', spec)

    def test_a_kept_model_takes_the_covariates_it_was_trained_with(self):
        self.good("train", "-m", LSTM, "--series", "shop.sales", "--future", "plan.promo", "--horizon", HORIZON, "--name", "m")
        rows = list(csv.DictReader(io.StringIO(self.good("forecast", "m", "--format", "csv"))))
        self.assertEqual(len(rows), HORIZON)
        for row, promo in zip(rows, self.promo[N:]):
            self.assertAlmostEqual(float(row["forecast"]), 20 + 5 * promo, delta=1)
        self.assertIn("was trained with", self.bad(3, "forecast", "m", "--past", "plan.promo"))

    def test_a_series_is_no_future_covariate_of_itself(self):
        """It would know the answers, and the audit, which leaves what is known in place, would pass."""
        ask = ("backtest", "--series", "shop.sales", "-m", LSTM, "--horizon", HORIZON, "--audit")
        for pattern in "shop.sales", "@.sales", "shop.*":
            self.assertIn("of itself", self.bad(2, *ask, "--future", pattern))
        self.assertEqual(self.sql("select count(*) from run"), [(0,)])

    def test_a_static_covariate_was_known_all_along(self):
        (self.path / "late.csv").write_text("time,late\n2024-01-01T05:00,3\n")
        self.good("import", "late.csv")
        ask = ("backtest", "--series", "shop.sales", "-m", LSTM, "--horizon", HORIZON)
        self.assertIn("not known all along", self.bad(3, *ask, "--static", "late"))

    def test_what_is_wrong_is_said(self):
        ask = ("forecast", "-m", LSTM, "--series", "shop.sales", "--horizon")
        self.good(*ask, 10, "--future", "plan.promo")
        self.assertIn("no value for step 11", self.bad(3, *ask, 11, "--future", "plan.promo"))
        self.assertIn("step 1 ", self.bad(3, *ask, 2, "--future", "@.promo"))
        self.assertIn("did you mean", self.bad(2, *ask, 2, "--past", "plan.prom"))
        self.bad(2, *ask, 2, "--static", "@.sizes")


if __name__ == "__main__":
    main()
