/** A source with tables whose batches land in a real database, for tests of keys and duplicates. */
import Database from 'better-sqlite3'
import { jsonbType, JsonbWriter } from '../../../../src-main/engine/batch/jsonb-writer.ts'
import type { BatchResult } from '../../../../src-main/engine/batch/batch-result.ts'
import { makeSystemTables, openScratch } from '../../../../src-main/engine/store/database.ts'
import { KeyedTable } from '../../../../src-main/engine/store/keyed-table.ts'
import type { LandedTable, TableCounts } from '../../../../src-main/engine/store/landed-table.ts'
import { RetainedTable } from '../../../../src-main/engine/store/retained-table.ts'
import { prepareTables } from '../../../../src-main/engine/store/tables.ts'
import { planWorkspace } from '../../../../src-main/engine/transform/plan.ts'
import { SourceTransform } from '../../../../src-main/engine/transform/run-batch.ts'
import type { Column, Deduplication, Table, TableKey } from '../../../../src-main/workspace/model.ts'
import { source, workspace } from '../../../support/workspaces.ts'

const position = { line: 1, column: 1 }

export function keyOf(
  columns: readonly string[],
  extra: { newestBy?: string; deleteWhen?: string } = {},
): TableKey {
  const { newestBy, deleteWhen } = extra
  return {
    columns,
    newestBy: newestBy === undefined ? null : { column: newestBy, position },
    deleteWhen: deleteWhen === undefined ? null : { sql: deleteWhen, position, multiline: false },
    position,
  }
}

export function distinctBy(by: readonly string[], withinMs: number): Deduplication {
  return { by, withinMs, position }
}

/** Values in the order of the columns; numbers are integers unless the column is real. */
export interface BenchRecord {
  values: readonly (string | number | null)[]
  partition?: number
  offset: number
  timestampMs?: number
}

export class KeyedBench {
  readonly #columns: readonly Column[]
  readonly #tables: readonly Table[]
  readonly #eventTime: string | null
  #database: Database.Database
  #transform: SourceTransform
  #landed: LandedTable[]

  constructor(columns: readonly Column[], tables: readonly Table[], eventTime: string | null = null) {
    this.#columns = columns
    this.#tables = tables
    this.#eventTime = eventTime
    const parts = this.#open(new Database(':memory:'))
    this.#database = parts.database
    this.#transform = parts.transform
    this.#landed = parts.landed
  }

  /** As after a restart of the process: only what the database file holds goes on. */
  reopen(): void {
    const file = this.#database.serialize()
    this.#database.close()
    const parts = this.#open(new Database(file))
    this.#database = parts.database
    this.#transform = parts.transform
    this.#landed = parts.landed
  }

  close(): void {
    this.#database.close()
  }

  /** Lands one batch in a transaction. */
  batch(records: readonly BenchRecord[], ingestedAt = 77): BatchResult {
    this.#database.exec('BEGIN')
    this.#transform.load(Buffer.from(this.#packed(records)), null)
    const result = this.#transform.run(records.length, { topic: 'topic', ingestedAt }, null)
    for (const table of this.#landed) {
      const rows = result.landed.get(table.name) ?? 0
      table.landed(rows, ingestedAt, result.changes.get(table.name) ?? null)
      table.settle(rows, ingestedAt, null)
    }
    this.#database.exec('COMMIT')
    for (const table of this.#landed) table.committed()
    return result
  }

  all(sql: string): unknown[] {
    return this.#database.prepare(sql).all()
  }

  counts(table = 't'): TableCounts {
    const found = this.#landed.find(({ name }) => name === table)
    if (found === undefined) throw new Error(`no table ${table}`)
    return found.counts
  }

  #packed(records: readonly BenchRecord[]): Uint8Array {
    const writer = new JsonbWriter()
    for (const { values, partition = 0, offset, timestampMs = 1000 } of records) {
      writer.beginRow()
      values.forEach((value, index) => {
        if (value === null) writer.null()
        else if (typeof value === 'number' && this.#columns[index]?.type !== 'real') writer.integer(value)
        else {
          const text = new TextEncoder().encode(Object.is(value, -0) ? '-0.0' : String(value))
          writer.span(typeof value === 'number' ? jsonbType.float : jsonbType.textRaw, text, 0, text.length)
        }
      })
      writer.integer(partition)
      writer.integer(offset)
      writer.integer(timestampMs)
      writer.endRow()
    }
    return writer.take()
  }

  #open(database: Database.Database): {
    database: Database.Database
    transform: SourceTransform
    landed: LandedTable[]
  } {
    makeSystemTables(database)
    const sources = [{ ...source('s', '/s', this.#columns), eventTime: this.#eventTime }]
    const columns = new Map([['s', this.#columns]])
    const scratch = openScratch()
    const { plans, problems } = planWorkspace(
      ...([workspace('/w', { sources, tables: this.#tables }), columns, [], scratch] as const),
    )
    const [plan] = plans
    if (problems.length > 0 || plan === undefined) throw new Error(JSON.stringify(problems))
    prepareTables(database, plan.tables)
    const landed = plan.tables.map((shape) =>
      shape.landing?.kind === 'keyed' ? new KeyedTable(database, shape) : new RetainedTable(database, shape),
    )
    return { database, transform: new SourceTransform(database, plan), landed }
  }
}
