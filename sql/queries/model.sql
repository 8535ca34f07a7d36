-- Models that are kept.

-- name: model_insert
INSERT INTO model(name, spec, run_id, trained_until, frequency, horizon, seed, version, created, digest, data)
VALUES(:name, :spec, :run, :trained_until, :frequency, :horizon, :seed, :version, :now, :digest, :data) RETURNING model_id;

-- name: model_series_insert
INSERT INTO model_series(model_id, series_no, series_id, name) VALUES(:model, :series_no, :series, :name);

-- name: model_find
SELECT model_id, name, spec, trained_until, frequency, horizon, seed, digest, data FROM model WHERE name = :name;

-- name: model_series_list
SELECT name FROM model_series WHERE model_id = :model ORDER BY series_no;

-- name: model_names
SELECT name FROM model ORDER BY name;

-- name: model_drop
DELETE FROM model WHERE name = :name;
