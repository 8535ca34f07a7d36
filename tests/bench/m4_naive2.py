"""sMAPE and MASE of Naive2 on M4 hourly: on the test values, and on the last 48 training values. Needs numpy.

    python3 m4_naive2.py FOLDER

Naive2 (Makridakis et al. 2020) takes the last value, after classical multiplicative decomposition where the
autocorrelation at one season lies outside 1.645 standard errors.
"""
import csv
import math
import sys

import numpy as np

SEASON, HORIZON = 24, 48


def read(path):
    with open(path, newline="") as file:
        return {row[0]: np.array([float(x) for x in row[1:] if x]) for row in list(csv.reader(file))[1:]}


def is_seasonal(y):
    centred = y - y.mean()
    acf = np.array([(centred[k:] * centred[: len(y) - k]).sum() for k in range(1, SEASON + 1)]) / (centred**2).sum()
    return abs(acf[-1]) > 1.645 * math.sqrt((1 + 2 * (acf[:-1] ** 2).sum()) / len(y)) and len(y) >= 3 * SEASON


def naive2(y):
    if not is_seasonal(y):
        return np.full(HORIZON, y[-1])
    weights = np.r_[0.5, np.ones(SEASON - 1), 0.5] / SEASON
    half = SEASON // 2
    ratio = y[half : len(y) - half] / np.convolve(y, weights, "valid")
    phase = (np.arange(len(ratio)) + half) % SEASON
    index = np.array([ratio[phase == k].mean() for k in range(SEASON)])
    index /= index.mean()
    n = len(y)
    return y[-1] / index[(n - 1) % SEASON] * index[(n + np.arange(HORIZON)) % SEASON]


def score(pairs):
    smape, mase = [], []
    for past, actual in pairs:
        forecast = naive2(past)
        error = abs(actual - forecast)
        smape.append((200 * error / (abs(actual) + abs(forecast))).mean())
        mase.append(error.mean() / abs(past[SEASON:] - past[:-SEASON]).mean())
    return f"sMAPE {np.mean(smape):.3f}  MASE {np.mean(mase):.3f}"


folder = sys.argv[1]
train, test = read(folder + "/Hourly-train.csv"), read(folder + "/Hourly-test.csv")
print("test values:            ", score((train[name], test[name]) for name in train))
print("last 48 training values:", score((y[:-HORIZON], y[-HORIZON:]) for y in train.values()))
