#!/usr/bin/env python3
"""The criterion that ets reaches on 200 real series, beside that of R's forecast package and of statsforecast.

    tests/bench/ets.py FOLDER [PEERS]     FOLDER: m4/Hourly-train.csv, market/ and sensor/ as listed below; PEERS: R, sf or R,sf
    (R: Rscript with forecast 8.20; sf: this python with statsforecast 2.1. ALMANAC is the program, default build/almanac)

66 series of M4 hourly (season 24), 94 of prices and exchange rates (500 bars each, no season), 40 of sensors (500 values,
season 24; daily minima of temperature 7, monthly CO2 12). almanac chooses by AICc of one-step forecasts (by=likelihood), as the
peers do. AICc drops constants in the same way in all three. A series counts as worse where ours is above theirs by more than .001.
Peers bound alpha, beta, gamma and phi as we do; R asks for admissible weights as well, statsforecast for neither that nor
beta <= alpha.

Found, in CPU seconds on a shared core: almanac 2.6, R 294, worse on none of 200 and better on 110; statsforecast 44 for the first 194 of
them, worse on none and better on 111. 250 daily refits of GOOG.close without a season: 1.9, statsforecast 23.4.
"""
import csv
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

ALMANAC = os.environ.get("ALMANAC", "build/almanac")
R_SCRIPT = """suppressMessages(library(forecast))
con <- file(commandArgs(TRUE)[1], "r")
while (length(line <- readLines(con, 1)) > 0) {
  p <- strsplit(line, ",")[[1]]
  f <- ets(ts(as.numeric(p[-(1:2)]), frequency = as.numeric(p[2])))
  cat(sprintf("%s,%s,%.6f\\n", p[1], gsub("[ETS(),]", "", f$method), f$aicc))
}"""


def column(path, which):
    with open(path, newline="") as f:
        rows = csv.reader(f)
        next(rows)
        return [float(r[which]) for r in rows if r[which] not in ("", "NA")]


def pieces(name, values, season, most, n=500):
    return [(f"{name}_{i}", season, values[i * n:(i + 1) * n]) for i in range(min(most, len(values) // n))]


def all_series(folder):
    with open(f"{folder}/m4/Hourly-train.csv", newline="") as f:
        hourly = [(r[0], 24, [float(v) for v in r[1:] if v]) for r in list(csv.reader(f))[1:]]
    series = hourly[::6][:66]
    with open(f"{folder}/market/exchange_rate.txt") as f:
        rates = list(zip(*[[float(v) for v in line.split(",")] for line in f]))
    market = []
    for i, values in enumerate(rates):
        market += pieces(f"rate{i}", values, 1, 10)
    for name, which in (("GOOG", 4), ("AAPL", 4), ("sp500-2000", 4)):
        market += pieces(name, column(f"{folder}/market/{name}.csv", which), 1, 9)
    sensor = pieces("co2", column(f"{folder}/sensor/co2-concentration.csv", 1), 12, 1)
    sensor += pieces("temperature", column(f"{folder}/sensor/daily-min-temperatures.csv", 1), 7, 7)
    sensor += pieces("machine", column(f"{folder}/sensor/machine_temperature.csv", 1), 24, 16)
    sensor += pieces("taxi", column(f"{folder}/sensor/nyc_taxi.csv", 1), 24, 16)
    return series + market[:100] + sensor[:40]


def ours(series, folder):
    """Fits in one process each; CPU seconds are those of the fits."""
    env = dict(os.environ, ALMANAC_DB=f"{folder}/ets.db")
    path = f"{folder}/rows.csv"
    with open(path, "w") as f:
        f.write("id," + ",".join(f"V{i}" for i in range(max(len(v) for _, _, v in series))) + "\n")
        for name, _, values in series:
            f.write(name + "," + ",".join(repr(v) for v in values) + "\n")
    subprocess.run([ALMANAC, "-q", "import", path, "--layout", "rows", "--index"], env=env, check=True, stdout=subprocess.DEVNULL)
    names = subprocess.run([ALMANAC, "--format", "csv", "series", "list"], env=env, check=True, capture_output=True, text=True)
    stored = {line["series"].lower(): line["series"] for line in csv.DictReader(names.stdout.splitlines())}
    found, seconds = {}, 0
    for i, (name, season, _) in enumerate(series):
        done = subprocess.run([ALMANAC, "train", "--model", f"ets:by=likelihood,season={season}", "--series", stored[name.lower()],
                               "--horizon", "1", "--name", f"fit{i}"], env=env, check=True, capture_output=True, text=True)
        text = done.stdout + done.stderr
        found[name] = (re.search(r"model=(\w+)", text)[1], float(re.search(r"aicc=(\S+)", text)[1]))
        seconds += float(re.search(r"([0-9.]+) s of fitting", text)[1])
    return found, seconds


def r_peer(series, folder):
    path = f"{folder}/series.csv"
    with open(path, "w") as f:
        for name, season, values in series:
            f.write(f"{name},{season}," + ",".join(repr(v) for v in values) + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    out = subprocess.run(["Rscript", "-e", R_SCRIPT, path], check=True, capture_output=True, text=True).stdout
    rows = [line.split(",") for line in out.splitlines()]
    return {r[0]: (r[1], float(r[2])) for r in rows}, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def sf_peer(series, _):
    import numpy as np
    from statsforecast.ets import ets_f
    ets_f(np.sin(np.arange(100.0)) + 2, 24)  # compiles
    found, start = {}, time.process_time()
    for name, season, values in series:
        fit = ets_f(np.array(values), season)
        found[name] = (re.sub(r"[ETS(),]", "", fit["method"]), float(fit["aicc"]))
    return found, time.process_time() - start


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "data"
    if not os.path.exists(f"{folder}/m4/Hourly-train.csv"):
        sys.exit(f"{sys.argv[0]}: skipped, there is no {folder}/m4/Hourly-train.csv")
    peers = sys.argv[2].split(",") if len(sys.argv) > 2 else ["R"]
    series = all_series(folder)
    with tempfile.TemporaryDirectory() as scratch:
        mine, seconds = ours(series, scratch)
        print(f"almanac: {len(series)} series, {seconds:.1f} s")
        for peer in peers:
            theirs, seconds = {"R": r_peer, "sf": sf_peer}[peer](series, scratch)
            gap = sorted(((mine[n][1] - theirs[n][1], n) for n in theirs), reverse=True)
            worse = [g for g in gap if g[0] > 1e-3]
            print(f"{peer}: {len(theirs)} series, {seconds:.1f} CPU s; ours worse on {len(worse)}, better by more than .001 on "
                  f"{sum(g < -1e-3 for g, _ in gap)}")
            for g, name in worse:
                print(f"  {name}: {g:+.4f}  {mine[name][0]} {mine[name][1]:.4f}, theirs {theirs[name][0]} {theirs[name][1]:.4f}")


if __name__ == "__main__":
    main()
