"""Help and the manual page say the same and fit; values are checked; versions; what is no database of almanac.

    python3 test_help.py ALMANAC
"""
import contextlib
import os
import re
import sqlite3

from program import Program, main

COMMANDS = """import series forecasters train models forecast score backtest tune compare check report query runs schema db
completion help version""".split()


class Help(Program):
    def test_help_lists_every_command_and_fits_80_columns(self):
        text = self.good("help")
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command}\b")
        self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])
        self.assertNotIn("complete ", text)  # hidden

    def test_help_is_the_same_by_every_way(self):
        for words in (["backtest"], ["series", "drop"]):
            asked = self.good("help", *words)
            self.assertEqual(self.good(*words, "--help"), asked)
            self.assertEqual(self.good("-h", *words), asked)

    def test_help_of_every_command_shows_each_of_its_options(self):
        manual = self.good("help", "--man").replace("\\", "")
        for command in COMMANDS:
            text = self.good("help", command)
            self.assertIn(f"Usage: almanac {command}", text)
            for option in re.findall(r"^ {2,6}(?:-., )?(--[a-z-]+)", text, re.MULTILINE):
                self.assertIn(option, manual)

    def test_help_says_the_words_that_options_take(self):
        entries = re.split(r"(?m)^ {2,6}(?:-., )?--", self.good("help", "import").split("Options:")[1])
        about = {entry.split()[0]: entry for entry in entries if entry.strip()}
        for option, words in {
            "layout": "wide long rows tsf auto", "dst": "error earlier later skip", "escape": "double backslash none",
            "line-end": "lf crlf cr auto", "ragged": "error pad skip", "percent": "points fraction", "on-conflict": "fail keep replace",
        }.items():
            for word in words.split():
                self.assertRegex(about[option], rf"\b{word}\b")

    def test_a_bare_command_prints_short_help_and_fails(self):
        for words in ([], ["series"], ["backtest"], ["train"], ["forecast"], ["query"], ["import"], ["db"], ["report"]):
            out, remarks = self.run_it(*words, status=2)
            self.assertEqual(out, "")
            self.assertTrue(remarks.startswith("Usage: almanac " + " ".join(words)), remarks)
            self.assertLess(len(remarks.splitlines()), 45)

    def test_malformed_values_say_what_is_expected(self):
        self.assertIn("from 1", self.bad(2, "backtest", "--horizon", "0"))
        self.assertIn("3.5", self.bad(2, "backtest", "--horizon", "3.5"))
        self.assertIn("table|csv", self.bad(2, "runs", "list", "--format", "xml"))
        self.assertIn("given twice", self.bad(2, "backtest", "--horizon", "3", "--horizon", "4"))
        self.assertIn("needs a value", self.bad(2, "backtest", "--series", "--model", "naive"))
        self.assertIn("needs a value", self.bad(2, "runs", "list", "--format"))
        self.assertIn("takes no value", self.bad(2, "runs", "list", "--quiet=yes"))
        self.assertIn("unexpected argument", self.bad(2, "runs", "show", "1", "2"))
        self.assertIn("empty entry", self.bad(2, "backtest", "--levels", "80,,95"))

    def test_without_a_database_commands_say_how_to_get_one_and_make_none(self):
        for words in (["series", "list"], ["runs", "list"], ["backtest", "-m", "naive", "--series", "a", "--horizon", "1"]):
            self.assertIn("almanac import", self.bad(2, *words))
        self.assertEqual(os.listdir(self.path), [])

    def test_version_opens_no_database(self):
        self.assertRegex(self.good("version"), r"^almanac \d+\.\d+\.\d+\n$")
        text = self.good("version", "-v")
        for library in ("SQLite", "GSL", "OpenBLAS", "kernel"):
            self.assertRegex(text, rf"(?m)^{library} +\S")
        self.assertEqual(os.listdir(self.path), [])

    def test_forecasters_show_every_option_with_its_default(self):
        text = self.good("forecasters", "show", "lstm")
        for part in ("hidden=", "loss=", "Reference:", "sigmoid(W_f x", "mse|mae|huber|quantile"):
            self.assertIn(part, text)
        self.assertEqual([line for line in text.splitlines() if len(line) > 80], [])

    def test_another_programs_database_is_refused_and_left_alone(self):
        with contextlib.closing(sqlite3.connect(self.path / "x.db")) as connection:
            connection.execute("CREATE TABLE t (a)")
            connection.commit()
        before = (self.path / "x.db").read_bytes()
        self.assertIn("x.db", self.bad(1, "--db", "x.db", "series", "list"))
        self.assertEqual((self.path / "x.db").read_bytes(), before)

    def test_the_manual_page_has_every_command(self):
        text = self.good("help", "--man")
        self.assertTrue(text.startswith(".TH ALMANAC 1"))
        for command in COMMANDS:
            self.assertIn(f".SS almanac {command}", text)


if __name__ == "__main__":
    main()
