#!/bin/sh
# How polluted CSV files are read: tests/bench/pollock/README.md.
#     tests/bench/pollock.sh [--sample N] [--worst N]
set -e
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
exec python3 tests/bench/pollock/pollock.py "$BUILD/almanac" "$@"
