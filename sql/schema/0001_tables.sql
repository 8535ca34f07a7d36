-- The tables of almanac, first version. A released file is never edited: what changes later is a new file.
--
-- All times are `ts`: microseconds since the Unix epoch, UTC; a series with no clock (frequency `index`) counts
-- 0, 1, 2, … instead. A missing number is NULL; infinity and NaN never enter. Other programs should read the
-- views v_…, which keep their columns; tables may change with a migration.

PRAGMA application_id = 1634495854; -- "almn"
PRAGMA user_version = 1;

-- Facts about this file itself, e.g. which build made its views.
CREATE TABLE meta(
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- data ----

-- A frame holds up to eight series that share one time axis.
CREATE TABLE frame(
  frame_id INTEGER PRIMARY KEY AUTOINCREMENT -- never used twice
) STRICT;

-- A series is one column of a frame.
CREATE TABLE series(
  series_id     INTEGER PRIMARY KEY AUTOINCREMENT,          -- never used twice, so old runs cannot point at a new series
  name          TEXT NOT NULL UNIQUE CHECK(name <> ''),
  frame_id      INTEGER NOT NULL REFERENCES frame,
  position      INTEGER NOT NULL CHECK(position BETWEEN 0 AND 7), -- its values are v0 … v7 of observation
  kind          TEXT NOT NULL DEFAULT 'numeric' CHECK(kind IN ('numeric', 'price', 'categorical')),
  frequency     TEXT NOT NULL,                              -- S T H D B W M Q Y, multiples such as 15T, irregular, index
  time_zone     TEXT NOT NULL DEFAULT 'UTC',                -- IANA name; storage is UTC whatever it says
  season_length INTEGER NOT NULL DEFAULT 1 CHECK(season_length >= 1), -- bars
  unit          TEXT,                                       -- of the values, for people
  first_ts      INTEGER,                                    -- first and last value; NULL while there is none
  last_ts       INTEGER,
  n             INTEGER NOT NULL DEFAULT 0,                 -- values
  missing       INTEGER NOT NULL DEFAULT 0,                 -- rows between first and last without a value
  UNIQUE(frame_id, position)
) STRICT;

-- One row per timestamp of a frame. v0 … v7 belong to the series at that position. NULL before a series' first and
-- after its last value is no observation; between them it is a missing one.
CREATE TABLE observation(
  frame_id INTEGER NOT NULL REFERENCES frame,
  ts       INTEGER NOT NULL,
  v0 REAL CHECK(v0 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- finite
  v1 REAL CHECK(v1 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  v2 REAL CHECK(v2 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  v3 REAL CHECK(v3 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  v4 REAL CHECK(v4 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  v5 REAL CHECK(v5 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  v6 REAL CHECK(v6 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  v7 REAL CHECK(v7 BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  PRIMARY KEY(frame_id, ts)
) STRICT, WITHOUT ROWID;

-- What the codes of a categorical series mean.
CREATE TABLE label(
  series_id INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
  code      INTEGER NOT NULL CHECK(code >= 0),
  label     TEXT NOT NULL,
  PRIMARY KEY(series_id, code),
  UNIQUE(series_id, label)
) STRICT, WITHOUT ROWID;

-- One row per imported file, written in the transaction that stores its rows.
CREATE TABLE import(
  import_id     INTEGER PRIMARY KEY AUTOINCREMENT,
  file          TEXT NOT NULL,                              -- as given on the command line; `-` is standard input
  sha256        TEXT,                                       -- of the file's bytes
  options       TEXT NOT NULL DEFAULT '{}' CHECK(options GLOB '{*}'), -- what was given and what was found out
  rows_read     INTEGER NOT NULL DEFAULT 0,
  rows_stored   INTEGER NOT NULL DEFAULT 0,
  rows_rejected INTEGER NOT NULL DEFAULT 0,
  started       INTEGER NOT NULL,
  finished      INTEGER
) STRICT;
CREATE INDEX import_sha256 ON import(sha256);

-- A row, or a field of it, that an import did not store.
CREATE TABLE reject(
  import_id INTEGER NOT NULL REFERENCES import ON DELETE CASCADE,
  reject_no INTEGER NOT NULL,                               -- 1, 2, … in the order of the file
  line      INTEGER,                                        -- physical line, from 1
  "column"  INTEGER,                                        -- character of the line at which it begins, from 1
  reason    TEXT NOT NULL,
  text      TEXT,                                           -- what stood there
  PRIMARY KEY(import_id, reject_no)
) STRICT, WITHOUT ROWID;

-- ---- runs ----

-- A run is one call of backtest, forecast, train or tune. Its row is committed before the first fit, so that a crash
-- leaves a trace. While status is 'running' exactly one process owns it: every commit checks the owner.
CREATE TABLE run(
  run_id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT UNIQUE CHECK(name GLOB '*[^0-9]*'),      -- given by the user; never looks like an id
  kind        TEXT NOT NULL CHECK(kind IN ('backtest', 'forecast', 'train', 'tune')),
  status      TEXT NOT NULL CHECK(status IN ('running', 'done', 'failed', 'interrupted')),
  message     TEXT,                                         -- why it failed
  spec        TEXT NOT NULL CHECK(spec GLOB '{*}'),        -- all options
  seed        INTEGER NOT NULL,
  data_digest TEXT NOT NULL,                                -- of the values that went in
  version     TEXT NOT NULL,                                -- of the program
  kernel      TEXT NOT NULL,                                -- processor kernel of the arithmetic
  owner       TEXT,                                         -- token of the process that may write; NULL when nobody does
  host        TEXT,                                         -- of the owner
  pid         INTEGER,
  process     TEXT,                                         -- boot and start time of pid: a number used again is another process
  heartbeat   INTEGER,                                      -- the owner was alive at that time
  started     INTEGER NOT NULL,
  finished    INTEGER,
  cpu_seconds REAL,
  peak_rss    INTEGER                                       -- bytes
) STRICT;

-- The series of a run as they were called then; what a run found outlives the series.
CREATE TABLE run_series(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  series_no     INTEGER NOT NULL CHECK(series_no >= 0),     -- 0, 1, … in plan order
  series_id     INTEGER REFERENCES series ON DELETE SET NULL,
  name          TEXT NOT NULL,
  frequency     TEXT NOT NULL,
  season_length INTEGER NOT NULL,
  PRIMARY KEY(run_id, series_no),
  UNIQUE(run_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_series_series ON run_series(series_id);

-- The forecasters of a run.
CREATE TABLE run_forecaster(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL CHECK(forecaster_no >= 0), -- 0, 1, … in plan order
  label         TEXT NOT NULL,                              -- how results name it
  spec          TEXT NOT NULL,                              -- canonical
  options       TEXT NOT NULL DEFAULT '{}' CHECK(options GLOB '{*}'), -- all of them, defaults included
  PRIMARY KEY(run_id, forecaster_no),
  UNIQUE(run_id, label)
) STRICT, WITHOUT ROWID;

-- A task is one forecaster on one fold, over all series of the run. It is there when it is finished, with all its rows.
CREATE TABLE task(
  task_id       INTEGER PRIMARY KEY,
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  task_no       INTEGER NOT NULL CHECK(task_no >= 0),       -- place in the plan
  forecaster_no INTEGER NOT NULL,
  fold          INTEGER NOT NULL CHECK(fold >= 0),          -- 0 is the earliest
  fit_seconds   REAL,                                       -- CPU, sum over series
  committed     INTEGER NOT NULL,
  UNIQUE(run_id, task_no),
  FOREIGN KEY(run_id, forecaster_no) REFERENCES run_forecaster ON DELETE CASCADE
) STRICT;

-- What became of one series in a task, and its scores at this origin.
CREATE TABLE task_series(
  task_id     INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no   INTEGER NOT NULL,
  origin      INTEGER,                                      -- last timestamp the forecaster may have seen; NULL: none in this fold
  status      TEXT NOT NULL,                                -- 'OK' or the name of the failure
  reason      TEXT,
  fallback    TEXT,                                         -- forecaster that stood in, if one did
  train_first INTEGER,                                      -- first and last timestamp that the fit could use
  train_last  INTEGER,
  n_train     INTEGER NOT NULL DEFAULT 0,                   -- values the fit saw
  filled      INTEGER NOT NULL DEFAULT 0,                   -- of them filled causally
  fit_seconds REAL,                                         -- CPU; one fit over many series is split equally
  mase_scale  REAL CHECK(mase_scale BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  rmsse_scale REAL CHECK(rmsse_scale BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  n_scored    INTEGER NOT NULL DEFAULT 0,                   -- steps with an actual
  mae         REAL CHECK(mae BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- over these steps
  PRIMARY KEY(task_id, series_no)
) STRICT, WITHOUT ROWID;

-- Every forecast is kept. The actual stands beside it, so that a later correction of the data does not rewrite a run.
CREATE TABLE forecast(
  task_id   INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no INTEGER NOT NULL,
  step      INTEGER NOT NULL CHECK(step >= 1),
  ts        INTEGER NOT NULL,                               -- the time that is forecast
  forecast  REAL NOT NULL CHECK(forecast BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  actual    REAL CHECK(actual BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- NULL: not known (yet)
  PRIMARY KEY(task_id, series_no, step)
) STRICT, WITHOUT ROWID;

-- The forecast's quantiles, one row per level.
CREATE TABLE quantile(
  task_id   INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no INTEGER NOT NULL,
  step      INTEGER NOT NULL CHECK(step >= 1),
  level     REAL NOT NULL CHECK(level > 0 AND level < 1),
  value     REAL NOT NULL CHECK(value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  PRIMARY KEY(task_id, series_no, step, level)
) STRICT, WITHOUT ROWID;

-- Class probabilities, for forecasters that answer with classes.
CREATE TABLE probability(
  task_id     INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no   INTEGER NOT NULL,
  step        INTEGER NOT NULL CHECK(step >= 1),
  class       TEXT NOT NULL,
  probability REAL NOT NULL CHECK(probability BETWEEN 0 AND 1),
  PRIMARY KEY(task_id, series_no, step, class)
) STRICT, WITHOUT ROWID;

-- Training as it went; it belongs to the fold that was fitted. A local forecaster's trainings follow one another in
-- series order, each with epochs from 1.
CREATE TABLE epoch(
  task_id         INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  epoch_no        INTEGER NOT NULL CHECK(epoch_no >= 0),    -- 0, 1, … over all trainings of the task
  epoch           INTEGER NOT NULL CHECK(epoch >= 1),
  train_loss      REAL,
  validation_loss REAL,
  learning_rate   REAL,
  gradient_norm   REAL,
  seconds         REAL,                                     -- CPU, since the fit began
  PRIMARY KEY(task_id, epoch_no)
) STRICT, WITHOUT ROWID;

-- ---- what a run amounts to; made from the rows above when it ends ----

-- What a metric means in this run, as data.
CREATE TABLE metric_definition(
  run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  metric     TEXT NOT NULL,                                 -- code, lower case
  definition TEXT NOT NULL,                                 -- formula, season length, range, order of averaging
  unit       TEXT NOT NULL,                                 -- value (the series' own), percent, ratio
  PRIMARY KEY(run_id, metric)
) STRICT, WITHOUT ROWID;

-- series_no -1 means all series, step 0 all steps.
CREATE TABLE metric(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL,
  series_no     INTEGER NOT NULL CHECK(series_no >= -1),
  step          INTEGER NOT NULL CHECK(step >= 0),
  metric        TEXT NOT NULL,
  value         REAL CHECK(value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- NULL: not defined here
  n             INTEGER NOT NULL,                           -- forecasts that went in
  PRIMARY KEY(run_id, forecaster_no, series_no, step, metric),
  FOREIGN KEY(run_id, metric) REFERENCES metric_definition ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- One row per forecaster. NULL: not defined, or too little data to say.
CREATE TABLE leaderboard(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL,
  rank          INTEGER,
  mae REAL, rmse REAL, smape REAL, mase REAL, rmsse REAL,
  coverage_80 REAL, coverage_95 REAL, crps REAL,
  skill         REAL,                                       -- 1 - error / error of naive
  p_naive       REAL CHECK(p_naive BETWEEN 0 AND 1),        -- one-sided: better than naive
  p_two_sided   REAL CHECK(p_two_sided BETWEEN 0 AND 1),
  test          TEXT,                                       -- name of the test that gave p
  n_origins     INTEGER,                                    -- folds compared with naive
  n_series      INTEGER,                                    -- series compared with naive
  n_rows        INTEGER,                                    -- (series, fold) with a forecast
  n_failed      INTEGER NOT NULL DEFAULT 0,                 -- (series, fold) with an origin but without one
  fit_seconds   REAL,
  verdict       TEXT,                                       -- in words
  PRIMARY KEY(run_id, forecaster_no)
) STRICT, WITHOUT ROWID;

-- What would make a result untrustworthy. forecaster_no -1 concerns the whole run.
CREATE TABLE check_result(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL CHECK(forecaster_no >= -1),
  check_name    TEXT NOT NULL,
  verdict       TEXT NOT NULL CHECK(verdict IN ('pass', 'warn', 'fail', 'skip')),
  statistic     REAL,
  threshold     REAL,
  evidence      TEXT NOT NULL,                              -- a sentence
  PRIMARY KEY(run_id, forecaster_no, check_name)
) STRICT, WITHOUT ROWID;

-- ---- models that were kept ----

CREATE TABLE model(
  model_id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL UNIQUE CHECK(name <> ''),
  spec          TEXT NOT NULL,                              -- canonical
  run_id        INTEGER REFERENCES run ON DELETE SET NULL,  -- the training
  trained_until INTEGER NOT NULL,                           -- last timestamp the fit saw
  frequency     TEXT NOT NULL,                              -- of the series it was trained on; index: trained_until counts
  horizon       INTEGER NOT NULL CHECK(horizon >= 1),
  seed          INTEGER NOT NULL,
  version       TEXT NOT NULL,
  created       INTEGER NOT NULL,
  digest        TEXT NOT NULL,                              -- SHA-256 of data
  data          BLOB NOT NULL
) STRICT;

-- The series a model was trained on, in its order.
CREATE TABLE model_series(
  model_id  INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
  series_no INTEGER NOT NULL CHECK(series_no >= 0),
  series_id INTEGER REFERENCES series ON DELETE SET NULL,
  name      TEXT NOT NULL,
  PRIMARY KEY(model_id, series_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX model_series_series ON model_series(series_id);

-- One configuration that tune tried.
CREATE TABLE trial(
  run_id            INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  trial_no          INTEGER NOT NULL CHECK(trial_no >= 0),
  spec              TEXT NOT NULL,
  status            TEXT NOT NULL,
  loss              REAL,                                   -- on the inner folds
  seconds           REAL,
  seconds_per_epoch REAL,
  gap               REAL,                                   -- validation loss - training loss
  PRIMARY KEY(run_id, trial_no)
) STRICT, WITHOUT ROWID;
