"""The tree keeps the rules of the house, and check.py sees each rule broken.

    python3 tests/layers/test_layers.py [ROOT]
"""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Tree(unittest.TestCase):
    def test_the_sources_keep_the_rules(self):
        breaches, files = check.check_tree(ROOT)
        self.assertEqual(breaches, [])
        self.assertGreater(files, 10)


class Planted(unittest.TestCase):
    """One breach is planted into an otherwise empty tree; it must be the one that is found."""

    def breaches(self, name, text):
        with tempfile.TemporaryDirectory() as root:
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            return check.check_tree(root)[0]

    def assert_breach(self, name, text, words, line=1):
        found = self.breaches(name, text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{name}:{line}: "), found)
        self.assertIn(words, found[0])

    def assert_clean(self, name, text):
        self.assertEqual(self.breaches(name, text), [])

    def test_every_upward_include_is_a_breach(self):
        for i, room in enumerate(check.ROOMS):
            for other in check.ROOMS[i + 1 :]:
                words = "base only" if room == "nn" else f"{room} stands before {other}"
                self.assert_breach(f"src/{room}/a.c", f'\n#include "{other}/b.h"\n', words, line=2)

    def test_every_downward_include_is_clean_but_for_nn(self):
        for i, room in enumerate(check.ROOMS):
            for other in check.ROOMS[: i + 1]:
                if room != "nn" or other in ("base", "nn"):
                    self.assert_clean(f"src/{room}/a.h", f'#include "{other}/b.h"\n')

    def test_nn_includes_base_only(self):
        for other in ("series", "window"):
            self.assert_breach("src/nn/lstm.c", f'#include "{other}/b.h"\n', "base only")

    def test_dots_in_an_include(self):
        self.assert_breach("src/store/a.c", '#include "../base/text.h"\n', "`..`")
        self.assert_breach("tests/store/test_a.c", '#include "../../src/base/text.h"\n', "`..`")

    def test_an_include_without_its_room(self):
        self.assert_breach("src/series/a.c", '#include "span.h"\n', "room/file.h")

    def test_a_foreign_header_outside_its_owner(self):
        for header, owner, stranger in [
            ("sqlite3.h", "store", "report"),
            ("csv.h", "ingest", "store"),
            ("cblas.h", "nn", "forecast"),
            ("lapacke.h", "nn", "series"),
            ("gsl/gsl_multimin.h", "forecast", "nn"),
            ("gsl/gsl_cdf.h", "backtest", "report"),
            ("libsmartcols/libsmartcols.h", "cli", "workbench"),
        ]:
            self.assert_clean(f"src/{owner}/a.c", f"#include <{header}>\n")
            self.assert_breach(f"src/{stranger}/a.c", f"#include <{header}>\n", "belongs to")

    def test_blas_in_two_files_of_base(self):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root, "src", "base")
            folder.mkdir(parents=True)
            for name in ("a.c", "b.c"):
                (folder / name).write_text("#include <cblas.h>\n", encoding="utf-8")
            self.assertEqual(check.check_tree(root)[0], ["src/base/b.c:1: one file of base may include BLAS, not 2"])

    def test_sql_in_a_string(self):
        for sql in ("SELECT 1", " INSERT INTO t VALUES(1)", "PRAGMA user_version", "select a from b", "delete from t",
                    "update t set a=1", "create table t(a)", "BEGIN IMMEDIATE", "WITH a AS (VALUES(1))", "COMMIT"):
            self.assert_breach("src/store/a.c", f'const char *q = "{sql}";\n', "SQL in C")

    def test_words_that_are_not_sql(self):
        for text in ("only SELECT is allowed", "updates the model", "selected from", "within", "begins here"):
            self.assert_clean("src/store/a.c", f'const char *q = "{text}";\n')
        self.assert_clean("src/store/a.c", '/* "SELECT 1" runs "PRAGMA x" */\n// "DELETE FROM t"\n')

    def test_printing_below_the_workbench(self):
        for call in ('printf("a")', 'fprintf(stderr, "a")', 'puts("a")', 'perror("a")', "fflush(stdout)", "dprintf(2, s)"):
            self.assert_breach("src/report/a.c", f"void f(void) {{ {call}; }}\n", "does not print")
            self.assert_clean("src/cli/a.c", f"void f(void) {{ {call}; }}\n")

    def test_writing_to_a_buffer_or_a_file_is_not_printing(self):
        self.assert_clean("src/report/a.c", "void f(void) { snprintf(b, n, s); fprintf(file, s); alm_text_printf(t, s); }\n")

    def test_ending_the_process(self):
        for call in ("exit(1)", "_exit(1)", "abort()", "quick_exit(0)", 'setlocale(LC_ALL, "")'):
            self.assert_breach("src/cli/cmd_import.c", f"void f(void) {{ {call}; }}\n", "ends the process")
            self.assert_clean("src/cli/main.c", f"void f(void) {{ {call}; }}\n")

    def test_banned_calls(self):
        for name in ("sprintf", "strcpy", "strcat", "atoi", "strtok", "gets", "rand", "system"):
            self.assert_breach("src/cli/a.c", f"\n\nint f(void) {{ return (int){name}(x); }}\n", name, line=3)
        self.assert_clean("src/base/a.c", "void f(void) { alm_random_uniform(r); fgets(b, n, f); }\n")

    def test_a_file_outside_the_rooms(self):
        self.assert_breach("src/attic/a.c", "int a;\n", "not in a room")
        self.assert_breach("src/helper.c", "int a;\n", "belongs into a room")


if __name__ == "__main__":
    unittest.main()
