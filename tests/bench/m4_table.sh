#!/bin/sh
# M4 hourly (414 series, horizon 48): every forecaster and combinations of them, by the official scores.
#     tests/bench/m4_table.sh [FOLDER with Hourly-train.csv and Hourly-test.csv]   (https://github.com/Mcompetitions/M4-methods)
#     VALIDATE=1 tests/bench/m4_table.sh …    the same on the last 48 training values, trained on what lies before them
#
# The members and inverse-error with power=2 were chosen on the last 48 training values (VALIDATE=1), where it was best of
# thirteen combinations: OWA .444, stack .454, hedge .454, best .465, the lstm alone .479, median .516, average .626 (before
# ridge's sums were in double and with the ets of by=likelihood). Two sets of members without the lstm had been tried on the
# test values before (.499). On the test values, once, 431 CPU seconds on one Zen 4 core that others used, too, 140 MB:
#                            sMAPE    MASE     OWA  coverage of 95 %   MSIS
#     inverse-error         11.508    .761   .4718              .966   6.08   (taken)
#     hedge                 11.721    .761   .4778              .959   6.16
#     lstm                  11.282    .829   .4800              .947   6.81
#     median                11.092    .865   .4822              .978   6.57
#     stack                 12.047    .777   .4899              .950   6.61
#     best                  12.751    .814   .5167              .918   7.13
#     ets                   12.622    .939   .5394              .917   7.31
#     holt-winters          13.996    .940   .5770              .907   8.21
#     arima                 14.258    .938   .5836              .949   7.40
#     mstl                  13.857   1.127   .6122              .951          (its trend by ets:by=likelihood, as now)
#     seasonal-naive        13.912   1.193   .6275              .960   9.05
#     ridge                 16.225    .930   .6354              .954   7.30
#     ar                    15.397   1.175   .6640              .934   8.21
#     naive2                18.383   2.395  1.0000              .941  21.16
#     theta, dotm           18.133   2.453  1.0054, .9900       .936  19.4
# So the combination that is best on the training part is best on the test part, too, with .472 where .444 was expected. The
# best ever published is .410, ES-RNN's .440; the median of four statistical models .553.
set -e
cd "$(dirname "$0")/../.."
DATA=${1:-${M4:-data/m4}}
[ -f "$DATA/Hourly-train.csv" ] || { echo "$0: skipped, there is no $DATA/Hourly-train.csv" >&2; exit 0; }
ALMANAC=${ALMANAC:-build/almanac}
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
export ALMANAC_DB="$DIR/m4.db"
SMAPE=18.383
MASE=2.395
"$ALMANAC" import "$DATA/Hourly-train.csv" --layout rows --index >/dev/null
if [ -n "$VALIDATE" ]; then
    SMAPE=19.225
    MASE=2.455
else
    "$ALMANAC" import "$DATA/Hourly-test.csv" --layout rows --index --append >/dev/null
fi
LSTM=hidden=128,lookback=336,segment=24,residual=season,scale=season,skip=ridge,weight=owa,validation=0,patience=0,batch=256,\
epochs=20,rate=0.001,warmup=200,seeds=3,precision=bf16
OF="of=(lstm=lstm:$LSTM)+(mstl=mstl:seasons=24+168)+arima+seasonal-naive+ets+theta"
"$ALMANAC" backtest --series '*' --horizon 48 --folds 1 --season 24 --levels 95 --name table \
    --model naive --model seasonal-naive --model naive2 --model drift --model window-average --model seasonal-window-average \
    --model historic-quantiles --model ses --model holt-winters --model ets --model theta --model "dotm=theta:kind=dotm" \
    --model ar --model arima --model "mstl=mstl:seasons=24+168" --model "ridge=ridge:lookback=336" --model "lstm=lstm:$LSTM" \
    --model "average=average:$OF" --model "median=median:$OF" --model "stack=stack:$OF" --model "best=best:$OF" \
    --model "hedge=hedge:$OF" --model "inverse-error=inverse-error:$OF,power=2" >/dev/null
"$ALMANAC" query "
    SELECT s.forecaster, round(s.smape, 3) AS smape, round(s.mase, 3) AS mase,
           round((s.smape / $SMAPE + s.mase / $MASE) / 2, 4) AS owa, round(c.covered, 3) AS coverage_95,
           round(c.msis, 3) AS msis_95, round(l.fit_seconds, 2) AS fit_seconds
    FROM (SELECT forecaster, avg(smape) AS smape, avg(mase) AS mase
          FROM (SELECT f.forecaster, f.series, avg(abs(f.error)) / t.mase_scale AS mase,
                       avg(CASE WHEN f.error = 0 THEN 0
                                ELSE 200 * abs(f.error) / (abs(f.actual) + abs(f.forecast)) END) AS smape
                FROM v_forecast AS f JOIN v_task AS t USING (run, forecaster, series, fold)
                GROUP BY f.forecaster, f.series)
          GROUP BY forecaster) AS s
    JOIN v_leaderboard AS l USING (forecaster)
    LEFT JOIN (SELECT forecaster, avg(covered) AS covered, avg(score) AS msis
               FROM (SELECT forecaster, series, avg(actual BETWEEN low AND high) AS covered,
                            avg(high - low + 40 * max(low - actual, 0) + 40 * max(actual - high, 0)) / mase_scale AS score
                     FROM (SELECT f.forecaster, f.series, f.actual, t.mase_scale,
                                  max(CASE WHEN q.level < 0.5 THEN q.value END) AS low,
                                  max(CASE WHEN q.level > 0.5 THEN q.value END) AS high
                           FROM v_forecast AS f JOIN v_task AS t USING (run, forecaster, series, fold)
                           JOIN v_quantile AS q USING (run, forecaster, series, origin_time, step)
                           GROUP BY f.forecaster, f.series, f.step)
                     GROUP BY forecaster, series)
               GROUP BY forecaster) AS c USING (forecaster)
    ORDER BY owa"
"$ALMANAC" query "SELECT name, cpu_seconds, peak_rss FROM v_run"
