-- The stored settings of a run, taken apart again.

-- name: settings_values
SELECT json_extract(spec, '$.horizon'), json_extract(spec, '$.folds'), json_extract(spec, '$.step'),
  json_extract(spec, '$.first_origin'), json_extract(spec, '$.scheme'), json_extract(spec, '$.refit'),
  json_extract(spec, '$.gap'), json_extract(spec, '$.season'), json_extract(spec, '$.missing'),
  json_extract(spec, '$.last_origin'), json_extract(spec, '$.embargo'), json_extract(spec, '$.origins'),
  json_type(spec, '$.times') IS NOT NULL
FROM run WHERE run_id = :run;

-- name: settings_times
SELECT t.value FROM run AS r, json_each(r.spec, '$.times') AS t WHERE r.run_id = :run ORDER BY t.key;

-- name: settings_levels
SELECT l.value FROM run AS r, json_each(r.spec, '$.levels') AS l WHERE r.run_id = :run ORDER BY l.key;

-- name: settings_series
SELECT json_extract(s.value, '$.name'), json_extract(s.value, '$.until')
FROM run AS r, json_each(r.spec, '$.series') AS s WHERE r.run_id = :run ORDER BY s.key;

-- name: settings_models
SELECT m.value FROM run AS r, json_each(r.spec, '$.models') AS m WHERE r.run_id = :run ORDER BY m.key;

-- name: settings_search
SELECT json_extract(spec, '$.trials'), json_extract(spec, '$.method'), json_extract(spec, '$.metric'),
  json_extract(spec, '$.budget'), json_extract(spec, '$.full_budget'), json_extract(spec, '$.reduction'),
  json_extract(spec, '$.keep'), json_extract(spec, '$.origin'),
  json_extract(spec, '$.cut')
FROM run WHERE run_id = :run;

-- name: settings_covariates
SELECT json_extract(c.value, '$.role'), json_extract(c.value, '$.name')
FROM run AS r, json_each(r.spec, '$.covariates') AS c WHERE r.run_id = :run ORDER BY c.key;

-- name: model_covariates
SELECT json_extract(c.value, '$.role'), json_extract(c.value, '$.name')
FROM model AS m JOIN run AS r USING(run_id), json_each(r.spec, '$.covariates') AS c
WHERE m.name = :model ORDER BY c.key;
