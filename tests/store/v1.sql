-- A database of version 1 with a row in every table that an import, a backtest and a training write: made with
-- `sqlite3 a.db .dump`. Kept as it is; later versions must be able to migrate it.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta(
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('views','of version 1');
CREATE TABLE frame(
  frame_id INTEGER PRIMARY KEY AUTOINCREMENT -- never used twice
) STRICT;
INSERT INTO frame VALUES(1);
INSERT INTO frame VALUES(2);
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
INSERT INTO series VALUES(1,'GOOG.open',1,0,'numeric','B','UTC',5,'USD',1577923200000000,1578268800000000,3,0);
INSERT INTO series VALUES(2,'GOOG.close',1,1,'numeric','B','UTC',5,'USD',1577923200000000,1578268800000000,2,1);
INSERT INTO series VALUES(3,'m',2,0,'numeric','index','UTC',1,NULL,0,1,2,0);
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
INSERT INTO observation VALUES(1,1577923200000000,67.07750000000000057,68.368499999999997386,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO observation VALUES(1,1578009600000000,67.392499999999998295,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO observation VALUES(1,1578268800000000,67.5,69.710499999999996135,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO observation VALUES(2,0,0.10000000000000000555,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO observation VALUES(2,1,-1.000000000000000025e-300,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE label(
  series_id INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
  code      INTEGER NOT NULL CHECK(code >= 0),
  label     TEXT NOT NULL,
  PRIMARY KEY(series_id, code),
  UNIQUE(series_id, label)
) STRICT, WITHOUT ROWID;
INSERT INTO label VALUES(3,0,'off');
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
INSERT INTO import VALUES(1,'GOOG.csv','ab','{}',4,3,1,1,2);
CREATE TABLE reject(
  import_id INTEGER NOT NULL REFERENCES import ON DELETE CASCADE,
  reject_no INTEGER NOT NULL,                               -- 1, 2, … in the order of the file
  line      INTEGER,                                        -- physical line, from 1
  "column"  INTEGER,                                        -- character of the line at which it begins, from 1
  reason    TEXT NOT NULL,
  text      TEXT,                                           -- what stood there
  PRIMARY KEY(import_id, reject_no)
) STRICT, WITHOUT ROWID;
INSERT INTO reject VALUES(1,1,5,2,'expected a number','n/a');
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
INSERT INTO run VALUES(1,'first','backtest','done',NULL,'{"horizon":1}',1,'cd','0.1.0','avx2',NULL,NULL,NULL,NULL,NULL,3,4,0.5,1000000);
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
INSERT INTO run_series VALUES(1,0,2,'GOOG.close','B',5);
CREATE TABLE run_forecaster(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  forecaster_no INTEGER NOT NULL CHECK(forecaster_no >= 0), -- 0, 1, … in plan order
  label         TEXT NOT NULL,                              -- how results name it
  spec          TEXT NOT NULL,                              -- canonical
  options       TEXT NOT NULL DEFAULT '{}' CHECK(options GLOB '{*}'), -- all of them, defaults included
  PRIMARY KEY(run_id, forecaster_no),
  UNIQUE(run_id, label)
) STRICT, WITHOUT ROWID;
INSERT INTO run_forecaster VALUES(1,0,'naive','naive','{}');
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
INSERT INTO task VALUES(1,1,0,0,0,0.0,4);
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
INSERT INTO task_series VALUES(1,0,1577923200000000,'OK',NULL,NULL,NULL,NULL,1,0,NULL,NULL,NULL,1,1.3420000000000000817);
CREATE TABLE forecast(
  task_id   INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no INTEGER NOT NULL,
  step      INTEGER NOT NULL CHECK(step >= 1),
  ts        INTEGER NOT NULL,                               -- the time that is forecast
  forecast  REAL NOT NULL CHECK(forecast BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  actual    REAL CHECK(actual BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308), -- NULL: not known (yet)
  PRIMARY KEY(task_id, series_no, step)
) STRICT, WITHOUT ROWID;
INSERT INTO forecast VALUES(1,0,1,1578268800000000,68.368499999999997386,69.710499999999996135);
CREATE TABLE quantile(
  task_id   INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no INTEGER NOT NULL,
  step      INTEGER NOT NULL CHECK(step >= 1),
  level     REAL NOT NULL CHECK(level > 0 AND level < 1),
  value     REAL NOT NULL CHECK(value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308),
  PRIMARY KEY(task_id, series_no, step, level)
) STRICT, WITHOUT ROWID;
INSERT INTO quantile VALUES(1,0,1,0.5,68.368499999999997386);
CREATE TABLE probability(
  task_id     INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
  series_no   INTEGER NOT NULL,
  step        INTEGER NOT NULL CHECK(step >= 1),
  class       TEXT NOT NULL,
  probability REAL NOT NULL CHECK(probability BETWEEN 0 AND 1),
  PRIMARY KEY(task_id, series_no, step, class)
) STRICT, WITHOUT ROWID;
INSERT INTO probability VALUES(1,0,1,'up',0.5);
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
INSERT INTO epoch VALUES(1,0,1,0.5,NULL,0.0010000000000000000208,1.0,0.10000000000000000555);
CREATE TABLE metric_definition(
  run_id     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  metric     TEXT NOT NULL,                                 -- code, lower case
  definition TEXT NOT NULL,                                 -- formula, season length, range, order of averaging
  unit       TEXT NOT NULL,                                 -- value (the series' own), percent, ratio
  PRIMARY KEY(run_id, metric)
) STRICT, WITHOUT ROWID;
INSERT INTO metric_definition VALUES(1,'mae','mean of |e|','value');
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
INSERT INTO metric VALUES(1,0,-1,0,'mae',1.3420000000000000817,1);
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
INSERT INTO leaderboard VALUES(1,0,1,1.3420000000000000817,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
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
INSERT INTO check_result VALUES(1,-1,'baseline','pass',NULL,NULL,'naive is there');
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
INSERT INTO model VALUES(1,'kept','naive',1,1578268800000000,'B',1,1,'0.1.0',5,'6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',X'00');
CREATE TABLE model_series(
  model_id  INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
  series_no INTEGER NOT NULL CHECK(series_no >= 0),
  series_id INTEGER REFERENCES series ON DELETE SET NULL,
  name      TEXT NOT NULL,
  PRIMARY KEY(model_id, series_no)
) STRICT, WITHOUT ROWID;
INSERT INTO model_series VALUES(1,0,2,'GOOG.close');
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
INSERT INTO trial VALUES(1,0,'lstm','OK',0.5,1.0,0.10000000000000000555,0.2000000000000000111);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('frame',2);
INSERT INTO sqlite_sequence VALUES('series',3);
INSERT INTO sqlite_sequence VALUES('import',1);
INSERT INTO sqlite_sequence VALUES('run',1);
INSERT INTO sqlite_sequence VALUES('model',1);
CREATE INDEX import_sha256 ON import(sha256);
CREATE INDEX run_series_series ON run_series(series_id);
CREATE INDEX model_series_series ON model_series(series_id);
CREATE VIEW v_old AS SELECT name FROM series;
PRAGMA application_id = 1634495854;
PRAGMA user_version = 1;
COMMIT;
