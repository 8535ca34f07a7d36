-- Tests between forecasters, made when a run ends.

PRAGMA user_version = 6;

-- Tests between forecasters, made when the run ends. forecaster_no -1: of all; other_no -1: against none.
CREATE TABLE significance(
  run_id        INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  test          TEXT NOT NULL,
  forecaster_no INTEGER NOT NULL CHECK(forecaster_no >= -1),
  other_no      INTEGER NOT NULL CHECK(other_no >= -1),
  step          INTEGER NOT NULL CHECK(step >= 0),          -- 0: all steps
  statistic     REAL,
  p             REAL CHECK(p BETWEEN 0 AND 1),              -- two-sided where there are two sides
  p_better      REAL CHECK(p_better BETWEEN 0 AND 1),       -- one-sided: the forecaster is better
  p_holm        REAL CHECK(p_holm BETWEEN 0 AND 1),         -- p for all comparisons of its family
  estimate      REAL,                                       -- what was estimated, with an interval of 95 %
  low           REAL,
  high          REAL,
  n             INTEGER NOT NULL,
  PRIMARY KEY(run_id, test, forecaster_no, other_no, step)
) STRICT, WITHOUT ROWID;
