"""The program as people and scripts meet it: help, exit status, suggestions, formats, pipes, the query sandbox.

    python3 test_program.py ALMANAC
"""
import csv
import io
import json
import pathlib
import os
import shutil
import subprocess
import unittest

from program import ALMANAC, Program, environment, main

COMMANDS = ("import series forecasters train models forecast score backtest compare check report query runs schema db "
            "completion help version").split()


class Usage(Program):
    SIZE = 30

    def test_every_command_has_help_on_stdout(self):
        overview = self.run_it("help")[0]
        for command in COMMANDS:
            with self.subTest(command):
                self.assertIn(f"  {command} ", overview)
                text, remarks = self.run_it(command, "--help")
                self.assertTrue(text.startswith(f"Usage: almanac {command}"), text)
                self.assertEqual(remarks, "")
                self.assertEqual(self.run_it("help", command)[0], text)

    def test_nothing_asked_is_a_usage_error_on_stderr(self):
        for arguments in ((), ("series",), ("compare",), ("forecasters", "show")):
            with self.subTest(arguments):
                text, remarks = self.run_it(*arguments, status=2)
                self.assertEqual(text, "")
                self.assertTrue(remarks.startswith("Usage: almanac"), remarks)

    def test_mistyped_names_get_a_suggestion_and_status_2(self):
        for arguments, near in ((("serie", "list"), "series"), (("backtest", "--foldz", "3"), "--folds"),
                                (("series", "show", "dem"), "demo"), (("forecasters", "show", "lstmm"), "lstm"),
                                (("query", "leaderbord", "run=1"), "leaderboard")):
            with self.subTest(arguments):
                text, remarks = self.run_it(*arguments, status=2)
                self.assertEqual(text, "")
                self.assertRegex(remarks, r"did you mean .*" + near)

    def test_wrong_values_are_usage_errors_that_name_them(self):
        for arguments, named in ((("bogus",), "bogus"), (("compare", "nope"), "nope"),
                                 (("query", "leaderboard", "rum=1"), "rum"), (("completion", "ksh"), "ksh"),
                                 (("--format", "xml", "series", "list"), "xml"),
                                 (("backtest", "--horizon", "0"), "horizon"),
                                 (("--db", "none.db", "series", "list"), "none.db")):
            with self.subTest(arguments):
                self.assertIn(named, self.run_it(*arguments, status=2)[1])
        self.assertFalse((self.path / "none.db").exists())

    def test_global_options_stand_before_or_after_the_command(self):
        before = self.run_it("--format", "json", "--db", "almanac.db", "series", "list")[0]
        self.assertEqual(before, self.run_it("series", "list", "--db=almanac.db", "--format=json")[0])
        shutil.move(self.path / "almanac.db", self.path / "other.db")
        named = self.run_it("--format", "json", "series", "list", env=environment(ALMANAC_DB="other.db"))[0]
        self.assertEqual(before, named)

    def test_completion_offers_commands_options_and_stored_names(self):
        for words, offered in ((("ser",), "series"), (("series", "sh"), "show"), (("series", "show", ""), "demo"),
                               (("backtest", "--ho"), "--horizon"), (("forecasters", "show", "l"), "lstm"),
                               (("query", "lead"), "leaderboard")):
            with self.subTest(words):
                lines = self.run_it("complete", "--", *words)[0].splitlines()
                self.assertIn(offered, [line.split("\t")[0].strip() for line in lines])

    def test_completion_scripts_are_taken_by_their_shells(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.run_it("completion", shell)[0]
            self.assertIn("almanac complete", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=script, text=True, check=True)
        if shutil.which("bash"):
            script = self.run_it("completion", "bash")[0]
            script += '\nCOMP_WORDS=(almanac ser); COMP_CWORD=1; _almanac; echo "${COMPREPLY[@]}"\n'
            path = f"{os.path.dirname(ALMANAC)}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, text=True, check=True,
                                  cwd=self.path, env=environment(PATH=path))
            self.assertIn("series", done.stdout.split())

    def test_forecasters_show_their_options_and_the_equations_of_lstm(self):
        names = [row["forecaster"] for row in self.rows("forecasters", "list")]
        self.assertTrue({"naive", "drift", "ses", "lstm"} <= set(names))
        for name in names:
            self.assertIn("Reference: ", self.run_it("forecasters", "show", name)[0])
        text = self.run_it("forecasters", "show", "lstm")[0]
        self.assertIn("c = f c' + i g", text)
        options = {row["option"]: row for row in self.rows("forecasters", "show", "lstm")}
        self.assertEqual(options["hidden"]["default"], "32")
        self.assertEqual(options["hidden"]["values"], "1 .. 4096")


class Output(Program):
    SIZE = 400

    def test_every_format_has_the_same_rows(self):
        sql = "SELECT time, value FROM v_observation WHERE ts % 7 = 0 OR value < 95 LIMIT 20"
        texts = {f: self.run_it("--format", f, "query", sql)[0] for f in ("csv", "json", "jsonl", "md", "table")}
        rows = json.loads(texts["json"])
        self.assertEqual(len(rows), 20)
        self.assertEqual(rows, [json.loads(line) for line in texts["jsonl"].splitlines()])
        read = list(csv.DictReader(io.StringIO(texts["csv"], newline="")))
        self.assertEqual([(r["time"], float(r["value"])) for r in read], [(r["time"], r["value"]) for r in rows])
        body = [line for line in texts["md"].splitlines() if line.startswith("|")]
        self.assertEqual(len(body), 22)
        self.assertEqual(len(texts["table"].splitlines()), 21)

    def test_values_with_separators_quotes_and_line_ends_survive(self):
        hard = 'a,"b"\n| c \\ é \t'
        sql = f"SELECT '{hard}' AS x, NULL AS y, 0.1 + 0.2 AS z"
        row = json.loads(self.run_it("--format", "json", "query", sql)[0])[0]
        self.assertEqual(row, {"x": hard, "y": None, "z": 0.1 + 0.2})
        text = self.run_it("--format", "csv", "query", sql)[0]
        self.assertEqual(next(csv.DictReader(io.StringIO(text, newline="")))["x"], hard)

    def test_no_rows_are_still_a_document(self):
        sql = "SELECT 1 AS a WHERE 0"
        self.assertEqual(json.loads(self.run_it("--format", "json", "query", sql)[0]), [])
        self.assertEqual(self.run_it("--format", "jsonl", "query", sql)[0], "")
        self.assertEqual(self.run_it("--format", "csv", "query", sql)[0].strip(), "a")

    def test_a_reader_that_goes_away_is_no_error(self):
        sql = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n"
        with subprocess.Popen([ALMANAC, "--format", "csv", "query", sql], cwd=self.path, env=environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline().strip(), b"i")
            process.stdout.close()
            remarks = process.stderr.read()
            self.assertEqual((process.wait(60), remarks), (0, b""))

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "needs /dev/full")
    def test_a_full_disk_is_status_1(self):
        for arguments in (("series", "list"), ("help",), ("--format", "csv", "series", "export", "demo"),
                          ("completion", "bash")):
            with self.subTest(arguments), open("/dev/full", "w", encoding="utf-8") as full:
                self.assertIn("standard output", self.run_it(*arguments, status=1, stdout=full)[1])

    def in_terminal(self, **more):
        """What `series show nope` writes when stderr is a terminal."""
        ours, theirs = self.open_terminal()
        self.run_it("series", "show", "nope", status=2, stderr=theirs, env=environment(TERM="xterm", **more))
        os.close(theirs)
        text = os.read(ours, 4096)
        os.close(ours)
        return text

    def test_color_follows_the_terminal_no_color_and_the_option(self):
        self.assertIn(b"\033[", self.in_terminal())
        self.assertNotIn(b"\033[", self.in_terminal(NO_COLOR="1"))
        self.assertNotIn("\033[", self.run_it("series", "show", "nope", status=2)[1])
        self.assertIn("\033[", self.run_it("--color", "always", "series", "show", "nope", status=2)[1])


class Query(Program):
    SIZE = 30

    def test_whatever_writes_is_refused_and_leaves_no_trace(self):
        before = {p.name: p.read_bytes() for p in self.path.iterdir()}
        for sql in ("ATTACH 'x.db' AS x", "VACUUM INTO 'y.db'", "PRAGMA user_version", "PRAGMA query_only = 0",
                    "PRAGMA writable_schema = 1", "SELECT load_extension('x')", "SELECT 1; SELECT 2",
                    "SELECT 1; DROP TABLE series", "DELETE FROM run", "CREATE TEMP TABLE z (a)",
                    "SELECT writefile('a', 'b')", "BEGIN IMMEDIATE", "INSERT INTO run DEFAULT VALUES",
                    "WITH x AS (SELECT 1) DELETE FROM run", "EXPLAIN DELETE FROM run",
                    "SELECT * FROM pragma_user_version", "DETACH main", "UPDATE series SET name = 'x'"):
            with self.subTest(sql):
                text, remarks = self.run_it("query", sql, status=2)
                self.assertEqual(text, "")
                self.assertTrue(remarks.startswith("almanac: "), remarks)
        self.assertEqual(before, {p.name: p.read_bytes() for p in self.path.iterdir()})

    def test_reading_is_allowed_with_a_comment_or_a_semicolon_behind(self):
        for sql in ("SELECT count(*) AS n FROM v_observation", "SELECT count(*) AS n FROM v_observation; -- done",
                    "WITH x AS (SELECT * FROM v_observation) SELECT count(*) AS n FROM x"):
            self.assertEqual(self.rows("query", sql), [{"n": "30"}])

    def test_named_queries_are_listed_with_their_parameters_and_all_run(self):
        listed = {row["query"]: row["parameters"] for row in self.rows("query", "--list")}
        self.assertEqual(listed["leaderboard"], ":run")
        for name in listed:
            with self.subTest(name):
                self.run_it("--format", "json", "query", name)

    def test_parameters_choose_rows(self):
        self.assertEqual(len(self.rows("query", "observations", "series=demo")), 30)
        self.assertEqual(self.rows("query", "observations", "series=other"), [])
        columns = self.rows("query", "schema", "view=v_forecast")
        self.assertEqual({row["view"] for row in columns}, {"v_forecast"})


if __name__ == "__main__":
    main()
