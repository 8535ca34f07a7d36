"""Golden values for the forecaster ridge: maps solved by numpy from the windows themselves.

    python3 forecast_ridge.py >forecast_ridge.h"""

import numpy as np

SEASON, LOOKBACK, HORIZON = 6, 9, 8
PENALTIES = [1e-5, 1e-2, 1.0]
VALIDATION = 0.25


def series(n, level, size, phase):
    t = np.arange(n)
    return np.round(level + size * (np.sin(2 * np.pi * t / SEASON + phase) + 0.02 * t + 0.5 * np.cos(t**2 + phase)), 3)


SERIES = [series(95, 20, 3, 0), series(78, -400, 90, 1)]


def unit(y, scale):
    return {"season": np.mean(np.abs(y[SEASON:] - y[:-SEASON])), "deviation": np.std(y), "none": 1.0}[scale]


def split(window, centre):
    """The window less its centre, and what answers are added to."""
    middle = {"last": window[-1], "season": np.mean(window[-SEASON:]), "mean": np.mean(window)}[centre]
    base = [window[LOOKBACK - SEASON + h % SEASON] if centre == "season" else middle for h in range(HORIZON)]
    return window - middle, np.array(base)


def rows(ys, first, last, centre, scale):
    """Windows whose targets begin at first(n) or later and end before last(n)."""
    x, y = [], []
    for values in ys:
        for start in range(len(values) - LOOKBACK - HORIZON + 1):
            begin, end = start + LOOKBACK, start + LOOKBACK + HORIZON
            if begin < first(len(values)) or end > last(len(values)):
                continue
            inputs, base = split(values[start:begin], centre)
            x.append(inputs / unit(values, scale))
            y.append((values[begin:end] - base) / unit(values, scale))
    return np.array(x), np.array(y)


def solve(x, y, penalty, drift):
    mx, my = (x.mean(0), y.mean(0)) if drift else (0 * x[0], 0 * y[0])
    a = (x - mx).T @ (x - mx)
    w = np.linalg.solve(a + penalty * np.trace(a) / LOOKBACK * np.eye(LOOKBACK), (x - mx).T @ (y - my))
    return w, my - mx @ w


def run(ys, centre, scale, penalties, drift, retrain):
    tail = lambda n: max(int(VALIDATION * n), HORIZON)
    everything = rows(ys, lambda n: 0, lambda n: n, centre, scale)
    before = rows(ys, lambda n: 0, lambda n: n - tail(n), centre, scale)
    held_out = rows(ys, lambda n: n - tail(n), lambda n: n, centre, scale)
    loss = []
    for penalty in penalties:
        w, b = solve(*before, penalty, drift)
        loss.append(np.mean((held_out[1] - held_out[0] @ w - b) ** 2))
    best = penalties[int(np.argmin(loss))]
    w, b = solve(*(everything if retrain else before), best, drift)
    means = []
    for values in ys:
        inputs, base = split(values[-LOOKBACK:], centre)
        means.append(base + inputs @ w + unit(values, scale) * b)
    return best, means


print("/* Made by forecast_ridge.py. */")
for i, y in enumerate(SERIES):
    print(f"static const double golden_ridge_{'ab'[i]}[] = {{" + ", ".join(f"{v:.17g}" for v in y) + "};")
print(f"enum {{ GOLDEN_RIDGE_SEASON = {SEASON}, GOLDEN_RIDGE_H = {HORIZON} }};")
print("static const struct {")
print("    const char *options;")
print("    double penalty, mean[2][GOLDEN_RIDGE_H];")
print("} golden_ridge[] = {")
for centre, scale, penalties, drift, retrain, pool in [
    ("last", "season", [1e-3], 0, 1, "all"),
    ("season", "season", [1e-3], 0, 1, "all"),
    ("mean", "deviation", [0.1], 1, 1, "all"),
    ("last", "none", [1e-3], 1, 0, "all"),
    ("last", "season", PENALTIES, 0, 1, "all"),
    ("mean", "season", PENALTIES, 1, 0, "all"),
    ("season", "deviation", PENALTIES, 0, 1, "series"),
]:
    if pool == "all":
        best, means = run(SERIES, centre, scale, penalties, drift, retrain)
    else:
        alone = [run([y], centre, scale, penalties, drift, retrain) for y in SERIES]
        best, means = alone[0][0], [a[1][0] for a in alone]
    text = "+".join(f"{p:g}" for p in penalties)
    options = (f"lookback={LOOKBACK},centre={centre},scale={scale},penalty={text},validation={VALIDATION},"
               f"drift={drift},retrain={retrain},pool={pool}")
    numbers = ", ".join("{" + ", ".join(f"{v:.17g}" for v in m) + "}" for m in means)
    print(f'    {{"{options}", {best:g}, {{{numbers}}}}},')
print("};")
