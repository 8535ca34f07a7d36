"""Golden values of the theta family and of classical decomposition.

    python3 forecast_theta.py >forecast_theta.h

States, errors, criteria and forecasts at given parameters, and the least criteria that its optimiser finds, from
statsforecast (2.1); indices from R's decompose; theta forecasts of AirPassengers from R's forecast::thetaf (8.20),
whose smoothing is chosen by likelihood, and Naive2 from R by the rules of the M4 competition."""

import subprocess

import numpy as np
import statsforecast.theta as sf

KINDS = ["STM", "OTM", "DSTM", "DOTM"]
t = np.arange(80)
Y = np.round(30 + 0.4 * t + 6 * np.sin(t / 9) + 4 * np.cos(t**2), 3)
HORIZON = 9


def array(name, values):
    print(f"static const double {name}[] = {{" + ", ".join(f"{v:.17g}" for v in np.ravel(values)) + "};")


def r(code):
    out = subprocess.run(["Rscript", "-e", "suppressMessages(library(forecast)); options(digits = 17); " + code], check=True,
                         capture_output=True, text=True).stdout
    return [float(v) for v in out.split()]


print("/* Made by forecast_theta.py. */")
array("golden_theta_y", Y)
print(f"enum {{ GOLDEN_THETA_H = {HORIZON} }};")
print("static const struct {")
print("    const char *kind;")
print("    double alpha, theta, level, criterion, last_error, mean[GOLDEN_THETA_H], least;")
print("} golden_theta[] = {")
for kind in KINDS:
    alpha, theta, level = 0.35, 3.0 if "O" in kind else 2.0, 20.0
    m = sf.thetamodel(Y, 1, kind, level, alpha, theta, 3)
    criterion = np.sum(m["residuals"][3:] ** 2) / np.mean(np.abs(Y))
    mean = sf.forecast_theta(m, HORIZON)["mean"]
    best = sf.auto_theta(Y, 1, model=kind)
    least = np.sum(best["residuals"][3:] ** 2) / np.mean(np.abs(Y))
    numbers = ", ".join(f"{v:.17g}" for v in mean)
    print(f'    {{"{kind.lower()}", {alpha}, {theta}, {level}, {criterion:.17g}, {m["residuals"][-1]:.17g}, {{{numbers}}}, {least:.17g}}},')
print("};")
array("golden_air", r("cat(AirPassengers)"))
array("golden_air_multiplicative", r('cat(decompose(AirPassengers, "multiplicative")$figure)'))
array("golden_air_additive", r('cat(decompose(AirPassengers, "additive")$figure)'))
array("golden_air_odd", r('cat(decompose(ts(AirPassengers, frequency = 7), "additive")$figure)'))
array("golden_air_naive2", r('d <- decompose(AirPassengers, "multiplicative"); s <- as.numeric(d$seasonal); '
                             'cat(as.numeric(AirPassengers)[144] / s[144] * s[133:144])'))
array("golden_air_thetaf", r("cat(thetaf(AirPassengers, h = 12)$mean)"))
