#!/usr/bin/env python3
"""Reference forecasts and intervals for tests/forecast: numpy, scipy and statsmodels.

    python3 tests/golden/forecast_classical.py > tests/golden/forecast_classical.h
    (numpy 2.4, scipy 1.17, statsmodels 0.15)

Series: the Nile at Aswan, yearly (ragged level), and CO2 at Mauna Loa, monthly (trend and season), both from statsmodels.
Formulas: Hyndman & Athanasopoulos (2021), sections 5.2, 5.5, 8.7, written here a second time with matrices and slices.
"""
import warnings

import numpy as np
import statsmodels.api as sm
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

warnings.simplefilter("ignore")
LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975]
H = 15

nile = sm.datasets.nile.load_pandas().data["volume"].to_numpy(float)
co2 = sm.datasets.co2.load_pandas().data["co2"].resample("MS").mean().loc["1990":"1999"].round(2).to_numpy(float)


def quantiles(mean, sd):
    return np.asarray(mean)[:, None] + np.asarray(sd)[:, None] * norm.ppf(LEVELS)[None, :]


def naive(y, m):
    s = np.sqrt(np.mean(np.diff(y) ** 2))
    return np.repeat(y[-1], H), s * np.sqrt(np.arange(1, H + 1))


def seasonal(y, m):
    s = np.sqrt(np.mean((y[m:] - y[:-m]) ** 2))
    return np.tile(y[-m:], H // m + 1)[:H], s * np.sqrt(np.arange(H) // m + 1)


def drift(y, m):
    n, h = len(y), np.arange(1, H + 1)
    d = np.diff(y)
    return y[-1] + h * d.mean(), np.std(d, ddof=1) * np.sqrt(h * (1 + h / (n - 1)))


def mean(y, m):
    return np.repeat(y.mean(), H), np.repeat(np.std(y, ddof=1) * np.sqrt(1 + 1 / len(y)), H)


def ses_errors(y, alpha):
    """e = a - b l0 with b_t = (1 - alpha)^(t-1); l0 by least squares; all by one triangular matrix."""
    n = len(y)
    lag = np.subtract.outer(np.arange(n), np.arange(n))
    weight = np.where(lag > 0, alpha * (1 - alpha) ** np.maximum(lag - 1, 0), 0.0)
    a, b = y - weight @ y, (1 - alpha) ** np.arange(n)
    l0 = np.linalg.lstsq(b[:, None], a, rcond=None)[0][0]
    return a - b * l0, l0


def ses_fit(y):
    grid = np.linspace(1e-4, 0.9999, 400)
    sse = [np.sum(ses_errors(y, a)[0] ** 2) for a in grid]
    k = int(np.argmin(sse))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, 399)]
    best = minimize_scalar(lambda a: np.sum(ses_errors(y, a)[0] ** 2), bounds=(low, high), method="bounded",
                           options={"xatol": 1e-11})
    return best.x


def ses(y, m, alpha=None):
    k = 2 if alpha is None else 1
    alpha = ses_fit(y) if alpha is None else alpha
    e, l0 = ses_errors(y, alpha)
    level = y[-1] - e[-1] + alpha * e[-1]
    sd = np.sqrt(np.sum(e ** 2) / (len(y) - k))
    return np.repeat(level, H), sd * np.sqrt(1 + np.arange(H) * alpha ** 2)


def array(name, values):
    text = ", ".join(repr(float(v)) for v in np.asarray(values).ravel())
    print(f"static const double {name}[] = {{{text}}};")


print("/* Made by forecast_classical.py; do not edit. */")
array("golden_nile", nile)
array("golden_co2", co2)
array("golden_levels", LEVELS)
print(f"enum {{ GOLDEN_HORIZON = {H}, GOLDEN_LEVELS = {len(LEVELS)} }};")
cases = []
for series, y, m in [("nile", nile, 1), ("co2", co2, 12)]:
    for spec, method in [("naive", naive), ("seasonal-naive", seasonal), ("drift", drift), ("mean", mean), ("ses", ses),
                         ("seasonal-naive:season=5", lambda v, _: seasonal(v, 5)),
                         ("ses:alpha=0.3", lambda v, _: ses(v, 1, 0.3)), ("ses:alpha=0", lambda v, _: ses(v, 1, 0.0)),
                         ("ses:alpha=1", lambda v, _: ses(v, 1, 1.0))]:
        f, sd = method(y, m)
        name = f"golden_{series}_{len(cases)}"
        array(name + "_mean", f)
        array(name + "_quantile", quantiles(f, sd))
        cases.append((series, spec, m, name))
print("struct golden_case {\n    const char *series, *spec;\n    size_t season;\n    const double *mean, *quantile;\n};")
print("static const struct golden_case golden_cases[] = {")
for series, spec, m, name in cases:
    print(f'    {{"{series}", "{spec}", {m}, {name}_mean, {name}_quantile}},')
print("};")

# the optimum that others find
fit = SimpleExpSmoothing(nile, initialization_method="estimated").fit()
ets = ETSModel(nile, error="add").fit(disp=False)
print(f"static const double golden_nile_alpha = {float(ses_fit(nile))!r}, golden_nile_alpha_statsmodels = "
      f"{float(fit.params['smoothing_level'])!r}, golden_nile_alpha_ets = {float(ets.params[0])!r};")
print(f"static const double golden_nile_sse_statsmodels = {float(fit.sse)!r}, "
      f"golden_nile_sse_ets = {float(np.sum(ets.resid ** 2))!r};")
