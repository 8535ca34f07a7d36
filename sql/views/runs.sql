-- Runs, their verdicts, and models.
--
-- The views v_… are the public interface of the database: they keep their columns. A column is described as
-- `name [unit]: meaning`; v_doc is made from that. A time is written YYYY-MM-DDTHH:MM:SS[.ffffff]Z by floor division, so
-- that it is right before 1970 too; for a series without a clock (frequency index) it is the integer. Only built-in
-- functions are used.

-- Every run: which data, spec, seed, build and processor kernel made its rows.
--   run: number of the run
--   name: given by the user
--   kind: backtest, forecast, train or tune
--   status: running, done, failed or interrupted
--   spec: all options, as JSON
--   seed: seed of its random streams
--   data_digest: SHA-256 of the values that went in
--   version: of the program
--   kernel: processor kernel of the arithmetic
--   started [UTC]: when it began
--   finished [UTC]: when it ended
--   cpu_seconds [s]: processor time of the process
--   peak_rss [bytes]: largest memory of the process
--   message: why it failed
--   forecasters: how many
--   series: how many
--   tasks: how many are finished
CREATE VIEW v_run AS
SELECT
  r.run_id AS run, r.name, r.kind, r.status, r.spec, r.seed, r.data_digest, r.version, r.kernel,
  strftime('%Y-%m-%dT%H:%M:%S', (r.started - (r.started % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE r.started % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (r.started % 1000000 + 1000000) % 1000000) END || 'Z' AS started,
  strftime('%Y-%m-%dT%H:%M:%S', (r.finished - (r.finished % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE r.finished % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (r.finished % 1000000 + 1000000) % 1000000) END || 'Z' AS finished,
  r.cpu_seconds, r.peak_rss, r.message,
  (SELECT count(*) FROM run_forecaster AS c WHERE c.run_id = r.run_id) AS forecasters,
  (SELECT count(*) FROM run_series AS s WHERE s.run_id = r.run_id) AS series,
  (SELECT count(*) FROM task AS t WHERE t.run_id = r.run_id) AS tasks
FROM run AS r;

-- The series of a run, as they were called then.
--   run: number of the run
--   series: name of the series
--   frequency: of its bars
--   season_length [bars]: that forecasters and scales used
--   origins [folds]: folds in which it has an origin; NULL: not known
--   embargoed [folds]: origins that the embargo took
CREATE VIEW v_run_series AS
SELECT run_id AS run, name AS series, frequency, season_length, n_origins AS origins, n_embargoed AS embargoed
FROM run_series;

-- The metrics of a run, over all and by series and step.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   series: name of the series; NULL: all
--   step [bars]: bars after the origin; NULL: all
--   metric: code
--   value: the value; NULL: not defined here
--   n [forecasts]: forecasts that went in
--   definition: formula, season length, range, order of averaging
--   unit: value (the series' own), percent, ratio
CREATE VIEW v_metric AS
SELECT
  m.run_id AS run, c.label AS forecaster, s.name AS series, nullif(m.step, 0) AS step, m.metric, m.value, m.n,
  d.definition, d.unit
FROM metric AS m
JOIN run_forecaster AS c ON c.run_id = m.run_id AND c.forecaster_no = m.forecaster_no
JOIN metric_definition AS d ON d.run_id = m.run_id AND d.metric = m.metric
LEFT JOIN run_series AS s ON s.run_id = m.run_id AND s.series_no = m.series_no;

-- One row per forecaster of a run. NULL: not defined, or too little data to say.
--   run: number of the run
--   forecaster: label of the forecaster in the run
--   rank: 1 is best, by mae for one series, by mase over several, forecasts of classes by log_loss
--   mae [unit of the series]: mean absolute error
--   rmse [unit of the series]: root of the mean squared error
--   smape [percent]: symmetric mean absolute percentage error, 0 to 200
--   mase: mean absolute scaled error
--   rmsse: root of the mean squared scaled error
--   coverage_80: share of actuals inside the central 80 % interval
--   coverage_95: share of actuals inside the central 95 % interval
--   crps [unit of the series]: continuous ranked probability score from the quantiles
--   skill: 1 - loss / loss of naive; of classes: 1 - log loss / log loss of majority
--   p_naive: one-sided p of the test that it is better than naive
--   fit_seconds [s]: CPU time of all fits
--   p_two_sided: p of the test that it differs from naive
--   test: name of the test
--   n_origins [folds]: folds compared with naive
--   n_series [series]: series compared with naive
--   n_rows [forecasts]: (series, fold) with a forecast
--   n_failed [forecasts]: (series, fold) without one
--   verdict: in words
--   spec: the forecaster's spec
--   log_loss: mean of -ln p of the class that occurred; NULL for forecasts of numbers, as are the next three
--   brier: mean squared distance of the probabilities from what occurred, 0 to 2
--   accuracy: share of values whose most probable class occurred
--   balanced_accuracy: the same, mean over classes
CREATE VIEW v_leaderboard AS
SELECT
  l.run_id AS run, c.label AS forecaster, l.rank, l.mae, l.rmse, l.smape, l.mase, l.rmsse, l.coverage_80,
  l.coverage_95, l.crps, l.skill, l.p_naive, l.fit_seconds, l.p_two_sided, l.test, l.n_origins, l.n_series, l.n_rows,
  l.n_failed, l.verdict, c.spec, l.log_loss, l.brier, l.accuracy, l.balanced_accuracy
FROM leaderboard AS l
JOIN run_forecaster AS c ON c.run_id = l.run_id AND c.forecaster_no = l.forecaster_no;

-- Tests between the forecasters of a run, on the losses of the leaderboard (by origin, over several series scaled and
-- averaged; classes: log loss); mincer-zarnowitz and pesaran-timmermann on changes from the last value (over several series
-- in units of the MASE scale).
--   run: number of the run
--   test: dm and dm-bartlett: Diebold-Mariano, autocovariances with weights 1 or Bartlett's; wilcoxon: over the mean losses
--     of series; mcs: model confidence set (Tmax, circular block bootstrap); skill: against
--     naive, by the same bootstrap; friedman: whether ranks over series differ, with a row `rank` for each forecaster and
--     nemenyi of all pairs of these; pesaran-timmermann: directions, of steps whose origins do not overlap; mincer-zarnowitz:
--     regression of actuals on forecasts, joint test of intercept 0 and slope 1 with errors that hold with overlap and
--     unequal variances, and a row mincer-zarnowitz-intercept
--   forecaster: label of the forecaster in the run; NULL: all
--   other: the one that it is compared with; NULL: none
--   step [bars]: bars after the origin; NULL: all
--   statistic: of the test
--   p: two-sided, where there are two sides; mcs: the forecaster is in the set of level 1 - p and above
--   p_better: one-sided: the forecaster is better than the other
--   p_holm: p corrected (Holm) for all comparisons of this test, by step and over all apart; nemenyi is so by itself
--   estimate: mean difference of losses; mcs: mean loss; skill: the skill; rank: the mean rank, 1 the best; nemenyi: the
--     difference of ranks; pesaran-timmermann: share of right directions; mincer-zarnowitz: slope, or intercept
--   low: 95 % interval of the estimate
--   high: the same
--   n: origins, series, or directions that went in
CREATE VIEW v_significance AS
SELECT
  g.run_id AS run, g.test, c.label AS forecaster, o.label AS other, nullif(g.step, 0) AS step, g.statistic, g.p, g.p_better,
  g.p_holm, g.estimate, g.low, g.high, g.n
FROM significance AS g
LEFT JOIN run_forecaster AS c ON c.run_id = g.run_id AND c.forecaster_no = g.forecaster_no
LEFT JOIN run_forecaster AS o ON o.run_id = g.run_id AND o.forecaster_no = g.other_no;

-- What would make a result untrustworthy.
--   run: number of the run
--   forecaster: label of the forecaster in the run; NULL: the whole run
--   check: name of the check
--   verdict: pass, warn, fail, or skip: there is too little to tell
--   statistic: what was computed
--   threshold: what it was held against
--   evidence: a sentence
CREATE VIEW v_check AS
SELECT k.run_id AS run, c.label AS forecaster, k.check_name AS "check", k.verdict, k.statistic, k.threshold, k.evidence
FROM check_result AS k
LEFT JOIN run_forecaster AS c ON c.run_id = k.run_id AND c.forecaster_no = k.forecaster_no;

-- The models that are kept.
--   model: name of the model
--   spec: what it is
--   series: the series it was trained on, or their number when there are several
--   trained_until [UTC]: last time that its fit could use
--   seed: seed of its random streams
--   digest: SHA-256 of its bytes
--   bytes [bytes]: its size
--   horizon [bars]: steps it was trained to forecast
--   created [UTC]: when it was kept
--   run: the training's run, whose curve is in v_epoch
--   version: of the program that made it
--   n_series [series]: how many series it was trained on
CREATE VIEW v_model AS
SELECT
  m.name AS model, m.spec,
  CASE (SELECT count(*) FROM model_series AS x WHERE x.model_id = m.model_id)
    WHEN 1 THEN (SELECT x.name FROM model_series AS x WHERE x.model_id = m.model_id)
    ELSE (SELECT count(*) || ' series' FROM model_series AS x WHERE x.model_id = m.model_id)
  END AS series,
  CASE WHEN m.frequency = 'index' THEN m.trained_until ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (m.trained_until - (m.trained_until % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE m.trained_until % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (m.trained_until % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS trained_until,
  m.seed, m.digest, length(m.data) AS bytes, m.horizon,
  strftime('%Y-%m-%dT%H:%M:%S', (m.created - (m.created % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE m.created % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (m.created % 1000000 + 1000000) % 1000000) END || 'Z' AS created,
  m.run_id AS run, m.version,
  (SELECT count(*) FROM model_series AS x WHERE x.model_id = m.model_id) AS n_series
FROM model AS m;

-- What tune tried: a specification on the inner folds of the training span. With successive halving a configuration is
-- tried on several budgets.
--   run: number of the run
--   trial: number of the trial, from 0
--   spec: what was fitted
--   loss: the run's metric on the inner folds; NULL: it failed
--   seconds [s]: CPU time of fitting
--   gap: validation loss - training loss: far above 0 is overfitting; NULL: nothing was trained by epochs
--   status: OK, or the name of what went wrong
--   seconds_per_epoch [s]: CPU time of fitting by epoch
--   configuration: number of the configuration, from 0
--   rung: of successive halving, from 0; 0 in a random search
--   budget: what it could spend: the option named in the run, or inner folds
--   reason: why it failed
--   naive_loss: of naive (of majority, where classes are forecast) on the same folds
--   skill: 1 - loss / naive_loss
--   train_loss: of the trainings in their own scale, where the validation loss was least; mean over fits
--   validation_loss: of the trainings in their own scale, its least value; mean over fits
--   epochs: of all fits
CREATE VIEW v_trial AS
SELECT
  run_id AS run, trial_no AS trial, spec, loss, seconds, gap, status, seconds_per_epoch, configuration, rung, budget, reason,
  naive_loss, CASE WHEN naive_loss > 0 THEN 1 - loss / naive_loss END AS skill, train_loss, validation_loss, epochs
FROM trial;

-- The options that tune searched, trial by trial.
--   run: number of the run
--   trial: number of the trial
--   option: name of the option
--   value: as written in a spec
--   number: the value as a number; NULL: it is none
CREATE VIEW v_trial_option AS
SELECT run_id AS run, trial_no AS trial, "option", value, number FROM trial_option;

-- How each option that tune searched went together with the loss, over the trials of the first rung.
--   run: number of the run
--   option: name of the option
--   share: of the variance of log loss between groups of its values, corrected for chance (epsilon squared); 1: all of it
--   rank_correlation: Spearman, of value and loss; above 0: larger values had larger losses
--   n [trials]: trials with a loss above 0
--   n_groups [groups]: values of a list, or up to four groups of equal count of a range
CREATE VIEW v_sensitivity AS
SELECT run_id AS run, "option", share, rank_correlation, n, n_groups FROM trial_sensitivity;
