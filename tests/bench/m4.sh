#!/bin/sh
# M4 hourly (414 series, horizon 48) from the files to the leaderboard, with a global lstm.
#     tests/bench/m4.sh [FOLDER with Hourly-train.csv and Hourly-test.csv]      (https://github.com/Mcompetitions/M4-methods)
#
# The spec was chosen on the last 48 values of the training file, with the network trained on what lies before them:
# MASE there, seed 1 (seasonal-naive 1.228), all with segment=24, scale=season, residual=season, cosine, rate=0.001:
#     hidden 64, lookback 336, 2000 x 256   mae .898   huber .899   labels=all .913   2 layers .898   lookback 504 .923
#     hidden 128, lookback 336              2000 x 256 .866   4000 x 256 .857   4000 x 128 .860   3000 x 128, 2 layers .868
#     hidden 128, 4000 x 128                lookback 240 .854 (seed 2 .845)   lookback 168 .855
#     hidden 192                            lookback 336, 3000 x 128 .852   lookback 240, 4000 x 128 .841
# rate=0.002 (hidden 128, lookback 336, 2000 x 256) .862; without residual=season 4.2. Taken: hidden 128, lookback 240,
# at half the time of hidden 192, which differs by no more than two seeds do. On the test values: MASE .846, sMAPE 13.32
# (seasonal-naive 1.193, 13.912, the official figures), 80 and 95 % intervals cover .822 and .952; 56 CPU seconds on one Zen 4
# core, half of it the inner fit that the intervals need; 54 MB.
set -e
cd "$(dirname "$0")/../.."
DATA=${1:-${M4:-data/m4}}
[ -f "$DATA/Hourly-train.csv" ] || { echo "$0: skipped, there is no $DATA/Hourly-train.csv" >&2; exit 0; }
ALMANAC=${ALMANAC:-build/almanac}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
export ALMANAC_DB="$DIR/m4.db"
"$ALMANAC" import "$DATA/Hourly-train.csv" --layout rows --index >/dev/null
"$ALMANAC" import "$DATA/Hourly-test.csv" --layout rows --index --append >/dev/null
"$ALMANAC" backtest --series '*' --horizon 48 --folds 1 --season 24 --name m4 \
    --model naive --model seasonal-naive \
    --model lstm:hidden=128,lookback=240,segment=24,scale=season,residual=season,validation=0,batch=128,epochs=40,rate=0.001,warmup=200
"$ALMANAC" compare m4
"$ALMANAC" query "SELECT name, cpu_seconds, peak_rss FROM v_run"
