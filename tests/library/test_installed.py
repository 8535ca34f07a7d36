"""Installs into a directory of its own and uses what is there as another program would: the header from C and C++, the
library through pkg-config."""
import argparse
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

parser = argparse.ArgumentParser()
parser.add_argument("almanac", type=pathlib.Path)
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("--c", default="cc")
parser.add_argument("--c++", dest="cxx", default="")
parser.add_argument("--sanitize", default="none")
HERE = pathlib.Path(__file__).parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
FUNCTION = re.compile(r"^[a-z][\w ]*[ *](alm_\w+)\(", re.MULTILINE)


def run(*command, **options):
    """Standard output of a command that has to succeed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=110, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.root = pathlib.Path(temporary.name)
        meson = shutil.which("meson")
        if meson is None:
            raise unittest.SkipTest("no meson")
        run(meson, "install", "--no-rebuild", "--quiet", "--destdir", cls.root, "-C", given.build)
        files = [path for path in cls.root.rglob("*") if not path.is_dir()]
        cls.files = {path.name: path for path in files}
        cls.packages = cls.files["almanac.pc"].parent
        cls.sanitize = [] if given.sanitize == "none" else [f"-fsanitize={given.sanitize}"]
        cls.environment = os.environ | {"LD_LIBRARY_PATH": str(cls.files["libalmanac.so"].parent)}
        cls.environment.pop("ALMANAC_DB", None)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = pathlib.Path(temporary.name)

    def pkg_config(self, *what):
        where = {"PKG_CONFIG_PATH": str(self.packages), "PKG_CONFIG_SYSROOT_DIR": str(self.root)}
        return run("pkg-config", *what, "almanac", env=os.environ | where).split()

    def compile(self, compiler, source, standard):
        """The program made of a source in this directory with nothing but what pkg-config says."""
        program = self.path / source.split(".")[0]
        run(*compiler, f"-std={standard}", *WARNINGS, *self.sanitize, HERE / source, "-o", program,
            *self.pkg_config("--cflags", "--libs"))
        return program

    def almanac(self, *arguments):
        return run(given.almanac.resolve(), "-q", *arguments, cwd=self.path, env=self.environment)

    def dump(self, database):
        return self.almanac("--db", database, "query", "SELECT forecaster, origin_time, step, forecast FROM v_forecast "
                            "ORDER BY 1, 2, 3", "--format", "csv")

    def data(self):
        return given.source / "datasets" / "co2.csv"

    def test_everything_has_its_place(self):
        for name in ("almanac", "almanac.h", "hooks.h", "status.h", "cursor.h", "libalmanac.so", "almanac.pc",
                     "almanac.1", "almanac.bash", "_almanac", "almanac.fish"):
            self.assertIn(name, self.files)
        version = run(self.files["almanac"], "version").split()[1]
        self.assertEqual(self.pkg_config("--modversion"), [version])
        self.assertEqual(self.files["libalmanac.so"].resolve().name, f"libalmanac.so.{version}")

    def test_the_headers_include_no_foreign_ones(self):
        for header in self.files["almanac.h"].parent.rglob("*.h"):
            for name in re.findall(r"#include (\S+)", header.read_text("utf-8")):
                if name.startswith('"'):
                    self.assertTrue((self.files["almanac.h"].parent / name.strip('"')).exists(), f"{header}: {name}")
                else:
                    self.assertIn(name, ("<stdbool.h>", "<stddef.h>", "<stdint.h>"), header)

    def test_what_is_declared_is_exported_and_nothing_else(self):
        declared = set()
        for header in self.files["almanac.h"].parent.rglob("*.h"):
            declared |= set(FUNCTION.findall(re.sub(r"static inline [^{]*", "", header.read_text("utf-8"))))
        symbols = run("nm", "--dynamic", "--defined-only", "--format=posix", self.files["libalmanac.so"])
        exported = {line.split()[0] for line in symbols.splitlines()}
        if self.sanitize:
            exported = {name for name in exported if name.startswith("alm_")}
        self.assertEqual(exported, declared)
        self.assertGreater(len(declared), 50)

    def test_every_function_stands_below_a_comment(self):
        for header in self.files["almanac.h"].parent.rglob("*.h"):
            for paragraph in header.read_text("utf-8").split("\n\n"):
                function = FUNCTION.search(paragraph)
                if function:
                    self.assertIn("/*", paragraph[:function.start()], f"{header.name}: {function[1]} is not documented")

    def test_the_example_says_what_the_command_line_says(self):
        program = self.compile(given.c.split(), "example.c", "c11")
        printed = run(program, self.data(), "co2", "example.db", cwd=self.path, env=self.environment)
        self.almanac("--db", "program.db", "import", self.data())
        board = self.almanac("--db", "program.db", "backtest", "--series", "co2", "-m", "ses", "-m", "theta",
                             "--horizon", "5", "--folds", "20", "--format", "csv")
        wanted = [f"{row['forecaster']},{row['mae']}" for row in csv.DictReader(board.splitlines())]
        self.assertEqual(printed.splitlines(), wanted)
        self.assertEqual(len(wanted), 3)
        self.assertEqual(self.dump("example.db"), self.dump("program.db"))

    def test_a_program_in_cxx_stops_a_backtest_and_ends_it_later_with_the_same_rows(self):
        if not given.cxx:
            self.skipTest("no C++ compiler")
        if self.sanitize:
            self.skipTest("the C++ compiler may be another one than that of the sanitizer")
        program = self.compile([given.cxx], "stop.cc", "c++11")
        first, second = run(program, self.data(), "co2", "stopped.db", cwd=self.path, env=self.environment).splitlines()
        self.assertRegex(first, r"^backtest: INTERRUPTED, \d+ of 60$")
        self.assertTrue(3 <= int(first.split()[2]) < 60, first)
        self.assertEqual(second, "resume: OK, 60 of 60")
        self.almanac("--db", "whole.db", "import", self.data())
        self.almanac("--db", "whole.db", "backtest", "--series", "co2", "-m", "ses", "-m", "theta", "--horizon", "5",
                     "--folds", "20")
        self.assertEqual(self.dump("stopped.db"), self.dump("whole.db"))


if __name__ == "__main__":
    given = parser.parse_args()
    unittest.main(argv=sys.argv[:1], verbosity=2)
