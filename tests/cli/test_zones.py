"""Imports local times of twelve zones under every policy for daylight saving and compares each stored moment, each
reject and each row left out with what Python's zoneinfo says of the same time.

    python3 test_zones.py ALMANAC [TIMES]
"""
import datetime
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import zoneinfo

ALMANAC = sys.argv[1]
TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 102000
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = datetime.timedelta(seconds=1)
# half hours, 30 minutes and two hours of daylight saving, negative daylight saving, both hemispheres, Ramadan, a day
# left out at the date line, rules given up
ZONES = ["America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata",
         "Pacific/Apia", "America/Santiago", "Africa/Casablanca", "Pacific/Chatham", "Asia/Tehran", "Antarctica/Troll"]
POLICIES = ["error", "earlier", "later", "skip"]


def offset_at(zone, moment):
    return moment.replace(tzinfo=datetime.timezone.utc).astimezone(zone).utcoffset()


def changes(zone):
    """The moments at which the zone's offset changes, 1880 to 2110, found by bisection."""
    out, step = [], datetime.timedelta(days=9)
    a = datetime.datetime(1880, 1, 1)
    before = offset_at(zone, a)
    while a.year < 2110:
        b = a + step
        after = offset_at(zone, b)
        low, high = a, b
        while after != before and high - low > SECOND:
            middle = low + (high - low) // 2
            middle -= datetime.timedelta(microseconds=middle.microsecond)
            if offset_at(zone, middle) == before:
                low = middle
            else:
                high = middle
        if after != before:
            out.append((high, before, after))
        a, before = b, after
    return out


def local_times(rng, zone, n):
    """Half of them within three hours of a change, many of those at its very edges; few in far years."""
    out, edges = set(), changes(zone)
    span = int((datetime.datetime(2110, 1, 1) - datetime.datetime(1880, 1, 1)).total_seconds())
    far = int((datetime.datetime(9998, 1, 1) - datetime.datetime(2, 1, 1)).total_seconds())
    while len(out) < n:
        kind = rng.random()
        if kind < 0.5 and edges:
            moment, before, after = rng.choice(edges)
            edge = moment + rng.choice([before, after])
            out.add(edge + SECOND * (rng.randint(-2, 2) if kind < 0.15 else rng.randint(-10800, 10800)))
        elif kind < 0.95:
            out.add(datetime.datetime(1880, 1, 1) + SECOND * rng.randrange(span))
        else:
            out.add(datetime.datetime(2, 1, 1) + SECOND * rng.randrange(far))
    out = sorted(out)
    rng.shuffle(out)
    return out


def moments(zone, local):
    """What the local time may be in microseconds UTC: fold 0 and fold 1."""
    return [(local - local.replace(tzinfo=zone, fold=fold).utcoffset() - EPOCH) // SECOND * 1000000 for fold in (0, 1)]


def expect(policy, pairs):
    """{ts: row number} stored (the first of two rows with one moment), lines rejected, rows left out."""
    stored, rejected, skipped = {}, set(), 0
    for i, (first, second) in enumerate(pairs):
        ts = first
        if first != second:
            if policy == "skip":
                skipped += 1
                continue
            if policy == "error":
                rejected.add((i + 2, "does not exist" if first > second else "exists twice"))
                continue
            ts = min(first, second) if policy == "earlier" else max(first, second)
        if ts in stored:
            rejected.add((i + 2, "already given"))
        else:
            stored[ts] = i
    return stored, rejected, skipped


def check(folder, rng, name, n):
    zone = zoneinfo.ZoneInfo(name)
    times = local_times(rng, zone, n)
    pairs = [moments(zone, t) for t in times]
    path, database = folder / "t.csv", folder / "t.db"
    path.write_text("time,v\n" + "".join(f"{t.isoformat(' ')},{i}\n" for i, t in enumerate(times)))
    for policy in POLICIES:
        run = subprocess.run([ALMANAC, "--db", database, "import", path, "--series", policy, "--tz", name, "--dst", policy,
                              "--max-rejects", str(n)], capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr
        stored, rejected, skipped = expect(policy, pairs)
        with sqlite3.connect(database) as db:
            got = dict(db.execute("select ts, value from v_observation where series = ?", [policy]))
            refused = db.execute("select line, reason from v_reject").fetchall()
            zones = db.execute("select time_zone from v_series where series = ?", [policy]).fetchone()
        assert got == stored, (name, policy, len(got), len(stored), sorted(set(got.items()) ^ set(stored.items()))[:4])
        assert zones == (name,), zones
        words = {(line, w) for line, reason in refused for w in ("does not exist", "exists twice", "already given")
                 if w in reason}
        assert words == rejected, (name, policy, sorted(words ^ rejected)[:4])
        folds = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
        assert policy != "skip" or skipped == sum(folds)
        os.remove(database)
    return folds


def main():
    missing = [name for name in ZONES if name not in zoneinfo.available_timezones()]
    if missing or not zoneinfo.TZPATH:
        print("no time zone files here:", missing)
        sys.exit(77)
    rng, n_folds, n_holes = random.Random(20270328), 0, 0
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of synchronised writes
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for name in ZONES:
            folds, holes = check(pathlib.Path(folder), rng, name, TIMES // len(ZONES))
            n_folds += folds
            n_holes += holes
    assert min(n_folds, n_holes) > TIMES / 100
    print(f"{TIMES} local times of {len(ZONES)} zones, {n_folds} in folds and {n_holes} in holes, as zoneinfo has them")


main()
