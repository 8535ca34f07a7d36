-- Observations: up to eight series side by side in a frame.

-- name: incoming_columns
-- Declares a block of rows in memory: store/incoming.c.
CREATE TABLE incoming_columns(ts, v0, v1, v2, v3, v4, v5, v6, v7);

-- name: observation_insert_1
-- The rows of a block in memory, by the number of positions that are used. OR FAIL: those before
-- one that is there already stay.
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM incoming;

-- name: observation_insert_2
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, NULL, NULL, NULL, NULL, NULL, NULL FROM incoming;

-- name: observation_insert_3
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, v2, NULL, NULL, NULL, NULL, NULL FROM incoming;

-- name: observation_insert_4
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, v2, v3, NULL, NULL, NULL, NULL FROM incoming;

-- name: observation_insert_5
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, v2, v3, v4, NULL, NULL, NULL FROM incoming;

-- name: observation_insert_6
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, v2, v3, v4, v5, NULL, NULL FROM incoming;

-- name: observation_insert_7
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, v2, v3, v4, v5, v6, NULL FROM incoming;

-- name: observation_insert_8
INSERT OR FAIL INTO observation(frame_id, ts, v0, v1, v2, v3, v4, v5, v6, v7)
SELECT :frame, ts, v0, v1, v2, v3, v4, v5, v6, v7 FROM incoming;

-- name: observation_any
SELECT 1 FROM observation WHERE frame_id = :frame LIMIT 1;

-- name: observation_last
SELECT ts FROM observation WHERE frame_id = :frame ORDER BY ts DESC LIMIT 1;

-- name: observation_times
SELECT ts FROM observation WHERE frame_id = :frame AND ts > :after ORDER BY ts LIMIT :n;

-- name: observation_has
SELECT 1 FROM observation WHERE frame_id = :frame AND ts = :ts;

-- name: staged_create
-- Rows of an import that wait to be sorted.
CREATE TEMP TABLE IF NOT EXISTS staged(group_no INTEGER NOT NULL, ts INTEGER NOT NULL, line INTEGER NOT NULL, data BLOB NOT NULL);

-- name: staged_add
INSERT INTO staged(group_no, ts, line, data) VALUES(:group, :ts, :line, :data);

-- name: staged_rows
SELECT group_no, ts, line, data FROM staged ORDER BY group_no, ts, line;

-- name: staged_drop
DROP TABLE IF EXISTS temp.staged;

-- name: observation_any_frame
SELECT 1 FROM observation LIMIT 1;

-- name: observation_find
SELECT v0, v1, v2, v3, v4, v5, v6, v7 FROM observation WHERE frame_id = :frame AND ts = :ts;

-- name: observation_update
UPDATE observation SET v0 = :v0, v1 = :v1, v2 = :v2, v3 = :v3, v4 = :v4, v5 = :v5, v6 = :v6, v7 = :v7
WHERE frame_id = :frame AND ts = :ts;

-- name: observation_values
SELECT ts, CASE :position WHEN 0 THEN v0 WHEN 1 THEN v1 WHEN 2 THEN v2 WHEN 3 THEN v3
  WHEN 4 THEN v4 WHEN 5 THEN v5 WHEN 6 THEN v6 ELSE v7 END
FROM observation WHERE frame_id = :frame AND ts >= :first AND ts <= :last ORDER BY ts;

-- name: observation_frame
SELECT ts, v0, v1, v2, v3, v4, v5, v6, v7 FROM observation WHERE frame_id = :frame ORDER BY ts;

-- name: observation_frame_range
SELECT ts, v0, v1, v2, v3, v4, v5, v6, v7 FROM observation
WHERE frame_id = :frame AND ts >= :first AND ts <= :last ORDER BY ts;

-- name: observation_clear_position
-- The values of a position become NULL, for a series that is dropped.
UPDATE observation SET
  v0 = CASE WHEN :position <> 0 THEN v0 END,
  v1 = CASE WHEN :position <> 1 THEN v1 END,
  v2 = CASE WHEN :position <> 2 THEN v2 END,
  v3 = CASE WHEN :position <> 3 THEN v3 END,
  v4 = CASE WHEN :position <> 4 THEN v4 END,
  v5 = CASE WHEN :position <> 5 THEN v5 END,
  v6 = CASE WHEN :position <> 6 THEN v6 END,
  v7 = CASE WHEN :position <> 7 THEN v7 END
WHERE frame_id = :frame;

-- name: observation_clear_empty
DELETE FROM observation
WHERE frame_id = :frame AND coalesce(v0, v1, v2, v3, v4, v5, v6, v7) IS NULL;

-- name: observation_clear_frame
DELETE FROM observation WHERE frame_id = :frame;
