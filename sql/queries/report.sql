-- What a report shows. src/report/facts.h says in which order the columns are read.

-- name: report_run
SELECT
  name, kind, status, message, seed, data_digest, version, kernel, started, finished, cpu_seconds, peak_rss, spec
FROM run
WHERE run_id = :run;

-- The stored options of a run, as a command line wants them: lists are one row per item.
-- name: report_option
SELECT o.key, CASE WHEN o.type IN ('array', 'object') THEN NULL ELSE o.atom END, i.atom
FROM run AS r, json_each(r.spec) AS o
LEFT JOIN json_each(CASE WHEN o.type = 'array' THEN o.value ELSE '[null]' END) AS i
WHERE r.run_id = :run AND o.type NOT IN ('object', 'null')
ORDER BY o.id, i.id;

-- name: report_series
SELECT
  x.series_no, x.name, x.frequency, x.season_length, s.kind, s.time_zone, s.unit, s.first_ts, s.last_ts, s.n, s.missing,
  s.frame_id, s.position
FROM run_series AS x
LEFT JOIN series AS s ON s.series_id = x.series_id
WHERE x.run_id = :run
ORDER BY x.series_no;

-- name: report_forecaster
SELECT
  f.forecaster_no, f.label, f.spec, l.rank, l.mae, l.rmse, l.smape, l.mase, l.rmsse, l.coverage_80, l.coverage_95,
  l.crps, l.skill, l.p_naive, l.p_two_sided, l.test, l.n_origins, l.fit_seconds, l.n_failed, l.verdict, l.log_loss, l.brier,
  l.accuracy, l.balanced_accuracy
FROM run_forecaster AS f
LEFT JOIN leaderboard AS l ON l.run_id = f.run_id AND l.forecaster_no = f.forecaster_no
WHERE f.run_id = :run
ORDER BY l.rank IS NULL, l.rank, f.forecaster_no;

-- name: report_definition
SELECT d.metric, d.definition
FROM metric_definition AS d
WHERE d.run_id = :run
ORDER BY coalesce(nullif(instr(' me mae rmse mape smape mase rmsse r2 crps pinball ', ' ' || d.metric || ' '), 0), 99),
  d.metric;

-- Over all series: one row per forecaster, step (0: all) and metric.
-- name: report_metric
SELECT forecaster_no, step, metric, value, n
FROM metric
WHERE run_id = :run AND series_no = -1
ORDER BY forecaster_no, step, metric;

-- name: report_metric_series
SELECT series_no, forecaster_no, metric, value, n
FROM metric
WHERE run_id = :run AND series_no >= 0 AND step = 0 AND metric IN ('mae', 'mase', 'log_loss')
ORDER BY series_no, forecaster_no, metric;

-- How often each class was the most probable one (the first of equals) when each occurred. Classes of several series
-- with one name are one; bins whose edges, and so names, move from origin to origin go by their number.
-- name: report_confusion
WITH
  known AS MATERIALIZED (
    SELECT forecaster, series, fold, step, class_no, class, lower, probability, occurred
    FROM v_probability
    WHERE run = :run AND occurred IS NOT NULL
  ),
  moving AS (
    SELECT count(*) > 0 AS yes
    FROM (SELECT 1 FROM known WHERE class_no > 0 AND lower <> class_no - 0.5 GROUP BY class_no HAVING min(class) <> max(class))
  ),
  named AS (
    SELECT
      forecaster, series, fold, step, class_no, probability, occurred,
      CASE WHEN moving.yes THEN 'bin ' || (class_no + 1) ELSE class END AS name
    FROM known, moving
  ),
  placed AS (
    SELECT *, row_number() OVER (PARTITION BY forecaster, series, fold, step ORDER BY probability DESC, class_no) AS place
    FROM named
  )
SELECT f.forecaster_no, o.name, min(o.class_no), p.name, min(p.class_no), count(*)
FROM placed AS p
JOIN named AS o USING(forecaster, series, fold, step)
JOIN run_forecaster AS f ON f.run_id = :run AND f.label = p.forecaster
WHERE p.place = 1 AND o.occurred
GROUP BY f.forecaster_no, o.name, p.name
ORDER BY f.forecaster_no, min(o.class_no), o.name, min(p.class_no), p.name;

-- Probabilities in tenths: their mean, and how often what they were given to occurred.
-- name: report_reliability
SELECT f.forecaster_no, avg(p.probability), avg(p.occurred), count(*)
FROM v_probability AS p
JOIN run_forecaster AS f ON f.run_id = p.run AND f.label = p.forecaster
WHERE p.run = :run AND p.occurred IS NOT NULL
GROUP BY f.forecaster_no, min(9, CAST(10 * p.probability AS INTEGER))
ORDER BY f.forecaster_no, avg(p.probability);

-- name: report_epoch
SELECT f.forecaster_no, e.fold, e.position, e.epoch, e.train_loss, e.validation_loss
FROM v_epoch AS e
JOIN run_forecaster AS f ON f.run_id = e.run AND f.label = e.forecaster
WHERE e.run = :run
ORDER BY f.forecaster_no, e.fold, e.position;

-- What went wrong, by forecaster and reason, with how often and the first series and origin it happened at.
-- name: report_failure
SELECT f.label, x.status, coalesce(x.reason, ''), count(*), min(s.name), s.frequency, x.origin
FROM task AS t
JOIN task_series AS x ON x.task_id = t.task_id
JOIN run_forecaster AS f ON f.run_id = t.run_id AND f.forecaster_no = t.forecaster_no
JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no
WHERE t.run_id = :run AND x.status <> 'OK' AND x.origin IS NOT NULL
GROUP BY f.forecaster_no, x.status, x.reason
ORDER BY f.forecaster_no, count(*) DESC;

-- Folds, origins and what was scored.
-- name: report_extent
SELECT
  count(DISTINCT t.fold), min(x.origin), max(x.origin), sum(x.n_scored), sum(x.filled), count(*),
  sum(x.status <> 'OK' AND x.origin IS NOT NULL),
  (SELECT max(f.step) FROM forecast AS f JOIN task AS u ON u.task_id = f.task_id WHERE u.run_id = :run AND u.fold =
    (SELECT max(fold) FROM task WHERE run_id = :run))
FROM task AS t
JOIN task_series AS x ON x.task_id = t.task_id
WHERE t.run_id = :run;

-- name: report_check
SELECT coalesce(f.label, ''), c.check_name, c.verdict, c.evidence, c.statistic, c.threshold
FROM check_result AS c
LEFT JOIN run_forecaster AS f ON f.run_id = c.run_id AND f.forecaster_no = c.forecaster_no
WHERE c.run_id = :run
ORDER BY instr('fail warn skip pass', c.verdict), c.check_name, c.forecaster_no;

-- The origins of one series, newest first.
-- name: report_origin
SELECT DISTINCT x.origin, t.fold
FROM task AS t
JOIN task_series AS x ON x.task_id = t.task_id
WHERE t.run_id = :run AND x.series_no = :series AND x.origin IS NOT NULL
ORDER BY x.origin DESC;

-- The forecasts of one series from the fold :fold on.
-- name: report_forecast
SELECT t.forecaster_no, t.fold, x.origin, f.step, f.ts, f.forecast, f.actual
FROM task AS t
JOIN task_series AS x ON x.task_id = t.task_id
JOIN forecast AS f ON f.task_id = x.task_id AND f.series_no = x.series_no
WHERE t.run_id = :run AND x.series_no = :series AND t.fold >= :fold
ORDER BY t.forecaster_no, t.fold, f.step;

-- The quantiles of one series and forecaster from the fold :fold on.
-- name: report_quantile
SELECT t.fold, q.step, q.level, q.value
FROM task AS t
JOIN quantile AS q ON q.task_id = t.task_id
WHERE t.run_id = :run AND q.series_no = :series AND t.forecaster_no = :forecaster AND t.fold >= :fold
ORDER BY t.fold, q.step, q.level;

-- The probabilities of one series and forecaster, the last bars first.
-- name: report_probability
SELECT p.ts, p.step, p.class, p.probability, p.occurred
FROM run_series AS x
JOIN run_forecaster AS f ON f.run_id = x.run_id AND f.forecaster_no = :forecaster
JOIN v_probability AS p ON p.run = x.run_id AND p.series = x.name AND p.forecaster = f.label
WHERE x.run_id = :run AND x.series_no = :series
ORDER BY p.ts DESC, p.step, p.fold, p.class_no;

-- All bars of one series; a missing one has no value.
-- name: report_observation
SELECT
  o.ts,
  CASE s.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3 WHEN 4 THEN o.v4 WHEN 5 THEN o.v5
    WHEN 6 THEN o.v6 ELSE o.v7 END
FROM run_series AS x
JOIN series AS s ON s.series_id = x.series_id
JOIN observation AS o ON o.frame_id = s.frame_id AND o.ts BETWEEN s.first_ts AND s.last_ts
WHERE x.run_id = :run AND x.series_no = :series
ORDER BY o.ts;

-- Trials of a search with a loss, the best first.
-- name: report_trial
SELECT
  t.trial, t.spec, t.loss, t.naive_loss, t.skill, t.budget, t.seconds, t.seconds_per_epoch, t.train_loss,
  t.validation_loss, t.gap, t.rung, o.number
FROM v_trial AS t
LEFT JOIN v_trial_option AS o ON o.run = t.run AND o.trial = t.trial AND o."option" = 'lookback'
WHERE t.run = :run AND t.status = 'OK'
ORDER BY t.rung DESC, t.loss, t.trial;

-- name: report_sensitivity
SELECT "option", share, rank_correlation, n, n_groups FROM v_sensitivity
WHERE run = :run
ORDER BY share IS NULL, share DESC, "option";
