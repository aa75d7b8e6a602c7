/** A workspace that changes while it runs: the store goes on, also one in memory, and nothing is lost or doubled. */
import { expect, it } from 'vitest'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { createEngine } from '../../src-main/engine/engine.ts'
import { capture, ports, query, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { column, rollup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const columns = [column('n', 'integer')]
const count = 6000

it.each(['memory', 'disk'] as const)(
  'in a store of mode %s: a column, a table and a rollup are added',
  async (mode) => {
    const folder = bench.folder()
    const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ n }))
    const file = capture(folder, lines)
    const sources = [
      source('s', file, columns, { rate: { kind: 'perSecond', records: 4000 }, partitions: 2 }),
    ]
    const store = { mode, limitBytes: null, budgetBytes: null }
    const first = await bench.started(
      workspace(folder, { sources, tables: [table('t', 's', [step('all', 'SELECT n FROM input')])], store }),
    )
    await untilLive(first, (snapshot) => (snapshot.tables[0]?.rows ?? 0) > 1000)
    await first.stop({ keepsStore: true })
    const second = createEngine(
      workspace(folder, {
        sources,
        tables: [
          table('t', 's', [step('all', 'SELECT n, n * 2 AS twice FROM input')]),
          table('odd', 's', [step('odd', 'SELECT n FROM input WHERE n % 2 = 1')]),
        ],
        rollups: [rollup('r', 't', { rows: 'count(*)', total: 'sum(n)' })],
        store,
      }),
      ports(folder),
    )
    await second.start({ goesOn: true })
    try {
      const { events } = await untilEnded(second, count)
      await untilLive(
        second,
        ({ rollups, backfills }) => rollups[0]?.rows === count && backfills.length === 0,
      )
      const total = (count * (count - 1)) / 2
      expect(await query(second, 'SELECT count(*), count(DISTINCT n), sum(n) FROM t')).toEqual([
        [count, count, total],
      ])
      expect(await query(second, 'SELECT rows, total FROM r')).toEqual([[count, total]])
      const [added] = await query(
        second,
        'SELECT count(*), (SELECT count(*) FROM t WHERE twice = 2 * n AND n % 2) FROM odd',
      )
      expect(added?.[0]).toBe(added?.[1])
      expect(added?.[0]).toBe(count / 2)
      expect(events.map(({ kind }) => kind)).toContain('rollup-made')
    } finally {
      await second.stop()
    }
  },
)

it('a name goes from a rollup to a table, and not back while the table is there', async () => {
  const folder = bench.folder()
  const file = capture(folder, ['{"n":1}', '{"n":2}'])
  const plan = (parts: Partial<Workspace>) =>
    workspace(folder, {
      sources: [source('s', file, columns)],
      store: { mode: 'disk', limitBytes: null, budgetBytes: null },
      ...parts,
    })
  const t = table('t', 's', [step('all', 'SELECT n FROM input')])
  const x = table('x', 's', [step('all', 'SELECT n FROM input')])
  const asRollup = plan({ tables: [t], rollups: [rollup('x', 't', { rows: 'count(*)' })] })
  const asTable = plan({ tables: [t, x] })
  const first = await bench.started(asRollup)
  await untilEnded(first, 2)
  await first.stop()
  const second = await bench.started(asTable)
  expect(await query(second, 'SELECT count(*) FROM x')).toEqual([[0]])
  await second.stop()
  await expect(bench.started(asRollup)).rejects.toMatchObject({
    code: 'STORE_UNUSABLE',
    message: expect.stringContaining('x is a rollup in the workspace, and a table in the store') as string,
  })
})
