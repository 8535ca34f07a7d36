#!/usr/bin/env python3
"""AICc of `arima` beside that of R forecast's auto.arima over real series, and the CPU seconds of both.

    tests/bench/arima/compare.py ALMANAC DATA [--hourly N] [--reference FILE]

DATA has m4/Hourly-train.csv, market/ and sensor/ (see datasets/README.md for where they come from). N hourly series (season 24) are
taken at equal distances; R needs up to a minute for each. The others: stretches of daily prices, exchange rates and
volumes (season 1 or 5), daily and monthly measurements (season 7 or 12), hourly and half-hourly ones (24, 48). FILE keeps what R said,
so that a second run asks only for series that it has not seen. R's models are told apart by their differences too: where those
are not the same, criteria do not compare, and the series is only counted. R's AICc is taken over the differences, as almanac's is.

R forecast 8.20, 200 series (46 of them hourly): 121 better, 76 within 1e-3, 3 worse (H145 by 29.1, H397 by 7.0, H343 by 4.4: R goes on to more moving
averages), the same differences everywhere. M4 hourly, all 414 series with season 24 (almanac backtest --horizon 48 --folds 1 --season 24): 110 CPU
seconds on one core, OWA .584, .949 of the values in the 95 % interval. GOOG.close, 250 daily refits: 1.9 CPU seconds with season 1 and 13 with the
season of 5 days that dates imply; statsforecast's AutoARIMA 32 and 109, both on the same machine in turns, ratios 17 and 8.4 (statsforecast from every 25th refit).
"""
import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile

R = r"""
suppressMessages(library(forecast))
for (line in readLines(commandArgs(TRUE)[1])) {
    cell <- strsplit(line, ",")[[1]]
    x <- ts(as.numeric(cell[-(1:2)]), frequency = as.numeric(cell[2]))
    seconds <- system.time(fit <- auto.arima(x))[["user.self"]]
    a <- fit$arma
    z <- x # R's likelihood of a differenced series has a large but finite variance for its first values: taken off here
    if (a[7] > 0) z <- diff(z, lag = a[5], differences = a[7])
    if (a[6] > 0) z <- diff(z, differences = a[6])
    coefficient <- fit$coef
    if ("drift" %in% names(coefficient) && a[7] > 0) coefficient["drift"] <- coefficient["drift"] * a[5]
    exact <- arima(z, order = c(a[1], 0, a[2]), seasonal = list(order = c(a[3], 0, a[4]), period = a[5]), method = "ML",
                   include.mean = length(coefficient) > sum(a[1:4]), fixed = coefficient, transform.pars = FALSE)
    k <- length(coefficient) + 1
    aicc <- -2 * exact$loglik + 2 * k + 2 * k * (k + 1) / (length(z) - k - 1)
    cat(sprintf('{"name": "%s", "aicc": %.10g, "order": [%d, %d, %d, %d, %d, %d], "constant": %d, "seconds": %.3f}\n', cell[1], aicc,
        a[1], a[6], a[2], a[3], a[7], a[4], length(fit$coef) - sum(a[1:4]), seconds))
    flush(stdout())
}
"""


def column(path, name, delimiter=","):
    with open(path, newline="", encoding="utf-8") as file:
        return [float(row[name]) for row in csv.DictReader(file, delimiter=delimiter) if row[name] not in ("", "NA")]


def stretches(name, values, length, season, count):
    """count stretches at equal distances, the last one at the end."""
    step = (len(values) - length) // max(1, count - 1)
    return [(f"{name}_{i}", season, values[i * step:i * step + length]) for i in range(count)]


def daily_and_hourly(data):
    market, sensor = os.path.join(data, "market"), os.path.join(data, "sensor")
    out = []
    for name in ("Open", "Close", "Volume"):
        out += stretches("goog_" + name.lower(), column(os.path.join(market, "GOOG.csv"), name), 500, 1, 8)
        out += stretches("goog5_" + name.lower(), column(os.path.join(market, "GOOG.csv"), name), 250, 5, 4)
    for name in ("open", "close", "volume"):
        out += stretches("sp500_" + name, column(os.path.join(market, "sp500-2000.csv"), name), 400, 1, 10)
    with open(os.path.join(market, "exchange_rate.txt"), encoding="utf-8") as file:
        rates = [[float(cell) for cell in line.split(",")] for line in file if line.strip()]
    for i in range(8):
        out += stretches(f"rate{i}", [row[i] for row in rates], 365, 1, 4)
    for name in ("AAPL.Open", "AAPL.Close", "AAPL.Volume"):
        out += stretches(name.lower(), column(os.path.join(market, "AAPL.csv"), name), 400, 5 if name == "AAPL.Open" else 1, 4)
    for name in ("temp_max", "temp_min", "wind", "precipitation"):
        out += stretches("seattle_" + name, column(os.path.join(sensor, "seattle-weather.csv"), name), 365, 7, 4)
    out += stretches("melbourne", column(os.path.join(sensor, "daily-min-temperatures.csv"), "Temp"), 365, 7, 10)
    out += stretches("co2", column(os.path.join(sensor, "co2-concentration.csv"), "CO2"), 240, 12, 8)
    out += stretches("machine", column(os.path.join(sensor, "machine_temperature.csv"), "value")[::12], 300, 24, 5)
    out += stretches("taxi", column(os.path.join(sensor, "nyc_taxi.csv"), "value")[::2], 336, 24, 5)
    return out


def hourly(data, count):
    with open(os.path.join(data, "m4", "Hourly-train.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    chosen = [rows[i * len(rows) // count] for i in range(count)]
    return [(row[0], 24, [float(cell) for cell in row[1:] if cell]) for row in chosen]


def write(path, series, with_season):
    with open(path, "w", encoding="utf-8") as file:
        for name, season, values in series:
            file.write(",".join([name] + ([str(season)] if with_season else []) + [repr(v) for v in values]) + "\n")


def ask_r(series, known, keep):
    missing = [s for s in series if s[0] not in known]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        path, script = os.path.join(folder, "series.csv"), os.path.join(folder, "auto.R")
        write(path, missing, True)
        with open(script, "w", encoding="utf-8") as file:
            file.write(R)
        process = subprocess.Popen(["Rscript", script, path], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
        for line in process.stdout:
            result = json.loads(line)
            known[result["name"]] = result
            if keep:
                with open(keep, "a", encoding="utf-8") as file:
                    file.write(line)
        process.wait()


def ask_almanac(almanac, series, options):
    """Name to (aicc, order with its seasonal part, constant)."""
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        def run(*args):
            return subprocess.run([almanac, "--db", os.path.join(folder, "a.db"), *args], check=True, text=True,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr

        path = os.path.join(folder, "series.csv")
        write(path, series, False)
        run("import", path, "--layout", "rows", "--index")
        for name, season, _ in series:
            told = run("train", "--model", "arima" + options, "--series", name, "--season", str(season), "--name", name)
            said = dict(word.split("=", 1) for word in told.split() if "=" in word)
            order = [int(n) for n in said["order"].split("/")]
            order += [int(n) for n in said.get("seasonal", "0/0/0").split("/")[:3]]
            out[name] = (float(said["aicc"]), order, "mean" in said or "drift" in said)
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("almanac")
    parser.add_argument("data")
    parser.add_argument("--hourly", type=int, default=12)
    parser.add_argument("--reference")
    parser.add_argument("--options", default="", help="of arima, such as :approximation=1")
    args = parser.parse_args()
    if not os.path.exists(os.path.join(args.data, "m4", "Hourly-train.csv")):
        sys.exit(print("skipped, there is no", args.data, file=sys.stderr))
    series = daily_and_hourly(args.data) + (hourly(args.data, args.hourly) if args.hourly else [])
    known = {}
    if args.reference and os.path.exists(args.reference):
        with open(args.reference, encoding="utf-8") as file:
            known = {json.loads(line)["name"]: json.loads(line) for line in file}
    ask_r(series, known, args.reference)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ours = ask_almanac(args.almanac, series, args.options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    report(series, known, ours, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def report(series, known, ours, seconds):
    worse, better, other, same = [], 0, [], 0
    for name, _, _ in series:
        if name not in known:
            continue
        r, (aicc, order, constant) = known[name], ours[name]
        if (r["order"][1], r["order"][4]) != (order[1], order[4]):
            other.append(f"{name}: R {r['order']}, almanac {order}")
            continue
        gap = aicc - r["aicc"]
        same += abs(gap) <= 1e-3
        better += gap < -1e-3
        if gap > 1e-3:
            worse.append((gap, f"{name}: R {r['order']} constant {r['constant']} {r['aicc']:.4f}, "
                               f"almanac {order} constant {int(constant)} {aicc:.4f}, {gap:+.4f}"))
    compared = same + better + len(worse)
    print(f"{compared} series compared: {better} better, {same} within 1e-3, {len(worse)} worse "
          f"({100 * (same + better) / max(1, compared):.1f} % at most R's + 1e-3)")
    for _, line in sorted(worse, reverse=True):
        print("   worse", line)
    for line in other:
        print("   other differences", line)
    print(f"CPU seconds: almanac {seconds:.1f} with import and start of the program, R {sum(k['seconds'] for k in known.values()):.1f}")


if __name__ == "__main__":
    main()
