-- Trials of a search over options.

-- name: trial_insert
INSERT INTO trial(run_id, trial_no, spec, status, reason, loss, naive_loss, seconds, seconds_per_epoch, train_loss,
  validation_loss, gap, epochs, configuration, rung, budget)
VALUES(:run, :trial, :spec, :status, :reason, :loss, :naive_loss, :seconds, :seconds_per_epoch, :train_loss,
  :validation_loss, :gap, :epochs, :configuration, :rung, :budget);

-- name: trial_option_insert
INSERT INTO trial_option(run_id, trial_no, "option", value, number) VALUES(:run, :trial, :option, :value, :number);

-- name: trial_list
SELECT trial_no, configuration, status = 'OK', loss, naive_loss FROM trial WHERE run_id = :run ORDER BY trial_no;

-- name: trial_sensitivity_clear
DELETE FROM trial_sensitivity WHERE run_id = :run;

-- name: trial_sensitivity_insert
INSERT INTO trial_sensitivity(run_id, option_no, "option", share, rank_correlation, n, n_groups)
VALUES(:run, :option_no, :option, :share, :rank_correlation, :n, :n_groups);
