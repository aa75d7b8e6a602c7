/** Rows of the system tables for tests of the history: whole rows with defaults, so that a test names what it is about. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

type Row = Record<string, SQLInputValue>

function insert(database: DatabaseSync, table: string, row: Row): void {
  const names = Object.keys(row).map((name) => `"${name}"`)
  const marks = names.map(() => '?').join(', ')
  const values = Object.values(row).map((value) =>
    typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
  )
  database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).run(...values)
}

/** A slice of throughput; one second unless told otherwise. */
export function addSlice(database: DatabaseSync, row: { at: number; records: number } & Row): void {
  const defaults = { seconds: 1, source: 'flights', topic: 'flights', partition: 0, bytes: 0, dead: 0 }
  insert(database, '_penstock_topics', { ...defaults, ...row })
}

/** A slice of lag; one second unless told otherwise. */
export function addLag(database: DatabaseSync, row: { at: number; lag: number | null } & Row): void {
  insert(database, 'sys_lag', {
    ...{ seconds: 1, connection: 'local', group_id: 'g', source: '', topic: 'flights', partition: 0 },
    ...{ committed: null, latest: null, lag_ms: null },
    ...row,
  })
}

/** A slice of sizes; one second unless told otherwise. */
export function addSize(database: DatabaseSync, row: { at: number; used_bytes: number } & Row): void {
  insert(database, 'sys_store', { ...{ seconds: 1, file_bytes: 10_000, log_bytes: 0 }, ...row })
}

export function addBatch(database: DatabaseSync, row: { id: number } & Row): void {
  insert(database, 'sys_batches', {
    ...{ source: 'flights', committed_at: 0, records: 0, bytes: 0, rows_landed: 0, dead: 0, positions: '[]' },
    ...{ decode_ms: 0.5, load_ms: 1.5, steps_ms: 2.5, commit_ms: null, total_ms: null, error: null },
    ...{ latency_p50_ms: null, latency_p99_ms: null, latency_max_ms: null },
    ...row,
  })
}

export function addStep(database: DatabaseSync, row: { batch_id: number } & Row): void {
  insert(database, 'sys_steps', {
    ...{ at: 0, source: 'flights', table_name: 'late_flights', step: 'late', rows_in: 0, rows_out: 0 },
    ...{ filtered: 0, failed: 0, ms: 1.25 },
    ...row,
  })
}

export function addDeadLetter(database: DatabaseSync, row: { id: number } & Row): void {
  insert(database, 'sys_dead_letters', {
    ...{
      at: 0,
      source: 'flights',
      topic: 'flights',
      partition: 0,
      offset: 0,
      timestamp: null,
      table_name: '',
    },
    ...{ step: 'decode', column_name: '', kind: 'invalid-json', reason: 'not JSON', sql: '', value: null },
    ...{ size_bytes: 0, key: null, headers: null },
    ...row,
  })
}

export function addEvent(database: DatabaseSync, row: { id: number } & Row): void {
  const defaults = {
    at: 0,
    level: 'info',
    kind: 'started',
    subject: 'engine',
    message: 'started',
    detail: null,
  }
  insert(database, 'sys_events', { ...defaults, ...row })
}
