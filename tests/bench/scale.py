"""Backtests at scale: time, memory and file size, what a second job brings, and that nothing changes the rows.

    python3 tests/bench/scale.py [ALMANAC [size|memory|jobs|kills …]]

Found on two cores of an AMD EPYC that others used too, hence CPU seconds and threads: 1.2 million forecasts in 23.4 CPU s and
68 MB with their 6 million quantiles (file 258 MB), in 13.4 CPU s and 55 MB without (56 MB), most of which is fitting theta;
19.1, 19.3 and 21.6 MB with 20, 80 and 320 origins; tasks of 302 ms: the busiest thread ran 5.74 s with one job and 3.03 s
with two, idle for 0.02 s (1.90 times; the wall time fell 1.05 times, as six processes shared the cores); 20 kills, after
which the dump was that of 1, 2 and 4 jobs.

size    1,000 series x 20 origins x 5 forecasters x 12 steps, with and without intervals (5 quantiles).
memory  20, 80 and 320 origins of 50 series, 5 forecasters, 12 steps.
jobs    wall time of ets on 12 series at 20 origins with 1 and with 2 jobs by turns, the best of 3 each; and, as others may use
        the machine, how long the thread that works most runs and how long it has nothing to do.
kills   a dump of every table after 1, 2 and 4 jobs, and after 20 kills at random with resumes in between.
"""
import contextlib
import hashlib
import math
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ALMANAC = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/almanac")
PARTS = sys.argv[2:] or ["size", "memory", "jobs", "kills"]
FIVE = ("-m", "seasonal-naive", "-m", "drift", "-m", "ses", "-m", "theta", "--season", "12", "--horizon", "12")  # and naive
# what differs between two runs with the same results: when and by whom they were made, and how long it took
LEFT_OUT = {
    "run": {"owner", "host", "pid", "process", "heartbeat", "started", "finished", "cpu_seconds", "peak_rss"},
    "import": {"started", "finished"}, "task": {"committed", "fit_seconds"}, "task_series": {"fit_seconds"},
    "leaderboard": {"fit_seconds"}, "epoch": {"seconds"},
}


def start(path, *arguments):
    return subprocess.Popen([ALMANAC, "--db", path, "-q", *map(str, arguments)], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def run(path, *arguments):
    """CPU seconds, wall seconds and peak memory (MB) of one call."""
    began = time.perf_counter()
    process = start(path, *arguments)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{arguments} failed")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss / 1024


def make(path, n_series, n):
    """Random walks with a season of 12."""
    rng = random.Random(1)
    level = [100 + 50 * rng.random() for _ in range(n_series)]
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(",".join(f"s{i:04}" for i in range(n_series)) + "\n")
        for t in range(n):
            level = [v + rng.gauss(0, 1) for v in level]
            file.write(",".join(f"{v + 10 * math.sin((t + i) * math.pi / 6):.3f}" for i, v in enumerate(level)) + "\n")
        file.flush()
        run(path, "import", file.name, "--series", "walk", "--index")


def backtest(path, folds, *arguments):
    return run(path, "backtest", "--series", "*", *arguments, "--folds", folds, "--step", 1)


def size(directory):
    for what in ((), ("--no-intervals",)):
        path = directory / f"size{len(what)}.db"
        make(path, 1000, 400)
        before = path.stat().st_size
        cpu, wall, peak = backtest(path, 20, *FIVE, *what, "--jobs", 2)
        rows = 1000 * 20 * 5 * 12
        print(f"1,000 x 20 x 5 x 12{' without intervals' if what else ''}: {cpu:.1f} CPU s, {wall:.1f} s,"
              f" {rows / cpu:,.0f} forecasts a CPU s, {peak:.0f} MB, file {(path.stat().st_size - before) / 1e6:.0f} MB")


def memory(directory):
    for folds in (20, 80, 320):
        path = directory / f"memory{folds}.db"
        make(path, 50, 400)
        _, _, peak = backtest(path, folds, *FIVE, "--jobs", 1)
        print(f"{folds} origins of 50 series: {peak:.1f} MB")


def run_threads(path, *arguments):
    """Wall time, and of the thread that worked most the seconds that it ran and those that it had nothing to do."""
    began, threads = time.perf_counter(), {}
    process = start(path, *arguments)
    while process.poll() is None:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{process.pid}/task"):
                ran, waited = (int(x) / 1e9 for x in
                               pathlib.Path(f"/proc/{process.pid}/task/{thread}/schedstat").read_text().split()[:2])
                now = time.perf_counter()
                born = threads[thread][2] if thread in threads else now
                threads[thread] = ran, now - born - ran - waited, born
        time.sleep(0.01)
    ran, idle, _ = max(threads.values())
    return time.perf_counter() - began, ran, idle


def jobs(directory):
    path = directory / "jobs.db"
    make(path, 12, 400)
    best = {}
    for _ in range(3):
        for n in (1, 2):
            found = run_threads(path, "backtest", "--series", "*", "--folds", 20, "--step", 1, "-m", "ets", "--horizon", 12,
                                "--season", 12, "--no-intervals", "--jobs", n)
            best[n] = tuple(map(min, best.get(n, found), found))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        task, = connection.execute("select avg(fit_seconds) from task join run_forecaster using (run_id, forecaster_no)"
                                   " where label = 'ets'").fetchone()
    for n, (wall, ran, idle) in best.items():
        print(f"tasks of {1000 * task:.0f} ms, {n} jobs: {wall:.2f} s; the busiest thread ran {ran:.2f} s, idle {idle:.2f} s")
    print(f"{best[1][0] / best[2][0]:.2f} times by wall time, {best[1][1] / best[2][1]:.2f} by the busiest thread")


def dump(path):
    digest = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name").fetchall()
        for table, in tables:
            columns = ", ".join(f'"{c}"' for _, c, *_ in connection.execute(f"pragma table_info({table})")
                                if c not in LEFT_OUT.get(table, ()))
            rows = connection.execute(f'select {columns} from "{table}" order by {columns}')
            while some := rows.fetchmany(1000):
                digest.update(repr(some).encode())
    return digest.hexdigest()


def kills(directory):
    begin = directory / "begin.db"
    make(begin, 40, 200)
    request = ("backtest", "--series", "*", *FIVE, "-m", "lstm:epochs=10,hidden=8,lookback=12", "--folds", 20, "--step", 1)
    dumps = []
    for n in (1, 2, 4):
        path = directory / f"jobs{n}.db"
        path.write_bytes(begin.read_bytes())
        _, wall, _ = run(path, *request, "--jobs", n)
        dumps.append(dump(path))
    path = directory / "killed.db"
    path.write_bytes(begin.read_bytes())
    rng, arguments, killed, tasks = random.Random(3), request, 0, []
    while killed < 20:
        process = start(path, *arguments, "--jobs", 1 + killed % 2)
        time.sleep(rng.random() * wall / 8)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        with contextlib.closing(sqlite3.connect(path)) as connection:
            now = connection.execute("select task_no, committed from task order by task_no").fetchall()
            if connection.execute("select count(*) from run").fetchone()[0]:
                arguments = ("backtest", "--resume", 1)
        if now[:len(tasks)] != tasks:
            sys.exit("a finished task was done again")
        tasks = now
        if len(tasks) == 120:
            break
    print(f"{killed} kills, {len(tasks)} of 120 tasks done by then")
    run(path, *arguments)
    dumps.append(dump(path))
    same = len(set(dumps)) == 1
    print("the dumps are the same" if same else f"the dumps differ: {dumps}")
    return 0 if same else 1


def main():
    with tempfile.TemporaryDirectory() as directory:
        parts = {"size": size, "memory": memory, "jobs": jobs, "kills": kills}
        return max(parts[name](pathlib.Path(directory)) or 0 for name in PARTS)


if __name__ == "__main__":
    sys.exit(main())
