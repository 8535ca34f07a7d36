-- Imports and what they rejected.

-- name: import_begin
INSERT INTO import(file, sha256, options, started) VALUES(:file, :sha256, :options, :started) RETURNING import_id;

-- name: import_finish
UPDATE import SET sha256 = coalesce(:sha256, sha256), options = coalesce(:options, options),
  rows_read = :rows_read, rows_stored = :rows_stored, rows_rejected = :rows_rejected, finished = :finished
WHERE import_id = :import;

-- name: import_reject
INSERT INTO reject(import_id, reject_no, line, "column", reason, text)
VALUES(:import, :reject_no, :line, :column, :reason, :text);

-- name: import_find_sha256
SELECT import_id, file, rows_stored, finished FROM import WHERE sha256 = :sha256 AND finished IS NOT NULL
ORDER BY import_id DESC LIMIT 1;
