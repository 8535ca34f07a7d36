"""`almanac money`: what forecasts of prices would have earned."""
import csv
import math
import pathlib
import sys

import program

MARKET = pathlib.Path(sys.argv[2], "market") if len(sys.argv) > 2 else pathlib.Path("absent")


class Money(program.Program):
    def backtest(self, values, *arguments, kind="price"):
        self.good("import", self.write_values("a.csv", values), "--index", "--value", "value")
        self.good("series", "set", "a", f"kind={kind}")
        self.good("backtest", "--series", "a", "--no-intervals", *arguments)

    def rows_of(self, *arguments):
        return {row["strategy"]: row for row in self.rows("money", *arguments)}

    def test_the_numbers_are_those_of_the_stored_forecasts(self):
        self.backtest(program.walk(200, 4), "-m", "ar", "-m", "drift", "--horizon", "3", "--step", "1", "--folds", "60")
        rows = self.rows_of("1", "--cost", "10")
        self.assertEqual(list(rows), ["naive", "ar", "drift", "buy-and-hold", "always-flip"])
        folds = {}
        for origin, step, forecast, actual in self.sql("SELECT CAST(origin_time AS INTEGER), step, forecast, actual FROM "
                                                       "v_forecast WHERE forecaster = 'ar' ORDER BY 1, 2"):
            folds.setdefault(origin, []).append((forecast, actual))
        price = {origin + i + 1: actual for origin, steps in folds.items() for i, (_, actual) in enumerate(steps)}
        position = {origin: (steps[2][0] > steps[0][0]) - (steps[2][0] < steps[0][0]) for origin, steps in folds.items()}
        capital, before, last = 1, 0, max(price)
        for bar in range(min(price) + 1, last + 1):
            held = position[min(bar - 2, max(position))]
            cost = 0.001 * (abs(held - before) + (abs(held) if bar == last else 0))
            capital *= 1 + held * (price[bar] / price[bar - 1] - 1) - cost
            before = held
        self.assertAlmostEqual(float(rows["ar"]["return"]), capital - 1, places=12)
        self.assertEqual(int(rows["ar"]["bars"]), last - min(price))
        self.assertAlmostEqual(float(rows["buy-and-hold"]["return"]),
                               (1 + price[min(price) + 1] / price[min(price)] - 1 - 0.001)
                               * math.prod(price[b] / price[b - 1] for b in range(min(price) + 2, last))
                               * (price[last] / price[last - 1] - 0.001) - 1, places=12)
        self.assertEqual(float(rows["naive"]["turnover"]), 0)
        self.assertEqual(rows["naive"]["p_shuffled"], "")

    def test_the_same_seed_gives_the_same_rows(self):
        self.backtest(program.walk(120, 2), "-m", "ar", "--horizon", "2", "--step", "1", "--folds", "30")
        self.assertEqual(self.rows_of("1"), self.rows_of("1"))
        self.assertNotEqual(self.rows_of("1"), self.rows_of("1", "--seed", "2"))

    def test_a_wave_that_can_be_foretold_earns_more_than_random_orders(self):
        wave = [100 + 5 * math.sin(i) + 0.1 * x for i, x in enumerate(program.walk(300, 3))]
        self.backtest(wave, "-m", "ar", "--horizon", "2", "--step", "1", "--folds", "100")
        for rule in ("sign", "long", "size"):
            row = self.rows_of("1", "--position", rule)["ar"]
            self.assertEqual(float(row["p_shuffled"]), 0.001)
            self.assertGreater(float(row["deflated"]), 0.95)
            self.assertGreater(float(row["return"]), float(row["shuffled"]))

    def test_a_run_that_cannot_be_judged_is_refused_with_the_reason(self):
        self.backtest(program.walk(120, 2), "-m", "drift", "--horizon", "1", "--folds", "10")
        self.assertIn("--horizon 2", self.bad(3, "money", "1"))
        self.good("series", "set", "a", "kind=numeric")
        self.assertIn("series set a kind=price", self.bad(3, "money", "1"))
        self.good("series", "set", "a", "kind=price")
        self.good("backtest", "--series", "a", "-m", "majority:target=direction", "--horizon", "2", "--folds", "5")
        self.assertIn("classes", self.bad(3, "money", "2"))
        self.bad(2, "money", "9")
        self.bad(2, "money", "1", "--position", "half")

    def test_series_that_are_no_prices_are_left_out_and_named(self):
        self.import_walks(("a", "b"))
        self.good("series", "set", "b", "kind=price")
        self.good("backtest", "--series", "a,b", "-m", "drift", "--horizon", "2", "--folds", "5")
        out, said = self.run_it("money", "1", "--format", "csv")
        self.assertEqual({row["series"] for row in csv.DictReader(out.splitlines())}, {"b"})
        self.assertIn("no prices: a", said)
        self.assertIn("not advice", said)

    def test_real_prices_are_judged(self):
        files = sorted(MARKET.glob("*.csv")) if MARKET.is_dir() else []
        if not files:
            self.skipTest("no market data")
        self.good("import", files[0], "--series", "m")
        closes = [r["series"] for r in self.rows("series", "list") if r["series"].endswith("close") and int(r["n"]) > 300]
        if not closes:
            self.skipTest("no closing prices in the first file")
        self.good("backtest", "--series", closes[0], "-m", "ar", "--horizon", "2", "--step", "1", "--folds", "200",
                  "--refit", "once", "--no-intervals")
        rows = self.rows_of("1")
        self.assertEqual(len(rows), 4)
        self.assertTrue(0 < float(rows["ar"]["p_shuffled"]) <= 1)


if __name__ == "__main__":
    program.main()
