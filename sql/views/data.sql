-- Data and imports.
--
-- The views v_… are the public interface of the database: they keep their columns. A column is described as
-- `name [unit]: meaning`; v_doc is made from that. A time is written YYYY-MM-DDTHH:MM:SS[.ffffff]Z by floor division, so
-- that it is right before 1970 too; for a series without a clock (frequency index) it is the integer. Only built-in
-- functions are used.

-- Every series with its calendar and extent.
--   series: name of the series
--   kind: numeric, price, or categorical (values are codes of labels)
--   frequency: S T H D B W M Q Y, multiples such as 15T, irregular, or index (no clock)
--   time_zone: zone in which calendar rules and times without a zone are read; stored times are UTC
--   season_length [bars]: usual season, 1 when there is none
--   unit: unit of the values, as set by the user
--   first_time [UTC]: time of the first value
--   last_time [UTC]: time of the last value
--   n [values]: number of values
--   missing [rows]: rows between the first and the last value that have none
CREATE VIEW v_series AS
SELECT
  s.name AS series, s.kind, s.frequency, s.time_zone, s.season_length, s.unit,
  CASE WHEN s.frequency = 'index' THEN s.first_ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (s.first_ts - (s.first_ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE s.first_ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (s.first_ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS first_time,
  CASE WHEN s.frequency = 'index' THEN s.last_ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (s.last_ts - (s.last_ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE s.last_ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (s.last_ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS last_time,
  s.n, s.missing
FROM series AS s;

-- Every observation, one row per series and time, from its first value to its last; a missing one inside has NULL.
-- Give the series by name and the range by ts: then it is a search by key.
--   series: name of the series
--   ts [µs]: microseconds since 1970-01-01T00:00:00Z, or the bar's number when the series has no clock
--   time [UTC]: ts as text, or the bar's number
--   value [unit of the series]: the value; NULL when missing
CREATE VIEW v_observation AS
SELECT
  s.name AS series, o.ts,
  CASE WHEN s.frequency = 'index' THEN o.ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (o.ts - (o.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE o.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (o.ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS time,
  CASE s.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END AS value
FROM series AS s
JOIN observation AS o ON o.frame_id = s.frame_id
WHERE +o.ts >= s.first_ts AND +o.ts <= s.last_ts; -- + keeps the key for the range that the reader gives

-- What the values of a categorical series stand for: join it to v_observation by series and value = code.
--   series: name of the series
--   code: 0, 1, … in the order in which the labels came
--   label: text of the file
CREATE VIEW v_label AS
SELECT s.name AS series, l.code, l.label
FROM label AS l JOIN series AS s USING(series_id);

-- Market bars: the series NAME.open, NAME.high, NAME.low, NAME.close and NAME.volume that lie in one frame, side by side.
--   series: NAME, what the names have in common
--   ts [µs]: microseconds since 1970-01-01T00:00:00Z
--   time [UTC]: ts as text
--   open [unit of the series]: first price of the bar
--   high [unit of the series]: highest price
--   low [unit of the series]: lowest price
--   close [unit of the series]: last price
--   volume [units traded]: traded volume
CREATE VIEW v_bar AS
SELECT
  substr(c.name, 1, length(c.name) - 6) AS series, o.ts,
  CASE WHEN c.frequency = 'index' THEN o.ts ELSE
      strftime('%Y-%m-%dT%H:%M:%S', (o.ts - (o.ts % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE o.ts % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (o.ts % 1000000 + 1000000) % 1000000) END || 'Z'
    END AS time,
  CASE WHEN a.position IS NULL THEN NULL ELSE
    CASE a.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END END AS open,
  CASE WHEN h.position IS NULL THEN NULL ELSE
    CASE h.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END END AS high,
  CASE WHEN l.position IS NULL THEN NULL ELSE
    CASE l.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END END AS low,
  CASE c.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END AS close,
  CASE WHEN v.position IS NULL THEN NULL ELSE
    CASE v.position WHEN 0 THEN o.v0 WHEN 1 THEN o.v1 WHEN 2 THEN o.v2 WHEN 3 THEN o.v3
                    WHEN 4 THEN o.v4 WHEN 5 THEN o.v5 WHEN 6 THEN o.v6 ELSE o.v7 END END AS volume
FROM series AS c
JOIN observation AS o ON o.frame_id = c.frame_id
LEFT JOIN series AS a ON a.name = substr(c.name, 1, length(c.name) - 5) || 'open' AND a.frame_id = c.frame_id
LEFT JOIN series AS h ON h.name = substr(c.name, 1, length(c.name) - 5) || 'high' AND h.frame_id = c.frame_id
LEFT JOIN series AS l ON l.name = substr(c.name, 1, length(c.name) - 5) || 'low' AND l.frame_id = c.frame_id
LEFT JOIN series AS v ON v.name = substr(c.name, 1, length(c.name) - 5) || 'volume' AND v.frame_id = c.frame_id
WHERE c.name GLOB '?*.close' AND +o.ts >= c.first_ts AND +o.ts <= c.last_ts;

-- Every imported file.
--   file: name as it was given; - is standard input
--   sha256: digest of the file's bytes
--   rows_read [rows]: records of the file, header aside
--   rows_stored [rows]: records that were stored
--   rows_rejected [rows]: records that were not; see v_reject
--   started [UTC]: when the import began
--   finished [UTC]: when it ended
--   import: number of the import
--   options: what was given and what was found out, as JSON
CREATE VIEW v_import AS
SELECT
  i.file, i.sha256, i.rows_read, i.rows_stored, i.rows_rejected,
  strftime('%Y-%m-%dT%H:%M:%S', (i.started - (i.started % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE i.started % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (i.started % 1000000 + 1000000) % 1000000) END || 'Z' AS started,
  strftime('%Y-%m-%dT%H:%M:%S', (i.finished - (i.finished % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
      || CASE i.finished % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', (i.finished % 1000000 + 1000000) % 1000000) END || 'Z' AS finished,
  i.import_id AS import, i.options
FROM import AS i;

-- What imports did not store, and why.
--   file: name as it was given
--   line: physical line of the file, from 1
--   column: character of the line at which the text begins, from 1, as in messages
--   reason: why it was not stored
--   text: what stood there
--   import: number of the import
CREATE VIEW v_reject AS
SELECT i.file, r.line, r."column", r.reason, r.text, r.import_id AS import
FROM reject AS r JOIN import AS i USING(import_id);
