#!/bin/sh
# Our training step against PyTorch's: tests/bench/lstm/compare.py. Needs torch 2.13 for python3 (or $PYTHON).
# The whole grid takes some minutes; --hidden 64 alone takes less.
#     tests/bench/lstm.sh [--rounds N] [--hidden 32,64] [--quick] [--inference] [--precision bf16] [--threads 2 --scaling]
set -e
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
BUILD=${BUILD:-build}
case "$*" in *--scaling*) need=math ;; *) need=torch ;; esac
"$PYTHON" -c "import $need" 2>/dev/null || { echo "$0: skipped, there is no torch (pip install torch==2.13.0)" >&2; exit 0; }
ninja -C "$BUILD" tests/bench/lstm_step.so >/dev/null
exec "$PYTHON" tests/bench/lstm/compare.py "$BUILD/tests/bench/lstm_step.so" "$@"
