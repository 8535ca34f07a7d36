-- What a connection needs, and the file as a whole.

-- name: connection_identity
SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema), a.application_id = 1634495854
FROM pragma_application_id AS a, pragma_user_version AS v;

-- name: connection_page_size
-- Only of a file that is still empty. Rows are inserted in a sixth less time than with pages of 4 KB.
PRAGMA page_size = 16384;

-- name: connection_wal
PRAGMA journal_mode = WAL;

-- name: connection_synchronous_full
PRAGMA synchronous = FULL;

-- name: connection_synchronous_normal
PRAGMA synchronous = NORMAL;

-- name: connection_foreign_keys
PRAGMA foreign_keys = ON;

-- name: connection_cell_size_check
PRAGMA cell_size_check = ON;

-- name: connection_cache
-- KiB. Rows are read and written in order; the system keeps the file's pages. With 16 MB nothing was faster.
PRAGMA cache_size = -1000;

-- name: connection_bulk_cache
-- Rows come in order: what is written once is not looked at again.
PRAGMA cache_size = -4000;

-- name: connection_rollback_journal
PRAGMA journal_mode = DELETE;

-- name: connection_ignore_references
PRAGMA foreign_keys = OFF;

-- name: connection_ignore_checks
PRAGMA ignore_check_constraints = ON;

-- name: connection_checks
PRAGMA ignore_check_constraints = OFF;

-- name: connection_query_only
PRAGMA query_only = ON;

-- name: connection_json
-- Makes SQLite set up these two table functions, which it would not under the authorizer.
SELECT 1 FROM json_each('[]') AS a, json_tree('[]') AS b;

-- name: connection_begin
BEGIN IMMEDIATE;

-- name: connection_begin_exclusive
BEGIN EXCLUSIVE;

-- name: connection_commit
COMMIT;

-- name: connection_rollback
ROLLBACK;

-- name: file_integrity
PRAGMA integrity_check(1);

-- name: file_foreign_keys
SELECT "table", rowid, parent FROM pragma_foreign_key_check LIMIT 1;

-- name: file_any
SELECT 1 WHERE EXISTS(SELECT 1 FROM frame) OR EXISTS(SELECT 1 FROM import) OR EXISTS(SELECT 1 FROM run)
    OR EXISTS(SELECT 1 FROM model);

-- name: file_vacuum
VACUUM;

-- name: file_analyze
ANALYZE;

-- name: file_analysis_limit
PRAGMA analysis_limit = 1000;

-- name: file_max_pages
-- For the tests of a full disk.
PRAGMA max_page_count = 60;

-- name: views_digest
SELECT value FROM meta WHERE key = 'views';

-- name: views_set_digest
INSERT INTO meta(key, value) VALUES('views', :digest) ON CONFLICT DO UPDATE SET value = excluded.value;

-- name: views_drop_list
SELECT 'DROP VIEW "' || replace(name, '"', '""') || '"' FROM sqlite_schema WHERE type = 'view';
