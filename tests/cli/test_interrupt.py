"""Signals beyond the first one, in trainings and queries; runs that somebody else is working on.

    python3 test_interrupt.py ALMANAC
"""
import os
import signal
import sqlite3
import subprocess
import time

from program import ALMANAC, Program, environment, main

LSTM = "lstm:hidden=4,lookback=8,epochs=2,steps=5"
REQUEST = ("--series", "a", "-m", "ses", "-m", "lstm:hidden=16,lookback=16,epochs=3,steps=40",
           "--horizon", "2", "--folds", "40", "--seed", "3")


class Interrupt(Program):
    def setUp(self):
        super().setUp()
        self.import_walks(n=300)

    def start(self, *arguments):
        return subprocess.Popen(
            [ALMANAC, *arguments],
            cwd=self.path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for_tasks(self, process, n):
        """Until n tasks are committed. False when the process was faster."""
        while process.poll() is None:
            try:
                if self.sql("select count(*) from task")[0][0] >= n:
                    return True
            except sqlite3.OperationalError:  # the database is locked for a moment
                pass
            time.sleep(0.01)
        return False

    def test_an_interrupted_training_keeps_nothing_half_done(self):
        process = self.start("train", "-m", "lstm:hidden=64,layers=2,lookback=64,epochs=100000,patience=0,steps=0",
                             "--series", "a", "--name", "big", "--horizon", "2")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, text = process.communicate()
        self.assertEqual(process.returncode, 130, text)
        self.check_database()
        self.assertEqual(self.sql("select count(*) from v_model"), [(0,)])
        self.good("train", "-m", LSTM, "--series", "a", "--name", "big", "--horizon", "2")

    def test_interrupted_backtests_say_how_to_go_on(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("backtest", *REQUEST, "--jobs", "1")
            run = 1 if number == signal.SIGINT else 2
            while process.poll() is None and self.sql("select count(*) from v_task where run = ?", run)[0][0] < 45:
                time.sleep(0.01)
            process.send_signal(number)
            out, text = process.communicate()
            self.assertEqual(process.returncode, status, text)
            self.assertEqual(out, "")
            self.assertIn(f"almanac backtest --resume {run}", text)
            self.check_database()
            self.assertEqual(self.sql("select status from v_run where run = ?", run), [("interrupted",)])
        self.good("backtest", "--resume", "1")
        self.good("backtest", "--resume", "2")
        first, second = (
            self.sql("select forecaster, origin_time, step, forecast, actual from v_forecast where run = ? order by 1, 2, 3", run)
            for run in (1, 2)
        )
        self.assertEqual(first, second)

    def test_a_second_signal_ends_the_process_at_once(self):
        process = self.start("query", "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertIn(process.returncode, (130, -signal.SIGINT))

    def test_a_live_owner_is_not_pushed_aside(self):
        process = self.start("backtest", *REQUEST, "--jobs", "1")
        alive = self.wait_for_tasks(process, 42)
        if alive:
            done = subprocess.run([ALMANAC, "backtest", "--resume", "1"], cwd=self.path, env=environment(),
                                  capture_output=True, text=True, check=False)
            if process.poll() is None:
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(str(process.pid), done.stderr)
        process.communicate()
        self.assertEqual(process.returncode, 0)

    def test_ignored_signals_stay_ignored(self):
        process = subprocess.Popen(
            [ALMANAC, "backtest", *REQUEST],
            cwd=self.path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )
        self.wait_for_tasks(process, 10)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGHUP)
        self.assertEqual(process.wait(), 0)


if __name__ == "__main__":
    main()
