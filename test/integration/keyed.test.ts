/** Tables with a key, and those without duplicates, on real threads and files. */
import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { capture, query, readStore, testBench, untilEnded } from '../support/engines.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const position = { line: 1, column: 1 }
const columns = [
  column('id', 'text', { from: 'key', path: [] }),
  column('status', 'text', { nullable: false }),
  column('at', 'timestamp'),
]
const keyed = {
  columns: ['id'],
  newestBy: { column: 'at', position },
  deleteWhen: { sql: "status = 'cancelled'", position, multiline: false },
  position,
}
const recent = { by: ['id', 'status'], withinMs: 1000, position }

interface Envelope {
  key: string | null
  timestamp: number
  value: { status: string; at: number } | null
}

/** A stream of orders with records out of order, deletes, tombstones, duplicates and some without a key. */
function orders(count: number): Envelope[] {
  const statuses = ['new', 'paid', 'sent', 'cancelled']
  return Array.from({ length: count }, (_, n) => {
    const at = 1_700_000_000_000 + n * 10 - ((n * n) % 53) * 100
    const key = n % 997 === 0 ? null : `order ${String((n * 31) % 200)}`
    const value = n % 101 === 0 ? null : { status: statuses[(n * 17) % 4] ?? '', at }
    return { key, timestamp: at, value }
  })
}

function workspaceOf(folder: string, file: string): Workspace {
  return workspace(folder, {
    sources: [{ ...source('s', file, columns, { partitions: 3, envelope: true }), eventTime: 'at' }],
    tables: [
      table('latest', 's', [step('all', 'SELECT * FROM input')], { key: keyed }),
      table('distinct_orders', 's', [], { deduplicate: recent }),
    ],
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
  })
}

/** By record, one after the other; a tombstone has no time, and deletes what is there when it comes. */
function recomputed(stream: readonly Envelope[], offsets: readonly { partition: number; offset: number }[]) {
  const rows = new Map<string, string>()
  const newest = new Map<string, readonly [number, number, number]>()
  stream.forEach(({ key, value }, index) => {
    const place = offsets[index]
    if (key === null || place === undefined) return
    const order = [value?.at ?? 0, place.offset, place.partition] as const
    const before = newest.get(key)
    const differs = order.findIndex((part, at) => part !== before?.[at])
    if (
      value !== null &&
      before !== undefined &&
      differs >= 0 &&
      (order[differs] ?? 0) < (before[differs] ?? 0)
    )
      return
    newest.set(key, value === null ? (before ?? order) : order)
    if (value === null || value.status === 'cancelled') rows.delete(key)
    else rows.set(key, value.status)
  })
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1))
}

describe('a pipeline into a table with a key', () => {
  it('holds what a recomputation holds, counts exactly, and goes on after a restart', async () => {
    const folder = bench.folder()
    const stream = orders(40_000)
    const lines = stream.map((record) => JSON.stringify(record))
    const first = await bench.started(workspaceOf(folder, capture(folder, lines.slice(0, 25_000))))
    await untilEnded(first, 25_000)
    await first.stop()
    const engine = await bench.started(workspaceOf(folder, capture(folder, lines)))
    const snapshot = await untilEnded(engine, 40_000)
    const keyless = stream.filter(({ key }) => key === null).length
    expect(snapshot.sources[0]).toMatchObject({ records: 40_000, dead: 0 })
    expect(snapshot.steps.find((entry) => entry.table === 'latest')).toMatchObject({
      ...{ rowsIn: 40_000, rowsOut: 40_000 - keyless, failed: keyless, filtered: 0 },
    })
    expect(snapshot.deadLetters.total).toBe(keyless)
    const reasons = await query(engine, 'SELECT DISTINCT table_name, step, reason FROM sys_dead_letters')
    expect(reasons).toEqual([['latest', 'all', 'id is NULL, and a row of this table is known by it']])
    // Offsets count by partition; which one a key is in, the store itself says.
    const seen = await query(engine, 'SELECT count(*) FROM latest')
    const file = engine.storeFile
    const latest = snapshot.tables.find(({ name }) => name === 'latest')
    expect(latest?.rows).toBe(seen[0]?.[0])
    await engine.stop()
    const rows = readStore(file, 'SELECT id, status FROM latest ORDER BY id').map(({ id, status }) => [
      id,
      status,
    ])
    expect(rows).toEqual(recomputed(stream, placesOf(stream)))
    const [counts] = readStore(file, "SELECT * FROM sys_tables WHERE name = 'latest'")
    expect(counts).toMatchObject({ rows: rows.length, evicted: 0, duplicates: 0 })
    const { landed, updated, deleted, stale } = counts as Record<string, number>
    expect(Number(landed) - Number(updated) - Number(deleted)).toBe(rows.length)
    expect(Number(stale)).toBeGreaterThan(0)
    expect(
      readStore(
        file,
        'SELECT sum(rows_landed) AS rows, (SELECT sum(landed) FROM sys_tables) AS landed FROM sys_batches',
      ),
    ).toEqual([
      {
        rows: Number(landed) + Number(snapshot.tables[1]?.landed),
        landed: Number(landed) + Number(snapshot.tables[1]?.landed),
      },
    ])
    expect(readStore(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it('leaves out duplicates, also of what landed before a restart', async () => {
    const folder = bench.folder()
    const at = 1_700_000_000_000
    const line = (key: string, status: string, time: number): string =>
      JSON.stringify({ key, timestamp: time, value: { status, at: time } })
    const first = [line('a', 'new', at), line('b', 'new', at + 10), line('a', 'new', at + 20)]
    const engine = await bench.started(workspaceOf(folder, capture(folder, first)))
    await untilEnded(engine, 3)
    await engine.stop()
    const more = [line('a', 'new', at + 900), line('b', 'paid', at + 900), line('a', 'new', at + 1001)]
    const again = await bench.started(workspaceOf(folder, capture(folder, [...first, ...more])))
    const snapshot = await untilEnded(again, 6)
    expect(snapshot.tables[1]).toMatchObject({ rows: 4, landed: 4, duplicates: 2 })
    expect(await query(again, 'SELECT id, status FROM distinct_orders ORDER BY rowid')).toEqual([
      ['a', 'new'],
      ['b', 'new'],
      ['b', 'paid'],
      ['a', 'new'],
    ])
  })
})

/** Where each record of a stream lies: not told by the capture, so every key is taken to be in one partition. */
function placesOf(stream: readonly Envelope[]): { partition: number; offset: number }[] {
  return stream.map((_, offset) => ({ partition: 0, offset }))
}

it('leaves duplicates out also after event time has become another column', async () => {
  const folder = bench.folder()
  const timed = [
    column('id', 'text'),
    column('at', 'timestamp', { unit: 'ms' }),
    column('booked', 'timestamp', { unit: 'ms' }),
  ]
  const record = (id: string, n: number): string =>
    JSON.stringify({ id, at: 1_700_000_000_000 + n, booked: 1_600_000_000_000 + n })
  const parts = (lines: readonly string[], eventTime: string): Workspace =>
    workspace(folder, {
      sources: [{ ...source('s', capture(folder, lines), timed), eventTime }],
      tables: [
        table('t', 's', [step('all', 'SELECT * FROM input')], { deduplicate: { ...recent, by: ['id'] } }),
      ],
      store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    })
  const before = [record('a', 0), record('a', 1), record('b', 2)]
  const first = await bench.started(parts(before, 'at'))
  await untilEnded(first, 3)
  await first.stop()
  const all = [...before, record('c', 3), record('c', 4), record('d', 5), record('c', 2000)]
  const again = await bench.started(parts(all, 'booked'))
  await untilEnded(again, 7)
  expect(await query(again, 'SELECT id FROM t')).toEqual([['a'], ['b'], ['c'], ['d'], ['c']])
})
