#!/usr/bin/env python3
"""Reference timestamps for tests/series: Python's datetime and pandas offsets.

    python3 tests/golden/series_time.py > tests/golden/series_time.h      (Python 3.11, pandas 3.0)
"""
import random
from datetime import datetime, timedelta, timezone

import pandas as pd

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICRO = timedelta(microseconds=1)


def ts(moment):
    return (moment - EPOCH) // MICRO


def literal(n):
    return f"INT64_C({n})"


def iso(moment):
    text = f"{moment.year:04d}" + moment.strftime("-%m-%dT%H:%M:%S")
    return text + (f".{moment.microsecond:06d}" if moment.microsecond else "") + "Z"


rng = random.Random(20260101)
moments = [
    datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999), datetime(1970, 1, 1),
    datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1900, 2, 28, 23, 59, 59), datetime(1900, 3, 1),
    datetime(2000, 2, 29, 12), datetime(2100, 2, 28), datetime(2100, 3, 1), datetime(1582, 10, 10),
    datetime(2024, 2, 29), datetime(2023, 2, 28), datetime(4, 2, 29), datetime(400, 12, 31), datetime(401, 1, 1),
]
span = ts(datetime(9999, 12, 31, tzinfo=timezone.utc)) - ts(datetime(1, 1, 1, tzinfo=timezone.utc))
for _ in range(60):
    moments.append((EPOCH + timedelta(microseconds=ts(datetime(1, 1, 1, tzinfo=timezone.utc)) + rng.randrange(span)))
                   .replace(tzinfo=None))

print("/* Made by series_time.py; do not edit. */")
print("struct golden_moment {\n    int64_t ts;\n    int year, month, day, hour, minute, second, microsecond, weekday;")
print("    const char *iso;\n};\nstatic const struct golden_moment golden_moments[] = {")
for m in moments:
    u = m.replace(tzinfo=timezone.utc)
    print(f"    {{{literal(ts(u))}, {m.year}, {m.month}, {m.day}, {m.hour}, {m.minute}, {m.second}, "
          f"{m.microsecond}, {m.weekday()}, \"{iso(m)}\"}},")
print("};\n")

texts = ["2024-02-29", "2024-02-29T23:59", "2024-02-29 23:59:58", "2024-02-29T23:59:58.5", "1969-07-20T20:17:40Z",
         "2021-11-07T01:30:00-05:00", "2021-11-07T01:30:00+0530", "2021-11-07 01:30+14", "0001-01-01T00:00:00.000001",
         "2024-01-01T00:00:00.123456Z", "2024-01-01T00:00:00-00:30"]
print("struct golden_text {\n    const char *text;\n    int64_t ts;\n    bool zoned;\n};")
print("static const struct golden_text golden_texts[] = {")
for t in texts:
    m = datetime.fromisoformat(t)
    zoned = m.tzinfo is not None
    print(f"    {{\"{t}\", {literal(ts(m if zoned else m.replace(tzinfo=timezone.utc)))}, {str(zoned).lower()}}},")
print("};\n")

# the bar `steps` after `from` of calendars: pandas offsets
print("struct golden_step {\n    const char *frequency;\n    int64_t from, to;\n    size_t steps;\n};")
print("static const struct golden_step golden_steps[] = {")
starts = [datetime(2023, 1, 15, 9, 30), datetime(1968, 12, 1), datetime(2024, 1, 30), datetime(1999, 11, 12, 23, 59, 59)]
for start in starts:
    for steps in (0, 1, 2, 5, 13, 37, 120):
        offsets = {"M": pd.DateOffset(months=steps), "Q": pd.DateOffset(months=3 * steps),
                   "Y": pd.DateOffset(years=steps), "B": pd.offsets.BDay(steps), "2W": pd.DateOffset(weeks=2 * steps),
                   "90T": pd.DateOffset(minutes=90 * steps), "5M": pd.DateOffset(months=5 * steps)}
        for name, offset in offsets.items():
            if name == "B" and start.weekday() > 4:
                continue
            to = pd.Timestamp(start) + offset
            print(f"    {{\"{name}\", {literal(ts(start.replace(tzinfo=timezone.utc)))}, "
                  f"{literal(ts(to.to_pydatetime().replace(tzinfo=timezone.utc)))}, {steps}}},")
for steps in (1, 2, 12, 13, 25):
    start = datetime(2023, 1, 31)
    to = pd.Timestamp(start) + pd.offsets.MonthEnd(steps)
    print(f"    {{\"M\", {literal(ts(start.replace(tzinfo=timezone.utc)))}, "
          f"{literal(ts(to.to_pydatetime().replace(tzinfo=timezone.utc)))}, {steps}}},")
print("};")
