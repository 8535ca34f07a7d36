-- What more is scored: variances, and moves from the value that forecasts start from.

PRAGMA user_version = 5;

-- Of the step's own value or log return, as the task's variance_of says; NULL: the forecaster knows none.
ALTER TABLE forecast ADD COLUMN variance REAL CHECK(variance BETWEEN 0 AND 1.7976931348623157e308);
ALTER TABLE task_series ADD COLUMN variance_of TEXT CHECK(variance_of IN ('value', 'logreturn'));
-- The last value up to the origin that is not missing.
ALTER TABLE task_series ADD COLUMN last_value REAL CHECK(last_value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308);
