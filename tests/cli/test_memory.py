"""Memory of a training that sees 1,000 series: the values, and what does not grow with the number of windows.

    python3 test_memory.py ALMANAC
"""
import pathlib
import random
import subprocess
import sys
import unittest

from program import ALMANAC, Program, environment, main

SERIES = 1000
SHORT, LONG = 300, 3000
SPEC = "lstm:hidden=16,lookback=48,epochs=1,steps=3"
MEGABYTE = 1 << 20
# A process is born with the largest memory that its parent ever had: a small parent starts the program and says its
# memory in kilobytes.
PROBE = """
import os, sys
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def is_sanitized():
    return b"__asan_init" in pathlib.Path(ALMANAC).read_bytes()


@unittest.skipIf(is_sanitized(), "a sanitizer has memory of its own")
class Memory(Program):
    def make(self, bars):
        """A table with a column for each series; the database of that length."""
        rng = random.Random(bars)
        values = [str(round(rng.gauss(0, 1), 3)) for _ in range(bars + SERIES)]
        with open(self.path / f"{bars}.csv", "w", encoding="utf-8") as file:
            file.write("t," + ",".join(f"s{i}" for i in range(SERIES)) + "\n")
            for t in range(bars):
                file.write(f"{t}," + ",".join(values[t:t + SERIES]) + "\n")
        self.good("-q", "import", f"{bars}.csv", "--index", "--layout", "wide", "--db", f"{bars}.db")

    def peak(self, bars, stride):
        """Largest resident memory of a training, bytes."""
        command = [ALMANAC, "-q", "train", "--db", f"{bars}.db", "-m", f"{SPEC},stride={stride}", "--series", "*", "--horizon",
                   "8", "--season", "24", "--name", f"every{stride}"]
        done = subprocess.run([sys.executable, "-I", "-S", "-c", PROBE, *command], cwd=self.path, env=environment(),
                              stdout=subprocess.PIPE, check=True, text=True)
        return int(done.stdout.splitlines()[-1]) * 1024

    def test_it_does_not_grow_with_the_number_of_windows(self):
        peaks = {}
        for bars in (SHORT, LONG):
            self.make(bars)
            for stride in (1, 32):
                peaks[bars, stride] = self.peak(bars, stride)
        told = {key: f"{value / MEGABYTE:.1f} MB" for key, value in peaks.items()}
        # 2.9 million windows against 92,000
        self.assertLess(abs(peaks[LONG, 1] - peaks[LONG, 32]), 3 * MEGABYTE, told)
        data = 8 * SERIES * (LONG - SHORT)  # the values; times are had in common
        self.assertLess(abs(peaks[LONG, 1] - peaks[SHORT, 1] - data), 6 * MEGABYTE, told)


if __name__ == "__main__":
    main()
