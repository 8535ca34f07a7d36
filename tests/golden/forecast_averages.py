"""Golden values for croston, window-average, seasonal-window-average and historic-quantiles.

    python3 forecast_averages.py >forecast_averages.h

croston's classic comes from R's forecast package (8.20, alpha = 0.1), sba, tsb and the smoothing inside adida from
statsforecast (2.1), the others from numpy."""

import subprocess

import numpy as np
from statsforecast.models import TSB, CrostonSBA, _ses_forecast

DEMAND = [0, 0, 3, 0, 1, 0, 0, 0, 4, 2, 0, 0, 0, 0, 7, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0, 0, 0, 0, 0, 1, 0, 3, 0, 0, 2, 0, 0]
Y = np.round(100 + 10 * np.sin(np.arange(60) * 2 * np.pi / 12) + 0.3 * np.arange(60) + 7 * np.cos(np.arange(60) ** 2), 3)
LEVELS = [0.1, 0.5, 0.975]
HORIZON = 14


def r_croston():
    values = ",".join(map(str, DEMAND))
    code = f'suppressMessages(library(forecast)); cat(sprintf("%.17g", croston(c({values}), h = 1, alpha = 0.1)$mean))'
    return float(subprocess.run(["Rscript", "-e", code], check=True, capture_output=True, text=True).stdout)


def fitted(model):
    model = model.fit(np.array(DEMAND, dtype=float))
    return float(np.asarray(model.predict(h=1)["mean"])[0])


def adida():
    y = np.array(DEMAND, dtype=float)
    places = np.flatnonzero(y) + 1
    width = int(round(float(np.mean(np.diff(np.concatenate([[0], places]))))))
    sums = y[len(y) % width :].reshape(-1, width).sum(axis=1)
    return float(np.ravel(_ses_forecast(sums, 0.1)[0])[0]) / width


def array(name, values):
    print(f"static const double {name}[] = {{" + ", ".join(f"{v:.17g}" for v in np.ravel(values)) + "};")


print("/* Made by forecast_averages.py. */")
array("golden_demand", DEMAND)
array("golden_wave", Y)
array("golden_wave_levels", LEVELS)
print(f"enum {{ GOLDEN_WAVE_HORIZON = {HORIZON}, GOLDEN_WAVE_SEASON = 12 }};")
print("static const struct {")
print("    const char *kind;")
print("    double rate;")
print("} golden_croston[] = {")
RATES = {"classic": r_croston(), "sba": fitted(CrostonSBA()), "tsb": fitted(TSB(alpha_d=0.1, alpha_p=0.1)), "adida": adida()}
for kind, value in RATES.items():
    print(f'    {{"{kind}", {value:.17g}}},')
print("};")
array("golden_window_average", [np.mean(Y[-12:])] * HORIZON)
array("golden_seasonal_window_average", [np.mean(Y[len(Y) - 12 + h % 12 :: -12][:3]) for h in range(HORIZON)])
places = [Y[len(Y) - 12 + h % 12 :: -12] for h in range(HORIZON)]
array("golden_historic_median", [np.median(p) for p in places])
array("golden_historic_quantiles", [np.quantile(p, LEVELS) for p in places])
