"""A backtest that is killed again and again, or done by several jobs, leaves the same rows, and scores are right at every
moment.

    python3 test_scale.py ALMANAC

ALMANAC_KILLS (6) processes are killed; the seed is ALMANAC_KILL_SEED.
"""
import contextlib
import hashlib
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

from program import ALMANAC, Program, environment, main, walk

KILLS = int(os.environ.get("ALMANAC_KILLS", "6"))
SEED = int(os.environ.get("ALMANAC_KILL_SEED", "5"))
REQUEST = ("backtest", "-q", "--series", "*", "-m", "ses", "-m", "drift", "-m", "naive",
           "-m", "lstm:epochs=20,hidden=8,lookback=8", "--horizon", "3", "--folds", "25", "--step", "2", "--season", "4", "--refit", "2")
# what differs between two runs with the same results: when and by whom they were made, and how long it took
LEFT_OUT = {
    "run": {"owner", "host", "pid", "process", "heartbeat", "started", "finished", "cpu_seconds", "peak_rss"},
    "import": {"started", "finished"}, "task": {"committed", "fit_seconds"}, "task_series": {"fit_seconds"},
    "leaderboard": {"fit_seconds"}, "epoch": {"seconds"},
}


def dump(path):
    """A digest of every table of a database by name; the planner's statistics are not data."""
    out = {}
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for table, in connection.execute("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"):
            columns = [f'"{c}"' for _, c, *_ in connection.execute(f"pragma table_info({table})")
                       if c not in LEFT_OUT.get(table, ())]
            digest = hashlib.sha256()
            rows = connection.execute(f'select {", ".join(columns)} from "{table}" order by {", ".join(columns)}')
            while some := rows.fetchmany(1000):
                digest.update(repr(some).encode())
            out[table] = digest.hexdigest()
    return out


class Scale(Program):
    def setUp(self):
        super().setUp()
        for name, n in (("a", 140), ("b", 150), ("c", 140)):
            path = self.write_values(f"{name}.csv", walk(n, len(name) + n))
            self.good("import", "-q", path, "--index", "--value", "value")
        (self.path / "almanac.db").rename(self.path / "start.db")

    def start_again(self, name):
        (self.path / name).write_bytes((self.path / "start.db").read_bytes())

    def run_whole(self, name, jobs):
        self.start_again(name)
        self.good(*REQUEST, "--jobs", jobs, "--db", name)
        return dump(self.path / name)

    def test_jobs_and_kills_leave_the_same_rows(self):
        rng = random.Random(SEED)
        whole = self.run_whole("jobs1.db", 1)
        for jobs in (2, 4):
            self.assertEqual(self.run_whole(f"jobs{jobs}.db", jobs), whole)
        self.start_again("killed.db")
        tasks, left, kills = [], [], 0
        arguments = REQUEST
        for i in range(KILLS):
            process = subprocess.Popen([ALMANAC, *arguments, "--jobs", str(1 + i % 3), "--db", "killed.db"], cwd=self.path,
                                       env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.wait_for_tasks(process, "killed.db", len(tasks) + rng.randrange(150 // KILLS))
            time.sleep(rng.random() * 0.01)
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
            runs, now = self.look("killed.db")
            self.assertEqual(now[:len(tasks)], tasks)  # what was done is not done again
            tasks = now
            if runs:
                arguments = ("backtest", "-q", "--resume", "1")
            left.append(len(tasks))
        print(f"{kills} of {KILLS} killed, {left} of 100 tasks done", file=sys.stderr)
        self.good(*arguments, "--jobs", 2, "--db", "killed.db")
        self.assertEqual(self.look("killed.db")[1][:len(tasks)], tasks)
        self.assertEqual(dump(self.path / "killed.db"), whole)

    def wait_for_tasks(self, process, name, n):
        with contextlib.closing(sqlite3.connect(self.path / name)) as connection:
            while process.poll() is None and connection.execute("select count(*) from task").fetchone()[0] < n:
                time.sleep(0.002)

    def look(self, name):
        """How many runs there are, and their tasks with the time they were committed at; scores go with the tasks."""
        with contextlib.closing(sqlite3.connect(self.path / name)) as connection:
            self.assertEqual(connection.execute("pragma integrity_check").fetchall(), [("ok",)])
            self.check_scores(connection)
            return (connection.execute("select count(*) from run").fetchone()[0],
                    connection.execute("select task_no, committed from task order by task_no").fetchall())

    def check_scores(self, connection):
        """The scores are those of the forecasts that are there."""
        parts = {"v_score": "", "v_score_step": ", step", "v_score_series": ", series", "v_score_origin": ", fold"}
        for view, key in parts.items():
            expected = connection.execute(
                f"select run, forecaster{key}, count(error), avg(error), avg(abs(error)), sqrt(avg(error * error)),"
                " avg(abs(error) / scale) from (select f.*, x.mase_scale as scale from v_forecast as f"
                " join v_task as x using (run, forecaster, series, fold) where error is not null)"
                f" group by run, forecaster{key} order by run, forecaster{key}").fetchall()
            got = connection.execute(f"select run, forecaster{key}, n, me, mae, rmse, mase from {view} where n > 0"
                                     f" order by run, forecaster{key}").fetchall()
            self.assertEqual(len(got), len(expected))
            for a, b in zip(got, expected):
                for x, y in zip(a, b):
                    self.assertTrue(x == y or math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-12), (view, a, b))

    def test_scores_are_those_of_the_metrics_and_of_a_migration(self):
        self.start_again("almanac.db")
        self.write("states.csv", "t,state\n" + "".join(f"{i},{'xyz'[i * i % 3]}\n" for i in range(100)))
        self.good("import", "-q", "states.csv", "--index", "--category", "state")
        self.good(*REQUEST[:2], "--series", "?", "-m", "ses", "--horizon", 3, "--folds", 9)
        self.good(*REQUEST[:2], "--series", "states*", "-m", "persistence", "--horizon", 3, "--folds", 9)
        for view, which in (("v_score", "m.series is null and m.step is null"),
                            ("v_score_step", "m.series is null and m.step = x.step"),
                            ("v_score_series", "m.series = x.series and m.step is null")):
            for metric in ("me", "mae", "rmse", "log_loss", "accuracy"):
                rows = self.sql(f"select x.{metric}, m.value from {view} as x join v_metric as m on m.run = x.run and"
                                f" m.forecaster = x.forecaster and m.metric = ? and {which}", metric)
                self.assertGreater(len(rows), 0)
                for a, b in rows:
                    self.assertTrue(a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12), (view, metric, a, b))
        self.assertEqual(self.sql("select count(*) from v_latest where run = 1"), [(2 * 3 * 3,)])
        self.assertEqual(self.sql("select distinct fold from v_latest"), [(8,)])
        tables = ("score_step", "score_series", "score_origin")
        before = [self.sql(f"select * from {table}") for table in tables]
        with contextlib.closing(sqlite3.connect(self.path / "almanac.db")) as connection:
            for table in tables:
                connection.execute(f"drop table {table}")
            connection.execute("drop index task_fold")
            for (view,) in connection.execute("select name from sqlite_schema where type = 'view'").fetchall():
                connection.execute(f"drop view {view}")  # made again by the migration
            for table, column in (("run_series", "n_origins"), ("run_series", "n_embargoed"), ("task_series", "purged")):
                connection.execute(f"alter table {table} drop column {column}")
            connection.execute("pragma user_version = 6")
            connection.commit()
        self.good("db", "check")
        for table, rows in zip(tables, before):
            got = self.sql(f"select * from {table}")
            self.assertEqual(len(got), len(rows))
            for a, b in zip(got, rows):
                self.assertTrue(all(math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-12) for x, y in zip(a, b)), (table, a, b))


if __name__ == "__main__":
    main()
