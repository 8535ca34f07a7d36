-- Scores that are right at every moment: sums over the tasks that are committed, brought up to date in the transaction
-- that commits a task. Tasks are committed in plan order, so that the sums have the same bits however a run went.

PRAGMA user_version = 7;

-- The tasks of one forecaster, and its latest.
CREATE UNIQUE INDEX task_fold ON task(run_id, forecaster_no, fold);

-- By step, over all series and origins.
CREATE TABLE score_step(
  run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL,
  step      INTEGER NOT NULL,
  n         INTEGER NOT NULL DEFAULT 0,                     -- scored numbers: with a forecast and an actual
  error     REAL NOT NULL DEFAULT 0,                        -- sum of actual - forecast
  absolute  REAL NOT NULL DEFAULT 0,                        -- sum of its size
  squared   REAL NOT NULL DEFAULT 0,                        -- sum of its square
  n_scaled  INTEGER NOT NULL DEFAULT 0,                     -- numbers whose MASE scale is positive
  scaled    REAL NOT NULL DEFAULT 0,                        -- sum of their sizes by it
  n_class   INTEGER NOT NULL DEFAULT 0,                     -- scored forecasts of classes
  log_loss  REAL NOT NULL DEFAULT 0,                        -- sum of -ln p of the class that occurred
  hits      INTEGER NOT NULL DEFAULT 0,                     -- how often the most probable one occurred
  PRIMARY KEY(run_id, forecaster_no, step)
) STRICT, WITHOUT ROWID;

-- By series, over all steps and origins.
CREATE TABLE score_series(
  run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL,
  series_no INTEGER NOT NULL,
  n         INTEGER NOT NULL DEFAULT 0,                     -- scored numbers: with a forecast and an actual
  error     REAL NOT NULL DEFAULT 0,                        -- sum of actual - forecast
  absolute  REAL NOT NULL DEFAULT 0,                        -- sum of its size
  squared   REAL NOT NULL DEFAULT 0,                        -- sum of its square
  n_scaled  INTEGER NOT NULL DEFAULT 0,                     -- numbers whose MASE scale is positive
  scaled    REAL NOT NULL DEFAULT 0,                        -- sum of their sizes by it
  n_class   INTEGER NOT NULL DEFAULT 0,                     -- scored forecasts of classes
  log_loss  REAL NOT NULL DEFAULT 0,                        -- sum of -ln p of the class that occurred
  hits      INTEGER NOT NULL DEFAULT 0,                     -- how often the most probable one occurred
  PRIMARY KEY(run_id, forecaster_no, series_no)
) STRICT, WITHOUT ROWID;

-- By origin, over all series and steps; fold 0 is the earliest.
CREATE TABLE score_origin(
  run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL,
  fold      INTEGER NOT NULL,
  n         INTEGER NOT NULL DEFAULT 0,                     -- scored numbers: with a forecast and an actual
  error     REAL NOT NULL DEFAULT 0,                        -- sum of actual - forecast
  absolute  REAL NOT NULL DEFAULT 0,                        -- sum of its size
  squared   REAL NOT NULL DEFAULT 0,                        -- sum of its square
  n_scaled  INTEGER NOT NULL DEFAULT 0,                     -- numbers whose MASE scale is positive
  scaled    REAL NOT NULL DEFAULT 0,                        -- sum of their sizes by it
  n_class   INTEGER NOT NULL DEFAULT 0,                     -- scored forecasts of classes
  log_loss  REAL NOT NULL DEFAULT 0,                        -- sum of -ln p of the class that occurred
  hits      INTEGER NOT NULL DEFAULT 0,                     -- how often the most probable one occurred
  PRIMARY KEY(run_id, forecaster_no, fold)
) STRICT, WITHOUT ROWID;

-- Those of the runs that are there already.
CREATE TABLE scored AS
SELECT
  t.run_id, t.forecaster_no, t.fold, f.series_no, f.step, f.actual - f.forecast AS error,
  CASE WHEN x.mase_scale > 0 THEN abs(f.actual - f.forecast) / x.mase_scale END AS scaled, NULL AS log_loss, NULL AS hit
FROM task AS t
JOIN task_series AS x ON x.task_id = t.task_id
JOIN forecast AS f ON f.task_id = x.task_id AND f.series_no = x.series_no
WHERE f.actual IS NOT NULL AND f.forecast IS NOT NULL
UNION ALL
SELECT
  t.run_id, t.forecaster_no, t.fold, f.series_no, f.step, NULL, NULL, -ln(max(p.probability, 1e-15)),
  p.class_no = (
    SELECT b.class_no FROM probability AS b
    WHERE b.task_id = f.task_id AND b.series_no = f.series_no AND b.step = f.step
    ORDER BY b.probability DESC, b.class_no LIMIT 1)
FROM task AS t
JOIN forecast AS f ON f.task_id = t.task_id
JOIN class AS k ON k.task_id = f.task_id AND k.series_no = f.series_no
  AND (k.lower IS NULL OR f.actual > k.lower) AND (k.upper IS NULL OR f.actual <= k.upper)
JOIN probability AS p ON p.task_id = f.task_id AND p.series_no = f.series_no AND p.step = f.step AND p.class_no = k.class_no
WHERE f.actual IS NOT NULL AND f.forecast IS NULL;
INSERT INTO score_step
SELECT run_id, forecaster_no, step, count(error), total(error), total(abs(error)), total(error * error), count(scaled),
  total(scaled), count(log_loss), total(log_loss), coalesce(sum(hit), 0)
FROM scored GROUP BY run_id, forecaster_no, step;
INSERT INTO score_series
SELECT run_id, forecaster_no, series_no, count(error), total(error), total(abs(error)), total(error * error), count(scaled),
  total(scaled), count(log_loss), total(log_loss), coalesce(sum(hit), 0)
FROM scored GROUP BY run_id, forecaster_no, series_no;
INSERT INTO score_origin
SELECT run_id, forecaster_no, fold, count(error), total(error), total(abs(error)), total(error * error), count(scaled),
  total(scaled), count(log_loss), total(log_loss), coalesce(sum(hit), 0)
FROM scored GROUP BY run_id, forecaster_no, fold;
DROP TABLE scored;
