/** Bounds on bytes: of a table, and of the whole store. What goes is counted, and its room is used again. */
import { expect, it } from 'vitest'
import { capture, readStore, testBench, untilEnded } from '../support/engines.ts'
import { column, rollup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const megabyte = 1_000_000
const columns = [column('n', 'integer'), column('text', 'text')]
const records = 60_000
const lines = Array.from({ length: records }, (_, n) =>
  JSON.stringify({ n, text: `${String(n)} `.repeat(20 + (n % 10)) }),
)
const steps = [step('all', 'SELECT * FROM input')]

it('keeps a table within its bytes, by an estimate that is near', async () => {
  const folder = bench.folder()
  const engine = await bench.started(
    workspace(folder, {
      sources: [source('s', capture(folder, lines), columns)],
      tables: [table('t', 's', steps, { retainBytes: 2 * megabyte, indexes: [['n']] })],
      store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    }),
  )
  const { tables } = await untilEnded(engine, records)
  await engine.stop()
  const measured = readStore(
    engine.storeFile,
    "SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN ('t', 't/by n')",
  )
  const bytes = Number(measured[0]?.['bytes'])
  expect(bytes).toBeGreaterThan(1.6 * megabyte)
  expect(bytes).toBeLessThan(2.6 * megabyte)
  expect(tables[0]?.evicted).toBe(records - (tables[0]?.rows ?? 0))
  expect(readStore(engine.storeFile, 'SELECT max(n) AS n FROM t')).toEqual([{ n: records - 1 }])
})

it('keeps the store within its budget: the largest table gives way, pages are used again, rollups stay whole', async () => {
  const folder = bench.folder()
  const budgetBytes = 4 * megabyte
  const engine = await bench.started(
    workspace(folder, {
      sources: [source('s', capture(folder, lines), columns)],
      tables: [
        table('large', 's', steps),
        table('small', 's', [step('few', 'SELECT n FROM input WHERE n % 100 = 0')]),
      ],
      rollups: [rollup('r', 'large', { rows: 'count(*)', total: 'sum(n)' })],
      store: { mode: 'disk', limitBytes: null, budgetBytes },
    }),
  )
  const { tables, store, events } = await untilEnded(engine, records)
  await engine.stop()
  const [large, small] = tables
  expect([small?.rows, small?.evicted]).toEqual([records / 100, 0])
  expect(large?.evicted).toBeGreaterThan(10_000)
  expect((large?.rows ?? 0) + (large?.evicted ?? 0)).toBe(records)
  expect(store.usedBytes).toBeLessThan(1.5 * budgetBytes)
  // Without using freed pages again the file would hold all that ever landed.
  expect(store.bytes).toBeLessThan(2.5 * budgetBytes)
  expect(events.map(({ message }) => message)).toContain(
    'the store has reached its budget of 4 MB; the oldest rows of large go',
  )
  expect(readStore(engine.storeFile, 'SELECT * FROM r')).toEqual([
    { rows: records, total: (records * (records - 1)) / 2 },
  ])
  expect(readStore(engine.storeFile, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})
