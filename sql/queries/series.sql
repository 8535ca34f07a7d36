-- Series and their frames.

-- name: frame_create
INSERT INTO frame DEFAULT VALUES RETURNING frame_id;

-- name: series_find
SELECT series_id, name, frame_id, position, kind, frequency, time_zone, season_length, unit, first_ts, last_ts, n, missing
FROM series WHERE name = :name;

-- name: series_match
SELECT series_id, name, frame_id, position, kind, frequency, time_zone, season_length, unit, first_ts, last_ts, n, missing
FROM series WHERE name GLOB :pattern OR name = :pattern ORDER BY name;

-- name: series_names
SELECT name FROM series ORDER BY name;

-- name: series_at
SELECT name, frequency FROM series WHERE frame_id = :frame AND position = :position;

-- name: series_create
INSERT INTO series(name, frame_id, position, kind, frequency, time_zone, season_length, unit)
VALUES(:name, :frame, :position, :kind, :frequency, :time_zone, :season_length, :unit)
RETURNING series_id;

-- name: series_rename
UPDATE series SET name = :new_name WHERE series_id = :series;

-- name: series_rename_in_runs
UPDATE OR IGNORE run_series SET name = :new_name WHERE series_id = :series;

-- name: series_rename_in_models
UPDATE model_series SET name = :new_name WHERE series_id = :series;

-- name: series_drop
DELETE FROM series WHERE series_id = :series;

-- name: series_set
UPDATE series SET
  kind = coalesce(:kind, kind),
  frequency = coalesce(:frequency, frequency),
  time_zone = coalesce(:time_zone, time_zone),
  season_length = coalesce(:season_length, season_length),
  unit = nullif(coalesce(:unit, unit), '')
WHERE series_id = :series;

-- name: series_set_statistics
UPDATE series SET first_ts = :first, last_ts = :last, n = :n, missing = :missing
WHERE frame_id = :frame AND position = :position;

-- name: frame_find
SELECT 1 FROM frame WHERE frame_id = :frame;

-- name: series_in_frame
SELECT count(*) FROM series WHERE frame_id = :frame;

-- name: frame_drop
DELETE FROM frame WHERE frame_id = :frame;

-- name: label_insert
INSERT INTO label(series_id, code, label) VALUES(:series, :code, :label);

-- name: label_list
SELECT code, label FROM label WHERE series_id = :series ORDER BY code;
