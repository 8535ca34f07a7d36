"""Makes backtest_tests.h and backtest_metrics.h: significance tests and metrics, computed with numpy, scipy and
statsmodels alone.

    pip install numpy scipy statsmodels && python3 backtest_tests.py > backtest_tests.h
    python3 backtest_tests.py metrics > backtest_metrics.h
"""
import math
import sys

import numpy as np
from scipy import stats
from statsmodels.tsa.stattools import acovf

rng = np.random.default_rng(2024)


def number(x):
    if isinstance(x, float) and math.isnan(x):
        return "NAN"
    return repr(float(x))


def array(values):
    return "{" + ", ".join(number(v) for v in values) + "}"


# ---- Diebold-Mariano ----


def dm(d, h):
    """Harvey, Leybourne & Newbold 1997; for h = 1 this is the t test of one sample, which is used instead."""
    n = len(d)
    if h == 1:
        test = stats.ttest_1samp(d, 0)
        return test.statistic, stats.ttest_1samp(d, 0, alternative="less").pvalue, test.pvalue, "dm"
    g = acovf(d, adjusted=False, demean=True, nlag=h - 1, fft=False)
    variance, name = (g[0] + 2 * g[1:].sum()) / n, "dm"
    if variance <= 0:
        weights = 1 - np.arange(1, h) / h
        variance, name = (g[0] + 2 * (weights * g[1:]).sum()) / n, "dm-bartlett"
    statistic = d.mean() / math.sqrt(variance) * math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    return statistic, stats.t.cdf(statistic, n - 1), 2 * stats.t.sf(abs(statistic), n - 1), name


def dm_cases():
    yield rng.normal(-0.3, 1, 40), 1
    yield rng.normal(0.1, 1, 10), 1
    yield np.convolve(rng.normal(-0.2, 1, 63), np.ones(4), "valid"), 4
    yield np.convolve(rng.normal(0.4, 1, 34), np.ones(5), "valid"), 5
    yield np.tile([1.0, -1.1], 10) + rng.normal(0, 0.01, 20), 2  # the variance is negative
    yield np.tile([2.0, -1.0, -1.2], 10) + rng.normal(0, 0.01, 30), 3
    yield rng.normal(0, 1e6, 250), 12


# ---- Wilcoxon ----


def wilcoxon_cases():
    yield rng.normal(-0.4, 1, 20)
    yield rng.normal(0.2, 1, 50)
    yield np.array([-1.0, 2.0, -3.0, -4.0, -5.5])
    yield rng.normal(-0.1, 1, 51)
    yield np.round(rng.normal(-0.5, 2, 30))  # ties and zeros
    yield np.r_[rng.normal(0, 1, 25), np.zeros(3)]
    yield rng.normal(0, 1, 414) - 0.05


def wilcoxon(d):
    name = "wilcoxon-exact" if len(d) <= 50 and np.all(d != 0) and len(set(abs(d))) == len(d) else "wilcoxon-normal"
    method = name.split("-")[1].replace("normal", "asymptotic")
    one = stats.wilcoxon(d, alternative="less", method=method, correction=False)
    two = stats.wilcoxon(d, method=method, correction=False)
    return one.statistic, one.pvalue, two.pvalue, name


def print_tests():
    print("struct golden_test {\n    size_t n, h;\n    double statistic, p_better, p_two_sided;\n    const char *name;")
    print("    double d[420];\n};\n")
    for title, cases in ("dm", [(d, h, *dm(d, h)) for d, h in dm_cases()]), (
        "wilcoxon",
        [(d, 0, *wilcoxon(d)) for d in wilcoxon_cases()],
    ):
        print(f"static const struct golden_test golden_{title}[] = {{")
        for d, h, statistic, one, two, name in cases:
            print(f'    {{{len(d)}, {h}, {number(statistic)}, {number(one)}, {number(two)}, "{name}",\n     {array(d)}}},')
        print("};\n")


# ---- metrics ----

FORECASTERS, SERIES, FOLDS, HORIZON = 2, 3, 4, 3
LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975]


def print_metrics():
    shape = (FORECASTERS, SERIES, FOLDS, HORIZON)
    y = np.round(rng.normal(20, 6, shape[1:]), 3) * np.array([1, 10, 0.1])[:, None, None]
    y[1, 2, 1] = y[0, 0, 0] = np.nan
    y[2, 3, 2] = 0.0
    f = np.round(rng.normal(20, 6, shape), 3) * np.array([1, 10, 0.1])[:, None, None]
    q = np.sort(f[..., None] + rng.normal(0, 8, (*shape, len(LEVELS))) * np.array([1, 10, 0.1])[:, None, None, None], -1)
    mase = np.abs(rng.normal(3, 1, (SERIES, FOLDS)))
    rmsse = np.abs(rng.normal(9, 3, (SERIES, FOLDS)))
    mase[2] = rmsse[2] = 0  # a constant history
    for name, value in ("actual", y), ("forecast", f), ("quantile", q), ("mase_scale", mase), ("rmsse_scale", rmsse):
        print(f"static const double golden_{name}[] = {array(value.ravel())};")
    print(f"static const double golden_levels[] = {array(LEVELS)};\n")
    print("/* series and step SIZE_MAX: all; step from 1 */")
    print("static const struct {\n    size_t forecaster, series, step, n;\n    const char *code;\n    double value;")
    print("} golden_metrics[] = {")
    for m in range(FORECASTERS):
        for s in (None, *range(SERIES)):
            for h in (None, *range(HORIZON)):
                for code, (value, n) in metrics(y, f[m], q[m], mase, rmsse, s, h).items():
                    series, step = "SIZE_MAX" if s is None else s, "SIZE_MAX" if h is None else h + 1
                    print(f'    {{{m}, {series}, {step}, {n}, "{code}", {number(value)}}},')
    print("};\n")


def metrics(y, f, q, mase, rmsse, series, step):
    which = range(SERIES) if series is None else [series]
    steps = slice(None) if step is None else slice(step, step + 1)
    out = {}

    def rows(s):
        """(actual, forecast, quantiles, scales) of the scored values of one series."""
        ok = ~np.isnan(y[s][:, steps])
        scale = np.broadcast_to(mase[s][:, None], y[s].shape)[:, steps], np.broadcast_to(rmsse[s][:, None], y[s].shape)[:, steps]
        return y[s][:, steps][ok], f[s][:, steps][ok], q[s][:, steps][ok], scale[0][ok], scale[1][ok]

    def pooled(code, value):
        v = np.concatenate([value(*rows(s)) for s in which])
        out[code] = (v.mean() if len(v) else math.nan, len(v))

    def by_series(code, value, finish=lambda x: x):
        v = [value(*rows(s)) for s in which]
        v = [x for x in v if len(x)]
        out[code] = (np.mean([finish(x.mean()) for x in v]) if v else math.nan, sum(map(len, v)))

    pooled("me", lambda y, f, *_: y - f)
    pooled("mae", lambda y, f, *_: abs(y - f))
    pooled("rmse", lambda y, f, *_: (y - f) ** 2)
    out["rmse"] = (math.sqrt(out["rmse"][0]), out["rmse"][1])
    by_series("mape", lambda y, f, *_: 100 * abs((y - f)[y != 0] / y[y != 0]))
    by_series("smape", lambda y, f, *_: 200 * abs(y - f) / (abs(y) + abs(f)))
    by_series("mase", lambda y, f, q, a, b: abs(y - f)[a > 0] / a[a > 0])
    by_series("rmsse", lambda y, f, q, a, b: (y - f)[b > 0] ** 2 / b[b > 0], math.sqrt)
    r2, n = [], 0
    for s in which:
        a, p = rows(s)[:2]
        if len(a) > 1 and a.std() > 0:
            r2.append(1 - ((a - p) ** 2).sum() / ((a - a.mean()) ** 2).sum())
            n += len(a)
    out["r2"] = (np.mean(r2) if r2 else math.nan, n)
    levels = np.array(LEVELS)

    def pinball(y, q):
        e = y[:, None] - q
        return np.maximum(levels * e, (levels - 1) * e)

    pooled("pinball", lambda y, f, q, *_: pinball(y, q).mean(1))
    pooled("crps", lambda y, f, q, *_: 2 * pinball(y, q).mean(1))
    pooled("coverage_95", lambda y, f, q, *_: (q[:, 0] <= y) & (y <= q[:, 4]))
    pooled("coverage_80", lambda y, f, q, *_: (q[:, 1] <= y) & (y <= q[:, 3]))
    for i, level in enumerate(LEVELS):
        pooled(f"coverage_q{level}", lambda y, f, q, *_, i=i: y <= q[:, i])
        pooled(f"pinball_q{level}", lambda y, f, q, *_, i=i: pinball(y, q)[:, i])
    return out


print("/* Made by backtest_tests.py. */\n#include <math.h>\n#include <stddef.h>\n#include <stdint.h>\n")
(print_metrics if "metrics" in sys.argv else print_tests)()
