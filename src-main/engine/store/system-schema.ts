/**
 * The engine's own tables in the store. People and the console read the `sys_` relations; `_penstock_` ones are the
 * engine's book-keeping. Times are milliseconds since 1970 UTC. Bounded by the store's housekeeping (see limits).
 */
/** Grows when the meaning of the tables changes. */
export const storeFormat = '1'

export const systemSchema = `
CREATE TABLE IF NOT EXISTS _penstock_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The workspace that fills the store: penstock.yaml as it was read, in which no secret stands, and the columns of each source
-- as used (JSON, by source). One row.
CREATE TABLE IF NOT EXISTS sys_workspace (
  file TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, columns TEXT NOT NULL, read_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where each source goes on: next offset by partition, and the reader's own place (JSON; partition -1). Names with a slash are
-- runs of backfills, and where those end.
CREATE TABLE IF NOT EXISTS _penstock_positions (
  source TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL, place TEXT,
  PRIMARY KEY (source, topic, partition)
) STRICT, WITHOUT ROWID;

-- rows_landed: rows that tables took; of those with key, also those that took the place of another.
-- watermark: newest event time minus the allowed lateness; late and too_late: records behind the newest, and behind the watermark.
-- commit_ms, total_ms and the latencies are known only once the batch has committed, so the next transaction fills them in.
CREATE TABLE IF NOT EXISTS sys_batches (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, committed_at INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,
  rows_landed INTEGER NOT NULL, dead INTEGER NOT NULL,
  positions TEXT NOT NULL, -- JSON: [{"topic","partition","from","to"}], offsets as text, from inclusive, to exclusive
  decode_ms REAL NOT NULL, load_ms REAL NOT NULL, steps_ms REAL NOT NULL, commit_ms REAL, total_ms REAL,
  latency_p50_ms REAL, latency_p99_ms REAL, latency_max_ms REAL, error TEXT,
  watermark INTEGER, late INTEGER, too_late INTEGER
) STRICT;

-- One row per step and batch. filtered is NULL where the step groups rows.
CREATE TABLE IF NOT EXISTS sys_steps (
  id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL, at INTEGER NOT NULL, source TEXT NOT NULL, table_name TEXT NOT NULL,
  step TEXT NOT NULL, rows_in INTEGER NOT NULL, rows_out INTEGER NOT NULL, filtered INTEGER, failed INTEGER NOT NULL, ms REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sys_steps_batch ON sys_steps (batch_id);

-- Throughput by time slice: 1 s for an hour, then 10 s for a day, then 60 s for a month. A slice without a row was not measured.
-- Rows with a source are what that source took in; rows with a connection are what was appended to the topic, from its offsets.
CREATE TABLE IF NOT EXISTS _penstock_topics (
  seconds INTEGER NOT NULL, at INTEGER NOT NULL, source TEXT NOT NULL, connection TEXT NOT NULL DEFAULT '',
  topic TEXT NOT NULL, partition INTEGER NOT NULL,
  records INTEGER NOT NULL, bytes INTEGER NOT NULL, dead INTEGER NOT NULL,
  PRIMARY KEY (seconds, at, source, connection, topic, partition)
) STRICT, WITHOUT ROWID;
-- Lag of consumer groups, and of this workspace's own sources (then source is not empty). NULL is not known.
CREATE TABLE IF NOT EXISTS sys_lag (
  seconds INTEGER NOT NULL, at INTEGER NOT NULL, connection TEXT NOT NULL, group_id TEXT NOT NULL, source TEXT NOT NULL,
  topic TEXT NOT NULL, partition INTEGER NOT NULL, committed INTEGER, latest INTEGER, lag INTEGER, lag_ms INTEGER,
  PRIMARY KEY (seconds, at, connection, group_id, source, topic, partition)
) STRICT, WITHOUT ROWID;
-- Sizes of the store itself, by the same slices; the largest within a wider one. Used: without pages that are free to be used again.
CREATE TABLE IF NOT EXISTS sys_store (
  seconds INTEGER NOT NULL, at INTEGER NOT NULL,
  used_bytes INTEGER NOT NULL, file_bytes INTEGER NOT NULL, log_bytes INTEGER NOT NULL,
  PRIMARY KEY (seconds, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _penstock_topic_state (
  source TEXT NOT NULL, topic TEXT NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, dead INTEGER NOT NULL,
  decode_ms REAL NOT NULL, last_record_at INTEGER,
  PRIMARY KEY (source, topic)
) STRICT, WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS sys_topics AS
  SELECT t.at, t.seconds, t.source, t.connection, t.topic, t.partition, t.records, t.bytes, t.dead, s.last_record_at,
         round(unixepoch('subsec') - s.last_record_at / 1000.0, 1) AS seconds_since_last_record
  FROM _penstock_topics t LEFT JOIN _penstock_topic_state s ON s.source = t.source AND s.topic = t.topic;

CREATE TABLE IF NOT EXISTS sys_dead_letters (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  "offset" INTEGER NOT NULL, timestamp INTEGER, table_name TEXT NOT NULL, step TEXT NOT NULL, column_name TEXT NOT NULL,
  kind TEXT NOT NULL, -- stable word, for example "invalid-json", "type", "missing", "step"
  reason TEXT NOT NULL, sql TEXT NOT NULL, value BLOB, size_bytes INTEGER NOT NULL, key TEXT, headers TEXT
) STRICT;

-- Offsets that a source could not read: from inclusive, to exclusive.
CREATE TABLE IF NOT EXISTS sys_gaps (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  from_offset INTEGER NOT NULL, to_offset INTEGER NOT NULL, records INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS _penstock_gap_totals (
  source TEXT PRIMARY KEY, records INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Newest event time of each source, and records that came out of order since the store began.
CREATE TABLE IF NOT EXISTS _penstock_watermarks (
  source TEXT PRIMARY KEY, newest_at INTEGER, late INTEGER NOT NULL, too_late INTEGER NOT NULL, ahead INTEGER NOT NULL,
  origin TEXT NOT NULL DEFAULT '' -- where newest_at comes from; empty where an earlier version wrote it
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sys_events (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, level TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  message TEXT NOT NULL, detail TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS sys_tables (
  name TEXT PRIMARY KEY, source TEXT NOT NULL, rows INTEGER NOT NULL, landed INTEGER NOT NULL, evicted INTEGER NOT NULL,
  oldest_at INTEGER, newest_at INTEGER,
  updated INTEGER NOT NULL DEFAULT 0, -- of the rows that landed, those that took the place of an earlier one of their key
  deleted INTEGER NOT NULL DEFAULT 0, -- rows that deletes removed
  stale INTEGER NOT NULL DEFAULT 0, -- records older than what the table had under their key
  duplicates INTEGER NOT NULL DEFAULT 0 -- records left out because their key had landed
) STRICT, WITHOUT ROWID;

-- Totals of each step since the store began; sys_steps keeps only the newest batches.
CREATE TABLE IF NOT EXISTS _penstock_step_totals (
  table_name TEXT NOT NULL, step TEXT NOT NULL, rows_in INTEGER NOT NULL, rows_out INTEGER NOT NULL, filtered INTEGER,
  failed INTEGER NOT NULL, ms REAL NOT NULL,
  PRIMARY KEY (table_name, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sys_lookups (
  name TEXT PRIMARY KEY, origin TEXT NOT NULL, rows INTEGER NOT NULL, loaded_at INTEGER, problem TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Tables and columns that came when their source had read records before, and are filled from what it still holds.
CREATE TABLE IF NOT EXISTS sys_backfills (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, table_name TEXT NOT NULL,
  columns TEXT NOT NULL, -- JSON: the new columns, none for a whole table
  -- "running", "done", "paused" while the workspace does not have the table, "stopped" where it does not want it filled
  state TEXT NOT NULL,
  records INTEGER NOT NULL, total INTEGER NOT NULL, -- records read, of about so many
  rows INTEGER NOT NULL, -- rows that landed, or whose columns were filled in
  begun_at INTEGER NOT NULL, ended_at INTEGER, problem TEXT NOT NULL, run TEXT NOT NULL
) STRICT;

-- Rollups: rows taken in, groups kept, and what no window could hold. applied_row is the last row of the table taken in.
CREATE TABLE IF NOT EXISTS sys_rollups (
  name TEXT PRIMARY KEY, from_name TEXT NOT NULL, table_name TEXT NOT NULL, rows INTEGER NOT NULL, groups INTEGER NOT NULL,
  untimed INTEGER NOT NULL, -- rows without event time
  missed INTEGER NOT NULL, -- rows of windows that are not kept any more
  evicted INTEGER NOT NULL, oldest_at INTEGER, newest_at INTEGER, problem TEXT NOT NULL,
  applied_row INTEGER NOT NULL, definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Declared type of every column of tables, rollups and lookups, for the console: SQLite itself knows no timestamp, boolean or json.
CREATE TABLE IF NOT EXISTS _penstock_columns (
  relation TEXT NOT NULL, kind TEXT NOT NULL, -- "table", "rollup" or "lookup"
  column_name TEXT NOT NULL, position INTEGER NOT NULL, type TEXT, -- a ColumnType, NULL where an expression
  PRIMARY KEY (relation, column_name)
) STRICT, WITHOUT ROWID;
`

/** Columns that stores of earlier versions do not have, with their definitions. */
export const addedSystemColumns: Readonly<Record<string, readonly string[]>> = {
  sys_batches: ['watermark', 'late', 'too_late'].map((name) => `${name} INTEGER`),
  sys_tables: ['updated', 'deleted', 'stale', 'duplicates'].map(
    (name) => `${name} INTEGER NOT NULL DEFAULT 0`,
  ),
  _penstock_watermarks: ["origin TEXT NOT NULL DEFAULT ''"],
}

/** Timestamp columns of the system relations, which `_penstock_columns` does not list. */
export const systemTimestamps: Readonly<Record<string, readonly string[]>> = {
  sys_batches: ['committed_at', 'watermark'],
  sys_steps: ['at'],
  sys_topics: ['at', 'last_record_at'],
  sys_dead_letters: ['at', 'timestamp'],
  sys_gaps: ['at'],
  sys_lag: ['at'],
  sys_store: ['at'],
  sys_events: ['at'],
  sys_tables: ['oldest_at', 'newest_at'],
  sys_rollups: ['oldest_at', 'newest_at'],
  sys_lookups: ['loaded_at'],
  sys_backfills: ['begun_at', 'ended_at'],
  sys_workspace: ['read_at'],
  sys_snapshot: ['taken_at'],
}
