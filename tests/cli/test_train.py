"""Trainings that are killed or interrupted anywhere and called again end with the bits of one that nobody disturbed.

    python3 test_train.py ALMANAC

ALMANAC_TRAIN_KILLS (6) trainings are killed until they end; the seed is ALMANAC_KILL_SEED.
"""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from program import ALMANAC, Program, environment, main

KILLS = int(os.environ.get("ALMANAC_TRAIN_KILLS", "6"))
SEED = int(os.environ.get("ALMANAC_KILL_SEED", "5"))
SPEC = "lstm:hidden=24,lookback=24,epochs=25,steps=20,patience=0,optimiser=adamw,decay=0.01"
TRAIN = ("train", "-m", SPEC, "--series", "*", "--horizon", "4", "--name", "net", "--levels", "80")
SMALL = ("train", "-m", "lstm:hidden=8,lookback=16,epochs=3,steps=10", "--series", "a", "--horizon", "3")


class Train(Program):
    def setUp(self):
        super().setUp()
        self.import_walks(("a", "b"), n=300)
        shutil.copy(self.path / "almanac.db", self.path / "start.db")

    def start_again(self):
        for ending in ("-wal", "-shm"):
            (self.path / f"almanac.db{ending}").unlink(missing_ok=True)
        shutil.copy(self.path / "start.db", self.path / "almanac.db")

    def outcome(self, name="net"):
        """The model's bytes and what the epochs were, as they must be whatever happened on the way."""
        model = self.sql("select spec, trained_until, horizon, digest from model where name = ?", name)
        epochs = self.sql("select epoch_no, epoch, train_loss, validation_loss, learning_rate, gradient_norm "
                          "from epoch join task using(task_id) join model using(run_id) where name = ? order by 1", name)
        self.assertEqual(len(model), 1)
        self.assertGreater(len(epochs), 1)
        return model, epochs

    def start(self, *arguments):
        return subprocess.Popen([ALMANAC, "-q", *arguments], cwd=self.path, env=environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stop(self, seconds, number, arguments=TRAIN):
        """Starts a training and ends it after so many seconds; its exit status."""
        process = self.start(*arguments)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        text = process.communicate()[1]
        self.assertIn(process.returncode, (0, -signal.SIGKILL, 130), text)
        return process.returncode

    def stop_at_state(self, arguments=TRAIN):
        """Interrupts a new training as soon as there is a state to go on from."""
        before = self.sql("select coalesce(max(run_id), 0) from checkpoint")[0][0]
        process = self.start(*arguments)
        while process.poll() is None:
            try:
                if self.sql("select count(*) from checkpoint where run_id > ?", before)[0][0]:
                    process.send_signal(signal.SIGINT)
                    break
            except sqlite3.OperationalError:  # the database is locked for a moment
                pass
            time.sleep(0.002)
        process.communicate()
        if process.returncode == 0:
            self.skipTest("the machine is too fast")
        self.assertEqual(process.returncode, 130)

    def test_killed_trainings_go_on_to_the_same_bits(self):
        rng = random.Random(SEED)
        begin = time.perf_counter()
        self.good(*TRAIN)
        duration = time.perf_counter() - begin
        whole = self.outcome()
        stopped = resumed = 0
        for i in range(KILLS):
            self.start_again()
            status = None
            for attempt in range(40):
                number = signal.SIGKILL if i % 3 else signal.SIGINT
                status = self.stop((0.1 + rng.random() * (0.6 + 0.1 * attempt)) * duration, number)
                self.check_database()
                if self.sql("select count(*) from model")[0][0]:  # it was quicker
                    break
                self.assertNotEqual(status, 0)
                stopped += 1
                resumed += self.sql("select count(*) from checkpoint")[0][0] > 0
            self.assertEqual(self.outcome(), whole, f"kill {i}")
            self.assertEqual(self.sql("select count(*), min(status) from run"), [(1, "done")])
            self.assertEqual(self.sql("select (select count(*) from checkpoint), (select count(*) from training)"), [(0, 0)])
        print(f"{stopped} stopped, {resumed} with a state", file=sys.stderr)
        self.assertGreater(resumed, 0)

    def test_resume_by_number_and_by_other_commands(self):
        self.good(*TRAIN)
        whole = self.outcome()
        self.start_again()
        self.stop_at_state((*TRAIN, "--jobs", "1"))
        self.assertEqual(self.sql("select run_id, status from run"), [(1, "interrupted")])
        self.good(*SMALL, "--name", "other")  # another command has a run of its own
        self.assertEqual(self.sql("select count(*) from run"), [(2,)])
        self.bad(2, "train", "--resume", "1", "--series", "a")
        text = self.run_it("train", "--resume", "1", "--jobs", "2")[1]
        self.assertIn("kept net", text)
        self.assertIn("gone on", text)
        self.assertEqual(self.outcome(), whole)
        self.bad(2, "train", "--resume", "1")  # it is done
        self.bad(2, "train", "--resume", "7")

    def test_another_training_of_a_name_takes_the_place_of_an_interrupted_one(self):
        for epochs in (1000, 1001, 1002):  # three that nobody goes on with
            spec = f"lstm:hidden=24,lookback=24,epochs={epochs},steps=2,patience=0"
            self.stop_at_state(("train", "-m", spec, "--series", "*", "--horizon", "4", "--name", "net"))
            self.assertEqual(self.sql("select count(distinct run_id), max(run_id) from checkpoint"), [(1, epochs - 999)])
        self.assertEqual(self.sql("select count(*) from training"), [(1,)])
        self.bad(2, "train", "--resume", "1")
        self.good(*SMALL, "--name", "other")  # other names have nothing to do with it
        self.assertEqual(self.sql("select count(*) from training"), [(1,)])
        self.good(*SMALL, "--name", "net")
        self.assertEqual(self.sql("select (select count(*) from checkpoint), (select count(*) from training)"), [(0, 0)])

    def test_killed_ensembles_go_on_to_the_same_bits(self):
        members = ("train", "-m", "lstm:hidden=16,lookback=16,epochs=12,steps=20,patience=0,seeds=3", "--series", "*",
                   "--horizon", "4", "--name", "net")
        rng = random.Random(SEED + 1)
        begin = time.perf_counter()
        self.good(*members)
        duration = time.perf_counter() - begin
        whole = self.outcome()
        for i in range(4):
            self.start_again()
            for attempt in range(40):
                jobs = ("--jobs", str(1 + attempt % 3))
                number = signal.SIGKILL if attempt % 2 else signal.SIGINT
                self.stop((0.1 + rng.random() * (0.6 + 0.1 * attempt)) * duration, number, (*members, *jobs))
                self.check_database()
                if self.sql("select count(*) from model")[0][0]:
                    break
            self.assertEqual(self.outcome(), whole, f"kill {i}")
            self.assertEqual(self.sql("select (select count(*) from checkpoint), (select count(*) from training)"), [(0, 0)])

    def test_changed_data_are_not_gone_on_with(self):
        self.stop_at_state()
        self.write("more.csv", "t,value\n0,7\n")
        self.good("import", "more.csv", "--index", "--value", "value", "--series", "a", "--on-conflict", "replace")
        run = self.sql("select max(run_id) from run")[0][0]
        self.assertIn("have changed", self.bad(3, "train", "--resume", str(run)))

    def test_the_number_of_threads_changes_no_bit(self):
        wide = ("train", "-m", "lstm:hidden=16,lookback=24,epochs=3,steps=10,batch=128", "--series", "*", "--horizon", "4")
        outcomes = []
        for jobs in (1, 2, 4):
            self.good(*wide, "--name", f"net{jobs}", "--jobs", jobs)
            outcomes.append(self.outcome(f"net{jobs}"))
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertEqual(outcomes[0], outcomes[2])

    def test_a_time_limit_ends_a_training_and_is_told(self):
        text = self.run_it("train", "-m", "lstm:hidden=64,lookback=64,epochs=100000,patience=0", "--series", "a",
                           "--horizon", "3", "--name", "net", "--time-limit", "1")[1]
        self.assertIn("timed_out=1", text)
        self.assertIn("time_limit=1", self.sql("select spec from model")[0][0])
        self.assertIn("time_limit", self.bad(2, "train", "-m", "ses", "--series", "a", "--time-limit", "1"))

    def test_a_diverged_training_leaves_no_state(self):
        wild = "lstm:hidden=4,lookback=8,optimiser=sgd,momentum=0,clip=0,warmup=0,loss=mse,rate=1000,schedule=constant"
        text = self.bad(1, "train", "-m", wild, "--series", "a", "--horizon", "2")
        self.assertIn("gradient norm", text)
        self.assertEqual(self.sql("select (select count(*) from checkpoint), (select count(*) from training)"), [(0, 0)])


if __name__ == "__main__":
    main()
