/** Stores for tests of queries and statistics: the real system schema, a table and a lookup, filled by a writer here. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Logger } from '../../../../../src-main/engine/engine-api.ts'
import { defaultQueryLimits } from '../../../../../src-main/engine/query/query-limits.ts'
import type { ProcessLimits, QueryLimits } from '../../../../../src-main/engine/query/query-limits.ts'
import { openQueryPool } from '../../../../../src-main/engine/query/query-pool.ts'
import type { QueryPool, QueryPoolOptions } from '../../../../../src-main/engine/query/query-pool.ts'
import { systemSchema } from '../../../../../src-main/engine/store/system-schema.ts'

export const entries = {
  queryProcess: new URL('../../../../../src-main/engine/query/query.process.ts', import.meta.url),
}

/** What was logged, for assertions. */
export class MemoryLogger implements Logger {
  readonly lines: { level: string; fields: object; message: string }[] = []
  readonly debug = this.#writer('debug')
  readonly info = this.#writer('info')
  readonly warn = this.#writer('warn')
  readonly error = this.#writer('error')

  #writer(level: string): (fields: object, message: string) => void {
    return (fields, message) => {
      this.lines.push({ level, fields, message })
    }
  }
}

/** A folder of its own with a store in it; the writer stays open until `remove`. */
export class StoreFixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'penstock-test-'))
  readonly storeFile = path.join(this.folder, 'store.sqlite')
  readonly spoolFolder = path.join(this.folder, 'spool')
  readonly stateFolder = path.join(this.folder, 'state')
  readonly logger = new MemoryLogger()
  readonly writer = new DatabaseSync(this.storeFile)
  readonly #pools: QueryPool[] = []

  constructor() {
    this.writer.exec('PRAGMA journal_mode = wal; PRAGMA synchronous = off')
    this.writer.exec(systemSchema)
    this.writer.exec(`
      CREATE TABLE late_flights (delay INTEGER, origin TEXT, at INTEGER, ratio REAL, note,
        _topic TEXT, _partition INTEGER, _offset INTEGER, _timestamp INTEGER, _ingested_at INTEGER);
      CREATE INDEX late_flights_origin ON late_flights (origin);
      CREATE TABLE airports (iata TEXT PRIMARY KEY, city TEXT);
      INSERT INTO late_flights (delay, origin, at, ratio) VALUES (20, 'SEA', 1000, 0.5), (40, 'JFK', 2000, 1.0);
      INSERT INTO airports VALUES ('SEA', 'Seattle'), ('JFK', 'New York');
      INSERT INTO sys_tables (name, source, rows, landed, evicted, oldest_at, newest_at) VALUES ('late_flights', 'flights', 2, 2, 0, 1000, 2000);
      INSERT INTO sys_lookups VALUES ('airports', '/airports.csv', 2, 1, '');
      INSERT INTO _penstock_columns VALUES ('late_flights', 'table', 'delay', 0, 'integer'),
        ('late_flights', 'table', 'origin', 1, 'text'), ('late_flights', 'table', 'at', 2, 'timestamp'),
        ('late_flights', 'table', 'ratio', 3, 'real'), ('late_flights', 'table', 'note', 4, NULL),
        ('airports', 'lookup', 'iata', 0, 'text'), ('airports', 'lookup', 'city', 1, 'text');`)
  }

  /** A pool over the store; stopped by `remove`. */
  async openPool(
    limits: Partial<Omit<QueryLimits, 'process'>> & { process?: Partial<ProcessLimits> } = {},
    options: Partial<QueryPoolOptions> = {},
  ): Promise<QueryPool> {
    const { storeFile, spoolFolder, stateFolder, logger } = this
    const merged = {
      ...defaultQueryLimits,
      ...limits,
      process: { ...defaultQueryLimits.process, ...limits.process },
    }
    const pool = await openQueryPool({
      ...{ storeFile, spoolFolder, stateFolder, entries, logger, limits: merged },
      ...options,
    })
    this.#pools.push(pool)
    return pool
  }

  /** Stops what was opened, and removes the folder. */
  async remove(): Promise<void> {
    for (const pool of this.#pools) await pool.stop()
    if (this.writer.isOpen) this.writer.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
