"""What `inspect` prints of a kept model is what its cells did when it forecast.

    python3 test_inspect.py ALMANAC
"""
import json
import math
import re
import xml.etree.ElementTree

from program import Program, main, walk

SPEC = "lstm:hidden=5,layers=2,lookback=16,epochs=3,steps=10"


class Inspect(Program):
    def setUp(self):
        super().setUp()
        self.import_walks(("a", "b"), n=300)
        self.good("train", "-m", SPEC, "--series", "*", "--horizon", "3", "--name", "net")

    def look(self, *arguments):
        return json.loads(self.good("inspect", "net", "--format", "json", *arguments))

    def test_gates_hold_the_equations_of_the_cell(self):
        rows = self.look("--what", "gates")
        self.assertEqual(len(rows), 2 * 16 * 5)
        before = {}
        for row in rows:
            unit = row["layer"], row["unit"]
            c = row["f"] * before.get(unit, 0) + row["i"] * row["g"]
            self.assertAlmostEqual(row["c"], c, places=5)
            self.assertAlmostEqual(row["h"], row["o"] * math.tanh(c), places=5)
            self.assertAlmostEqual(row["f"] + row["forget"], 1, places=6)
            before[unit] = row["c"]
        some = self.look("--what", "gates", "--layer", "2", "--unit", "3")
        self.assertEqual(some, [row for row in rows if (row["layer"], row["unit"]) == (2, 3)])

    def test_memory_and_saturation_follow_from_the_gates(self):
        gates = self.look("--what", "gates", "--layer", "1")
        for row in self.look("--what", "memory", "--layer", "1"):
            f = [g["f"] for g in gates if g["unit"] == row["unit"]]
            self.assertAlmostEqual(row["retain"], sum(f) / len(f), places=6)
            self.assertAlmostEqual(row["half_life_steps"], math.log(2) * len(f) / -sum(map(math.log, f)), places=3)
        for row in self.look("--what", "saturation", "--layer", "1"):
            values = [g[row["gate"]] for g in gates]
            self.assertAlmostEqual(row["open"], sum(v > 0.9 for v in values) / len(values))
            self.assertAlmostEqual(row["closed"], sum(v < (-0.9 if row["gate"] == "g" else 0.1) for v in values) / len(values))

    def test_lags_tell_what_a_changed_value_does_to_the_forecast(self):
        lags = self.look("--what", "lags", "--series", "b", "--step", "2")
        self.assertEqual([row["lag"] for row in lags], list(range(1, 17)))
        self.assertAlmostEqual(sum(row["share"] for row in lags), 1, places=6)
        values = walk(300, 2)
        self.assertEqual([row["value"] for row in lags], values[:-17:-1])

        def forecast(name, nudge):
            self.good("import", self.write_values(name + ".csv", values[:-4] + [values[-4] + nudge] + values[-3:]), "--index",
                      "--value", "value")
            return json.loads(self.good("forecast", "net", "--series", name, "--format", "json"))[1]["forecast"]
        slope = (forecast("above", 0.01) - forecast("below", -0.01)) / 0.02
        self.assertAlmostEqual(lags[3]["influence"], slope, delta=5e-3)

    def test_the_decoder_has_rows_of_its_own(self):
        self.good("train", "-m", SPEC + ",cell=slstm,decoder=segment,answer=1", "--series", "a", "--horizon", "3", "--name", "dec")
        rows = json.loads(self.good("inspect", "dec", "--what", "gates", "--format", "json"))
        self.assertEqual(len(rows), (2 * 16 + 3) * 5)
        memory = {row["unit"]: row["c"] for row in rows if (row["layer"], row["step"]) == (2, 16)}
        for row in rows:
            if row["layer"] != "decoder":
                self.assertAlmostEqual(row["i"], math.exp(row["log_i"] - row["log_n"]), places=4)
                continue
            self.assertEqual(row["time"], 299 + row["step"])
            self.assertAlmostEqual(row["c"], row["f"] * memory[row["unit"]] + row["i"] * row["g"], places=5)
            self.assertAlmostEqual(row["h"], row["o"] * math.tanh(row["c"]), places=5)
        some = json.loads(self.good("inspect", "dec", "--what", "memory", "--layer", "3", "--format", "json"))
        self.assertEqual({row["layer"] for row in some}, {"decoder"})
        self.assertEqual({row["half_life_steps"] for row in some}, {None})
        self.good("inspect", "dec", "--layer", "3", "--svg", "d.svg")
        self.assertIn("decoder", (self.path / "d.svg").read_text(encoding="utf-8"))
        self.assertIn("decoder", self.good("inspect", "dec"))
        self.assertIn("a decoder", self.bad(2, "inspect", "dec", "--layer", "4"))

    def test_series_shown_together_have_lags_each(self):
        self.good("train", "-m", SPEC + ",channels=joint", "--series", "*", "--horizon", "3", "--name", "both")
        rows = json.loads(self.good("inspect", "both", "--series", "b", "--what", "lags", "--format", "json"))
        self.assertEqual([row["series"] for row in rows], ["b"] * 16 + ["a"] * 16)
        self.assertAlmostEqual(sum(row["share"] for row in rows), 1, places=6)
        self.assertEqual([row["value"] for row in rows[16:]], walk(300, 1)[:-17:-1])
        self.assertIn("shown beside b", " ".join(self.good("inspect", "both", "--series", "b").split()))

    def test_at_moves_the_window(self):
        self.assertEqual(self.look("--what", "lags")[0]["time"], 299)
        self.assertEqual([row["time"] for row in self.look("--what", "lags", "--at", "100")], list(range(100, 84, -1)))

    def test_parameters_have_norms_and_gradients(self):
        rows = self.look("--what", "parameters")
        self.assertEqual([row["tensor"] for row in rows if row["tensor"].startswith("head")], ["head.W", "head.b"])
        self.assertTrue(all(row["gradient_norm"] > 0 for row in rows))

    def test_the_summary_says_what_it_remembers_and_looks_at(self):
        text = self.good("inspect", "net")
        flat = " ".join(text.split())
        self.assertRegex(flat, r"Layer 2 remembers about [\d.]+ bars?")
        self.assertRegex(flat, r"Lags? \d+")
        self.assertRegex(flat, r"retains 0\.\d+ of its memory a step on average and forgets 0\.\d+")
        self.assertTrue(all(len(line) < 80 for line in text.splitlines()))
        subjects = [row["subject"] for row in self.look()]
        self.assertEqual(subjects, ["window", "memory", "memory", "gates", "gates", "lags", "parameters"])

    def test_pictures_are_whole_svg_files(self):
        for what in ("gates", "lags"):
            self.good("inspect", "net", "--what", what, "--svg", "picture.svg")
            text = (self.path / "picture.svg").read_text(encoding="utf-8")
            xml.etree.ElementTree.fromstring(text)
            self.assertIn("net on a", text)
            self.assertEqual(len(re.findall("data:image/png", text)), 12 if what == "gates" else 0)

    def test_what_is_not_there_is_said(self):
        for arguments, status, words in (
            (("inspect", "nett"), 2, "net"),
            (("inspect", "net", "--layer", "3"), 2, "2 layers"),
            (("inspect", "net", "--step", "9"), 2, "step 9"),
            (("inspect", "net", "--network", "2"), 2, "network 2"),
            (("inspect", "net", "--what", "memory", "--svg", "x.svg"), 2, "--svg"),
            (("inspect", "net", "--at", "9"), 3, "at least"),
        ):
            self.assertIn(words, self.bad(status, *arguments))
        self.good("train", "-m", "ses", "--series", "a", "--horizon", "3", "--name", "flat")
        self.assertIn("lstm", self.bad(2, "inspect", "flat"))

    def test_the_equations_stand_beside_options_that_exist(self):
        page = self.good("forecasters", "show", "lstm")
        equations, options = page.split("Transforms of the series")[0].split("Options, as in", 1)
        known = set(re.findall(r"^  (\w+)(?:=|$)", options, re.MULTILINE))
        beside = set(re.findall(r"\w+", " ".join(line[49:] for line in equations.splitlines())))
        self.assertGreater(len(known), 50)
        self.assertEqual(known - beside, set())
        self.assertTrue(all(len(line) < 80 for line in equations.splitlines()))


if __name__ == "__main__":
    main()
