import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RetainedTable, rowsOf } from '../../../../src-main/engine/store/retained-table.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'
import { prepareTables } from '../../../../src-main/engine/store/tables.ts'

function tableWith(retainRows: number | null, retainAgeMs: number | null) {
  const database = new Database(':memory:')
  database.exec(systemSchema)
  const shape = {
    name: 't',
    source: 's',
    columns: [{ name: 'n', type: 'integer' as const }],
    landing: null,
    indexes: [],
    retainRows,
    retainBytes: null,
    retainAgeMs,
  }
  prepareTables(database, [shape])
  const insert = database.prepare('INSERT INTO t (n, _ingested_at) VALUES (?, ?)')
  const land = (table: RetainedTable, rows: number, at: number): void => {
    for (let row = 0; row < rows; row++) insert.run(row, at)
    table.landed(rows, at, null)
    table.settle(rows, at, null)
    table.committed()
  }
  const stored = (): number => Number(database.prepare('SELECT count(*) FROM t').pluck().get())
  return {
    table: new RetainedTable(database, shape),
    land,
    stored,
    reopened: () => new RetainedTable(database, shape),
  }
}

describe('RetainedTable', () => {
  it('knows its size without counting, whatever lands and is evicted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(40), { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        (batches, bound) => {
          const { table, land, stored, reopened } = tableWith(bound, null)
          batches.forEach((rows, index) => {
            land(table, rows, index)
          })
          const landed = batches.reduce((sum, rows) => sum + rows, 0)
          expect(table.rows).toBe(Math.min(landed, bound))
          expect(stored()).toBe(table.rows)
          expect(table.committedState.evicted).toBe(landed - table.rows)
          expect(rowsOf(reopened().committedState)).toBe(table.rows)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('evicts exactly the rows that are too old', () => {
    const { table, land, stored } = tableWith(null, 1000)
    for (let second = 0; second < 10; second++) land(table, 3, second * 500)
    expect(table.evict(4600, 1_000_000, null)).toBe(0)
    expect(table.evict(5200, 1_000_000, null)).toBe(9)
    expect(stored()).toBe(3)
    expect(table.evict(60_000, 1_000_000, null)).toBe(3)
    table.committed()
    expect(table.committedState).toMatchObject({ evicted: 30, oldestAt: null })
    land(table, 2, 60_100)
    expect(table.rows).toBe(2)
  })

  it('evicts in bounded steps', () => {
    const { table, land } = tableWith(null, 10)
    land(table, 100, 0)
    expect([
      table.evict(5000, 30, null),
      table.evict(7000, 30, null),
      table.evict(9000, 30, null),
      table.evict(11_000, 30, null),
    ]).toEqual([30, 30, 30, 10])
  })

  it('forgets what a transaction that was rolled back had counted', () => {
    const { table, land } = tableWith(10, null)
    land(table, 5, 1)
    const before = { ...table.committedState }
    table.landed(0, 2, null)
    table.rolledBack()
    expect(table.committedState).toEqual(before)
  })
})
