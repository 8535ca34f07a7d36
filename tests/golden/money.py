"""Makes money.h: Sharpe ratios, their deflation and the earnings of positions, with numpy and scipy alone.

    python3 money.py > money.h"""
import numpy as np
from scipy import stats

rng = np.random.default_rng(10)
n, cost = 60, 0.0007
change = np.round(rng.standard_t(4, n) * 0.01, 6)
decision = np.repeat(np.arange(20), 3)
position = np.round(rng.uniform(-1, 1, 20), 3)
held = position[decision]
opens = np.zeros(n, bool)
opens[[0, 30]] = True
net, turnover, gross = np.empty(n), 0.0, 0.0
for k in range(n):
    before = 0 if opens[k] else held[k - 1]
    paid = abs(held[k] - before) + (abs(held[k]) if k + 1 == n or opens[k + 1] else 0)
    net[k] = held[k] * change[k] - cost * paid
    turnover += paid
    gross += held[k] * change[k]
capital = np.cumprod(1 + net)
peak = np.maximum(np.maximum.accumulate(capital), 1)
ratio = net.mean() / net.std(ddof=1)
skewness, kurtosis = stats.skew(net), stats.kurtosis(net, fisher=False)
error = np.sqrt((1 - skewness * ratio + (kurtosis - 1) / 4 * ratio**2) / (n - 1))
euler = np.euler_gamma
best = np.sqrt(1 / (n - 1)) * ((1 - euler) * stats.norm.ppf(1 - 1 / 12) + euler * stats.norm.ppf(1 - 1 / (12 * np.e)))


def array(name, values, kind="double"):
    print(f"static const {kind} {name}[] = {{{', '.join(repr(v.item()).lower() for v in values)}}};")


print("/* Made by money.py. */")
array("golden_change", change)
array("golden_position", position)
array("golden_returns", net)
for name, value in {
    "cost": cost, "total": capital[-1] - 1, "drawdown": (1 - capital / peak).max(), "turnover": turnover,
    "break_even": gross / turnover, "hit_rate": (held * change > 0).sum() / (held * change != 0).sum(), "ratio": ratio,
    "skewness": skewness, "kurtosis": kurtosis, "error": error, "best_of_12": best,
    "deflated": stats.norm.cdf((ratio - best) / error),
}.items():
    print(f"static const double golden_{name} = {float(value)!r};")
