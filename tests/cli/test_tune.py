"""Searches over options through the program: the same trials whatever the number of workers and however often the work
was killed, nothing seen after the origin, losses that a backtest repeats.

    python3 test_tune.py ALMANAC
"""
import json
import math
import shlex
import signal
import sqlite3
import subprocess
import time

from program import ALMANAC, Program, environment, main, walk

LSTM = "lstm:lookback=7..28:log,hidden=4+8,loss=mse+mae,rate=0.001..0.05:log,epochs=4,steps=10"
SEARCH = ("demo", "-m", LSTM, "--horizon", "3", "--trials", "7")
# everything but what the clock says
ROWS = """SELECT trial, configuration, rung, budget, spec, status, reason, loss, naive_loss, train_loss, validation_loss,
          gap, epochs FROM v_trial WHERE run = ? ORDER BY trial"""
OPTIONS = "SELECT trial, option, value, number FROM v_trial_option WHERE run = ? ORDER BY trial, option"
SENSITIVITY = "SELECT * FROM v_sensitivity WHERE run = ?"


class Case(Program):
    SIZE = 160

    def trials(self, run=1):
        return self.sql(ROWS, run)

    def all_of(self, run):
        return self.trials(run), self.sql(OPTIONS, run), [row[1:] for row in self.sql(SENSITIVITY, run)]


class Tune(Case):
    def test_workers_do_not_change_rows(self):
        for method in ("random", "halving"):
            runs = []
            for jobs in ("1", "2", "5"):
                name = f"{method}-{jobs}"
                self.good("tune", *SEARCH, "--method", method, "--reduction", "2", "--jobs", jobs, "--name", name)
                runs.append(self.all_of(self.sql("SELECT run FROM v_run WHERE name = ?", name)[0][0]))
            self.assertGreater(len(runs[0][0]), 6)
            self.assertEqual(runs[0], runs[1])
            self.assertEqual(runs[0], runs[2])
            self.assertEqual(len({row[4] for row in runs[0][0] if row[2] == 0}), 7)

    def test_a_backtest_repeats_the_loss_of_a_trial(self):
        self.good("tune", *SEARCH, "--folds", "2", "--metric", "rmse")
        for trial in self.trials()[:2]:
            self.good("backtest", "--series", "demo", "-m", trial[4], "--horizon", "3", "--folds", "2")
            run = self.sql("SELECT max(run) FROM v_run")[0][0]
            board = dict(self.sql("SELECT forecaster, rmse FROM v_leaderboard WHERE run = ?", run))
            self.assertEqual(board["lstm"], trial[7])
            self.assertEqual(board["naive"], trial[8])

    def test_what_comes_after_the_origin_is_not_seen(self):
        for number, name in ((0.0, "a"), (1000.0, "b")):
            self.write_values(f"{name}.csv", self.values[:120] + [v + number for v in self.values[120:]])
            self.good("import", f"{name}.csv", "--index", "--value", "value", "--series", name)
        for name in "ab":
            self.good("tune", name, *SEARCH[1:], "--origin", "119")
        self.good("tune", "a", *SEARCH[1:], "--holdout", "40")
        plain = [row[5:] for row in self.trials(1)]
        # the name of a series is part of no stream of a global forecaster
        self.assertEqual(plain, [row[5:] for row in self.trials(2)])
        self.assertEqual(plain, [row[5:] for row in self.trials(3)])
        self.bad(2, "tune", "a", *SEARCH[1:], "--origin", "119", "--holdout", "40")

    def test_halving_gives_the_best_more(self):
        self.good("tune", "demo", "-m", LSTM.replace("epochs=4", "epochs=9"), "--horizon", "3", "--trials", "9",
                  "--method", "halving")
        rungs = {}
        for row in self.trials():
            rungs.setdefault(row[2], []).append(row)
        self.assertEqual([len(rungs[k]) for k in range(3)], [9, 3, 1])
        self.assertEqual([rungs[k][0][3] for k in range(3)], [1, 3, 9])
        for k in (1, 2):
            best = sorted(rungs[k - 1], key=lambda row: (row[7], row[1]))[:len(rungs[k])]
            self.assertEqual(sorted(row[1] for row in best), [row[1] for row in rungs[k]])
            self.assertTrue(all(f"epochs={rungs[k][0][3]}" in row[4] for row in rungs[k]))
        self.assertEqual(rungs[2][0][12], 3 * 9)

    def test_halving_goes_on_to_the_bits_of_a_training_with_the_full_budget(self):
        for schedule in ("cosine", "plateau"):
            model = LSTM.replace("epochs=4", "epochs=9") + f",schedule={schedule}"
            for budget in ("epochs", "folds"):
                search = ("demo", "-m", model, "--horizon", "3", "--trials", "9", "--folds", "9", "--metric", "rmse")
                self.good("tune", *search, "--method", "halving", "--budget", budget)
                last = self.sql("SELECT max(run) FROM v_run")[0][0]
                halving = [row for row in self.trials(last) if row[2] == 2]
                self.good("tune", *search)
                whole = {row[1]: row for row in self.trials(last + 1)}
                self.assertEqual(len(halving), 1)
                for row in halving:
                    self.assertEqual(row[4:], whole[row[1]][4:])
        self.assertEqual(self.sql("SELECT count(*) FROM checkpoint"), [(0,)])

    def test_halving_by_steps_begins_anew(self):
        self.good("tune", "demo", "-m", LSTM.replace("steps=10", "steps=9"), "--horizon", "3", "--trials", "9", "--method",
                  "halving", "--budget", "steps")
        self.assertEqual({row[5] for row in self.trials()}, {"OK"})
        self.assertEqual([row[12] for row in self.trials() if row[2] == 2], [12])

    def test_halving_of_a_forecaster_without_epochs_takes_folds(self):
        self.good("tune", "demo", "-m", "seasonal-naive:season=2..9", "--horizon", "3", "--trials", "8", "--folds", "4",
                  "--method", "halving", "--reduction", "2")
        rows = self.trials()
        self.assertEqual([row[3] for row in rows], [1] * 8 + [2] * 4 + [4] * 2)
        best = min(rows[-2:], key=lambda row: row[7])
        self.assertIn("season=7", best[4])

    def test_sensitivity_is_what_it_says(self):
        self.good("tune", *SEARCH[:-1], "12")
        loss = {row[0]: math.log(row[7]) for row in self.trials()}
        groups = {}
        for trial, _, value, _ in (row for row in self.sql(OPTIONS, 1) if row[1] == "hidden"):
            groups.setdefault(value, []).append(loss[trial])
        mean = sum(loss.values()) / len(loss)
        total = sum((x - mean) ** 2 for x in loss.values())
        within = sum(sum((x - sum(g) / len(g)) ** 2 for x in g) for g in groups.values())
        n = len(loss)
        share = max(0, 1 - within / (n - len(groups)) / (total / (n - 1)))
        row = self.sql("SELECT share, n, n_groups FROM v_sensitivity WHERE option = 'hidden'")[0]
        self.assertAlmostEqual(row[0], share, delta=1e-12)
        self.assertEqual(row[1:], (n, len(groups)))
        self.assertEqual(len(self.sql("SELECT * FROM v_sensitivity")), 4)

    def test_it_prints_the_best_what_mattered_and_the_effect_of_lookback(self):
        out, remarks = self.run_it("tune", *SEARCH, "--holdout", "20")
        for words in ("what mattered", "by lookback", "seconds_per_epoch", "validation_loss", "naive_loss"):
            self.assertIn(words, out)
        self.assertIn("nothing after it", remarks)
        self.assertIn("--first-origin", remarks)
        rows = self.rows("tune", "--resume", "1")  # done: the same again, as CSV
        self.assertEqual([float(row["loss"]) for row in rows], sorted(row[7] for row in self.trials()))
        parts = self.rows("query", "trials_by_option", "run=1", "option=hidden")
        self.assertEqual([row["values"] for row in parts], ["4", "8"])
        self.assertEqual(sum(int(row["trials"]) for row in parts), 7)
        self.assertIn("all there are", self.run_it("tune", *SEARCH)[1])

    def test_the_best_can_be_kept(self):
        self.good("tune", *SEARCH, "--holdout", "20", "--keep", "best")
        best = min(self.trials(), key=lambda row: row[7])
        self.assertEqual(self.sql("SELECT spec, trained_until FROM v_model WHERE model = 'best'"),
                         [(best[4], "2020-05-19T00:00:00Z")])
        self.good("forecast", "best")
        self.assertIn("best", self.bad(2, "tune", *SEARCH, "--keep", "best"))

    def test_several_series_are_scored_relative_to_their_scale(self):
        self.import_walks(("a", "b[1]"), n=140)
        self.good("tune", "a", "b*", "-m", "lstm:lookback=7+14,hidden=4,epochs=2,steps=10", "--horizon", "2", "--keep",
                  "both", "--holdout", "9")
        spec = json.loads(self.sql("SELECT spec FROM v_run WHERE run = 1")[0][0])
        self.assertEqual((spec["metric"], [s["until"] for s in spec["series"]]), ("mase", [130, 130]))
        self.assertEqual(self.sql("SELECT series, trained_until FROM v_model"), [("2 series", 130)])

    def test_a_report_shows_trials_and_the_length_of_the_sequence(self):
        self.good("tune", *SEARCH, "--holdout", "20", "--method", "halving", "--folds", "2")
        self.good("report", "1", "-o", "r.html")
        page = (self.path / "r.html").read_text(encoding="utf-8")
        for words in ("What mattered", "lookback-time", "lookback-loss", "seconds per epoch"):
            self.assertIn(words, page)
        self.good("report", "1", "--format", "md", "-o", "r.md")
        text = (self.path / "r.md").read_text(encoding="utf-8")
        command = next(line.strip() for line in text.splitlines() if "almanac tune" in line)
        before = self.trials()
        self.good(*shlex.split(command)[1:])
        self.assertEqual(before, self.trials(2))

    def test_classes_are_measured_by_log_loss_against_majority(self):
        states = "".join(f"{i},{'up' if i % 5 < 3 else 'down'}\n" for i in range(160))
        self.good("import", self.write("state.csv", "t,state\n" + states), "--index", "--category", "state", "--series",
                  "machine")
        model = "lstm:hidden=4+8,lookback=10..20,epochs=2,steps=20"
        remarks = self.run_it("tune", "machine.state", "-m", model, "--horizon", "2", "--trials", "3")[1]
        self.assertRegex(remarks, "log_loss [0-9.e-]+; majority on the same folds")
        self.assertTrue(all(row[7] > 0 and row[8] > 0 for row in self.trials()))

    def test_covariates_go_into_the_kept_model(self):
        for name, seed in (("a", 1), ("x", 2)):
            self.good("import", self.write_values(f"{name}.csv", walk(150, seed)), "--index", "--value", "value")
        self.good("tune", "a", "-m", "lstm:hidden=4,lookback=7+14,epochs=2,steps=10", "--past", "x", "--horizon", "2",
                  "--keep", "with", "--holdout", "9")
        self.assertEqual(self.sql("SELECT count(*) FROM v_run WHERE kind = 'train' AND spec LIKE '%\"x\"%'"), [(1,)])

    def test_trials_that_fail_have_a_reason(self):
        self.good("tune", "demo", "-m", "lstm:lookback=10+4000,epochs=1,hidden=4", "--horizon", "3")
        rows = sorted(self.trials(), key=lambda row: row[5])
        self.assertEqual([row[5] for row in rows], ["DATA", "OK"])
        self.assertIn("values", rows[0][6])
        self.assertIsNone(rows[0][7])
        self.bad(3, "tune", "demo", "-m", "lstm:lookback=4000+5000,epochs=1,hidden=4", "--horizon", "3")
        self.assertEqual(self.sql("SELECT status FROM v_run WHERE run = 2"), [("failed",)])

    def test_what_makes_no_sense_is_refused_before_it_begins(self):
        for arguments, named in ((("-m", "lstn:hidden=1+2"), "lstm"), (("-m", "lstm:hiden=1+2"), "hidden"),
                                 (("-m", "lstm:hidden=8..4"), "rise"), (("-m", "ses", "--metric", "mea"), "mae"),
                                 (("-m", "ses", "--metric", "r2"), "smaller"),
                                 (("-m", "lstm:epochs=2..4", "--method", "halving"), "epochs"),
                                 (("-m", "lstm:hidden=4+8", "--budget", "fields"), "folds"),
                                 ((), "--model")):
            with self.subTest(arguments):
                self.assertIn(named, self.bad(2, "tune", "demo", *arguments, "--horizon", "3"))
        self.assertIn("horizon", self.bad(2, "tune", "demo", "-m", "ses"))
        self.good("tune", *SEARCH, "--dry-run")
        self.assertEqual(self.sql("SELECT count(*) FROM run"), [(0,)])

    def test_the_metric_may_be_of_quantiles(self):
        self.good("tune", "demo", "-m", "seasonal-naive:season=6+7", "--horizon", "2", "--metric", "crps")
        self.assertTrue(all(row[7] > 0 for row in self.trials()))


class Broken(Case):
    """Searches that last some seconds, broken off when some of their trials are done."""

    LONG = ("demo", "-m", "lstm:lookback=14..56:log,hidden=16+32,epochs=9,steps=200,patience=0", "--horizon", "3",
            "--trials", "18", "--method", "halving", "--keep", "best")

    def done(self):
        try:
            return self.sql("SELECT count(*) FROM trial WHERE run_id = 1")[0][0]
        except sqlite3.OperationalError:
            return 0

    def start(self, *arguments, kill, after):
        """Runs until so many trials are done, then sends the signal. The exit status and what it said."""
        with subprocess.Popen([ALMANAC, "tune", *arguments], cwd=self.path, env=environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            while process.poll() is None and self.done() < after:
                time.sleep(0.005)
            process.send_signal(kill)
            return process.communicate()[1], process.returncode


    def test_a_killed_search_ends_with_the_same_rows(self):
        self.start(*self.LONG, "--jobs", "2", kill=signal.SIGKILL, after=3)
        self.check_database()
        self.assertLess(self.done(), 26)
        for after in (9, 19):
            if self.done() < 26:
                self.start("--resume", "1", kill=signal.SIGKILL, after=after)
                self.check_database()
        self.assertGreaterEqual(self.done(), 3)
        self.good("tune", "--resume", "1", "--jobs", "1")
        self.assertEqual(self.sql("SELECT status FROM v_run WHERE run = 1"), [("done",)])
        self.assertEqual(self.done(), 26)
        kept = self.sql("SELECT spec, digest FROM v_model")
        self.good("models", "drop", "best")
        self.good("tune", *self.LONG, "--name", "whole")
        whole = self.sql("SELECT run FROM v_run WHERE name = 'whole'")[0][0]
        self.assertEqual(self.all_of(1), self.all_of(whole))
        self.assertEqual(kept, self.sql("SELECT spec, digest FROM v_model"))
        self.check_database()

    def test_a_search_killed_within_a_trial_goes_on_there(self):
        one = ("demo", "-m", "lstm:hidden=32,lookback=28,epochs=60,steps=100,patience=0", "--horizon", "3", "--trials",
               "1", "--folds", "1")

        def epochs():
            try:
                return self.sql("SELECT sum(length(data)) FROM checkpoint")[0][0] or 0
            except sqlite3.OperationalError:
                return 0

        with subprocess.Popen([ALMANAC, "tune", *one], cwd=self.path, env=environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and epochs() == 0:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        self.assertEqual(self.done(), 0)
        self.assertGreater(epochs(), 0)
        self.good("tune", "--resume", "1")
        self.assertEqual(epochs(), 0)
        self.good("tune", *one)
        self.assertEqual(self.trials(1), self.trials(2))

    def test_an_interrupted_search_says_how_to_go_on(self):
        text, status = self.start(*self.LONG, kill=signal.SIGINT, after=4)
        self.assertEqual(status, 130, text)
        self.assertRegex(text, r"\d+ of 26 trials are stored")
        self.assertIn("tune --resume 1", text)
        self.assertEqual(self.sql("SELECT status FROM v_run WHERE run = 1"), [("interrupted",)])
        before = self.trials()
        self.assertIn("only --jobs", self.bad(2, "tune", "--resume", "1", "--trials", "3"))
        self.good("tune", "--resume", "1")
        self.assertTrue(set(before) <= set(self.trials()))
        spec = json.loads(self.sql("SELECT spec FROM v_run WHERE run = 1")[0][0])
        self.assertEqual((spec["trials"], spec["method"], spec["keep"]), (18, "halving", "best"))


if __name__ == "__main__":
    main()
