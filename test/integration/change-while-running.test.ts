/** Going over to another version of the workspace while what did not change runs on. */
import { expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src-main/contract/live.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { capture, query, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { column, connection, lookup, rollup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const columns = [column('n', 'integer')]
const count = 6000
const rate = { kind: 'perSecond', records: 2000 } as const

interface Bench {
  folder: string
  plan: (parts: Partial<Workspace>) => Workspace
  a: Workspace['sources'][number]
  b: Workspace['sources'][number]
  tables: Workspace['tables']
}

/** Two sources with a table each. */
function twoSources(): Bench {
  const folder = bench.folder()
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ n, m: -n }))
  const a = source('a', capture(folder, lines, 'a.ndjson'), columns, { rate })
  const b = source('b', capture(folder, lines, 'b.ndjson'), columns, { rate })
  const tables = ['a', 'b'].map((name) => table(`t${name}`, name, [step('all', 'SELECT n FROM input')]))
  const plan = (parts: Partial<Workspace>): Workspace =>
    workspace(folder, {
      sources: [a, b],
      tables,
      rollups: [rollup('r', 'ta', { rows: 'count(*)' })],
      ...parts,
    })
  return { folder, plan, a, b, tables }
}

/** Collects what is shown until `stop` is called. */
function watching(engine: Engine): { stop: () => Promise<LiveSnapshot[]> } {
  const seen: LiveSnapshot[] = []
  const over = new AbortController()
  const running = (async () => {
    let last = await engine.live.next(null, null)
    while (!over.signal.aborted) {
      seen.push(last)
      last = await engine.live.next(last.epoch, last.version)
    }
  })()
  return {
    stop: async () => {
      over.abort()
      await running
      return seen
    },
  }
}

const exact = (name: string): string => `SELECT count(*), count(DISTINCT n), sum(n) FROM ${name}`
const whole = [[count, count, (count * (count - 1)) / 2]]

it('a source, its table and a statement that did not change run on', async () => {
  const { plan, a, b, tables } = twoSources()
  const engine = await bench.started(plan({}))
  await untilLive(engine, (snapshot) => snapshot.tables.every(({ rows }) => rows > 500))
  const { id } = engine.queries.start({
    sql: 'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000000) SELECT count(*) FROM c',
    remember: false,
  })
  const watch = watching(engine)
  const other = { ...b, columns: [...columns, column('m', 'integer')] }
  const more = tables.map((entry) =>
    entry.name === 'tb' ? { ...entry, steps: [step('all', 'SELECT n, m FROM input')] } : entry,
  )
  expect(await engine.change(plan({ sources: [a, other], tables: more }))).toBe(true)
  await untilLive(engine, ({ sources }) => sources.every(({ state }) => state === 'running'))
  const states = new Set(
    (await watch.stop()).map(({ sources }) => sources.find(({ name }) => name === 'a')?.state),
  )
  expect([...states]).toEqual(['running'])
  let status = await engine.queries.watch(id, null)
  while (status.state === 'queued' || status.state === 'running')
    status = await engine.queries.watch(id, status.version)
  expect(status.state).toBe('done')
  await untilEnded(engine, 2 * count)
  await untilLive(engine, ({ backfills }) => backfills.length === 0)
  expect(await query(engine, exact('ta'))).toEqual(whole)
  expect(await query(engine, exact('tb'))).toEqual(whole)
  expect(await query(engine, 'SELECT count(*) FROM tb WHERE m = -n')).toEqual([[count]])
  expect(await query(engine, 'SELECT rows FROM r')).toEqual([[count]])
  expect(engine.sourceColumns.get('b')?.columns.map(({ name }) => name)).toEqual(['n', 'm'])
})

it('a source comes, and another goes and leaves its rows', async () => {
  const { plan, a, b, tables, folder } = twoSources()
  const engine = await bench.started(plan({}))
  await untilLive(engine, (snapshot) => snapshot.tables.every(({ rows }) => rows > 500))
  const c = source('c', capture(folder, ['{"n":7}'], 'c.ndjson'), null)
  const withC = [...tables.filter(({ name }) => name === 'ta'), table('tc', 'c', [])]
  expect(await engine.change(plan({ sources: [a, c], tables: withC }))).toBe(true)
  const { sources } = await untilEnded(engine, count + 1)
  expect(sources.map(({ name }) => name)).toEqual(['a', 'c'])
  expect(await query(engine, exact('ta'))).toEqual(whole)
  expect(await query(engine, 'SELECT n FROM tc')).toEqual([[7]])
  const [[held] = []] = await query(engine, 'SELECT count(*) FROM tb')
  expect(Number(held)).toBeGreaterThan(500)
  expect(Number(held)).toBeLessThan(count)
  // It comes back, and goes on where it was.
  expect(await engine.change(plan({ sources: [a, b, c], tables: [...tables, table('tc', 'c', [])] }))).toBe(
    true,
  )
  await untilEnded(engine, 2 * count + 1)
  expect(await query(engine, exact('tb'))).toEqual(whole)
})

it('a version that cannot run is refused before anything stops', async () => {
  const { plan, a, b, tables } = twoSources()
  const engine = await bench.started(plan({}))
  await untilLive(engine, (snapshot) => snapshot.tables.every(({ rows }) => rows > 500))
  const watch = watching(engine)
  const withStep = (sql: string): Workspace =>
    plan({ tables: tables.map((entry) => ({ ...entry, steps: [step('all', sql)] })) })
  const wrong = withStep('SELECT missing FROM input')
  expect(await engine.check(wrong)).toMatchObject([
    { message: expect.stringContaining('no such column: missing') },
    { message: expect.stringContaining('no such column: missing') },
  ])
  await expect(engine.change(wrong)).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
  const otherType = withStep('SELECT CAST(n AS TEXT) AS n FROM input')
  await expect(engine.check(otherType)).rejects.toMatchObject({ code: 'STORE_UNUSABLE' })
  await expect(engine.change(otherType)).rejects.toMatchObject({ code: 'STORE_UNUSABLE' })
  const gone = { ...b, input: { ...b.input, file: `${b.name}-not-there.ndjson` }, columns: null }
  await expect(engine.change(plan({ sources: [a, gone] }))).rejects.toMatchObject({
    code: 'SOURCE_UNREADABLE',
  })
  const seen = await watch.stop()
  expect(new Set(seen.flatMap(({ sources }) => sources.map(({ state }) => state)))).toEqual(
    new Set(['running']),
  )
  await untilEnded(engine, 2 * count)
  expect(await query(engine, exact('ta'))).toEqual(whole)
  expect(await query(engine, exact('tb'))).toEqual(whole)
})

it.each([
  ['a lookup', { lookups: [lookup('l', 'l.csv', 'k')] }],
  ['the store', { store: { mode: 'memory', limitBytes: 1e9, budgetBytes: null } as const }],
  ['a connection', { connections: [connection('local', ['127.0.0.1:1'])] }],
])('says that everything has to be started anew where %s is other', async (_what, parts) => {
  const { plan } = twoSources()
  const engine = await bench.started(plan({}))
  expect(await engine.change(plan(parts))).toBe(false)
  expect(await engine.check(plan(parts))).toEqual([])
  await untilEnded(engine, 2 * count)
  expect(await query(engine, exact('ta'))).toEqual(whole)
})

it('changes that come while another one is made are made after it, and read nothing twice', async () => {
  const { plan, a, b, tables } = twoSources()
  const onlyA = plan({ sources: [a], tables: tables.filter(({ name }) => name === 'ta') })
  const engine = await bench.started(onlyA)
  await untilLive(engine, (snapshot) => snapshot.tables.every(({ rows }) => rows > 500))
  const both = plan({ sources: [a, b] })
  const made = [both, onlyA, both].map((version) => engine.change(version))
  expect(await Promise.all(made)).toEqual([true, true, true])
  const { sources } = await untilEnded(engine, 2 * count)
  expect(sources.map(({ records }) => records)).toEqual([count, count])
  expect(await query(engine, exact('ta'))).toEqual(whole)
  expect(await query(engine, exact('tb'))).toEqual(whole)
})

it('a source changes also while the store has no room', async () => {
  const folder = bench.folder()
  const lines = Array.from({ length: 60_000 }, (_, n) => JSON.stringify({ n }))
  const file = capture(folder, lines)
  const large = table('t', 's', [step('large', 'SELECT n, hex(zeroblob(100)) AS filler FROM input')])
  const version = (extra: Workspace['sources'][number]['columns']): Workspace =>
    workspace(folder, {
      sources: [source('s', file, [...columns, ...(extra ?? [])])],
      tables: [large],
      store: { mode: 'disk', limitBytes: 6_000_000, budgetBytes: null },
    })
  const engine = await bench.started(version([]))
  await untilLive(engine, ({ state }) => state === 'waiting')
  expect(await engine.change(version([column('m', 'integer')]))).toBe(true)
  const { tables } = await untilLive(engine, ({ state }) => state === 'waiting')
  expect(await query(engine, exact('t'))).toEqual([[tables[0]?.rows, tables[0]?.rows, expect.any(Number)]])
})

it('a source goes while a table is being filled from it and has no room', async () => {
  const folder = bench.folder()
  const file = capture(
    folder,
    Array.from({ length: 60_000 }, (_, n) => JSON.stringify({ n })),
  )
  const other = capture(folder, ['{"n":1}'], 'other.ndjson')
  const version = (name: string, read: string, tables: Workspace['tables']): Workspace =>
    workspace(folder, {
      sources: [source(name, read, columns)],
      tables,
      store: { mode: 'disk', limitBytes: 6_000_000, budgetBytes: null },
    })
  const small = table('t', 's', [step('small', 'SELECT count(*) AS rows FROM input')])
  const large = table('u', 's', [step('large', 'SELECT n, hex(zeroblob(100)) AS filler FROM input')])
  const engine = await bench.started(version('s', file, [small]))
  await untilEnded(engine, 60_000)
  expect(await engine.change(version('s', file, [small, large]))).toBe(true)
  await untilLive(engine, ({ state }) => state === 'waiting')
  const rest = table('v', 'r', [step('few', 'SELECT n FROM input')])
  expect(await engine.change(version('r', other, [rest]))).toBe(true)
  expect((await engine.live.next(null, null)).backfills).toEqual([])
})

it('many changes, one after the other and while records come, lose and double nothing', async () => {
  const { plan, tables } = twoSources()
  const engine = await bench.started(plan({}))
  const versions = [1, 2, 3, 4, 5, 6].map((version) =>
    tables.map((entry) => ({
      ...entry,
      steps: [step('all', `SELECT n, n + ${String(version)} AS v${String(version)} FROM input`)],
    })),
  )
  for (const version of versions) expect(await engine.change(plan({ tables: version }))).toBe(true)
  await untilEnded(engine, 2 * count)
  await untilLive(engine, ({ backfills }) => backfills.length === 0)
  expect(await query(engine, exact('ta'))).toEqual(whole)
  expect(await query(engine, exact('tb'))).toEqual(whole)
  expect(await query(engine, 'SELECT rows FROM r')).toEqual([[count]])
  expect(await query(engine, 'SELECT count(v6) FROM ta')).toEqual([[count]])
})
