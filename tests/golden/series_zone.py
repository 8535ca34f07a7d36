#!/usr/bin/env python3
"""Reference moments for tests/series: what Python's zoneinfo makes of local times, and of days stepped by the local clock.

    python3 tests/golden/series_zone.py > tests/golden/series_zone.h      (Python 3.11, tzdata 2024 or later)

Times before 1970 and rules that changed lately are left out: there the zone database itself changes.
"""
import datetime
import random
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1)
MICRO = datetime.timedelta(microseconds=1)
HOUR = datetime.timedelta(hours=1)
# zone, a local time near a change of its clock
CHANGES = [
    ("America/New_York", "2020-03-08T02:30"), ("America/New_York", "2020-11-01T01:30"), ("America/New_York", "2500-03-14T02:30"),
    ("Europe/Berlin", "2020-03-29T02:30"), ("Europe/Berlin", "2020-10-25T02:30"), ("Europe/Berlin", "9990-10-28T02:30"),
    ("Europe/Dublin", "2020-03-29T01:30"), ("Europe/Dublin", "2020-10-25T01:30"),
    ("Australia/Lord_Howe", "2020-04-05T01:45"), ("Australia/Lord_Howe", "2020-10-04T02:15"),
    ("America/St_Johns", "2006-04-02T00:01"), ("America/St_Johns", "2020-11-01T01:30"),
    ("Asia/Kolkata", "2020-06-01T12:00"), ("Pacific/Apia", "2011-12-30T12:00"), ("Pacific/Apia", "2011-12-31T00:00"),
    ("America/Sao_Paulo", "2018-11-04T00:30"), ("America/Sao_Paulo", "2018-02-17T23:30"), ("America/Sao_Paulo", "2030-01-01T00:00"),
    ("Pacific/Chatham", "2020-04-05T03:15"), ("Pacific/Chatham", "2020-09-27T03:00"),
    ("Antarctica/Troll", "2020-03-29T02:00"), ("Antarctica/Troll", "2020-10-25T02:00"),
    ("Asia/Kathmandu", "1986-01-01T00:10"), ("Asia/Tehran", "2021-03-22T00:30"),
]


def moment(local, zone, fold):
    return (local - local.replace(tzinfo=zone, fold=fold).utcoffset() - EPOCH) // MICRO


rng = random.Random(20261101)
print("/* Made by series_zone.py; do not edit. */")
print("struct golden_local {\n    const char *zone;\n    int64_t local, before, after; /* fold 0, fold 1 */\n};")
print("static const struct golden_local golden_locals[] = {")
for name, text in CHANGES:
    zone, near = zoneinfo.ZoneInfo(name), datetime.datetime.fromisoformat(text)
    steps = [0, 1, -1] + [rng.randrange(-150, 150) for _ in range(9)]
    for local in [near + datetime.timedelta(minutes=m) for m in steps]:
        print(f'    {{"{name}", INT64_C({(local - EPOCH) // MICRO}), INT64_C({moment(local, zone, 0)}), '
              f'INT64_C({moment(local, zone, 1)})}},')
print("};\n")

# bars that keep their local time of day: days, weeks, last days of months, firsts of quarters and years
print("struct golden_bars {\n    const char *zone, *frequency;\n    int64_t ts[40];\n};")
print("static const struct golden_bars golden_bars[] = {")


def month_ends(start, n, step):
    for i in range(n):
        year, month = divmod(start.year * 12 + start.month - 1 + i * step + 1, 12)
        yield datetime.datetime(year, month + 1, 1, start.hour, start.minute) - datetime.timedelta(days=1)


def months(start, n, step):
    for i in range(n):
        year, month = divmod(start.year * 12 + start.month - 1 + i * step, 12)
        yield start.replace(year=year, month=month + 1)


def days(start, n, step, business=False):
    while n > 0:
        if not business or start.weekday() < 5:
            yield start
            n -= 1
        start += datetime.timedelta(days=step)


for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]:
    zone = zoneinfo.ZoneInfo(name)
    midnight = datetime.datetime(2020, 3, 2)
    for frequency, bars in [("D", days(midnight, 40, 1)), ("D", days(datetime.datetime(2020, 10, 1, 17, 30), 40, 1)),
                            ("B", days(midnight, 40, 1, True)), ("B", days(datetime.datetime(2020, 10, 1), 40, 1, True)),
                            ("W", days(midnight, 40, 7)), ("M", months(datetime.datetime(2020, 1, 1), 40, 1)),
                            ("M", month_ends(datetime.datetime(2020, 1, 1), 40, 1)),
                            ("M", months(datetime.datetime(2020, 1, 15, 9), 40, 1)),
                            ("Q", months(datetime.datetime(2020, 1, 1), 40, 3)), ("Y", months(datetime.datetime(1975, 7, 1), 40, 12))]:
        ts = ", ".join(f"INT64_C({moment(t, zone, 0)})" for t in bars)
        print(f'    {{"{name}", "{frequency}", {{{ts}}}}},')
print("};")
