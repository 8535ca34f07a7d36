#!/bin/sh
# CPU time and memory of M4 hourly from the file to 414 forecasts, ours beside a PyTorch script and neuralforecast's LSTM:
# look-back 168, horizon 48, hidden 64, 500 steps of 128 windows, one thread each.
#     tests/bench/lstm/end_to_end.sh FOLDER        needs GNU time; torch 2.13 for python3 (or $PYTHON) and neuralforecast
#                                                  for the same (or $PYTHON_NEURALFORECAST); who is not there is left out
#
# Measured on a Zen 4 machine shared with other work, three rounds taken in turns, CPU seconds (wall tells nothing there), imports
# of both files .5 more: 12.2, 11.8, 11.7; PyTorch 2.13.0 as it comes 43.2, 42.7, 44.2: 3.6 times; neuralforecast 3.3.0 with the
# same PyTorch 70.4, 68.8, 74.2: 5.9 times. Memory 23, 420 and 815 MB, of the 23 9 are shared libraries.
set -e
cd "$(dirname "$0")/../../.."
DATA=${1:-data/m4}
PYTHON=${PYTHON:-python3}
PYTHON_NEURALFORECAST=${PYTHON_NEURALFORECAST:-$PYTHON}
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
    if "$PYTHON_NEURALFORECAST" -c 'import neuralforecast' 2>/dev/null; then
        # it leaves a folder of logs where it runs
        timed "neuralforecast, round $ROUND" env -C "$DIR" "$PYTHON_NEURALFORECAST" \
            "$PWD/tests/bench/lstm/end_to_end_neuralforecast.py" "$(realpath "$DATA")" 2>/dev/null
        cat "$DIR/out"
    fi
done
