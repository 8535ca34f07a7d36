#!/bin/sh
# Backtests at scale, and how long the views take on five million forecasts: scale.py and latency.py say what, and what was found.
set -e
cd "$(dirname "$0")/../.."
ALMANAC=${ALMANAC:-build/almanac}
python3 tests/bench/latency.py "$ALMANAC"
python3 tests/bench/scale.py "$ALMANAC"
