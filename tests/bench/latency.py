"""How long the views take on a database with five million forecasts.

    python3 tests/bench/latency.py [ALMANAC [DATABASE]]

Makes the database unless it is there: two backtests of five forecasters on 100 random walks, 250 origins one bar apart, 20
steps, without intervals. Prints for each query the median CPU time of 51 calls on one connection of Python's sqlite3, all rows
fetched, the file in the page cache, and what it is held to.
"""
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

SERIES, ORIGINS, STEPS, RUNS = 100, 250, 20, 2
MODELS = ["seasonal-naive", "drift", "mean", "window-average"]  # and naive
ALMANAC = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/almanac")
ONE = "run = 1 and forecaster = 'drift'"
QUERIES = [
    ("leaderboard", "select * from v_leaderboard where run = 1 order by rank", 2),
    ("scores of a run that goes on", "select * from v_score where run = 1", 2),
    ("scores by step", "select * from v_score_step where run = 1", 3.5),
    ("scores by series", "select * from v_score_series where run = 1", None),
    ("scores by origin", "select * from v_score_origin where run = 1", None),
    ("one forecast", f"select * from v_forecast where {ONE} and series = 'walks.s007' and fold = 100 and step = 3", 0.1),
    ("one forecaster, series and origin", f"select * from v_forecast where {ONE} and series = 'walks.s007' and fold = 100", 0.1),
    ("one series and origin", "select * from v_forecast where run = 1 and series = 'walks.s007' and fold = 100", None),
    ("latest of each series", f"select series, step, ts, forecast from v_latest where {ONE}", 5),
    ("latest, with times in words", f"select * from v_latest where {ONE}", None),
    ("mae from the forecasts", "select forecaster, avg(abs(error)) from v_forecast where run = 1 group by 1", None),
]


def run(*arguments):
    started = os.times()
    subprocess.run([ALMANAC, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    ended = os.times()
    return sum(ended[2:4]) - sum(started[2:4])


def make(path, directory):
    rng = random.Random(1)
    values = [[100 + rng.random()] for _ in range(SERIES)]
    with open(directory / "walks.csv", "w", encoding="utf-8") as file:
        file.write(",".join(f"s{i:03}" for i in range(SERIES)) + "\n")
        for _ in range(100 + ORIGINS + STEPS):
            for row in values:
                row.append(row[-1] + rng.gauss(0, 1))
            file.write(",".join(f"{row[-1]:.4f}" for row in values) + "\n")
    run("--db", path, "-q", "import", directory / "walks.csv", "--index")
    for i in range(RUNS):
        models = [word for name in MODELS for word in ("--model", name)]
        cpu = run("--db", path, "-q", "backtest", "--series", "*", *models, "--season", 12, "--horizon", STEPS, "--folds",
                  ORIGINS, "--step", 1, "--no-intervals", "--jobs", 1, "--seed", i + 1)
        rows = (len(MODELS) + 1) * SERIES * ORIGINS * STEPS
        print(f"backtest: {cpu:.1f} CPU s, {rows / cpu:,.0f} forecasts a CPU s")


def measure(connection, sql):
    times = []
    for _ in range(51):
        started = time.process_time()
        rows = connection.execute(sql).fetchall()
        times.append(1000 * (time.process_time() - started))
        if sum(times) > 3000:
            break
    return statistics.median(times), len(rows)


def main():
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(directory) / "latency.db"
        if not path.exists():
            make(path, pathlib.Path(directory))
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        print(f"{connection.execute('select count(*) from forecast').fetchone()[0]:,} forecasts,"
              f" {path.stat().st_size / 1e6:.0f} MB")
        late = 0
        for name, sql, most in QUERIES:
            ms, rows = measure(connection, sql)
            late += most is not None and ms > most
            print(f"{name:36} {ms:9.3f} ms  {rows:6} rows" + ("" if most is None else f"   at most {most}"))
        return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
