-- Forecasts of classes: they have probabilities and no number, so that `forecast` may be NULL; a class says which values
-- belong to it. `probability` was never written before.

PRAGMA user_version = 4;

CREATE TABLE forecast_new(
  task_id   INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no INTEGER NOT NULL,
  step      INTEGER NOT NULL CHECK(step >= 1),
  ts        INTEGER NOT NULL,                               -- the time that is forecast
  forecast  REAL CHECK(forecast BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- NULL: classes
  actual    REAL CHECK(actual BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- NULL: not known (yet)
  PRIMARY KEY(task_id, series_no, step)
) STRICT, WITHOUT ROWID;
INSERT INTO forecast_new SELECT task_id, series_no, step, ts, forecast, actual FROM forecast ORDER BY task_id, series_no, step;
DROP TABLE forecast;
ALTER TABLE forecast_new RENAME TO forecast;

-- The classes of a forecast: values above `lower` and at or below `upper` belong to one. The values of a categorical
-- series are the numbers of its labels.
CREATE TABLE class(
  task_id   INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no INTEGER NOT NULL,
  class_no  INTEGER NOT NULL CHECK(class_no >= 0),
  name      TEXT NOT NULL,
  lower     REAL,                                           -- NULL: no limit
  upper     REAL,
  PRIMARY KEY(task_id, series_no, class_no)
) STRICT, WITHOUT ROWID;

DROP TABLE probability;
CREATE TABLE probability(
  task_id     INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no   INTEGER NOT NULL,
  step        INTEGER NOT NULL CHECK(step >= 1),
  class_no    INTEGER NOT NULL CHECK(class_no >= 0),
  probability REAL NOT NULL CHECK(probability BETWEEN 0 AND 1),
  PRIMARY KEY(task_id, series_no, step, class_no)
) STRICT, WITHOUT ROWID;

ALTER TABLE leaderboard ADD COLUMN log_loss REAL;
ALTER TABLE leaderboard ADD COLUMN brier REAL;
ALTER TABLE leaderboard ADD COLUMN accuracy REAL;
ALTER TABLE leaderboard ADD COLUMN balanced_accuracy REAL;
