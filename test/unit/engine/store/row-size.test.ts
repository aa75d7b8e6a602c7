import type { ColumnType } from '#contract/workspace.ts'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { addedColumns, sqlTypeOf } from '../../../../src-main/engine/batch/relations.ts'
import { RowSize } from '../../../../src-main/engine/store/row-size.ts'

const opened: Database.Database[] = []
afterEach(() => {
  for (const database of opened.splice(0)) database.close()
})

const rows = 20_000
const pageBytes = 8192

/** Estimated bytes of a table over those of its pages; `values` are SQL over `n`, the number of the row. */
function estimateOverPages(columns: Record<string, readonly [type: ColumnType, value: string]>): number {
  const database = new Database(':memory:')
  opened.push(database)
  database.pragma(`page_size = ${String(pageBytes)}`)
  const declared = Object.entries(columns).map(([name, [type]]) => ({ name, type }))
  const added = ["'orders'", '0', 'n', '1700000000000 + n', '1700000000100 + n']
  const all = [...declared, ...addedColumns]
  const definitions = all.map(({ name, type }) => `${name} ${sqlTypeOf(type)}`)
  database.exec(`CREATE TABLE t (${definitions.join(', ')}) STRICT`)
  const values = [...Object.values(columns).map(([, value]) => value), ...added]
  database.exec(
    `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${String(rows)})
     INSERT INTO t SELECT ${values.join(', ')} FROM numbers`,
  )
  const size = new RowSize(database, {
    ...{ name: 't', source: 's', columns: declared, landing: null, indexes: [] },
    ...{ retainRows: null, retainBytes: null, retainAgeMs: null },
  })
  for (let look = 0; look < 20; look++) size.measure(look * 60_000)
  const pages = Number(database.pragma('page_count', { simple: true })) - 1
  return (size.bytes * rows) / (pages * pageBytes)
}

describe('the size of rows by a sample', () => {
  it.each([
    ['small integers', { id: ['integer', 'n % 100'], ok: ['boolean', 'n % 2'] }],
    ['integers of every size', { a: ['integer', '1 << (n % 62)'], b: ['integer', '-(1 << (n % 62))'] }],
    ['reals and NULLs', { a: ['real', 'n / 7.0'], b: ['text', 'iif(n % 3, NULL, n)'] }],
    ['texts', { a: ['text', "'customer ' || n"], b: ['text', "printf('%.*c', n % 300, 'x')"] }],
    [
      'an order',
      { id: ['integer', 'n % 500'], at: ['timestamp', '1700000000000 + n'], amount: ['real', 'n / 3.0'] },
    ],
  ] as const)('is that of their pages within a tenth: %s', (_, columns) => {
    const ratio = estimateOverPages(columns)
    expect(ratio).toBeGreaterThan(0.9)
    expect(ratio).toBeLessThan(1.1)
  })
})
