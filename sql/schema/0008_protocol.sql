-- How a walk forward went: what the gap and the embargo took.

PRAGMA user_version = 8;

ALTER TABLE run_series ADD COLUMN n_origins INTEGER;                   -- folds in which the series has an origin; NULL: not known
ALTER TABLE run_series ADD COLUMN n_embargoed INTEGER;                 -- origins that the embargo took
ALTER TABLE task_series ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;  -- bars that the gap kept from the fit
