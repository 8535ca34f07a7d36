"""Reports of made and of mutilated databases: well-formed, self-contained, escaped, and equal to the database.

    test_pages.py SAMPLE        (the program of sample.c)
"""
import html.parser
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAMPLE = sys.argv.pop(1)
VOID = {"meta", "link", "br", "hr", "img", "input"}
NAUGHTY = [
    "<script>alert(1)</script>",
    "\"' onload=x <img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m\x07",
    "\u202eabc\u202c \u2066x",
    "a|b`c*d_[e](f)&amp;&#60;",
    "</style></title></svg><b>",
]


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element is closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.ids, self.text, self.data = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.start(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.start(tag, attributes)

    def start(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), (tag, names)
        self.elements.append((tag, dict(attributes)))
        self.ids += [value for name, value in attributes if name == "id"]
        if tag == "data":
            self.data.append(float(dict(attributes)["value"]))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, text):
        self.text.append(text)

    def tags(self):
        return {tag for tag, _ in self.elements}

    def words(self):
        return " ".join("".join(self.text).split())


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.made = os.path.join(cls.folder.name, "made.db")
        subprocess.run([SAMPLE, "make", cls.made], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def copy(self):
        """A connection to a copy of the database that may be changed, and its path."""
        path = os.path.join(self.folder.name, self.id() + ".db")
        with sqlite3.connect(self.made) as source, sqlite3.connect(path) as target:
            source.backup(target)
        source.close()
        target.close()
        connection = sqlite3.connect(path, isolation_level=None)
        self.addCleanup(connection.close)
        return connection, path

    def render(self, kind, path, run):
        done = subprocess.run([SAMPLE, kind, path, str(run)], capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stdout, rb"[\x00-\x08\x0b-\x1f\x7f]")
        text = done.stdout.decode("utf-8")
        self.assertNotRegex(text, r"\(null\)|\bnan\b|\binf\b")
        return text

    def page(self, path, run):
        text = self.render("html", path, run)
        page = Page(text)
        self.assertTrue(text.startswith("<!doctype html>"))
        self.assertNotRegex(text, r"https?:|//[a-z]|@import|url\(")
        self.assertLessEqual(page.tags() & {"script", "img", "iframe", "object", "form"}, set())
        policy = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
        self.assertEqual(len(policy), 1)
        self.assertIn("default-src 'none'", policy[0])
        self.assertFalse([a for _, a in page.elements if any(name.startswith("on") or name == "style" for name in a)])
        self.assertEqual(len(page.ids), len(set(page.ids)), "an id is used twice")
        for tag, attributes in page.elements:
            if tag == "svg" and "aria-hidden" not in attributes:
                self.assertEqual(attributes["role"], "img")
                self.assertLessEqual(set(attributes["aria-labelledby"].split()), set(page.ids))
        self.assertLess(len(text.encode()), 500_000)
        return page, text

    def test_every_run_makes_a_whole_page_and_markdown(self):
        for run, charts in ((1, 3), (2, 4), (3, 5), (4, 2), (5, 14)):
            page, _ = self.page(self.made, run)
            drawn = [a for tag, a in page.elements if tag == "svg" and a.get("role") == "img"]
            self.assertEqual(len(drawn), charts, run)
            text = self.render("md", self.made, run)
            self.assertTrue(text.startswith("# "))
            self.assertNotIn("<", text)

    def test_the_numbers_are_those_of_the_database_to_the_last_bit(self):
        database = sqlite3.connect(self.made)
        self.addCleanup(database.close)
        for run in range(1, 6):
            page, text = self.page(self.made, run)
            shown = set(page.data)
            for row in database.execute(
                "SELECT mae, rmse, smape, mase, rmsse, crps, coverage_80, coverage_95, p_naive, fit_seconds "
                "FROM leaderboard WHERE run_id = ?", (run,)):
                self.assertLessEqual({value for value in row if value is not None}, shown)
            ranking = "mase" if run in (3, 5) else "mae"
            steps = database.execute("SELECT value FROM metric WHERE run_id = ? AND metric = ? AND series_no = -1 "
                                     "AND step > 0", (run, ranking)).fetchall()
            if len(steps) > 4:
                self.assertLessEqual({value for (value,) in steps}, shown)
            for (label, verdict) in database.execute(
                "SELECT label, verdict FROM v_leaderboard JOIN run_forecaster ON label = forecaster AND run_id = run "
                "WHERE run = ? AND verdict <> 'the baseline'", (run,)):
                self.assertIn(verdict[1:], page.words())

    def test_the_command_makes_the_run_again(self):
        for run, command in (
            (1, "--series acme.close --model naive --model drift --model ses --model lstm=mean --horizon 1 --folds 90 "
                "--step 1 --refit 20 --levels 80,95"),
            (2, "--series plant.flow --model naive --model seasonal-naive --model ses "
                "--model lstm=seasonal-naive:season=168 --model mean --horizon 24 --first-origin 2015-01-15T00:00:00Z "
                "--folds 12 --step 24 --scheme sliding:1000 --refit once --gap 2 --season 24 --missing refuse "
                "--levels 80,95"),
            (5, "--series '*' --model naive --model ses --model drift --horizon 5 --folds 12 --step 5"),
        ):
            self.assertIn(f"almanac backtest {command} --seed 1", self.page(self.made, run)[0].words())

    def test_a_market_is_drawn_by_bars_and_a_gap_is_a_gap(self):
        _, market = self.page(self.made, 1)
        _, sensor = self.page(self.made, 2)
        line = lambda text: re.search(r'<path d="([^"]*)" class="l actual"', text[text.index("series-0"):]).group(1)
        self.assertEqual(line(market).count("M"), 1)
        self.assertGreaterEqual(line(sensor).count("M"), 2)
        xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", line(market))]
        distances = [b - a for a, b in zip(xs, xs[1:])]
        self.assertLess(max(distances) - min(distances), 0.3)

    def test_many_series_are_cut_and_the_page_says_how_to_see_the_rest(self):
        page, _ = self.page(self.made, 5)
        self.assertIn("2 more series are not drawn", page.words())
        self.assertIn("v_forecast WHERE run = 5", page.words())

    def test_names_cannot_break_out(self):
        for name in NAUGHTY:
            database, path = self.copy()
            database.execute("UPDATE run_series SET name = ? WHERE run_id = 2", (name,))
            database.execute("UPDATE series SET unit = ?, time_zone = ? WHERE name = 'plant.flow'", (name, name))
            database.execute("UPDATE run_forecaster SET label = ?, spec = ? WHERE run_id = 2 AND label = 'lstm'", (name, name))
            database.execute("UPDATE run SET name = ?, version = ?, kernel = ?, data_digest = ?, message = ? WHERE run_id = 2",
                             (name,) * 5)
            database.execute("UPDATE leaderboard SET verdict = ? WHERE run_id = 2", (name,))
            database.execute("UPDATE metric_definition SET definition = ? WHERE run_id = 2", (name,))
            page, _ = self.page(path, 2)
            self.assertLessEqual(page.tags() & {"b", "script", "img"}, set())
            visible = "".join(c if c >= " " else f"\\x{ord(c):02x}" for c in name)
            self.assertIn(" ".join(visible.split()), page.words())
            markdown = self.render("md", path, 2)
            lines = [line for line in markdown.splitlines() if not line.startswith("    ")]
            self.assertNotIn("<", "".join(lines))
            self.assertEqual({line.count(" | ") for line in lines if line.startswith("| 1 |")}, {12, 5})
            database.close()
            os.remove(path)

    def test_a_direction_override_in_a_name_stays_in_its_element(self):
        database, path = self.copy()
        database.execute("UPDATE run_series SET name = '\u202eabc' WHERE run_id = 2")
        _, text = self.page(path, 2)
        outside = re.sub(r"<(bdi|text|title|desc|pre)\b.*?</\1>", "", text, flags=re.S)
        self.assertNotIn("\u202e", outside)

    def test_a_forecast_without_actuals_is_drawn_beyond_the_data(self):
        database, path = self.copy()
        last = database.execute("SELECT last_ts FROM series WHERE name = 'acme.close'").fetchone()[0]
        day = 86_400_000_000
        database.executescript(f"""
            INSERT INTO run(run_id, kind, status, spec, seed, data_digest, version, kernel, started)
              VALUES (9, 'forecast', 'done', '{{"horizon":3}}', 1, 'd', '0.1.0', 'avx2', 0);
            INSERT INTO run_series(run_id, series_no, series_id, name, frequency, season_length) SELECT 9, 0, series_id, name, frequency, season_length FROM series
              WHERE name = 'acme.close';
            INSERT INTO run_forecaster(run_id, forecaster_no, label, spec) VALUES (9, 0, 'ses', 'ses');
            INSERT INTO task(task_id, run_id, task_no, forecaster_no, fold, committed) VALUES (99999, 9, 0, 0, 0, 0);
            INSERT INTO task_series(task_id, series_no, origin, status) VALUES (99999, 0, {last}, 'OK');
            INSERT INTO forecast(task_id, series_no, step, ts, forecast, actual) VALUES
              (99999, 0, 1, {last + 3 * day}, 130, NULL), (99999, 0, 2, {last + 4 * day}, 131, NULL), (99999, 0, 3, {last + 5 * day}, 132, NULL);
            INSERT INTO quantile VALUES (99999, 0, 1, 0.1, 128), (99999, 0, 1, 0.9, 132), (99999, 0, 2, 0.1, 127),
              (99999, 0, 2, 0.9, 133), (99999, 0, 3, 0.1, 126), (99999, 0, 3, 0.9, 134);""")
        page, text = self.page(path, 9)
        self.assertIn("actual values are not known yet", page.words())
        self.assertIn("80 % interval of ses", page.words())
        self.assertIn('class="l naive"' if 'class="l naive"' in text else 'class="l s0"', text)
        self.assertNotIn("Error by step", page.words())
        self.assertIn("not known yet", self.render("md", path, 9))

    def test_a_run_that_has_only_begun_says_so(self):
        database, path = self.copy()
        database.execute("INSERT INTO run(run_id, kind, status, spec, seed, data_digest, version, kernel, started) "
                         "VALUES (9, 'backtest', 'running', '{}', 1, '', '', '', 0)")
        page, _ = self.page(path, 9)
        self.assertIn("has not ended", page.words())
        self.assertIn("has no series", page.words())
        self.render("md", path, 9)
        for kind, status, words in (("train", "done", "nothing to score"), ("tune", "done", "trials"),
                                    ("backtest", "failed", "failed before"), ("backtest", "done", "No forecast")):
            database.execute("UPDATE run SET kind = ?, status = ? WHERE run_id = 9", (kind, status))
            self.assertIn(words, self.page(path, 9)[0].words())

    def test_a_run_outlives_its_series(self):
        database, path = self.copy()
        database.execute("DELETE FROM observation WHERE frame_id = (SELECT frame_id FROM series WHERE name = 'plant.flow')")
        database.execute("UPDATE run_series SET series_id = NULL WHERE run_id = 2")
        page, text = self.page(path, 2)
        self.assertIn('class="l actual"', text)  # the run's own actuals
        self.assertIn("plant.flow", page.words())

    def test_failed_fits_are_listed_with_their_reasons(self):
        database, path = self.copy()
        database.execute(
            "UPDATE task_series SET status = 'DIVERGED', reason = 'training diverged at epoch 3' WHERE task_id IN "
            "(SELECT task_id FROM task WHERE run_id = 2 AND forecaster_no = 1 AND fold < 3)")
        page, _ = self.page(path, 2)
        self.assertIn("3 of 60 forecasts could not be made", page.words())
        self.assertIn("training diverged at epoch 3", page.words())
        self.assertIn("training diverged at epoch 3", self.render("md", path, 2))

    def test_checks_are_shown(self):
        database, path = self.copy()
        database.execute("INSERT INTO check_result VALUES (2, -1, 'baseline', 'pass', NULL, NULL, 'naive was run')")
        self.assertIn("naive was run", self.page(path, 2)[0].words())

    def test_constant_huge_and_tiny_values_can_be_drawn(self):
        for expression in ("5", "v0 * 1e300", "v0 * 1e-300", "-v0", "0"):
            database, path = self.copy()
            database.execute(f"UPDATE observation SET v0 = {expression}")
            database.execute(f"UPDATE forecast SET forecast = {expression.replace('v0', 'forecast')}, "
                             f"actual = {expression.replace('v0', 'actual')}")
            database.execute(f"UPDATE quantile SET value = {expression.replace('v0', 'value')}")
            for run in (1, 2):
                self.page(path, run)
            database.close()
            os.remove(path)

    def test_ten_series_of_five_thousand_values_stay_under_500_kb(self):
        database, path = self.copy()
        database.execute("DELETE FROM run_series WHERE run_id = 5 AND series_no < 4")
        _, text = self.page(path, 5)
        self.assertGreater(len(text.encode()), 50_000)

    def test_a_run_that_is_not_there_is_refused(self):
        done = subprocess.run([SAMPLE, "html", self.made, "999"], capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"there is no run 999", done.stderr)


unittest.main()
