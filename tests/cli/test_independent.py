"""Every metric of a run over several series and of a run of variances, computed again with numpy from the rows of the
database alone.

    python3 test_independent.py ALMANAC

Skipped where there is no numpy.
"""
import math

import sys

from program import Program, main, walk

try:
    import numpy as np
    from scipy import stats
except ImportError:
    sys.exit(77)

TOLERANCE = 1e-9
FORECASTERS = ["naive", "naive2", "drift", "ets"]
HORIZON, STEP, FOLDS, SEASON = 4, 2, 30, 3


def positive(n, seed):
    return [math.exp(v / 20) for v in walk(n, seed)]


class Rows:
    """What one forecaster forecast: arrays [series][fold][step], NaN where there is nothing."""

    def __init__(self, test, run, forecaster):
        rows = test.sql("select s.series_no, t.fold, f.step, f.forecast, f.actual, f.variance, x.last_value, x.mase_scale,"
                        " x.rmsse_scale, x.variance_of from task t join run_forecaster c using (run_id, forecaster_no)"
                        " join task_series x using (task_id) join forecast f using (task_id, series_no)"
                        " join run_series s on s.run_id = t.run_id and s.series_no = f.series_no"
                        " where t.run_id = ? and c.label = ?", run, forecaster)
        shape = tuple(max(r[i] for r in rows) + (i < 2) for i in range(3))
        self.forecast, self.actual, self.variance, self.last, self.mase, self.rmsse = (np.full(shape, np.nan) for _ in range(6))
        for s, fold, step, *values, of in rows:
            at = s, fold, step - 1
            for array, value in zip((self.forecast, self.actual, self.variance, self.last, self.mase, self.rmsse), values):
                array[at] = np.nan if value is None else value
            self.of = of
        levels = test.sql("select distinct q.level from task t join quantile q using (task_id) where t.run_id = ? order by 1", run)
        self.quantile = {level: np.full(shape, np.nan) for level, in levels}
        for s, fold, step, level, value in test.sql(
                "select q.series_no, t.fold, q.step, q.level, q.value from task t join run_forecaster c"
                " using (run_id, forecaster_no) join quantile q using (task_id) where t.run_id = ? and c.label = ?",
                run, forecaster):
            self.quantile[level][s, fold, step - 1] = value

    def pick(self, series, step):
        """The rows of one series and step, or all (None)."""
        s = slice(None) if series is None else slice(series, series + 1)
        h = slice(None) if step is None else slice(step - 1, step)
        out = object.__new__(Rows)
        for name in ("forecast", "actual", "last", "mase", "rmsse"):
            setattr(out, name, getattr(self, name)[s, :, h])
        out.quantile = {level: values[s, :, h] for level, values in self.quantile.items()}
        return out


def over_series(rows, of_one):
    return np.mean([of_one(rows.pick(s, None)) for s in range(len(rows.actual))])


def pinball(y, q, level):
    return np.where(y >= q, level * (y - q), (1 - level) * (q - y))


def point_metrics(r):
    y, f, e, d = r.actual, r.forecast, r.actual - r.forecast, r.actual - r.last
    moved = d != 0
    return {
        "me": e.mean(), "mae": np.abs(e).mean(), "mdae": np.median(np.abs(e)), "rmse": np.sqrt((e**2).mean()),
        "wape": 100 * np.abs(e).sum() / np.abs(y).sum(),
        "mape": over_series(r, lambda s: (100 * np.abs((s.actual - s.forecast) / s.actual)).mean()),
        "smape": over_series(r, lambda s: (200 * np.abs(s.actual - s.forecast) / (abs(s.actual) + abs(s.forecast))).mean()),
        "mase": over_series(r, lambda s: (np.abs(s.actual - s.forecast) / s.mase).mean()),
        "rmsse": over_series(r, lambda s: np.sqrt(((s.actual - s.forecast)**2 / s.rmsse).mean())),
        "r2": over_series(r, lambda s: 1 - ((s.actual - s.forecast)**2).sum() / (s.actual.var() * s.actual.size)),
        "r2_diff": over_series(r, lambda s: 1 - ((s.actual - s.forecast)**2).mean() / (s.actual - s.last).var()),
        "theil_u2": over_series(r, lambda s: np.sqrt(((s.actual - s.forecast)**2).sum() / ((s.actual - s.last)**2).sum())),
        "direction": (0.5 + 0.5 * np.sign(d) * np.sign(f - r.last))[moved].mean(),
    }


def quantile_metrics(r):
    y, q = r.actual, r.quantile
    losses = [pinball(y, v, level).mean() for level, v in q.items()]
    out = {"pinball": np.mean(losses), "crps": 2 * np.mean(losses)}
    pairs = [(a, b) for a in q for b in q if a < b and abs(a + b - 1) < 1e-9]
    parts = np.zeros(3)
    for a, b in pairs:
        alpha, name = 1 - (b - a), "%.6g" % (100 * (b - a))
        width, under, over = q[b] - q[a], np.maximum(y - q[b], 0), np.maximum(q[a] - y, 0)
        score = width + 2 / alpha * (under + over)
        out["coverage_" + name] = ((q[a] <= y) & (y <= q[b])).mean()
        out["width_" + name] = width.mean()
        out["winkler_" + name] = score.mean()
        out["msis_" + name] = np.mean([(score[s] / r.mase[s]).mean() for s in range(len(y))])
        parts += alpha / 2 * width.mean(), under.mean(), over.mean()
    parts[1] += np.maximum(y - q[0.5], 0).mean() / 2
    parts[2] += np.maximum(q[0.5] - y, 0).mean() / 2
    parts /= len(pairs) + 0.5
    out.update(zip(("wis_dispersion", "wis_under", "wis_over"), parts), wis=parts.sum())
    # scored with all quantiles of symmetric levels, it is twice the mean pinball loss
    assert math.isclose(parts.sum(), out["crps"], rel_tol=1e-9)
    for level, v in q.items():
        out["coverage_q%.6g" % level] = (y <= v).mean()
        out["pinball_q%.6g" % level] = pinball(y, v, level).mean()
    return out


def dm(d, h, bartlett):
    """Harvey, Leybourne & Newbold 1997: statistic and two-sided p."""
    n, off = len(d), d - d.mean()
    g = [(off[k:] * off[:n - k]).sum() / n for k in range(h)]
    variance = (g[0] + 2 * sum((1 - k / h if bartlett else 1) * g[k] for k in range(1, h))) / n
    if variance <= 0:
        return None
    statistic = d.mean() / math.sqrt(variance) * math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    return statistic, 2 * stats.t.sf(abs(statistic), n - 1)


def directions(x, y):
    """Pesaran & Timmermann 1992: statistic."""
    n, hits, px, py = len(x), (x == y).mean(), x.mean(), y.mean()
    chance = px * py + (1 - px) * (1 - py)
    of_chance = ((2 * py - 1)**2 * px * (1 - px) + (2 * px - 1)**2 * py * (1 - py)) / n + 4 * px * py * (1 - px) * (1 - py) / n**2
    return (hits - chance) / math.sqrt(chance * (1 - chance) / n - of_chance)


def regression(r, step, h):
    """Mincer & Zarnowitz on changes from the last value in units of the scale, by matrices: Driscoll & Kraay errors."""
    forecast, actual = (((x - r.last) / r.mase)[:, :, step - 1].T for x in (r.forecast, r.actual))  # [fold][series]
    x = np.stack([np.ones(forecast.size), forecast.ravel()], 1)
    b = np.linalg.lstsq(x, actual.ravel(), rcond=None)[0]
    score = (x * (actual.ravel() - x @ b)[:, None]).reshape(*forecast.shape, 2).sum(1)
    n = len(score)
    s = score.T @ score
    for k in range(1, h):
        g = score[k:].T @ score[:n - k]
        s += (1 - k / h) * (g + g.T)
    bread = np.linalg.inv(x.T @ x)
    v = bread @ s @ bread
    off = b - [0, 1]
    f, reach = off @ np.linalg.inv(v) @ off / 2, stats.t.ppf(0.975, n - 2) * np.sqrt(np.diag(v))
    return {"F": f, "p": stats.f.sf(f, 2, n - 2), "intercept": (b[0], b[0] - reach[0], b[0] + reach[0]),
            "slope": (b[1], b[1] - reach[1], b[1] + reach[1])}


class Independent(Program):
    def near(self, a, b, what):
        self.assertTrue(a is not None and math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE), (what, a, b))

    def import_positive(self, n):
        for name, seed in (("a", 3), ("b", 4)):
            path = self.write_values(f"{name}.csv", positive(n, seed))
            self.good("import", path, "--index", "--value", "value")

    def test_metrics(self):
        self.import_positive(160)
        models = [word for name in FORECASTERS[1:] for word in ("-m", name)]
        self.good("backtest", "-q", "--series", "*", *models, "--horizon", str(HORIZON), "--step", str(STEP), "--folds", str(FOLDS),
                  "--season", str(SEASON))
        rows = {name: Rows(self, 1, name) for name in FORECASTERS}
        known = {code for code, in self.sql("select metric from metric_definition where run_id = 1")}
        for series in (None, 0, 1):
            for step in (None, 1, 4) if series is None else (None,):
                expected = {name: {**point_metrics(r.pick(series, step)), **quantile_metrics(r.pick(series, step))}
                            for name, r in rows.items()}
                for name, values in expected.items():
                    base = expected["naive2"]
                    values["owa"] = (values["smape"] / base["smape"] + values["mase"] / base["mase"]) / 2
                    self.assertEqual(set(values), {code for code in known if code not in ("log_loss", "qlike")})
                    for code, value in values.items():
                        got = self.sql("select value from metric m join run_forecaster c using (run_id, forecaster_no) where"
                                       " run_id = 1 and label = ? and series_no = ? and step = ? and metric = ?",
                                       name, -1 if series is None else series, step or 0, code)
                        self.near(got[0][0], value, (name, series, step, code))

    def test_significance(self):
        self.import_positive(160)
        models = [word for name in FORECASTERS[1:] for word in ("-m", name)]
        self.good("backtest", "-q", "--series", "*", *models, "--horizon", str(HORIZON), "--step", str(STEP), "--folds", str(FOLDS),
                  "--season", str(SEASON))
        loss = {name: np.abs(r.actual - r.forecast) / r.mase for name in FORECASTERS for r in [Rows(self, 1, name)]}
        tests = self.sql("select test, forecaster, other, step, statistic, p, p_better, p_holm, estimate, low, high, n from"
                         " v_significance where run = 1")
        found = {test for test, *_ in tests}
        self.assertEqual(found - {"pesaran-timmermann"},
                         {"dm", "dm-bartlett", "mcs", "skill", "mincer-zarnowitz", "mincer-zarnowitz-intercept"})
        families = {}
        for test, one, other, step, statistic, p, better, holm, estimate, low, high, n in tests:
            if test.startswith("dm"):
                pair = [loss[x].mean(axis=2) if step is None else loss[x][:, :, step - 1] for x in (one, other)]
                d = (pair[0] - pair[1]).mean(axis=0)
                expected = dm(d, ((step or HORIZON) - 1) // STEP + 1, test == "dm-bartlett")
                for a, b in ((statistic, expected[0]), (p, expected[1]), (estimate, d.mean()), (n, FOLDS),
                             (better, stats.t.cdf(expected[0], FOLDS - 1))):
                    self.near(a, b, (test, one, other, step))
                families.setdefault((test, step is None), []).append((p, holm))
            elif test == "mcs":
                self.near(estimate, loss[one].mean(), (test, one))
            elif test == "skill":
                self.near(estimate, 1 - loss[one].mean() / loss["naive"].mean(), (test, one))
                self.assertTrue(low <= estimate <= high)
            elif test.startswith("mincer-zarnowitz"):
                line = regression(Rows(self, 1, one), step, (step - 1) // STEP + 1)
                which = "intercept" if test.endswith("intercept") else "slope"
                self.near(n, FOLDS * 2, test)
                for a, b in zip((estimate, low, high), line[which]):
                    self.near(a, b, (test, one, step))
                if which == "slope":
                    self.near(statistic, line["F"], (test, one, step))
                    self.near(p, line["p"], (test, one, step))
                    families.setdefault(test, []).append((p, holm))
            else:
                r = Rows(self, 1, one)
                x, y = (r.forecast - r.last)[:, :, step - 1].ravel(), (r.actual - r.last)[:, :, step - 1].ravel()
                kept = (x != 0) & (y != 0)
                x, y = x[kept] > 0, y[kept] > 0
                self.near(statistic, directions(x, y), (test, one, step))
                self.near(better, stats.norm.sf(statistic), (test, one, step))
        self.assertEqual(max(p for test, *_, p, _, _, _, _, _, _ in tests if test == "mcs"), 1)
        for rows in families.values():
            rows.sort()
            least = 0
            for i, (p, holm) in enumerate(rows):
                least = max(least, min(1, p * (len(rows) - i)))
                self.near(holm, least, "holm")

    def test_ranks_over_series(self):
        n = 8
        for i in range(n):
            self.good("import", self.write_values(f"{i}.csv", positive(90, 20 + i)), "--index", "--value", "value")
        self.good("backtest", "-q", "--series", "*", "-m", "drift", "-m", "ets", "-m", "mean", "--horizon", "3", "--folds", "12")
        names = ["naive", "drift", "ets", "mean"]
        loss = np.stack([np.abs((r.actual - r.forecast) / r.mase).mean(axis=(1, 2)) for name in names for r in [Rows(self, 1, name)]], 1)
        rank = dict(zip(names, np.apply_along_axis(stats.rankdata, 1, loss).mean(0)))
        rows = self.sql("select test, forecaster, other, statistic, p, p_holm, estimate, low, high, n from v_significance"
                        " where test in ('friedman', 'rank', 'nemenyi', 'wilcoxon')")
        unit = math.sqrt(4 * 5 / (12 * n))
        for test, one, other, statistic, p, holm, estimate, low, high, count in rows:
            self.assertEqual(count, n)
            if test == "friedman":
                for a, b in zip((statistic, p), stats.friedmanchisquare(*loss.T)):
                    self.near(a, b, test)
            elif test == "rank":
                self.near(estimate, rank[one], test)
            elif test == "nemenyi":
                self.near(estimate, rank[one] - rank[other], test)
                self.near(statistic, estimate / unit, test)
                self.assertAlmostEqual(holm, stats.studentized_range.sf(abs(statistic), 4, np.inf), 6)
                self.assertAlmostEqual(high - estimate, unit * stats.studentized_range.isf(0.05, 4, np.inf), 6)
            else:
                d = loss[:, names.index(one)] - loss[:, names.index(other)]
                self.near(p, stats.wilcoxon(d).pvalue, test)
        self.assertEqual([sum(r[0] == test for r in rows) for test in ("friedman", "rank", "nemenyi", "wilcoxon")], [1, 4, 6, 6])
        text = self.good("compare", "1", "--tests", "--steps")
        self.assertIn("friedman", text)
        self.assertIn("mincer-zarnowitz", text)

    def test_variances(self):
        self.import_positive(160)
        self.good("backtest", "-q", "--series", "a", "-m", "garch", "--horizon", "3", "--folds", "12")
        r = Rows(self, 1, "garch")
        self.assertEqual(r.of, "logreturn")
        before = np.concatenate([r.last[:, :, :1], r.actual[:, :, :-1]], axis=2)
        forecast_before = np.concatenate([r.last[:, :, :1], r.forecast[:, :, :-1]], axis=2)
        x = (np.log(r.actual / before) - np.log(r.forecast / forecast_before))**2 / r.variance
        self.near(self.sql("select value from v_metric where run = 1 and metric = 'qlike' and forecaster = 'garch' and step is null"
                           " and series is null")[0][0], (x - np.log(x) - 1).mean(), "qlike")
        self.near(self.sql("select avg(qlike) from v_variance where run = 1")[0][0], (x - np.log(x) - 1).mean(), "v_variance")
        self.assertEqual(self.sql("select value, n from v_metric where metric = 'qlike' and forecaster = 'naive' and step is null"
                                  " and series is null"), [(None, 0)])


if __name__ == "__main__":
    main()
