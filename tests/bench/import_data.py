#!/usr/bin/env python3
"""Writes a CSV file of price bars: symbol, timestamp, open, high, low, close, volume.

The same arguments give the same bytes. Prices walk in steps of 0.0001, so that every value has four decimals.

usage: import_data.py [--rows N] [--symbols N] [--order series|time|shuffled] [--irregular] [--seed N] >FILE
  --rows       bars in all (5000000)
  --symbols    series of bars, of equal length (50)
  --order      series: one symbol after the other, each in order of time (default);
               time: all symbols of a minute beside each other; shuffled: no order at all
  --irregular  a tenth of the minutes is left out, and seconds differ
"""
import argparse
import sys
from datetime import datetime, timedelta
from random import Random


def bars(symbol, n, irregular, seed):
    """The lines of one symbol."""
    random = Random(f"{seed}/{symbol}")
    price = random.randrange(200_000, 5_000_000)
    minute = timedelta(minutes=1)
    time = datetime(2020, 1, 1)
    bits = random.getrandbits
    while n > 0:
        noise = bits(96)
        start = price
        a, b = noise & 255, noise >> 8 & 255
        price += (noise >> 16 & 511) - 255
        if price < 1000:
            price = 1000
        high, low = max(start, price) + a, min(start, price) - b
        if irregular:
            second = noise >> 25 & 63
            time += minute if (noise >> 31 & 15) else 2 * minute
            stamp = (time + timedelta(seconds=min(second, 59))).isoformat()
        else:
            stamp = time.isoformat()
            time += minute
        yield (f"{symbol},{stamp},{start // 10000}.{start % 10000:04d},{high // 10000}.{high % 10000:04d},"
               f"{low // 10000}.{low % 10000:04d},{price // 10000}.{price % 10000:04d},{noise >> 40 & 131071}\n")
        n -= 1


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--symbols", type=int, default=50)
    parser.add_argument("--order", choices=["series", "time", "shuffled"], default="series")
    parser.add_argument("--irregular", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    length = max(1, args.rows // args.symbols)
    series = [bars(f"SYM{i:03d}", length, args.irregular, args.seed) for i in range(args.symbols)]
    out = sys.stdout
    out.write("symbol,timestamp,open,high,low,close,volume\n")
    if args.order == "series":
        for lines in series:
            out.writelines(lines)
    elif args.order == "time":
        for beside in zip(*series):
            out.writelines(beside)
    else:
        lines = [line for s in series for line in s]
        Random(args.seed).shuffle(lines)
        out.writelines(lines)


main()
