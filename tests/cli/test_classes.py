"""Forecasts of classes: texts, labels, directions and bins, from the file to the leaderboard.

    python3 test_classes.py ALMANAC
"""
import csv
import io
import json
import math
import random
import unicodedata

from program import Program, main

SMALL = "hidden=16,lookback=16,epochs=6,rate=0.02"


def label(character):
    """How a character is stored."""
    words = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    if character in words:
        return words[character]
    return f"U+{ord(character):04X}" if unicodedata.category(character) == "Cc" else character


# lstm's forecasts that were right; bins, whose names move with their edges, by number
HITS = """SELECT p.run, CASE WHEN max(p.class_no) OVER (PARTITION BY p.run) > 3 THEN 'bin ' || (p.class_no + 1) ELSE p.class END
          AS label, p.occurred AND p.probability = max(p.probability) OVER (PARTITION BY p.run, p.fold, p.step) AS hit
          FROM v_probability AS p WHERE p.forecaster = 'lstm'"""
HITS = f"SELECT run, label FROM ({HITS}) WHERE hit"


class Classes(Program):
    def write(self, name, text, encoding="utf-8"):
        with open(self.path / name, "w", encoding=encoding, newline="") as file:
            file.write(text)

    def records(self, *arguments):
        return json.loads(self.good(*arguments, "--format", "json"))

    def leaders(self, *arguments):
        return {row["forecaster"]: row for row in self.records("query", "leaderboard", *arguments)}

    def test_a_text_is_a_series_of_its_characters(self):
        text = "Grüße,\r\n\t€ \U0001F600 \\n\x00\x07\x85\x7f" * 3
        self.write("text.txt", text)
        self.good("import", "text.txt", "--layout", "text")
        exported = [row["label"] for row in self.records("query", "SELECT l.label FROM v_observation AS o JOIN series AS s ON "
                    "s.name = o.series JOIN label AS l ON l.series_id = s.series_id AND l.code = o.value ORDER BY o.ts")]
        self.assertEqual(exported, [label(c) for c in text])
        self.write("latin.txt", "Größe", "latin1")
        self.good("import", "latin.txt", "--layout", "text", "--encoding", "latin1")
        self.assertEqual(self.records("series", "show", "latin")[0]["n"], 5)

    def test_bytes_that_are_no_text_are_rejected_with_their_place(self):
        with open(self.path / "bad.txt", "wb") as file:
            file.write(b"ab\nc\xffd\xe2\x82")
        error = self.bad(3, "import", "bad.txt", "--layout", "text", "--max-rejects", "0")
        self.assertIn("bad.txt:2:2: not UTF-8", error)
        self.good("import", "bad.txt", "--layout", "text", "--max-rejects", "3")
        self.assertEqual(self.records("series", "show", "bad")[0]["n"], 5)

    def test_options_of_tables_do_not_go_with_a_text(self):
        self.write("text.txt", "abc")
        for option in (["--time", "a"], ["--by", "a"], ["--freq", "D"], ["--delimiter", ";"]):
            self.assertIn("--layout text", self.bad(2, "import", "text.txt", "--layout", "text", *option))

    def test_the_lstm_learns_a_periodic_text_and_majority_does_not(self):
        self.write("rhyme.txt", "row, row, row your boat\n" * 40)
        self.good("import", "rhyme.txt", "--layout", "text")
        self.good("backtest", "--series", "rhyme", "-m", f"lstm:{SMALL}", "-m", "persistence", "--horizon", "4", "--folds", "12",
                  "--refit", "once", "--audit")
        leaders = self.leaders()
        self.assertEqual(set(leaders), {"lstm", "persistence", "majority"})
        self.assertLess(leaders["lstm"]["log_loss"], 0.5 * leaders["majority"]["log_loss"])
        self.assertGreater(leaders["lstm"]["accuracy"], 0.8)
        self.assertIn("lstm beats majority", leaders["lstm"]["verdict"])
        self.assertIsNone(leaders["lstm"]["mae"])
        self.assertEqual({m["metric"] for m in self.records("query", "metrics")},
                         {"log_loss", "brier", "accuracy", "balanced_accuracy"})
        self.check_metrics()
        self.good("report", "1", "-o", "report.md", "--format", "md")
        self.assertIn("beats majority", (self.path / "report.md").read_text(encoding="utf-8"))

    def check_metrics(self):
        """The stored metrics from the stored probabilities."""
        for name, leader in self.leaders().items():
            values = {}
            for row in self.records("query", "probabilities", f"forecaster={name}"):
                values.setdefault((row["ts"], row["step"]), []).append((row["probability"], row["occurred"]))
            self.assertTrue(all(abs(sum(p for p, _ in v) - 1) < 1e-9 and sum(o for _, o in v) == 1 for v in values.values()))
            n = len(values)
            log_loss = sum(-math.log(p) for v in values.values() for p, o in v if o) / n
            brier = sum((p - o) ** 2 for v in values.values() for p, o in v) / n
            hits = sum(max(v, key=lambda x: x[0])[1] for v in values.values()) / n
            for metric, value in (("log_loss", log_loss), ("brier", brier), ("accuracy", hits)):
                self.assertAlmostEqual(leader[metric], value, places=9, msg=f"{name} {metric}")

    def walk(self, n=500):
        rng, x, rows = random.Random(3), 0.0, ["t,v,state"]
        for i in range(n):
            x = 0.8 * x + rng.gauss(0, 1)
            rows.append(f"{i},{x:.4f},{'low' if x < -1 else 'high' if x > 1 else 'middle'}")
        self.write("walk.csv", "\n".join(rows) + "\n")
        self.good("import", "walk.csv", "--index", "--value", "v", "--category", "state")

    def test_labels_directions_and_bins_are_measured_against_majority(self):
        self.walk()
        for series, options in (("walk.state", ""), ("walk.v", "target=direction,threshold=0.3"), ("walk.v", "bins=quantile:4")):
            both = options and "," + options
            self.good("backtest", "--series", series, "-m", f"lstm:hidden=8,lookback=8,epochs=2{both}",
                      "-m", "persistence" + (options and ":" + options), "--horizon", "3", "--folds", "10", "--refit", "once")
            leaders = self.leaders()
            self.assertEqual(set(leaders), {"lstm", "persistence", "majority"})
            self.assertEqual(leaders["majority"]["skill"], 0)
            self.check_metrics()
        self.assertIn("log_loss", self.good("compare", "1", "2"))

    def test_a_report_has_scores_reliability_and_confusions(self):
        self.walk()
        for series, options in (("walk.state", ""), ("walk.v", ",bins=quantile:14")):
            self.good("backtest", "--series", series, "-m", f"lstm:hidden=8,lookback=8,epochs=2{options}", "--horizon", "3",
                      "--folds", "12")
            run = self.records("query", "SELECT max(run) AS run FROM v_run")[0]["run"]
            for form in ("html", "md"):
                self.good("report", run, "--format", form, "-o", f"r.{form}")
            page, text = ((self.path / f"r.{form}").read_text(encoding="utf-8") for form in ("html", "md"))
            for words in ("Log loss", "Brier score", "balanced accuracy", "majority", 'id="reliability-t"', "What was taken for what"):
                self.assertIn(words, page)
            self.assertNotIn("quantiles that could", page)
            # the most probable class of each forecast against what occurred
            part = text[text.index("## What was taken for what"):]
            part = part[part.index("lstm"):].split("\n\n")[1]
            table = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()]
            hits = {row["label"]: row["n"] for row in self.records("query", "SELECT label, count(*) AS n FROM (" + HITS +
                    f") WHERE run = {run} GROUP BY label")}
            if options:
                shown = {row[0]: int(row[3]) for row in table[2:]}
                self.assertEqual(sum(int(row[1]) for row in table[2:]), 36)
            else:
                shown = {row[0]: int(row[table[0].index(row[0])]) for row in table[2:]}
                self.assertEqual(sum(int(cell) for row in table[2:] for cell in row[1:]), 36)
            self.assertEqual({name: n for name, n in shown.items() if n}, hits)

    def test_numbers_beside_classes_come_last_and_are_not_compared(self):
        self.walk()
        self.good("backtest", "--series", "walk.v", "-m", "naive", "-m", "majority:bins=uniform:3", "--horizon", "3", "--folds", "10")
        leaders = self.leaders()
        self.assertEqual((leaders["majority"]["rank"], leaders["naive"]["rank"]), (1, 2))
        self.assertIsNone(leaders["naive"]["skill"])
        self.assertIsNotNone(leaders["naive"]["mae"])
        error = self.bad(2, "backtest", "--series", "walk.v", "-m", "majority:bins=uniform:3", "-m", "persistence:target=direction",
                         "--horizon", "3", "--folds", "10")
        self.assertIn("same classes", error)

    def test_a_kept_model_forecasts_labels_and_score_fills_in_what_happened(self):
        self.walk()
        self.good("train", "--series", "walk.state", "-m", "lstm:hidden=8,lookback=8,epochs=2", "--horizon", "3", "--name", "kept")
        printed = self.records("forecast", "kept")
        self.assertEqual([row["step"] for row in printed], [1, 2, 3])
        self.assertTrue(all(row["class"] in ("low", "middle", "high") for row in printed))
        self.assertEqual([row["forecast"] for row in self.records("query", "forecasts", "forecaster=kept")], [None] * 3)
        self.write("more.csv", "t,v,state\n500,0,low\n501,0,low\n502,0,high\n")
        self.good("import", "more.csv", "--index", "--append", "--value", "v", "--category", "state", "--series", "walk")
        self.good("score")
        occurred = [row["class"] for row in self.records("query", "probabilities", "forecaster=kept") if row["occurred"]]
        self.assertEqual(occurred, ["low", "low", "high"])
        self.check_metrics_of_forecast()

    def check_metrics_of_forecast(self):
        run = self.records("query", "SELECT max(run) AS run FROM v_run WHERE kind = 'forecast'")[0]["run"]
        leaders = {row["forecaster"]: row for row in self.records("query", "leaderboard", f"run={run}")}
        self.assertEqual(set(leaders), {"kept", "majority"})
        self.assertTrue(all(leader["log_loss"] > 0 for leader in leaders.values()))

    def test_a_model_of_characters_writes_text(self):
        self.write("song.txt", "la la la\n" * 60)
        self.good("import", "song.txt", "--layout", "text", "--series", "song")
        self.good("train", "--series", "song", "-m",
                  "lstm:hidden=16,lookback=18,labels=all,decoder=recursive,paths=1,epochs=30,rate=0.02,validation=0",
                  "--horizon", "200", "--name", "singer")
        printed = self.good("forecast", "singer")
        self.assertEqual(printed.split("text of song:\n")[1], ("la la la\n" * 23)[:200] + "\n")
        rows = list(csv.DictReader(io.StringIO(self.good("forecast", "singer", "--format", "csv"))))
        self.assertEqual("".join(row["class"] for row in rows[:9]), "la la la\\n")

    def test_forecasters_of_numbers_refuse_labels_by_name(self):
        self.walk()
        self.bad(1, "backtest", "--series", "walk.state", "-m", "naive", "-m", "majority", "--horizon", "3", "--folds", "3")
        reasons = {row["reason"] for row in self.records("query", "failures")}
        self.assertEqual(len(reasons), 1)
        self.assertIn("majority, persistence and lstm", reasons.pop())


if __name__ == "__main__":
    main()
