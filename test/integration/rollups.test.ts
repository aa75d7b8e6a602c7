/** Rollups and event time on real threads: what is kept is what the rows give, also where records come late. */
import { describe, expect, it } from 'vitest'
import type { Source, Workspace } from '../../src-main/workspace/model.ts'
import { capture, query, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { column, rollup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const minute = 60_000
const begin = Date.parse('2026-01-01T00:00:00Z')
const columns = [column('at', 'timestamp', { unit: 'ms' }), column('n', 'integer'), column('city', 'text')]
const hourly = { window: { everyMs: 60 * minute, overMs: null, on: 'at', zone: null }, by: ['city'] }
const line = (offsetMinutes: number, n: number): string =>
  JSON.stringify({ at: begin + offsetMinutes * minute, n, city: `city ${String(n % 5)}` })

describe('rollups', () => {
  it('are there with the rows, answer queries, and are told in the live figures', async () => {
    const folder = bench.folder()
    const lines = Array.from({ length: 40_000 }, (_, n) => line((n * 7919) % 5000, n))
    const engine = await bench.started(
      workspace(folder, {
        sources: [source('s', capture(folder, lines), columns, { partitions: 3 })],
        tables: [table('t', 's', [step('all', 'SELECT * FROM input WHERE n % 3 <> 0')])],
        rollups: [
          rollup('hours', 't', { rows: 'count(*)', total: 'sum(n)', mean: 'avg(n)' }, hourly),
          rollup('cities', 'hours', { rows: 'rows', mean: 'mean' }, { by: ['city'] }),
        ],
      }),
    )
    await untilEnded(engine, 40_000)
    const snapshot = await untilLive(engine, ({ rollups }) => rollups[0]?.rows === 26_666)
    expect(
      snapshot.rollups.map(({ name, from, groups, behind, problem }) => [
        name,
        from,
        groups,
        behind,
        problem,
      ]),
    ).toEqual([
      ['hours', 't', 420, 0, ''],
      ['cities', 'hours', 5, 0, ''],
    ])
    expect(await query(engine, 'SELECT city, rows, mean FROM cities ORDER BY city')).toEqual(
      await query(engine, 'SELECT city, count(*), avg(n) FROM t GROUP BY city ORDER BY city'),
    )
    const difference = await query(
      engine,
      `SELECT window_start, city, rows, total FROM hours EXCEPT
       SELECT at - at % 3600000, city, count(*), sum(n) FROM t GROUP BY 1, 2`,
    )
    expect(difference).toEqual([])
    const { relations } = await engine.queries.schema()
    const hours = relations.find(({ name }) => name === 'hours')
    expect([hours?.kind, hours?.rows, hours?.columns.map(({ type }) => type).slice(0, 3)]).toEqual([
      'rollup',
      420,
      ['timestamp', 'timestamp', 'text'],
    ])
    expect(relations.some(({ name }) => name.includes('/'))).toBe(false)
  })
})

describe('event time', () => {
  const parts = (folder: string, lines: readonly string[], tooLate: 'land' | 'dead_letter') =>
    workspace(folder, {
      sources: [
        {
          ...source('s', capture(folder, lines), columns, { rate: { kind: 'perSecond', records: 200 } }),
          eventTime: 'at',
          latenessMs: 10 * minute,
          tooLate,
        },
      ],
      tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
      rollups: [rollup('hours', 't', { rows: 'count(*)' }, hourly)],
      store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    })
  // The first half comes long before the rest, so that it is in earlier batches.
  const inOrder = Array.from({ length: 100 }, (_, n) => line(n, n))
  const late = Array.from({ length: 20 }, (_, n) => line(95 - n, 1000 + n))
  const ahead = [JSON.stringify({ at: Date.parse('2199-01-01T00:00:00Z'), n: 1, city: 'x' })]

  it.each(['land', 'dead_letter'] as const)('counts what comes late; too late: %s', async (tooLate) => {
    const folder = bench.folder()
    const engine = await bench.started(parts(folder, [...inOrder, ...ahead, ...late], tooLate))
    const { sources } = await untilEnded(engine, 121)
    await engine.stop()
    const eventTime = sources[0]?.eventTime
    expect(eventTime).toMatchObject({
      newestAt: begin + 99 * minute,
      watermarkAt: begin + 89 * minute,
      ahead: 1,
    })
    const store = engine.storeFile
    const [batches] = readStore(
      store,
      'SELECT sum(late) AS late, sum(too_late) AS too_late, max(watermark) AS w FROM sys_batches',
    )
    expect(batches).toEqual({ late: eventTime?.late, too_late: eventTime?.tooLate, w: begin + 89 * minute })
    const letters = readStore(
      store,
      'SELECT kind, reason, CAST(value AS TEXT) AS value FROM sys_dead_letters ORDER BY id',
    )
    const [landed] = readStore(store, 'SELECT count(*) AS count FROM t')
    expect(readStore(store, 'SELECT sum(rows) AS rows FROM hours')).toEqual([{ rows: landed?.['count'] }])
    if (tooLate === 'land') {
      expect([letters.length, landed?.['count']]).toEqual([0, 121])
      return
    }
    expect(letters.length).toBe(eventTime?.tooLate)
    expect(Number(landed?.['count']) + letters.length).toBe(121)
    for (const { kind, reason, value } of letters) {
      expect(kind).toBe('too-late')
      expect(reason).toMatch(/^at is 2026-01-01T01:\d\d:00\.000Z, \d+ s behind the watermark$/)
      expect(JSON.parse(String(value))).toMatchObject({ at: expect.any(Number) as number })
    }
    const kept = readStore(store, 'SELECT n FROM t WHERE n >= 1000').map(({ n }) => Number(n))
    const dead = letters.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n)
    expect([...kept, ...dead].sort()).toEqual(late.map((_, n) => 1000 + n))
  })

  it('goes on from the stored watermark after a restart', async () => {
    const folder = bench.folder()
    const first = await bench.started(parts(folder, inOrder, 'dead_letter'))
    await untilEnded(first, 100)
    await first.stop()
    capture(folder, [...inOrder, ...late])
    const again = await bench.started(parts(folder, [...inOrder, ...late], 'dead_letter'))
    const { sources } = await untilEnded(again, 120)
    expect(sources[0]?.eventTime).toMatchObject({ tooLate: 13, late: 7 })
  })

  it.each([
    ['another column', { eventTime: 'booked' }],
    [
      'the column from another place',
      { columns: [column('at', 'timestamp', { unit: 'ms', path: ['booked'] })] },
    ],
  ])('begins a watermark of its own where event time is %s', async (_, change) => {
    const folder = bench.folder()
    const both = [...columns, column('booked', 'timestamp', { unit: 'ms' })]
    const booked = (n: number): string =>
      JSON.stringify({ at: begin + n * minute, booked: begin + (n - 500_000) * minute, n, city: 'x' })
    const first = Array.from({ length: 100 }, (_row, n) => booked(n))
    const workspaceWith = (lines: readonly string[], other: Partial<Source>): Workspace => {
      const whole = parts(folder, lines, 'dead_letter')
      const sources = whole.sources.map((entry) => ({ ...entry, columns: both, ...other }))
      return { ...whole, sources, rollups: [] }
    }
    const engine = await bench.started(workspaceWith(first, {}))
    await untilEnded(engine, 100)
    await engine.stop()
    const more = [...first, ...Array.from({ length: 50 }, (_row, n) => booked(100 + n))]
    const again = await bench.started(workspaceWith(more, change))
    const { sources } = await untilEnded(again, 150)
    expect(sources[0]?.eventTime).toMatchObject({ tooLate: 0, newestAt: begin + (149 - 500_000) * minute })
  })
})
