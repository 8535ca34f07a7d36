-- Trainings that can be gone on with, and their states.

-- name: training_insert
INSERT INTO training(run_id, command, model_name) VALUES(:run, :command, :model_name);

-- name: training_find
SELECT command, model_name FROM training WHERE run_id = :run;

-- name: training_open
-- The last one of this command that did not end well.
SELECT max(run_id) FROM training JOIN run USING(run_id) WHERE command = :command AND status <> 'done';

-- name: training_same_name
SELECT run_id, owner, host, pid, process, heartbeat FROM training JOIN run USING(run_id)
WHERE model_name = :model_name AND run_id > :after ORDER BY run_id LIMIT 1;

-- name: training_drop
DELETE FROM training WHERE run_id = :run;

-- name: checkpoint_save
INSERT INTO checkpoint(run_id, fit, training, saved, digest, data) VALUES(:run, :fit, :training, :now, :digest, :data)
ON CONFLICT DO UPDATE SET saved = excluded.saved, digest = excluded.digest, data = excluded.data;

-- name: checkpoint_load
SELECT digest, data FROM checkpoint WHERE run_id = :run AND fit = :fit AND training = :training;

-- name: checkpoint_drop_fits
DELETE FROM checkpoint WHERE run_id = :run AND fit BETWEEN :first AND :last;

-- name: checkpoint_drop
DELETE FROM checkpoint WHERE run_id = :run;
