#!/bin/sh
# CPU time and memory of M4 hourly from the file to 414 forecasts, ours beside PyTorch's: look-back 168, horizon 48,
# hidden 64, 500 steps of 128 windows, one thread each.
#     tests/bench/lstm/end_to_end.sh FOLDER        needs GNU time and torch 2.13 for python3 (or $PYTHON)
#
# Measured on one Zen 4 core that was not quite idle, CPU seconds of three rounds taken in turns: 11.1, 11.6, 11.5 (imports of
# both files .5 more) and 40.3, 40.5, 38.9 of PyTorch 2.13 as it comes: 3.5 times, 3.3 with the imports. Memory 33 and 432 MB.
set -e
cd "$(dirname "$0")/../../.."
DATA=${1:-data/m4}
PYTHON=${PYTHON:-python3}
ALMANAC=${ALMANAC:-build/almanac}
[ -f "$DATA/Hourly-train.csv" ] || { echo "$0: skipped, there is no $DATA/Hourly-train.csv" >&2; exit 0; }
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
export ALMANAC_DB="$DIR/m4.db"
timed() {
    what=$1
    shift
    env time -o "$DIR/time" -f "$what: %U + %S CPU s, %e s wall, %M kB" "$@" >"$DIR/out"
    cat "$DIR/time"
}
for ROUND in 1 2 3; do
    rm -f "$DIR"/m4.db*
    timed "import, train" "$ALMANAC" -q import "$DATA/Hourly-train.csv" --layout rows --index
    timed "import, test" "$ALMANAC" -q import "$DATA/Hourly-test.csv" --layout rows --index --append
    timed "almanac, round $ROUND" "$ALMANAC" -q backtest --series '*' --horizon 48 --season 24 --no-intervals --jobs 1 \
        --model lstm:lookback=168,hidden=64,batch=128,epochs=5,steps=100,validation=0,rate=0.002
    grep lstm "$DIR/out"
    if "$PYTHON" -c 'import torch' 2>/dev/null; then
        timed "PyTorch, round $ROUND" "$PYTHON" tests/bench/lstm/end_to_end.py "$DATA"
        cat "$DIR/out"
    fi
done
