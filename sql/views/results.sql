-- What runs found, row by row.
--
-- The views v_… are the public interface of the database: they keep their columns. A column is described as
-- `name [unit]: meaning`; v_doc is made from that. A time is written YYYY-MM-DDTHH:MM:SS[.ffffff]Z by floor division, so
-- that it is right before 1970 too; for a series without a clock (frequency index) it is the integer. Only built-in
-- functions are used.

-- Every forecast, with the actual once it is known.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   origin_time [UTC]: last time the forecaster could see
--   step [bars]: bars after the origin, from 1
--   time [UTC]: the time that is forecast
--   forecast [unit of the series]: the point forecast; NULL: classes are forecast, see v_probability
--   actual [unit of the series]: what happened; NULL: missing or not known yet
--   error [unit of the series]: actual - forecast
--   ts [µs]: time in microseconds since 1970-01-01T00:00:00Z, or the bar's number
--   fold: number of the origin in the run, from 0
CREATE VIEW v_forecast AS
SELECT
  t.run_id AS run, c.label AS forecaster, s.name AS series,
  CASE WHEN s.frequency = 'index' THEN x.origin ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.origin - (x.origin % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.origin % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.origin % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS origin_time,
  f.step,
  CASE WHEN s.frequency = 'index' THEN f.ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (f.ts - (f.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE f.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (f.ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS time,
  f.forecast, f.actual, f.actual - f.forecast AS error, f.ts, t.fold
FROM task AS t
JOIN run_forecaster AS c ON c.run_id = t.run_id AND c.forecaster_no = t.forecaster_no
JOIN task_series AS x ON x.task_id = t.task_id
JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no
JOIN forecast AS f ON f.task_id = t.task_id AND f.series_no = x.series_no;

-- The forecasts of v_forecast that begin at the latest origin of their forecaster.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   origin_time [UTC]: last time the forecaster could see
--   step [bars]: bars after the origin, from 1
--   time [UTC]: the time that is forecast
--   forecast [unit of the series]: the point forecast; NULL: classes are forecast, see v_probability
--   actual [unit of the series]: what happened; NULL: missing or not known yet
--   error [unit of the series]: actual - forecast
--   ts [µs]: time in microseconds since 1970-01-01T00:00:00Z, or the bar's number
--   fold: number of the origin in the run, from 0
CREATE VIEW v_latest AS
SELECT
  t.run_id AS run, c.label AS forecaster, s.name AS series,
  CASE WHEN s.frequency = 'index' THEN x.origin ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.origin - (x.origin % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.origin % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.origin % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS origin_time,
  f.step,
  CASE WHEN s.frequency = 'index' THEN f.ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (f.ts - (f.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE f.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (f.ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS time,
  f.forecast, f.actual, f.actual - f.forecast AS error, f.ts, t.fold
FROM run_forecaster AS c
JOIN task AS t ON t.run_id = c.run_id AND t.forecaster_no = c.forecaster_no
  AND t.fold = (SELECT max(u.fold) FROM task AS u WHERE u.run_id = c.run_id AND u.forecaster_no = c.forecaster_no)
JOIN task_series AS x ON x.task_id = t.task_id
JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no
JOIN forecast AS f ON f.task_id = t.task_id AND f.series_no = x.series_no;

-- Scores of each forecaster over the tasks that are committed: right at every moment of a run, before it has a leaderboard.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   n [forecasts]: scored numbers, that is with a forecast and an actual
--   me [unit of the series]: mean of actual - forecast
--   mae [unit of the series]: mean absolute error
--   rmse [unit of the series]: root of the mean squared error
--   mase: mean of the absolute errors by the MASE scale, over all values whose scale is positive
--   n_class [forecasts]: scored forecasts of classes
--   log_loss: mean of -ln p of the class that occurred
--   accuracy: share of values whose most probable class occurred
CREATE VIEW v_score AS
SELECT
  x.run_id AS run, c.label AS forecaster,
  sum(x.n) AS n, sum(x.error) / nullif(sum(x.n), 0) AS me, sum(x.absolute) / nullif(sum(x.n), 0) AS mae, sqrt(sum(x.squared) / nullif(sum(x.n), 0)) AS rmse,
  sum(x.scaled) / nullif(sum(x.n_scaled), 0) AS mase, sum(x.n_class) AS n_class, sum(x.log_loss) / nullif(sum(x.n_class), 0) AS log_loss,
  CAST(sum(x.hits) AS REAL) / nullif(sum(x.n_class), 0) AS accuracy
FROM score_step AS x
JOIN run_forecaster AS c ON c.run_id = x.run_id AND c.forecaster_no = x.forecaster_no
GROUP BY x.run_id, x.forecaster_no;

-- The same by step.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   step [bars]: bars after the origin, from 1
--   n [forecasts]: scored numbers, that is with a forecast and an actual
--   me [unit of the series]: mean of actual - forecast
--   mae [unit of the series]: mean absolute error
--   rmse [unit of the series]: root of the mean squared error
--   mase: mean of the absolute errors by the MASE scale, over all values whose scale is positive
--   n_class [forecasts]: scored forecasts of classes
--   log_loss: mean of -ln p of the class that occurred
--   accuracy: share of values whose most probable class occurred
CREATE VIEW v_score_step AS
SELECT
  x.run_id AS run, c.label AS forecaster, x.step,
  x.n AS n, x.error / nullif(x.n, 0) AS me, x.absolute / nullif(x.n, 0) AS mae, sqrt(x.squared / nullif(x.n, 0)) AS rmse,
  x.scaled / nullif(x.n_scaled, 0) AS mase, x.n_class AS n_class, x.log_loss / nullif(x.n_class, 0) AS log_loss,
  CAST(x.hits AS REAL) / nullif(x.n_class, 0) AS accuracy
FROM score_step AS x
JOIN run_forecaster AS c ON c.run_id = x.run_id AND c.forecaster_no = x.forecaster_no;

-- The same by series.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   n [forecasts]: scored numbers, that is with a forecast and an actual
--   me [unit of the series]: mean of actual - forecast
--   mae [unit of the series]: mean absolute error
--   rmse [unit of the series]: root of the mean squared error
--   mase: mean of the absolute errors by the MASE scale, over all values whose scale is positive
--   n_class [forecasts]: scored forecasts of classes
--   log_loss: mean of -ln p of the class that occurred
--   accuracy: share of values whose most probable class occurred
CREATE VIEW v_score_series AS
SELECT
  x.run_id AS run, c.label AS forecaster, s.name AS series,
  x.n AS n, x.error / nullif(x.n, 0) AS me, x.absolute / nullif(x.n, 0) AS mae, sqrt(x.squared / nullif(x.n, 0)) AS rmse,
  x.scaled / nullif(x.n_scaled, 0) AS mase, x.n_class AS n_class, x.log_loss / nullif(x.n_class, 0) AS log_loss,
  CAST(x.hits AS REAL) / nullif(x.n_class, 0) AS accuracy
FROM score_series AS x
JOIN run_forecaster AS c ON c.run_id = x.run_id AND c.forecaster_no = x.forecaster_no
JOIN run_series AS s ON s.run_id = x.run_id AND s.series_no = x.series_no;

-- The same by origin.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   fold: number of the origin in the run, from 0; its time is in v_task
--   n [forecasts]: scored numbers, that is with a forecast and an actual
--   me [unit of the series]: mean of actual - forecast
--   mae [unit of the series]: mean absolute error
--   rmse [unit of the series]: root of the mean squared error
--   mase: mean of the absolute errors by the MASE scale, over all values whose scale is positive
--   n_class [forecasts]: scored forecasts of classes
--   log_loss: mean of -ln p of the class that occurred
--   accuracy: share of values whose most probable class occurred
CREATE VIEW v_score_origin AS
SELECT
  x.run_id AS run, c.label AS forecaster, x.fold,
  x.n AS n, x.error / nullif(x.n, 0) AS me, x.absolute / nullif(x.n, 0) AS mae, sqrt(x.squared / nullif(x.n, 0)) AS rmse,
  x.scaled / nullif(x.n_scaled, 0) AS mase, x.n_class AS n_class, x.log_loss / nullif(x.n_class, 0) AS log_loss,
  CAST(x.hits AS REAL) / nullif(x.n_class, 0) AS accuracy
FROM score_origin AS x
JOIN run_forecaster AS c ON c.run_id = x.run_id AND c.forecaster_no = x.forecaster_no;

-- Every quantile forecast.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   origin_time [UTC]: last time the forecaster could see
--   step [bars]: bars after the origin, from 1
--   time [UTC]: the time that is forecast
--   level: probability that the actual lies at or below the value
--   value [unit of the series]: the quantile
--   covered: 1 when the actual lies at or below the value, 0 when above, NULL when it is not known
--   actual [unit of the series]: what happened
--   ts [µs]: time in microseconds since 1970-01-01T00:00:00Z, or the bar's number
--   fold: number of the origin in the run, from 0
CREATE VIEW v_quantile AS
SELECT
  t.run_id AS run, c.label AS forecaster, s.name AS series,
  CASE WHEN s.frequency = 'index' THEN x.origin ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.origin - (x.origin % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.origin % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.origin % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS origin_time,
  f.step,
  CASE WHEN s.frequency = 'index' THEN f.ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (f.ts - (f.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE f.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (f.ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS time,
  q.level, q.value, f.actual <= q.value AS covered, f.actual, f.ts, t.fold
FROM task AS t
JOIN run_forecaster AS c ON c.run_id = t.run_id AND c.forecaster_no = t.forecaster_no
JOIN task_series AS x ON x.task_id = t.task_id
JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no
JOIN forecast AS f ON f.task_id = t.task_id AND f.series_no = x.series_no
JOIN quantile AS q ON q.task_id = f.task_id AND q.series_no = f.series_no AND q.step = f.step;

-- Forecast variances, of forecasters that know one, beside what happened. The one view that needs SQLite's ln().
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   origin_time [UTC]: last time the forecaster could see
--   step [bars]: bars after the origin, from 1
--   time [UTC]: the time that is forecast
--   variance_of: of what: value, or logreturn, the logarithm of the value less that of the one before
--   variance: expected variance of the step's own value or log return
--   realised: squared distance of that value or log return from its forecast; NULL: not known
--   qlike: realised / variance - ln(realised / variance) - 1; NULL where realised is 0 or not known, or the variance is 0
--   ts [µs]: time in microseconds since 1970-01-01T00:00:00Z, or the bar's number
--   fold: number of the origin in the run, from 0
CREATE VIEW v_variance AS
SELECT run, forecaster, series, origin_time, step, time, variance_of, variance, realised,
  CASE WHEN realised > 0 AND variance > 0 THEN realised / variance - ln(realised / variance) - 1 END AS qlike, ts, fold
FROM (
  SELECT
    t.run_id AS run, c.label AS forecaster, s.name AS series,
    CASE WHEN s.frequency = 'index' THEN x.origin ELSE
        strftime('%Y-%m-%dT%H:%M:%S', (x.origin - (x.origin % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || CASE x.origin % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.origin % 1000000 + 1000000) % 1000000) END || 'Z'
      END AS origin_time,
    f.step,
    CASE WHEN s.frequency = 'index' THEN f.ts ELSE
        strftime('%Y-%m-%dT%H:%M:%S', (f.ts - (f.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || CASE f.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (f.ts % 1000000 + 1000000) % 1000000) END || 'Z'
      END AS time,
    x.variance_of, f.variance,
    CASE x.variance_of WHEN 'value' THEN (f.actual - f.forecast) * (f.actual - f.forecast)
      ELSE CASE WHEN f.actual > 0 AND f.forecast > 0 AND coalesce(b.actual, CASE f.step WHEN 1 THEN x.last_value END) > 0
          AND coalesce(b.forecast, CASE f.step WHEN 1 THEN x.last_value END) > 0
        THEN (ln(f.actual / CASE f.step WHEN 1 THEN x.last_value ELSE b.actual END)
              - ln(f.forecast / CASE f.step WHEN 1 THEN x.last_value ELSE b.forecast END))
           * (ln(f.actual / CASE f.step WHEN 1 THEN x.last_value ELSE b.actual END)
              - ln(f.forecast / CASE f.step WHEN 1 THEN x.last_value ELSE b.forecast END)) END
    END AS realised, f.ts, t.fold
  FROM task AS t
  JOIN run_forecaster AS c ON c.run_id = t.run_id AND c.forecaster_no = t.forecaster_no
  JOIN task_series AS x ON x.task_id = t.task_id AND x.variance_of IS NOT NULL
  JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no
  JOIN forecast AS f ON f.task_id = t.task_id AND f.series_no = x.series_no
  LEFT JOIN forecast AS b ON b.task_id = f.task_id AND b.series_no = f.series_no AND b.step = f.step - 1
);

-- Class probabilities, of forecasters that answer with classes.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   origin_time [UTC]: last time the forecaster could see
--   step [bars]: bars after the origin, from 1
--   class: the class
--   probability: its probability
--   fold: number of the origin in the run, from 0
--   class_no: number of the class, from 0
--   lower [unit of the series]: values above this belong to the class; NULL: no limit
--   upper [unit of the series]: values at or below this do; NULL: no limit
--   occurred: 1 when the actual belongs to the class, 0 when not, NULL when it is not known
--   time [UTC]: the time that is forecast
--   ts [µs]: time in microseconds since 1970-01-01T00:00:00Z, or the bar's number
CREATE VIEW v_probability AS
SELECT
  t.run_id AS run, c.label AS forecaster, s.name AS series,
  CASE WHEN s.frequency = 'index' THEN x.origin ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.origin - (x.origin % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.origin % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.origin % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS origin_time,
  p.step, k.name AS class, p.probability, t.fold, k.class_no, k.lower, k.upper,
  CASE WHEN f.actual IS NOT NULL THEN (k.lower IS NULL OR f.actual > k.lower) AND (k.upper IS NULL OR f.actual <= k.upper)
    END AS occurred,
  CASE WHEN s.frequency = 'index' THEN f.ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (f.ts - (f.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE f.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (f.ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS time,
  f.ts
FROM task AS t
JOIN run_forecaster AS c ON c.run_id = t.run_id AND c.forecaster_no = t.forecaster_no
JOIN task_series AS x ON x.task_id = t.task_id
JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no
JOIN forecast AS f ON f.task_id = t.task_id AND f.series_no = x.series_no
JOIN probability AS p ON p.task_id = f.task_id AND p.series_no = f.series_no AND p.step = f.step
JOIN class AS k ON k.task_id = p.task_id AND k.series_no = p.series_no AND k.class_no = p.class_no;

-- What became of every series at every origin.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series
--   origin_time [UTC]: last time the forecaster could see
--   status: OK, or the name of what went wrong; then there is no forecast
--   reason: the same in words
--   fallback: what stood in for something that could not be done, if anything did
--   train_first [UTC]: first time that the fit could use
--   train_last [UTC]: last time that the fit could use
--   n_train [values]: values that the fit used
--   filled [values]: missing ones among them that were filled with the last value before
--   fit_seconds [s]: CPU time of the fit; 0 when an earlier fit went on
--   fold: number of the origin in the run, from 0
--   mae [unit of the series]: mean absolute error at this origin
--   n_scored [steps]: steps with an actual
--   mase_scale [unit of the series]: mean absolute seasonal difference up to the origin
--   rmsse_scale [square of the unit]: mean squared seasonal difference up to the origin
--   last_value [unit of the series]: last value up to the origin that is not missing
--   purged [bars]: bars before the origin where it was fitted that the gap kept from the fit
CREATE VIEW v_task AS
SELECT
  t.run_id AS run, c.label AS forecaster, s.name AS series,
  CASE WHEN s.frequency = 'index' THEN x.origin ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.origin - (x.origin % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.origin % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.origin % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS origin_time,
  x.status, x.reason, x.fallback,
  CASE WHEN s.frequency = 'index' THEN x.train_first ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.train_first - (x.train_first % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.train_first % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.train_first % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS train_first,
  CASE WHEN s.frequency = 'index' THEN x.train_last ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (x.train_last - (x.train_last % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE x.train_last % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (x.train_last % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS train_last,
  x.n_train, x.filled, x.fit_seconds, t.fold, x.mae, x.n_scored, x.mase_scale, x.rmsse_scale,
  x.last_value, x.purged
FROM task AS t
JOIN run_forecaster AS c ON c.run_id = t.run_id AND c.forecaster_no = t.forecaster_no
JOIN task_series AS x ON x.task_id = t.task_id
JOIN run_series AS s ON s.run_id = t.run_id AND s.series_no = x.series_no;

-- Every epoch of every training.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   fold: number of the origin in the run, from 0
--   epoch: from 1
--   train_loss: mean loss over the training windows
--   validation_loss: the same over the windows kept aside; NULL without any
--   learning_rate: of this epoch
--   gradient_norm: global norm before clipping, mean over the epoch
--   seconds [s]: CPU time since the fit began
--   position: place among all epochs of the fold, from 0; a forecaster that fits each series by itself has several
--     trainings, each with epochs from 1
CREATE VIEW v_epoch AS
SELECT
  t.run_id AS run, c.label AS forecaster, t.fold, e.epoch, e.train_loss, e.validation_loss, e.learning_rate,
  e.gradient_norm, e.seconds, e.epoch_no AS position
FROM task AS t
JOIN run_forecaster AS c ON c.run_id = t.run_id AND c.forecaster_no = t.forecaster_no
JOIN epoch AS e ON e.task_id = t.task_id;
