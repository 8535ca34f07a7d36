-- A search over options: every trial with its budget and what training said, the options it tried, and which of them
-- mattered.

PRAGMA user_version = 3;

ALTER TABLE trial ADD COLUMN configuration INTEGER NOT NULL DEFAULT 0; -- 0, 1, …; one may be tried on several budgets
ALTER TABLE trial ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;          -- 0, 1, … of successive halving
ALTER TABLE trial ADD COLUMN budget INTEGER NOT NULL DEFAULT 0;        -- inner folds, or the value of the option that is the budget
ALTER TABLE trial ADD COLUMN reason TEXT;                              -- why there is no loss
ALTER TABLE trial ADD COLUMN naive_loss REAL;                          -- of naive on the same folds
ALTER TABLE trial ADD COLUMN train_loss REAL;                          -- of training, in its own scale
ALTER TABLE trial ADD COLUMN validation_loss REAL;
ALTER TABLE trial ADD COLUMN epochs INTEGER NOT NULL DEFAULT 0;        -- of all fits

-- The options that were searched, as this trial had them.
CREATE TABLE trial_option(
  run_id   INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  trial_no INTEGER NOT NULL,
  "option" TEXT NOT NULL,
  value    TEXT NOT NULL,
  number   REAL,                                            -- of the value; NULL: it is no number
  PRIMARY KEY(run_id, trial_no, "option"),
  FOREIGN KEY(run_id, trial_no) REFERENCES trial ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- How each option went together with the loss, made when the search ends.
CREATE TABLE trial_sensitivity(
  run_id           INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  option_no        INTEGER NOT NULL CHECK(option_no >= 0),  -- as written in the search
  "option"         TEXT NOT NULL,
  share            REAL,                                    -- of the variance of log loss; NULL: not defined
  rank_correlation REAL,
  n                INTEGER NOT NULL,                        -- trials that count
  n_groups         INTEGER NOT NULL,
  PRIMARY KEY(run_id, option_no)
) STRICT, WITHOUT ROWID;
