-- The queries that people may call by name. A parameter that is not given is NULL and means: all, or the latest run.
-- :run is a number or a name, :series a GLOB pattern.

-- name: series
-- help: every series with its calendar and extent
SELECT * FROM v_series WHERE :series IS NULL OR series GLOB :series OR series = :series ORDER BY series;

-- name: observations
-- help: the values of a series from one ts to another
SELECT series, ts, time, value FROM v_observation
WHERE series = :series AND ts >= coalesce(:first, -9223372036854775808) AND ts <= coalesce(:last, 9223372036854775807)
ORDER BY ts;

-- name: bars
-- help: open, high, low, close and volume side by side
SELECT * FROM v_bar WHERE series = :series ORDER BY ts;

-- name: imports
-- help: every imported file
SELECT * FROM v_import ORDER BY import;

-- name: rejects
-- help: what imports did not store, and why
SELECT * FROM v_reject WHERE :import IS NULL OR import = :import ORDER BY import, line, "column";

-- name: runs
-- help: every run
SELECT run, name, kind, status, forecasters, series, tasks, seed, started, finished, cpu_seconds, peak_rss, message
FROM v_run ORDER BY run;

-- name: run
-- help: all about one run
SELECT * FROM v_run WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL);

-- name: run_forecasters
-- help: the forecasters of a run, with all their options
SELECT run_id AS run, label AS forecaster, spec, options FROM run_forecaster WHERE run_id = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) ORDER BY forecaster_no;

-- name: run_series
-- help: the series of a run
SELECT run_id AS run, name AS series, frequency, season_length FROM run_series WHERE run_id = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) ORDER BY series_no;

-- name: leaderboard
-- help: the forecasters of a run, best first, with skill and significance against naive
SELECT * FROM v_leaderboard WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'backtest') ORDER BY run, rank;

-- name: significance
-- help: tests between the forecasters of a run
SELECT * FROM v_significance WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'backtest')
ORDER BY run, step IS NOT NULL, test, step, forecaster, other;

-- name: tests
-- help: the same over all steps, without the variant dm-bartlett; directions and regressions of the first step
SELECT * FROM v_significance WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'backtest') AND test <> 'dm-bartlett'
  AND (step IS NULL OR step = 1 AND (test = 'pesaran-timmermann' OR test LIKE 'mincer-zarnowitz%'))
ORDER BY run, step, test, forecaster, other;

-- name: tests_by_step
-- help: the same of each step
SELECT * FROM v_significance WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'backtest') AND test <> 'dm-bartlett'
  AND step IS NOT NULL
ORDER BY run, test, forecaster, other, step;

-- name: metrics
-- help: the metrics of a run over all series and steps
SELECT run, forecaster, metric, value, n, unit, definition FROM v_metric
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND series IS NULL AND step IS NULL AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY metric, value;

-- name: error_by_step
-- help: one metric (default mae) of each forecaster by step
SELECT run, forecaster, step, metric, value, n FROM v_metric
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND series IS NULL AND step IS NOT NULL AND metric = coalesce(:metric, 'mae')
ORDER BY forecaster, step;

-- name: error_by_series
-- help: one metric (default mase) of each forecaster by series
SELECT run, forecaster, series, metric, value, n FROM v_metric
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND series IS NOT NULL AND step IS NULL AND metric = coalesce(:metric, 'mase')
  AND (:series IS NULL OR series GLOB :series OR series = :series)
ORDER BY series, value;

-- name: scores
-- help: the forecasters of a run over what is committed of it, while it goes on too, best first
SELECT * FROM v_score WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) ORDER BY mase IS NULL, mase, log_loss;

-- name: latest
-- help: the latest forecasts of each series
SELECT run, forecaster, series, origin_time, step, time, forecast, actual, error, ts FROM v_latest
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY series, forecaster, step;

-- name: forecasts
-- help: every forecast of a run beside its actual
SELECT run, forecaster, series, origin_time, step, time, forecast, actual, error, ts FROM v_forecast
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY series, forecaster, fold, step;

-- name: quantiles
-- help: every quantile forecast of a run
SELECT run, forecaster, series, origin_time, step, time, level, value, covered, ts FROM v_quantile
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY series, forecaster, fold, step, level;

-- name: variances
-- help: every forecast variance of a run beside the squared move that came
SELECT run, forecaster, series, origin_time, step, time, variance_of, variance, realised, qlike, ts FROM v_variance
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY series, forecaster, fold, step;

-- name: probabilities
-- help: every probability of a class of a run
SELECT run, forecaster, series, origin_time, step, time, class, probability, occurred, ts FROM v_probability
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY series, forecaster, fold, step, class_no;

-- name: likely_classes
-- help: the most probable class of every step of a run
SELECT series, origin_time, step, time, class, max(probability) AS probability, forecaster, run FROM v_probability
WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster)
GROUP BY series, forecaster, fold, step ORDER BY series, forecaster, fold, step;

-- name: tasks
-- help: what became of every series at every origin
SELECT * FROM v_task WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:series IS NULL OR series GLOB :series OR series = :series) AND (:forecaster IS NULL OR forecaster = :forecaster) ORDER BY fold, forecaster, series;

-- name: failures
-- help: series and origins without a forecast, and why
SELECT run, forecaster, series, origin_time, status, reason FROM v_task WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND status <> 'OK'
ORDER BY fold, forecaster, series;

-- name: epochs
-- help: every epoch of every training of a run
SELECT * FROM v_epoch WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL) AND (:forecaster IS NULL OR forecaster = :forecaster)
ORDER BY fold, forecaster, position;

-- name: checks
-- help: what would make a run's result untrustworthy, the worst first
SELECT * FROM v_check WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'backtest')
ORDER BY instr('fail warn skip pass', verdict), "check", forecaster;

-- name: models
-- help: the models that are kept
SELECT * FROM v_model ORDER BY model;

-- name: model
-- help: all about one model
SELECT * FROM v_model WHERE model = :model;

-- name: trials
-- help: what tune tried, best first: those with the full budget before the others
SELECT * FROM v_trial WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'tune') ORDER BY rung DESC, loss IS NULL, loss, trial;

-- name: best_trials
-- help: the ten best trials of a tune run
SELECT * FROM v_trial WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'tune') AND status = 'OK' ORDER BY rung DESC, loss, trial LIMIT 10;

-- name: sensitivity
-- help: how each option that tune searched went together with the loss
SELECT * FROM v_sensitivity WHERE run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'tune') ORDER BY share IS NULL, share DESC, "option";

-- name: trials_by_option
-- help: loss, time per epoch and overfitting by the values of one option (default lookback); many values in four groups
WITH tried AS (
  SELECT o.value, o.number, t.loss, t.naive_loss, t.seconds_per_epoch, t.train_loss, t.validation_loss, t.gap
  FROM v_trial AS t JOIN v_trial_option AS o USING (run, trial)
  WHERE t.run = (
    SELECT run_id FROM run WHERE run_id = :run OR name = :run
    UNION ALL SELECT max(run_id) FROM run WHERE :run IS NULL AND kind = 'tune')
    AND t.rung = 0 AND t.status = 'OK' AND o."option" = coalesce(:option, 'lookback')),
many AS (SELECT count(DISTINCT value) > 6 AND count(number) = count(*) AS yes FROM tried),
grouped AS (
  SELECT CASE WHEN (SELECT yes FROM many) THEN ntile(4) OVER (ORDER BY number) ELSE value END AS part, * FROM tried)
SELECT coalesce(:option, 'lookback') AS "option",
  CASE WHEN min(number) < max(number) THEN printf('%.6g .. %.6g', min(number), max(number)) ELSE min(value) END AS "values",
  count(*) AS trials, min(loss) AS best_loss, avg(loss) AS mean_loss, avg(seconds_per_epoch) AS seconds_per_epoch,
  avg(train_loss) AS train_loss, avg(validation_loss) AS validation_loss, avg(gap) AS gap
FROM grouped GROUP BY part ORDER BY min(number), min(value);

-- name: schema
-- help: the views of the database, their columns, units and meaning
SELECT "view", "column", unit, meaning FROM v_doc WHERE :view IS NULL OR "view" = :view;
