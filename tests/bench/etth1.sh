#!/bin/sh
# ETTh1, all 7 channels, from the file to the scores of the long-horizon papers: trained on rows 1 to 8640, stopped by the
# 2880 rows behind them, tested on the 2880 behind those at every origin; values standardised by the first 8640 rows.
#     tests/bench/etth1.sh ETTh1.csv [HORIZON …] (default 96 192 336 720)        (https://github.com/zhouhaoyi/ETDataset)
#     PRECISION=bf16 tests/bench/etth1.sh …    products in bf16
#     COMBINE=1 tests/bench/etth1.sh …         averages of ridge and lstm at look-back 336, and of both with lstm at 96
#     RECIPE=segrnn tests/bench/etth1.sh …     SegRNN with 512 units of an LSTM at look-back 96, in bf16
#
# One network for the 7 series. It is fitted once, at the first origin: validation=0.25 of the 11,520 rows before it are the
# 2880 that decide which epoch is kept. weight=scale and loss=mse make the error that of the standardised values.
#
# MSE / MAE over all windows, seed 1, mean over the channels, and CPU seconds of the whole on one Zen 4 core that others
# used, too (40 MB at most):
#                                96               192              336              720
#     LOOKBACK=96                .3769 / .3904    .4294 / .4219    .4695 / .4425    .4616 / .4556    20 to 47 s
#     RECIPE=segrnn              .3694 / .3897    .4156 / .4160    .4471 / .4325    .4490 / .4514    330 to 390 s, 373 MB at 720
#     its start, ridge alone     .3832 / .3915    .4340 / .4206    .4745 / .4409    .4616 / .4556    (rate=0,epochs=1,steps=1)
#     LOOKBACK=336               .3758 / .3957    .4032 / .4106    .4263 / .4246    .4225 / .4429    32 to 54 s
#     its start, ridge alone     .3701 / .3914    .4032 / .4106    .4263 / .4246    .4225 / .4429
#     ridge at 336, elsewhere    .370             .403             .426             .422
#     the forecaster ridge, 336  .3698 / .3912    .4029 / .4105    .4249 / .4249    .4208 / .4432    its penalty chosen by the
#                                2880 rows, and not learnt from them (CPU seconds above are without it)
#     averages (COMBINE=1) of the forecasters ridge at 336, lstm at 336 and lstm at 96, and of the first two:
#                                .3640 / .3865    .4018 / .4090    .4302 / .4251    .4266 / .4438    74 to 168 s for all
#                                .3695 / .3910    .4024 / .4102    .4253 / .4245    .4214 / .4429
#                                (equal weights, members and rule named before their test values were seen, once)
# At 336 the start is what ridge has elsewhere. It is a candidate of the early stopping: on the validation part no epoch is
# better at look-back 336 from horizon 192 on, nor at 96 for horizon 720. At 336 for horizon 96 one is, which the test part
# does not bear out: there the network takes .006 from ridge.
# RECIPE=segrnn has width, batches (256 windows of 7 channels), dropout and rate of the authors' script for look-back 96, with an
# LSTM for the GRU, segments of 48 for 24, MAE for MSE, a rate that falls from the first epoch on, and 10 epochs with patience 4
# for 30 with 10. All this stood before one of its test values was seen; each horizon was then run once, seed 1. Published, with
# the GRU: .368, .408, .444, .446.
#
# drift=0 is ridge in the form whose test values were known (windows less their last value, no intercept), and no choice of
# the validation part: at horizon 720 that prefers an intercept (1.557 against 1.561, ridge alone, look-back 96), which the
# test part does not: .480 against .462.
#
# The other options were chosen for look-back 96 by the validation loss of single networks at horizons 96 and 192, in the
# loss's own unit (ridge alone has .939 at 96), all with skip=ridge,drift=0:
#     hidden 64 .906, 1.289    dropout_head=0.3 .905, 1.293    hidden 128, dropout_head=0.5 .900, 1.288
#     hidden 64, projection=64, dropout_head=0.3 .901, 1.280 (taken, with the median of three)
#     hidden and projection 128, dropout_head=0.5 .899, 1.281, with decoder=segment .899 at 96
# As SegRNN itself, without the skip, on standardised values (decoder=segment,embedding=16,dropout_head=0.5,scale=shift, hidden
# and projection 256, 7 epochs over all windows) the validation error at 96 is .667 over every fifth window, that of ridge
# .698 over all; a SegRNN of 256 units with an LSTM cell in PyTorch has .663 over all, one with a decoder cell of its own
# .658.
# Chosen before these were there, by the validation loss at horizon 96: hidden 64 .895 to .899, hidden 128 .896, hidden 32 with
# segment=8 .917, segment=48 .901, arcsinh .909, embedding and calendar .898, rate=0.0003 with dropout_input=0.3 .917,
# decoder=segment .896 and without the skip .934. That recipe (hidden=64, with an intercept) has .3763, .4286, .4699 and .4783
# on the test values (seeds 2 and 3: .3769 and .3786 at 96; in bf16 .3776, .3759 and .3770): what the validation part tells
# apart at 96 and 192, the test part does not.
#
# After the test values had been seen, a search walked forward over the validation part (fits on rows 1 to 8640 without
# early stopping) and found calendar=cyclic, dropout_input=0.1, 1000 steps best there at horizons 96 and 192. On the test
# values that is .3812 and .4402, worse. It was not taken.
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
if [ "$RECIPE" = segrnn ]; then
    LSTM=lookback=96,segment=48,hidden=512,projection=512,decoder=segment,dropout_head=0.5,embedding=256,scale=shift,loss=mae,\
weight=scale,validation=0.25,batch=1792,steps=0,rate=0.001,clip=0,warmup=0,schedule=step,fall=0.8,fall_epochs=1,epochs=10,\
patience=4,precision=${PRECISION:-bf16}
else
    LSTM=hidden=64,projection=64,dropout_head=0.3,lookback=$LOOKBACK,segment=24,skip=ridge,drift=0,loss=mse,weight=scale,\
validation=0.25,batch=256,rate=0.001,epochs=20,steps=50,patience=8,seeds=3,precision=${PRECISION:-fp32}
fi
NETWORK=lstm:$LSTM
if [ -n "$COMBINE" ]; then
    RIDGE="ridge=ridge:lookback=336,scale=none,validation=0.25,retrain=0"
    LONG="long=lstm:$(echo "$LSTM" | sed 's/lookback=[0-9]*/lookback=336/')"
    NETWORK="average:of=($RIDGE)+($LONG)"
fi
for HORIZON; do
    "$ALMANAC" -q backtest --series 'etth1.*' --horizon "$HORIZON" --first-origin '2017-10-23 23:00:00' --step 1 \
        --refit once --no-intervals --name "horizon $HORIZON" \
        --model ridge:lookback="$LOOKBACK",scale=none,validation=0.25,retrain=0 --model "$NETWORK" \
        ${COMBINE:+--model "three=average:of=($RIDGE)+($LONG)+(short=lstm:$LSTM)"} >/dev/null
    "$ALMANAC" query "
        SELECT forecaster, max(step) AS horizon, count(DISTINCT fold) AS windows,
               round(avg(error * error), 4) AS mse, round(avg(abs(error)), 4) AS mae
        FROM v_forecast WHERE run = (SELECT max(run) FROM v_run) GROUP BY forecaster"
done
"$ALMANAC" query "SELECT name, cpu_seconds, peak_rss FROM v_run"
