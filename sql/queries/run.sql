-- Runs: one process owns a running one.

-- name: run_create
INSERT INTO run(name, kind, status, spec, seed, data_digest, version, kernel, owner, host, pid, process, heartbeat, started)
VALUES(:name, :kind, 'running', :spec, :seed, :data_digest, :version, :kernel, lower(hex(randomblob(16))), :host, :pid, :process,
  :now, :now)
RETURNING run_id, owner;

-- name: run_series_insert
INSERT INTO run_series(run_id, series_no, series_id, name, frequency, season_length, n_origins, n_embargoed)
VALUES(:run, :series_no, :series, :name, :frequency, :season_length, :n_origins, :n_embargoed);

-- name: run_forecaster_insert
INSERT INTO run_forecaster(run_id, forecaster_no, label, spec, options)
VALUES(:run, :forecaster_no, :label, :spec, :options);

-- name: run_find
-- By number, else by name.
SELECT run_id, name, kind, status, message, spec, seed, data_digest, version, kernel, owner, host, pid, process, heartbeat,
  started, finished
FROM run WHERE run_id = :run OR name = :run ORDER BY run_id = :run DESC LIMIT 1;

-- name: run_names
SELECT name FROM run WHERE name IS NOT NULL ORDER BY name;

-- name: run_latest
SELECT max(run_id) FROM run WHERE :kind IS NULL OR kind = :kind;

-- name: run_series_list
SELECT series_no, series_id, name, frequency, season_length FROM run_series WHERE run_id = :run ORDER BY series_no;

-- name: run_forecaster_list
SELECT forecaster_no, label, spec, options FROM run_forecaster WHERE run_id = :run ORDER BY forecaster_no;

-- name: run_take_over
-- Only if the owner is still the one that was found dead.
UPDATE run SET status = 'running', message = NULL, finished = NULL, owner = lower(hex(randomblob(16))), host = :host, pid = :pid,
  process = :process, heartbeat = :now, version = :version, kernel = :kernel
WHERE run_id = :run AND owner IS :owner
RETURNING owner;

-- name: run_heartbeat
UPDATE run SET heartbeat = :now WHERE run_id = :run AND owner = :owner;

-- name: run_finish
UPDATE run SET status = :status, message = :message, owner = NULL, finished = :now, heartbeat = :now,
  cpu_seconds = coalesce(cpu_seconds, 0) + :cpu_seconds, peak_rss = max(coalesce(peak_rss, 0), :peak_rss)
WHERE run_id = :run AND owner = :owner;

-- name: run_drop
DELETE FROM run WHERE run_id = :run;
