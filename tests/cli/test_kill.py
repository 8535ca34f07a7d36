"""Kills imports at points spread over their whole duration: the database stays whole, has all of the file's rows or
none, and a second import ends with what an import that nobody disturbed leaves.

    python3 test_kill.py ALMANAC

ALMANAC_KILLS (12) imports, half of them into a new database, of ALMANAC_KILL_ROWS (8000) rows are killed; the seed is
ALMANAC_KILL_SEED.
"""
import contextlib
import datetime
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from program import ALMANAC, Program, environment, main

KILLS = int(os.environ.get("ALMANAC_KILLS", "12"))
ROWS = int(os.environ.get("ALMANAC_KILL_ROWS", "8000"))
SEED = int(os.environ.get("ALMANAC_KILL_SEED", "5"))
IMPORT = (ALMANAC, "-q", "import", "--db", "almanac.db", "bars.csv", "--by", "symbol")
# what differs between two imports of the same file: when they were; the planner's statistics are not data
COLUMNS = {"import": "import_id, file, sha256, options, rows_read, rows_stored, rows_rejected"}


def write_bars(path, rng):
    """Four symbols in blocks of an hour; now and then a row that is no good and one that comes late."""
    minute = datetime.timedelta(minutes=1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("time,symbol,open,high,low,close,volume\n")
        for i in range(ROWS // 4):
            when = datetime.datetime(2020, 1, 1) + (i if i % 1000 != 500 else i - 300) * minute
            for symbol in "ABCD":
                price = rng.random() * 100
                close = "?" if i % 5000 == 4999 else f"{price:.2f}"
                file.write(f"{when.isoformat()},{symbol},{price:.2f},{price + 1:.2f},{price - 1:.2f},{close},{i}\n")


class Kill(Program):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(SEED)
        write_bars(self.path / "bars.csv", self.rng)

    def start_again(self):
        for ending in ("", "-wal", "-shm", "-journal"):
            (self.path / f"almanac.db{ending}").unlink(missing_ok=True)
        if (self.path / "start.db").exists():
            shutil.copy(self.path / "start.db", self.path / "almanac.db")

    def content(self):
        """A digest of all rows of all tables."""
        digest = hashlib.sha256()
        with contextlib.closing(sqlite3.connect(self.path / "almanac.db")) as connection:
            tables = [name for name, in connection.execute(
                "select name from sqlite_schema where type = 'table' and name not like 'sqlite_stat%' order by name")]
            for table in tables:
                rows = connection.execute(f"select {COLUMNS.get(table, '*')} from {table}")
                while some := rows.fetchmany(1000):
                    digest.update(repr(some).encode())
        return digest.hexdigest()

    def size(self):
        """Bytes of pages on the disk: grows when rows are written, with small files at the commit only."""
        total = 0
        for ending in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(self.path / f"almanac.db{ending}").st_size
        return total

    def run_import(self, kill=None):
        """Seconds until the first write and until the end. kill is called with the process and both are told to it."""
        self.start_again()
        before, first = self.size(), None
        started = time.perf_counter()
        with subprocess.Popen(IMPORT, cwd=self.path, env=environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                now = time.perf_counter() - started
                if first is None and self.size() != before:
                    first = now
                if kill is not None and kill(now, first):
                    process.send_signal(signal.SIGKILL)
                    break
                time.sleep(0.0002)
            process.wait()
            return process.returncode, first, time.perf_counter() - started

    def test_into_a_database_with_series(self):
        self.import_walks(n=500)
        (self.path / "almanac.db").rename(self.path / "start.db")
        self.start_again()
        self.kill_imports([self.content()])

    def test_into_a_new_database(self):
        """Where nobody can read yet another kind of journal is used."""
        self.write("bad.csv", "t,v\n2020-01-01,x\n")
        self.write("almanac.db", "")  # a file that the failed import has not made stays
        self.bad(3, "import", "bad.csv", "--value", "v")
        nothing = [self.content()]
        self.start_again()
        self.kill_imports([*nothing, self.content()])

    def look(self):
        """The program finds the file whole, or without anything in it: killed before its tables were made."""
        done = subprocess.run([ALMANAC, "db", "check"], cwd=self.path, env=environment(), check=False,
                              capture_output=True, text=True)
        if done.returncode:
            self.assertRegex(done.stderr, "is empty|there is no database")

    def kill_imports(self, nothing):
        """nothing: what a database without the file's rows may contain."""
        runs = [self.run_import() for _ in range(3)]
        self.assertEqual([status for status, _, _ in runs], [0, 0, 0])
        whole = self.content()
        duration = sorted(seconds for _, _, seconds in runs)[1]
        writing = sorted(seconds - (first or 0) for _, first, seconds in runs)[1]
        outcomes = {"not killed": 0, "killed, nothing stored": 0, "killed, all stored": 0}
        for i in range(KILLS // 2):
            # two of three anywhere in the whole duration, the third while the database is written
            at = (i + self.rng.random()) / (KILLS // 2) * duration
            later = self.rng.random() * writing
            if i % 3 == 2:
                status, _, _ = self.run_import(lambda now, first: first is not None and now - first >= later)
            else:
                status, _, _ = self.run_import(lambda now, first: now >= at)
            self.assertIn(status, (0, -signal.SIGKILL))
            if i % 2:  # the program itself is the first to see what was left, or SQLite alone
                self.look()
            self.check_database()
            left = self.content()
            self.assertIn(left, [*nothing, whole], f"kill {i}")
            outcomes["not killed" if status == 0 else
                     "killed, all stored" if left == whole else "killed, nothing stored"] += 1
            self.assertEqual(subprocess.run(IMPORT, cwd=self.path, env=environment(), check=False,
                                            capture_output=True).returncode, 0)
            self.check_database()
            self.assertEqual(self.content(), whole, f"kill {i}")
        print(outcomes, file=sys.stderr)
        self.assertGreater(outcomes["killed, nothing stored"], 0)


if __name__ == "__main__":
    main()
