"""Counts the test cases of the last `meson test` in each given build directory and prints what failed.

    python3 tests/tally.py build build-sanitize

Counts come from each test's own report: Criterion's synthesis line, unittest's `Ran N tests`, TAP lines, or a line
`N passed, N failed`; a test without any is one case. A sanitizer's report fails the test that it is in, whatever the
test itself said: Criterion does not notice leaks. The last line is `N passed, N failed`; the exit status follows it.
"""
import json
import pathlib
import re
import sys

SANITIZER = re.compile(r"LeakSanitizer|AddressSanitizer|runtime error:|ThreadSanitizer")


def count(text, good):
    """Passed, failed and skipped cases of one test's output; good is meson's verdict."""
    synthesis = re.findall(r"Synthesis: Tested: \d+ \| Passing: (\d+) \| Failing: (\d+)", text)
    if synthesis:
        skipped = len(re.findall(r"\[SKIP\]", text))
        return sum(int(p) for p, _ in synthesis), sum(int(f) for _, f in synthesis), skipped
    python = re.search(r"^Ran (\d+) tests? in .*?^(?:OK|FAILED)(?: \((.*)\))?", text, re.MULTILINE | re.DOTALL)
    if python:
        parts = dict(re.findall(r"([a-z ]+)=(\d+)", python[2] or ""))
        failed = int(parts.get("failures", 0)) + int(parts.get("errors", 0))
        skipped = int(parts.get("skipped", 0))
        return int(python[1]) - failed - skipped, failed, skipped
    plain = re.findall(r"^(\d+) passed, (\d+) failed", text, re.MULTILINE)
    if plain:
        return int(plain[-1][0]), int(plain[-1][1]), 0
    lines = re.findall(r"^(ok|not ok)\b(.*)$", text, re.MULTILINE)
    if lines:
        skipped = sum("# SKIP" in rest for word, rest in lines if word == "ok")
        failed = sum(word == "not ok" for word, _ in lines)
        return len(lines) - failed - skipped, failed, skipped
    return (1, 0, 0) if good else (0, 1, 0)


def tally(directory):
    """Adds up the tests of one build directory; prints the output of those that failed."""
    path = pathlib.Path(directory, "meson-logs", "testlog.json")
    if not path.exists():
        print(f"{directory}: no tests were run")
        return 0, 1, 0
    total = [0, 0, 0]
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        text = (entry.get("stdout") or "") + "\n" + (entry.get("stderr") or "")
        skip = entry["result"] == "SKIP"
        good = skip or entry["result"] in ("OK", "EXPECTEDFAIL")
        passed, failed, skipped = (0, 0, 1) if skip else count(text, good)
        if SANITIZER.search(text):
            passed, failed = (passed - 1, 1) if passed and not failed else (passed, max(failed, 1))
        elif not good and failed == 0:
            failed = 1  # a time-out or a death after the last case
        if failed:
            print(f"\n{directory}: {entry['name']}: {failed} failed ({entry['result']})")
            print("\n".join(text.strip().splitlines()[-80:]))
        for i, n in enumerate((passed, failed, skipped)):
            total[i] += n
    print(f"{directory}: {total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return tuple(total)


def main(directories):
    totals = [tally(directory) for directory in directories]
    passed, failed = sum(t[0] for t in totals), sum(t[1] for t in totals)
    if passed == 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
