#!/bin/sh
# ETTh1, all 7 channels, from the file to the scores of the long-horizon papers: trained on rows 1 to 8640, stopped by the
# 2880 rows behind them, tested on the 2880 behind those at every origin; values standardised by the first 8640 rows.
#     tests/bench/etth1.sh ETTh1.csv [HORIZON …] (default 96 192 336 720)        (https://github.com/zhouhaoyi/ETDataset)
#     PRECISION=bf16 tests/bench/etth1.sh …    products in bf16: .3776 / .3907 at horizon 96 (seeds 2, 3: .3759, .3770; fp32 .3769, .3786)
#
# One network for the 7 series. It is fitted once, at the first origin: validation=0.25 of the 11,520 rows before it are the
# 2880 that decide which epoch is kept. weight=scale and loss=mse make the error that of the standardised values.
#
# MSE / MAE over all windows, seed 1, mean over the channels, and CPU seconds of the whole on one Zen 4 core (43 MB at most):
#                                96               192              336              720
#     LOOKBACK=96                .3763 / .3898    .4286 / .4206    .4699 / .4409    .4783 / .4657    16 to 41 s
#     its start, ridge alone     .3839 / .3920    .4355 / .4217    .4790 / .4444    .4802 / .4688
#     LOOKBACK=336               .3750 / .3954    .4094 / .4151    .4323 / .4303    .4496 / .4613    26 to 51 s
#     ridge at 336, elsewhere    .370             .403             .426             .422
# So at 96 the network adds .002 to .009 to ridge, and at 336 it takes .005 to .028 from what ridge alone has elsewhere. With
# SegRNN (.368, .408, .444, .446 at look-back 96) it does not compete.
#
# The options were chosen for look-back 96 by the validation loss of single networks, mostly at horizon 96 (ridge alone .939,
# in the loss's own unit): hidden 64 .895 to .899, hidden 128 .896, hidden 32 with segment=8 .917, segment=48 .901,
# arcsinh .909, embedding and calendar .898, dropout_layer=0.3 .901, rate=0.0003 with dropout_input=0.3 .917,
# decoder=segment .896 and without the skip .934. They differ by no more than seeds do, so the plainest was taken, with the
# median of three. Horizon 720 is the exception: there the validation loss prefers ridge alone, 1.908 against 1.910.
#
# After the test values had been seen, a second search walked forward over the validation part (fits on rows 1 to 8640 without
# early stopping) and found calendar=cyclic, dropout_input=0.1, 1000 steps best there at horizons 96 and 192. On the test
# values that is .3812 and .4402, worse: the validation part does not tell which of such networks is better. It was not taken.
set -e
cd "$(dirname "$0")/../.."
FILE=${1:-data/etth1.csv}
[ -f "$FILE" ] || { echo "$0: skipped, there is no $FILE" >&2; exit 0; }
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- 96 192 336 720
ALMANAC=${ALMANAC:-build/almanac}
LOOKBACK=${LOOKBACK:-96}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
export ALMANAC_DB="$DIR/ett.db"
tr -d '\r' <"$FILE" | awk -F, -v OFS=, '
    NR == 1 { print; next }
    NR > 14401 { exit }
    { time[NR] = $1; for (k = 2; k <= NF; k++) value[NR, k] = $k; columns = NF }
    NR <= 8641 { for (k = 2; k <= NF; k++) sum[k] += $k }
    END {
        for (k = 2; k <= columns; k++) {
            mean[k] = sum[k] / 8640
            for (i = 2; i <= 8641; i++) squares[k] += (value[i, k] - mean[k]) ^ 2
        }
        for (i = 2; i <= 14401; i++) {
            line = time[i]
            for (k = 2; k <= columns; k++) line = line OFS sprintf("%.12g", (value[i, k] - mean[k]) / sqrt(squares[k] / 8640))
            print line
        }
    }' >"$DIR/etth1.csv"
"$ALMANAC" -q import "$DIR/etth1.csv" >/dev/null
for HORIZON; do
    "$ALMANAC" -q backtest --series 'etth1.*' --horizon "$HORIZON" --first-origin '2017-10-23 23:00:00' --step 1 \
        --refit once --no-intervals --name "horizon $HORIZON" --model lstm:hidden=64,lookback="$LOOKBACK",segment=24,\
skip=ridge,loss=mse,weight=scale,validation=0.25,batch=256,rate=0.001,epochs=20,steps=50,patience=8,seeds=3"${PRECISION:+,precision=$PRECISION}" >/dev/null
    "$ALMANAC" query "
        SELECT forecaster, max(step) AS horizon, count(DISTINCT fold) AS windows,
               round(avg(error * error), 4) AS mse, round(avg(abs(error)), 4) AS mae
        FROM v_forecast WHERE run = (SELECT max(run) FROM v_run) GROUP BY forecaster"
done
"$ALMANAC" query "SELECT name, cpu_seconds, peak_rss FROM v_run"
