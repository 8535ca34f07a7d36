-- Tasks and what they found; metrics and verdicts of a run.

-- name: task_insert
INSERT INTO task(run_id, task_no, forecaster_no, fold, fit_seconds, committed)
VALUES(:run, :task_no, :forecaster_no, :fold, :fit_seconds, :now) RETURNING task_id;

-- name: task_series_insert
INSERT INTO task_series(task_id, series_no, origin, status, reason, fallback, train_first, train_last, n_train, filled,
  fit_seconds, mase_scale, rmsse_scale, n_scored, mae, last_value, variance_of, purged)
VALUES(:task, :series_no, :origin, :status, :reason, :fallback, :train_first, :train_last, :n_train, :filled,
  :fit_seconds, :mase_scale, :rmsse_scale, :n_scored, :mae, :last, :variance_of, :purged);

-- name: forecast_insert
INSERT INTO forecast(task_id, series_no, step, ts, forecast, actual, variance) VALUES(?, ?, ?, ?, ?, ?, ?);

-- name: quantile_insert
INSERT INTO quantile(task_id, series_no, step, level, value) VALUES(?, ?, ?, ?, ?);

-- name: class_insert
INSERT INTO class(task_id, series_no, class_no, name, lower, upper) VALUES(:task, :series_no, :class_no, :name, :lower, :upper);

-- name: probability_insert
INSERT INTO probability(task_id, series_no, step, class_no, probability) VALUES(?, ?, ?, ?, ?);

-- name: epoch_insert
INSERT INTO epoch(task_id, epoch_no, epoch, train_loss, validation_loss, learning_rate, gradient_norm, seconds)
VALUES(:task, :epoch_no, :epoch, :train_loss, :validation_loss, :learning_rate, :gradient_norm, :seconds);

-- name: score_step_add
INSERT INTO score_step(run_id, forecaster_no, step, n, error, absolute, squared, n_scaled, scaled, n_class, log_loss, hits)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n, error = error + excluded.error, absolute = absolute + excluded.absolute,
  squared = squared + excluded.squared, n_scaled = n_scaled + excluded.n_scaled, scaled = scaled + excluded.scaled,
  n_class = n_class + excluded.n_class, log_loss = log_loss + excluded.log_loss, hits = hits + excluded.hits;

-- name: score_step_clear
DELETE FROM score_step WHERE run_id = :run;

-- name: score_series_add
INSERT INTO score_series(run_id, forecaster_no, series_no, n, error, absolute, squared, n_scaled, scaled, n_class, log_loss, hits)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n, error = error + excluded.error, absolute = absolute + excluded.absolute,
  squared = squared + excluded.squared, n_scaled = n_scaled + excluded.n_scaled, scaled = scaled + excluded.scaled,
  n_class = n_class + excluded.n_class, log_loss = log_loss + excluded.log_loss, hits = hits + excluded.hits;

-- name: score_series_clear
DELETE FROM score_series WHERE run_id = :run;

-- name: score_origin_add
INSERT INTO score_origin(run_id, forecaster_no, fold, n, error, absolute, squared, n_scaled, scaled, n_class, log_loss, hits)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n, error = error + excluded.error, absolute = absolute + excluded.absolute,
  squared = squared + excluded.squared, n_scaled = n_scaled + excluded.n_scaled, scaled = scaled + excluded.scaled,
  n_class = n_class + excluded.n_class, log_loss = log_loss + excluded.log_loss, hits = hits + excluded.hits;

-- name: score_origin_clear
DELETE FROM score_origin WHERE run_id = :run;

-- name: task_done
SELECT task_no FROM task WHERE run_id = :run ORDER BY task_no;

-- name: task_list
SELECT task_id, task_no, forecaster_no, fold FROM task WHERE run_id = :run ORDER BY task_no;

-- name: task_series_list
SELECT series_no, origin, status, reason, train_first, train_last, n_train, filled, fit_seconds, mase_scale, rmsse_scale,
  last_value, variance_of
FROM task_series WHERE task_id = :task ORDER BY series_no;

-- name: forecast_list
SELECT series_no, step, ts, forecast, actual, variance FROM forecast WHERE task_id = :task ORDER BY series_no, step;

-- name: quantile_list
SELECT series_no, step, level, value FROM quantile WHERE task_id = :task ORDER BY series_no, step, level;

-- name: class_list
SELECT series_no, class_no, upper FROM class WHERE task_id = :task ORDER BY series_no, class_no;

-- name: probability_list
SELECT series_no, step, class_no, probability FROM probability WHERE task_id = :task
ORDER BY series_no, step, class_no;

-- name: run_horizon
SELECT max(f.step) FROM task AS t JOIN forecast AS f ON f.task_id = t.task_id WHERE t.run_id = :run;

-- name: run_levels
SELECT DISTINCT q.level FROM task AS t JOIN quantile AS q ON q.task_id = t.task_id WHERE t.run_id = :run ORDER BY 1;

-- name: score_fill
-- Actuals that have come since, for forecasts beyond the data of their time.
UPDATE forecast SET actual = x.value
FROM (
  SELECT f.task_id, f.series_no, f.step,
    CASE s.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END AS value
  FROM task AS t
  JOIN run_series AS r ON r.run_id = t.run_id
  JOIN series AS s ON s.series_id = r.series_id
  JOIN forecast AS f ON f.task_id = t.task_id AND f.series_no = r.series_no AND f.actual IS NULL
  JOIN observation AS o ON o.frame_id = s.frame_id AND o.ts = f.ts
  WHERE t.run_id = :run
) AS x
WHERE forecast.task_id = x.task_id AND forecast.series_no = x.series_no AND forecast.step = x.step AND x.value IS NOT NULL;

-- name: score_task_series
-- The errors at each origin, after actuals came.
UPDATE task_series SET
  n_scored = (SELECT count(*) FROM forecast AS f
              WHERE f.task_id = task_series.task_id AND f.series_no = task_series.series_no AND f.actual IS NOT NULL),
  mae = (SELECT avg(abs(f.actual - f.forecast)) FROM forecast AS f
         WHERE f.task_id = task_series.task_id AND f.series_no = task_series.series_no)
WHERE task_id IN (SELECT task_id FROM task WHERE run_id = :run);

-- name: score_runs
-- Runs with forecasts whose actual is not known.
SELECT r.run_id FROM run AS r
WHERE r.kind = 'forecast' AND r.status = 'done'
  AND EXISTS (SELECT 1 FROM task AS t JOIN forecast AS f ON f.task_id = t.task_id WHERE t.run_id = r.run_id AND f.actual IS NULL)
ORDER BY r.run_id;

-- name: metric_clear
DELETE FROM metric WHERE run_id = :run;

-- name: metric_definition_clear
DELETE FROM metric_definition WHERE run_id = :run;

-- name: leaderboard_clear
DELETE FROM leaderboard WHERE run_id = :run;

-- name: significance_clear
DELETE FROM significance WHERE run_id = :run;

-- name: significance_insert
INSERT INTO significance(run_id, test, forecaster_no, other_no, step, statistic, p, p_better, p_holm, estimate, low, high, n)
VALUES(:run, :test, :forecaster_no, :other_no, :step, :statistic, :p, :p_better, :p_holm, :estimate, :low, :high, :n);

-- name: metric_definition_insert
INSERT INTO metric_definition(run_id, metric, definition, unit) VALUES(:run, :metric, :definition, :unit);

-- name: metric_insert
INSERT INTO metric(run_id, forecaster_no, series_no, step, metric, value, n)
VALUES(:run, :forecaster_no, :series_no, :step, :metric, :value, :n);

-- name: leaderboard_insert
INSERT INTO leaderboard(run_id, forecaster_no, rank, mae, rmse, smape, mase, rmsse, coverage_80, coverage_95, crps, skill,
  p_naive, p_two_sided, test, n_origins, n_series, n_rows, n_failed, fit_seconds, verdict, log_loss, brier, accuracy,
  balanced_accuracy)
VALUES(:run, :forecaster_no, :rank, :mae, :rmse, :smape, :mase, :rmsse, :coverage_80, :coverage_95, :crps, :skill,
  :p_naive, :p_two_sided, :test, :n_origins, :n_series, :n_rows, :n_failed, :fit_seconds, :verdict, :log_loss, :brier, :accuracy,
  :balanced_accuracy);

-- name: check_clear
DELETE FROM check_result WHERE run_id = :run;

-- name: check_insert
INSERT OR REPLACE INTO check_result(run_id, forecaster_no, check_name, verdict, statistic, threshold, evidence)
VALUES(:run, :forecaster_no, :check, :verdict, :statistic, :threshold, :evidence);

-- What has been tried on the series of a run, up to it.
-- name: check_tried
SELECT DISTINCT f.spec
FROM run_series AS s
JOIN run_series AS o ON o.series_id = s.series_id AND o.run_id <= s.run_id
JOIN run AS r ON r.run_id = o.run_id AND r.kind = 'backtest'
JOIN run_forecaster AS f ON f.run_id = r.run_id
WHERE s.run_id = :run
ORDER BY f.spec;

-- Folds of a run, and the configurations that were tried on its series until then: naive aside, trials of searches too.
-- name: money_facts
SELECT (SELECT max(fold) + 1 FROM task WHERE run_id = :run) AS folds,
  (SELECT count(*) FROM (
    SELECT f.spec
    FROM run_series AS s
    JOIN run_series AS o ON o.series_id = s.series_id AND o.run_id <= s.run_id
    JOIN run AS r ON r.run_id = o.run_id AND r.kind = 'backtest'
    JOIN run_forecaster AS f ON f.run_id = r.run_id
    WHERE s.run_id = :run AND f.spec NOT GLOB 'naive*'
    UNION
    SELECT t.spec
    FROM run_series AS s
    JOIN run_series AS o ON o.series_id = s.series_id AND o.run_id <= s.run_id
    JOIN trial AS t ON t.run_id = o.run_id
    WHERE s.run_id = :run)) AS tried;

-- The errors of the same forecasters in earlier runs that differ in the seed and in what else was run, one a seed.
-- name: check_seeds
SELECT a.forecaster_no, l.mae
FROM run AS r
JOIN run_forecaster AS a ON a.run_id = r.run_id
JOIN run AS o ON o.data_digest = r.data_digest AND o.run_id < r.run_id AND o.seed <> r.seed AND o.kind = 'backtest'
  AND json_remove(o.spec, '$.models') = json_remove(r.spec, '$.models')
JOIN run_forecaster AS b ON b.run_id = o.run_id AND b.spec = a.spec
JOIN leaderboard AS l ON l.run_id = o.run_id AND l.forecaster_no = b.forecaster_no AND l.n_failed = 0
WHERE r.run_id = :run AND l.mae IS NOT NULL
GROUP BY a.forecaster_no, o.seed
ORDER BY a.forecaster_no, o.seed;
