"""Holds `import --resample` against pandas: 14 frequencies, 3 zones, 8 aggregates, random rows.

    python3 resample_pandas.py ALMANAC [SEED]

Not part of the test run (tests/cli/test_resample.py is, without pandas); last run with pandas 3: no difference. Where
pandas counts from the first day of the data, the bars here count from 1970: these starts are made by hand.
"""
import io
import itertools
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd

NAMES = {"S": "s", "T": "min", "H": "h", "D": "D", "B": "B", "W": "W-MON", "M": "MS", "Q": "QS", "Y": "YS"}
# frequency: mean seconds between rows
SPANS = {"30S": 60, "T": 60, "15T": 600, "H": 600, "4H": 10800, "D": 32400, "3D": 108000, "W": 86400, "M": 172800,
         "Q": 777600, "Y": 1728000, "B": 32400, "7H": 18000, "90T": 7200}
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
HOW = ("mean", "sum", "first", "last", "min", "max", "count", "ohlc")


def run(almanac, frame, spec, zone):
    with tempfile.TemporaryDirectory() as folder:
        path, db = pathlib.Path(folder) / "r.csv", str(pathlib.Path(folder) / "r.db")
        frame.to_csv(path, index=False)
        subprocess.run([almanac, "--db", db, "-q", "import", str(path), "--series", "s", "--resample", spec, "--tz", zone],
                       check=True, capture_output=True)
        text = subprocess.run([almanac, "--db", db, "series", "export", "s*"], check=True, capture_output=True, text=True).stdout
    out = pd.read_csv(io.StringIO(text))
    out.index = pd.to_datetime(out.pop("time"), utc=True, format="ISO8601")
    return out


def starts_by_hand(index, length, zone):
    """Starts of bars of fixed length by local clocks, counted from 1970; a bar over a change began by the old clock."""
    out = []
    for when in index:
        wall = when.tz_localize(None)
        start = pd.Timestamp(0) + (wall - pd.Timestamp(0)) // length * length
        moment = (start - when.utcoffset()).tz_localize("UTC")
        if moment.tz_convert(zone).utcoffset() != when.utcoffset():
            moment = start.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")
        out.append(moment)
    return pd.DatetimeIndex(out)


def expected(series, frequency, zone, how):
    multiple, unit = int(frequency[:-1] or 1), frequency[-1]
    if unit in "STH" or multiple > 1:
        groups = series.groupby(starts_by_hand(series.index, pd.Timedelta(f"{multiple}{NAMES[unit]}"), zone))
    else:
        groups = series.resample(NAMES[unit], closed="left", label="left")
    out = groups.ohlc().add_prefix("s.") if how == "ohlc" else getattr(groups, how)().to_frame("s")
    if how in ("count", "sum"):
        out[groups.count().to_numpy() == 0] = np.nan
    out = out.dropna(how="all")
    out.index = out.index.tz_convert("UTC")
    return out


def main():
    almanac, rng = sys.argv[1], np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    bad = 0
    for (frequency, span), zone, how in itertools.product(SPANS.items(), ZONES, HOW):
        steps = rng.exponential(span, 400) * (1 + 20 * (rng.random(400) < 0.05))
        start = pd.Timestamp("2021-02-20", tz="UTC") + pd.Timedelta(seconds=int(rng.integers(0, 86400 * 30)))
        index = pd.DatetimeIndex(start + pd.to_timedelta(np.cumsum(np.round(steps + 1)), unit="s"))
        values = np.round(rng.normal(100, 10, len(index)), 3)
        values[rng.random(len(index)) < 0.1] = np.nan
        values[0], values[-1] = 1, 2
        order = rng.permutation(len(index)) if rng.random() < 0.3 else np.arange(len(index))
        frame = pd.DataFrame({"time": index.strftime("%Y-%m-%dT%H:%M:%SZ")[order], "v": values[order]})
        got = run(almanac, frame, f"{frequency}={how}", zone)
        want = expected(pd.Series(values, index=index.tz_convert(zone)), frequency, zone, how)
        if len(got) != len(want) or (got.index != want.index).any() or not np.allclose(
                want, got[want.columns], rtol=1e-13, atol=0, equal_nan=True):
            bad += 1
            print("differs:", frequency, zone, how)
    print(f"{len(SPANS) * len(ZONES) * len(HOW)} cases, {bad} differ")
    return 1 if bad else 0


sys.exit(main())
