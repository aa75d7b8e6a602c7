/** The budget of a store: who gives way, and that people are told of it once. */
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { LandedTable } from '../../../../src-main/engine/store/landed-table.ts'
import { StoreBudget, UsedBytes } from '../../../../src-main/engine/store/store-budget.ts'

const budgetBytes = 1_000_000
const blobBytes = 4000
const nothing = (): void => undefined

function landed(name: string, rows: number, rowBytes: number): LandedTable {
  const counts = {
    ...{ rows, evicted: 0, oldestAt: null, newestAt: null },
    ...{ landed: rows, updated: 0, deleted: 0, stale: 0, duplicates: 0 },
  }
  const untouched = {
    settle: nothing,
    evict: () => 0,
    note: nothing,
    committed: nothing,
    rolledBack: nothing,
  }
  return {
    ...{ name, source: 's', isKeyed: false, rowBytes, counts },
    ...{ held: { first: 1, last: rows, evicted: 0 }, landed: nothing, ...untouched },
  }
}

/** A store that can be filled to a share of the budget, and what it says at each look. */
function filled() {
  const database = new Database(':memory:')
  database.exec('CREATE TABLE t (filling BLOB)')
  const used = new UsedBytes(database)
  const add = database.prepare('INSERT INTO t VALUES (zeroblob(?))')
  const messages: string[] = []
  const budget = new StoreBudget(database, budgetBytes, (message) => messages.push(message))
  const look = (share: number, rows = 100, rowBytes = blobBytes): ReturnType<StoreBudget['excess']> => {
    database.exec('DELETE FROM t')
    while (used.read().used < budgetBytes * share) add.run(blobBytes)
    return budget.excess([landed('large', rows, rowBytes), landed('small', Math.min(rows, 1), rowBytes)])
  }
  return { look, messages }
}

it('is told once while the store stays near it, and anew after it was well below', () => {
  const { look, messages } = filled()
  expect(look(0.5)).toBeNull()
  for (let round = 0; round < 5; round++) {
    expect(look(1.05)?.table.name).toBe('large')
    expect(look(0.97)).toBeNull()
  }
  expect(messages).toEqual(['the store has reached its budget of 1 MB; the oldest rows of large go'])
  look(0.5)
  look(1.05)
  expect(messages).toHaveLength(2)
})

it('is told where there are no rows that could go', () => {
  const { look, messages } = filled()
  expect(look(1.05, 0)).toBeNull()
  expect(look(1.05, 0)).toBeNull()
  look(1.05)
  expect(messages).toEqual([
    'the store is over its budget of 1 MB, and no table has rows that could go',
    'the store has reached its budget of 1 MB; the oldest rows of large go',
  ])
})

it('says nothing of rows that have not been measured yet, as after a start', () => {
  const { look, messages } = filled()
  expect(look(1.05, 100, 0)).toBeNull()
  expect(messages).toEqual([])
})
