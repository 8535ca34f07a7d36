"""What a person at a terminal sees: widths, colours, control characters; and what programs get whatever the locale.

    python3 test_terminal.py ALMANAC
"""
import csv
import fcntl
import io
import json
import os
import struct
import subprocess
import termios

from program import ALMANAC, Program, environment, main, walk

HARD = """with v(a, b, c, d) as (values (1, 0.1, 'x', null), (-9223372036854775808, 1e300, 'a,"b"' || char(10) || 'c', ''),
(3, 1.0/3, 'ä|*_', 'null'), (4, 5e-324, char(27) || '[31m' || char(7), ' '))  select * from v"""
EXPECTED = [
    {"a": 1, "b": 0.1, "c": "x", "d": None},
    {"a": -9223372036854775808, "b": 1e300, "c": 'a,"b"\nc', "d": ""},
    {"a": 3, "b": 1 / 3, "c": "ä|*_", "d": "null"},
    {"a": 4, "b": 5e-324, "c": "\033[31m\a", "d": " "},
]


class Terminal(Program):
    def setUp(self):
        super().setUp()
        self.import_walks()

    def on_terminal(self, *arguments, columns=80, env=None):
        """What a terminal of that width gets from standard output and standard error."""
        parent, child = self.open_terminal()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            [ALMANAC, *arguments],
            cwd=self.path,
            env=environment(**{"TERM": "xterm", **(env or {})}),
            stdin=child,
            stdout=child,
            stderr=child,
        )
        os.close(child)
        text = b""
        try:
            while block := os.read(parent, 65536):
                text += block
        except OSError:  # the other end is closed
            pass
        os.close(parent)
        return process.wait(), text.decode().replace("\r\n", "\n")

    def test_csv_reads_back_exactly_and_tells_empty_from_missing(self):
        done = subprocess.run([ALMANAC, "query", HARD, "--format", "csv"], cwd=self.path, env=environment(),
                              stdout=subprocess.PIPE, check=True)
        text = done.stdout.decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(rows[0], ["a", "b", "c", "d"])
        for row, expected in zip(rows[1:], EXPECTED):
            self.assertEqual((int(row[0]), float(row[1]), row[2]), (expected["a"], expected["b"], expected["c"]))
        self.assertTrue(text.splitlines()[1].endswith(",x,"))
        self.assertIn('\n-9223372036854775808,1e+300,"a,""b""\nc",""\n', text)

    def test_many_rows_are_one_document(self):
        many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select i, i * 0.5 as h from n"
        rows = json.loads(self.good("query", many, "--format", "json"))
        self.assertEqual(rows, [{"i": i, "h": i * 0.5} for i in range(1, 5001)])
        self.assertEqual(len(self.good("query", many, "--format", "csv").splitlines()), 5001)
        self.assertEqual(self.good("query", many, "--format", "md").count("---"), 2)

    def test_the_locale_changes_no_byte(self):
        expected = self.good("query", HARD, "--format", "csv")
        for name in ("de_DE.UTF-8", "tr_TR.UTF-8", "C", "C.UTF-8"):
            self.assertEqual(self.good("query", HARD, "--format", "csv", env=environment(LC_ALL=name)), expected)

    def test_numbers_for_people_are_aligned_and_short(self):
        text = self.good("query", "select 'x' as name, 1234.5678901234 as v union all select 'longer', 2.0 / 3")
        self.assertEqual(text.splitlines(), ["name         v", "x       1234.6", "longer    0.67"])
        prices = self.good("query", "select 1234.56 as v union all select 7.5")
        self.assertEqual(prices.splitlines(), ["      v", "1234.56", "   7.50"])

    def test_dates_of_daily_series_are_dates(self):
        self.write("d.csv", "date,v\n" + "".join(f"2020-01-{d:02},{d}\n" for d in range(1, 29)))
        self.good("import", "d.csv")
        self.assertIn("2020-01-28 ", self.good("series", "list", "d"))
        self.assertIn("2020-01-28T00:00:00Z", self.good("series", "list", "d", "--format", "csv"))

    def test_a_reader_that_leaves_is_no_error(self):
        many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) select i from n"
        for form in ("table", "csv", "json", "jsonl", "md"):
            process = subprocess.Popen(
                [ALMANAC, "query", many, "--format", form],
                cwd=self.path,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"", form)
            process.stderr.close()
            self.assertEqual(process.wait(), 0, form)

    def test_colours_only_on_a_terminal_that_wants_them(self):
        esc = "\033["
        self.assertIn(esc, self.on_terminal("series", "list")[1])
        self.assertNotIn(esc, self.on_terminal("series", "list", env={"NO_COLOR": "1"})[1])
        self.assertNotIn(esc, self.on_terminal("series", "list", env={"TERM": "dumb"})[1])
        self.assertNotIn(esc, self.on_terminal("series", "list", "--color", "never")[1])
        self.assertIn(esc, self.on_terminal("series", "list", env={"NO_COLOR": ""})[1])
        self.assertNotIn(esc, self.good("series", "list"))
        self.assertIn(esc, self.good("series", "list", "--color", "always"))

    def test_control_characters_never_reach_a_terminal(self):
        for form in ("table", "csv", "json", "jsonl", "md"):
            status, text = self.on_terminal("query", HARD, "--format", form, "--color", "never", columns=200)
            self.assertEqual(status, 0)
            self.assertEqual([c for c in text if ord(c) < 32 and c != "\n"], [], form)
        for words in (["series", "show", "\033]0;x\a"], ["\033[2J"], ["backtest", "--\033[2J"], ["runs", "show", "\033[2J"]):
            status, text = self.on_terminal(*words, env={"NO_COLOR": "1"})
            self.assertEqual(status, 2, words)
            self.assertNotIn("\033", text)
            self.assertIn("\\x1b", text)

    def test_tables_are_as_wide_as_the_terminal_and_lose_nothing(self):
        self.good("backtest", "--series", "a", "-m", "drift", "-m", "mean", "--horizon", "2", "--folds", "12")
        for columns in (40, 80, 200):
            for words in (["query", "leaderboard"], ["compare", "1"], ["series", "list"], ["runs", "list"]):
                status, text = self.on_terminal(*words, "--color", "never", columns=columns)
                self.assertEqual(status, 0)
                rows = [line for line in text.splitlines() if "naive" not in line or "p =" not in line]
                wide = [line for line in rows if len(line) > columns and "than" not in line]
                self.assertEqual(wide, [], (columns, words))
            self.assertIn("fit_seconds", self.on_terminal("query", "leaderboard", columns=columns)[1])

    def test_progress_stays_off_what_is_no_terminal(self):
        out, remarks = self.run_it("backtest", "--series", "a", "-m", "mean", "--horizon", "1", "--folds", "100")
        self.assertNotIn("\r", out + remarks)
        out, remarks = self.run_it("-q", "backtest", "--series", "a", "-m", "mean", "--horizon", "1", "--folds", "10")
        self.assertEqual(remarks, "")
        self.assertIn("mean", out)

    def test_export_imports_again_to_the_same_values(self):
        text = self.good("series", "export", "a")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([float(row["value"]) for row in rows], walk(120, 1))
        self.write("again.csv", text)
        self.good("import", "again.csv", "--index", "--value", "value", "--series", "b")
        self.assertEqual(self.good("series", "export", "b").replace("b,", "a,"), text)


if __name__ == "__main__":
    main()
