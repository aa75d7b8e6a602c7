/** A store that an earlier version made opens, and gets what it lacks. */
import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openScratch, openStore } from '../../../../src-main/engine/store/database.ts'
import { prepareTables } from '../../../../src-main/engine/store/tables.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'

it('adds the columns that its system tables did not have yet, and keeps their rows', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-earlier-'))
  const file = path.join(folder, 'store.db')
  const earlier = new Database(file)
  earlier.exec(`
    CREATE TABLE _penstock_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO _penstock_meta VALUES ('format', '1');
    CREATE TABLE sys_batches (
      id INTEGER PRIMARY KEY, source TEXT NOT NULL, committed_at INTEGER NOT NULL, records INTEGER NOT NULL,
      bytes INTEGER NOT NULL, rows_landed INTEGER NOT NULL, dead INTEGER NOT NULL, positions TEXT NOT NULL,
      decode_ms REAL NOT NULL, load_ms REAL NOT NULL, steps_ms REAL NOT NULL, commit_ms REAL, total_ms REAL,
      latency_p50_ms REAL, latency_p99_ms REAL, latency_max_ms REAL, error TEXT
    ) STRICT;
    INSERT INTO sys_batches VALUES (7, 's', 1, 2, 3, 4, 0, '[]', 1, 1, 1, 1, 1, 1, 1, 1, NULL);
    CREATE TABLE sys_tables (
      name TEXT PRIMARY KEY, source TEXT NOT NULL, rows INTEGER NOT NULL, landed INTEGER NOT NULL, evicted INTEGER NOT NULL,
      oldest_at INTEGER, newest_at INTEGER
    ) STRICT, WITHOUT ROWID;
    INSERT INTO sys_tables VALUES ('t', 's', 5, 9, 4, 1, 2);`)
  earlier.close()
  const settings = { mode: 'disk', limitBytes: null, budgetBytes: null } as const
  const { database, lock } = openStore({ folder, file }, settings, 'test', false)
  try {
    expect(database.prepare('SELECT id, watermark, late, too_late FROM sys_batches').all()).toEqual([
      { id: 7, watermark: null, late: null, too_late: null },
    ])
    expect(
      database.prepare('SELECT landed, updated, deleted, stale, duplicates FROM sys_tables').all(),
    ).toEqual([{ landed: 9, updated: 0, deleted: 0, stale: 0, duplicates: 0 }])
  } finally {
    database.close()
    lock.release(false)
    rmSync(folder, { recursive: true })
  }
})

it('keeps a column whose type was not certain then', () => {
  const database = openScratch()
  database.exec(systemSchema)
  const added = '_topic TEXT, _partition INTEGER, _offset INTEGER, _timestamp INTEGER, _ingested_at INTEGER'
  database.exec(`CREATE TABLE t (amount ANY, ${added}) STRICT; INSERT INTO t (amount) VALUES (1.5)`)
  const bounds = { retainRows: null, retainBytes: null, retainAgeMs: null }
  const columns = [{ name: 'amount', type: 'real' as const }]
  prepareTables(database, [{ name: 't', source: 's', columns, landing: null, indexes: [], ...bounds }])
  expect(database.prepare('SELECT amount FROM t').pluck().all()).toEqual([1.5])
  const typed = database.prepare("SELECT type FROM _penstock_columns WHERE column_name = 'amount'").pluck()
  expect(typed.get()).toBe('real')
  database.close()
})
