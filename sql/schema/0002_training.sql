-- Trainings that can be gone on with.

-- What `train` was asked for, until its model is kept.
CREATE TABLE training(
  run_id     INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  command    TEXT NOT NULL,                                 -- SHA-256 of all that decides what comes out
  model_name TEXT                                           -- NULL: made of forecaster and run
) STRICT;
CREATE INDEX training_command ON training(command);

-- The last state of each training of a run; all are dropped when the model is kept.
CREATE TABLE checkpoint(
  run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  fit      INTEGER NOT NULL CHECK(fit >= 0),                -- of a series, or of its inner folds
  training INTEGER NOT NULL CHECK(training >= 0),           -- within the fit
  saved    INTEGER NOT NULL,                                -- when
  digest   TEXT NOT NULL,                                   -- SHA-256 of data
  data     BLOB NOT NULL,
  PRIMARY KEY(run_id, fit, training)
) STRICT;

PRAGMA user_version = 2;
