/** Bounds on bytes: of a table, and of the whole store. What goes is counted, and its room is used again. */
import { expect, it } from 'vitest'
import { capture, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
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

it('the largest table gives way as fast as another one grows, whatever source that has', async () => {
  const folder = bench.folder()
  const budgetBytes = 4 * megabyte
  const store = { mode: 'disk', limitBytes: null, budgetBytes } as const
  const first = source('s', capture(folder, lines), columns)
  const second = source('o', capture(folder, lines, 'other.ndjson'), columns)
  const tables = [table('large', 's', steps)]
  const engine = await bench.started(workspace(folder, { sources: [first], tables, store }))
  await untilEnded(engine, records)
  const both = [...tables, table('growing', 'o', steps)]
  expect(await engine.change(workspace(folder, { sources: [first, second], tables: both, store }))).toBe(true)
  let mostBytes = 0
  await untilLive(engine, ({ store: { usedBytes }, sources }) => {
    mostBytes = Math.max(mostBytes, usedBytes)
    return sources.length === 2 && sources.every(({ state }) => state === 'ended')
  })
  await engine.stop()
  expect(mostBytes).toBeLessThan(1.5 * budgetBytes)
  for (const { name, rows, landed, evicted } of readStore(engine.storeFile, 'SELECT * FROM sys_tables')) {
    expect([name, landed, Number(landed) - Number(evicted)]).toEqual([name, records, rows])
    expect(readStore(engine.storeFile, `SELECT count(*) AS rows FROM ${String(name)}`)).toEqual([{ rows }])
  }
})

it.each([
  ['budget', { mode: 'disk', limitBytes: null, budgetBytes: 4 * megabyte }],
  ['limit', { mode: 'disk', limitBytes: 6 * megabyte, budgetBytes: null }],
] as const)(
  'a rollup that waits for a filling keeps the store neither over its %s nor waiting',
  async (_, store) => {
    const folder = bench.folder()
    const file = capture(folder, lines.slice(0, 20_000))
    const version = (more: string, rollups: ReturnType<typeof rollup>[], retainRows: number | null) =>
      workspace(folder, {
        sources: [source('s', file, columns)],
        tables: [table('t', 's', [step('wide', `SELECT n${more} FROM input`)], { retainRows })],
        rollups,
        store,
      })
    const engine = await bench.started(version('', [], null))
    await untilEnded(engine, 20_000)
    const wide = ', hex(zeroblob(400)) AS wide'
    const changed = version(wide, [rollup('r', 't', { rows: 'count(wide)' })], 3000)
    expect(await engine.change(changed)).toBe(true)
    let mostBytes = 0
    await untilLive(engine, ({ store: { usedBytes }, backfills }) => {
      mostBytes = Math.max(mostBytes, usedBytes)
      return backfills.length === 0
    })
    await untilLive(engine, ({ rollups }) => rollups.every(({ behind }) => behind === 0))
    await engine.stop()
    expect(mostBytes).toBeLessThan(1.5 * (store.budgetBytes ?? store.limitBytes))
    const [counted] = readStore(engine.storeFile, 'SELECT count(*) AS rows, count(wide) AS wide FROM t')
    expect(counted?.['wide']).toBe(counted?.['rows'])
    expect(
      readStore(engine.storeFile, 'SELECT rows, landed, landed - evicted AS "left" FROM sys_tables'),
    ).toEqual([{ rows: counted?.['rows'], landed: 20_000, left: counted?.['rows'] }])
    expect(
      readStore(engine.storeFile, "SELECT kind FROM sys_events WHERE kind = 'rollup-misses'"),
    ).toHaveLength(1)
    expect(readStore(engine.storeFile, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  },
)
