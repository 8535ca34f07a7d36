#!/usr/bin/env python3
"""Reference cells for tests/ingest: times as Python writes them, and the moments they are.

    python3 tests/golden/ingest_time.py > tests/golden/ingest_time.h      (Python 3.11)

Each line: the format as a user states it, the format that is found when it is not stated ("" where a column of such cells
alone tells none, "-" where day and month cannot be told apart), the cell, the moment in microseconds since 1970.
"""
import calendar
import datetime
import email.utils
import random
import time

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICRO = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)
rng = random.Random(5)


def ts(moment):
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - EPOCH) // MICRO


def quarter(t):
    return (t.month - 1) // 3 + 1


def first_of_quarter(t):
    return datetime.datetime(t.year, 3 * quarter(t) - 2, 1)


def monday(t):
    year, week, _ = t.isocalendar()
    return datetime.datetime.combine(datetime.date.fromisocalendar(year, week, 1), datetime.time())


def week_text(t, form):
    year, week, day = t.isocalendar()
    return form.format(y=year, w=week, d=day)


def midnight(t):
    return datetime.datetime(t.year, t.month, t.day)


def minute(t):
    return t.replace(second=0, microsecond=0)


def second(t):
    return t.replace(microsecond=0)


def hour12(t, seconds=False):
    return f"{t.hour % 12 or 12}:{t.minute:02d}{f':{t.second:02d}' if seconds else ''}"


def half(t):
    return "AM" if t.hour < 12 else "PM"


def zoned(t, form):
    zone = datetime.timezone(datetime.timedelta(minutes=rng.choice([0, 60, -300, 330, -570, 840])))
    local = t.replace(tzinfo=UTC).astimezone(zone)
    return form(local)


# stated format, found format, how it is written, what it means
FORMS = [
    ("iso", "ISO 8601", lambda t: t.isoformat(), lambda t: t),
    ("iso", "ISO 8601", lambda t: t.isoformat(" ", "seconds"), second),
    ("iso", "ISO 8601", lambda t: t.isoformat(" ", "minutes"), minute),
    ("iso", "ISO 8601", lambda t: t.isoformat("T", "milliseconds") + "Z", lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)),
    ("iso", "ISO 8601", lambda t: t.isoformat(" ", "microseconds").replace(".", ","), lambda t: t),
    ("iso", "ISO 8601", lambda t: t.isoformat("T", "microseconds") + "000", lambda t: t),
    ("iso", "ISO 8601", lambda t: t.date().isoformat(), midnight),
    ("iso", "ISO 8601", lambda t: zoned(t, lambda u: u.isoformat()), lambda t: t),
    ("iso", "ISO 8601", lambda t: zoned(t, lambda u: u.strftime("%Y-%m-%d %H:%M:%S%z")), second),
    ("iso", "ISO 8601", lambda t: t.strftime("%Y%m%dT%H%M%S"), second),
    ("iso", "ISO 8601", lambda t: zoned(t, lambda u: u.strftime("%Y%m%dT%H%M%S.%f%z")), lambda t: t),
    ("%Y%m%d", "%Y%m%d", lambda t: t.strftime("%Y%m%d"), midnight),
    ("%Y%m%d %H%M%S", "%Y%m%d %H%M%S", lambda t: t.strftime("%Y%m%d %H%M%S"), second),
    ("%Y%m%d%H%M%S", "%Y%m%d%H%M%S", lambda t: t.strftime("%Y%m%d%H%M%S"), second),
    ("%Y%m%d%H%M", "%Y%m%d%H%M", lambda t: t.strftime("%Y%m%d%H%M"), minute),
    ("%Y%m", "%Y%m", lambda t: t.strftime("%Y%m"), lambda t: datetime.datetime(t.year, t.month, 1)),
    ("%d/%m/%Y", "-", lambda t: f"{t.day}/{t.month}/{t.year}", midnight),
    ("%m/%d/%Y %I:%M %p", "-", lambda t: f"{t.month}/{t.day}/{t.year} {hour12(t)} {half(t)}", minute),
    ("%m-%d-%Y %I:%M:%S%p", "-", lambda t: f"{t.strftime('%m-%d-%Y')} {hour12(t, True)}{half(t).lower()}", second),
    ("%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f", lambda t: t.strftime("%d.%m.%Y %H:%M:%S.%f"), lambda t: t),
    ("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M", lambda t: t.strftime("%Y/%m/%d %H:%M"), minute),
    ("%d%m%y", "", lambda t: t.strftime("%d%m%y"), midnight),
    ("%b %d %Y", "%b %d %Y", lambda t: f"{calendar.month_abbr[t.month]} {t.day} {t.year}", midnight),
    ("%B %d, %Y", "%b %d, %Y", lambda t: f"{calendar.month_name[t.month]} {t.day}, {t.year}", midnight),
    ("%d %b %Y", "%d %b %Y", lambda t: t.strftime("%d %b %Y"), midnight),
    ("%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", lambda t: t.strftime("%d-%b-%Y %H:%M:%S"), second),
    ("%a %b %e %H:%M:%S %Y", "%a %b %d %H:%M:%S %Y", lambda t: time.asctime(t.timetuple()), second),
    ("%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z",
     lambda t: zoned(t, email.utils.format_datetime), second),
    ("%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z",
     lambda t: email.utils.format_datetime(t.replace(tzinfo=UTC), usegmt=True), second),
    ("%A, %B %d, %Y", "%a, %b %d, %Y", lambda t: t.strftime("%A, %B %d, %Y"), midnight),
    ("%d/%b/%Y:%H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z", lambda t: zoned(t, lambda u: u.strftime("%d/%b/%Y:%H:%M:%S %z")), second),
    ("s", "epoch seconds", lambda t: str(ts(t) // 10**6), second),
    ("s", "epoch seconds", lambda t: f"{ts(t) // 10**6}.{t.microsecond:06d}", lambda t: t),
    ("ms", "epoch milliseconds", lambda t: str(ts(t) // 1000), lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)),
    ("us", "epoch microseconds", lambda t: str(ts(t)), lambda t: t),
    ("ns", "epoch nanoseconds", lambda t: str(ts(t) * 1000), lambda t: t),
    ("excel", "", lambda t: repr((minute(t) - datetime.datetime(1899, 12, 30)) / DAY), minute),
    ("excel1904", "", lambda t: str((midnight(t) - datetime.datetime(1904, 1, 1)).days), midnight),
    ("%Y-Q%q", "%Y-Q%q", lambda t: f"{t.year}-Q{quarter(t)}", first_of_quarter),
    ("%YQ%q", "%YQ%q", lambda t: f"{t.year}Q{quarter(t)}", first_of_quarter),
    ("Q%q %Y", "Q%q %Y", lambda t: f"Q{quarter(t)} {t.year}", first_of_quarter),
    ("%G-W%V", "%Y-W%V", lambda t: week_text(t, "{y}-W{w:02d}"), monday),
    ("%GW%V", "%YW%V", lambda t: week_text(t, "{y}W{w:02d}"), monday),
    ("%G-W%V-%u", "%Y-W%V-%u", lambda t: week_text(t, "{y}-W{w:02d}-{d}"), midnight),
    ("%Y-%j", "%Y-%j", lambda t: t.strftime("%Y-%j"), midnight),
    ("%Y-%m", "%Y-%m", lambda t: t.strftime("%Y-%m"), lambda t: datetime.datetime(t.year, t.month, 1)),
    ("%Y", "%Y", lambda t: t.strftime("%Y"), lambda t: datetime.datetime(t.year, 1, 1)),
    ("%B %Y", "%b %Y", lambda t: t.strftime("%B %Y"), lambda t: datetime.datetime(t.year, t.month, 1)),
]

print("/* Made by ingest_time.py; do not edit. */")
print("struct golden_cell {\n    const char *format, *found, *text;\n    int64_t ts;\n};")
print("static const struct golden_cell golden_cells[] = {")
for stated, found, write, means in FORMS:
    days = [1, 7, 12] if found == "-" else [1, 8, 13, 28, 29, 30, 31]
    for k in range(6):
        month = rng.randint(1, 12)
        year = rng.randint(1974, 2068)
        day = min(rng.choice(days), calendar.monthrange(year, month)[1])
        t = datetime.datetime(year, month, day, rng.choice([0, 11, 12, 13, 23]), rng.randrange(60), rng.randrange(60),
                              rng.randrange(1000000))
        print(f'    {{"{stated}", "{found}", "{write(t)}", INT64_C({ts(means(t))})}},')
print("};")
